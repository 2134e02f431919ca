import { evaluate } from "../../backends/wasm/program/testing/evaluate.ts";
import type { Buffer, Expr, FoldKernel, ProductKernel, Schedule } from "../../core/schedule.ts";
import type { Storage } from "../../core/storage.ts";
import { allocate, type TypedArray } from "../../shape/dtype.ts";
import { numel } from "../../shape/shape.ts";
import type { Inputs } from "../evaluate.ts";
import { checkSchedule } from "./check-schedule.ts";
import type { Outcome } from "./evaluate-graph.ts";

type ArrayOver = new (bytes: ArrayBuffer, at: number, length: number) => TypedArray;

/** Runs a program in plain JavaScript, kernel by kernel and point by point: what a schedule means. Storages stay as they are. */
export function evaluateSchedule(schedule: Schedule, inputs: Inputs): Outcome {
  checkSchedule(schedule);
  // Buffers of the arena share its bytes, so that blocks placed wrongly destroy each other. All bits set make NaN.
  const arena = new ArrayBuffer(schedule.arena);
  new Uint8Array(arena).fill(0xff);
  const states = new Map<Storage, TypedArray>();
  for (const { home } of schedule.buffers) {
    if (home.kind === "state") states.set(home.storage, home.storage.elements.slice());
  }
  const elements = ({ dtype, length, home }: Buffer): TypedArray => {
    switch (home.kind) {
      case "argument":
        return inputs.arguments[home.index];
      case "state":
        return states.get(home.storage) as TypedArray;
      case "constant":
        return home.elements;
      case "arena": {
        const array = allocate(dtype, 0).constructor;
        return new (array as ArrayOver)(arena, home.at, length);
      }
    }
  };
  for (const kernel of schedule.kernels) {
    if (kernel.kind === "host") kernel.run(elements);
    else
      evaluate(kernel.kind === "product" ? asFold(kernel) : kernel, {
        elements,
        cell: (index) => inputs.cells[index],
      });
  }
  return {
    results: schedule.results.map(({ buffer, shape }) => elements(buffer).slice(0, numel(shape))),
    states,
  };
}

/** A product as sums over k: points [b, m, n], and k behind them. */
function asFold({ label, dtype, batch, m, n, k, a, b, stores }: ProductKernel): FoldKernel {
  const left = spread(a, ([sb, sm, sk]) => [sb, sm, 0, sk]);
  const right = spread(b, ([sb, sk, sn]) => [sb, 0, sn, sk]);
  const value: Expr = { kind: "binary", dtype, op: "mul", a: left, b: right };
  return { kind: "fold", op: "sum", label, shape: [batch, m, n], folded: [k], value, stores };
}

type Strides = readonly number[];

/** A factor in another space. Factors are read from memory, or looked up there. */
function spread(expr: Expr, strides: (of: Strides) => Strides): Expr {
  switch (expr.kind) {
    case "load":
      return { ...expr, access: { ...expr.access, strides: strides(expr.access.strides) } };
    case "pick": {
      const access = { ...expr.access, strides: strides(expr.access.strides) };
      return { ...expr, access, index: spread(expr.index, strides) };
    }
    case "convert":
    case "unary":
      return { ...expr, x: spread(expr.x, strides) };
    case "binary":
      return { ...expr, a: spread(expr.a, strides), b: spread(expr.b, strides) };
    case "where":
      return {
        ...expr,
        condition: spread(expr.condition, strides),
        a: spread(expr.a, strides),
        b: spread(expr.b, strides),
      };
    case "addScaled": {
      const { x, other, alpha } = expr;
      return { ...expr, x: spread(x, strides), other: spread(other, strides), alpha: spread(alpha, strides) };
    }
    default:
      return expr;
  }
}
