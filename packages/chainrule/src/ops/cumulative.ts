import { interpreter } from "../core/interpreter.ts";
import { defineOp } from "../core/op.ts";
import { defineMethods, type Spec, type Tensor } from "../core/tensor.ts";
import { type DType, isFloating } from "../shape/dtype.ts";
import { alongOne } from "./places.ts";

type Along = { x: Tensor; dim: number };

/** Rule: the shape of `x`; whole numbers and bools count in int32. */
const counted = ({ x }: Along): Spec => ({ shape: x.shape, dtype: isFloating(x.dtype) ? x.dtype : "int32" });

export const cumsum = defineOp<Along>({
  name: "cumsum",
  formula: "yᵢ = Σ_{j ≤ i} xⱼ",
  inputs: ["x"],
  linearIn: ["x"],
  result: counted,
  lower: ({ x, dim }, out) => interpreter.scan("sum", x, dim, out),
  // ∂ℓ/∂xᵢ = Σ_{j ≥ i} ∂ℓ/∂yⱼ
  vjp: { x: (dy, { dim }) => (dy.ndim === 0 ? dy : dy.flip(dim).cumsum(dim).flip(dim)) },
  samples: (s) => [
    { x: s.real([2, 3]), dim: 1 },
    { x: s.real([2, 3, 2]), dim: 0 },
    { x: s.real([]), dim: 0 },
    { x: s.real([2, 0]), dim: 1 },
  ],
  edges: [{ inputs: { x: [1, 2, 3] }, attributes: { dim: 0 }, y: [1, 3, 6], grads: { x: [3, 2, 1] } }],
});

export const cumprod = defineOp<Along>({
  name: "cumprod",
  formula: "yᵢ = Π_{j ≤ i} xⱼ",
  inputs: ["x"],
  result: counted,
  lower: ({ x, dim }, out) => interpreter.scan("prod", x, dim, out),
  saves: ["x"],
  vjp: {
    // ∂ℓ/∂xₖ = Σ_{i ≥ k} ∂ℓ/∂yᵢ Π_{j ≤ i, j ≠ k} xⱼ, without a division, so that zeros need no case of their own
    x(dy, { x, dim }) {
      if (x.numel <= 1) return dy;
      return throughRuns(x.transpose(dim, -1), dy.transpose(dim, -1), 1).transpose(dim, -1);
    },
  },
  samples: (s) => [
    { x: s.real([2, 3]), dim: 1 },
    { x: s.real([5, 2]), dim: 0 },
    { x: s.real([]), dim: 0 },
    { x: s.real([2, 0]), dim: 1 },
  ],
  edges: [
    { inputs: { x: [2, 0, 3] }, attributes: { dim: 0 }, y: [2, 0, 0], grads: { x: [1, 8, 0] } },
    { inputs: { x: [0, 2, 0] }, attributes: { dim: 0 }, y: [0, 0, 0], grads: { x: [3, 0, 0] } },
  ],
});

/**
 * The backward pass through running products by doubling: zᵢ = xᵢ · xᵢ₋ₛ multiplies runs of length s to runs of length 2s
 * (W. D. Hillis and G. L. Steele, Communications of the ACM 29, 1986). `dy` belongs to the runs of full length.
 */
function throughRuns(x: Tensor, dy: Tensor, length: number): Tensor {
  const size = x.shape[x.ndim - 1];
  if (length >= size) return dy;
  const before = x.narrow(-1, 0, size - length).pad([length, 0], { value: 1 });
  const dz = throughRuns(x.mul(before), dy, 2 * length);
  // ∂ℓ/∂xᵢ = ∂ℓ/∂zᵢ · xᵢ₋ₛ + ∂ℓ/∂zᵢ₊ₛ · xᵢ₊ₛ
  const after = dz
    .mul(x)
    .narrow(-1, length, size - length)
    .pad([0, length]);
  return dz.mul(before).add(after);
}

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * Running sums along `dim`, yᵢ = Σ_{j ≤ i} xⱼ, as `torch.cumsum`. Integers and bools give int32, unless a dtype is named.
     *
     * @throws ChainruleError `index` when there is no such dimension
     *
     * @example
     * const x = tensor([[1, 2, 3], [4, 5, 6]]);
     * x.cumsum(1); // → tensor([[1., 3., 6.], [4., 9., 15.]])
     * x.gt(2).cumsum(0); // → tensor([[0, 0, 1], [1, 1, 2]], dtype=int32)
     */
    cumsum(dim: number, options?: { dtype?: DType }): Tensor;
    /**
     * Running products along `dim`, yᵢ = Π_{j ≤ i} xⱼ, as `torch.cumprod`. Integers and bools give int32, unless a dtype is
     * named.
     *
     * @throws ChainruleError `index` when there is no such dimension
     *
     * @example
     * tensor([2, 3, 0, 5]).cumprod(0); // → tensor([2., 6., 0., 0.])
     */
    cumprod(dim: number, options?: { dtype?: DType }): Tensor;
  }
}

defineMethods({
  cumsum(dim, options) {
    return alongOne(cumsum, this, dim, options);
  },
  cumprod(dim, options) {
    return alongOne(cumprod, this, dim, options);
  },
});
