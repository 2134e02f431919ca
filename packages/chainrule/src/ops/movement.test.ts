/** Copies that move elements about. Numbers are PyTorch 1.13's. */
import { describe, expect, test } from "vitest";
import { arange, cat, grad, hstack, meshgrid, ones, type PadOptions, stack, type Tensor, tensor, vstack, zeros } from "../tensor/index.ts"; // biome-ignore format: names
import { ChainruleError } from "../util/errors.ts";
import { thrown } from "../util/testing/thrown.ts";

const i32 = (data: number[] | number[][]): Tensor => tensor(data, { dtype: "int32" });

describe("pad", () => {
  const x = tensor([1, 2, 3, 4]);
  test.each<[PadOptions["mode"], number[], number[]]>([
    ["reflect", [1, 2], [2, 1, 2, 3, 4, 3, 2]],
    ["reflect", [3, 0], [4, 3, 2, 1, 2, 3, 4]],
    ["reflect", [2, -1], [3, 2, 1, 2, 3]],
    ["replicate", [1, 2], [1, 1, 2, 3, 4, 4, 4]],
    ["replicate", [2, -1], [1, 1, 1, 2, 3]],
    ["circular", [1, 2], [4, 1, 2, 3, 4, 1, 2]],
    ["circular", [2, -1], [2, 3, 1, 2, 3]],
    ["constant", [2, -1], [0, 0, 1, 2, 3]],
    ["constant", [-3, 1], [4, 0]],
  ])("%s %j", (mode, pads, expected) => {
    expect(x.pad(pads, { mode }).toArray()).toEqual(expected);
  });

  test("in two dimensions, the last one first", () => {
    const y = arange(6).reshape([2, 3]);
    expect(y.pad([1, 1, 1, 0], { mode: "reflect" }).toArray()).toEqual([
      [4, 3, 4, 5, 4],
      [1, 0, 1, 2, 1],
      [4, 3, 4, 5, 4],
    ]);
    expect(y.pad([1, 1, 2, 1], { mode: "circular" }).at(":", 0).toArray()).toEqual([2, 5, 2, 5, 2]);
    expect(y.pad([0, 1], { value: 9 }).toArray()).toEqual([
      [0, 1, 2, 9],
      [3, 4, 5, 9],
    ]);
  });

  test.each<[PadOptions["mode"], number[]]>([
    ["reflect", [4, 17, 16, 8]],
    ["replicate", [10, 5, 6, 24]],
    ["circular", [12, 15, 8, 10]],
  ])("derivative of %s", (mode, expected) => {
    const w = tensor([1, 2, 3, 4], { requiresGrad: true });
    const [g] = grad(w.pad([3, 2], { mode }), [w], { gradOutputs: arange(1, 10, { dtype: "float32" }) });
    expect(g.toArray()).toEqual(expected);
  });

  test("refuses what a mode cannot continue", () => {
    expect(() => x.pad([4, 0], { mode: "reflect" })).toThrow(/cannot continue dimension 0 of size 4 by 4/);
    expect(() => x.pad([0, 5], { mode: "circular" })).toThrow(/At most 4 places/);
    expect(() => zeros([0]).pad([1, 0], { mode: "replicate" })).toThrow(ChainruleError);
    expect(() => x.pad([1, 0], { mode: "mirror" as "reflect" })).toThrow(/no mode "mirror"/);
    expect(() => x.pad([1])).toThrow(/two whole numbers for each dimension/);
    expect(() => x.pad([-3, -2])).toThrow(/more than the 4 places/);
  });
});

