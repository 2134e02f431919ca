/** A line with as many points as a plot can show. */
export interface Thinned {
  readonly x: number[];
  readonly y: (number | null)[];
}

/** The place of the first x that is not below a value, in rising x; without x they are 0, 1, 2, … */
export function firstAtLeast(x: ArrayLike<number> | undefined, length: number, value: number): number {
  if (x === undefined) return Math.min(length, Math.max(0, Math.ceil(value)));
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((x[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The place whose x is nearest to a value; -1 where there is none. */
export function nearest(x: ArrayLike<number> | undefined, length: number, value: number): number {
  if (length === 0) return -1;
  const at = firstAtLeast(x, length, value);
  if (at === 0) return 0;
  if (at === length) return length - 1;
  const xAt = (i: number): number => (x ? (x[i] as number) : i);
  return value - xAt(at - 1) <= xAt(at) - value ? at - 1 : at;
}

/**
 * The points of a line between two x, and one more on either side. Of many, the lowest and the highest of each of so many equal runs
 * are kept, so that no peak is lost. Where `positive`, numbers that are not above zero are gaps, as are those that are not finite.
 */
export function thin(
  x: ArrayLike<number> | undefined,
  y: ArrayLike<number>,
  [from, to]: readonly [number, number],
  runs: number,
  positive = false,
): Thinned {
  const xAt = (i: number): number => (x ? (x[i] as number) : i);
  const start = Math.max(0, firstAtLeast(x, y.length, from) - 1);
  const end = Math.min(y.length, firstAtLeast(x, y.length, to) + 2);
  const shown = (value: number): number | null =>
    Number.isFinite(value) && !(positive && value <= 0) ? value : null;
  const result: Thinned = { x: [], y: [] };
  const keep = (i: number) => {
    result.x.push(xAt(i));
    result.y.push(shown(y[i] as number));
  };
  if (end - start <= 3 * runs) {
    for (let i = start; i < end; i++) keep(i);
    return result;
  }
  // Runs lie at multiples of their length, so that they stay the same while a line grows.
  const length = Math.ceil((end - start) / runs);
  for (let first = start - (start % length); first < end; first += length) {
    const last = Math.min(end, first + length);
    let low = -1;
    let high = -1;
    let gap = -1;
    for (let i = Math.max(start, first); i < last; i++) {
      const value = shown(y[i] as number);
      if (value === null) gap = i;
      else {
        if (low < 0 || value < (y[low] as number)) low = i;
        if (high < 0 || value > (y[high] as number)) high = i;
      }
    }
    const kept = [...new Set([low, high, gap])].filter((i) => i >= 0).sort((a, b) => a - b);
    for (const i of kept) keep(i);
  }
  return result;
}
