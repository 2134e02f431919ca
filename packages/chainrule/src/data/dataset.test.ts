import { describe, expect, test } from "vitest";
import { arange, tensor, zeros } from "../tensor/index.ts";
import { ConcatDataset, type Dataset, Subset, TensorDataset } from "./dataset.ts";

const numbers = (length: number, from = 0): Dataset<number> => ({ length, get: (i) => from + i });

describe("TensorDataset", () => {
  const x = arange(12).reshape([4, 3]);
  const y = tensor([5, 6, 7, 8]);
  const dataset = new TensorDataset(x, y);

  test("gives one slice of each tensor", () => {
    const [xi, yi] = dataset.get(2);
    expect(xi.toArray()).toEqual([6, 7, 8]);
    expect(yi.item()).toBe(7);
  });

  test("gathers a batch, also of one row twice", () => {
    const [xb, yb] = dataset.getBatch(Int32Array.of(3, 0, 3));
    expect(xb.toArray()).toEqual([[9, 10, 11], [0, 1, 2], [9, 10, 11]]); // biome-ignore format: rows
    expect(xb.dtype).toBe("int32");
    expect(yb.toArray()).toEqual([8, 5, 8]);
  });

  test("a batch shares nothing with the data and records no history", () => {
    const w = zeros([2, 2], { requiresGrad: true });
    const [batch] = new TensorDataset(w).getBatch(Int32Array.of(0, 1));
    expect(batch.requiresGrad).toBe(false);
    batch.add_(1);
    expect(w.data).toEqual(new Float32Array(4));
  });

  test("refuses tensors of unequal length, none, and scalars", () => {
    expect(() => new TensorDataset(x, zeros([5]))).toThrow(
      /\[4, 3\], \[5\] differ in their number of samples/,
    );
    expect(() => new TensorDataset()).toThrow(/no tensors/);
    expect(() => new TensorDataset(x, tensor(1))).toThrow(/Argument 1 .* without dimensions/);
    expect(() => new TensorDataset([1, 2] as never)).toThrow(/Argument 0 .* not a tensor/);
  });

  test("refuses an index that is not there", () => {
    expect(() => dataset.get(4)).toThrow(/sample 4 of a dataset of 4\. Samples are numbered from 0 to 3/);
    expect(() => dataset.get(-1)).toThrow(/sample -1/);
    expect(() => dataset.get(0.5)).toThrow(/sample 0.5/);
  });
});

describe("Subset", () => {
  test("renumbers, also for batches and inside each other", () => {
    const outer = new Subset(new TensorDataset(arange(10)), [9, 7, 5, 3]);
    const inner = new Subset(outer, [2, 0]);
    expect(outer.length).toBe(4);
    expect(outer.get(1)[0].item()).toBe(7);
    expect(inner.get(0)[0].item()).toBe(5);
    expect(inner.getBatch?.(Int32Array.of(1, 0))[0].toArray()).toEqual([9, 5]);
  });

  test("has no fast path where the dataset has none", () => {
    expect(new Subset(numbers(3), [1]).getBatch).toBeUndefined();
  });

  test("refuses samples that are not there", () => {
    expect(() => new Subset(numbers(3), [0, 3])).toThrow(
      /Entry 1 of a Subset names sample 3 of a dataset of 3/,
    );
  });
});

describe("ConcatDataset", () => {
  test("goes on from one dataset to the next, over empty ones", () => {
    const all = new ConcatDataset([numbers(2), numbers(0), numbers(3, 100)]);
    expect(Array.from({ length: all.length }, (_, i) => all.get(i))).toEqual([0, 1, 100, 101, 102]);
    expect(() => all.get(5)).toThrow(/sample 5 of a dataset of 5/);
  });

  test("refuses to be made of nothing", () => {
    expect(() => new ConcatDataset([])).toThrow(/no datasets/);
  });
});