describe("joining", () => {
  const [a, b] = [tensor([1, 2]), tensor([3])];
  test("hstack, vstack, meshgrid", () => {
    expect(hstack([a, b]).toArray()).toEqual([1, 2, 3]);
    expect(hstack([zeros([2, 1]), zeros([2, 2])]).shape).toEqual([2, 3]);
    expect(vstack([a, a]).toArray()).toEqual([
      [1, 2],
      [1, 2],
    ]);
    const [u, v] = meshgrid([i32([1, 2]), i32([3, 4, 5])], { indexing: "xy" });
    expect(u.toArray()).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
    expect(v.toArray()).toEqual([
      [3, 3],
      [4, 4],
      [5, 5],
    ]);
    expect(meshgrid([i32([1, 2]), i32([3, 4, 5])])[1].toArray()).toEqual([
      [3, 4, 5],
      [3, 4, 5],
    ]);
  });

  test("promotes dtypes, and gives gradients back in those of the inputs", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = cat([x, tensor([3], { dtype: "float64" }), i32([4])]);
    expect(y.dtype).toBe("float64");
    const [g] = grad(y.sum(), [x]);
    expect([g.dtype, g.shape]).toEqual(["float32", [2]]);
    expect(stack([i32([1]), tensor([true])]).dtype).toBe("int32");
  });

  test("an empty vector joins anything", () => {
    const x = zeros([0]).requiresGrad_();
    const y = cat([x, zeros([2, 3]).requiresGrad_()], -1);
    expect(y.shape).toEqual([2, 3]);
    expect(grad(y.sum(), [x])[0].shape).toEqual([0]);
    expect(cat([zeros([0]), zeros([0])]).shape).toEqual([0]);
  });

  test("refusals name the tensor", () => {
    expect(() => cat([zeros([2, 3]), zeros([3, 2])])).toThrow(/^cat: Tensor 1 of shape \[3, 2\]/);
    expect(() => cat([])).toThrow(/empty/);
    expect(() => cat(a as unknown as Tensor[])).toThrow(/no list/);
    expect(() => cat([tensor(1)])).toThrow(/Use stack\(\)/);
    expect(() => stack([a, b])).toThrow(/^stack: Tensor 1 has the shape \[1\]/);
    expect(() => stack([a], 2)).toThrow(/^stack: A tensor of 1 dimension has no place 2/);
    expect(() => meshgrid([zeros([2, 2])])).toThrow(/vectors/);
  });
});

describe("repeating", () => {
  const a = arange(6).reshape([2, 3]);
  test("repeatInterleave", () => {
    expect(a.repeatInterleave(2, 0).toArray()).toEqual([
      [0, 1, 2],
      [0, 1, 2],
      [3, 4, 5],
      [3, 4, 5],
    ]);
    expect(a.repeatInterleave(2).toArray()).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    expect(a.repeatInterleave(0, 1).shape).toEqual([2, 0]);
    expect(tensor(3).repeatInterleave(2).toArray()).toEqual([3, 3]);
  });

  test("repeat and tile give memory of their own", () => {
    for (const y of [a.repeat([1, 1]), a.tile([1]), a.repeat([1, 1, 1]), zeros([1, 3]).repeat([4, 1])]) {
      expect(y.storage).not.toBe(a.storage);
      expect(y.isContiguous && y.storage.elements.length === y.numel).toBe(true);
    }
  });

  test("roll by more than the size, backwards, and of nothing", () => {
    expect(arange(4).roll(-5).toArray()).toEqual([1, 2, 3, 0]);
    expect(a.roll(1).toArray()).toEqual([
      [5, 0, 1],
      [2, 3, 4],
    ]);
    expect(tensor(2).roll(1).item()).toBe(2);
    expect(zeros([0, 2]).roll(1, 0).shape).toEqual([0, 2]);
    expect(a.roll(0, 0).storage).not.toBe(a.storage);
    expect(() => a.roll([1, 2], 0)).toThrow(ChainruleError);
  });
});

test("diagonals", () => {
  const m = arange(9).reshape([3, 3]);
  expect(m.diag(-1).toArray()).toEqual([3, 7]);
  expect(arange(3).diag(1).toArray()).toEqual([
    [0, 0, 0, 0],
    [0, 0, 1, 0],
    [0, 0, 0, 2],
    [0, 0, 0, 0],
  ]);
  expect(m.trace().item()).toBe(12);
  expect(zeros([2, 3]).diagonal(5).shape).toEqual([0]);
  expect(zeros([2, 3]).diagonal(-5).shape).toEqual([0]);
  expect(zeros([2, 3, 4]).diagonal().shape).toEqual([4, 2]);
  expect(() => m.diagonal(0, 1, -1)).toThrow(/two different dimensions/);
  expect(() => zeros([2, 2, 2]).diag()).toThrow(/diagonal\(offset/);
  expect(() => zeros([2]).trace()).toThrow(ChainruleError);
});

test("diagonals are whole numbers, and grids are indexed by ij or xy", () => {
  const x = ones([2, 2]);
  for (const [name, body] of [
    ["tril", () => x.tril(0.5)],
    ["triu", () => x.triu(Number.NaN)],
  ] as const) {
    const error = thrown(body);
    expect([error.code, error.where]).toEqual(["argument", [name]]);
  }
  expect(() => meshgrid([x.at(0)], { indexing: "zz" as never })).toThrow(
    'indexing is "zz". Use "ij" or "xy".',
  );
});
