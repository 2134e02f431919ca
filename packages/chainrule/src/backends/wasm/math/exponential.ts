/**
 * exp, exp2 and expm1.
 *
 * x = k·ln 2 + r with |r| ≤ ½ ln 2, as W. J. Cody and W. Waite do it (Software Manual for the Elementary Functions, 1980):
 * ln 2 is split so that k times its upper part is exact. Then eˣ = 2ᵏ·eʳ.
 */
import type { Coefficients, FloatType, Vector, VectorCode, VectorLocal } from "./code.ts";

/** eʳ = 1 + r + r²·P(r) for |r| ≤ ½ ln 2: within 2⁻²⁸·³ of eʳ for float32, 2⁻⁶³·⁸ for float64 (fit.py EXP). */
const EXP: Coefficients = {
  float32: [0.49999994, 0.16666521, 0.041668266, 0.008368675, 0.001382061],
  float64: [
    0.5, 0.1666666666666668, 0.04166666666666641, 0.008333333333319256, 0.0013888888889036037,
    0.00019841269891894127, 2.4801587018896825e-5, 2.755723865596698e-6, 2.755753238015404e-7,
    2.5110890302137923e-8, 2.0836489092564976e-9,
  ],
};

/** 2ʳ = 1 + r·P(r) for |r| ≤ ½: within 2⁻²⁸·³ and 2⁻⁵⁹·⁷ of 2ʳ (fit.py EXP2). */
const EXP2: Coefficients = {
  float32: [Math.LN2, 0.24022648, 0.0555036, 0.009618506, 0.0013390809, 0.00015326487],
  float64: [
    Math.LN2,
    0.2402265069591007,
    0.055504108664823505,
    0.009618129107629884,
    0.001333355814597989,
    0.00015403530390283737,
    1.5252734235635925e-5,
    1.3215489600789404e-6,
    1.0177898184137381e-7,
    7.053788133015276e-9,
    4.479078877095343e-10,
    2.7334989197808623e-11,
  ],
};

/** ln 2 in two parts. The upper one has so few bits (16 and 33) that its product with any exponent is exact. */
export const LN2: Readonly<Record<FloatType, readonly [high: number, low: number]>> = {
  float32: [0.693145751953125, 1.42860677e-6],
  float64: [0.6931471804855391, 7.440617110012397e-11],
};

/** Below `zero` the exponential is 0, from `infinity` on it is ∞; a little farther out than the true limits. */
export const EXP_RANGE: Readonly<Record<FloatType, { readonly zero: number; readonly infinity: number }>> = {
  float32: { zero: -104, infinity: 89 },
  float64: { zero: -746, infinity: 710 },
};

/** What x is made of: x = k·ln 2 + r, or k + r. */
export interface Reduced {
  readonly r: VectorLocal;
  /**
   * k as a number whose last bits, as an integer, are k + 2·bias. With that much added k stays positive, and half of it
   * is an exponent too.
   */
  readonly counter: VectorLocal;
}

/** k = round(y) in the form of `Reduced`; and k itself. */
function round(code: VectorCode, y: (magic: Vector) => Vector): { counter: VectorLocal; k: VectorLocal } {
  const { fraction, bias } = code.layout;
  // Where floats are spaced by 1, addition rounds to integers.
  const magic = code.constant(1.5 * 2 ** fraction + 2 * bias);
  const counter = code.let(y(magic));
  return { counter, k: code.let(code.sub(counter, magic)) };
}

/** Reduces a bounded x by multiples of ln 2. */
export function reduceByLn2(code: VectorCode, x: VectorLocal): Reduced {
  const { counter, k } = round(code, (magic) => code.madd(x, code.constant(Math.LOG2E), magic));
  const [high, low] = LN2[code.type];
  const r = code.nmadd(k, code.constant(low), code.nmadd(k, code.constant(high), x));
  return { counter, r: code.let(r) };
}

/** eʳ − 1 = r + r²·P(r). */
export function reducedExpm1(code: VectorCode, r: VectorLocal): Vector {
  const square = code.let(code.mul(r, r));
  return code.madd(square, code.polynomial(r, EXP[code.type]), r);
}

/** 2^(k + shift), where that is an ordinary float. */
export function power2(code: VectorCode, counter: Vector, shift = 0): Vector {
  const { fraction, bias } = code.layout;
  return code.int.shl(code.int.sub(counter, code.bits(BigInt(bias - shift))), fraction);
}

/** y·2ᵏ for k down to the smallest subnormal numbers, up to overflow: two factors, of which only the last rounds. */
export function scale(code: VectorCode, y: Vector, counter: VectorLocal): Vector {
  const { fraction } = code.layout;
  const half = code.let(code.int.shrU(counter, 1));
  const first = code.int.shl(half, fraction);
  const second = code.int.shl(code.int.sub(counter, half), fraction);
  return code.mul(code.mul(y, first), second);
}

/** x, but no farther out than `low` and `high`; NaN stays NaN. */
export function clamp(code: VectorCode, x: Vector, low: number, high: number): Vector {
  // Operands in this order give x where a comparison with NaN fails.
  return code.float.pmax(code.float.pmin(x, code.constant(high)), code.constant(low));
}

/** eˣ. It is ∞ where it overflows, and 0 below the subnormal numbers. */
export function exp(code: VectorCode, x: VectorLocal): Vector {
  const { zero, infinity } = EXP_RANGE[code.type];
  const { r, counter } = reduceByLn2(code, code.let(clamp(code, x, zero, infinity)));
  return scale(code, code.add(reducedExpm1(code, r), code.constant(1)), counter);
}

/** 2ˣ. */
export function exp2(code: VectorCode, x: VectorLocal): Vector {
  return exp2Sum(code, x);
}

/** 2^(x + rest) for a rest far below 1. */
export function exp2Sum(code: VectorCode, x: VectorLocal, rest?: Vector): Vector {
  const { fraction, bias } = code.layout;
  const bounded = code.let(clamp(code, x, -bias - fraction - 2, bias + 2));
  const { counter, k } = round(code, (magic) => code.add(bounded, magic));
  const remainder = code.sub(bounded, k);
  const r = code.let(rest ? code.add(remainder, rest) : remainder);
  const y = code.madd(r, code.polynomial(r, EXP2[code.type]), code.constant(1));
  return scale(code, y, counter);
}

/** eˣ − 1, accurate near 0 too. */
export function expm1(code: VectorCode, x: VectorLocal): Vector {
  const { fraction } = code.layout;
  const { infinity } = EXP_RANGE[code.type];
  // Where eˣ is far below the last bit, the result is −1.
  const bounded = code.let(clamp(code, x, -(fraction + 2) * Math.LN2, infinity));
  const { r, counter } = reduceByLn2(code, bounded);
  // 2ᵏ(eʳ − 1) + (2ᵏ − 1), halved, as 2ᵏ itself overflows before the result does
  const half = code.let(power2(code, counter, -1));
  const y = code.let(code.madd(reducedExpm1(code, r), half, code.sub(half, code.constant(0.5))));
  return withSignOf(code, code.add(y, y), x);
}

/** y with the sign bit set where x has it: for results that have x's sign, but may have lost that of zero. */
export function withSignOf(code: VectorCode, y: Vector, x: Vector): Vector {
  return code.or(y, code.and(x, code.signBit));
}
