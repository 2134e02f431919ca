import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp, type Op, type OpDefinition } from "../core/op.ts";
import { requireFloating } from "../core/rules.ts";
import { defineMethods, type Spec, type Tensor } from "../core/tensor.ts";
import { reducedShape } from "../shape/shape.ts";
import { checkOptions, type OptionNames } from "../util/options.ts";
import { kept } from "./gradients.ts";
import { dimsOf } from "./places.ts";
import type { Dims, Reduced } from "./sum.ts";

type Moment = Reduced & { correction: number };

function countOf(x: Spec, dims: readonly number[]): number {
  let count = 1;
  for (const d of dims) count *= x.shape[d];
  return count;
}

/** Σ (x − mean)² / (n − correction): the mean first, then the squares, so that nothing cancels. */
function variance({ x, dims, correction }: Moment, out: Spec): Tensor {
  const count = countOf(x, dims);
  const middle = { shape: reducedShape(x.shape, dims, true), dtype: x.dtype };
  const mean = interpreter.reduce("sum", x, dims, middle);
  interpreter.binary("div", mean, count, middle, mean);
  const squares = interpreter.binary("sub", x, mean, x);
  interpreter.unary("square", squares, x, squares);
  const sum = interpreter.reduce("sum", squares, dims, out);
  return interpreter.binary("div", sum, Math.max(0, count - correction), out, sum);
}

/** From ∂ℓ/∂variance to ∂ℓ/∂xᵢ = ∂ℓ/∂variance · 2 (xᵢ − mean) / (n − correction). */
function throughVariance(dv: Tensor, { x, dims, keepdim, correction }: Moment): Tensor {
  const deviation = x.sub(x.mean(dims, { keepdim: true }));
  return kept(dv, dims, keepdim, x)
    .mul(2 / (countOf(x, dims) - correction))
    .mul(deviation);
}

/** Variance and standard deviation, which differ in a root. */
const moment = (name: "var" | "std", definition: Partial<OpDefinition<Moment>>): Op<Moment> =>
  defineOp<Moment>({
    name,
    formula: `y = ${name === "std" ? "√" : ""}(Σᵢ (xᵢ − x̄)² / (n − correction)) over dims`,
    inputs: ["x"],
    derivative: { x: name === "std" ? "(xᵢ − x̄) / ((n − correction) y)" : "2 (xᵢ − x̄) / (n − correction)" },
    result({ x, dims, keepdim }) {
      requireFloating(x);
      return { shape: reducedShape(x.shape, dims, keepdim), dtype: x.dtype };
    },
    lower: variance,
    samples: (s) => [
      { x: s.real([2, 3]), dims: [0, 1], keepdim: false, correction: 1 },
      { x: s.real([2, 3, 2]), dims: [1], keepdim: true, correction: 0 },
      { x: s.real([2, 3, 2]), dims: [0, 2], keepdim: false, correction: 1.5 },
      { x: s.real([0, 3]), dims: [1], keepdim: false, correction: 1 },
    ],
    ...definition,
  });

export const variances = moment("var", {
  saves: ["x"],
  vjp: { x: (dy, args) => throughVariance(dy, args) },
  edges: [
    {
      inputs: { x: [2, 2] },
      attributes: { dims: [0], keepdim: false, correction: 1 },
      y: 0,
      grads: { x: [0, 0] },
    },
    {
      inputs: { x: [3] },
      attributes: { dims: [0], keepdim: false, correction: 1 },
      y: Number.NaN,
      grads: { x: [Number.NaN] },
    },
  ],
});

