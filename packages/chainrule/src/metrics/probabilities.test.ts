import { describe, expect, test } from "vitest";
import { tensor } from "../tensor/index.ts";
import { brier, logLoss } from "./probabilities.ts";

describe("logLoss", () => {
  test("keeps from log 0 by the dtype's epsilon, as scikit-learn", () => {
    expect(logLoss([1, 0, 0.5], [0, 1, 1])).toBeCloseTo(24.260151319598084, 12);
    expect(logLoss(tensor([1, 0, 0.5]), [0, 1, 1])).toBeCloseTo(10.859305828772477, 6);
  });

  test("of logits is that of their probabilities, and stays finite", () => {
    const z = tensor([[1, -2, 0.5], [0.3, 4, -1]], { dtype: "float64" }); // biome-ignore format: rows
    expect(logLoss(z, [2, 0], { fromLogits: true })).toBeCloseTo(logLoss(z.softmax(1), [2, 0]), 12);
    expect(logLoss([2, -1], [1, 1], { fromLogits: true })).toBeCloseTo(
      (Math.log1p(Math.exp(-2)) + Math.log1p(Math.exp(1))) / 2,
      14,
    );
    expect(logLoss([[1000, 0]], [1], { fromLogits: true })).toBe(1000);
    expect(logLoss([-1000], [1], { fromLogits: true })).toBe(1000);
  });

  test("refuses what are no probabilities", () => {
    expect(() => logLoss([1.5, 0.2], [1, 0])).toThrow(/hold 1.5 at 0, which is no probability.*fromLogits/);
    expect(() => logLoss([[0.5, 0.2]], [1])).toThrow(/sample 0 add up to 0.7/);
    expect(() => logLoss([0.5], [2])).toThrow(/no class of 2/);
  });
});

describe("brier", () => {
  test("of two columns is that of the second, half the sum over both", () => {
    const two = [[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]]; // biome-ignore format: rows
    expect(brier(two, [0, 1, 1])).toBeCloseTo((0.01 + 0.04 + 0.25) / 3, 15);
    expect(brier([0.1, 0.8, 0.5], [0, 1, 1])).toBe(brier(two, [0, 1, 1]));
  });

  test("of several classes is summed over them", () => {
    const three = [[0.5, 0.3, 0.2], [0, 0, 1]]; // biome-ignore format: rows
    expect(brier(three, [0, 1])).toBeCloseTo((0.25 + 0.09 + 0.04 + 2) / 2, 15);
  });

  test("refuses what are no probabilities", () => {
    expect(() => brier([1.5], [1])).toThrow(/hold 1.5 at 0, which is no probability/);
    expect(() => brier([Number.NaN], [1])).toThrow(/hold NaN at 0/);
    expect(() => brier([], [])).toThrow(/nothing to score/);
  });
});
