import { expect, test } from "vitest";
import { tensor, zeros } from "../tensor/index.ts";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

test("closeness is relative to the other, and NaN is close to nothing unless asked", () => {
  const x = tensor([1, 100, nan, inf, inf, 0]);
  const y = tensor([1.000005, 100.01, nan, inf, -inf, 1e-9]);
  expect(x.isclose(y).toArray()).toEqual([true, false, false, true, false, true]);
  expect(x.isclose(y, { equalNan: true, rtol: 1e-3 }).toArray()).toEqual([
    true,
    true,
    true,
    true,
    false,
    true,
  ]);
  expect(tensor([10]).isclose(9, { rtol: 0.11 }).item()).toBe(0);
  expect(tensor([9]).isclose(10, { rtol: 0.11 }).item()).toBe(1);
  expect(tensor([nan]).allclose(nan, { equalNan: true })).toBe(true);
  expect(x.allclose(x)).toBe(false);
  expect(tensor([1], { dtype: "int32" }).allclose(tensor([1]))).toBe(true);
});

test("equal asks for the same shape", () => {
  expect(tensor([1, 1]).equal(tensor([[1, 1]]))).toBe(false);
  expect(zeros([0]).equal(zeros([0]))).toBe(true);
  expect(zeros([0]).equal(zeros([0, 2]))).toBe(false);
});

test("isinf of every dtype", () => {
  expect(tensor([nan, inf, -inf, 1]).isinf().toArray()).toEqual([false, true, true, false]);
  expect(tensor([1, 2], { dtype: "int32" }).isinf().toArray()).toEqual([false, false]);
  expect(tensor([true]).isinf().toArray()).toEqual([false]);
});

test("all, any and countNonzero over dimensions", () => {
  const x = tensor([[1, 0, nan], [2, 3, 4]]); // biome-ignore format: a matrix
  expect([x.all().dtype, x.any().dtype, x.countNonzero().dtype]).toEqual(["bool", "bool", "int32"]);
  expect(x.all(1).toArray()).toEqual([false, true]);
  expect(x.any(0, { keepdim: true }).toArray()).toEqual([[true, true, true]]);
  expect(x.countNonzero([0, 1]).item()).toBe(5);
  expect(zeros([2, 0]).all(1).toArray()).toEqual([true, true]);
  expect(zeros([2, 0]).any(1).toArray()).toEqual([false, false]);
});
