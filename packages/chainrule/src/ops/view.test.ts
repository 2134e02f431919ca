import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arange, broadcastTensors, numel, type Shape, type Tensor, zeros } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { viewStrides } from "./view.ts";

/** Storage places of the elements in row-major order. */
function addresses(x: { shape: Shape; strides: readonly number[]; offset: number }): number[] {
  let found = [x.offset];
  x.shape.forEach((size, d) => {
    found = found.flatMap((at) => Array.from({ length: size }, (_, i) => at + i * x.strides[d]));
  });
  return found;
}

/** Whether some strides show the places in another shape: the definition of a view, tried out. */
function strideable(places: readonly number[], shape: Shape): boolean {
  let inner = 1;
  const strides = shape.map(() => 0);
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] > 1) strides[d] = places[inner] - places[0];
    inner *= shape[d];
  }
  return addresses({ shape, strides, offset: places[0] }).every((at, i) => at === places[i]);
}

const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 0, maxLength: 4 });

/** Tensors in many layouts: permuted, sliced by steps, expanded, with dimensions of size 1. */
const strided = fc
  .record({ shape: sizes, seed: fc.array(fc.nat(1000), { minLength: 24, maxLength: 24 }) })
  .map(({ shape, seed }) => {
    let next = 0;
    const draw = (n: number): number => seed[next++ % seed.length] % n;
    let x: Tensor = arange(numel(shape), { dtype: "float64" }).reshape(shape);
    for (let step = 0; step < 3 && x.ndim > 0; step++) {
      const d = draw(x.ndim);
      const kind = draw(5);
      if (kind === 0) x = x.transpose(d, draw(x.ndim));
      else if (kind === 1) x = x.at(...x.shape.map((_, k) => (k === d ? `${draw(2)}::${1 + draw(2)}` : ":")));
      else if (kind === 2 && x.ndim < 5) x = x.unsqueeze(draw(x.ndim + 1));
      else if (kind === 3 && x.shape[d] === 1)
        x = x.expand(x.shape.map((s, k) => (k === d ? 1 + draw(3) : s)));
      else if (kind === 4 && x.shape[d] > 0) x = x.narrow(d, draw(x.shape[d]), 1);
    }
    return x;
  });

/** A random way to write n as a product, ones included. */
function factors(n: number, seed: readonly number[]): number[] {
  const shape: number[] = [];
  let rest = n;
  for (const s of seed) {
    const divisors = Array.from({ length: rest }, (_, i) => i + 1).filter((k) => rest % k === 0);
    const chosen = divisors[s % divisors.length];
    shape.push(chosen);
    rest /= chosen;
  }
  return [...shape, rest];
}

describe("reshape", () => {
  test("gives the elements in order, and a view exactly where strides can show them", () => {
    let views = 0;
    let copies = 0;
    fc.assert(
      fc.property(strided, fc.array(fc.nat(100), { minLength: 0, maxLength: 4 }), (x, seed) => {
        if (x.numel === 0) return;
        const shape = factors(x.numel, seed);
        const y = x.reshape(shape);
        expect(y.shape).toEqual(shape);
        expect([...y.data]).toEqual([...x.data]);
        const view = strideable(addresses(x), shape);
        expect(y.storage === x.storage).toBe(view);
        expect(viewStrides(x, shape) !== null).toBe(view);
        if (view) views++;
        else copies++;
      }),
      { numRuns: 600 },
    );
    expect(views).toBeGreaterThan(50);
    expect(copies).toBeGreaterThan(20);
  });

  test("of nothing is a view, whatever the strides", () => {
    const x = zeros([3, 4]).T.narrow(1, 0, 0);
    expect(x.reshape([0, 2, 2]).storage).toBe(x.storage);
    expect(x.view([5, 0]).shape).toEqual([5, 0]);
  });

  test("view refuses what would be a copy, and reshape makes one", () => {
    const x = arange(6).reshape([2, 3]).T;
    expect(() => x.view([6])).toThrow(/has no view of shape \[6\]/);
    expect(x.reshape([6]).toArray()).toEqual([0, 3, 1, 4, 2, 5]);
    expect(x.viewAs(zeros([3, 1, 2])).shape).toEqual([3, 1, 2]);
  });
});

