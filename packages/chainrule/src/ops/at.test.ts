import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  arange,
  grad,
  type Index,
  noGrad,
  numel,
  type Shape,
  Tensor,
  tensor,
  zeros,
} from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";

const x = arange(24).reshape([2, 3, 4]);

describe("at", () => {
  test("numbers, ranges, new dimensions", () => {
    expect(x.at(1, 2, 3).item()).toBe(23);
    expect(x.at(-1, -1).toArray()).toEqual([20, 21, 22, 23]);
    expect(x.at(0, "1:", " : 2 ").toArray()).toEqual([
      [4, 5],
      [8, 9],
    ]);
    expect(x.at("...", "-3:-1").shape).toEqual([2, 3, 2]);
    expect(x.at(0, 0, "::3").toArray()).toEqual([0, 3]);
    expect(x.at(0, 0, "9:").toArray()).toEqual([]);
    expect(x.at(null, 0, null, "...", null).shape).toEqual([1, 1, 3, 4, 1]);
    expect(tensor(5).at(null).toArray()).toEqual([5]);
    expect(arange(3).reshape([1, 3]).at(null, 0).shape).toEqual([1, 3]);
  });

  test("always gives another tensor, on the same storage for numbers and ranges", () => {
    const one = arange(3).reshape([1, 3]);
    for (const index of [[], [":"], ["..."], [null, 0], [0, null], ["0:1"], ["::2"]] as Index[][]) {
      const y = one.at(...index);
      expect(y).not.toBe(one);
      expect(y.storage).toBe(one.storage);
    }
  });

  test("tensors and arrays gather, negative places counting from the end", () => {
    expect(
      arange(5)
        .at(tensor([0, -1, 2], { dtype: "int32" }))
        .toArray(),
    ).toEqual([0, 4, 2]);
    expect(arange(5).at([0, -1, 2]).toArray()).toEqual([0, 4, 2]);
    expect(x.at([1, 0], [0, -1]).toArray()).toEqual([
      [12, 13, 14, 15],
      [8, 9, 10, 11],
    ]);
    expect(x.at([]).shape).toEqual([0, 3, 4]);
    expect(x.at(tensor(1, { dtype: "int32" })).storage).toBe(x.storage);
  });

  // Shapes that PyTorch 1.13 gives
  const i2 = tensor([0, 1], { dtype: "int32" });
  test.each<[string, Index[], Shape]>([
    ["apart: places come first", [i2, ":", i2], [2, 3]],
    ["apart by a new dimension", [i2, null, i2], [2, 1, 4]],
    ["neighbours: places stay", [":", i2, i2], [2, 2]],
    ["a number is done before", [0, ":", i2], [3, 2]],
    ["so is a tensor of one number", [tensor(1, { dtype: "int32" }), ":", i2], [3, 2]],
    ["they broadcast", [i2.reshape([2, 1]), ":", i2], [2, 2, 3]],
    ["a matrix of places", [":", i2.reshape([2, 1])], [2, 2, 1, 4]],
    ["a mask counts as its positions", [i2, i2, tensor([true, false, true, false])], [2]],
    ["a mask over two dimensions", [":", zeros([3, 4]).eq(0)], [2, 12]],
    ["a mask of one truth", [tensor(true)], [1, 2, 3, 4]],
    ["a mask of one falsehood", [tensor(false)], [0, 2, 3, 4]],
    ["a mask at the end", ["...", tensor([true, true, false, true])], [2, 3, 3]],
  ])("advanced indexing, %s", (_, index, shape) => {
    expect(x.at(...index).shape).toEqual(shape);
  });

  test("bool masks select", () => {
    expect(x.at(x.gt(20)).toArray()).toEqual([21, 22, 23]);
    expect(x.at(":", tensor([false, true, false])).toArray()).toEqual([[[4, 5, 6, 7]], [[16, 17, 18, 19]]]);
    expect(x.at(tensor([false, true]), 1).toArray()).toEqual([[16, 17, 18, 19]]);
  });

  test("what cannot be is refused, with what was written", () => {
    const refused = (...index: unknown[]): string => {
      try {
        x.at(...(index as Index[]));
      } catch (error) {
        expect(error).toBeInstanceOf(ChainruleError);
        return (error as Error).message;
      }
      return "nothing";
    };
    expect(refused(2)).toBe(
      "at: Index 2 is out of range for dimension 0 of size 2. Use a whole number from -2 to 1.",
    );
    expect(refused(":", 3)).toContain("Index 3 is out of range for dimension 1 of size 3");
    expect(refused(0.5)).toContain("Index 0.5 is out of range");
    expect(refused(0, 0, 0, 0)).toContain("4 indices are too many for a tensor of 3 dimensions");
    expect(refused("::-1")).toContain("Use flip(dims)");
    expect(refused("::0")).toContain("step 0");
    expect(refused("1")).toContain('"1" is no index');
    expect(refused("a:b")).toContain('"a:b" is no index');
    expect(refused("...", "...")).toContain('"..." stands 2 times');
    expect(refused(":", [0, -4])).toContain("Index -4 is out of range for dimension 1 of size 3");
    expect(refused([0, 1], [0, 3])).toContain("Index 3 is out of range for dimension 1 of size 3");
    expect(refused([0, -3], [0, 1])).toContain("Index -3 is out of range for dimension 0 of size 2");
    expect(refused([0, 1], [0, 1, 2])).toContain("do not broadcast");
    expect(refused([0.5])).toContain("[0.5] is no index");
    expect(refused(tensor([0.5]))).toContain("float32 tensor was given where int32 is needed");
    expect(refused(tensor([true]))).toContain("A mask of shape [1] does not fit dimensions of sizes [2]");
    expect(refused(undefined)).toContain("undefined is no index");
    expect(refused(true)).toContain("true is no index");
  });

  test("gradients arrive where the elements came from", () => {
    const w = arange(6, { dtype: "float64" }).reshape([2, 3]).requiresGrad_();
    const [g] = grad(w.at([0, 0, 1], "1:").sum(), [w]);
    expect(g.toArray()).toEqual([
      [0, 2, 2],
      [0, 1, 1],
    ]);
  });
});

