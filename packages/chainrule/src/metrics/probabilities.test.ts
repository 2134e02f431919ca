import { describe, expect, test } from "vitest";
import { tensor } from "../tensor/index.ts";
import { logLoss, rocAuc } from "./probabilities.ts";

describe("rocAuc", () => {
  test("is the share of pairs in the right order", () => {
    const scores = [3, 1, 4, 1, 5, 9, 2, 6];
    const target = [0, 0, 1, 1, 0, 1, 0, 1];
    let right = 0;
    for (let i = 0; i < 8; i++)
      for (let j = 0; j < 8; j++)
        if (target[i] === 1 && target[j] === 0)
          right += scores[i] > scores[j] ? 1 : scores[i] === scores[j] ? 0.5 : 0;
    expect(rocAuc(scores, target)).toBe(right / 16);
  });

  test("takes logits of one class, and both columns of two", () => {
    expect(rocAuc(tensor([[-2], [3], [0]]), [0, 1, 0])).toBe(1);
    expect(rocAuc([[0.9, 0.1], [0.2, 0.8]], [0, 1])).toBe(1); // biome-ignore format: rows
  });

  test("says why there is no curve", () => {
    expect(() => rocAuc([0.1, 0.2], [1, 1])).toThrow(
      /class 1 needs samples of it and others, and there are 2 and 0/,
    );
    expect(() => rocAuc([0.1, Number.NaN], [0, 1])).toThrow(/score of sample 1 is NaN/);
    expect(() => rocAuc([[2, 1, 0], [0, 1, 2]], [0, 1])).toThrow(/sample 0 add up to 3.*softmax/); // biome-ignore format: rows
    expect(() => rocAuc([0.5, 0.5], [0, 2])).toThrow(/no class of 2/);
    expect(() => rocAuc([0.5, 0.5], [0, 1], { average: "micro" as "macro" })).toThrow(/no average "micro"/);
  });
});

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