describe("views", () => {
  const x = arange(24).reshape([2, 3, 4]);
  test.each<[string, (t: Tensor) => Tensor]>([
    ["permute", (t) => t.permute([2, 0, 1])],
    ["transpose", (t) => t.transpose(0, -1)],
    ["T", (t) => t.T],
    ["mT", (t) => t.mT],
    ["movedim", (t) => t.movedim([0, 1], [-1, 0])],
    ["expand", (t) => t.unsqueeze(0).expand([5, -1, -1, -1])],
    ["broadcastTo", (t) => t.broadcastTo([2, 2, 3, 4])],
    ["unsqueeze", (t) => t.unsqueeze(-1)],
    ["squeeze", (t) => t.at(":", "1:2").squeeze()],
    ["flatten", (t) => t.flatten(1)],
    ["unflatten", (t) => t.unflatten(2, [2, -1])],
    ["select", (t) => t.select(1, -1)],
    ["narrow", (t) => t.narrow(2, -3, 2)],
    ["split", (t) => t.split([1, 2], 1)[1]],
    ["chunk", (t) => t.chunk(2, 2)[1]],
    ["unbind", (t) => t.unbind(1)[2]],
    ["diagonal", (t) => t.diagonal(1, 0, 2)],
    ["at", (t) => t.at(1, null, "::2", "...")],
    ["detach", (t) => t.detach()],
  ])("%s shares storage: a change is seen on both sides", (_, look) => {
    const base = x.clone();
    const view = look(base);
    expect(view.storage).toBe(base.storage);
    const before = [...view.data];
    base.add_(100);
    expect([...view.data]).toEqual(before.map((v) => v + 100));
  });

  test("T of a vector and of more dimensions, mT of batches", () => {
    expect(arange(3).T.shape).toEqual([3]);
    expect(x.T.shape).toEqual([4, 3, 2]);
    expect(x.mT.shape).toEqual([2, 4, 3]);
    expect(() => arange(3).mT).toThrow(ChainruleError);
    expect(() => x.t()).toThrow(/t\(\) transposes a matrix/);
  });

  test("movedim moves, and keeps the others in order", () => {
    expect(zeros([2, 3, 4, 5]).movedim(0, -1).shape).toEqual([3, 4, 5, 2]);
    expect(zeros([2, 3, 4, 5]).movedim([3, 0], [0, 1]).shape).toEqual([5, 2, 3, 4]);
    expect(() => x.movedim([0, 0], [1, 2])).toThrow(/movedim: .*twice/);
  });

  test("broadcastTensors", () => {
    const [a, b] = broadcastTensors(zeros([3, 1]), zeros([2]));
    expect([a.shape, b.shape]).toEqual([
      [3, 2],
      [3, 2],
    ]);
  });

  test("wrong dimensions name the method and the range", () => {
    expect(() => x.transpose(0, 3)).toThrow(/^transpose: Dimension 3 is out of range/);
    expect(() => x.flatten(2, 1)).toThrow(/the first comes after the last/);
    expect(() => x.unflatten(1, [2, 2])).toThrow(/^unflatten: /);
    expect(() => x.expand([2, 3, 5])).toThrow(/\[2, 3, 4\] cannot be expanded to \[2, 3, 5\]/);
    expect(() => x.expand([2, 3, 1.5])).toThrow(ChainruleError);
  });
});

describe("parts", () => {
  test("split and chunk cut as PyTorch cuts", () => {
    const shapes = (list: readonly Tensor[]): number[] => list.map((t) => t.shape[0]);
    expect(shapes(arange(7).split(3))).toEqual([3, 3, 1]);
    expect(shapes(arange(5).chunk(4))).toEqual([2, 2, 1]);
    expect(shapes(zeros([0]).chunk(3))).toEqual([0, 0, 0]);
    expect(shapes(zeros([0]).split(2))).toEqual([0]);
    expect(shapes(arange(6).split([0, 6]))).toEqual([0, 6]);
    expect(() => arange(3).split(0)).toThrow(ChainruleError);
    expect(() => arange(3).split([1, 1])).toThrow(/add up to 3/);
    expect(() => arange(3).chunk(0)).toThrow(ChainruleError);
  });

  test("narrow and select count from the end, and refuse what is not there", () => {
    expect(arange(5).narrow(0, -2, 2).toArray()).toEqual([3, 4]);
    expect(arange(5).narrow(0, 5, 0).shape).toEqual([0]);
    expect(() => arange(5).narrow(0, 4, 2)).toThrow(/no 2 places from 4 on/);
    expect(() => zeros([2, 3]).select(1, 3)).toThrow(
      "select: Index 3 is out of range for dimension 1 of size 3. Use a whole number from -3 to 2.",
    );
    expect(() => zeros([]).select(0, 0)).toThrow(/without dimensions/);
    expect(zeros([2, 0]).unbind(1)).toEqual([]);
  });
});
