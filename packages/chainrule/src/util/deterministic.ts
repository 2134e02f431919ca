/**
 * exp, log, log1p, sin and cos in float64 from +, −, ×, ÷ and √ alone, so that every engine and machine gives the same
 * bits (ECMAScript leaves the accuracy of `Math.exp`, `Math.log`, `Math.sin` and `Math.cos` open). Whatever turns random
 * bits into random numbers uses these. Their errors stay below 1 ulp (log1p: 1.01).
 *
 * The polynomials interpolate at Chebyshev nodes, computed with 60 digits; their own error is below 2⁻⁵⁷ of the result.
 * Arguments are reduced as in W. J. Cody and W. Waite, Software Manual for the Elementary Functions (1980).
 */
import { ChainruleError } from "./errors.ts";

// One float64 seen as two 32-bit words, to read exponents; typed arrays use the machine's byte order.
const float = new Float64Array([1]);
const word = new Int32Array(float.buffer);
const HIGH = word[1] !== 0 ? 1 : 0;

// 2ᵏ at k + 1074, down to the smallest subnormal number. (Writing exponents as bits would be slower: processors wait
// when a load takes up what two stores wrote.)
const powers = new Float64Array(1074 + 1024);
powers[1074] = 1;
for (let k = 1; k <= 1023; k++) powers[1074 + k] = powers[1073 + k] * 2;
for (let k = 1; k <= 1074; k++) powers[1074 - k] = powers[1075 - k] / 2;

// ln 2 and π/2 in parts. A multiple k of a 33-bit part is exact for |k| ≤ 2²⁰.
const LN2_HIGH = 0.6931471804855391;
const LN2_LOW = 7.440617110012397e-11;
const LOG2_E = Math.LOG2E;
const HALF_PI_1 = 1.5707963267341256;
const HALF_PI_2 = 6.077100506303966e-11;
const HALF_PI_3 = 2.0222662487959506e-21;
const TWO_OVER_PI = 0.6366197723675814;

const TWO_54 = 18014398509481984;

/** y·2ᵏ, rounded once, for integers k in [−1122, 1123] and a y of ordinary size (2⁻⁵⁰ ≤ |y| < 2⁵⁰). */
export function scalb(y: number, k: number): number {
  // A power out of range takes two steps, of which the first is exact.
  if (k > 1023) return y * powers[1074 + k - 100] * powers[1174];
  if (k < -1074) return y * powers[974] * powers[1074 + k + 100];
  return y * powers[1074 + k];
}

/**
 * The natural logarithm. log(0) = −∞, log(+∞) = +∞, NaN below zero.
 *
 * x = 2ᵏ(1 + f) with 1 + f in [√½, √2); then log(1 + f) = 2 artanh s, s = f/(2 + f), written as f − (f²/2 − s(f²/2 + R))
 * so that the leading term f is exact.
 */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  if (x < 2.2250738585072014e-308) return log(x * TWO_54) - 54 * Math.LN2;
  float[0] = x;
  // Adding what the fraction of √2 (0x6a09e) lacks of 1 carries into the exponent for fractions from there on.
  const k = ((word[HIGH] + (0x100000 - 0x6a09e)) >> 20) - 1023;
  const f = x * powers[1074 - k] - 1;
  const s = f / (2 + f);
  const z = s * s;
  const r =
    z *
    (0.666666666666667 +
      z *
        (0.39999999999899455 +
          z *
            (0.2857142862599856 +
              z *
                (0.22222211131028516 +
                  z * (0.1818288939967788 + z * (0.1533171247937695 + z * 0.14616562422150145))))));
  const half = 0.5 * f * f;
  return k * LN2_HIGH - (half - (s * (half + r) + k * LN2_LOW) - f);
}

/** log(1 + x), accurate for small x too. log1p(−1) = −∞, NaN below. */
export function log1p(x: number): number {
  const u = 1 + x;
  if (!(u > 0) || u === Number.POSITIVE_INFINITY) return log(u);
  // What 1 + x lost in rounding, δ, comes back as log(u + δ) ≈ log u + δ/u.
  const lost = x < 1 ? x - (u - 1) : 1 - (u - x);
  return u === 1 ? x : log(u) + lost / u;
}

