import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp } from "../core/op.ts";
import { defineMethods, type Spec, type Tensor } from "../core/tensor.ts";
import { type DType, isFloating } from "../shape/dtype.ts";
import { broadcastShapes, reducedShape, type Shape, sameShape, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { withArticle } from "../util/wording.ts";
import { kept } from "./gradients.ts";
import { dimsOf, dtypeOptions, reduceBy } from "./places.ts";

/** Dimensions to reduce: one, several, or all when left out. */
export type Dims = number | readonly number[] | null;

/** The attributes of a reduction, dimensions normalized. */
export type Reduced = { x: Tensor; dims: readonly number[]; keepdim: boolean };

/** Spreads the gradient of a reduction over the dimensions that were reduced. */
function spread(dy: Tensor, dims: readonly number[], keepdim: boolean, input: Spec): Tensor {
  return kept(dy, dims, keepdim, input).expand(input.shape);
}

export const sum = defineOp<Reduced>({
  name: "sum",
  formula: "y = Σ x over dims",
  inputs: ["x"],
  linearIn: ["x"],
  result: ({ x, dims, keepdim }) => ({
    shape: reducedShape(x.shape, dims, keepdim),
    dtype: isFloating(x.dtype) ? x.dtype : "int32",
  }),
  lower: ({ x, dims }, out) => interpreter.reduce("sum", x, dims, out),
  vjp: { x: (dy, { dims, keepdim }, x) => spread(dy, dims, keepdim, x) }, // ∂ℓ/∂xᵢ = ∂ℓ/∂y
  samples: (s) => [
    { x: s.real([2, 3]), dims: [0, 1], keepdim: false },
    { x: s.real([2, 3, 2]), dims: [1], keepdim: true },
    { x: s.real([2, 3, 2]), dims: [0, 2], keepdim: false },
    { x: s.real([]), dims: [], keepdim: false },
    { x: s.real([0, 3]), dims: [0], keepdim: false },
  ],
  edges: [
    { inputs: { x: [1, 2, 3] }, attributes: { dims: [0], keepdim: false }, y: 6, grads: { x: [1, 1, 1] } },
  ],
});

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * Sum over `dim` (all dimensions when left out), as `torch.sum`; 0 of nothing. Integers and bools give int32, unless a
     * dtype is named. `keepdim` (default false) leaves the dimensions with size 1.
     *
     * @throws ChainruleError `index` when there is no such dimension, and for one that is named twice
     *
     * @example
     * const x = tensor([[1, 2, 3], [4, 5, 6]]);
     * x.sum(); // → tensor(21.)
     * x.sum(0); // → tensor([5., 7., 9.])
     * x.sum(1, { keepdim: true }); // → tensor([[6.], [15.]])
     * x.gt(2).sum(); // → tensor(4, dtype=int32)
     */
    sum(dim?: Dims, options?: { keepdim?: boolean; dtype?: DType }): Tensor;
    /**
     * Arithmetic mean over `dim` (all dimensions when left out), as `torch.mean`; NaN of nothing. Floating tensors only,
     * unless a dtype is named. `keepdim` (default false) leaves the dimensions with size 1.
     *
     * @throws ChainruleError `dtype` for int32 and bool without a floating dtype, `index` when there is no such dimension
     *
     * @example
     * const x = tensor([[1, 2, 3], [4, 5, 6]]);
     * x.mean(1); // → tensor([2., 5.])
     * x.gt(2).mean(null, { dtype: "float32" }); // → tensor(0.6667)
     * x.gt(2).mean(); // throws dtype: mean() of a bool tensor is not a whole number
     */
    mean(dim?: Dims, options?: { keepdim?: boolean; dtype?: DType }): Tensor;
    /**
     * Sums what broadcasting stretched, so that the result has `shape`: the backward step of {@link Tensor.expand}. As
     * `torch.Tensor.sum_to_size`.
     *
     * @throws ChainruleError `shape` when it does not broadcast to that of this tensor
     *
     * @example
     * const x = tensor([[1, 2, 3], [4, 5, 6]]);
     * x.sumTo([3]); // → tensor([5., 7., 9.])
     * x.sumTo([2, 1]); // → tensor([[6.], [15.]])
     */
    sumTo(shape: Shape): Tensor;
  }
}

defineMethods({
  sum(dim, options) {
    return reduceBy(sum, this, dim, options, dtypeOptions);
  },
  mean(dim, options) {
    checkOptions("mean", options, dtypeOptions);
    const x = options?.dtype ? this.to(options.dtype) : this;
    if (!isFloating(x.dtype)) {
      throw new ChainruleError(
        "dtype",
        `mean() of ${withArticle(x.dtype)} tensor is not a whole number.`,
        'Name a dtype: mean(dim, { dtype: "float32" }).',
      );
    }
    const dims = dimsOf("mean", dim, x.ndim);
    let count = 1;
    for (const d of dims) count *= x.shape[d];
    return apply(sum, { x, dims, keepdim: options?.keepdim ?? false }).div(count);
  },
  sumTo(shape) {
    if (sameShape(this.shape, shape)) return this;
    if (!sameShape(broadcastShapes(this.shape, shape), this.shape)) {
      throw new ChainruleError(
        "shape",
        `${showShape(this.shape)} does not come from broadcasting ${showShape(shape)}.`,
        "Give a shape that broadcasts to it.",
      );
    }
    const lead = this.ndim - shape.length;
    const dims: number[] = [];
    for (let d = 0; d < this.ndim; d++)
      if (d < lead || (shape[d - lead] === 1 && this.shape[d] !== 1)) dims.push(d);
    const summed = apply(sum, { x: this, dims, keepdim: true });
    return lead > 0 ? summed.reshape(shape) : summed;
  },
});
