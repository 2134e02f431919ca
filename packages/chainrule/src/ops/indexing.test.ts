import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  arange,
  full,
  Generator,
  grad,
  randint,
  randn,
  type Shape,
  type Tensor,
  tensor,
  zeros,
} from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";

const i32 = (data: number[] | number[][]): Tensor => tensor(data, { dtype: "int32" });

/** The element at a place given for each dimension. */
const at = (x: Tensor, place: readonly number[]): number =>
  x.storage.elements[place.reduce((sum, i, d) => sum + i * x.strides[d], x.offset)];

/** All places of a shape, row-major. */
function placesOf(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (places, size) => places.flatMap((place) => Array.from({ length: size }, (_, i) => [...place, i])),
    [[]],
  );
}

/** A tensor and an index that fits it along a dimension, both in some layout. */
const cases = fc
  .record({
    shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
    dim: fc.nat(2),
    extra: fc.integer({ min: 0, max: 5 }),
    less: fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }),
    seed: fc.nat(10_000),
    transposed: fc.boolean(),
  })
  .map(({ shape, dim, extra, less, seed, transposed }) => {
    const d = dim % shape.length;
    const generator = new Generator(seed);
    const size = shape.map((n, k) => (k === d ? extra : Math.max(1, n - less[k])));
    const lay = (x: Tensor): Tensor => (transposed ? x.T.contiguous().T : x);
    const x = lay(randn(shape, { dtype: "float64", generator }));
    const index = lay(randint(shape[d], size, { generator }));
    const source = lay(randn(size, { dtype: "float64", generator }));
    return { x, d, index, source };
  });

