import fc from "fast-check";
import { expect, test } from "vitest";
import { tensor } from "../tensor/index.ts";
import { quantile } from "./quantile.ts";

// Numbers of numpy stand in tests/golden/metrics.test.ts.
test("quantile takes one share or several", () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile(tensor([[3], [1]]), [0, 1])).toEqual([1, 3]);
  expect(quantile([4, 1, 3, 2], [0.5], { method: "higher" })).toEqual([3]);
  expect(quantile([1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], 0.8)).toBe(
    Number.POSITIVE_INFINITY,
  );
});

test("it rises with the share, within the values, in whatever order they come", () => {
  const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), {
    minLength: 1,
  });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(values, share, share, (xs, a, b) => {
      const [low, high] = quantile(xs, [Math.min(a, b), Math.max(a, b)]);
      expect(low).toBeLessThanOrEqual(high);
      expect(low).toBeGreaterThanOrEqual(Math.min(...xs));
      expect(high).toBeLessThanOrEqual(Math.max(...xs));
      expect(quantile([...xs].reverse(), a)).toBe(quantile(xs, a));
      expect(quantile(xs, a, { method: "lower" })).toBeLessThanOrEqual(quantile(xs, a, { method: "higher" }));
    }),
  );
});

test("what has no quantile is refused", () => {
  expect(() => quantile([], 0.5)).toThrow(/no values to rank/);
  expect(() => quantile([1, Number.NaN], 0.5)).toThrow(/hold NaN at 1/);
  expect(() => quantile([1], 1.5)).toThrow(/quantile 1.5/);
  expect(() => quantile([1], 0.5, { method: "nearest" as "lower" })).toThrow(/no method "nearest"/);
});
