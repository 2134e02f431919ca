import { interpreter } from "../core/interpreter.ts";
import { defineOp } from "../core/op.ts";
import { onlyFloating } from "../core/rules.ts";
import type { Samples } from "../core/samples.ts";
import { defineMethods, type Spec, type Tensor } from "../core/tensor.ts";
import { type DType, floatingOf } from "../shape/dtype.ts";
import { reducedShape } from "../shape/shape.ts";
import { kept } from "./gradients.ts";
import { alongOne, inMethod, reduceBy } from "./places.ts";
import type { Dims, Reduced } from "./sum.ts";

type Along = { x: Tensor; dim: number };

const normedDims = ({ x, dim }: Along): readonly number[] => (x.ndim === 0 ? [] : [dim]);

const keptSpec = (x: Spec, dims: readonly number[], out: Spec): Spec => ({
  shape: reducedShape(x.shape, dims, true),
  dtype: out.dtype,
});

/** x − max x, whose exponentials do not overflow. */
function shifted(x: Tensor, dims: readonly number[], out: Spec): Tensor {
  const largest = interpreter.reduce("max", x, dims, keptSpec(x, dims, out));
  return interpreter.binary("sub", x, largest, out);
}

const samples = (s: Samples): Along[] => [
  { x: s.real([2, 3]), dim: 1 },
  { x: s.real([2, 3, 2]), dim: 0 },
  { x: s.real([3]), dim: 0 },
  { x: s.real([]), dim: 0 },
  { x: s.real([2, 0]), dim: 1 },
  { x: s.real([0, 2]), dim: 1 },
];

export const softmax = defineOp<Along>({
  name: "softmax",
  formula: "yᵢ = e^xᵢ / Σⱼ e^xⱼ",
  inputs: ["x"],
  derivative: { x: "yⱼ (δᵢⱼ − yᵢ)" },
  result: onlyFloating,
  lower(args, out) {
    const dims = normedDims(args);
    const y = shifted(args.x, dims, out);
    interpreter.unary("exp", y, out, y);
    const sum = interpreter.reduce("sum", y, dims, keptSpec(args.x, dims, out));
    return interpreter.binary("div", y, sum, out, y);
  },
  saves: ["y"],
  vjp: {
    // ∂ℓ/∂xᵢ = yᵢ (∂ℓ/∂yᵢ − Σⱼ ∂ℓ/∂yⱼ yⱼ)
    x: (dy, { y, dim }) => dy.sub(dy.mul(y).sum(dim, { keepdim: true })).mul(y),
  },
  samples,
  edges: [
    {
      inputs: { x: [1000, 0, -1000] },
      attributes: { dim: 0 },
      y: [1, 0, 0],
      grads: { x: [0, 0, 0] },
    },
  ],
});

export const logSoftmax = defineOp<Along>({
  name: "logSoftmax",
  formula: "yᵢ = xᵢ − log Σⱼ e^xⱼ",
  inputs: ["x"],
  derivative: { x: "δᵢⱼ − e^yᵢ" },
  result: onlyFloating,
  lower(args, out) {
    const dims = normedDims(args);
    const y = shifted(args.x, dims, out);
    const middle = keptSpec(args.x, dims, out);
    const sum = interpreter.reduce("sum", interpreter.unary("exp", y, out), dims, middle);
    return interpreter.binary("sub", y, interpreter.unary("log", sum, middle, sum), out, y);
  },
  saves: ["y"],
  vjp: {
    // ∂ℓ/∂xᵢ = ∂ℓ/∂yᵢ − e^yᵢ Σⱼ ∂ℓ/∂yⱼ
    x: (dy, { y, dim }) => dy.sub(y.exp().mul(dy.sum(dim, { keepdim: true }))),
  },
  samples,
  edges: [
    {
      inputs: { x: [1000, 0, -1000] },
      attributes: { dim: 0 },
      y: [0, -1000, -2000],
      grads: { x: [-2, 1, 1] },
    },
  ],
});

