import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Reduction } from "../../../core/primitives.ts";
import type { Expr, FoldKernel } from "../../../core/schedule.ts";
import { type DType, isFloating, type TypedArray } from "../../../shape/dtype.ts";
import { contiguousStrides, numel } from "../../../shape/shape.ts";
import { emitFold } from "./fold.ts";
import { evaluate } from "./testing/evaluate.ts";
import { dense, Elements, load } from "./testing/kernels.ts";
import { KernelRun, testTiers } from "./testing/run.ts";

const reductions: readonly Reduction[] = ["sum", "prod", "max", "min", "argmax", "argmin"];

/** Whole numbers, so that sums are exact in any order; some NaN among floats. */
const numbers = (count: number, dtype: DType, nan: boolean): number[] =>
  Array.from({ length: count }, (_, i) => {
    const x = ((i * 7919 + 13) % 23) - 11;
    if (dtype === "bool") return x > 0 ? 1 : 0;
    return nan && isFloating(dtype) && i % 41 === 17 ? Number.NaN : x;
  });

interface Case {
  readonly op: Reduction;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly folded: readonly number[];
  /** The order of [...shape, ...folded] in memory. */
  readonly order: readonly number[];
  readonly nan: boolean;
}

function kernelOf({ op, dtype, shape, folded, order, nan }: Case) {
  const elements = new Elements();
  const sizes = [...shape, ...folded];
  const inMemory = contiguousStrides(order.map((d) => sizes[d]));
  const strides = sizes.map((_, d) => inMemory[order.indexOf(d)]);
  const x = elements.add(dtype, numbers(numel(sizes), dtype, nan));
  // A product of many numbers overflows; of ±1 it is exact.
  const loaded = load({ buffer: x, offset: 0, strides });
  const value: Expr =
    op === "prod" && dtype !== "bool" ? { kind: "unary", op: "sign", dtype, x: loaded } : loaded;
  const result: DType = op === "argmax" || op === "argmin" ? "int32" : dtype;
  const y = elements.zeros(result, numel(shape));
  const accumulated: Expr = { kind: "accumulated", dtype: result };
  const kernel: FoldKernel = {
    kind: "fold",
    label: "fold",
    op,
    shape,
    folded,
    value,
    stores: [{ to: dense(y, shape), value: accumulated }],
  };
  return { kernel, elements, y };
}

function expectClose(found: TypedArray, expected: TypedArray): void {
  for (let i = 0; i < expected.length; i++) expect(found[i]).toBeCloseTo(expected[i], 5);
}

const smallShape = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 2 });
const foldedShape = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 2 }),
  fc.tuple(fc.integer({ min: 1, max: 200 })),
);

const cases: fc.Arbitrary<Case> = fc
  .record({
    op: fc.constantFrom(...reductions),
    dtype: fc.constantFrom<DType>("float32", "float64", "int32", "bool"),
    shape: fc.oneof(smallShape, fc.tuple(fc.integer({ min: 1, max: 70 }))),
    folded: foldedShape,
    nan: fc.boolean(),
  })
  // Extremes of nothing are refused before; floats alone would have one.
  .filter(({ op, folded }) => op === "sum" || op === "prod" || !folded.includes(0))
  .chain((made) => {
    const dims = [...made.shape, ...made.folded].map((_, d) => d);
    return fc.shuffledSubarray(dims, { minLength: dims.length }).map((order) => ({ ...made, order }));
  });

describe.each(testTiers)("$tier", (tier) => {
  test("folds as the definition does, for any number of threads", () => {
    fc.assert(
      fc.property(cases, (made) => {
        const { kernel, elements, y } = kernelOf(made);
        const expected = elements.copy();
        evaluate(kernel, { elements: (b) => expected.get(b)!, cell: () => 0 });
        const run = new KernelRun(kernel, emitFold, { tier, elements: elements.map });
        for (const threads of [1, 2, 3]) {
          run.elements(y).fill(99);
          run.run(threads);
          run.checkGuards();
          expect([...run.elements(y)]).toEqual([...expected.get(y)!]);
        }
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    { shape: [], folded: [100003], order: [0] },
    { shape: [3], folded: [50000], order: [0, 1] },
    { shape: [10], folded: [9001], order: [1, 0] },
    { shape: [2], folded: [7, 3001], order: [1, 0, 2] },
  ])("sums in blocks: $shape of $folded", ({ shape, folded, order }) => {
    for (const dtype of ["float32", "float64", "int32"] as const) {
      const { kernel, elements, y } = kernelOf({ op: "sum", dtype, shape, folded, order, nan: false });
      const expected = elements.copy();
      evaluate(kernel, { elements: (b) => expected.get(b)!, cell: () => 0 });
      const run = new KernelRun(kernel, emitFold, { tier, elements: elements.map });
      expect(run.phases.length).toBeGreaterThan(1);
      for (const threads of [1, 2, 3]) {
        run.elements(y).fill(99);
        run.run(threads);
        run.checkGuards();
        expect([...run.elements(y)]).toEqual([...expected.get(y)!]);
      }
    }
  });

  test("long sums lose few digits", () => {
    const count = 1 << 20;
    const elements = new Elements();
    const x = elements.add("float32", new Float32Array(count).fill(0.1));
    const y = elements.zeros("float32", 1);
    const kernel: FoldKernel = {
      kind: "fold",
      label: "sum",
      op: "sum",
      shape: [],
      folded: [count],
      value: load(dense(x, [count])),
      stores: [{ to: dense(y, []), value: { kind: "accumulated", dtype: "float32" } }],
    };
    const run = new KernelRun(kernel, emitFold, { tier, elements: elements.map });
    run.run();
    expect(Math.abs(run.elements(y)[0] / (count * Math.fround(0.1)) - 1)).toBeLessThan(1e-6);
  });

  test("the value and what is stored may be expressions", () => {
    // log Σ exp(x − m) + m, row by row; and the sum itself
    const [rows, columns] = [13, 10];
    const elements = new Elements();
    const x = elements.add("float32", numbers(rows * columns, "float32", false));
    const m = elements.add("float32", new Array(rows).fill(11));
    const [y, z] = [elements.zeros("float32", rows), elements.zeros("float32", rows)];
    const accumulated: Expr = { kind: "accumulated", dtype: "float32" };
    const shift: Expr = {
      kind: "binary",
      op: "sub",
      dtype: "float32",
      a: load(dense(x, [rows, columns])),
      b: load({ buffer: m, offset: 0, strides: [1, 0] }),
    };
    const log: Expr = { kind: "unary", op: "log", dtype: "float32", x: accumulated };
    const kernel: FoldKernel = {
      kind: "fold",
      label: "logsumexp",
      op: "sum",
      shape: [rows],
      folded: [columns],
      value: { kind: "unary", op: "exp", dtype: "float32", x: shift },
      stores: [
        {
          to: dense(y, [rows]),
          value: { kind: "binary", op: "add", dtype: "float32", a: log, b: load(dense(m, [rows])) },
        },
        { to: dense(z, [rows]), value: accumulated },
      ],
    };
    const expected = elements.copy();
    evaluate(kernel, { elements: (b) => expected.get(b)!, cell: () => 0 });
    const run = new KernelRun(kernel, emitFold, { tier, elements: elements.map });
    run.run(2);
    expectClose(run.elements(y), expected.get(y)!);
    expectClose(run.elements(z), expected.get(z)!);
  });
});
