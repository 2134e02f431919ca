import { expect, test } from "vitest";
import { Generator } from "../../tensor/index.ts";
import { importanceOf } from "./importance.ts";

test("a worked-out example: two groups of ranks 0, 1, 3 and 2, 4, 5", () => {
  // Means 4/3 and 11/3: within 14/3 + 14/3 = 28/3 by 4, total 17.5 by 5: ε² = 1 − (28/3/4)/(17.5/5) = 1/3.
  const { importance, groups } = importanceOf(["a", "a", "b", "a", "b", "b"], [10, 20, 30, 40, 50, 60]);
  expect(importance).toBeCloseTo(1 / 3, 12);
  expect(groups.map(({ values, trials }) => [values, trials])).toEqual([
    [["a"], 3],
    [["b"], 3],
  ]);
  expect(groups[0].rank).toBeCloseTo(4 / 15, 12);
  expect(groups[1].rank).toBeCloseTo(11 / 15, 12);
});

test("all where the value decides, about nothing where it does not", () => {
  const generator = new Generator(1);
  const values = Array.from({ length: 200 }, () => generator.uniform53());
  const steps = values.map((value) => Math.floor(value * 4));
  expect(importanceOf(steps, steps).importance).toBeCloseTo(1, 12);
  // A bow is seen, too, where a correlation would find nothing.
  expect(
    importanceOf(
      values,
      values.map((value) => -((value - 0.5) ** 2)),
    ).importance,
  ).toBeGreaterThan(0.7);
  const noise = values.map(() => generator.uniform53());
  expect(importanceOf(values, noise).importance).toBeLessThan(0.1);
});

test("many numbers are put into stretches of as many trials", () => {
  const values = Array.from({ length: 20 }, (_, i) => (i * 7) % 20);
  const { groups } = importanceOf(values, values);
  expect(groups.map(({ values: ends }) => ends)).toEqual([
    [0, 4],
    [5, 9],
    [10, 14],
    [15, 19],
  ]);
  expect(groups.map(({ trials }) => trials)).toEqual([5, 5, 5, 5]);
});

test("a failed trial is the worst and no more; few or equal trials tell nothing", () => {
  const values = ["a", "a", "b", "b"];
  const failed = importanceOf(values, [Number.NaN, 1, 2, 3]);
  expect(failed).toEqual(importanceOf(values, [-1e9, 1, 2, 3]));
  expect(failed).toEqual(importanceOf(values, [Number.NEGATIVE_INFINITY, 1, 2, 3]));
  expect(importanceOf(values, [1, 1, 1, 1]).importance).toBe(0);
  expect(importanceOf(["a"], [1])).toEqual({
    importance: 0,
    groups: [{ values: ["a"], trials: 1, rank: 0.5 }],
  });
  expect(importanceOf([[64], [64, 64]], [1, 2]).groups.map(({ values: found }) => found)).toEqual([
    [[64]],
    [[64, 64]],
  ]);
});
