import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Buffer, Expr, ProductKernel } from "../../../core/schedule.ts";
import { Multiplier } from "../multiplier.ts";
import { TierChoice } from "../tiers.ts";
import { emitProduct } from "./product.ts";
import { planProduct } from "./product-plan.ts";
import { dense, Elements, load } from "./testing/kernels.ts";
import { checkProduct, makeProduct, type ProductCase, productTiers, runProduct } from "./testing/products.ts";
import { KernelRun, RunFault } from "./testing/run.ts";

const plain: ProductCase = {
  dtype: "float32",
  batch: 1,
  m: 1,
  n: 1,
  k: 1,
  a: "rows",
  b: "rows",
  out: "rows",
  epilogue: "plain",
};

const size = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 40 }));
const layout = fc.constantFrom<ProductCase["a"][]>(
  "rows",
  "columns",
  "gaps",
  "backwards",
  "shared",
  "computed",
);

const floatCase: fc.Arbitrary<ProductCase> = fc.record({
  dtype: fc.constantFrom<ProductCase["dtype"][]>("float32", "float32", "float64"),
  batch: fc.constantFrom(1, 1, 2, 3),
  m: size,
  n: size,
  k: size,
  a: layout,
  b: layout,
  out: fc.constantFrom<ProductCase["out"][]>("rows", "columns"),
  epilogue: fc.constantFrom<ProductCase["epilogue"][]>(
    "plain",
    "bias and relu",
    "gelu",
    "update",
    "mask",
    "two results",
    "float64",
  ),
});

test("there are tiers to test", () => {
  expect(productTiers.map(({ tier }) => tier)).toContain("simd");
});

