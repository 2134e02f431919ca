/**
 * Vector instructions on floating point lanes: f32x4 and f64x2. The relaxed ones may differ from machine to machine:
 * `relaxedMadd(a, b, c)` is a·b + c, rounded once where the processor can and twice where it cannot.
 */
import type { Expression } from "./expression.ts";
import { extractLane, replaceLane, splat, vectorConstant, vectorFamily } from "./vector.ts";

const unary = ["v128"] as const;
const binary = ["v128", "v128"] as const;
const ternary = ["v128", "v128", "v128"] as const;

const comparisons = (first: number) => ({
  eq: first,
  ne: first + 1,
  lt: first + 2,
  gt: first + 3,
  le: first + 4,
  ge: first + 5,
});

// `pmin(a, b)` is b < a ? b : a, and `pmax(a, b)` a < b ? b : a; `min` and `max` give NaN where either is NaN.
const arithmetic = (first: number) => ({
  add: first,
  sub: first + 1,
  mul: first + 2,
  div: first + 3,
  min: first + 4,
  max: first + 5,
  pmin: first + 6,
  pmax: first + 7,
});

/** Instructions on four 32-bit floating point numbers. */
export const f32x4 = /* @__PURE__ */ (() => ({
  const: (...lanes: readonly number[]): Expression<"v128"> =>
    vectorConstant((view) => {
      for (let i = 0; i < 4; i++) view.setFloat32(4 * i, lanes[i], true);
    }),
  ...splat("f32x4", "f32", 0x13),
  extractLane: extractLane("f32x4", "extractLane", "f32", 0x1f),
  replaceLane: replaceLane("f32x4", "f32", 0x20),
  ...vectorFamily("f32x4", unary, "v128", {
    demoteF64x2Zero: 0x5e,
    ceil: 0x67,
    floor: 0x68,
    trunc: 0x69,
    nearest: 0x6a,
    abs: 0xe0,
    neg: 0xe1,
    sqrt: 0xe3,
    convertI32x4S: 0xfa,
    convertI32x4U: 0xfb,
  }),
  ...vectorFamily("f32x4", binary, "v128", {
    ...comparisons(0x41),
    ...arithmetic(0xe4),
    relaxedMin: 0x10d,
    relaxedMax: 0x10e,
  }),
  /** `relaxedNmadd(a, b, c)` is −(a·b) + c. */
  ...vectorFamily("f32x4", ternary, "v128", { relaxedMadd: 0x105, relaxedNmadd: 0x106 }),
}))();

/** Instructions on two 64-bit floating point numbers. */
export const f64x2 = /* @__PURE__ */ (() => ({
  const: (...lanes: readonly number[]): Expression<"v128"> =>
    vectorConstant((view) => {
      for (let i = 0; i < 2; i++) view.setFloat64(8 * i, lanes[i], true);
    }),
  ...splat("f64x2", "f64", 0x14),
  extractLane: extractLane("f64x2", "extractLane", "f64", 0x21),
  replaceLane: replaceLane("f64x2", "f64", 0x22),
  ...vectorFamily("f64x2", unary, "v128", {
    promoteLowF32x4: 0x5f,
    ceil: 0x74,
    floor: 0x75,
    trunc: 0x7a,
    nearest: 0x94,
    abs: 0xec,
    neg: 0xed,
    sqrt: 0xef,
    convertLowI32x4S: 0xfe,
    convertLowI32x4U: 0xff,
  }),
  ...vectorFamily("f64x2", binary, "v128", {
    ...comparisons(0x47),
    ...arithmetic(0xf0),
    relaxedMin: 0x10f,
    relaxedMax: 0x110,
  }),
  /** `relaxedNmadd(a, b, c)` is −(a·b) + c. */
  ...vectorFamily("f64x2", ternary, "v128", { relaxedMadd: 0x107, relaxedNmadd: 0x108 }),
}))();
