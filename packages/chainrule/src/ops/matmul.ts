import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp } from "../core/op.ts";
import { requireDType } from "../core/rules.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import {
  broadcastShapes,
  broadcastStrides,
  contiguousStrides,
  numel,
  type Shape,
  showShape,
} from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";

type Pair = { x: Tensor; other: Tensor };

/** Refuses operands of different dtypes, as PyTorch does: a product of matrices converts nothing silently. */
function sameDType(x: Tensor, other: Tensor): void {
  requireDType(x, ["int32", "float32", "float64"], 'Convert bool tensors by to("float32").');
  if (x.dtype !== other.dtype) {
    throw new ChainruleError(
      "dtype",
      `The matrices have the dtypes ${x.dtype} and ${other.dtype}.`,
      `Convert one of them, for instance by to("${x.dtype}").`,
    );
  }
}

/** A stack of matrices [b, rows, columns] that shows `x` broadcast to the leading dimensions `batch`. */
function stackOf(x: Tensor, batch: Shape): Tensor {
  const [rows, columns] = x.shape.slice(-2);
  const wide = [...batch, rows, columns];
  const strides = broadcastStrides(x.shape, x.strides, wide);
  if (batch.length === 1) return interpreter.view(x, wide, strides, x.offset);
  if (batch.length === 0) return interpreter.view(x, [1, rows, columns], [0, ...strides], x.offset);
  const seen = interpreter.view(x, wide, strides, x.offset);
  return seen.reshape([numel(batch), rows, columns]);
}

export const matmul = defineOp<Pair>({
  name: "matmul",
  formula: "y_ij = Σ_k x_ik other_kj",
  inputs: ["x", "other"],
  result({ x, other }) {
    sameDType(x, other);
    const [m, k] = x.shape.slice(-2);
    const [k2, n] = other.shape.slice(-2);
    if (k !== k2) {
      throw new ChainruleError(
        "shape",
        `The matrices ${showShape(x.shape)} and ${showShape(other.shape)} do not fit: ${k} columns meet ${k2} rows.`,
        "The last size of the first must equal the last but one of the second: transpose one of them by t().",
      );
    }
    return {
      shape: [...broadcastShapes(x.shape.slice(0, -2), other.shape.slice(0, -2)), m, n],
      dtype: x.dtype,
    };
  },
  lower({ x, other }, out) {
    const batch = out.shape.slice(0, -2);
    const [m, n] = out.shape.slice(-2);
    const y = interpreter.matmul(stackOf(x, batch), stackOf(other, batch), {
      shape: [numel(batch), m, n],
      dtype: out.dtype,
    });
    return interpreter.view(y, out.shape, contiguousStrides(out.shape), 0);
  },
  saves: ["x", "other"],
  vjp: {
    x: (dy, { other }) => dy.matmul(other.t()), // ∂ℓ/∂x = ∂ℓ/∂y · otherᵀ
    other: (dy, { x }) => x.t().matmul(dy), // ∂ℓ/∂other = xᵀ · ∂ℓ/∂y
  },
  samples: (s) => [
    { x: s.real([2, 3]), other: s.real([3, 4]) },
    { x: s.real([2, 2, 3]), other: s.real([3, 2]) },
    { x: s.real([3, 1, 2, 2]), other: s.real([2, 2, 3]) },
    { x: s.real([0, 3]), other: s.real([3, 2]) },
    { x: s.real([2, 0]), other: s.real([0, 2]) },
  ],
  edges: [
    { inputs: { x: [[1, 2]], other: [[3], [4]] }, y: [[11]], grads: { x: [[3, 4]], other: [[1], [2]] } },
  ],
});