type Nested = number | Nested[];

/** An index of one dimension, in both worlds. */
const indexOf = (size: number): fc.Arbitrary<Index> =>
  fc.oneof(
    fc.constant<Index>(":"),
    size > 0 ? fc.integer({ min: -size, max: size - 1 }) : fc.constant<Index>(":"),
    fc
      .tuple(
        fc.option(fc.integer({ min: -6, max: 6 })),
        fc.option(fc.integer({ min: -6, max: 6 })),
        fc.option(fc.integer({ min: 1, max: 3 })),
      )
      .map(([a, b, step]): Index => `${a ?? ""}:${b ?? ""}${step === null ? "" : `:${step}`}`),
    size > 0 ? fc.array(fc.integer({ min: -size, max: size - 1 }), { maxLength: 3 }) : fc.constant<Index>([]),
  );

/** What one index takes from a list: nested arrays know nothing of strides. */
function pick(value: Nested, index: readonly Index[]): Nested {
  if (index.length === 0) return value;
  const [first, ...rest] = index;
  const list = value as Nested[];
  if (typeof first === "number") return pick(list.at(first) as Nested, rest);
  if (typeof first === "string") {
    const [a, b, step = "1"] = first.split(":");
    const part = list.slice(a === "" ? 0 : Number(a), b === "" ? undefined : Number(b));
    return part.filter((_, i) => i % Number(step === "" ? 1 : step) === 0).map((item) => pick(item, rest));
  }
  return (first as number[]).map((i) => pick(list.at(i) as Nested, rest));
}

const cases = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
  .chain((shape) => fc.tuple(fc.constant(shape), fc.tuple(...shape.map(indexOf)), fc.nat(3)));

