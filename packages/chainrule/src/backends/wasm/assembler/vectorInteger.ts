/** Vector instructions on integer lanes: i8x16, i16x8, i32x4 and i64x2. */
import type { Expression } from "./expression.ts";
import { extractLane, replaceLane, shuffle, splat, vectorConstant, vectorFamily } from "./vector.ts";

const unary = ["v128"] as const;
const binary = ["v128", "v128"] as const;
const ternary = ["v128", "v128", "v128"] as const;
const shifted = ["v128", "i32"] as const;

const comparisons = (first: number) => ({
  eq: first,
  ne: first + 1,
  ltS: first + 2,
  ltU: first + 3,
  gtS: first + 4,
  gtU: first + 5,
  leS: first + 6,
  leU: first + 7,
  geS: first + 8,
  geU: first + 9,
});
const shifts = (first: number) => ({ shl: first, shrS: first + 1, shrU: first + 2 });
const tests = (first: number) => ({ allTrue: first, bitmask: first + 1 });

/** Instructions on sixteen 8-bit integers. */
export const i8x16 = /* @__PURE__ */ (() => ({
  const: (...lanes: readonly number[]): Expression<"v128"> =>
    vectorConstant((view) => {
      for (let i = 0; i < 16; i++) view.setInt8(i, lanes[i]);
    }),
  ...splat("i8x16", "i32", 0x0f),
  extractLaneS: extractLane("i8x16", "extractLaneS", "i32", 0x15),
  extractLaneU: extractLane("i8x16", "extractLaneU", "i32", 0x16),
  replaceLane: replaceLane("i8x16", "i32", 0x17),
  shuffle,
  ...vectorFamily("i8x16", unary, "v128", { abs: 0x60, neg: 0x61, popcnt: 0x62 }),
  ...vectorFamily("i8x16", unary, "i32", tests(0x63)),
  ...vectorFamily("i8x16", shifted, "v128", shifts(0x6b)),
  ...vectorFamily("i8x16", binary, "v128", {
    swizzle: 0x0e,
    ...comparisons(0x23),
    narrowI16x8S: 0x65,
    narrowI16x8U: 0x66,
    add: 0x6e,
    addSatS: 0x6f,
    addSatU: 0x70,
    sub: 0x71,
    subSatS: 0x72,
    subSatU: 0x73,
    minS: 0x76,
    minU: 0x77,
    maxS: 0x78,
    maxU: 0x79,
    avgrU: 0x7b,
    relaxedSwizzle: 0x100,
  }),
  ...vectorFamily("i8x16", ternary, "v128", { relaxedLaneselect: 0x109 }),
}))();

/** Instructions on eight 16-bit integers. */
export const i16x8 = /* @__PURE__ */ (() => ({
  const: (...lanes: readonly number[]): Expression<"v128"> =>
    vectorConstant((view) => {
      for (let i = 0; i < 8; i++) view.setInt16(2 * i, lanes[i], true);
    }),
  ...splat("i16x8", "i32", 0x10),
  extractLaneS: extractLane("i16x8", "extractLaneS", "i32", 0x18),
  extractLaneU: extractLane("i16x8", "extractLaneU", "i32", 0x19),
  replaceLane: replaceLane("i16x8", "i32", 0x1a),
  ...vectorFamily("i16x8", unary, "v128", {
    extaddPairwiseI8x16S: 0x7c,
    extaddPairwiseI8x16U: 0x7d,
    abs: 0x80,
    neg: 0x81,
    extendLowI8x16S: 0x87,
    extendHighI8x16S: 0x88,
    extendLowI8x16U: 0x89,
    extendHighI8x16U: 0x8a,
  }),
  ...vectorFamily("i16x8", unary, "i32", tests(0x83)),
  ...vectorFamily("i16x8", shifted, "v128", shifts(0x8b)),
  ...vectorFamily("i16x8", binary, "v128", {
    ...comparisons(0x2d),
    q15mulrSatS: 0x82,
    narrowI32x4S: 0x85,
    narrowI32x4U: 0x86,
    add: 0x8e,
    addSatS: 0x8f,
    addSatU: 0x90,
    sub: 0x91,
    subSatS: 0x92,
    subSatU: 0x93,
    mul: 0x95,
    minS: 0x96,
    minU: 0x97,
    maxS: 0x98,
    maxU: 0x99,
    avgrU: 0x9b,
    extmulLowI8x16S: 0x9c,
    extmulHighI8x16S: 0x9d,
    extmulLowI8x16U: 0x9e,
    extmulHighI8x16U: 0x9f,
    relaxedQ15mulrS: 0x111,
    relaxedDotI8x16I7x16S: 0x112,
  }),
  ...vectorFamily("i16x8", ternary, "v128", { relaxedLaneselect: 0x10a }),
}))();

