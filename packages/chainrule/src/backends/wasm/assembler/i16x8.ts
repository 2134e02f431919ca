/** Vector instructions on eight 16-bit integers. */
import type { Expression } from "./expression.ts";
import { laneReader, laneWriter, vector, vectorConstant } from "./vector.ts";

const constantOf = (...lanes: readonly number[]): Expression<"v128"> =>
  vectorConstant((view) => {
    for (let i = 0; i < 8; i++) view.setInt16(2 * i, lanes[i], true);
  });

export { constantOf as const };

/** The same scalar in each lane. */
export const splat = /* @__PURE__ */ vector("i16x8", ["i32"], "v128")("splat", 0x10);
export const extractLaneS = /* @__PURE__ */ laneReader("i16x8.extract_lane_s", "i32", 0x18);
export const extractLaneU = /* @__PURE__ */ laneReader("i16x8.extract_lane_u", "i32", 0x19);
export const replaceLane = /* @__PURE__ */ laneWriter("i16x8", "i32", 0x1a);

const unary = /* @__PURE__ */ vector("i16x8", ["v128"], "v128");
export const extaddPairwiseI8x16S = /* @__PURE__ */ unary("extadd_pairwise_i8x16_s", 0x7c);
export const extaddPairwiseI8x16U = /* @__PURE__ */ unary("extadd_pairwise_i8x16_u", 0x7d);
export const abs = /* @__PURE__ */ unary("abs", 0x80);
export const neg = /* @__PURE__ */ unary("neg", 0x81);
export const extendLowI8x16S = /* @__PURE__ */ unary("extend_low_i8x16_s", 0x87);
export const extendHighI8x16S = /* @__PURE__ */ unary("extend_high_i8x16_s", 0x88);
export const extendLowI8x16U = /* @__PURE__ */ unary("extend_low_i8x16_u", 0x89);
export const extendHighI8x16U = /* @__PURE__ */ unary("extend_high_i8x16_u", 0x8a);

const test = /* @__PURE__ */ vector("i16x8", ["v128"], "i32");
export const allTrue = /* @__PURE__ */ test("all_true", 0x83);
export const bitmask = /* @__PURE__ */ test("bitmask", 0x84);

const shift = /* @__PURE__ */ vector("i16x8", ["v128", "i32"], "v128");
export const shl = /* @__PURE__ */ shift("shl", 0x8b);
export const shrS = /* @__PURE__ */ shift("shr_s", 0x8c);
export const shrU = /* @__PURE__ */ shift("shr_u", 0x8d);

const binary = /* @__PURE__ */ vector("i16x8", ["v128", "v128"], "v128");
export const eq = /* @__PURE__ */ binary("eq", 0x2d);
export const ne = /* @__PURE__ */ binary("ne", 0x2e);
export const ltS = /* @__PURE__ */ binary("lt_s", 0x2f);
export const ltU = /* @__PURE__ */ binary("lt_u", 0x30);
export const gtS = /* @__PURE__ */ binary("gt_s", 0x31);
export const gtU = /* @__PURE__ */ binary("gt_u", 0x32);
export const leS = /* @__PURE__ */ binary("le_s", 0x33);
export const leU = /* @__PURE__ */ binary("le_u", 0x34);
export const geS = /* @__PURE__ */ binary("ge_s", 0x35);
export const geU = /* @__PURE__ */ binary("ge_u", 0x36);
export const q15mulrSatS = /* @__PURE__ */ binary("q15mulr_sat_s", 0x82);
export const narrowI32x4S = /* @__PURE__ */ binary("narrow_i32x4_s", 0x85);
export const narrowI32x4U = /* @__PURE__ */ binary("narrow_i32x4_u", 0x86);
export const add = /* @__PURE__ */ binary("add", 0x8e);
export const addSatS = /* @__PURE__ */ binary("add_sat_s", 0x8f);
export const addSatU = /* @__PURE__ */ binary("add_sat_u", 0x90);
export const sub = /* @__PURE__ */ binary("sub", 0x91);
export const subSatS = /* @__PURE__ */ binary("sub_sat_s", 0x92);
export const subSatU = /* @__PURE__ */ binary("sub_sat_u", 0x93);
export const mul = /* @__PURE__ */ binary("mul", 0x95);
export const minS = /* @__PURE__ */ binary("min_s", 0x96);
export const minU = /* @__PURE__ */ binary("min_u", 0x97);
export const maxS = /* @__PURE__ */ binary("max_s", 0x98);
export const maxU = /* @__PURE__ */ binary("max_u", 0x99);
export const avgrU = /* @__PURE__ */ binary("avgr_u", 0x9b);
export const extmulLowI8x16S = /* @__PURE__ */ binary("extmul_low_i8x16_s", 0x9c);
export const extmulHighI8x16S = /* @__PURE__ */ binary("extmul_high_i8x16_s", 0x9d);
export const extmulLowI8x16U = /* @__PURE__ */ binary("extmul_low_i8x16_u", 0x9e);
export const extmulHighI8x16U = /* @__PURE__ */ binary("extmul_high_i8x16_u", 0x9f);
export const relaxedQ15mulrS = /* @__PURE__ */ binary("relaxed_q15mulr_s", 0x111);
export const relaxedDotI8x16I7x16S = /* @__PURE__ */ binary("relaxed_dot_i8x16_i7x16_s", 0x112);

const ternary = /* @__PURE__ */ vector("i16x8", ["v128", "v128", "v128"], "v128");
export const relaxedLaneselect = /* @__PURE__ */ ternary("relaxed_laneselect", 0x10a);
