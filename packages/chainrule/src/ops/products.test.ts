import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bilinear, einsum, Generator, linear, randint, randn, type Shape, type Tensor, tensor, zeros,
} from "../tensor/index.ts"; // biome-ignore format: names
import { ChainruleError } from "../util/errors.ts";

const generator = new Generator(5);
const f64 = (shape: Shape): Tensor => randn(shape, { dtype: "float64", generator });

/** Σ over all letters of the product of the operands: einsum by its definition, one term after the other. */
function summed(terms: readonly string[], output: string, operands: readonly Tensor[]): number[] {
  const sizes = new Map<string, number>();
  terms.forEach((term, i) => {
    [...term].forEach((letter, d) => {
      sizes.set(letter, Math.max(sizes.get(letter) ?? 1, operands[i].shape[d]));
    });
  });
  const inner = [...sizes.keys()].filter((letter) => !output.includes(letter));
  const letters = [...output, ...inner];
  const count = inner.reduce((n, letter) => n * (sizes.get(letter) as number), 1);
  const results: number[] = [];
  let sum = 0;
  let seen = 0;
  const walk = (k: number, place: ReadonlyMap<string, number>): void => {
    if (k < letters.length) {
      for (let i = 0; i < (sizes.get(letters[k]) as number); i++)
        walk(k + 1, new Map([...place, [letters[k], i]]));
      return;
    }
    let product = 1;
    terms.forEach((term, i) => {
      const x = operands[i];
      const at = [...term].reduce(
        (a, letter, d) => a + (x.shape[d] === 1 ? 0 : (place.get(letter) as number)) * x.strides[d],
        x.offset,
      );
      product *= x.storage.elements[at];
    });
    sum += product;
    if (++seen === count) {
      results.push(sum);
      sum = 0;
      seen = 0;
    }
  };
  walk(0, new Map());
  return results;
}

const close = (actual: ArrayLike<number>, expected: readonly number[]): void => {
  expect(actual.length).toBe(expected.length);
  expected.forEach((v, i) => {
    expect(actual[i]).toBeCloseTo(v, 11);
  });
};

