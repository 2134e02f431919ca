import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChainruleError } from "../util/errors.ts";
import { finfo } from "./dtype.ts";
import {
  broadcastShapes,
  broadcastStrides,
  checkShape,
  contiguousStrides,
  inferShape,
  isContiguous,
  normalizeDim,
  normalizeDims,
  numel,
  reducedShape,
  type Shape,
  unravelIndex,
} from "./shape.ts";

const size = fc.integer({ min: 0, max: 4 });
const shape = fc.array(size, { maxLength: 4 });
/** Numbers that a caller may give by mistake. */
const wild = fc.oneof(
  fc.integer({ min: -6, max: 6 }),
  fc.constantFrom(0.5, Number.NaN, Number.POSITIVE_INFINITY, -0.5, 2 ** 60),
);

/** The value, or null after a ChainruleError with something to read; anything else fails the test. */
function attempt<T>(body: () => T): T | null {
  try {
    return body();
  } catch (error) {
    expect(error).toBeInstanceOf(ChainruleError);
    expect((error as ChainruleError).problem).toMatch(/\.$/);
    expect((error as ChainruleError).message).not.toMatch(/undefined/);
    return null;
  }
}

describe("broadcastShapes", () => {
  /** The rule, position by position from the end; null when sizes do not fit. */
  function rule(a: Shape, b: Shape): number[] | null {
    const out: number[] = [];
    for (let i = 1; i <= Math.max(a.length, b.length); i++) {
      const [m, n] = [a.at(-i) ?? 1, b.at(-i) ?? 1];
      if (m !== n && m !== 1 && n !== 1) return null;
      out.unshift(m === 1 ? n : m);
    }
    return out;
  }

  test("is the rule, on either side", () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        expect(attempt(() => broadcastShapes(a, b))).toEqual(rule(a, b));
        expect(attempt(() => broadcastShapes(b, a))).toEqual(rule(a, b));
      }),
    );
  });
  test("does not depend on the order of three", () => {
    fc.assert(
      fc.property(shape, shape, shape, (a, b, c) => {
        const left = attempt(() => broadcastShapes(broadcastShapes(a, b), c));
        const right = attempt(() => broadcastShapes(a, broadcastShapes(b, c)));
        expect(left).toEqual(right);
      }),
    );
  });
  test("names the dimension that does not fit", () => {
    expect(() => broadcastShapes([2, 3], [4, 3])).toThrow(
      /\[2, 3\] and \[4, 3\].*dimension −2 has sizes 2 and 4/,
    );
  });
  test("strides read the right elements", () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        const target = attempt(() => broadcastShapes(a, b));
        if (!target) return;
        const strides = broadcastStrides(a, contiguousStrides(a), target);
        expect(strides).toHaveLength(target.length);
        target.forEach((n, d) => {
          const own = a[d - (target.length - a.length)];
          if (own !== n && n !== 1) expect(strides[d]).toBe(0);
        });
        if (target.every((n, d) => n === a[d])) expect(strides).toEqual(contiguousStrides(a));
      }),
    );
  });
});

describe("inferShape", () => {
  test("finds the size that is left open, and only that", () => {
    fc.assert(
      fc.property(shape, fc.nat(), (whole, pick) => {
        const at = pick % Math.max(whole.length, 1);
        const open = whole.map((n, d) => (d === at ? -1 : n));
        const rest = numel(whole.filter((_, d) => d !== at));
        fc.pre(whole.length > 0);
        const found = attempt(() => inferShape(open, numel(whole), whole));
        expect(found).toEqual(rest === 0 ? null : whole);
      }),
    );
  });
  test("any request keeps the number of elements or is refused", () => {
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 4 }), shape, (requested, from) => {
        const found = attempt(() => inferShape(requested, numel(from), from));
        if (!found) return;
        expect(numel(found)).toBe(numel(from));
        expect(found.every((n) => Number.isInteger(n) && n >= 0)).toBe(true);
        requested.forEach((n, d) => {
          if (n !== -1) expect(found[d]).toBe(n);
        });
      }),
      { numRuns: 500 },
    );
  });
});

