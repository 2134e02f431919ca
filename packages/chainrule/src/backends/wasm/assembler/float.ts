/** Instructions on f32 and f64. Rounding is to nearest, ties to even; nothing here fuses a product with a sum. */
import { constant, type Expression, family } from "./expression.ts";
import { loads, stores } from "./memory.ts";

const comparisons = (first: number) => ({
  eq: first,
  ne: first + 1,
  lt: first + 2,
  gt: first + 3,
  le: first + 4,
  ge: first + 5,
});
const unary = (first: number) => ({
  abs: first,
  neg: first + 1,
  ceil: first + 2,
  floor: first + 3,
  trunc: first + 4,
  nearest: first + 5,
  sqrt: first + 6,
});
const binary = (first: number) => ({
  add: first + 7,
  sub: first + 8,
  mul: first + 9,
  div: first + 10,
  min: first + 11,
  max: first + 12,
  copysign: first + 13,
});

/** Instructions on 32-bit floating point numbers. */
export const f32 = /* @__PURE__ */ (() => ({
  const: (value: number): Expression<"f32"> => constant("f32", value),
  ...loads("f32", { load: [0x2a, 4] }),
  ...stores("f32", { store: [0x38, 4] }),
  ...family("f32", ["f32"], "f32", unary(0x8b)),
  ...family("f32", ["f32", "f32"], "f32", binary(0x8b)),
  ...family("f32", ["f32", "f32"], "i32", comparisons(0x5b)),
  ...family("f32", ["i32"], "f32", { convertI32S: 0xb2, convertI32U: 0xb3, reinterpretI32: 0xbe }),
  ...family("f32", ["i64"], "f32", { convertI64S: 0xb4, convertI64U: 0xb5 }),
  ...family("f32", ["f64"], "f32", { demoteF64: 0xb6 }),
}))();

/** Instructions on 64-bit floating point numbers. */
export const f64 = /* @__PURE__ */ (() => ({
  const: (value: number): Expression<"f64"> => constant("f64", value),
  ...loads("f64", { load: [0x2b, 8] }),
  ...stores("f64", { store: [0x39, 8] }),
  ...family("f64", ["f64"], "f64", unary(0x99)),
  ...family("f64", ["f64", "f64"], "f64", binary(0x99)),
  ...family("f64", ["f64", "f64"], "i32", comparisons(0x61)),
  ...family("f64", ["i32"], "f64", { convertI32S: 0xb7, convertI32U: 0xb8 }),
  ...family("f64", ["i64"], "f64", { convertI64S: 0xb9, convertI64U: 0xba, reinterpretI64: 0xbf }),
  ...family("f64", ["f32"], "f64", { promoteF32: 0xbb }),
}))();
