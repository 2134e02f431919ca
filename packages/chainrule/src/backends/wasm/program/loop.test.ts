import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Access, Expr } from "../../../core/schedule.ts";
import { type DType, isFloating } from "../../../shape/dtype.ts";
import { contiguousStrides, numel, type Shape } from "../../../shape/shape.ts";
import { emitLoop } from "./loop.ts";
import { evaluate } from "./testing/evaluate.ts";
import { dense, Elements, load, loopKernel, number } from "./testing/kernels.ts";
import { KernelRun, RunFault, testTiers } from "./testing/run.ts";

const dtypes: readonly DType[] = ["float32", "float64", "int32", "bool"];

/** Numbers that drive the choices of a random kernel. */
class Choices {
  readonly #numbers: readonly number[];
  #next = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  below(n: number): number {
    return this.#numbers[this.#next++ % this.#numbers.length] % n;
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }
}

/** An access of a random layout: dimensions in any order, some repeated, some backwards, with gaps. */
function randomAccess(choices: Choices, elements: Elements, dtype: DType, shape: Shape): Access {
  const order = shape.map((_, d) => d).sort(() => choices.below(3) - 1);
  const strides = new Array<number>(shape.length).fill(0);
  let step = choices.of([1, 1, 1, 2]);
  let offset = choices.below(3);
  for (const d of order) {
    const kind = choices.below(6);
    if (kind === 0) continue;
    strides[d] = kind === 1 ? -step : step;
    if (kind === 1) offset += step * Math.max(shape[d] - 1, 0);
    step *= Math.max(shape[d], 1);
  }
  const length = offset + step + 3;
  const values = Array.from({ length }, (_, i) => {
    const x = ((i * 37 + choices.below(11)) % 13) - 6;
    return dtype === "bool" ? Number(x > 0) : dtype === "int32" ? x : x / 2;
  });
  const buffer = elements.add(dtype, values, choices.below(4) === 0 ? "argument" : undefined);
  return { buffer, offset, strides };
}

const arithmetic = ["add", "sub", "mul", "max", "min"] as const;
const comparisons = ["eq", "ne", "lt", "le", "gt", "ge"] as const;

/** A random graph whose results are exact, or nearly: small numbers and plain arithmetic. */
function randomExprs(choices: Choices, elements: Elements, shape: Shape, size: number): Expr[] {
  const exprs: Expr[] = dtypes.map((dtype) => load(randomAccess(choices, elements, dtype, shape)));
  const some = (dtype: DType): Expr => choices.of(exprs.filter((e) => e.dtype === dtype));
  exprs.push({ kind: "live", dtype: "float32", cell: 0 }, number(0.5), number(3, "int32"));
  for (let i = 0; i < size; i++) {
    const dtype = choices.of(dtypes);
    const grown = ((): Expr => {
      switch (choices.below(8)) {
        case 0:
          return load(randomAccess(choices, elements, dtype, shape));
        case 1:
          return { kind: "convert", dtype: choices.of(dtypes), x: some(dtype) };
        case 2:
          return { kind: "where", dtype, condition: some("bool"), a: some(dtype), b: some(dtype) };
        case 3:
          return {
            kind: "binary",
            op: choices.of(comparisons),
            dtype: "bool",
            a: some(dtype),
            b: some(dtype),
          };
        case 4:
          return { kind: "unary", op: isFloating(dtype) ? "relu" : "sign", dtype, x: some(dtype) };
        case 5: {
          const access = randomAccess(choices, elements, dtype, shape);
          const index: Expr = { kind: "convert", dtype: "int32", x: some("bool") };
          return choices.below(2) === 0
            ? {
                kind: "pick",
                dtype,
                access: { ...access, offset: access.offset + 1 },
                along: -1,
                size: 2,
                index,
              }
            : { kind: "pick", dtype, access, along: 1, size: 2, index };
        }
        default:
          return { kind: "binary", op: choices.of(arithmetic), dtype, a: some(dtype), b: some(dtype) };
      }
    })();
    // Numbers stay small: a product of products would leave what floats hold exactly.
    exprs.push(
      grown.kind === "binary" && grown.op === "mul" && grown.dtype !== "bool"
        ? { kind: "binary", op: "min", dtype: grown.dtype, a: grown, b: number(9, grown.dtype) }
        : grown,
    );
  }
  return exprs;
}

