/** What kernels compute, as plain loops over typed arrays: the definition that generated code is tested against. */
import type { Access, Buffer, Expr, FoldKernel, Kernel, Store } from "../../../../core/schedule.ts";
import type { DType, TypedArray } from "../../../../shape/dtype.ts";
import { numel, unravelIndex } from "../../../../shape/shape.ts";
import { binaryTable, unaryTable } from "../../../reference/scalars.ts";

/** A fault, by what it says. */
export class EvaluationFault extends Error {
  override readonly name = "EvaluationFault";
}

/** Where numbers come from. */
export interface Environment {
  elements(buffer: Buffer): TypedArray;
  cell(index: number): number;
}

/** A number as a dtype holds it. */
export function rounded(value: number, dtype: DType): number {
  if (dtype === "float32") return Math.fround(value);
  if (dtype === "int32") return value | 0;
  return dtype === "bool" ? Number(value !== 0) : value;
}

const place = ({ offset, strides }: Access, point: readonly number[]): number =>
  strides.reduce((sum, stride, d) => sum + stride * point[d], offset);

/** Evaluates expressions at one point. */
class Evaluation {
  readonly #environment: Environment;
  readonly #point: readonly number[];
  readonly #accumulated: number;
  readonly #values = new Map<Expr, number>();

  constructor(environment: Environment, point: readonly number[], accumulated = Number.NaN) {
    this.#environment = environment;
    this.#point = point;
    this.#accumulated = accumulated;
  }

  value(expr: Expr): number {
    const known = this.#values.get(expr);
    if (known !== undefined) return known;
    const value = rounded(this.#compute(expr), expr.dtype);
    this.#values.set(expr, value);
    return value;
  }

  #compute(expr: Expr): number {
    switch (expr.kind) {
      case "load":
        return this.#environment.elements(expr.access.buffer)[place(expr.access, this.#point)];
      case "pick": {
        const index = checked(this.value(expr.index), expr.size);
        return this.#environment.elements(expr.access.buffer)[
          place(expr.access, this.#point) + index * expr.along
        ];
      }
      case "number":
        return expr.value;
      case "live":
        return this.#environment.cell(expr.cell);
      case "accumulated":
        return this.#accumulated;
      case "unary":
        return apply(expr, this.value(expr.x));
      case "binary":
        return combine(expr, this.value(expr.a), this.value(expr.b));
      case "addScaled":
        return this.#addScaled(
          this.value(expr.x),
          this.value(expr.other),
          this.value(expr.alpha),
          expr.dtype,
        );
      case "where":
        return this.value(expr.condition) !== 0 ? this.value(expr.a) : this.value(expr.b);
      case "convert":
        return this.value(expr.x);
    }
  }

  #addScaled(x: number, other: number, alpha: number, dtype: DType): number {
    if (dtype === "int32") return x + Math.imul(alpha, other);
    return x + rounded(alpha * other, dtype);
  }
}

function checked(index: number, size: number): number {
  if (index >= 0 && index < size) return index;
  throw new EvaluationFault(`index ${index} of ${size}`);
}

function apply({ op, dtype }: Extract<Expr, { kind: "unary" }>, x: number): number {
  return dtype === "int32" && op === "square" ? Math.imul(x, x) : unaryTable[op](x);
}

function combine({ op, a: { dtype } }: Extract<Expr, { kind: "binary" }>, a: number, b: number): number {
  if (dtype === "int32" && op === "mul") return Math.imul(a, b);
  if (dtype === "int32" && (op === "div" || op === "remainder") && b === 0)
    throw new EvaluationFault("division");
  return binaryTable[op](a, b);
}

/** Calls `at` for each point of a shape in row-major order. */
function forEachPoint(shape: readonly number[], at: (point: readonly number[]) => void): void {
  const count = numel(shape);
  for (let i = 0; i < count; i++) at(unravelIndex(i, shape));
}

/** Computes stores at a point, all values before any is written. */
function store(
  stores: readonly Store[],
  environment: Environment,
  point: readonly number[],
  accumulated?: number,
): void {
  const evaluation = new Evaluation(environment, point, accumulated);
  const values = stores.map(({ value }) => evaluation.value(value));
  stores.forEach(({ to }, k) => {
    environment.elements(to.buffer)[place(to, point)] = values[k];
  });
}

/** Folds in float64, and rounds once at the end. */
function fold({ op, folded, value }: FoldKernel, environment: Environment, point: readonly number[]): number {
  if (op === "argmax" || op === "argmin") {
    const sign = op === "argmax" ? 1 : -1;
    let best = 0;
    let extreme = Number.NaN;
    let position = 0;
    forEachPoint(folded, (inner) => {
      const x = new Evaluation(environment, [...point, ...inner]).value(value);
      const first = position === 0;
      if (first || (extreme === extreme && (sign * x > sign * extreme || x !== x))) {
        best = position;
        extreme = x;
      }
      position++;
    });
    return best;
  }
  let total = { sum: 0, prod: 1, max: Number.NEGATIVE_INFINITY, min: Number.POSITIVE_INFINITY }[op];
  const whole = value.dtype === "int32";
  forEachPoint(folded, (inner) => {
    const x = new Evaluation(environment, [...point, ...inner]).value(value);
    if (op === "sum") total = whole ? (total + x) | 0 : total + x;
    else if (op === "prod") total = whole ? Math.imul(total, x) : total * x;
    else total = op === "max" ? Math.max(total, x) : Math.min(total, x);
  });
  return rounded(total, value.dtype);
}

/** Runs a kernel. */
export function evaluate(kernel: Kernel, environment: Environment): void {
  switch (kernel.kind) {
    case "loop":
      return forEachPoint(kernel.shape, (point) => store(kernel.stores, environment, point));
    case "fold":
      return forEachPoint(kernel.shape, (point) =>
        store(kernel.stores, environment, point, fold(kernel, environment, point)),
      );
    case "scatter":
      return forEachPoint(kernel.shape, (point) => {
        const evaluation = new Evaluation(environment, point);
        const index = checked(evaluation.value(kernel.index), kernel.size);
        const target = environment.elements(kernel.to.buffer);
        const at = place(kernel.to, point) + index * kernel.along;
        const x = evaluation.value(kernel.source);
        target[at] = rounded(kernel.mode === "add" ? target[at] + x : x, kernel.to.buffer.dtype);
      });
    case "product":
    case "host":
      throw new TypeError(`Kernels of kind ${kernel.kind} are not evaluated here.`);
  }
}
