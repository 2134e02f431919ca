import type { Binary, Reduction, Unary } from "../../core/primitives.ts";
import { digamma, erf, erfinv, lgamma, roundHalfEven } from "../../util/special.ts";

/** max(x, 0), and NaN stays NaN. */
const relu = (x: number): number => (x > 0 || x !== x ? x : 0);

/** 1 / (1 + e⁻ˣ), without overflow on either side. */
function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** log(1 + eˣ) = max(x, 0) + log1p(e^−|x|). */
const softplus = (x: number): number => relu(x) + Math.log1p(Math.exp(-Math.abs(x)));

/** What each scalar primitive means, for numbers of every dtype. */
export const unaryTable: { readonly [P in Unary]: (x: number) => number } = {
  abs: Math.abs,
  acos: Math.acos,
  asin: Math.asin,
  atan: Math.atan,
  ceil: Math.ceil,
  cos: Math.cos,
  cosh: Math.cosh,
  digamma,
  erf,
  erfinv,
  exp: Math.exp,
  expm1: Math.expm1,
  floor: Math.floor,
  isfinite: (x) => (Number.isFinite(x) ? 1 : 0),
  isnan: (x) => (x !== x ? 1 : 0),
  lgamma,
  log: Math.log,
  log1p: Math.log1p,
  log2: Math.log2,
  neg: (x) => -x,
  not: (x) => (x === 0 ? 1 : 0),
  reciprocal: (x) => 1 / x,
  relu,
  round: roundHalfEven, // as IEEE and PyTorch: 0.5 → 0, 1.5 → 2
  rsqrt: (x) => 1 / Math.sqrt(x),
  sigmoid,
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0), // NaN gives 0, as in PyTorch
  sin: Math.sin,
  sinh: Math.sinh,
  softplus,
  sqrt: Math.sqrt,
  square: (x) => x * x,
  tan: Math.tan,
  tanh: Math.tanh,
  trunc: Math.trunc,
};

/** Remainder with the sign of the divisor, as in Python. */
function remainder(a: number, b: number): number {
  const r = a % b;
  return r !== 0 && r < 0 !== b < 0 ? r + b : r;
}

export const binaryTable: { readonly [P in Binary]: (a: number, b: number) => number } = {
  add: (a, b) => a + b,
  and: (a, b) => (a !== 0 && b !== 0 ? 1 : 0),
  atan2: Math.atan2,
  div: (a, b) => a / b,
  eq: (a, b) => (a === b ? 1 : 0),
  ge: (a, b) => (a >= b ? 1 : 0),
  gt: (a, b) => (a > b ? 1 : 0),
  le: (a, b) => (a <= b ? 1 : 0),
  lt: (a, b) => (a < b ? 1 : 0),
  max: Math.max, // NaN when either is NaN
  min: Math.min,
  mul: (a, b) => a * b,
  ne: (a, b) => (a !== b ? 1 : 0),
  or: (a, b) => (a !== 0 || b !== 0 ? 1 : 0),
  pow: power,
  remainder,
  sub: (a, b) => a - b,
  xor: (a, b) => ((a !== 0) !== (b !== 0) ? 1 : 0),
};

/** C's pow: 1 to any power is 1, even to NaN, where JavaScript gives NaN; so is −1 to ±∞. */
function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && (b === Number.POSITIVE_INFINITY || b === Number.NEGATIVE_INFINITY))) return 1;
  return a ** b;
}

/** Start value and step of the folds that give a value; the extremes carry NaN along. */
export const folds: {
  readonly [P in Exclude<Reduction, "argmax" | "argmin">]: {
    readonly start: number;
    step(a: number, x: number): number;
  };
} = {
  sum: { start: 0, step: (a, x) => a + x },
  prod: { start: 1, step: (a, x) => a * x },
  max: { start: Number.NEGATIVE_INFINITY, step: Math.max },
  min: { start: Number.POSITIVE_INFINITY, step: Math.min },
};
