/** Vector instructions on two 64-bit floating point numbers, as those on f32x4. */
import type { Expression } from "./expression.ts";
import { laneReader, laneWriter, vector, vectorConstant } from "./vector.ts";

const constantOf = (...lanes: readonly number[]): Expression<"v128"> =>
  vectorConstant((view) => {
    for (let i = 0; i < 2; i++) view.setFloat64(8 * i, lanes[i], true);
  });

export { constantOf as const };

/** The same scalar in each lane. */
export const splat = /* @__PURE__ */ vector("f64x2", ["f64"], "v128")("splat", 0x14);
export const extractLane = /* @__PURE__ */ laneReader("f64x2.extract_lane", "f64", 0x21);
export const replaceLane = /* @__PURE__ */ laneWriter("f64x2", "f64", 0x22);

const unary = /* @__PURE__ */ vector("f64x2", ["v128"], "v128");
export const promoteLowF32x4 = /* @__PURE__ */ unary("promote_low_f32x4", 0x5f);
export const ceil = /* @__PURE__ */ unary("ceil", 0x74);
export const floor = /* @__PURE__ */ unary("floor", 0x75);
export const trunc = /* @__PURE__ */ unary("trunc", 0x7a);
export const nearest = /* @__PURE__ */ unary("nearest", 0x94);
export const abs = /* @__PURE__ */ unary("abs", 0xec);
export const neg = /* @__PURE__ */ unary("neg", 0xed);
export const sqrt = /* @__PURE__ */ unary("sqrt", 0xef);
export const convertLowI32x4S = /* @__PURE__ */ unary("convert_low_i32x4_s", 0xfe);
export const convertLowI32x4U = /* @__PURE__ */ unary("convert_low_i32x4_u", 0xff);

const binary = /* @__PURE__ */ vector("f64x2", ["v128", "v128"], "v128");
export const eq = /* @__PURE__ */ binary("eq", 0x47);
export const ne = /* @__PURE__ */ binary("ne", 0x48);
export const lt = /* @__PURE__ */ binary("lt", 0x49);
export const gt = /* @__PURE__ */ binary("gt", 0x4a);
export const le = /* @__PURE__ */ binary("le", 0x4b);
export const ge = /* @__PURE__ */ binary("ge", 0x4c);
export const add = /* @__PURE__ */ binary("add", 0xf0);
export const sub = /* @__PURE__ */ binary("sub", 0xf1);
export const mul = /* @__PURE__ */ binary("mul", 0xf2);
export const div = /* @__PURE__ */ binary("div", 0xf3);
export const min = /* @__PURE__ */ binary("min", 0xf4);
export const max = /* @__PURE__ */ binary("max", 0xf5);
export const pmin = /* @__PURE__ */ binary("pmin", 0xf6);
export const pmax = /* @__PURE__ */ binary("pmax", 0xf7);
export const relaxedMin = /* @__PURE__ */ binary("relaxed_min", 0x10f);
export const relaxedMax = /* @__PURE__ */ binary("relaxed_max", 0x110);

const ternary = /* @__PURE__ */ vector("f64x2", ["v128", "v128", "v128"], "v128");
export const relaxedMadd = /* @__PURE__ */ ternary("relaxed_madd", 0x107);
export const relaxedNmadd = /* @__PURE__ */ ternary("relaxed_nmadd", 0x108);
