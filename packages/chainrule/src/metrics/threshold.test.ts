import fc from "fast-check";
import { expect, test } from "vitest";
import { confusionMatrix } from "./classes.ts";
import { f1 } from "./precision.ts";
import { bestThreshold } from "./threshold.ts";

const scores = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
const target = [0, 0, 1, 0, 1, 1];

test("a worked example", () => {
  // above 0.25 are 3 positives of 3 and 1 negative of 3: F1 = 6/7, J = 1 − 1/3; above 0.45 are 2 and 0: F1 = 4/5, J = 2/3
  expect(bestThreshold(scores, target, { for: "f1" })).toEqual({ threshold: 0.25, value: 6 / 7 });
  const youden = bestThreshold(scores, target, { for: "youden" });
  expect(youden.threshold).toBeCloseTo(0.45, 15); // of two that are equally good the higher
  expect(youden.value).toBeCloseTo(2 / 3, 15);
  // a false alarm of 1: at 0.25 one of them makes 1/6; with one of 5, a miss of 3 at 0.45 is cheaper
  const cost = (falsePositive: number, falseNegative: number): object =>
    bestThreshold(scores, target, { for: "cost", costs: { falsePositive, falseNegative } });
  expect(cost(1, 3)).toEqual({ threshold: 0.25, value: 1 / 6 });
  expect(cost(5, 3)).toEqual({ threshold: 0.4 + (0.5 - 0.4) / 2, value: 3 / 6 });
});

test("all, or none, can be the best", () => {
  const cost = (falsePositive: number, falseNegative: number): object =>
    bestThreshold(scores, target, { for: "cost", costs: { falsePositive, falseNegative } });
  expect(cost(0, 1)).toEqual({ threshold: 0.25, value: 0 });
  expect(bestThreshold([0.3, 0.1], [0, 1], { for: "f1" })).toEqual({
    threshold: Number.NEGATIVE_INFINITY,
    value: 2 / 3,
  });
  expect(bestThreshold([0.3, 0.1], [0, 1], { for: "youden" })).toEqual({
    threshold: Number.POSITIVE_INFINITY,
    value: 0,
  });
});

test("neighbouring and infinite scores are told apart", () => {
  const up = 1 + 2 ** -52;
  expect(bestThreshold([1, up], [0, 1], { for: "f1" })).toEqual({ threshold: 1, value: 1 });
  const infinite = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  expect(bestThreshold(infinite, [0, 1], { for: "f1" })).toEqual({
    threshold: Number.NEGATIVE_INFINITY,
    value: 1,
  });
});

test("the value is what the metrics give at the threshold, and no other threshold is better", () => {
  const rows = fc
    .array(
      fc.record({
        score: fc.integer({ min: 0, max: 8 }),
        label: fc.nat(1),
        weight: fc.integer({ min: 1, max: 3 }),
      }),
      {
        minLength: 2,
        maxLength: 30,
      },
    )
    .filter((all) => new Set(all.map(({ label }) => label)).size === 2);
  fc.assert(
    fc.property(rows, (all) => {
      const s = all.map(({ score }) => score);
      const y = all.map(({ label }) => label);
      const weights = all.map(({ weight }) => weight);
      const costs = { falsePositive: 2, falseNegative: 3, truePositive: -1, trueNegative: 0.5 };
      const costAt = (threshold: number): number => {
        const [[tn, fp], [fn, tp]] = confusionMatrix(s, y, { threshold, weights }).toArray() as number[][];
        return (2 * fp + 3 * fn - tp + 0.5 * tn) / (tn + fp + fn + tp);
      };
      const f1At = (threshold: number): number => f1(s, y, { threshold, weights, average: "binary" });
      const byF1 = bestThreshold(s, y, { for: "f1", weights });
      const byCost = bestThreshold(s, y, { for: "cost", costs, weights });
      expect(f1At(byF1.threshold)).toBeCloseTo(byF1.value, 12);
      expect(costAt(byCost.threshold)).toBeCloseTo(byCost.value, 12);
      for (let threshold = -0.5; threshold < 9; threshold++) {
        expect(f1At(threshold)).toBeLessThanOrEqual(byF1.value + 1e-12);
        expect(costAt(threshold)).toBeGreaterThanOrEqual(byCost.value - 1e-12);
      }
    }),
  );
});

test("bad questions are refused", () => {
  expect(() => bestThreshold(scores, target, { for: "cost" })).toThrow(/what mistakes cost/);
  const costs = { falsePositive: 1, falseNegative: Number.NaN };
  expect(() => bestThreshold(scores, target, { for: "cost", costs })).toThrow(/what mistakes cost/);
  expect(() => bestThreshold(scores, target, { for: "best" as "f1" })).toThrow(/cannot be chosen for "best"/);
  expect(() => bestThreshold([1, 2], [1, 1], { for: "f1" })).toThrow(/needs samples of it and others/);
});
