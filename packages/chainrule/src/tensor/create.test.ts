import { describe, expect, test } from "vitest";
import { ChainruleError } from "../util/errors.ts";
import { thrown } from "../util/testing/thrown.ts";
import {
  arange, bernoulli, eye, fromTypedArray, full, fullLike, Generator, linspace, manualSeed, multinomial, normal, ones, rand, randint,
  randintLike, randLike, randn, randnLike, randperm, tensor, zeros, zerosLike,
} from "./index.ts"; // biome-ignore format: names

describe("numbers in order", () => {
  test("arange is int32 for whole numbers, and takes options wherever its numbers end", () => {
    expect(arange(3).dtype).toBe("int32");
    expect(arange(0, 1, 0.25).toArray()).toEqual([0, 0.25, 0.5, 0.75]);
    expect(arange(3, { dtype: "float64" }).dtype).toBe("float64");
    expect(arange(1, 3, { dtype: "float64" }).toArray()).toEqual([1, 2]);
    expect(arange(5, 0, -2, { dtype: "float32", requiresGrad: true }).requiresGrad).toBe(true);
    expect(arange(2 ** 31, 2 ** 31 + 1).dtype).toBe("float32");
    // One rounding, as PyTorch: 1 + 3 · (−0.3) is not the difference of rounded numbers.
    expect(arange(1, 0, -0.3, { dtype: "float64" }).at(3).item()).toBe(0.10000000000000003);
    const bits = arange(1.3, 7, 0.3);
    expect([7, 13, 14, 17, 18].map((i) => bits.at(i).item())).toEqual([
      3.3999998569488525, 5.199999809265137, 5.5, 6.400000095367432, 6.699999809265137,
    ]);
    expect(() => arange(0, 5, -1)).toThrow(/from 0 to 5 by -1/);
  });

  test("linspace has the bits of PyTorch 1.13, in pairs of vectors and beyond", () => {
    expect([...linspace(0.1, 1.7, 21).data]).toEqual([
      0.10000000149011612, 0.18000000715255737, 0.25999999046325684, 0.3400000035762787, 0.41999998688697815,
      0.4999999701976776, 0.5799999833106995, 0.6600000262260437, 0.7400000095367432, 0.8199999928474426,
      0.8999999761581421, 0.9800000190734863, 1.059999942779541, 1.1399999856948853, 1.2200000286102295,
      1.2999999523162842, 1.380000114440918, 1.4600000381469727, 1.540000081062317, 1.6200000047683716,
      1.7000000476837158,
    ]); // biome-ignore format: numbers
    expect(linspace(0, 1, 11, { dtype: "float64" }).toArray()).toEqual([
      0, 0.1, 0.2, 0.30000000000000004, 0.4, 0.5, 0.6000000000000001, 0.7000000000000001, 0.8, 0.9, 1,
    ]);
    expect(linspace(0, 10, 4, { dtype: "int32" }).toArray()).toEqual([0, 3, 6, 10]);
    expect(linspace(3, 4, 1).toArray()).toEqual([3]);
    expect(linspace(0, 1, 0).shape).toEqual([0]);
  });

  test("eye", () => {
    expect(eye(2, { dtype: "int32" }).toArray()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(eye(2, 3, { dtype: "float64" }).shape).toEqual([2, 3]);
  });
});

describe("from data", () => {
  test("dtypes follow the data unless one is named", () => {
    expect(tensor([1, 2]).dtype).toBe("float32");
    expect(tensor([[true]]).dtype).toBe("bool");
    expect(tensor([new Float64Array([1, 2]), new Float64Array([3, 4])]).dtype).toBe("float64");
    expect(tensor(new Int32Array([1])).dtype).toBe("int32");
    expect(tensor([0.5, 0], { dtype: "bool" }).toArray()).toEqual([true, false]);
    expect(tensor([]).shape).toEqual([0]);
    const copied = new Float32Array([1]);
    expect(tensor(copied).data).not.toBe(copied);
    expect(fromTypedArray(copied).data).toBe(copied);
    expect(fromTypedArray(new Float32Array(6), [2, 3]).shape).toEqual([2, 3]);
  });

  test("what is no tensor is refused, with the place", () => {
    expect(() => tensor([[1, 2], [3]])).toThrow(/ragged: at \[1\] there is 1 entry/);
    expect(() => tensor([[1], 2] as never)).toThrow(/at \[1\] there is a single value/);
    expect(() => tensor([1, [2]] as never)).toThrow(/At \[1\] stands an array/);
    expect(() => tensor([1, "2"] as never)).toThrow(/the text "2"/);
    expect(() => tensor([null] as never)).toThrow(ChainruleError);
    expect(() => tensor([1], { dtype: "int64" as never })).toThrow(/"int64" is no dtype/);
    expect(() => tensor([2 ** 31], { dtype: "int32" })).toThrow(/does not fit int32/);
    expect(() => tensor([1], { dtype: "int32", requiresGrad: true })).toThrow(/no gradient/);
    expect(() => zeros(3 as never)).toThrow(/with brackets/);
    expect(() => fromTypedArray(new Float32Array(5), [2, 3])).toThrow(/does not fill/);
  });

  test("like another tensor", () => {
    const x = ones([2], { dtype: "float64" });
    expect([zerosLike(x).dtype, zerosLike(x, { dtype: undefined }).dtype]).toEqual(["float64", "float64"]);
    expect(fullLike(x, 3, { dtype: "int32" }).toArray()).toEqual([3, 3]);
    expect(full([], true).dtype).toBe("bool");
  });
});

const near = (x: { data: ArrayLike<number> }, expected: readonly number[]): void => {
  expect(x.data.length).toBe(expected.length);
  expected.forEach((v, i) => {
    expect(x.data[i]).toBeCloseTo(v, 6);
  });
};

describe("random numbers", () => {
  test("come from PyTorch's stream, call after call", () => {
    manualSeed(3);
    near(rand([2, 2]), [0.004263520240783691, 0.10556936264038086, 0.2858424782752991, 0.026954829692840576]);
    near(randn([3]), [0.08897809684276581, -0.6137180328369141, 0.04618244990706444]);
    near(randn([2], { dtype: "float64" }), [-1.3682591776659838, 0.33749509853046344]);
    expect(randint(0, 10, [6]).toArray()).toEqual([5, 4, 0, 4, 6, 9]);
    expect(randint(-5, 5, [4], { dtype: "float32" }).toArray()).toEqual([-4, 1, -3, 3]);
    expect(randperm(7).toArray()).toEqual([4, 1, 6, 5, 0, 2, 3]);
    expect(bernoulli(tensor([[0.1, 0.5, 0.9]])).toArray()).toEqual([[0, 1, 1]]);
    near(normal(2, 0.5, [3]), [2.5055580139160156, 2.1300642490386963, 2.026219129562378]);
    near(
      normal(tensor([1, 2, 3]), tensor([0.1, 0.2, 0.3])),
      [1.0933732986450195, 2.098053455352783, 2.934624433517456],
    );
    near(normal(tensor([1, 2, 3]), 0.5), [1.0815918445587158, 2.7536916732788086, 3.176957845687866]);
    near(normal(1, tensor([1, 2])), [0.0729217529296875, 2.6377735137939453]);
    expect(multinomial(tensor([0.1, 0.2, 0.7]), 5, { replacement: true }).toArray()).toEqual([2, 2, 1, 1, 1]);
    expect(
      multinomial(
        tensor([
          [0.1, 0.2, 0.7],
          [0.5, 0.4, 0.1],
        ]),
        2,
      ).toArray(),
    ).toEqual([
      [1, 2],
      [1, 0],
    ]);
    expect(multinomial(tensor([0.3, 0.2, 0.5]), 1, { replacement: true }).toArray()).toEqual([1]);
    near(randLike(zeros([2], { dtype: "float64" })), [0.6913249046897493, 0.5531575531674602]);
    near(randnLike(zeros([2])), [0.17605559527873993, 1.1801283359527588]);
    expect(randintLike(zeros([3]), 4).toArray()).toEqual([3, 0, 3]);
    near(rand([1]), [0.29668140411376953]);
  });

  test("a generator of its own leaves the default one alone", () => {
    manualSeed(1);
    const expected = rand([2]).toArray();
    manualSeed(1);
    const generator = new Generator(5);
    const own = [rand([2], { generator }), randperm(3, { generator }), bernoulli(ones([2]), { generator })];
    expect(own[0].toArray()).toEqual(rand([2], { generator: new Generator(5) }).toArray());
    expect(rand([2]).toArray()).toEqual(expected);
  });

  test("shapes, dtypes and options", () => {
    expect(randint(3, [2, 2]).dtype).toBe("int32");
    expect(randint(3, [2], { dtype: "float64" }).dtype).toBe("float64");
    expect(randperm(0).shape).toEqual([0]);
    expect(rand([0, 2]).shape).toEqual([0, 2]);
    expect(rand([2], { requiresGrad: true }).isLeaf).toBe(true);
    expect(multinomial(tensor([[1, 1]]), 2).shape).toEqual([1, 2]);
    expect(
      normal(tensor([0, 0], { dtype: "float64" }), tensor([[1], [2]], { dtype: "float64" })).shape,
    ).toEqual([2, 2]);
    expect(() => rand([2], { dtype: "int32" })).toThrow(/Use "float32" or "float64", or randint/);
    expect(() => randLike(tensor([1], { dtype: "int32" }))).toThrow(ChainruleError);
    expect(() => bernoulli(tensor([1.5]))).toThrow(ChainruleError);
    expect(() => bernoulli(tensor([1], { dtype: "int32" }))).toThrow(/int32/);
    expect(() => normal(0, tensor([-1]))).toThrow(/negative/);
    expect(() => normal(0, -1, [2])).toThrow(ChainruleError);
    expect(() => randint(3, 3, [1])).toThrow(ChainruleError);
    expect(() => multinomial(tensor([[[1]]]), 1)).toThrow(/\[rows, n\]/);
  });
});

test("booleans among numbers are 0 and 1, wherever they stand", () => {
  for (const data of [
    [true, 2],
    [2, true],
    [[false], [0.5]],
  ])
    expect([tensor(data).dtype, [...tensor(data).data]]).toEqual(["float32", data.flat().map(Number)]);
  expect(tensor([[true], [false]]).dtype).toBe("bool");
  expect(tensor([true, 2], { dtype: "bool" }).toArray()).toEqual([true, true]);
});

test("bytes above 1 need a dtype, and lose nothing", () => {
  const bytes = new Uint8Array([0, 128, 255]);
  for (const run of [
    () => tensor(bytes),
    () => tensor([bytes, bytes]),
    () => fromTypedArray(bytes),
    () => fromTypedArray(bytes, [3], { dtype: "bool" }),
  ]) {
    const error = thrown(run);
    expect(error.code).toBe("dtype");
    expect(error.message).toContain('this one holds 128. Say what the bytes are: { dtype: "int32" }');
  }
  for (const dtype of ["int32", "float32"] as const) {
    expect(tensor(bytes, { dtype }).toArray()).toEqual([0, 128, 255]);
    expect(fromTypedArray(bytes, [3], { dtype }).toArray()).toEqual([0, 128, 255]);
  }
  expect(tensor(bytes, { dtype: "bool" }).toArray()).toEqual([false, true, true]);
  const mask = new Uint8Array([0, 1]);
  for (const x of [tensor(mask), fromTypedArray(mask)]) expect(x.toArray()).toEqual([false, true]);
});