export const logsumexp = defineOp<Reduced>({
  name: "logsumexp",
  formula: "y = log Σᵢ e^xᵢ over dims",
  inputs: ["x"],
  derivative: { x: "e^(xᵢ − y)" },
  result: ({ x, dims, keepdim }) => ({
    shape: reducedShape(x.shape, dims, keepdim),
    dtype: floatingOf(x.dtype),
  }),
  lower({ x, dims, keepdim }, out) {
    const full = { shape: x.shape, dtype: out.dtype };
    const sumOf = (z: Tensor): Tensor =>
      interpreter.reduce("sum", interpreter.unary("exp", z, full, z), dims, out);
    const log = (z: Tensor): Tensor => interpreter.unary("log", z, out, z);
    if (x.numel === 0) return log(sumOf(interpreter.copy(x, full)));
    const middle = keptSpec(x, dims, out);
    const largest = interpreter.reduce("max", x, dims, middle);
    // An infinite maximum is not subtracted: ∞ − ∞ has no value.
    const finite = interpreter.unary("isfinite", largest, { shape: middle.shape, dtype: "bool" });
    interpreter.where(finite, largest, 0, middle, largest);
    const y = log(sumOf(interpreter.binary("sub", x, largest, full)));
    return interpreter.binary("add", y, keepdim ? largest : largest.reshape(out.shape), out, y);
  },
  saves: ["x", "y"],
  // ∂ℓ/∂xᵢ = ∂ℓ/∂y · e^(xᵢ − y)
  vjp: {
    x: (dy, { x, y, dims, keepdim }) =>
      x
        .sub(kept(y, dims, keepdim, x))
        .exp()
        .mul(kept(dy, dims, keepdim, x)),
  },
  samples: (s) => [
    { x: s.real([2, 3]), dims: [1], keepdim: false },
    { x: s.real([2, 3, 2]), dims: [0, 2], keepdim: true },
    { x: s.real([]), dims: [], keepdim: false },
    { x: s.real([2, 0]), dims: [0], keepdim: false },
  ],
  edges: [
    {
      inputs: { x: [1000, 1000] },
      attributes: { dims: [0], keepdim: false },
      y: 1000 + Math.LN2,
      grads: { x: [0.5, 0.5] },
    },
    {
      inputs: { x: [0, Number.NEGATIVE_INFINITY] },
      attributes: { dims: [0], keepdim: true },
      y: [0],
      grads: { x: [1, 0] },
    },
  ],
});

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * e^xᵢ / Σⱼ e^xⱼ along `dim`: positive numbers that add up to 1, as `torch.softmax`. Large x do not overflow. With a
     * dtype, in that dtype.
     *
     * @throws ChainruleError `dtype` unless it is float32 or float64, or one of them is named; `index` when there is no such
     * dimension
     *
     * @example
     * const logits = tensor([[0, 0], [1000, 1000 + Math.log(3)]]);
     * logits.softmax(1); // → tensor([[0.5000, 0.5000], [0.2500, 0.7500]])
     * tensor([0, 1]).softmax(0, { dtype: "float64" }); // → tensor([0.2689, 0.7311], dtype=float64)
     */
    softmax(dim: number, options?: { dtype?: DType }): Tensor;
    /**
     * log softmax along `dim`, xᵢ − log Σⱼ e^xⱼ, exact where softmax underflows. With a dtype, in that dtype. As
     * `torch.log_softmax`.
     *
     * @throws ChainruleError `dtype` unless it is float32 or float64, or one of them is named; `index` when there is no such
     * dimension
     *
     * @example
     * const logits = tensor([0, 200]);
     * logits.logSoftmax(0); // → tensor([-200., 0.])
     * logits.softmax(0).log(); // → tensor([-inf, 0.])
     */
    logSoftmax(dim: number, options?: { dtype?: DType }): Tensor;
    /**
     * softmax of −x along `dim`, as `torch.nn.functional.softmin`. With a dtype, in that dtype.
     *
     * @throws ChainruleError `dtype` unless it is float32 or float64, or one of them is named; `index` when there is no such
     * dimension
     *
     * @example
     * tensor([1, 2, 3]).softmin(0); // → tensor([0.6652, 0.2447, 0.0900])
     */
    softmin(dim: number, options?: { dtype?: DType }): Tensor;
    /**
     * log Σ eˣ over `dim` (all dimensions when null), without overflow, as `torch.logsumexp`; int32 and bool become float32.
     * `keepdim` (default false) leaves the dimensions with size 1. −∞ of nothing.
     *
     * @throws ChainruleError `index` when there is no such dimension
     *
     * @example
     * tensor([[1000, 1000], [0, -Infinity]]).logsumexp(1); // → tensor([1000.6932, 0.0000])
     */
    logsumexp(dim: Dims, options?: { keepdim?: boolean }): Tensor;
  }
}

defineMethods({
  softmax(dim, options) {
    return alongOne(softmax, this, dim, options);
  },
  logSoftmax(dim, options) {
    return alongOne(logSoftmax, this, dim, options);
  },
  softmin(dim, options) {
    return inMethod("softmin", () => this.neg().softmax(dim, options));
  },
  logsumexp(dim, options) {
    return reduceBy(logsumexp, this, dim, options);
  },
});
