/** Samples of indices: permutations and draws by weight, as PyTorch's CPU kernels make them. */
import { ChainruleError } from "../../util/errors.ts";
import { counted } from "../../util/wording.ts";
import { type FloatArray, fillExponential } from "./fill.ts";
import type { Generator } from "./generator.ts";
import { remainder, remainder64 } from "./remainder.ts";

/** From this many elements on PyTorch shuffles with 64-bit draws, since the remainder of 32 bits would be biased. */
const WIDE = 214748364;

/**
 * A random permutation of 0 … n − 1: `randperm`. Element i changes places with element i + (next32 mod (n − i)).
 *
 * @throws ChainruleError `argument` when n is negative or no integer that int32 holds.
 */
export function randperm(n: number, generator: Generator): Int32Array {
  if (!Number.isInteger(n) || n < 0 || n >= 2 ** 31) {
    throw new ChainruleError(
      "argument",
      `randperm(${n}) has no int32 indices.`,
      "Pass an integer n >= 0 below 2^31.",
    );
  }
  if (n >= WIDE) return shuffleWide(n, generator);
  const out = new Int32Array(n);
  for (let i = 0; i < n; i++) out[i] = i;
  for (let i = 0; i < n - 1; i++) {
    const other = i + remainder(generator.next32(), n - i);
    const kept = out[i];
    out[i] = out[other];
    out[other] = kept;
  }
  return out;
}

/** The inside-out shuffle for huge n: element i goes to a place z = (64-bit draw) mod (i + 1), whose old content moves to i. */
export function shuffleWide(n: number, generator: Generator): Int32Array {
  const out = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const z = remainder64(generator, i + 1);
    out[i] = out[z];
    out[z] = i;
  }
  return out;
}

/**
 * `numSamples` indices drawn by weight: `torch.multinomial` on one row of weights. For a matrix call it row after row.
 *
 * With replacement, each 53-bit uniform number is looked up in the cumulative weights, summed and divided in the weights'
 * dtype. Without, the indices of the largest wᵢ/qᵢ with qᵢ exponential, largest first; rows of the same matrix draw their
 * q one after the other.
 *
 * @param weights - non-negative and finite, not all zero; they need not sum to 1.
 * @throws ChainruleError `argument` for other weights, or for more samples than categories without replacement.
 */
export function multinomial(
  weights: FloatArray,
  numSamples: number,
  replacement: boolean,
  generator: Generator,
): Int32Array {
  const n = weights.length;
  let total = 0;
  for (const w of weights) {
    if (!(w >= 0 && w < Number.POSITIVE_INFINITY)) {
      throw new ChainruleError("argument", `${w} is not a weight to draw by.`, "Pass finite weights >= 0.");
    }
    total += w;
  }
  if (!(total > 0)) {
    throw new ChainruleError(
      "argument",
      "All weights to draw by are zero.",
      "Give at least one a weight above zero.",
    );
  }
  if (!Number.isInteger(numSamples) || numSamples < 1 || (!replacement && numSamples > n)) {
    throw new ChainruleError(
      "argument",
      `Cannot draw ${numSamples} of ${counted(n, "category", "categories")}${replacement ? "" : " without replacement"}.`,
      replacement ? "Pass numSamples >= 1." : `Pass numSamples from 1 to ${n}, or replacement.`,
    );
  }
  return replacement
    ? drawWithReplacement(weights, numSamples, generator)
    : drawDistinct(weights, numSamples, generator);
}

function drawWithReplacement(weights: FloatArray, numSamples: number, generator: Generator): Int32Array {
  const n = weights.length;
  const cumulative = new (weights instanceof Float32Array ? Float32Array : Float64Array)(n);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    cumulative[i] = sum + weights[i]; // the array rounds to its dtype
    sum = cumulative[i];
  }
  for (let i = 0; i < n; i++) cumulative[i] /= sum;
  cumulative[n - 1] = 1;
  const out = new Int32Array(numSamples);
  for (let j = 0; j < numSamples; j++) {
    const u = generator.uniform53();
    let left = 0;
    let right = n;
    while (left < right) {
      const middle = (left + right) >> 1;
      if (cumulative[middle] < u) left = middle + 1;
      else right = middle;
    }
    out[j] = left;
  }
  return out;
}

function drawDistinct(weights: FloatArray, numSamples: number, generator: Generator): Int32Array {
  const n = weights.length;
  const score = new (weights instanceof Float32Array ? Float32Array : Float64Array)(n);
  fillExponential(score, generator);
  for (let i = 0; i < n; i++) score[i] = weights[i] / score[i];
  const order = Array.from(score.keys()).sort((a, b) => score[b] - score[a] || a - b);
  return Int32Array.from(order.slice(0, numSamples));
}