describe("matmul", () => {
  const letters = "abcdefg";
  test("all ranks, batches that broadcast, and layouts, by the definition", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
        fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)),
        fc.tuple(fc.nat(3), fc.nat(3)),
        fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
        fc.boolean(),
        (batch, [m, k, n], [skipA, skipB], ones, transposed) => {
          const lead = (skip: number, from: number): number[] =>
            batch.slice(Math.min(skip, batch.length)).map((size, i) => (ones[from + i] ? 1 : size));
          const [sa, sb] = [
            [...lead(skipA, 0), m, k],
            [...lead(skipB, 3), k, n],
          ];
          const lay = (x: Tensor): Tensor => (transposed ? x.mT.contiguous().mT : x);
          const [a, b] = [lay(f64(sa)), lay(f64(sb))];
          const y = a.matmul(b);
          const name = (rank: number): string => letters.slice(batch.length - rank, batch.length);
          const [la, lb] = [name(sa.length - 2), name(sb.length - 2)];
          const out = la.length > lb.length ? la : lb;
          const sizes = [...out].map((letter) =>
            Math.max(sa[la.indexOf(letter)] ?? 1, sb[lb.indexOf(letter)] ?? 1),
          );
          expect(y.shape).toEqual([...sizes, m, n]);
          if (k > 0) close(y.data, y.numel === 0 ? [] : summed([`${la}ij`, `${lb}jk`], `${out}ik`, [a, b]));
          else expect(y.data.every((v) => v === 0)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  test("vectors count as a row on the left and a column on the right", () => {
    const [v, w, m, b] = [f64([3]), f64([2]), f64([3, 2]), f64([4, 3, 2])];
    close(v.matmul(m).data, summed(["i", "ij"], "j", [v, m]));
    close(m.matmul(w).data, summed(["ij", "j"], "i", [m, w]));
    close(v.matmul(v).data, summed(["i", "i"], "", [v, v]));
    close(v.matmul(b).data, summed(["i", "bij"], "bj", [v, b]));
    close(b.matmul(w).data, summed(["bij", "j"], "bi", [b, w]));
    expect(v.matmul(v).shape).toEqual([]);
    expect(v.matmul(b).shape).toEqual([4, 2]);
    expect(b.matmul(w).shape).toEqual([4, 3]);
  });

  test("int32 wraps around, other dtypes must agree", () => {
    const big = tensor([[2147483647, 2147483647]], { dtype: "int32" });
    expect(big.matmul(big.T).toArray()).toEqual([[2]]);
    expect(randint(5, [2, 3]).matmul(randint(5, [3, 2])).dtype).toBe("int32");
    expect(() => zeros([2, 2]).matmul(zeros([2, 2], { dtype: "float64" }))).toThrow(
      /dtypes float32 and float64/,
    );
    expect(() => tensor([[true]]).matmul(tensor([[true]]))).toThrow(/bool tensor/);
    expect(() => tensor(1).matmul(tensor([1]))).toThrow(/^matmul: .*Use mul\(\)/);
  });

  test("named products refuse other ranks", () => {
    const [v, m, b] = [zeros([2]), zeros([2, 2]), zeros([3, 2, 2])];
    expect(m.mm(m).shape).toEqual([2, 2]);
    expect(b.bmm(b).shape).toEqual([3, 2, 2]);
    expect(m.mv(v).shape).toEqual([2]);
    expect(() => b.mm(m)).toThrow(
      /mm\(\) takes a matrix and a matrix, not the shapes \[3, 2, 2\] and \[2, 2\]/,
    );
    expect(() => b.bmm(b.at("1:"))).toThrow(/batches of 3 and 2/);
    expect(() => m.mv(m)).toThrow(ChainruleError);
    expect(() => v.dot(zeros([3]))).toThrow(/2 and 3 elements/);
    expect(() =>
      tensor([[1]])
        .to("int32")
        .addmm(tensor([[1]]).to("int32"), tensor([[1]]).to("int32"), { alpha: 0.5 }),
    ).toThrow(/not whole/);
  });

  test("empty inputs of layers", () => {
    expect(linear(zeros([2, 3, 0]), zeros([4, 0]), zeros([4])).shape).toEqual([2, 3, 4]);
    expect(linear(zeros([0, 3]), zeros([4, 3])).shape).toEqual([0, 4]);
    expect(bilinear(zeros([0, 3]), zeros([0, 2]), zeros([4, 3, 2])).shape).toEqual([0, 4]);
    expect(() => linear(zeros([2]), zeros([2]))).toThrow(/must be a matrix/);
  });
});

describe("einsum", () => {
  test("is the sum of products over the letters that the output lacks", () => {
    const letter = fc.constantFrom(..."ijkl");
    fc.assert(
      fc.property(
        fc.array(fc.array(letter, { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        fc.array(fc.nat(20), { minLength: 4, maxLength: 4 }),
        (terms, order) => {
          const sizes: Record<string, number> = { i: 2, j: 3, k: 1, l: 2 };
          const used = [...new Set(terms.flat())];
          const output = used
            .filter((_, i) => order[i] % 3 !== 0)
            .sort((a, b) => order["ijkl".indexOf(a)] - order["ijkl".indexOf(b)])
            .join("");
          const operands = terms.map((t) => f64(t.map((l) => sizes[l])));
          const equation = `${terms.map((t) => t.join("")).join(", ")} -> ${output}`;
          const y = einsum(equation, operands);
          expect(y.shape).toEqual([...output].map((l) => sizes[l]));
          close(
            y.data,
            summed(
              terms.map((t) => t.join("")),
              output,
              operands,
            ),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  test("implicit outputs, ellipsis, sizes of 1", () => {
    const [a, b] = [f64([2, 3]), f64([3, 4])];
    close(einsum("ij,jk", [a, b]).data, summed(["ij", "jk"], "ik", [a, b]));
    close(einsum("ba", [a]).data, [...a.T.data]);
    close(einsum("ji,ik", [a.T, f64([2, 2])]).data.slice(0, 0), []);
    expect(einsum("i...,i...->...", [f64([2, 3, 4]), f64([2, 4])]).shape).toEqual([3, 4]);
    expect(einsum("...i,...i", [f64([5, 1, 3]), f64([4, 3])]).shape).toEqual([5, 4]);
    const wide = f64([1, 3]);
    close(einsum("ij,ij->i", [a, wide]).data, summed(["ij", "ij"], "i", [a, wide]));
    expect(einsum("i,j->", [tensor([1, 2]), tensor([3, 4])]).item()).toBe(21);
    expect(einsum("ii->i", [randint(9, [3, 3])]).dtype).toBe("int32");
    expect(einsum("->", [tensor(3)]).item()).toBe(3);
    expect(einsum("i,j->", tensor([1, 2]), tensor([3, 4])).item()).toBe(21);
    expect(einsum("ij", a).shape).toEqual(a.shape);
  });

  test("refuses equations that do not fit", () => {
    const a = f64([2, 3]);
    for (const [equation, operands] of [
      ["ij,jk->ik", [a]],
      ["ij->k", [a]],
      ["ij->ii", [a]],
      ["ijk->i", [a]],
      ["i->i", [a]],
      ["i1->i", [a]],
      ["ii->i", [a]],
      ["ij,ij->i", [a, a.T]],
      ["ij->i->j", [a]],
      ["......", [a]],
    ] as [string, Tensor[]][]) {
      expect(() => einsum(equation, operands), equation).toThrow(/^einsum: /);
    }
  });
});

test("who mixes whole and real numbers is told to convert to the real ones", () => {
  const whole = tensor([[1]], { dtype: "int32" });
  expect(() => whole.matmul(tensor([[1]]))).toThrow('by to("float32")');
  expect(() => tensor([[1]]).matmul(whole)).toThrow('by to("float32")');
});
