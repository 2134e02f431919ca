import fc from "fast-check";
import { expect, test } from "vitest";
import { logTicks } from "./logTicks.ts";

test("ticks are round, by how much there is between", () => {
  expect(logTicks(3e-6, 2)).toEqual([1e-5, 1e-4, 1e-3, 0.01, 0.1, 1]);
  expect(logTicks(0.03, 1.2)).toEqual([0.05, 0.1, 0.2, 0.5, 1]);
  expect(logTicks(0.35, 1.1)).toEqual([0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  expect(logTicks(0.61, 0.69)).toEqual([0.62, 0.64, 0.66, 0.68]);
});

test("they lie within the range, rise, and are neither none nor too many", () => {
  const size = fc.double({ min: -30, max: 30, noNaN: true });
  fc.assert(
    fc.property(size, fc.double({ min: 0.3, max: 40, noNaN: true }), (exponent, decades) => {
      const [low, high] = [10 ** exponent, 10 ** (exponent + decades)];
      const ticks = logTicks(low, high);
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThan(13);
      expect(ticks).toEqual([...ticks].sort((a, b) => a - b));
      expect(ticks.every((x) => x >= low && x <= high)).toBe(true);
    }),
  );
});
