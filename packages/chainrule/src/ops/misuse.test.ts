/** What callers without types write, in PyTorch's own forms, is refused in words, by the name of the method that was called. */
import { describe, expect, test } from "vitest";
import { arange, cat, hstack, multinomial, rand, tensor, vstack, zeros } from "../tensor/index.ts";
import { thrown } from "../util/testing/thrown.ts";

/** Any arguments, as callers without types may give them. */
const loose = (x: object, method: string): ((...given: unknown[]) => unknown) =>
  ((x as Record<string, unknown>)[method] as (...given: unknown[]) => unknown).bind(x);

const x = zeros([2, 3]);
const v = tensor([1, 2, 3]);
const i = tensor([1, 2], { dtype: "int32" });
const b = tensor([true, false]);

test.each<[string, () => unknown, string]>([
  ["expand", () => loose(v, "expand")(2, 3), "A shape must be an array of sizes, not 2. Write expand([2, 3])"],
  ["permute", () => loose(x, "permute")(0, 1), "must be an array, not 0. Write permute([1, 0])"],
  ["repeat", () => loose(v, "repeat")(2), "must be an array, not 2. Write repeat([2, 3])"],
  ["tile", () => loose(v, "tile")(2), "must be an array, not 2. Write tile([2, 3])"],
  ["flip of nothing", () => loose(v, "flip")(), "must be an array, not undefined. Write flip([0, 1])"],
  ["flip of two", () => loose(x, "flip")(0, 1), "must be an array, not 0. Write flip([0, 1])"],
  ["pad", () => loose(v, "pad")(1), "must be an array, not 1. Write pad([1, 1])"],
  ["pad's mode", () => loose(v, "pad")([1, 1], "reflect"), 'pad was given "reflect" where its options stand'],
  ["setAt_", () => loose(v, "setAt_")(0, 1), "must be an array, not 0. Write setAt_([0], 1)"],
  ["sum by options", () => loose(x, "sum")({ keepdim: true }), "sum: The dimension is an object"],
  ["softmax by options", () => loose(x, "softmax")({ dim: 1 }), "softmax: The dimension is an object"],
  ["sum's keepdim", () => loose(x, "sum")(0, true), "sum was given true where its options stand"],
  ["another case", () => loose(x, "amax")(0, { keepDim: true }), 'amax has no option "keepDim". Did you mean keepdim?'],
  ["std", () => loose(x, "std")(0, { unbiased: false }), 'std has no option "unbiased". There are { correction, keepdim }'],
  ["topk", () => loose(v, "topk")(1, 0, false), "topk was given false where its options stand"],
  ["argsort", () => loose(v, "argsort")(0, true), "argsort was given true where its options stand"],
  ["div", () => loose(v, "div")(2, "floor"), 'div was given "floor" where its options stand'],
  ["add", () => loose(v, "add")(v, 2), "add was given 2 where its options stand"],
  ["add_", () => loose(zeros([3]), "add_")(v, 2), "add_ was given 2 where its options stand"],
  ["gelu", () => loose(v, "gelu")("tanh"), 'gelu was given "tanh" where its options stand'],
  ["lerp", () => loose(v, "lerp")(v), "lerp: undefined was given where a tensor or a number is needed"],
  ["cat", () => cat([v, 2 as never]), "Entry 1 of the tensors to join is 2"],
  ["tensor", () => tensor([1], "int32" as never), 'was given "int32" where its options stand'],
  ["zeros", () => zeros([1], "int32" as never), 'was given "int32" where its options stand'],
  ["arange", () => arange(3, "int32" as never), 'was given "int32" where its options stand'],
  ["rand", () => rand([1], { dType: "float64" } as never), 'has no option "dType". Did you mean dtype?'],
  ["multinomial", () => multinomial(v, 2, true as never), "multinomial was given true where its options stand"],
])("%s", (_, call, message) => {
  expect(thrown(call).message).toContain(message);
}); // biome-ignore format: a table

describe("errors name the method that was called", () => {
  test.each<[string, () => unknown]>([
    ["add", () => i.add(i, { alpha: 0.5 })],
    ["sub", () => i.sub(i, { alpha: 0.5 })],
    ["addcmul", () => i.addcmul(i, i, { value: 0.5 })],
    ["div", () => i.div(0, { roundingMode: "floor" })],
    ["div", () => b.div(b, { roundingMode: "trunc" })],
    ["max", () => zeros([0, 2]).max(0)],
    ["max", () => x.max(5)],
    ["sort", () => x.sort(4)],
    ["dot", () => v.dot(tensor([1, 2, 3], { dtype: "int32" }))],
    ["take", () => v.take(tensor([7], { dtype: "int32" }))],
    ["isclose", () => v.isclose(zeros([2]))],
    ["allclose", () => v.allclose(zeros([2]))],
    ["vstack", () => vstack([x, zeros([2, 2])])],
    ["hstack", () => hstack([x, zeros([3, 2])])],
    ["frac", () => b.frac()],
    ["cumsum", () => v.cumsum(5)],
    ["expand", () => v.expand([2])],
    ["permute", () => x.permute([0])],
    ["view", () => v.view([2, 2])],
    ["view", () => x.t().view([6])],
    ["sum", () => x.sum(3)],
    ["all", () => x.all(3)],
    ["softmin", () => x.softmin(3)],
    ["unsqueeze", () => v.unsqueeze(2)],
  ])("%s", (method, call) => {
    expect(thrown(call).where).toEqual([method]);
  });
});

test("a place for a new dimension, and classes of nothing, are said in their words", () => {
  expect(thrown(() => v.unsqueeze(2)).message).toContain(
    "A tensor of 1 dimension has no place 2 for a new one",
  );
  expect(thrown(() => tensor([], { dtype: "int32" }).oneHot()).message).toContain("of no indices");
});

test("atanh takes whole numbers and truths, as PyTorch does", () => {
  expect(tensor([true, false]).atanh().toArray()).toEqual([Number.POSITIVE_INFINITY, 0]);
});