describe.each(testTiers)("$tier", (tier) => {
  test("random kernels do what their definition does, for any number of threads", () => {
    const shapes = fc.oneof(
      fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 3 }),
      fc.tuple(fc.integer({ min: 1, max: 90 })),
      fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 })),
    );
    const numbers = fc.array(fc.nat(1000), { minLength: 40, maxLength: 60 });
    fc.assert(
      fc.property(shapes, numbers, fc.integer({ min: 0, max: 14 }), (shape, drawn, size) => {
        const choices = new Choices(drawn);
        const elements = new Elements();
        const exprs = randomExprs(choices, elements, shape, size);
        const stores = exprs.slice(-3).map((value) => {
          const order = shape.map((_, d) => d).sort(() => choices.below(3) - 1);
          const inMemory = contiguousStrides(order.map((d) => shape[d]));
          const strides = shape.map((_, d) => inMemory[order.indexOf(d)]);
          return { to: { buffer: elements.zeros(value.dtype, numel(shape)), offset: 0, strides }, value };
        });
        const kernel = loopKernel(shape, stores);
        const cells = [1.25];
        const expected = elements.copy();
        evaluate(kernel, { elements: (b) => expected.get(b)!, cell: (i) => cells[i] });
        const run = new KernelRun(kernel, emitLoop, { tier, elements: elements.map, cells });
        for (const threads of [1, 2, 3]) {
          for (const { to } of stores) run.elements(to.buffer).fill(77);
          run.run(threads);
          run.checkGuards();
          for (const { to } of stores) {
            // 0 and −0 may both be the greater one.
            const plain = (values: Iterable<number>) => Array.from(values, (v) => v + 0);
            expect(plain(run.elements(to.buffer))).toEqual(plain(expected.get(to.buffer)!));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    { rows: 16, columns: 16 },
    { rows: 37, columns: 9 },
    { rows: 6, columns: 35 },
    { rows: 50, columns: 4 },
  ])("transposes $rows × $columns, together with other things", ({ rows, columns }) => {
    for (const dtype of ["float32", "float64", "int32"] as const) {
      const elements = new Elements();
      const count = 3 * rows * columns;
      const shape = [3, rows, columns];
      const x = elements.add(
        dtype,
        Array.from({ length: count }, (_, i) => i),
      );
      const bias = elements.add(
        dtype,
        Array.from({ length: columns }, (_, i) => 1000 * i),
      );
      const scale = elements.add(
        dtype,
        Array.from({ length: rows }, (_, i) => i - 5),
      );
      const y = elements.zeros(dtype, count);
      const z = elements.zeros("bool", count);
      const transposed = load({ buffer: x, offset: 0, strides: [rows * columns, 1, rows] });
      const scaled: Expr = {
        kind: "binary",
        op: "mul",
        dtype,
        a: transposed,
        b: load({ buffer: scale, offset: 0, strides: [0, 1, 0] }),
      };
      const shifted: Expr = {
        kind: "binary",
        op: "add",
        dtype,
        a: scaled,
        b: load({ buffer: bias, offset: 0, strides: [0, 0, 1] }),
      };
      const isLarge: Expr = { kind: "binary", op: "gt", dtype: "bool", a: shifted, b: transposed };
      const kernel = loopKernel(shape, [
        { to: dense(y, shape), value: shifted },
        { to: dense(z, shape), value: isLarge },
      ]);
      const expected = elements.copy();
      evaluate(kernel, { elements: (b) => expected.get(b)!, cell: () => 0 });
      const run = new KernelRun(kernel, emitLoop, { tier, elements: elements.map });
      for (const threads of [1, 2, 3]) {
        for (const buffer of [y, z]) run.elements(buffer).fill(99);
        run.run(threads);
        run.checkGuards();
        for (const buffer of [y, z]) expect(run.elements(buffer)).toEqual(expected.get(buffer));
      }
    }
  });

  test("a point may read what it writes", () => {
    const elements = new Elements();
    const n = 37;
    const p = elements.add(
      "float32",
      Array.from({ length: n }, (_, i) => i),
    );
    const q = elements.add(
      "float32",
      Array.from({ length: n }, (_, i) => -i),
    );
    const [a, b] = [load(dense(p, [n])), load(dense(q, [n]))];
    const kernel = loopKernel(
      [n],
      [
        { to: dense(p, [n]), value: b },
        { to: dense(q, [n]), value: { kind: "binary", op: "mul", dtype: "float32", a, b: number(2) } },
      ],
    );
    const run = new KernelRun(kernel, emitLoop, { tier, elements: elements.map });
    run.run(2);
    expect([...run.elements(p)]).toEqual(Array.from({ length: n }, (_, i) => -i));
    expect([...run.elements(q)]).toEqual(Array.from({ length: n }, (_, i) => 2 * i));
  });

  test.each([
    { shape: [3, 40], strides: [1, 0], at: [2] },
    { shape: [40], strides: [1], at: [33] },
    { shape: [5], strides: [0], at: [0] },
  ])("an index outside of its dimension is a fault: $shape", ({ shape, strides, at }) => {
    for (const wrong of [-1, 7, 2147483647]) {
      const elements = new Elements();
      const x = elements.add(
        "float32",
        Array.from({ length: 7 * 40 }, (_, i) => i),
      );
      const index = elements.add("int32", new Array(shape[0]).fill(6));
      const y = elements.zeros("float32", numel(shape));
      const value: Expr = {
        kind: "pick",
        dtype: "float32",
        access: { buffer: x, offset: 0, strides: shape.map((_, d) => (d === 1 ? 1 : 0)) },
        along: 40,
        size: 7,
        index: load({ buffer: index, offset: 0, strides }),
      };
      const kernel = loopKernel(shape, [{ to: dense(y, shape), value }]);
      const run = new KernelRun(kernel, emitLoop, { tier, elements: elements.map });
      run.run();
      expect(run.elements(y)[0]).toBe(240);
      run.elements(index)[at[0]] = wrong;
      expect(() => run.run()).toThrow(RunFault);
    }
  });
});
