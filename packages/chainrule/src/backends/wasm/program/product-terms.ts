/**
 * Products with few terms, as loops over the result: the sum over k is written out as an expression, so that such a product
 * gets all that loops can do. Tiny ones become code without any loop.
 */

import { mapAccesses, subexpressions, valuesOf } from "../../../core/expressions.ts";
import type { Access, Expr, LoopKernel, ProductKernel } from "../../../core/schedule.ts";
import type { KernelContext, Phase } from "./context.ts";
import { emitLoop } from "./loop.ts";

/** Terms that are written out for a result of any size, and for a tiny one. */
const fewTerms = 4;
const tinyTerms = 16;
const tinyResult = 64;

/** Whether a product is best a loop. */
export const hasFewTerms = ({ batch, m, n, k }: ProductKernel): boolean =>
  k <= fewTerms || (k <= tinyTerms && batch * m * n <= tinyResult);

/** Writes a product as a loop. */
export function emitTerms(kernel: ProductKernel, context: KernelContext): readonly Phase[] {
  const { label, batch, m, n, stores } = kernel;
  const sum = sumOf(kernel);
  // What was accumulated counts as replaced already, by the sum.
  const accumulated = [...subexpressions(valuesOf(stores))].filter(({ kind }) => kind === "accumulated");
  const done = new Map<Expr, Expr>(accumulated.map((expr) => [expr, sum]));
  const loop: LoopKernel = {
    kind: "loop",
    label,
    shape: [batch, m, n],
    stores: stores.map(({ to, value }) => ({ to, value: mapAccesses(value, (access) => access, done) })),
  };
  return emitLoop(loop, context);
}

/** Σ_k a[b, m, k] · b[b, k, n] as an expression over points [b, m, n]. */
function sumOf({ dtype, a, b, k }: ProductKernel): Expr {
  let sum: Expr = { kind: "number", dtype, value: 0 };
  for (let p = 0; p < k; p++) {
    const left = mapAccesses(
      a,
      ({ strides: [batch, row, perK], ...access }): Access => ({
        ...access,
        offset: access.offset + p * perK,
        strides: [batch, row, 0],
      }),
    );
    const right = mapAccesses(
      b,
      ({ strides: [batch, perK, column], ...access }): Access => ({
        ...access,
        offset: access.offset + p * perK,
        strides: [batch, 0, column],
      }),
    );
    sum =
      p === 0
        ? { kind: "binary", dtype, op: "mul", a: left, b: right }
        : { kind: "addScaled", dtype, x: sum, other: right, alpha: left };
  }
  return sum;
}