describe("gather and scatter, element by element", () => {
  test("gather", () => {
    fc.assert(
      fc.property(cases, ({ x, d, index }) => {
        const expected = placesOf(index.shape).map((p) => at(x, p.with(d, at(index, p))));
        const y = x.gather(d, index);
        expect(y.shape).toEqual(index.shape);
        expect([...y.data]).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test.each(["scatter", "scatterAdd"] as const)("%s", (mode) => {
    fc.assert(
      fc.property(cases, ({ x, d, index, source }) => {
        const expected = x.clone();
        for (const p of placesOf(index.shape)) {
          const to = p.with(d, at(index, p)).reduce((sum, i, k) => sum + i * expected.strides[k], 0);
          const before = mode === "scatterAdd" ? expected.storage.elements[to] : 0;
          expected.storage.elements[to] = before + at(source, p);
        }
        const y = x[mode](d, index, source);
        expect([...y.data]).toEqual([...expected.data]);
        expect(y.storage).not.toBe(x.storage);
      }),
      { numRuns: 200 },
    );
  });

  test("indexSelect and indexAdd are gather and scatterAdd of whole rows", () => {
    fc.assert(
      fc.property(cases, fc.array(fc.nat(3), { maxLength: 5 }), ({ x, d }, list) => {
        const index = i32(list.map((i) => i % x.shape[d]));
        const shape = x.shape.map((n, k) => (k === d ? list.length : n));
        const spread = index
          .reshape(x.shape.map((_, k) => (k === d ? list.length : 1)))
          .expand(shape)
          .clone();
        const y = x.indexSelect(d, index);
        expect([...y.data]).toEqual([...x.gather(d, spread).data]);
        const added = x.indexAdd(d, index, y);
        expect([...added.data]).toEqual([...x.scatterAdd(d, spread, y).data]);
      }),
      { numRuns: 200 },
    );
  });

  test("long rows are copied as blocks", () => {
    const table = arange(1000, { dtype: "float32" }).reshape([10, 100]);
    expect(
      table
        .indexSelect(0, i32([9, 0]))
        .at(0)
        .toArray(),
    ).toEqual(table.at(9).toArray());
    expect(
      zeros([3, 100])
        .scatter(0, i32([[2]]).expand([1, 100]), table.at("1:2"))
        .at(2, 99)
        .item(),
    ).toBe(199);
  });
});

describe("what PyTorch 1.13 gives", () => {
  test("alpha, numbers as source, one place twice, truth values", () => {
    expect(
      zeros([3])
        .indexAdd(0, i32([0, 0, 2]), tensor([1, 2, 3]), { alpha: 2 })
        .toArray(),
    ).toEqual([6, 0, 6]);
    expect(
      zeros([2, 3])
        .scatter(0, i32([[1, 0, 1]]), 7)
        .toArray(),
    ).toEqual([
      [0, 7, 0],
      [7, 0, 7],
    ]);
    const many = full([300], true);
    expect(
      tensor([false])
        .scatterAdd(0, zeros([300], { dtype: "int32" }), many)
        .toArray(),
    ).toEqual([true]);
    expect(
      tensor([false, false])
        .scatter(0, i32([1]), 2)
        .toArray(),
    ).toEqual([false, true]);
  });

  test("a tensor of one number counts as a vector of one", () => {
    expect(
      tensor(3)
        .gather(0, i32([0, 0]))
        .toArray(),
    ).toEqual([3, 3]);
    expect(tensor([3, 1]).gather(0, tensor(1, { dtype: "int32" })).shape).toEqual([]);
    expect(
      tensor([1, 2])
        .indexSelect(0, tensor(1, { dtype: "int32" }))
        .toArray(),
    ).toEqual([2]);
    expect(tensor(3).indexSelect(0, i32([0])).shape).toEqual([]);
    expect(
      tensor(3)
        .scatterAdd(0, i32([0]), tensor([4]))
        .toArray(),
    ).toEqual(7);
  });

  test("a source larger than the index: what was not used has a zero derivative", () => {
    const source = tensor([1, 2, 3], { requiresGrad: true });
    const y = zeros([2]).scatterAdd(0, i32([1, 1]), source);
    expect(y.toArray()).toEqual([0, 3]);
    expect(grad(y.sum(), [source])[0].toArray()).toEqual([1, 1, 0]);
  });
});

describe("refusals", () => {
  const x = zeros([2, 3]);
  test("range errors name op, dimension, index and size", () => {
    const message = (i: number, d: number, n: number): string =>
      `Index ${i} is out of range for dimension ${d} of size ${n}. Indices run from 0 to ${n - 1}.`;
    expect(() => x.gather(1, i32([[3]]))).toThrow(`gather: ${message(3, 1, 3)}`);
    expect(() => x.gather(1, i32([[-1]]))).toThrow(`gather: ${message(-1, 1, 3)}`);
    expect(() => x.indexSelect(0, i32([2]))).toThrow(`indexSelect: ${message(2, 0, 2)}`);
    expect(() => x.scatter(0, i32([[5]]), 1)).toThrow(`scatter: ${message(5, 0, 2)}`);
    expect(() => x.indexAdd(0, i32([-2]), zeros([1, 3]))).toThrow(`indexAdd: ${message(-2, 0, 2)}`);
    expect(() => i32([4]).oneHot(4)).toThrow(/oneHot: Index 4 is out of range/);
    expect(() => zeros([0]).gather(0, i32([0]))).toThrow(/The dimension is empty/);
  });

  test("shapes and dtypes", () => {
    expect(() => x.gather(0, i32([0]))).toThrow(/needs as many dimensions/);
    expect(() => x.gather(0, zeros([1, 4], { dtype: "int32" }))).toThrow(ChainruleError);
    expect(() => x.gather(0, zeros([1, 3]))).toThrow(/float32 tensor was given where int32 is needed/);
    expect(() => x.scatterAdd(0, i32([[0, 1]]), zeros([1, 1]))).toThrow(/does not fill an index/);
    expect(() => x.scatterAdd(0, i32([[0]]), zeros([1, 1], { dtype: "float64" }))).toThrow(/float64 source/);
    expect(() => x.indexSelect(0, i32([[0]]))).toThrow(/where a vector is needed/);
    expect(() => x.indexAdd(0, i32([0]), zeros([2, 3]))).toThrow(/must have the shape \[1, 3\]/);
    expect(() => x.gather(2, i32([[0]]))).toThrow(/^gather: Dimension 2/);
  });
});

describe("masks", () => {
  test("maskedFill keeps the dtype, and takes booleans", () => {
    expect(
      i32([1, 2])
        .maskedFill(tensor([true, false]), 0.5)
        .toArray(),
    ).toEqual([0, 2]);
    expect(
      tensor([true, false])
        .maskedFill(tensor([true, true]), 5)
        .toArray(),
    ).toEqual([true, true]);
    expect(
      tensor([true, false])
        .maskedFill(tensor([true, false]), false)
        .toArray(),
    ).toEqual([false, false]);
    expect(tensor([1, 2]).maskedFill(tensor([true, false]), tensor(1, { dtype: "float64" })).dtype).toBe(
      "float32",
    );
    expect(() => tensor([1]).maskedFill(tensor([true]), tensor([1]))).toThrow(/one number is needed/);
  });

  test("maskedFill_ changes in place, within the rules of in-place changes", () => {
    const x = zeros([2, 2]);
    expect(x.T.maskedFill_(tensor([true, false]), 3).storage.version).toBe(1);
    expect(x.toArray()).toEqual([
      [3, 3],
      [0, 0],
    ]);
    expect(() => zeros([2]).maskedFill_(zeros([3, 2]).eq(0), 1)).toThrow(/does not? fit|do not fit/);
    expect(() =>
      zeros([2])
        .requiresGrad_()
        .maskedFill_(tensor([true, true]), 1),
    ).toThrow(/leaf/);
  });

  test("maskedSelect and nonzero", () => {
    const x = tensor([
      [0, 1.5],
      [Number.NaN, 0],
    ]).requiresGrad_();
    expect(x.nonzero().toArray()).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(tensor(3).nonzero().shape).toEqual([1, 0]);
    expect(tensor(0).nonzero().shape).toEqual([0, 0]);
    expect(zeros([0, 3]).nonzero().shape).toEqual([0, 2]);
    expect(arange(6).reshape([2, 3]).T.nonzero().toArray()).toEqual([
      [0, 1],
      [1, 0],
      [1, 1],
      [2, 0],
      [2, 1],
    ]);
    const y = x.maskedSelect(x.gt(0));
    expect(y.toArray()).toEqual([1.5]);
    expect(grad(y.sum(), [x])[0].toArray()).toEqual([
      [0, 1],
      [0, 0],
    ]);
  });

  test("oneHot counts its classes, or refuses", () => {
    expect(i32([0, 2]).oneHot().toArray()).toEqual([
      [1, 0, 0],
      [0, 0, 1],
    ]);
    expect(i32([0]).oneHot(2).dtype).toBe("int32");
    expect(() => i32([]).oneHot()).toThrow(ChainruleError);
    expect(() => tensor([1]).oneHot(2)).toThrow(/^oneHot: A float32 tensor/);
  });
});

describe("order", () => {
  const value = fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.double(),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
  );
  const rank = (v: number): number => (Number.isNaN(v) ? 1 : 0);

  test.each([false, true])("argsort is the stable order, NaN the largest (descending: %s)", (descending) => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), (list) => {
        const compare = (a: number, b: number): number =>
          rank(a) - rank(b) || (rank(a) === 1 || a === b ? 0 : a < b ? -1 : 1);
        const places = list.map((_, i) => i);
        const sign = descending ? -1 : 1;
        places.sort((p, q) => sign * compare(list[p], list[q]) || p - q);
        const x = tensor(list, { dtype: "float64" });
        const { values, indices } = x.sort(0, { descending });
        expect([...indices.data]).toEqual(places);
        expect([...values.data]).toEqual(places.map((p) => list[p]));
        const k = Math.min(3, list.length);
        expect([...x.topk(k, 0, { largest: descending }).indices.data]).toEqual(places.slice(0, k));
      }),
      { numRuns: 200 },
    );
  });

  test("along a dimension of a strided tensor", () => {
    const x = tensor([
      [3, 1, 2],
      [9, 7, 8],
    ]).T;
    expect(x.sort(0).values.toArray()).toEqual([
      [1, 7],
      [2, 8],
      [3, 9],
    ]);
    expect(x.argsort().dtype).toBe("int32");
    expect(x.topk(2, 0).values.toArray()).toEqual([
      [3, 9],
      [2, 8],
    ]);
    expect(tensor(4).sort().indices.item()).toBe(0);
    expect(() => x.topk(4, 0)).toThrow(/cannot take 4 of the 3 elements/);
  });
});
