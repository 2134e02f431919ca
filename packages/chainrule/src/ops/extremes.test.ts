import { expect, test } from "vitest";
import { tensor, zeros } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";

const x = tensor([[1, 5, 3], [4, 2, 6]]); // biome-ignore format: a matrix

test("max has three forms", () => {
  expect(x.max().item()).toBe(6);
  expect(x.max(tensor([2, 2, 9])).toArray()).toEqual([[2, 5, 9], [4, 2, 9]]); // biome-ignore format: a matrix
  const { values, indices } = x.max(1);
  expect([values.toArray(), indices.toArray(), indices.dtype]).toEqual([[5, 6], [1, 2], "int32"]);
  const kept = x.min(0, { keepdim: true });
  expect([kept.values.toArray(), kept.indices.toArray()]).toEqual([[[1, 2, 3]], [[0, 1, 0]]]);
  expect([tensor(2).max(0).values.shape, tensor(2).max(-1).indices.item()]).toEqual([[], 0]);
});

test("the gradient of values goes to their positions alone", () => {
  const leaf = () => tensor([[3, 3, 1]], { requiresGrad: true });
  const [one, both] = [leaf(), leaf()];
  one.max(1).values.sum().backward();
  both.amax(1).sum().backward();
  expect([one.grad?.toArray(), both.grad?.toArray()]).toEqual([[[1, 0, 0]], [[0.5, 0.5, 0]]]);
});

test("positions", () => {
  expect([x.argmax().item(), x.argmin(1).toArray(), x.argmax(0, { keepdim: true }).shape]).toEqual([
    5,
    [0, 1],
    [1, 3],
  ]);
  expect(x.argmax(null, { keepdim: true }).shape).toEqual([1, 1]);
  expect(x.t().argmax().item()).toBe(5);
});

test("the extreme of nothing is an error, along other dimensions it is empty", () => {
  const empty = zeros([0, 3]);
  for (const attempt of [
    () => empty.max(),
    () => empty.amin(0),
    () => empty.min(0),
    () => empty.argmax(0),
    () => empty.argmin(),
  ])
    expect(attempt).toThrow(ChainruleError);
  expect(() => empty.max()).toThrow("[0, 3] has no elements");
  expect([empty.amax(1).shape, empty.argmax(1).shape, empty.max(1).values.shape]).toEqual([[0], [0], [0]]);
});
