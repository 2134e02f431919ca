import fc from "fast-check";
import { expect, test } from "vitest";
import { firstAtLeast, nearest, thin } from "./thin.ts";

const all: [number, number] = [-Infinity, Infinity];

test("few points stay as they are, with gaps where a number can not be drawn", () => {
  const y = [1, Number.NaN, -2, 0, 3];
  expect(thin(undefined, y, all, 10)).toEqual({ x: [0, 1, 2, 3, 4], y: [1, null, -2, 0, 3] });
  expect(thin([1, 2, 4, 8, 16], y, all, 10, true)).toEqual({
    x: [1, 2, 4, 8, 16],
    y: [1, null, null, null, 3],
  });
});

test("only what is between two x is kept, and one point on either side", () => {
  const y = Float64Array.from({ length: 100 }, (_, i) => i);
  expect(thin(undefined, y, [10, 12], 50).x).toEqual([9, 10, 11, 12, 13]);
});

test("the extremes of a long line are never lost, in any length", () => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 3000 }),
      (y) => {
        const { x, y: kept } = thin(undefined, y, all, 20);
        const numbers = kept.filter((value) => value !== null);
        expect(Math.max(...numbers)).toBe(Math.max(...y));
        expect(Math.min(...numbers)).toBe(Math.min(...y));
        expect(x.length).toBeLessThanOrEqual(3 * 21);
        expect(x).toEqual([...x].sort((a, b) => a - b));
        expect(kept).toEqual(x.map((i) => y[i]));
      },
    ),
  );
});

test("places are found by x", () => {
  expect(firstAtLeast([1, 3, 5], 3, 3)).toBe(1);
  expect(firstAtLeast([1, 3, 5], 3, 6)).toBe(3);
  expect(firstAtLeast(undefined, 10, 2.5)).toBe(3);
  expect(nearest([1, 3, 5], 3, 3.9)).toBe(1);
  expect(nearest([1, 3, 5], 3, 99)).toBe(2);
  expect(nearest(undefined, 10, 2.4)).toBe(2);
  expect(nearest([], 0, 1)).toBe(-1);
});
