/** Matrix products of eager tensors, on plain arrays. Nothing is compiled before the first one. */

import type { FloatType } from "./microkernels.ts";
import { Multiplier } from "./multiplier.ts";
import { type GemmTier, type RefusedTier, theTiers } from "./tiers.ts";
import type { FloatArray } from "./workspace.ts";

let multiplier: Multiplier | undefined;

function theMultiplier(): Multiplier {
  multiplier ??= new Multiplier(theTiers());
  return multiplier;
}

/**
 * out[i, j] = Σ_k a[i, k] · b[k, j], for an m × k matrix `a` and a k × n matrix `b` with any element strides (a transposed
 * view costs nothing extra; a stride of 0 repeats a row or column). `out` gets m × n elements, row-major without gaps from
 * `outOffset` on; it must not share memory with `a` or `b`. All three arrays are of the given type, and m, n or k may be 0.
 *
 * The sum over k is cut into runs that depend on k alone (`blockOfK`), so a result's bits depend neither on m, n and strides nor
 * on the tier's tile; they do differ between tiers that fuse a product with its sum and those that do not.
 */
export function gemm(
  type: FloatType,
  m: number,
  n: number,
  k: number,
  a: FloatArray,
  aOffset: number,
  aRowStride: number,
  aColumnStride: number,
  b: FloatArray,
  bOffset: number,
  bRowStride: number,
  bColumnStride: number,
  out: FloatArray,
  outOffset: number,
): void {
  theMultiplier().multiply(
    type,
    { m, n, k },
    { data: a, offset: aOffset, rowStride: aRowStride, columnStride: aColumnStride },
    { data: b, offset: bOffset, rowStride: bRowStride, columnStride: bColumnStride },
    out,
    outOffset,
  );
}

/**
 * Multiply–adds from which on `gemm` pays. A call breaks even with plain loops at about 1000 (node bench/gemm/run.ts
 * --crossover); up to twice that it gains too little to make up for compiling the kernels.
 */
const worthwhile = 2048;

/**
 * Whether `gemm` is faster than plain loops for an m × k by k × n product. False for all sizes where the engine has no
 * WebAssembly SIMD.
 */
export function gemmIsWorthIt(m: number, n: number, k: number): boolean {
  return m * n * k >= worthwhile && theMultiplier().tier().tier !== "none";
}

/**
 * The tier in use, and the better ones that were passed over with the reason. A kernel is checked when a product first
 * needs it, so a later product may still step down.
 */
export function gemmTier(): { readonly tier: GemmTier; readonly refused: readonly RefusedTier[] } {
  return theMultiplier().tier();
}
