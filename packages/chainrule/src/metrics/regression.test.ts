import fc from "fast-check";
import { expect, test } from "vitest";
import { tensor } from "../tensor/index.ts";
import {
  explainedVariance,
  mae,
  mape,
  maxError,
  medianAbsoluteError,
  mse,
  pinball,
  r2,
  rmse,
} from "./regression.ts";

const prediction = [[0.5, 1], [2, 3], [3.5, -1]]; // biome-ignore format: rows
const target = [[1, 1], [2, 2.5], [3, -2]]; // biome-ignore format: rows

// scikit-learn 1.2
test("several outputs are averaged", () => {
  expect(mse(prediction, target)).toBeCloseTo(0.2916666666666667, 14);
  expect(rmse(prediction, target)).toBeCloseTo(0.5268727574158829, 14);
  expect(mae(prediction, target)).toBeCloseTo(0.41666666666666663, 14);
  expect(r2(prediction, target)).toBeCloseTo(0.8154761904761905, 14);
});

test("a column counts as a list, and is never broadcast", () => {
  const column = tensor([[1], [2], [4]]);
  expect(mse(column, [1, 2, 3])).toBeCloseTo(1 / 3, 14);
  expect(r2([1, 2, 3], column)).toBeCloseTo(1 - 1 / (14 / 3), 6);
  expect(mse(tensor(3), tensor(1))).toBe(4);
});

test("one sample has no variance to explain", () => {
  expect(r2([1], [2])).toBeNaN();
});

test("shapes that do not fit are refused", () => {
  expect(() => mse([1, 2], [1])).toThrow(/2 predictions were given for 1 target\./);
  expect(() => mae(prediction, [1, 2, 3])).toThrow(/\[3, 2\] do not fit targets of shape \[3\]/);
  expect(() => r2([], [])).toThrow(/nothing to score/);
});

test("a constant target that floating point has no exact mean of has no variance", () => {
  const tenths = [0.1, 0.1, 0.1];
  expect(r2([0.1, 0.1, 0.2], tenths)).toBe(0);
  expect(explainedVariance([0.1, 0.1, 0.2], tenths)).toBe(0);
  expect(explainedVariance([0.4, 0.4, 0.4], tenths)).toBe(1);
});

test("the weighted median is the middle of two errors where half of the weight lies exactly between them", () => {
  const zeros = [0, 0, 0, 0];
  expect(medianAbsoluteError([1, 2, 4, 8], zeros)).toBe(3);
  expect(medianAbsoluteError([1, 2, 4, 8], zeros, { weights: [1, 1, 1, 1] })).toBe(3);
  expect(medianAbsoluteError([8, 4, 2, 1], zeros, { weights: [3, 0, 2, 1] })).toBe(5);
  expect(medianAbsoluteError([1, 2, 4, 8], zeros, { weights: [1, 1, 1, 4] })).toBe(8);
  expect(medianAbsoluteError([1, 2], [0, 0], { weights: [0, 5] })).toBe(2);
});

test("maxError is the largest of all outputs", () => {
  expect(maxError(prediction, target)).toBe(1);
});

test("means of NaN are NaN, and what ranks the errors refuses it", () => {
  for (const score of [mse, rmse, mae, mape, pinball, r2, explainedVariance]) {
    expect(score([Number.NaN, 1], [1, 2]), score.name).toBeNaN();
    expect(score([Number.NaN, 1], [2, 2]), score.name).toBeNaN();
  }
  expect(() => maxError([1, Number.NaN], [1, 2])).toThrow(/hold NaN at 1/);
  expect(() => medianAbsoluteError([1, Number.NaN], [1, 2])).toThrow(/hold NaN at 1/);
  expect(() => medianAbsoluteError([1, Number.NaN], [1, 2], { weights: [1, 1] })).toThrow(/sample 1 is NaN/);
});

test("bad options are refused", () => {
  expect(() => pinball([1], [1], { quantile: 1.5 })).toThrow(/quantile is 1.5/);
  expect(() => mse([1, 2], [1, 2], { weights: [1] })).toThrow(/1 weight was given for 2 samples/);
  expect(() => mse([1, 2], [1, 2], { weights: [1, -1] })).toThrow(/weights hold -1 at 1/);
  expect(() => mse([1, 2], [1, 2], { weights: [Number.NaN, 1] })).toThrow(/weights hold NaN at 0/);
  expect(() => mse([1, 2], [1, 2], { weights: [0, 0] })).toThrow(/All weights are 0/);
});

const rows = fc.array(
  fc.record({
    p: fc.integer({ min: -50, max: 50 }),
    t: fc.integer({ min: 1, max: 50 }),
    w: fc.integer({ min: 0, max: 3 }),
  }),
  { minLength: 2, maxLength: 30 },
);

test("a whole weight is that many samples, and the order is of no matter", () => {
  const scores = [mse, rmse, mae, medianAbsoluteError, mape, pinball, r2, explainedVariance];
  fc.assert(
    fc.property(rows, (drawn) => {
      const all = [...drawn, { p: 1, t: 1, w: 1 }, { p: 3, t: 2, w: 2 }];
      const repeated = all.flatMap((row) => new Array<typeof row>(row.w).fill(row)).reverse();
      const weights = all.map(({ w }) => w);
      for (const score of scores) {
        const of = (list: typeof all, options = {}): number =>
          score(list.map(({ p }) => p), list.map(({ t }) => t), options); // biome-ignore format: one call
        const wanted = of(repeated);
        expect(Math.abs(of(all, { weights }) - wanted), score.name).toBeLessThan(
          1e-9 * (1 + Math.abs(wanted)),
        );
      }
    }),
  );
});

test("pinball of the median is half the mean absolute error; errors are bounded by the largest", () => {
  fc.assert(
    fc.property(rows, (all) => {
      const [p, t] = [all.map((row) => row.p), all.map((row) => row.t)];
      expect(pinball(p, t)).toBeCloseTo(mae(p, t) / 2, 10);
      expect(medianAbsoluteError(p, t)).toBeLessThanOrEqual(maxError(p, t));
      expect(rmse(p, t)).toBeLessThanOrEqual(maxError(p, t) + 1e-9);
      expect(r2(p, t)).toBeLessThanOrEqual(explainedVariance(p, t) + 1e-9);
    }),
  );
});