/** The exponential. It overflows to +∞ above 709.78 and underflows, through the subnormal numbers, to 0 below −745.14. */
export function exp(x: number): number {
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -745.1332191019412) return 0;
  return expReduced(x, 0);
}

/** exp(x + tail) for a tail far below x, with x in [−760, 709.79] or NaN. */
export function expReduced(x: number, tail: number): number {
  const k = Math.floor(x * LOG2_E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW - tail;
  const r = high - low;
  const rest = high - r - low;
  const p =
    0.5 +
    r *
      (0.1666666666666667 +
        r *
          (0.04166666666666667 +
            r *
              (0.008333333333326084 +
                r *
                  (0.0013888888888883711 +
                    r *
                      (0.0001984126987500228 +
                        r *
                          (2.480158732567746e-5 +
                            r *
                              (2.755725517000089e-6 +
                                r *
                                  (2.755727347871858e-7 +
                                    r * (2.5105312729622103e-8 + r * 2.09147553258932e-9)))))))));
  // exp(r + rest) = 1 + r + r²p + rest·eʳ, added from the smallest term up.
  return scalb(1 + (r + (r * r * p + rest * (1 + r))), k);
}

/** The largest |x| that {@link sincos} takes: above it the reduction by π/2 would lose bits. */
export const SINCOS_LIMIT = 1 << 20;

/** Writes sin x to `out[0]` and cos x to `out[1]`, for |x| ≤ 2²⁰ (NaN gives NaN). */
export function sincos(x: number, out: Float64Array): void {
  if (x > SINCOS_LIMIT || x < -SINCOS_LIMIT) {
    throw new ChainruleError(
      "argument",
      `sincos(${x}) lies beyond ±2^20.`,
      "Reduce the angle by full turns first.",
    );
  }
  const k = Math.floor(x * TWO_OVER_PI + 0.5);
  // r + tail = x − k·π/2; the middle difference is rounded, so its error goes into the tail.
  const t = x - k * HALF_PI_1;
  const w = k * HALF_PI_2;
  const y = t - w;
  const b = t - y;
  const low = t - (y + b) + (b - w) - k * HALF_PI_3;
  const r = y + low;
  const tail = y - r + low;

  const z = r * r;
  const half = 0.5 * z;
  const one = 1 - half;
  // sin(r + tail) = r + (r³S(r²) + tail·(1 − r²/2))
  const sine =
    r +
    (r *
      z *
      (-0.16666666666666666 +
        z *
          (0.008333333333333331 +
            z *
              (-0.00019841269841265017 +
                z *
                  (2.755731921930192e-6 +
                    z *
                      (-2.5052106219521895e-8 +
                        z * (1.6058529572267874e-10 - z * 7.586576588170975e-13)))))) +
      tail * one);
  // cos(r + tail) = 1 − r²/2 + (r⁴C(r²) − r·tail), with the rounding of 1 − r²/2 put back
  const cosine =
    one +
    (1 -
      one -
      half +
      (z *
        z *
        (0.041666666666666664 +
          z *
            (-0.0013888888888887382 +
              z *
                (2.480158729874307e-5 +
                  z * (-2.7557317260008837e-7 + z * (2.087614382799313e-9 - z * 1.1382456778061164e-11))))) -
        r * tail));
  // Quarter turns swap and negate; without branches, which random angles would make the processor guess wrong.
  const swap = k & 1;
  out[swap] = (1 - ((k + swap) & 2)) * sine;
  out[1 - swap] = (1 - (k & 2)) * cosine;
}

const pair = new Float64Array(2);

/** sin x for |x| ≤ 2²⁰. */
export function sin(x: number): number {
  sincos(x, pair);
  return pair[0];
}

/** cos x for |x| ≤ 2²⁰. */
export function cos(x: number): number {
  sincos(x, pair);
  return pair[1];
}
