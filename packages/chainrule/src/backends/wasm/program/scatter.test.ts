import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ScatterKernel } from "../../../core/schedule.ts";
import { emitScatter } from "./scatter.ts";
import { evaluate } from "./testing/evaluate.ts";
import { dense, Elements, load } from "./testing/kernels.ts";
import { KernelRun, RunFault, testTiers } from "./testing/run.ts";

const kinds = fc.record({
  mode: fc.constantFrom("add" as const, "set" as const),
  dtype: fc.constantFrom("float32" as const, "float64" as const, "int32" as const, "bool" as const),
  rows: fc.integer({ min: 0, max: 20 }),
  columns: fc.integer({ min: 0, max: 30 }),
  size: fc.integer({ min: 1, max: 9 }),
  /** Whether a row shares its index. */
  shared: fc.boolean(),
  /** Whether the index names rows, or columns. */
  byRow: fc.boolean(),
});

describe.each(testTiers)("$tier", (tier) => {
  test("scatters in the order of the points", () => {
    fc.assert(
      fc.property(kinds, ({ mode, dtype, rows, columns, size, shared, byRow }) => {
        const elements = new Elements();
        const shape = [rows, columns];
        const indices = elements.add(
          "int32",
          Array.from({ length: rows * columns }, (_, i) => (i * 7) % size),
        );
        const values = Array.from({ length: rows * columns }, (_, i) =>
          dtype === "bool" ? i % 2 : (i % 19) - 9,
        );
        const source = elements.add(dtype, values);
        const to = elements.zeros(dtype, byRow ? size * columns : rows * size);
        const kernel: ScatterKernel = {
          kind: "scatter",
          label: "scatter",
          mode,
          shape,
          to: { buffer: to, offset: 0, strides: byRow ? [0, 1] : [size, 0] },
          along: byRow ? columns : 1,
          size,
          index: load({ buffer: indices, offset: 0, strides: shared ? [columns, 0] : [columns, 1] }),
          source: load(dense(source, shape)),
        };
        const expected = elements.copy();
        evaluate(kernel, { elements: (b) => expected.get(b)!, cell: () => 0 });
        const run = new KernelRun(kernel, emitScatter, { tier, elements: elements.map });
        run.run(2);
        run.checkGuards();
        expect([...run.elements(to)]).toEqual([...expected.get(to)!]);
      }),
      { numRuns: 200 },
    );
  });

  test("an index outside of its dimension is a fault", () => {
    const elements = new Elements();
    const index = elements.add("int32", [0, 1, 5]);
    const source = elements.add("float32", [1, 2, 3]);
    const to = elements.zeros("float32", 5);
    const kernel: ScatterKernel = {
      kind: "scatter",
      label: "scatter",
      mode: "add",
      shape: [3],
      to: { buffer: to, offset: 0, strides: [0] },
      along: 1,
      size: 5,
      index: load(dense(index, [3])),
      source: load(dense(source, [3])),
    };
    const run = new KernelRun(kernel, emitScatter, { tier, elements: elements.map });
    expect(() => run.run()).toThrow(RunFault);
    expect([...run.elements(to)]).toEqual([1, 2, 0, 0, 0]);
  });
});
