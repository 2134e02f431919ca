import { expect, test } from "vitest";
import { ones, tensor } from "../../tensor/index.ts";
import { thrown } from "../../util/testing/thrown.ts";
import { cosineEmbeddingLoss, marginRankingLoss, tripletMarginLoss } from "./distance.ts";

test.each([
  [
    [3, 2],
    [3, 1],
  ],
  [[3, 2], [4]],
  [[3, 2], []],
  [[2], [1]],
  [
    [2, 2, 2],
    [2, 2],
  ],
  [[], []],
])("cosineEmbeddingLoss refuses inputs %j with a target %j, as PyTorch does", (inputs, target) => {
  const error = thrown(() => cosineEmbeddingLoss(ones(inputs), ones(inputs), ones(target)));
  expect(error.code).toBe("shape");
  expect(error.message).toContain(
    `shape [${inputs.join(", ")}] and a target of shape [${target.join(", ")}]`,
  );
});

test("cosineEmbeddingLoss takes one target for each pair", () => {
  expect(cosineEmbeddingLoss(ones([3, 2]), ones([3, 2]), ones([3])).item()).toBeCloseTo(0, 6);
  expect(cosineEmbeddingLoss(tensor([1, 0]), tensor([0, 1]), tensor(1)).item()).toBe(1);
});

test.each([[[3, 1]], [[4]], [[]]])("marginRankingLoss refuses a target %j for inputs [3]", (target) => {
  const error = thrown(() => marginRankingLoss(ones([3]), ones([3]), ones(target)));
  expect(error.code).toBe("shape");
  expect(error.message).toContain(`an input of shape [3] with a target of shape [${target.join(", ")}]`);
});

test("inputs of different shapes are named as inputs", () => {
  const message = /compares inputs of shapes \[3\] and \[3, 1\]/;
  expect(() => marginRankingLoss(ones([3]), ones([3, 1]), ones([3]))).toThrow(message);
  expect(() => cosineEmbeddingLoss(ones([3]), ones([3, 1]), ones([]))).toThrow(message);
  expect(() => tripletMarginLoss(ones([3]), ones([3]), ones([3, 1]))).toThrow(message);
});
