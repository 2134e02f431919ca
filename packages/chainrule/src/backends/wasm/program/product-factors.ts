/** The factors of a product: how they lie, and how a product is turned into the one of the transposed factors. */

import { mapAccesses } from "../../../core/expressions.ts";
import type { Access, Expr, ProductKernel, Store } from "../../../core/schedule.ts";
import type { ProductType } from "./product-arithmetic.ts";

/** A product of a type that there is arithmetic for. */
export type TypedProduct = ProductKernel & { readonly dtype: ProductType };

/** A factor that the inner loops can read where it lies. */
export interface Direct {
  readonly access: Access;
  /** Elements from one matrix of a batch to the next, from one row of the left or column of the right factor, and along k. */
  readonly batch: number;
  readonly line: number;
  readonly k: number;
}

/** The left factor as plain elements of the product's dtype. Strides of dimensions of size 1 are chosen freely. */
export function directLeft({ a, dtype, m, k }: ProductKernel): Direct | undefined {
  return direct(a, dtype, ([batch, line, alongK]) => ({ batch, line, k: alongK }), m, k);
}

/** The right factor, likewise. */
export function directRight({ b, dtype, n, k }: ProductKernel): Direct | undefined {
  return direct(b, dtype, ([batch, alongK, line]) => ({ batch, line, k: alongK }), n, k);
}

function direct(
  expr: Expr,
  dtype: ProductKernel["dtype"],
  name: (strides: readonly number[]) => Omit<Direct, "access">,
  lines: number,
  k: number,
): Direct | undefined {
  if (expr.kind !== "load" || expr.dtype !== dtype) return undefined;
  const { access } = expr;
  const strides = name(access.strides);
  // Nobody walks along a dimension of size 1, so it may pass for one without gaps.
  return { access, ...strides, line: lines === 1 ? 1 : strides.line, k: k === 1 ? 1 : strides.k };
}

/** Σ_k bᵀ[b, n, k] · aᵀ[b, k, m]: the same sums at transposed points. */
export function transposed<K extends ProductKernel>(kernel: K): K {
  const { a, b, m, n, stores } = kernel;
  const turn = (access: Access): Access => {
    const [batch, first, second] = access.strides;
    return { ...access, strides: [batch, second, first] };
  };
  const done = new Map<Expr, Expr>();
  return {
    ...kernel,
    m: n,
    n: m,
    a: mapAccesses(b, turn),
    b: mapAccesses(a, turn),
    stores: stores.map(({ to, value }): Store => ({ to: turn(to), value: mapAccesses(value, turn, done) })),
  };
}