/** Instructions on four 32-bit integers. */
export const i32x4 = /* @__PURE__ */ (() => ({
  const: (...lanes: readonly number[]): Expression<"v128"> =>
    vectorConstant((view) => {
      for (let i = 0; i < 4; i++) view.setInt32(4 * i, lanes[i], true);
    }),
  ...splat("i32x4", "i32", 0x11),
  extractLane: extractLane("i32x4", "extractLane", "i32", 0x1b),
  replaceLane: replaceLane("i32x4", "i32", 0x1c),
  ...vectorFamily("i32x4", unary, "v128", {
    extaddPairwiseI16x8S: 0x7e,
    extaddPairwiseI16x8U: 0x7f,
    abs: 0xa0,
    neg: 0xa1,
    extendLowI16x8S: 0xa7,
    extendHighI16x8S: 0xa8,
    extendLowI16x8U: 0xa9,
    extendHighI16x8U: 0xaa,
    truncSatF32x4S: 0xf8,
    truncSatF32x4U: 0xf9,
    truncSatF64x2SZero: 0xfc,
    truncSatF64x2UZero: 0xfd,
    relaxedTruncF32x4S: 0x101,
    relaxedTruncF32x4U: 0x102,
    relaxedTruncF64x2SZero: 0x103,
    relaxedTruncF64x2UZero: 0x104,
  }),
  ...vectorFamily("i32x4", unary, "i32", tests(0xa3)),
  ...vectorFamily("i32x4", shifted, "v128", shifts(0xab)),
  ...vectorFamily("i32x4", binary, "v128", {
    ...comparisons(0x37),
    add: 0xae,
    sub: 0xb1,
    mul: 0xb5,
    minS: 0xb6,
    minU: 0xb7,
    maxS: 0xb8,
    maxU: 0xb9,
    dotI16x8S: 0xba,
    extmulLowI16x8S: 0xbc,
    extmulHighI16x8S: 0xbd,
    extmulLowI16x8U: 0xbe,
    extmulHighI16x8U: 0xbf,
  }),
  ...vectorFamily("i32x4", ternary, "v128", {
    relaxedLaneselect: 0x10b,
    relaxedDotI8x16I7x16AddS: 0x113,
  }),
}))();

/** Instructions on two 64-bit integers. */
export const i64x2 = /* @__PURE__ */ (() => ({
  const: (...lanes: readonly bigint[]): Expression<"v128"> =>
    vectorConstant((view) => {
      for (let i = 0; i < 2; i++) view.setBigInt64(8 * i, lanes[i], true);
    }),
  ...splat("i64x2", "i64", 0x12),
  extractLane: extractLane("i64x2", "extractLane", "i64", 0x1d),
  replaceLane: replaceLane("i64x2", "i64", 0x1e),
  ...vectorFamily("i64x2", unary, "v128", {
    abs: 0xc0,
    neg: 0xc1,
    extendLowI32x4S: 0xc7,
    extendHighI32x4S: 0xc8,
    extendLowI32x4U: 0xc9,
    extendHighI32x4U: 0xca,
  }),
  ...vectorFamily("i64x2", unary, "i32", tests(0xc3)),
  ...vectorFamily("i64x2", shifted, "v128", shifts(0xcb)),
  ...vectorFamily("i64x2", binary, "v128", {
    add: 0xce,
    sub: 0xd1,
    mul: 0xd5,
    eq: 0xd6,
    ne: 0xd7,
    ltS: 0xd8,
    gtS: 0xd9,
    leS: 0xda,
    geS: 0xdb,
    extmulLowI32x4S: 0xdc,
    extmulHighI32x4S: 0xdd,
    extmulLowI32x4U: 0xde,
    extmulHighI32x4U: 0xdf,
  }),
  ...vectorFamily("i64x2", ternary, "v128", { relaxedLaneselect: 0x10c }),
}))();
