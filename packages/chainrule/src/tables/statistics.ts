/** Moments and quantiles of the values at some rows, missing ones left out. None of them overflows while the values are finite. */

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

/** The finite values at some rows (by default all), in ascending order. */
export function sortedValues(values: Float64Array, rows?: Int32Array): Float64Array {
  const n = rows?.length ?? values.length;
  const found = new Float64Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) {
    const value = values[rows ? rows[i] : i];
    if (Number.isFinite(value)) found[count++] = value;
  }
  return found.subarray(0, count).sort();
}

/**
 * The value below which a share of the sorted values lies, 0 ≤ share ≤ 1, on the line between neighbours as numpy's default. NaN
 * where there are no values.
 */
export function quantile(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const rest = place - low;
  return rest === 0 ? sorted[low] : sorted[low] * (1 - rest) + sorted[low + 1] * rest;
}

/** The third standardized moment, population form: 0 for symmetric values, 2 for exponential ones. NaN without spread. */
export function skewness(values: Float64Array, rows: Int32Array): number {
  const { mean, scale } = meanAndScale(values, rows);
  let count = 0;
  let cubes = 0;
  for (const row of rows) {
    if (!Number.isFinite(values[row])) continue;
    count++;
    cubes += ((values[row] - mean) / scale) ** 3;
  }
  return cubes / count;
}
