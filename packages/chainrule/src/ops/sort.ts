import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp } from "../core/op.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import { showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { dimOf } from "./places.ts";

export interface SortOptions {
  /** Largest first. Default false. */
  descending?: boolean;
  /** Equal elements keep their order. It is always so; the option exists because PyTorch has it. */
  stable?: boolean;
}

export interface TopkOptions {
  /** The largest ones (default), or the smallest. */
  largest?: boolean;
  /** In order. It is always so; the option exists because PyTorch has it. */
  sorted?: boolean;
}

/** Elements with the places that they came from. */
export interface Ordered {
  values: Tensor;
  /** int32 */
  indices: Tensor;
}

/** The order is constant almost everywhere: no derivative. */
export const argsort = defineOp<{ x: Tensor; dim: number; descending: boolean }>({
  name: "argsort",
  formula: "x_(y_0) ≤ x_(y_1) ≤ … along dim",
  inputs: ["x"],
  result: ({ x }) => ({ shape: x.shape, dtype: "int32" }),
  lower: ({ x, dim, descending }, out) => interpreter.argsort(x, dim, descending, out),
  samples: (s) => [
    { x: s.distinct([5]), dim: 0, descending: false },
    { x: s.distinct([2, 3, 2]), dim: 1, descending: true },
    { x: s.distinct([]), dim: 0, descending: false },
    { x: s.distinct([0, 3]), dim: 0, descending: false },
  ],
});

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * The elements along `dim` (default −1) in ascending order, and their places. Equal ones keep their order; NaN counts as
     * the largest number.
     */
    sort(dim?: number, options?: SortOptions): Ordered;
    /** The places (int32) of the elements along `dim` (default −1) in ascending order; see {@link Tensor.sort}. */
    argsort(dim?: number, options?: SortOptions): Tensor;
    /** The `k` largest elements along `dim` (default −1), largest first, and their places; NaN counts as the largest. */
    topk(k: number, dim?: number, options?: TopkOptions): Ordered;
  }
}

defineMethods({
  sort(dim = -1, options) {
    const indices = this.argsort(dim, options);
    return { values: this.gather(dim, indices), indices };
  },
  argsort(dim = -1, options) {
    return apply(argsort, {
      x: this,
      dim: dimOf("argsort", dim, this.ndim),
      descending: options?.descending ?? false,
    });
  },
  topk(k, dim = -1, options) {
    const at = dimOf("topk", dim, this.ndim);
    const size = this.shape[at] ?? 1;
    if (!Number.isInteger(k) || k < 0 || k > size) {
      throw new ChainruleError(
        "argument",
        `topk() cannot take ${k} of the ${size} elements along dimension ${at} of shape ${showShape(this.shape)}.`,
        `Use a whole number from 0 to ${size}.`,
      );
    }
    const order = this.argsort(at, { descending: options?.largest ?? true });
    const indices = this.ndim === 0 ? order : order.narrow(at, 0, k);
    return { values: this.gather(at, indices), indices };
  },
});