describe("dimensions", () => {
  test("normalizeDim counts from the end, and refuses the rest", () => {
    fc.assert(
      fc.property(wild, fc.integer({ min: 0, max: 4 }), (dim, rank) => {
        const range = Math.max(rank, 1);
        const inside = Number.isInteger(dim) && dim >= -range && dim < range;
        expect(attempt(() => normalizeDim(dim, rank))).toBe(inside ? (dim + range) % range : null);
      }),
    );
  });
  test("normalizeDims sorts, and refuses what is named twice", () => {
    fc.assert(
      fc.property(
        fc.array(wild, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 4 }),
        (dims, rank) => {
          const counted = dims.map((d) => (d < 0 ? d + rank : d));
          const fits =
            dims.every((d) => Number.isInteger(d) && d >= -rank && d < rank) &&
            new Set(counted).size === dims.length;
          expect(attempt(() => normalizeDims(dims, rank))).toEqual(
            fits ? counted.sort((a, b) => a - b) : null,
          );
        },
      ),
      { numRuns: 500 },
    );
  });
  test("nothing named means all, and a number stands for itself", () => {
    expect([undefined, null, []].map((dims) => normalizeDims(dims, 3))).toEqual([
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
    ]);
    expect([normalizeDims(-1, 3), normalizeDims(0, 0), normalizeDims([-1], 0)]).toEqual([[2], [], []]);
    expect(() => normalizeDims(3, 3)).toThrow(
      /Dimension 3 is out of range for a tensor of 3 dimensions.*-3 to 2/,
    );
    expect(() => normalizeDims([0, -3], 3)).toThrow(/Dimension 0 is named twice in \[0, -3\]/);
  });
  test("reducedShape drops them, or keeps them as 1", () => {
    fc.assert(
      fc.property(shape, fc.array(fc.nat(3)), (from, picked) => {
        const dims = normalizeDims(
          [...new Set(picked)].filter((d) => d < from.length),
          from.length,
        );
        const kept = reducedShape(from, dims, true);
        expect(kept).toEqual(from.map((n, d) => (dims.includes(d) ? 1 : n)));
        expect(reducedShape(from, dims, false)).toEqual(kept.filter((_, d) => !dims.includes(d)));
      }),
    );
  });
});

describe("layouts", () => {
  test("row-major strides are contiguous, and count every element once", () => {
    fc.assert(
      fc.property(shape, (s) => {
        const strides = contiguousStrides(s);
        expect(isContiguous(s, strides)).toBe(true);
        if (numel(s) > 0) expect(s.reduce((at, n, d) => at + (n - 1) * strides[d], 1)).toBe(numel(s));
      }),
    );
  });
  test("other strides are contiguous only where no step is taken", () => {
    expect(isContiguous([2, 3], [1, 2])).toBe(false);
    expect(isContiguous([2, 3], [6, 2])).toBe(false);
    expect(isContiguous([1, 3], [77, 1])).toBe(true);
    expect(isContiguous([0, 3], [5, 5])).toBe(true);
  });
  test("checkShape refuses what is no list of whole sizes", () => {
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 3 }), (s) => {
        const fits = s.every((n) => Number.isSafeInteger(n) && n >= 0);
        expect(attempt(() => checkShape(s))).toEqual(fits ? s : null);
      }),
    );
    expect(() => checkShape(3 as unknown as Shape)).toThrow(/must be an array of sizes, not 3.*brackets/);
  });
});

test("the index of a position", () => {
  expect([0, 4, 5].map((position) => unravelIndex(position, [2, 3]))).toEqual([[0, 0], [1, 1], [1, 2]]); // biome-ignore format: rows
  expect(unravelIndex(0, [])).toEqual([]);
});

test("limits of dtypes that are not floating", () => {
  expect(() => finfo("int32" as never)).toThrow("finfo is of floating numbers, not int32");
});
