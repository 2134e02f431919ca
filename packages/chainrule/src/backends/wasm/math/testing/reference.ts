/** Float64 functions to measure the float32 ones by: their own errors are far below half a unit in float32's last place. */
import { erf, erfc, erfinv, roundHalfEven } from "../../../../util/special.ts";

function sigmoid(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return (x < 0 ? e : 1) / (1 + e);
}

/** C's pow: 1 to any power is 1, even to NaN, and so is −1 to ±∞. */
function pow(x: number, y: number): number {
  return x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY) ? 1 : x ** y;
}

const softplus = (x: number): number => Math.log1p(Math.exp(-Math.abs(x))) + (x < 0 ? 0 : x);

export const unaryReference = {
  acos: Math.acos,
  asin: Math.asin,
  atan: Math.atan,
  cos: Math.cos,
  cosh: Math.cosh,
  erf,
  erfinv,
  exp: Math.exp,
  exp2: (x: number) => 2 ** x,
  expm1: Math.expm1,
  gelu: (x: number) => (x > -20 ? 0.5 * x * erfc(-x * Math.SQRT1_2) : x !== x ? x : -0),
  log: Math.log,
  log1p: Math.log1p,
  log2: Math.log2,
  logSigmoid: (x: number) => -softplus(-x),
  reciprocal: (x: number) => 1 / x,
  round: roundHalfEven,
  rsqrt: (x: number) => 1 / Math.sqrt(x),
  sigmoid,
  sign: (x: number) => (x > 0 ? 1 : x < 0 ? -1 : 0),
  sin: Math.sin,
  sinh: Math.sinh,
  softplus,
  tan: Math.tan,
  tanh: Math.tanh,
} as const;

export const binaryReference = { atan2: Math.atan2, pow } as const;
