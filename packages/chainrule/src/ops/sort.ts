import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp } from "../core/op.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import { showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkOptions, type OptionNames } from "../util/options.ts";
import { counted } from "../util/wording.ts";
import { dimOf } from "./places.ts";

/** What {@link Tensor.sort} and {@link Tensor.argsort} can be told. */
export interface SortOptions {
  /** Largest first. Default false. */
  descending?: boolean;
  /** Equal elements keep their order, whatever is said here, and also by default. The option exists because PyTorch has it. */
  stable?: boolean;
}

/** What {@link Tensor.topk} can be told. */
export interface TopkOptions {
  /** The largest ones, or the smallest. Default true. */
  largest?: boolean;
  /** In order, whatever is said here, and also by default. The option exists because PyTorch has it. */
  sorted?: boolean;
}

/** Elements with the places that they came from. */
export interface Ordered {
  /** The elements, in order. */
  values: Tensor;
  /** The place that each had along the dimension, from 0: int32, in the same shape. */
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
     * The elements along `dim` (default −1) in ascending order, and their places, as `torch.sort`. Equal ones keep their
     * order; NaN counts as the largest number.
     *
     * @throws ChainruleError `index` when there is no such dimension
     *
     * @example
     * const { values, indices } = tensor([3, NaN, 1, 2]).sort();
     * values; // → tensor([1., 2., 3., nan])
     * indices; // → tensor([2, 3, 0, 1], dtype=int32)
     */
    sort(dim?: number, options?: SortOptions): Ordered;
    /**
     * The places (int32) of the elements along `dim` (default −1) in ascending order, as `torch.argsort`; see {@link
     * Tensor.sort}.
     *
     * @throws ChainruleError `index` when there is no such dimension
     *
     * @example
     * const x = tensor([[3, 1, 2], [1, 1, 0]]);
     * x.argsort(); // → tensor([[1, 2, 0], [2, 0, 1]], dtype=int32)
     * x.argsort(0, { descending: true }); // → tensor([[0, 0, 0], [1, 1, 1]], dtype=int32)
     */
    argsort(dim?: number, options?: SortOptions): Tensor;
    /**
     * The `k` largest elements along `dim` (default −1), largest first, and their places, as `torch.topk`; NaN counts as the
     * largest. With `largest: false`, the smallest, smallest first.
     *
     * @throws ChainruleError `argument` unless 0 ≤ k ≤ size of the dimension, `index` when there is no such dimension
     *
     * @example
     * const { values, indices } = tensor([0.1, 0.6, 0.3]).topk(2);
     * values; // → tensor([0.6000, 0.3000])
     * indices; // → tensor([1, 2], dtype=int32)
     * tensor([0.1, 0.6, 0.3]).topk(1, 0, { largest: false }).indices; // → tensor([0], dtype=int32)
     */
    topk(k: number, dim?: number, options?: TopkOptions): Ordered;
  }
}

const sortNames: OptionNames<SortOptions> = { descending: 0, stable: 0 };
const topkNames: OptionNames<TopkOptions> = { largest: 0, sorted: 0 };

/** The places of the elements in order, for a method. */
function order(method: string, x: Tensor, dim: number, options: SortOptions | undefined): Tensor {
  checkOptions(method, options, sortNames);
  const descending = options?.descending ?? false;
  return apply(argsort, { x, dim: dimOf(method, dim, x.ndim), descending }, method);
}

defineMethods({
  sort(dim = -1, options) {
    const indices = order("sort", this, dim, options);
    return { values: this.gather(dim, indices), indices };
  },
  argsort(dim = -1, options) {
    return order("argsort", this, dim, options);
  },
  topk(k, dim = -1, options) {
    checkOptions("topk", options, topkNames);
    const at = dimOf("topk", dim, this.ndim);
    const size = this.shape[at] ?? 1;
    if (!Number.isInteger(k) || k < 0 || k > size) {
      throw new ChainruleError(
        "argument",
        `topk() cannot take ${k} of the ${counted(size, "element")} along dimension ${at} of shape ${showShape(this.shape)}.`,
        `Use a whole number from 0 to ${size}.`,
      );
    }
    const sorted = order("topk", this, at, { descending: options?.largest ?? true });
    const indices = this.ndim === 0 ? sorted : sorted.narrow(at, 0, k);
    return { values: this.gather(at, indices), indices };
  },
});
