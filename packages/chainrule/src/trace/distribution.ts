import type { Distribution } from "./health-format.ts";

const BINS = 30;

/**
 * How numbers are spread: moments, and counts in 30 bins of one width from the least to the largest of them. Equal numbers have one bin
 * in the middle. NaN and ±∞ are counted apart.
 */
export function distributionOf(numbers: ArrayLike<number>, bins = BINS): Distribution {
  const { length } = numbers;
  let [min, max, sum, finite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (let i = 0; i < length; i++) {
    const x = numbers[i];
    if (!Number.isFinite(x)) continue;
    if (x < min) min = x;
    if (x > max) max = x;
    sum += x;
    finite++;
  }
  const counts = new Float64Array(bins);
  const notFinite = length - finite;
  if (finite === 0) {
    const none = Number.NaN;
    const edges = edgesOf(0, 1, bins);
    return { count: length, min: none, max: none, mean: none, sd: none, notFinite, edges, counts };
  }
  const mean = sum / finite;
  // Equal numbers get a bin of some width, else rounding would decide where they fall.
  const margin = max > min ? 0 : Math.max(Math.abs(min), 1) / 2;
  const edges = edgesOf(min - margin, max + margin, bins);
  const perBin = bins / (edges[bins] - edges[0]);
  const last = bins - 1;
  let squares = 0;
  for (let i = 0; i < length; i++) {
    const x = numbers[i];
    // Not so for NaN either.
    if (!(x >= min && x <= max)) continue;
    squares += (x - mean) * (x - mean);
    // The quotient is only nearly right, and none where the range under- or overflows: the edges decide.
    const guess = (x - edges[0]) * perBin;
    let bin = guess < last ? Math.trunc(guess) : last;
    while (bin < last && x >= edges[bin + 1]) bin++;
    while (bin > 0 && x < edges[bin]) bin--;
    counts[bin]++;
  }
  return { count: length, min, max, mean, sd: Math.sqrt(squares / finite), notFinite, edges, counts };
}

function edgesOf(low: number, high: number, bins: number): Float64Array {
  const edges = new Float64Array(bins + 1);
  // Not low + (i / bins)(high − low): that difference may overflow.
  for (let i = 0; i <= bins; i++) edges[i] = low * (1 - i / bins) + high * (i / bins);
  edges[bins] = high;
  return edges;
}

/** √(Σ x²) of several arrays together. */
export function normOf(arrays: readonly ArrayLike<number>[]): number {
  let sum = 0;
  for (const numbers of arrays) for (let i = 0; i < numbers.length; i++) sum += numbers[i] * numbers[i];
  return Math.sqrt(sum);
}

/** √(mean of x²). */
export const rootMeanSquare = ({ mean, sd }: Distribution): number => Math.hypot(mean, sd);
