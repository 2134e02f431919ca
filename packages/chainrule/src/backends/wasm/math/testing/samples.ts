/** float32 inputs to test functions with. */
import { toBits } from "./ulp.ts";

/** Where functions have zeros, poles and limits, and where the emitters change their way. */
const special = [
  0, 1, 2, 4, 0.5, 0.625, 0.41421357, 0.70710677, Math.SQRT2, 0.78539819, 1.5707964, Math.PI, 355, 1048576,
  16777216, 8388608, 4194304.5, 9.010913, 17.32868, 20, 87.33654, 88.72284, 89.415985, 103.97208, 126, 128, 149,
  150, 15, 1.1754944e-38, 1e-45, 5.9604645e-8, 3.4028235e38, Number.POSITIVE_INFINITY,
]; // biome-ignore format: a list

/**
 * One number with random last bits in each 4096 bit patterns, and 100 neighbours on both sides of ± each special point; in
 * number a multiple of 8.
 */
export function sampleInputs(): Float32Array {
  const bits: number[] = [];
  for (let i = 0; i < 1 << 20; i++) bits.push((i << 12) | (Math.imul(i, 0x9e3779b1) >>> 20));
  for (const point of special) {
    for (let d = -100; d <= 100; d++) {
      const near = (toBits(point) + d) & 0x7fffffff;
      bits.push(near, near | 0x80000000);
    }
  }
  while (bits.length % 8 !== 0) bits.push(0);
  return new Float32Array(Int32Array.from(bits).buffer);
}

/** Numbers whose pairs are cases of their own for functions of two. */
export const pairValues = [
  0, -0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 0.99999994, 1.0000001, 16777215, -16777215, 16777216, 1e10, 1e-45, -1e-45,
  1.1754944e-38, 3.4028235e38, -3.4028235e38, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN,
]; // biome-ignore format: a list
