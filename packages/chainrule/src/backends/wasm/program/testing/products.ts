/** Products for tests: built from a few numbers, checked against a plain loop in float64. */
import { expect } from "vitest";
import { mapAccesses, subexpressions, valuesOf } from "../../../../core/expressions.ts";
import type { Access, Buffer, Expr, ProductKernel, Store } from "../../../../core/schedule.ts";
import { allocate, type TypedArray } from "../../../../shape/dtype.ts";
import { numel, type Shape } from "../../../../shape/shape.ts";
import { TierChoice, type TierDescription } from "../../tiers.ts";
import { emitProduct } from "../product.ts";
import type { ProductType } from "../product-arithmetic.ts";
import { type Environment, evaluate } from "./evaluate.ts";
import { buffer, dense, Elements, load, loopKernel, number } from "./kernels.ts";
import { KernelRun } from "./run.ts";

/** All tiers of this engine, with the tile that each brings along. */
export const productTiers: readonly TierDescription[] = ["wide", "relaxed", "strict"]
  .flatMap((wish) => new TierChoice(undefined, wish).current() ?? [])
  .filter(({ tier }, i, all) => all.findIndex((other) => other.tier === tier) === i);

/** What is stored. */
export type Epilogue = "plain" | "bias and relu" | "gelu" | "update" | "mask" | "two results" | "float64";

/** How a matrix lies: row by row, column by column, with gaps, backwards, or the same for the whole batch. */
export type Layout = "rows" | "columns" | "gaps" | "backwards" | "shared" | "computed";

export interface ProductCase {
  readonly dtype: ProductType;
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Layout;
  readonly b: Layout;
  readonly out: "rows" | "columns";
  readonly epilogue: Epilogue;
}

/** Numbers between −1 and 1 (or small whole ones) that look random and are the same each time. */
function someNumbers(dtype: ProductType, length: number, seed: number): number[] {
  return Array.from({ length }, (_, i) => {
    const x = Math.sin(12.9898 * (i + 1) + 78.233 * seed);
    return dtype === "int32" ? Math.round(9 * x) : x;
  });
}

/** Makes matrices and kernels, and keeps their elements. */
class Maker {
  readonly elements = new Elements();
  readonly #case: ProductCase;

  constructor(product: ProductCase) {
    this.#case = product;
  }

  matrix(layout: Layout, rows: number, columns: number, seed: number): Expr {
    const { dtype, batch } = this.#case;
    const wide = layout === "gaps" ? 2 * columns + 3 : columns;
    const size = rows * wide;
    const offset = layout === "gaps" ? 1 : 0;
    const length = offset + (layout === "shared" ? 1 : batch) * size;
    const buffer = this.elements.add(
      dtype,
      someNumbers(dtype, length, seed),
      seed === 1 ? "argument" : undefined,
    );
    const strides = {
      rows: [size, columns, 1],
      columns: [size, 1, rows],
      gaps: [size, wide, 2],
      backwards: [size, -columns, -1],
      shared: [0, columns, 1],
      computed: [size, columns, 1],
    }[layout];
    const expr = load({ buffer, offset: layout === "backwards" ? Math.max(0, size - 1) : offset, strides });
    if (layout !== "computed") return expr;
    return { kind: "binary", dtype, op: "mul", a: expr, b: expr };
  }