describe.each(productTiers)("tier $tier", (tier) => {
  test("products of any shape, layout and epilogue are what a plain loop gives, on any number of threads", () => {
    fc.assert(
      fc.property(floatCase, (product) => checkProduct(product, tier)),
      { numRuns: 150 },
    );
  });

  test("products of whole numbers are exact", () => {
    const intCase = floatCase.map(
      (product): ProductCase => ({ ...product, dtype: "int32", epilogue: "plain" }),
    );
    fc.assert(
      fc.property(intCase, (product) => checkProduct(product, tier)),
      { numRuns: 40 },
    );
  });

  // Around the widths of panels, heights of blocks of rows and lengths of runs of k.
  test.each([
    [13, 33, 320],
    [5, 16, 321],
    [192, 17, 20],
    [193, 15, 24],
    [385, 32, 7],
    [2, 300, 50],
    [1, 257, 650],
    [260, 1, 650],
    [3, 49, 331],
    [50, 4, 331],
    [47, 270, 700],
  ])("%i × %i, %i terms", (m, n, k) => {
    for (const [a, b] of [
      ["rows", "rows"],
      ["rows", "columns"],
      ["columns", "rows"],
      ["columns", "columns"],
    ] as const) {
      for (const out of ["rows", "columns"] as const) {
        checkProduct({ ...plain, m, n, k, a, b, out, epilogue: "update" }, tier);
      }
    }
  });

  test("a right factor beyond the caches is multiplied in stacks of blocks", () => {
    // Whole numbers, so that results are exact: a[i, p] = (1 + i mod 7) · u[p], b[p, j] = u[p] · (1 + j mod 5), Σ u² = 500.
    const [m, n, k] = [301, 1101, 1000];
    const u = Array.from({ length: k }, (_, p) => (p % 4 === 0 ? 1 : p % 4 === 1 ? -1 : 0));
    const elements = new Elements();
    const a = Array.from({ length: m * k }, (_, at) => (1 + (Math.floor(at / k) % 7)) * u[at % k]);
    const b = Array.from({ length: k * n }, (_, at) => u[Math.floor(at / n)] * (1 + ((at % n) % 5)));
    const result = elements.zeros("float32", m * n);
    const kernel: ProductKernel = {
      kind: "product",
      label: "product",
      dtype: "float32",
      batch: 1,
      m,
      n,
      k,
      a: load(dense(elements.add("float32", a), [1, m, k])),
      b: load(dense(elements.add("float32", b), [1, k, n])),
      stores: [{ to: dense(result, [1, m, n]), value: { kind: "accumulated", dtype: "float32" } }],
    };
    expect(planProduct({ ...kernel, dtype: "float32" }, tier.tile).stack).toBeGreaterThan(1);
    for (const threads of [1, 3]) {
      const found = runProduct({ kernel, elements }, tier, threads).get(result) as Float32Array;
      const wrong = found.findIndex(
        (sum, at) => sum !== 500 * (1 + (Math.floor(at / n) % 7)) * (1 + ((at % n) % 5)),
      );
      expect(wrong).toBe(-1);
    }
  });

  test("neither its row nor its column changes a bit of a result", () => {
    const [m, n, k] = [201, 75, 650];
    const elements = new Elements();
    const line = Array.from({ length: k }, (_, i) => Math.sin(i * i));
    const same = elements.add("float32", line);
    const result = elements.zeros("float32", m * n);
    const factor = (strides: readonly number[]): Expr => load({ buffer: same, offset: 0, strides });
    const kernel: ProductKernel = {
      kind: "product",
      label: "product",
      dtype: "float32",
      batch: 1,
      m,
      n,
      k,
      a: factor([0, 0, 1]),
      b: factor([0, 1, 0]),
      stores: [{ to: dense(result, [1, m, n]), value: { kind: "accumulated", dtype: "float32" } }],
    };
    const found = runProduct({ kernel, elements }, tier).get(result) as Float32Array;
    expect(new Set(found).size).toBe(1);
  });

  test("large products have the bits of eager ones", () => {
    const [m, n, k] = [70, 50, 700];
    const made = makeProduct({ ...plain, m, n, k, b: "columns" });
    const [a, b] = [...made.elements.map.values()] as Float32Array[];
    const eager = new Float32Array(m * n);
    const wish = { wide: "wide", relaxed: "relaxed", simd: "strict" }[tier.tier];
    new Multiplier(new TierChoice(undefined, wish)).multiply(
      "float32",
      { m, n, k },
      { data: a, offset: 0, rowStride: k, columnStride: 1 },
      { data: b, offset: 0, rowStride: 1, columnStride: k },
      eager,
      0,
    );
    expect(runProduct(made, tier).get(made.kernel.stores[0].to.buffer)).toEqual(eager);
  });

  describe("rows that an index names", () => {
    const gathered = (
      rows: readonly number[],
    ): { kernel: ProductKernel; elements: Elements; result: Buffer } => {
      const [m, n, k] = [rows.length, 20, 30];
      const elements = new Elements();
      const table = elements.add(
        "float32",
        Array.from({ length: 9 * k }, (_, i) => i % 17),
      );
      const index = elements.add("int32", rows);
      const b = elements.add(
        "float32",
        Array.from({ length: k * n }, (_, i) => i % 5),
      );
      const result = elements.zeros("float32", m * n);
      const kernel: ProductKernel = {
        kind: "product",
        label: "product",
        dtype: "float32",
        batch: 1,
        m,
        n,
        k,
        a: {
          kind: "pick",
          dtype: "float32",
          access: { buffer: table, offset: 0, strides: [0, 0, 1] },
          along: k,
          size: 9,
          index: load({ buffer: index, offset: 0, strides: [0, 1, 0] }),
        },
        b: load(dense(b, [1, k, n])),
        stores: [{ to: dense(result, [1, m, n]), value: { kind: "accumulated", dtype: "float32" } }],
      };
      return { kernel, elements, result };
    };

    test("are multiplied", () => {
      const rows = [3, 0, 8, 8, 1, 5];
      const { kernel, elements, result } = gathered(rows);
      const found = runProduct({ kernel, elements }, tier).get(result) as Float32Array;
      const wanted = rows.flatMap((row) =>
        Array.from({ length: 20 }, (_, j) => {
          let sum = 0;
          for (let p = 0; p < 30; p++) sum += ((row * 30 + p) % 17) * ((p * 20 + j) % 5);
          return sum;
        }),
      );
      expect([...found]).toEqual(wanted);
    });

    test("are a fault where there is no such row", () => {
      const { kernel, elements } = gathered([3, 9]);
      const run = new KernelRun(kernel, emitProduct, { tier, elements: elements.map });
      expect(run.phases.some(({ faults }) => faults)).toBe(true);
      expect(() => run.run()).toThrow(RunFault);
    });
  });
});
