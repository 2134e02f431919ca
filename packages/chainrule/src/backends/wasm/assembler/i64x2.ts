/** Vector instructions on two 64-bit integers. */
import type { Expression } from "./expression.ts";
import { laneReader, laneWriter, vector, vectorConstant } from "./vector.ts";

const constantOf = (...lanes: readonly bigint[]): Expression<"v128"> =>
  vectorConstant((view) => {
    for (let i = 0; i < 2; i++) view.setBigInt64(8 * i, lanes[i], true);
  });

export { constantOf as const };

/** The same scalar in each lane. */
export const splat = /* @__PURE__ */ vector("i64x2", ["i64"], "v128")("splat", 0x12);
export const extractLane = /* @__PURE__ */ laneReader("i64x2.extract_lane", "i64", 0x1d);
export const replaceLane = /* @__PURE__ */ laneWriter("i64x2", "i64", 0x1e);

const unary = /* @__PURE__ */ vector("i64x2", ["v128"], "v128");
export const abs = /* @__PURE__ */ unary("abs", 0xc0);
export const neg = /* @__PURE__ */ unary("neg", 0xc1);
export const extendLowI32x4S = /* @__PURE__ */ unary("extend_low_i32x4_s", 0xc7);
export const extendHighI32x4S = /* @__PURE__ */ unary("extend_high_i32x4_s", 0xc8);
export const extendLowI32x4U = /* @__PURE__ */ unary("extend_low_i32x4_u", 0xc9);
export const extendHighI32x4U = /* @__PURE__ */ unary("extend_high_i32x4_u", 0xca);

const test = /* @__PURE__ */ vector("i64x2", ["v128"], "i32");
export const allTrue = /* @__PURE__ */ test("all_true", 0xc3);
export const bitmask = /* @__PURE__ */ test("bitmask", 0xc4);

const shift = /* @__PURE__ */ vector("i64x2", ["v128", "i32"], "v128");
export const shl = /* @__PURE__ */ shift("shl", 0xcb);
export const shrS = /* @__PURE__ */ shift("shr_s", 0xcc);
export const shrU = /* @__PURE__ */ shift("shr_u", 0xcd);

const binary = /* @__PURE__ */ vector("i64x2", ["v128", "v128"], "v128");
export const add = /* @__PURE__ */ binary("add", 0xce);
export const sub = /* @__PURE__ */ binary("sub", 0xd1);
export const mul = /* @__PURE__ */ binary("mul", 0xd5);
export const eq = /* @__PURE__ */ binary("eq", 0xd6);
export const ne = /* @__PURE__ */ binary("ne", 0xd7);
export const ltS = /* @__PURE__ */ binary("lt_s", 0xd8);
export const gtS = /* @__PURE__ */ binary("gt_s", 0xd9);
export const leS = /* @__PURE__ */ binary("le_s", 0xda);
export const geS = /* @__PURE__ */ binary("ge_s", 0xdb);
export const extmulLowI32x4S = /* @__PURE__ */ binary("extmul_low_i32x4_s", 0xdc);
export const extmulHighI32x4S = /* @__PURE__ */ binary("extmul_high_i32x4_s", 0xdd);
export const extmulLowI32x4U = /* @__PURE__ */ binary("extmul_low_i32x4_u", 0xde);
export const extmulHighI32x4U = /* @__PURE__ */ binary("extmul_high_i32x4_u", 0xdf);

const ternary = /* @__PURE__ */ vector("i64x2", ["v128", "v128", "v128"], "v128");
export const relaxedLaneselect = /* @__PURE__ */ ternary("relaxed_laneselect", 0x10c);
