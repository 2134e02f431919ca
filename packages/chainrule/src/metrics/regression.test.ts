import { expect, test } from "vitest";
import { tensor } from "../tensor/index.ts";
import { mae, mse, r2, rmse } from "./regression.ts";

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
  expect(() => mse([1, 2], [1])).toThrow(/2 predictions were given for 1 targets/);
  expect(() => mae(prediction, [1, 2, 3])).toThrow(/\[3, 2\] do not fit targets of shape \[3\]/);
  expect(() => r2([], [])).toThrow(/nothing to score/);
});