describe("properties", () => {
  test("with at most one list, as nested arrays do it", () => {
    fc.assert(
      fc.property(cases, ([shape, index, drop]) => {
        const lists = index.filter((i) => Array.isArray(i)).length;
        if (lists > 1) return;
        const base = arange(numel(shape)).reshape(shape);
        const used = index.slice(0, Math.max(1, index.length - drop));
        const expected = pick(base.toArray() as Nested, used);
        const y = base.at(...used);
        // An empty list of lists loses its inner sizes in nested arrays.
        expect([...y.data]).toEqual(typeof expected === "number" ? [expected] : expected.flat(9));
        if (y.numel > 0) expect(y.toArray()).toEqual(expected);
        if (lists === 0) expect(y.storage).toBe(base.storage);
      }),
      { numRuns: 500 },
    );
  });

  test("several index tensors: every element by its formula", () => {
    fc.assert(
      fc.property(cases, fc.constantFrom([2], [2, 1], [1, 3]), ([shape, index, seed], places) => {
        const base = arange(numel(shape)).reshape(shape);
        const given: Index[] = index.map((i, d) =>
          Array.isArray(i)
            ? tensor(
                Array.from(
                  { length: numel(places) },
                  (_, k) => ((k * 7 + d * 3 + seed) % (2 * shape[d])) - shape[d],
                ),
                { dtype: "int32" },
              ).reshape(places)
            : i,
        );
        const y = base.at(...given);
        // The same by lists of places of one element each: first the views, then one element after the other.
        const views = given.map((i) => (i instanceof Tensor ? ":" : i));
        const seen = base.at(...views);
        const kept = given.filter((i) => typeof i !== "number");
        const at = kept.flatMap((i, d) => (i instanceof Tensor ? [d] : []));
        if (at.length === 0) return;
        const together = at.every((d, k) => d === at[0] + k);
        const front = together ? at[0] : 0;
        const rest = seen.shape.filter((_, d) => !at.includes(d));
        expect(y.shape).toEqual([...rest.slice(0, front), ...places, ...rest.slice(front)]);
        const positions = arange(y.numel).toArray() as number[];
        for (const p of positions) {
          const place: number[] = [];
          let left = p;
          for (const size of [...y.shape].reverse()) {
            place.unshift(left % size);
            left = Math.floor(left / size);
          }
          const which = place.slice(front, front + places.length);
          const others = [...place.slice(0, front), ...place.slice(front + places.length)];
          const source = kept.map((i) =>
            i instanceof Tensor ? i.at(...which).item() : (others.shift() as number),
          );
          expect(y.data[p]).toBe(seen.at(...source).item());
        }
      }),
      { numRuns: 300 },
    );
  });

  test("setAt_ writes to the places that at reads, and nowhere else", () => {
    fc.assert(
      fc.property(cases, fc.boolean(), ([shape, index], transposed) => {
        const lists = index.filter((i) => Array.isArray(i)).map((i) => (i as number[]).length);
        if (new Set(lists).size > 1) return;
        const places = arange(numel(shape)).reshape(shape);
        const named = new Set(places.at(...index).data);
        const fresh = places.clone();
        const target = transposed ? fresh.T.clone().T : fresh;
        const version = target.storage.version;
        expect(target.setAt_(index, -1)).toBe(target);
        expect(target.storage.version).toBe(version + 1);
        expect([...target.data]).toEqual([...places.data].map((v) => (named.has(v) ? -1 : v)));
        const values = places.at(...index).mul(2);
        target.setAt_(index, values);
        expect([...target.data]).toEqual([...places.data].map((v) => (named.has(v) ? 2 * v : v)));
      }),
      { numRuns: 300 },
    );
  });
});

describe("setAt_", () => {
  test("numbers, booleans, tensors that broadcast", () => {
    const y = zeros([2, 3]);
    y.setAt_([0], 1)
      .setAt_([":", -1], tensor([5, 6]))
      .setAt_([y.eq(0)], tensor([[7, 8]]));
    expect(y.toArray()).toEqual([
      [1, 1, 5],
      [7, 8, 6],
    ]);
    expect(tensor([true, true]).setAt_([0], false).toArray()).toEqual([false, true]);
    expect(
      arange(4)
        .setAt_([[1, 2]], tensor([2.5, 3]).to("int32"))
        .toArray(),
    ).toEqual([0, 2, 3, 3]);
    const self = arange(4);
    expect(self.setAt_(["1:"], self.at(":3")).toArray()).toEqual([0, 0, 1, 2]);
  });

  test("is refused where derivatives or dtypes forbid it", () => {
    const leaf = zeros([3]).requiresGrad_();
    expect(() => leaf.setAt_([0], 1)).toThrow(/^setAt_: A leaf that requires a gradient/);
    noGrad(() => leaf.setAt_([0], 1));
    expect(leaf.toArray()).toEqual([1, 0, 0]);
    expect(() => zeros([3]).setAt_([0], leaf.at(0))).toThrow(/^setAt_: A value that requires a gradient/);
    expect(() => arange(3).setAt_([0], 0.5)).toThrow(/float32 result does not fit into an int32 tensor/);
    expect(() => zeros([3]).setAt_(["1:"], tensor([1, 2, 3]))).toThrow(ChainruleError);
    expect(() => zeros([3]).setAt_([[0, -4]], 1)).toThrow(
      /Index -4 is out of range for dimension 0 of size 3/,
    );
    expect(() => zeros([1]).expand([3]).setAt_([0], 1)).not.toThrow();
    expect(() => zeros([1]).expand([3]).setAt_([":"], 1)).toThrow(/expand/);
  });

  test("is noticed by derivatives that remembered the old values", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const c = tensor([3, 4]);
    const y = w.mul(c).sum();
    c.setAt_([[0]], 9);
    expect(() => y.backward()).toThrow(/was changed in place/);
  });

  test("take reads the flattened tensor", () => {
    expect(x.take(tensor([[0, -1]], { dtype: "int32" })).toArray()).toEqual([[0, 23]]);
  });
});
