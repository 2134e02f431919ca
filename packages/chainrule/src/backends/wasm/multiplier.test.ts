import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Factor } from "./factor.ts";
import type { FloatType } from "./microkernels.ts";
import { Multiplier } from "./multiplier.ts";
import { plainProduct } from "./plain.ts";
import { TierChoice, type TierDescription } from "./tiers.ts";
import { type FloatArray, Workspace } from "./workspace.ts";

const emptyArray = (type: FloatType, length: number): FloatArray =>
  type === "float32" ? new Float32Array(length) : new Float64Array(length);
const unitRoundoff = { float32: 2 ** -24, float64: 2 ** -53 };

/** The tiers of this engine. */
const wishes = ["wide", "relaxed", "strict"].filter((wish) => {
  const tier = new TierChoice(undefined, wish).current()?.tier;
  return tier === (wish === "strict" ? "simd" : wish);
});

/** How a factor lies in its array. */
const layouts = [
  "rows",
  "columns",
  "wideRows",
  "wideColumns",
  "spread",
  "sameRows",
  "sameColumns",
  "one",
  "backward",
] as const;

/** A matrix of irregular numbers in the given layout. */
function makeFactor(
  type: FloatType,
  rows: number,
  columns: number,
  layout: (typeof layouts)[number],
  seed: number,
): Factor {
  const strides = {
    rows: [columns, 1],
    columns: [1, rows],
    wideRows: [columns + 3, 1],
    wideColumns: [1, rows + 2],
    spread: [3 * columns + 1, 3],
    sameRows: [0, 1],
    sameColumns: [1, 0],
    one: [0, 0],
    backward: [-columns, -1],
  };
  const [rowStride, columnStride] = strides[layout];
  const span = (count: number, stride: number): number => Math.max(0, count - 1) * stride;
  const reach = span(rows, rowStride) + span(columns, columnStride);
  const data = emptyArray(type, Math.abs(reach) + 8);
  for (let i = 0; i < data.length; i++) data[i] = Math.sin(seed + 78.233 * i);
  return { data, offset: reach < 0 ? 5 - reach : 5, rowStride, columnStride };
}

/** Compares with sums in float64: k + 1 roundings of what is summed, no more. */
function expectProduct(
  type: FloatType,
  m: number,
  n: number,
  k: number,
  a: Factor,
  b: Factor,
  out: FloatArray,
  at: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      let size = 0;
      let atA = a.offset + i * a.rowStride;
      let atB = b.offset + j * b.columnStride;
      for (let p = 0; p < k; p++, atA += a.columnStride, atB += b.rowStride) {
        const product = a.data[atA] * b.data[atB];
        sum += product;
        size += Math.abs(product);
      }
      const found = out[at + i * n + j];
      if (!(Math.abs(found - sum) <= 2 * (k + 1) * unitRoundoff[type] * size)) {
        expect.fail(`${m}×${n}×${k}: element (${i}, ${j}) is ${found}, not ${sum}`);
      }
    }
  }
}

describe.each(wishes)("%s", (wish) => {
  const multiplier = new Multiplier(new TierChoice(undefined, wish));

  test.each(["float32", "float64"] as const)("%s products of any shape and layout are right", (type) => {
    const size = fc.oneof({ weight: 5, arbitrary: fc.nat(40) }, { weight: 1, arbitrary: fc.nat(100) });
    const long = fc.oneof({ weight: 6, arbitrary: fc.nat(50) }, { weight: 1, arbitrary: fc.nat(700) });
    const layout = fc.constantFrom(...layouts);
    fc.assert(
      fc.property(size, size, long, layout, layout, fc.nat(3), (m, n, k, layoutA, layoutB, at) => {
        const a = makeFactor(type, m, k, layoutA, 1);
        const b = makeFactor(type, k, n, layoutB, 2);
        const out = emptyArray(type, at + m * n + 2).fill(7);
        multiplier.multiply(type, { m, n, k }, a, b, out, at);
        expectProduct(type, m, n, k, a, b, out, at);
        // Nothing around the result changes.
        expect([...out.subarray(0, at), ...out.subarray(at + m * n)].every((x) => x === 7)).toBe(true);
        if (wish === "strict") {
          const plain = emptyArray(type, m * n);
          plainProduct(type, m, n, k, a, b, plain, 0);
          expect(out.subarray(at, at + m * n)).toEqual(plain);
        }
      }),
      { numRuns: 150 },
    );
    expect(multiplier.tier().tier).toBe(wish === "strict" ? "simd" : wish);
  });

  test.each(["float32", "float64"] as const)(
    "%s products that exceed the workspace go through it in blocks",
    (type) => {
      const small = new Multiplier(new TierChoice(undefined, wish), () => new Workspace(1 << 20));
      for (const [m, n, k] of [
        [231, 190, 500],
        [3, 5, 20_000],
        [1500, 7, 150],
        [5, 1500, 130],
      ]) {
        for (const [layoutA, layoutB] of [
          ["rows", "columns"],
          ["columns", "wideRows"],
        ] as const) {
          const a = makeFactor(type, m, k, layoutA, 3);
          const b = makeFactor(type, k, n, layoutB, 4);
          const [blocked, whole] = [emptyArray(type, m * n), emptyArray(type, m * n)];
          small.multiply(type, { m, n, k }, a, b, blocked, 0);
          multiplier.multiply(type, { m, n, k }, a, b, whole, 0);
          // Blocks change the order of work, not of additions.
          expect(blocked.every((value, i) => value === whole[i])).toBe(true);
        }
      }
      const a = makeFactor(type, 231, 500, "rows", 3);
      const b = makeFactor(type, 500, 190, "columns", 4);
      const out = emptyArray(type, 231 * 190);
      small.multiply(type, { m: 231, n: 190, k: 500 }, a, b, out, 0);
      expectProduct(type, 231, 190, 500, a, b, out, 0);
    },
  );

  test("an element's bits depend on its row and column alone", () => {
    const [m, n, k] = [29, 37, 333];
    const a = makeFactor("float32", m, k, "rows", 5);
    const b = makeFactor("float32", k, n, "rows", 6);
    const whole = new Float32Array(m * n);
    multiplier.multiply("float32", { m, n, k }, a, b, whole, 0);
    for (const [i, j] of [
      [0, 0],
      [28, 36],
      [13, 20],
      [5, 35],
      [27, 3],
    ]) {
      const one = new Float32Array(1);
      const row = { ...a, offset: a.offset + i * a.rowStride };
      const column = { ...b, offset: b.offset + j * b.columnStride };
      multiplier.multiply("float32", { m: 1, n: 1, k }, row, column, one, 0);
      expect(one[0]).toBe(whole[i * n + j]);
    }
  });

  test("infinities and NaN reach the elements that they belong to, and no others", () => {
    const [m, n, k] = [7, 19, 5];
    const a = makeFactor("float32", m, k, "rows", 7);
    const b = makeFactor("float32", k, n, "columns", 8);
    a.data[a.offset + 2 * k + 1] = Infinity;
    b.data[b.offset + 18 * k + 3] = NaN;
    const out = new Float32Array(m * n);
    multiplier.multiply("float32", { m, n, k }, a, b, out, 0);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        const value = out[i * n + j];
        if (j === 18) expect(value).toBeNaN();
        else expect(Number.isFinite(value)).toBe(i !== 2);
      }
    }
  });
});

