import fc from "fast-check";
import { expect, test } from "vitest";
import { descending } from "./order.ts";

const sorted = (scores: ArrayLike<number>): number[] =>
  Array.from(scores, (_, i) => i).sort((a, b) =>
    scores[a] === scores[b] ? a - b : scores[b] > scores[a] ? 1 : -1,
  );

test("the order is that of a stable sort by comparisons", () => {
  const all = fc.oneof(
    fc.double({ noNaN: true }),
    fc.integer({ min: -3, max: 3 }),
    fc.float({ noNaN: true }),
    fc.constantFrom(0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, -5e-324),
  );
  fc.assert(
    fc.property(fc.array(all, { maxLength: 200 }), (scores) => {
      expect([...descending(scores)]).toEqual(sorted(scores));
    }),
    { numRuns: 300 },
  );
  const many = Float64Array.from({ length: 20_000 }, (_, i) => Math.sin(i * i) * 10 ** (i % 9));
  expect([...descending(many)]).toEqual(sorted(many));
});

test("NaN has no rank", () => {
  expect(() => descending([1, Number.NaN])).toThrow(/score of sample 1 is NaN/);
});