export const deviations = moment("std", {
  lower(args, out) {
    const y = variance(args, out);
    return interpreter.unary("sqrt", y, out, y);
  },
  saves: ["x", "y"],
  // through the variance, ∂ℓ/∂variance = ∂ℓ/∂y / (2y); 0 where all x are equal, as in PyTorch
  vjp: { x: (dy, args) => throughVariance(dy.div(args.y.mul(2)).where(args.y.ne(0), 0), args) },
  edges: [
    {
      inputs: { x: [2, 2] },
      attributes: { dims: [0], keepdim: false, correction: 1 },
      y: 0,
      grads: { x: [0, 0] },
    },
    {
      inputs: { x: [1, 3] },
      attributes: { dims: [0], keepdim: false, correction: 0 },
      y: 1,
      grads: { x: [-0.5, 0.5] },
    },
  ],
});

/** What {@link Tensor.var}, {@link Tensor.std} and their like can be told. */
export interface MomentOptions {
  /** What is subtracted from the number of elements: 1 (default) for a sample, 0 for a whole population. */
  correction?: number;
  /** Whether the dimensions stay, with size 1. Default false. */
  keepdim?: boolean;
}

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * Variance over `dim` (all dimensions when left out): Σ (x − mean)² / (n − correction), correction 1 by default; NaN for
     * one element (0 / 0). As `torch.var`.
     *
     * @throws ChainruleError `dtype` unless it is float32 or float64, `index` when there is no such dimension
     *
     * @example
     * const x = tensor([[1, 3], [5, 5]]);
     * x.var(1); // → tensor([2., 0.])
     * x.var(1, { correction: 0 }); // → tensor([1., 0.])
     * tensor([7]).var(); // → tensor(nan)
     */
    var(dim?: Dims, options?: MomentOptions): Tensor;
    /**
     * Standard deviation over `dim` (all dimensions when left out): the root of {@link Tensor.var}. As `torch.std`; NumPy's
     * `std` has correction 0.
     *
     * @throws ChainruleError `dtype` unless it is float32 or float64, `index` when there is no such dimension
     *
     * @example
     * const x = tensor([[1, 10], [3, 30]]);
     * x.sub(x.mean(0)).div(x.std(0, { correction: 0 })); // → tensor([[-1., -1.], [1., 1.]])
     */
    std(dim?: Dims, options?: MomentOptions): Tensor;
    /**
     * Variance and mean over `dim` (all dimensions when left out), as `torch.var_mean`.
     *
     * @throws ChainruleError `dtype` unless it is float32 or float64, `index` when there is no such dimension
     *
     * @example
     * const { var: variance, mean } = tensor([1, 2, 6]).varMean();
     * variance; // → tensor(7.)
     * mean; // → tensor(3.)
     */
    varMean(dim?: Dims, options?: MomentOptions): { var: Tensor; mean: Tensor };
    /**
     * Standard deviation and mean over `dim` (all dimensions when left out), as `torch.std_mean`.
     *
     * @throws ChainruleError `dtype` unless it is float32 or float64, `index` when there is no such dimension
     *
     * @example
     * const { std, mean } = tensor([[1, 3], [5, 5]]).stdMean(1, { keepdim: true });
     * std; // → tensor([[1.4142], [0.0000]])
     * mean; // → tensor([[2.], [5.]])
     */
    stdMean(dim?: Dims, options?: MomentOptions): { std: Tensor; mean: Tensor };
  }
}

const names: OptionNames<MomentOptions> = { correction: 0, keepdim: 0 };

function args(method: string, x: Tensor, dim: Dims | undefined, options: MomentOptions | undefined): Moment {
  checkOptions(method, options, names);
  const { correction = 1, keepdim = false } = options ?? {};
  return { x, dims: dimsOf(method, dim, x.ndim), keepdim, correction };
}

defineMethods({
  var(dim, options) {
    return apply(variances, args("var", this, dim, options));
  },
  std(dim, options) {
    return apply(deviations, args("std", this, dim, options));
  },
  varMean(dim, options) {
    return { var: this.var(dim, options), mean: this.mean(dim, { keepdim: options?.keepdim ?? false }) };
  },
  stdMean(dim, options) {
    return { std: this.std(dim, options), mean: this.mean(dim, { keepdim: options?.keepdim ?? false }) };
  },
});
