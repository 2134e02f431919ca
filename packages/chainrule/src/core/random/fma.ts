/**
 * a·b + c rounded once, as the fused multiply–add of today's processors: PyTorch's CPU kernels scale a uniform number to
 * [low, high) with one, so that the same bits need one here. JavaScript has none; these build it from plain operations.
 */

/** a·b + c in float32, for float32 arguments. */
export function fma32(a: number, b: number, c: number): number {
  const product = a * b; // exact: 24 + 24 bits fit the 53 of a float64
  const sum = product + c;
  const rounded = Math.fround(sum);
  // Rounding to 53 and then to 24 bits goes wrong only where the first rounding lands on a tie of the second.
  const rest = sum - rounded;
  const neighbour = rounded + 2 * rest;
  if (rest === 0 || Math.fround(neighbour) !== neighbour) return rounded;
  return twoSumError(product, c, sum) * rest > 0 ? neighbour : rounded;
}

/** (a + b) − fl(a + b), exactly (O. Møller and D. Knuth's TwoSum). */
function twoSumError(a: number, b: number, sum: number): number {
  const bb = sum - a;
  return a - (sum - bb) + (b - bb);
}

const SPLIT = 134217729; // 2²⁷ + 1, T. J. Dekker's constant for halving a significand

/**
 * a·b + c in float64, for factors below 2⁹⁹⁶ and products above 2⁻⁹⁶⁸ (others may be rounded twice).
 *
 * The exact product is a pair (p, e). Adding its parts to c leaves three terms, of which the two small ones are added with
 * their last bit forced odd when anything was lost (S. Boldo and G. Melquiond, IEEE Trans. Comput. 57 (2008)).
 */
export function fma64(a: number, b: number, c: number): number {
  const p = a * b;
  const ta = SPLIT * a;
  const aHigh = ta - (ta - a);
  const aLow = a - aHigh;
  const tb = SPLIT * b;
  const bHigh = tb - (tb - b);
  const bLow = b - bHigh;
  const e = aLow * bLow - (p - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
  const low = c + e;
  const lowError = twoSumError(c, e, low);
  const sum = p + low;
  const sumError = twoSumError(p, low, sum);
  const result = sum + addOdd(sumError, lowError);
  // Splitting overflows above 2⁹⁹⁶; what lies out there is rounded twice instead.
  return result - result === 0 ? result : a * b + c;
}

const bits = new BigInt64Array(1);
const value = new Float64Array(bits.buffer);

/** a + b rounded to odd: an inexact sum whose last bit is even moves to its neighbour on the exact sum's side. */
function addOdd(a: number, b: number): number {
  const sum = a + b;
  const error = twoSumError(a, b, sum);
  if (error === 0) return sum;
  value[0] = sum;
  if ((bits[0] & 1n) === 0n) bits[0] += error > 0 === sum > 0 ? 1n : -1n;
  return value[0];
}
