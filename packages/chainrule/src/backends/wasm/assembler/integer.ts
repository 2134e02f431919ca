/** Instructions on i32 and i64, named as in the text format, in camelCase (`div_s` is `divS`). */
import { constant, type Expression, family, prefix } from "./expression.ts";
import { loads, stores } from "./memory.ts";

// Both types have the same instructions in the same order, at different opcodes: `compare` starts at eqz, `arithmetic`
// at clz.
const comparisons = (first: number) => ({
  eq: first + 1,
  ne: first + 2,
  ltS: first + 3,
  ltU: first + 4,
  gtS: first + 5,
  gtU: first + 6,
  leS: first + 7,
  leU: first + 8,
  geS: first + 9,
  geU: first + 10,
});
const bitCounts = (first: number) => ({ clz: first, ctz: first + 1, popcnt: first + 2 });
const arithmetic = (first: number) => ({
  add: first + 3,
  sub: first + 4,
  mul: first + 5,
  divS: first + 6,
  divU: first + 7,
  remS: first + 8,
  remU: first + 9,
  and: first + 10,
  or: first + 11,
  xor: first + 12,
  shl: first + 13,
  shrS: first + 14,
  shrU: first + 15,
  rotl: first + 16,
  rotr: first + 17,
});

/** Instructions on 32-bit integers. Conditions are i32 too: 0 is false, all else true. */
export const i32 = /* @__PURE__ */ (() => ({
  const: (value: number): Expression<"i32"> => constant("i32", value),
  ...loads("i32", {
    load: [0x28, 4],
    load8S: [0x2c, 1],
    load8U: [0x2d, 1],
    load16S: [0x2e, 2],
    load16U: [0x2f, 2],
  }),
  ...stores("i32", { store: [0x36, 4], store8: [0x3a, 1], store16: [0x3b, 2] }),
  ...family("i32", ["i32"], "i32", { eqz: 0x45, ...bitCounts(0x67), extend8S: 0xc0, extend16S: 0xc1 }),
  ...family("i32", ["i32", "i32"], "i32", { ...comparisons(0x45), ...arithmetic(0x67) }),
  ...family("i32", ["i64"], "i32", { wrapI64: 0xa7 }),
  ...family("i32", ["f32"], "i32", { truncF32S: 0xa8, truncF32U: 0xa9, reinterpretF32: 0xbc }),
  ...family("i32", ["f64"], "i32", { truncF64S: 0xaa, truncF64U: 0xab }),
  ...family("i32", ["f32"], "i32", { truncSatF32S: 0, truncSatF32U: 1 }, prefix.bulk),
  ...family("i32", ["f64"], "i32", { truncSatF64S: 2, truncSatF64U: 3 }, prefix.bulk),
}))();

/** Instructions on 64-bit integers; comparisons give an i32. */
export const i64 = /* @__PURE__ */ (() => ({
  const: (value: bigint): Expression<"i64"> => constant("i64", value),
  ...loads("i64", {
    load: [0x29, 8],
    load8S: [0x30, 1],
    load8U: [0x31, 1],
    load16S: [0x32, 2],
    load16U: [0x33, 2],
    load32S: [0x34, 4],
    load32U: [0x35, 4],
  }),
  ...stores("i64", { store: [0x37, 8], store8: [0x3c, 1], store16: [0x3d, 2], store32: [0x3e, 4] }),
  ...family("i64", ["i64"], "i32", { eqz: 0x50 }),
  ...family("i64", ["i64", "i64"], "i32", comparisons(0x50)),
  ...family("i64", ["i64"], "i64", { ...bitCounts(0x79), extend8S: 0xc2, extend16S: 0xc3, extend32S: 0xc4 }),
  ...family("i64", ["i64", "i64"], "i64", arithmetic(0x79)),
  ...family("i64", ["i32"], "i64", { extendI32S: 0xac, extendI32U: 0xad }),
  ...family("i64", ["f32"], "i64", { truncF32S: 0xae, truncF32U: 0xaf }),
  ...family("i64", ["f64"], "i64", { truncF64S: 0xb0, truncF64U: 0xb1, reinterpretF64: 0xbd }),
  ...family("i64", ["f32"], "i64", { truncSatF32S: 4, truncSatF32U: 5 }, prefix.bulk),
  ...family("i64", ["f64"], "i64", { truncSatF64S: 6, truncSatF64U: 7 }, prefix.bulk),
}))();
