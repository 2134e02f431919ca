/** Moments of the values at some rows, missing ones left out. None of them overflows while the values are finite. */

/** Mean and standard deviation (of the values as a whole population). NaN where there are no values. */
export function meanAndScale(values: Float64Array, rows: Int32Array): { mean: number; scale: number } {
  let count = 0;
  let largest = 0;
  for (const row of rows) {
    const value = values[row];
    if (!Number.isFinite(value)) continue;
    count++;
    largest = Math.max(largest, Math.abs(value));
  }
  if (count === 0) return { mean: Number.NaN, scale: Number.NaN };
  // In units of the largest, so that neither sums nor squares leave the range of numbers.
  const unit = largest > 0 ? largest : 1;
  let sum = 0;
  for (const row of rows) if (Number.isFinite(values[row])) sum += values[row] / unit;
  const mean = sum / count;
  let squares = 0;
  for (const row of rows) if (Number.isFinite(values[row])) squares += (values[row] / unit - mean) ** 2;
  return { mean: mean * unit, scale: Math.sqrt(squares / count) * unit };
}

/** The middle value; the mean of both middle ones where their number is even. NaN where there are no values. */
export function median(values: Float64Array, rows: Int32Array): number {
  const sorted = Float64Array.from(rows, (row) => values[row])
    .filter(Number.isFinite)
    .sort();
  if (sorted.length === 0) return Number.NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2;
}