test("an empty sum is zero", () => {
  const out = new Float32Array(8).fill(9);
  const nothing = makeFactor("float32", 0, 0, "rows", 0);
  new Multiplier().multiply("float32", { m: 2, n: 3, k: 0 }, nothing, nothing, out, 1);
  expect([...out]).toEqual([9, 0, 0, 0, 0, 0, 0, 9]);
});

test.runIf(wishes.includes("wide"))("tiers with relaxed multiply–add agree in every bit", () => {
  const [m, n, k] = [50, 61, 400];
  const a = makeFactor("float32", m, k, "rows", 9);
  const b = makeFactor("float32", k, n, "columns", 10);
  const [wide, relaxed] = ["wide", "relaxed"].map((wish) => {
    const out = new Float32Array(m * n);
    new Multiplier(new TierChoice(undefined, wish)).multiply("float32", { m, n, k }, a, b, out, 0);
    return out;
  });
  expect(wide).toEqual(relaxed);
});

describe("stepping down", () => {
  const simd = new TierChoice(undefined, "strict").current() as TierDescription;
  const product = (multiplier: Multiplier) => {
    const a = makeFactor("float32", 9, 9, "rows", 11);
    const out = new Float32Array(81);
    multiplier.multiply("float32", { m: 9, n: 9, k: 9 }, a, a, out, 0);
    expectProduct("float32", 9, 9, 9, a, a, out, 0);
  };

  /** A tier whose kernels cannot be made. */
  const broken: TierDescription = {
    ...simd,
    tier: "wide",
    tile: {
      rows: 4,
      vectors: 2,
      get fused(): boolean {
        throw new Error("no such instruction");
      },
    },
  };

  test("a kernel that does not compile costs the tier, not the result", () => {
    const multiplier = new Multiplier(new TierChoice([broken, simd], ""));
    product(multiplier);
    expect(multiplier.tier().tier).toBe("simd");
    expect(multiplier.tier().refused).toEqual([
      { tier: "wide", reason: expect.stringContaining("no such instruction") },
    ]);
  });

  test("without any tier, plain loops multiply", () => {
    const multiplier = new Multiplier(new TierChoice([broken], ""));
    product(multiplier);
    expect(multiplier.tier().tier).toBe("none");
  });

  test("so they do when the engine refuses the memory", () => {
    const multiplier = new Multiplier(new TierChoice([simd], ""), () => {
      throw new RangeError("could not allocate memory");
    });
    product(multiplier);
    expect(multiplier.tier().refused[0].reason).toContain("refuses the memory");
  });
});

test("the workspace grows to what is needed, and no further than its limit", () => {
  const workspace = new Workspace(2 << 20);
  const before = workspace.view("float32");
  expect(workspace.reserve(100)).toBe(true);
  expect(workspace.view("float32")).toBe(before);
  expect(workspace.reserve((1 << 20) + 1)).toBe(true);
  expect(workspace.size).toBe(1.5 * (1 << 20) + (1 << 16));
  expect(workspace.view("float32").length).toBe(workspace.size / 4);
  expect(workspace.reserve((2 << 20) + 1)).toBe(false);
  expect(workspace.reserve(2 << 20)).toBe(true);
});
