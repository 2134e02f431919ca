import { expect, test } from "vitest";
import { tensor } from "../../tensor/index.ts";
import { binaryCrossEntropy } from "./binary.ts";

test("binaryCrossEntropy refuses what is no probability, logits above all, and leaves NaN to others", () => {
  const target = tensor([0, 1]);
  for (const input of [tensor([0.5, 1.5]), tensor([-0.1, 1]), tensor([0, Number.POSITIVE_INFINITY])])
    expect(() => binaryCrossEntropy(input, target)).toThrow(/takes probabilities.*BCEWithLogitsLoss/);
  expect(binaryCrossEntropy(tensor([0, 1]), target).item()).toBe(0);
  expect(binaryCrossEntropy(tensor([Number.NaN, 1]), target).item()).toBeNaN();
});
