import { describe, expect, test } from "vitest";
import { type Tensor, tensor, zeros } from "../../tensor/index.ts";
import { crossEntropy, multiMarginLoss, nllLoss } from "./classes.ts";

const labels = (...values: number[]): Tensor => tensor(values, { dtype: "int32" });
const { NEGATIVE_INFINITY } = Number;

describe("ignored rows", () => {
  test("do not matter, whatever their scores are", () => {
    const scores = tensor(
      [
        [NEGATIVE_INFINITY, 0, 1],
        [1, 2, 3],
      ],
      { requiresGrad: true },
    );
    for (const options of [{}, { weight: tensor([1, 2, 3]) }]) {
      const loss = crossEntropy(scores, labels(-100, 2), options);
      expect(loss.item()).toBeCloseTo(crossEntropy(scores.at(1), tensor(2, { dtype: "int32" })).item(), 6);
      loss.backward();
      expect(scores.grad?.at(0).toArray()).toEqual([0, 0, 0]);
    }
    const logProbs = tensor([[NEGATIVE_INFINITY, 0], [-1, -2]]); // biome-ignore format: rows
    expect(nllLoss(logProbs, labels(7, 1), { ignoreIndex: 7, reduction: "none" }).toArray()).toEqual([0, 2]);
  });
  test("alone have no mean, and send gradients of 0, as in PyTorch", () => {
    for (const options of [{}, { labelSmoothing: 0.1 }, { weight: tensor([1, 2]) }]) {
      const scores = tensor([[1, 2], [3, 4]], { requiresGrad: true }); // biome-ignore format: rows
      const loss = crossEntropy(scores, labels(-100, -100), options);
      expect(loss.item()).toBeNaN();
      loss.backward();
      expect(scores.grad?.toArray()).toEqual([[0, 0], [0, 0]]); // biome-ignore format: rows
    }
  });
});

test("classes of another dtype are refused, with probabilities offered only where they are taken", () => {
  const scores = zeros([2, 3]);
  const classes = zeros([2]);
  const only = /Classes are given as float32\. Give class indices as int32, by to\("int32"\)\.$/;
  expect(() => nllLoss(scores, classes)).toThrow(only);
  expect(() => multiMarginLoss(scores, classes)).toThrow(only);
  for (const labelSmoothing of [0, 0.1])
    expect(() => crossEntropy(scores, classes.to("bool"), { labelSmoothing })).toThrow(/or probabilities/);
});

test("multiMarginLoss refuses more dimensions than rows of scores have, as PyTorch does", () => {
  const target = zeros([2, 3], { dtype: "int32" });
  expect(() => multiMarginLoss(zeros([2, 3, 3]), target)).toThrow(/one row of scores.*\[2, 3, 3\]/);
});
