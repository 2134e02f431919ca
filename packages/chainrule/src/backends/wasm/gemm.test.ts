import { expect, test } from "vitest";
import { gemm, gemmIsWorthIt, gemmTier } from "./gemm.ts";

test("multiplies row-major matrices and transposed views", () => {
  // [1 2; 3 4; 5 6] · [1 0 2; 0 1 3], then the same with the second factor given as its transpose.
  const a = Float64Array.of(1, 2, 3, 4, 5, 6);
  const out = new Float64Array(9);
  gemm("float64", 3, 3, 2, a, 0, 2, 1, Float64Array.of(1, 0, 2, 0, 1, 3), 0, 3, 1, out, 0);
  expect([...out]).toEqual([1, 2, 8, 3, 4, 18, 5, 6, 28]);
  gemm("float64", 3, 3, 2, a, 0, 2, 1, Float64Array.of(1, 0, 0, 1, 2, 3), 0, 1, 2, out, 0);
  expect([...out]).toEqual([1, 2, 8, 3, 4, 18, 5, 6, 28]);
});

test("the tier is one that exists, and tiny products are left to loops", () => {
  expect(["wide", "relaxed", "simd", "none"]).toContain(gemmTier().tier);
  expect(gemmIsWorthIt(2, 3, 1)).toBe(false);
  expect(gemmIsWorthIt(0, 1000, 1000)).toBe(false);
  expect(gemmIsWorthIt(64, 128, 784)).toBe(gemmTier().tier !== "none");
});
