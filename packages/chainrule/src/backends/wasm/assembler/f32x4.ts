/**
 * Vector instructions on four 32-bit floating point numbers. The relaxed ones may differ from machine to machine:
 * `relaxedMadd(a, b, c)` is a·b + c and `relaxedNmadd(a, b, c)` is −(a·b) + c, rounded once where the processor can and twice
 * where it cannot. `pmin(a, b)` is b < a ? b : a, and `pmax(a, b)` a < b ? b : a; `min` and `max` give NaN where either is NaN.
 */
import type { Expression } from "./expression.ts";
import { laneReader, laneWriter, vector, vectorConstant } from "./vector.ts";

const constantOf = (...lanes: readonly number[]): Expression<"v128"> =>
  vectorConstant((view) => {
    for (let i = 0; i < 4; i++) view.setFloat32(4 * i, lanes[i], true);
  });

export { constantOf as const };

/** The same scalar in each lane. */
export const splat = /* @__PURE__ */ vector("f32x4", ["f32"], "v128")("splat", 0x13);
export const extractLane = /* @__PURE__ */ laneReader("f32x4.extract_lane", "f32", 0x1f);
export const replaceLane = /* @__PURE__ */ laneWriter("f32x4", "f32", 0x20);

const unary = /* @__PURE__ */ vector("f32x4", ["v128"], "v128");
export const demoteF64x2Zero = /* @__PURE__ */ unary("demote_f64x2_zero", 0x5e);
export const ceil = /* @__PURE__ */ unary("ceil", 0x67);
export const floor = /* @__PURE__ */ unary("floor", 0x68);
export const trunc = /* @__PURE__ */ unary("trunc", 0x69);
export const nearest = /* @__PURE__ */ unary("nearest", 0x6a);
export const abs = /* @__PURE__ */ unary("abs", 0xe0);
export const neg = /* @__PURE__ */ unary("neg", 0xe1);
export const sqrt = /* @__PURE__ */ unary("sqrt", 0xe3);
export const convertI32x4S = /* @__PURE__ */ unary("convert_i32x4_s", 0xfa);
export const convertI32x4U = /* @__PURE__ */ unary("convert_i32x4_u", 0xfb);

const binary = /* @__PURE__ */ vector("f32x4", ["v128", "v128"], "v128");
export const eq = /* @__PURE__ */ binary("eq", 0x41);
export const ne = /* @__PURE__ */ binary("ne", 0x42);
export const lt = /* @__PURE__ */ binary("lt", 0x43);
export const gt = /* @__PURE__ */ binary("gt", 0x44);
export const le = /* @__PURE__ */ binary("le", 0x45);
export const ge = /* @__PURE__ */ binary("ge", 0x46);
export const add = /* @__PURE__ */ binary("add", 0xe4);
export const sub = /* @__PURE__ */ binary("sub", 0xe5);
export const mul = /* @__PURE__ */ binary("mul", 0xe6);
export const div = /* @__PURE__ */ binary("div", 0xe7);
export const min = /* @__PURE__ */ binary("min", 0xe8);
export const max = /* @__PURE__ */ binary("max", 0xe9);
export const pmin = /* @__PURE__ */ binary("pmin", 0xea);
export const pmax = /* @__PURE__ */ binary("pmax", 0xeb);
export const relaxedMin = /* @__PURE__ */ binary("relaxed_min", 0x10d);
export const relaxedMax = /* @__PURE__ */ binary("relaxed_max", 0x10e);

const ternary = /* @__PURE__ */ vector("f32x4", ["v128", "v128", "v128"], "v128");
export const relaxedMadd = /* @__PURE__ */ ternary("relaxed_madd", 0x105);
export const relaxedNmadd = /* @__PURE__ */ ternary("relaxed_nmadd", 0x106);