  kernel(): ProductKernel {
    const { dtype, batch, m, n, k } = this.#case;
    const a = this.matrix(this.#case.a, m, k, 1);
    const b = this.matrix(this.#case.b, k, n, 2);
    return { kind: "product", label: "product", dtype, batch, m, n, k, a, b, stores: this.stores() };
  }

  stores(): Store[] {
    const { dtype, batch, m, n, out, epilogue } = this.#case;
    const strides = out === "rows" ? [m * n, n, 1] : [m * n, 1, m];
    const result = (type: Buffer["dtype"]): Access => ({
      buffer: this.elements.zeros(type, batch * m * n),
      offset: 0,
      strides,
    });
    const sum: Expr = { kind: "accumulated", dtype };
    const array = (seed: number, steps: readonly number[]): Expr =>
      load({
        buffer: this.elements.add(dtype, someNumbers(dtype, batch * m * n + n, seed)),
        offset: 0,
        strides: steps,
      });
    const biased = (): Expr => ({ kind: "binary", dtype, op: "add", a: sum, b: array(3, [0, 0, 1]) });
    switch (epilogue) {
      case "plain":
        return [{ to: result(dtype), value: sum }];
      case "bias and relu":
        return [{ to: result(dtype), value: { kind: "unary", dtype, op: "relu", x: biased() } }];
      case "gelu": {
        const z = biased();
        const half = number(0.5, dtype);
        const scaled: Expr = { kind: "binary", dtype, op: "mul", a: z, b: number(Math.SQRT1_2, dtype) };
        const erf: Expr = { kind: "unary", dtype, op: "erf", x: scaled };
        const factor: Expr = { kind: "addScaled", dtype, x: half, other: erf, alpha: half };
        return [{ to: result(dtype), value: { kind: "binary", dtype, op: "mul", a: z, b: factor } }];
      }
      case "update": {
        const weight = array(4, strides);
        if (weight.kind !== "load") throw new TypeError("An array is a load.");
        const alpha: Expr = { kind: "live", dtype, cell: 0 };
        return [{ to: weight.access, value: { kind: "addScaled", dtype, x: weight, other: sum, alpha } }];
      }
      case "mask": {
        const zero = number(0, dtype);
        const condition: Expr = { kind: "binary", dtype: "bool", op: "gt", a: array(5, strides), b: zero };
        return [{ to: result(dtype), value: { kind: "where", dtype, condition, a: sum, b: zero } }];
      }
      case "two results": {
        const z = biased();
        const positive: Expr = { kind: "binary", dtype: "bool", op: "gt", a: z, b: number(0, dtype) };
        return [
          { to: result(dtype), value: z },
          { to: result("bool"), value: positive },
        ];
      }
      case "float64":
        return [{ to: result("float64"), value: { kind: "convert", dtype: "float64", x: sum } }];
    }
  }
}

/** Carries a product out as it is defined: sums in float64 (or whole numbers modulo 2³²), rounded once. */
function define({ dtype, batch, m, n, k, a, b, stores }: ProductKernel, environment: Environment): void {
  const own = new Map<Buffer, TypedArray>();
  const everything: Environment = {
    ...environment,
    elements: (of) => own.get(of) ?? environment.elements(of),
  };
  const compute = (shape: Shape, value: Expr): TypedArray => {
    const to = buffer(dtype, numel(shape));
    const elements = allocate(dtype, to.length);
    own.set(to, elements);
    evaluate(loopKernel(shape, [{ to: dense(to, shape), value }]), everything);
    return elements;
  };
  const left = compute([batch, m, k], a);
  const right = compute([batch, k, n], b);
  const sums = buffer(dtype, batch * m * n);
  const whole = dtype === "int32";
  own.set(
    sums,
    allocate(dtype, sums.length).map((_, at) => {
      const [row, column] = [Math.floor(at / n), at % n];
      const matrix = Math.floor(row / m);
      let sum = 0;
      for (let p = 0; p < k; p++) {
        const [x, y] = [left[row * k + p], right[(matrix * k + p) * n + column]];
        sum = whole ? (sum + Math.imul(x, y)) | 0 : sum + x * y;
      }
      return sum;
    }),
  );
  const sum = load(dense(sums, [batch, m, n]));
  const exprs = [...subexpressions(valuesOf(stores))];
  const done = new Map(exprs.filter(({ kind }) => kind === "accumulated").map((expr) => [expr, sum]));
  const replaced = stores.map(({ to, value }) => ({
    to,
    value: mapAccesses(value, (access) => access, done),
  }));
  evaluate(loopKernel([batch, m, n], replaced), everything);
}

/** The live number of updates. */
const cells = [-0.125];

export interface MadeProduct {
  readonly kernel: ProductKernel;
  readonly elements: Elements;
}

export function makeProduct(product: ProductCase): MadeProduct {
  const maker = new Maker(product);
  return { kernel: maker.kernel(), elements: maker.elements };
}

/** Runs a product, and gives what all its buffers hold afterwards. */
export function runProduct(
  { kernel, elements }: MadeProduct,
  tier: TierDescription,
  threads = 1,
): ReadonlyMap<Buffer, TypedArray> {
  const run = new KernelRun(kernel, emitProduct, { tier, elements: elements.map, cells });
  run.run(threads);
  run.checkGuards();
  return new Map([...elements.map.keys()].map((buffer) => [buffer, run.elements(buffer).slice()]));
}

/** Checks a product against its definition, and that threads change no bit. */
export function checkProduct(product: ProductCase, tier: TierDescription): void {
  const made = makeProduct(product);
  const { kernel, elements } = made;
  const found = runProduct(made, tier);
  const wanted = elements.copy();
  define(kernel, {
    elements: (buffer) => wanted.get(buffer) ?? new Float32Array(),
    cell: (index) => cells[index],
  });
  const tolerance = (product.dtype === "float64" ? 1e-14 : 3e-7) * (kernel.k + 8);
  for (const { to } of kernel.stores) {
    const [is, should] = [found.get(to.buffer), wanted.get(to.buffer)] as [TypedArray, TypedArray];
    for (let i = 0; i < should.length; i++) {
      // A mask may differ where a sum is about zero.
      if (to.buffer.dtype === "bool") continue;
      const error = Math.abs(is[i] - should[i]);
      if (!(error <= (product.dtype === "int32" ? 0 : tolerance)))
        expect.fail(`${JSON.stringify(product)}, ${tier.tier}: element ${i} is ${is[i]}, not ${should[i]}.`);
    }
  }
  for (const threads of [2, 3]) {
    const again = runProduct(made, tier, threads);
    for (const { to } of kernel.stores) expect(again.get(to.buffer)).toEqual(found.get(to.buffer));
  }
}
