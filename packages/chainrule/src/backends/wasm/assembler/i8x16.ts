/** Vector instructions on sixteen 8-bit integers. */
import type { Expression } from "./expression.ts";
import { laneReader, laneWriter, vector, vectorConstant } from "./vector.ts";

const constantOf = (...lanes: readonly number[]): Expression<"v128"> =>
  vectorConstant((view) => {
    for (let i = 0; i < 16; i++) view.setInt8(i, lanes[i]);
  });

export { constantOf as const };

/** The same scalar in each lane. */
export const splat = /* @__PURE__ */ vector("i8x16", ["i32"], "v128")("splat", 0x0f);
export const extractLaneS = /* @__PURE__ */ laneReader("i8x16.extract_lane_s", "i32", 0x15);
export const extractLaneU = /* @__PURE__ */ laneReader("i8x16.extract_lane_u", "i32", 0x16);
export const replaceLane = /* @__PURE__ */ laneWriter("i8x16", "i32", 0x17);

export { shuffle } from "./vector.ts";

const unary = /* @__PURE__ */ vector("i8x16", ["v128"], "v128");
export const abs = /* @__PURE__ */ unary("abs", 0x60);
export const neg = /* @__PURE__ */ unary("neg", 0x61);
export const popcnt = /* @__PURE__ */ unary("popcnt", 0x62);

const test = /* @__PURE__ */ vector("i8x16", ["v128"], "i32");
export const allTrue = /* @__PURE__ */ test("all_true", 0x63);
export const bitmask = /* @__PURE__ */ test("bitmask", 0x64);

const shift = /* @__PURE__ */ vector("i8x16", ["v128", "i32"], "v128");
export const shl = /* @__PURE__ */ shift("shl", 0x6b);
export const shrS = /* @__PURE__ */ shift("shr_s", 0x6c);
export const shrU = /* @__PURE__ */ shift("shr_u", 0x6d);

const binary = /* @__PURE__ */ vector("i8x16", ["v128", "v128"], "v128");
export const swizzle = /* @__PURE__ */ binary("swizzle", 0x0e);
export const eq = /* @__PURE__ */ binary("eq", 0x23);
export const ne = /* @__PURE__ */ binary("ne", 0x24);
export const ltS = /* @__PURE__ */ binary("lt_s", 0x25);
export const ltU = /* @__PURE__ */ binary("lt_u", 0x26);
export const gtS = /* @__PURE__ */ binary("gt_s", 0x27);
export const gtU = /* @__PURE__ */ binary("gt_u", 0x28);
export const leS = /* @__PURE__ */ binary("le_s", 0x29);
export const leU = /* @__PURE__ */ binary("le_u", 0x2a);
export const geS = /* @__PURE__ */ binary("ge_s", 0x2b);
export const geU = /* @__PURE__ */ binary("ge_u", 0x2c);
export const narrowI16x8S = /* @__PURE__ */ binary("narrow_i16x8_s", 0x65);
export const narrowI16x8U = /* @__PURE__ */ binary("narrow_i16x8_u", 0x66);
export const add = /* @__PURE__ */ binary("add", 0x6e);
export const addSatS = /* @__PURE__ */ binary("add_sat_s", 0x6f);
export const addSatU = /* @__PURE__ */ binary("add_sat_u", 0x70);
export const sub = /* @__PURE__ */ binary("sub", 0x71);
export const subSatS = /* @__PURE__ */ binary("sub_sat_s", 0x72);
export const subSatU = /* @__PURE__ */ binary("sub_sat_u", 0x73);
export const minS = /* @__PURE__ */ binary("min_s", 0x76);
export const minU = /* @__PURE__ */ binary("min_u", 0x77);
export const maxS = /* @__PURE__ */ binary("max_s", 0x78);
export const maxU = /* @__PURE__ */ binary("max_u", 0x79);
export const avgrU = /* @__PURE__ */ binary("avgr_u", 0x7b);
export const relaxedSwizzle = /* @__PURE__ */ binary("relaxed_swizzle", 0x100);

const ternary = /* @__PURE__ */ vector("i8x16", ["v128", "v128", "v128"], "v128");
export const relaxedLaneselect = /* @__PURE__ */ ternary("relaxed_laneselect", 0x109);
