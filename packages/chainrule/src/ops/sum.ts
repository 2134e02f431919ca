import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp } from "../core/op.ts";
import { defineMethods, type Spec, type Tensor } from "../core/tensor.ts";
import { type DType, isFloating } from "../shape/dtype.ts";
import {
  broadcastShapes,
  normalizeDims,
  reducedShape,
  type Shape,
  sameShape,
  showShape,
} from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { kept } from "./gradients.ts";

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
    /** Sum over `dim` (all dimensions when left out). Integers and bools give int32, unless a dtype is named. */
    sum(dim?: Dims, options?: { keepdim?: boolean; dtype?: DType }): Tensor;
    /** Arithmetic mean over `dim` (all dimensions when left out). Floating tensors only, unless a dtype is named. */
    mean(dim?: Dims, options?: { keepdim?: boolean; dtype?: DType }): Tensor;
    /** Sums what broadcasting stretched, so that the result has `shape`. */
    sumTo(shape: Shape): Tensor;
  }
}

defineMethods({
  sum(dim, options) {
    const x = options?.dtype ? this.to(options.dtype) : this;
    return apply(sum, { x, dims: normalizeDims(dim, x.ndim), keepdim: options?.keepdim ?? false });
  },
  mean(dim, options) {
    const x = options?.dtype ? this.to(options.dtype) : this;
    if (!isFloating(x.dtype)) {
      throw new ChainruleError(
        "dtype",
        `mean() of a ${x.dtype} tensor is not a whole number.`,
        'Name a dtype: mean(dim, { dtype: "float32" }).',
      );
    }
    const dims = normalizeDims(dim, x.ndim);
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