export const linear = defineOp<{ x: Tensor; weight: Tensor; bias: Tensor | null }>({
  name: "linear",
  formula: "z_j = Σ_i w_ji x_i + b_j",
  inputs: ["x", "weight", "bias"],
  result({ x, weight, bias }) {
    sameDType(x, weight);
    if (bias) sameDType(x, bias);
    const width = x.shape[x.ndim - 1];
    if (
      x.ndim === 0 ||
      weight.ndim !== 2 ||
      width !== weight.shape[1] ||
      (bias && (bias.ndim !== 1 || bias.shape[0] !== weight.shape[0]))
    ) {
      throw new ChainruleError(
        "shape",
        `An input of shape ${showShape(x.shape)} does not fit a weight of shape ${showShape(weight.shape)} [out, in]${bias ? ` and a bias of shape ${showShape(bias.shape)} [out]` : ""}.`,
        weight.ndim === 2
          ? `The input's last size must be ${weight.shape[1]}.`
          : "The weight must be a matrix [out, in].",
      );
    }
    return { shape: [...x.shape.slice(0, -1), weight.shape[0]], dtype: x.dtype };
  },
  lower({ x, weight, bias }, out) {
    const [width, inputs] = weight.shape;
    const rows = inputs === 0 ? numel(x.shape.slice(0, -1)) : x.numel / inputs;
    const flat = x.ndim === 2 ? x : x.reshape([rows, inputs]);
    const left = interpreter.view(flat, [1, rows, inputs], [0, ...flat.strides], flat.offset);
    const right = interpreter.view(
      weight,
      [1, inputs, width],
      [0, weight.strides[1], weight.strides[0]],
      weight.offset,
    );
    const product = interpreter.matmul(left, right, { shape: [1, rows, width], dtype: out.dtype });
    const z = interpreter.view(product, out.shape, contiguousStrides(out.shape), 0);
    return bias ? interpreter.binary("add", z, bias, out, z) : z;
  },
  saves: ["x", "weight"],
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂z · W  [..., in]
    x: (dz, { weight }) => dz.matmul(weight),
    // ∂ℓ/∂W = ∂ℓ/∂zᵀ · x  [out, in], summed over the rows of the batch
    weight: (dz, { x }, w) => rowsOf(dz, w.shape[0]).t().matmul(rowsOf(x, w.shape[1])),
    // ∂ℓ/∂b = Σ ∂ℓ/∂z over the rows of the batch  [out]
    bias: (dz) => dz,
  },
  samples: (s) => [
    { x: s.real([4, 3]), weight: s.real([2, 3]), bias: s.real([2]) },
    { x: s.real([2, 2, 3]), weight: s.real([2, 3]), bias: null },
    { x: s.real([3]), weight: s.real([2, 3]), bias: s.real([2]) },
    { x: s.real([0, 3]), weight: s.real([2, 3]), bias: s.real([2]) },
  ],
  edges: [
    {
      // CMU 11-785, homework 1 part 1, first row
      inputs: { x: [[-4, -3]], weight: [[-2, -1], [0, 1], [2, 3]], bias: [-1, 0, 1] },
      y: [[10, -3, -16]],
      grads: { x: [[0, 3]], weight: [[-4, -3], [-4, -3], [-4, -3]], bias: [1, 1, 1] },
    },
  ], // biome-ignore format: matrices by rows
});

/** A matrix whose rows are all vectors of the last dimension. */
const rowsOf = (x: Tensor, width: number): Tensor =>
  x.ndim === 2 ? x : x.reshape([width === 0 ? 0 : x.numel / width, width]);

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * Product of matrices, as `torch.matmul`: leading dimensions broadcast as a batch; a vector counts as a row on the left
     * and as a column on the right.
     */
    matmul(other: Tensor): Tensor;
  }
}

defineMethods({
  matmul(other) {
    if (this.ndim === 0 || other.ndim === 0) {
      throw new ChainruleError(
        "shape",
        "A tensor without dimensions is no matrix or vector.",
        "Use mul() for products by one number.",
      );
    }
    if (this.ndim >= 2 && other.ndim >= 2) return apply(matmul, { x: this, other });
    const x = this.ndim === 1 ? this.unsqueeze(0) : this;
    const y = apply(matmul, { x, other: other.ndim === 1 ? other.unsqueeze(1) : other });
    const right = other.ndim === 1 ? y.squeeze(-1) : y;
    return this.ndim === 1 ? right.squeeze(other.ndim === 1 ? -1 : -2) : right;
  },
});
