import { expect, test } from "vitest";
import { zeroContour } from "./contour.ts";

test("the contour of a plane is the line where it is zero", () => {
  // f = i + j − 2.5 over 4 × 4 samples.
  const size = 4;
  const field = Float32Array.from({ length: size * size }, (_, n) => (n % size) + Math.floor(n / size) - 2.5);
  const segments = zeroContour(field, size);
  expect(segments.length % 4).toBe(0);
  expect(segments.length).toBeGreaterThan(0);
  for (let k = 0; k < segments.length; k += 2) expect(segments[k]! + segments[k + 1]!).toBeCloseTo(2.5, 6);
});

test("a field of one sign has no contour, a lone high sample one closed ring around it", () => {
  expect(zeroContour(new Float32Array(9).fill(1), 3)).toEqual([]);
  const peak = new Float32Array(9).fill(-1);
  peak[4] = 1;
  const segments = zeroContour(peak, 3);
  expect(segments.length).toBe(4 * 4);
  for (let k = 0; k < segments.length; k += 2) {
    const distance = Math.abs(segments[k]! - 1) + Math.abs(segments[k + 1]! - 1);
    expect(distance).toBeCloseTo(0.5, 6);
  }
});
