import { expect, test } from "vitest";
import { ones, tensor } from "../../tensor/index.ts";
import { thrown } from "../../util/testing/thrown.ts";
import { binaryCrossEntropy, binaryCrossEntropyWithLogits } from "./binary.ts";

test("weights may be stretched over the losses, and may not enlarge them, as in PyTorch", () => {
  const column = ones([3, 1]);
  for (const weight of [ones([3]), ones([2, 3, 1])])
    for (const run of [
      () => binaryCrossEntropy(column, column, { weight }),
      () => binaryCrossEntropyWithLogits(column, column, { weight }),
      () => binaryCrossEntropyWithLogits(column, column, { posWeight: weight }),
    ]) {
      const error = thrown(run);
      expect(error.code).toBe("shape");
      expect(error.message).toMatch(/^A (weight|posWeight) of shape \[.*3.*\] would enlarge .* \[3, 1\]/);
    }
  const x = ones([2, 3]);
  const options = { weight: tensor([1, 2, 0]), posWeight: tensor([[1], [3]]), reduction: "none" } as const;
  // torch.nn.functional.binary_cross_entropy_with_logits(ones(2, 3), ones(2, 3), …)
  const losses = binaryCrossEntropyWithLogits(x, x, options);
  [0.31326, 0.62652, 0, 0.93979, 1.87957, 0].forEach((loss, i) => {
    expect(losses.data[i]).toBeCloseTo(loss, 4);
  });
});

test("binaryCrossEntropy refuses what is no probability, logits above all, and leaves NaN to others", () => {
  const target = tensor([0, 1]);
  for (const input of [tensor([0.5, 1.5]), tensor([-0.1, 1]), tensor([0, Number.POSITIVE_INFINITY])])
    expect(() => binaryCrossEntropy(input, target)).toThrow(/takes probabilities.*BCEWithLogitsLoss/);
  expect(binaryCrossEntropy(tensor([0, 1]), target).item()).toBe(0);
  expect(binaryCrossEntropy(tensor([Number.NaN, 1]), target).item()).toBeNaN();
});
