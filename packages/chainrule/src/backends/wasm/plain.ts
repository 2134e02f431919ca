/** Matrix products as plain loops: for engines without WebAssembly SIMD, and to check the kernels against. */
import { blockOfK } from "./blocking.ts";
import type { Factor } from "./factor.ts";
import type { FloatType } from "./microkernels.ts";
import type { FloatArray } from "./workspace.ts";

/**
 * out[i, j] = Σ_k a[i, k] · b[k, j], row-major from `outOffset` on. Products and sums are rounded to the type, in the order
 * of the kernels, so that the result equals that of the tier `simd` in every bit.
 */
export function plainProduct(
  type: FloatType,
  m: number,
  n: number,
  k: number,
  a: Factor,
  b: Factor,
  out: FloatArray,
  outOffset: number,
): void {
  const run = blockOfK(k);
  const sums = type === "float32" ? new Float32Array(n) : new Float64Array(n);
  const addRow = type === "float32" ? addRoundedRow : addExactRow;
  for (let i = 0; i < m; i++) {
    const row = outOffset + i * n;
    out.fill(0, row, row + n);
    for (let k0 = 0; k0 < k; k0 += run) {
      sums.fill(0);
      const end = Math.min(k, k0 + run);
      for (let p = k0; p < end; p++) {
        const factor = a.data[a.offset + i * a.rowStride + p * a.columnStride];
        addRow(sums, factor, b.data, b.offset + p * b.rowStride, b.columnStride);
      }
      for (let j = 0; j < n; j++) out[row + j] += sums[j];
    }
  }
}

// sums += factor · row. Two functions, as each sees one type of array: engines make fast code for that alone.

function addExactRow(sums: FloatArray, factor: number, row: FloatArray, start: number, stride: number): void {
  for (let j = 0, at = start; j < sums.length; j++, at += stride) sums[j] += factor * row[at];
}

// The product is rounded here and the sum by the store; adding two float32 in float64 before that rounding changes nothing.
function addRoundedRow(
  sums: FloatArray,
  factor: number,
  row: FloatArray,
  start: number,
  stride: number,
): void {
  for (let j = 0, at = start; j < sums.length; j++, at += stride) sums[j] += Math.fround(factor * row[at]);
}
