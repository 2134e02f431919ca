/** Sorting of many scores at once. */
import { ChainruleError } from "../util/errors.ts";

/** Bits that one pass sorts by. Three passes cover one half of a float64. */
const digit = 11;
const buckets = 1 << digit;

/**
 * The places of scores from the highest to the lowest, equal ones as they came (−0 equals 0): a radix sort of their bits, several
 * times faster than a sort by comparisons. Passes in which all digits agree, as most do for whole numbers and float32, are left out.
 *
 * @throws ChainruleError `non-finite` for NaN, which has no rank
 */
export function descending(scores: ArrayLike<number>): Uint32Array {
  const n = scores.length;
  const numbers = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    if (Number.isNaN(scores[i])) {
      throw new ChainruleError(
        "non-finite",
        `The score of sample ${i} is NaN and has no rank.`,
        "Look for the NaN in the model's input or weights.",
      );
    }
    numbers[i] = scores[i] + 0;
  }
  const words = new Uint32Array(numbers.buffer);
  // Positive numbers grow with their bits and negative ones fall: turned over, the bits of all fall as the numbers grow.
  for (let i = 0; i < n; i++) {
    if (words[2 * i + high] >>> 31 === 1) continue;
    words[2 * i + high] ^= 0x7fffffff;
    words[2 * i + 1 - high] ^= 0xffffffff;
  }
  let order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  let next = new Uint32Array(n);
  const ends = new Uint32Array(buckets);
  for (const half of [1 - high, high]) {
    for (let shift = 0; shift < 32; shift += digit) {
      ends.fill(0);
      for (let i = 0; i < n; i++) ends[(words[2 * i + half] >>> shift) & (buckets - 1)]++;
      if (ends[(words[half] >>> shift) & (buckets - 1)] === n) continue;
      let start = 0;
      for (let b = 0; b < buckets; b++) {
        const count = ends[b];
        ends[b] = start;
        start += count;
      }
      for (let k = 0; k < n; k++) {
        const at = order[k];
        next[ends[(words[2 * at + half] >>> shift) & (buckets - 1)]++] = at;
      }
      [order, next] = [next, order];
    }
  }
  return order;
}

/** Which word of a float64 holds its sign: the second one, on a machine that stores the low word first. */
const high = new Uint32Array(Float64Array.of(-1).buffer)[1] === 0 ? 0 : 1;
