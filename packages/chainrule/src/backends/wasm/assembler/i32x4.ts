/** Vector instructions on four 32-bit integers. */
import type { Expression } from "./expression.ts";
import { laneReader, laneWriter, vector, vectorConstant } from "./vector.ts";

const constantOf = (...lanes: readonly number[]): Expression<"v128"> =>
  vectorConstant((view) => {
    for (let i = 0; i < 4; i++) view.setInt32(4 * i, lanes[i], true);
  });

export { constantOf as const };

/** The same scalar in each lane. */
export const splat = /* @__PURE__ */ vector("i32x4", ["i32"], "v128")("splat", 0x11);
export const extractLane = /* @__PURE__ */ laneReader("i32x4.extract_lane", "i32", 0x1b);
export const replaceLane = /* @__PURE__ */ laneWriter("i32x4", "i32", 0x1c);

const unary = /* @__PURE__ */ vector("i32x4", ["v128"], "v128");
export const extaddPairwiseI16x8S = /* @__PURE__ */ unary("extadd_pairwise_i16x8_s", 0x7e);
export const extaddPairwiseI16x8U = /* @__PURE__ */ unary("extadd_pairwise_i16x8_u", 0x7f);
export const abs = /* @__PURE__ */ unary("abs", 0xa0);
export const neg = /* @__PURE__ */ unary("neg", 0xa1);
export const extendLowI16x8S = /* @__PURE__ */ unary("extend_low_i16x8_s", 0xa7);
export const extendHighI16x8S = /* @__PURE__ */ unary("extend_high_i16x8_s", 0xa8);
export const extendLowI16x8U = /* @__PURE__ */ unary("extend_low_i16x8_u", 0xa9);
export const extendHighI16x8U = /* @__PURE__ */ unary("extend_high_i16x8_u", 0xaa);
export const truncSatF32x4S = /* @__PURE__ */ unary("trunc_sat_f32x4_s", 0xf8);
export const truncSatF32x4U = /* @__PURE__ */ unary("trunc_sat_f32x4_u", 0xf9);
export const truncSatF64x2SZero = /* @__PURE__ */ unary("trunc_sat_f64x2_s_zero", 0xfc);
export const truncSatF64x2UZero = /* @__PURE__ */ unary("trunc_sat_f64x2_u_zero", 0xfd);
export const relaxedTruncF32x4S = /* @__PURE__ */ unary("relaxed_trunc_f32x4_s", 0x101);
export const relaxedTruncF32x4U = /* @__PURE__ */ unary("relaxed_trunc_f32x4_u", 0x102);
export const relaxedTruncF64x2SZero = /* @__PURE__ */ unary("relaxed_trunc_f64x2_s_zero", 0x103);
export const relaxedTruncF64x2UZero = /* @__PURE__ */ unary("relaxed_trunc_f64x2_u_zero", 0x104);

const test = /* @__PURE__ */ vector("i32x4", ["v128"], "i32");
export const allTrue = /* @__PURE__ */ test("all_true", 0xa3);
export const bitmask = /* @__PURE__ */ test("bitmask", 0xa4);

const shift = /* @__PURE__ */ vector("i32x4", ["v128", "i32"], "v128");
export const shl = /* @__PURE__ */ shift("shl", 0xab);
export const shrS = /* @__PURE__ */ shift("shr_s", 0xac);
export const shrU = /* @__PURE__ */ shift("shr_u", 0xad);

const binary = /* @__PURE__ */ vector("i32x4", ["v128", "v128"], "v128");
export const eq = /* @__PURE__ */ binary("eq", 0x37);
export const ne = /* @__PURE__ */ binary("ne", 0x38);
export const ltS = /* @__PURE__ */ binary("lt_s", 0x39);
export const ltU = /* @__PURE__ */ binary("lt_u", 0x3a);
export const gtS = /* @__PURE__ */ binary("gt_s", 0x3b);
export const gtU = /* @__PURE__ */ binary("gt_u", 0x3c);
export const leS = /* @__PURE__ */ binary("le_s", 0x3d);
export const leU = /* @__PURE__ */ binary("le_u", 0x3e);
export const geS = /* @__PURE__ */ binary("ge_s", 0x3f);
export const geU = /* @__PURE__ */ binary("ge_u", 0x40);
export const add = /* @__PURE__ */ binary("add", 0xae);
export const sub = /* @__PURE__ */ binary("sub", 0xb1);
export const mul = /* @__PURE__ */ binary("mul", 0xb5);
export const minS = /* @__PURE__ */ binary("min_s", 0xb6);
export const minU = /* @__PURE__ */ binary("min_u", 0xb7);
export const maxS = /* @__PURE__ */ binary("max_s", 0xb8);
export const maxU = /* @__PURE__ */ binary("max_u", 0xb9);
export const dotI16x8S = /* @__PURE__ */ binary("dot_i16x8_s", 0xba);
export const extmulLowI16x8S = /* @__PURE__ */ binary("extmul_low_i16x8_s", 0xbc);
export const extmulHighI16x8S = /* @__PURE__ */ binary("extmul_high_i16x8_s", 0xbd);
export const extmulLowI16x8U = /* @__PURE__ */ binary("extmul_low_i16x8_u", 0xbe);
export const extmulHighI16x8U = /* @__PURE__ */ binary("extmul_high_i16x8_u", 0xbf);

const ternary = /* @__PURE__ */ vector("i32x4", ["v128", "v128", "v128"], "v128");
export const relaxedLaneselect = /* @__PURE__ */ ternary("relaxed_laneselect", 0x10b);
export const relaxedDotI8x16I7x16AddS = /* @__PURE__ */ ternary("relaxed_dot_i8x16_i7x16_add_s", 0x113);
