import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp } from "../core/op.ts";
import { requireDType } from "../core/rules.ts";
import { defineMethods, type Spec, type Tensor } from "../core/tensor.ts";
import {
  broadcastShapes,
  broadcastStrides,
  contiguousStrides,
  numel,
  type Shape,
  showShape,
} from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { counted } from "../util/wording.ts";

type Pair = { x: Tensor; other: Tensor };

/** Refuses operands of different dtypes, as PyTorch does: a product of matrices converts nothing silently. */
export function sameDType(x: Tensor, other: Tensor): void {
  requireDType(x, ["int32", "float32", "float64"], 'Convert bool tensors by to("float32").');
  if (x.dtype !== other.dtype) {
    throw new ChainruleError(
      "dtype",
      `The matrices have the dtypes ${x.dtype} and ${other.dtype}.`,
      `Convert one of them, for instance by to("${x.dtype === "int32" ? other.dtype : x.dtype}").`,
    );
  }
}

/** A stack of matrices [b, rows, columns] that shows `x` broadcast to the leading dimensions `batch`. */
function stackOf(x: Tensor, batch: Shape): Tensor {
  const [rows, columns] = x.shape.slice(-2);
  const wide = [...batch, rows, columns];
  const seen = interpreter.view(x, wide, broadcastStrides(x.shape, x.strides, wide), x.offset);
  return batch.length === 1 ? seen : seen.reshape([numel(batch), rows, columns]);
}

/** All vectors of the last dimension as the rows of one matrix. */
function rowsOf(x: Tensor): Tensor {
  if (x.shape.length === 2) return x;
  const last = x.shape.length - 1;
  return x.reshape([numel(x.shape.slice(0, last)), x.shape[last]]);
}

/** The rows of `x` times the matrix that has the given strides [in, out] in the storage of `w`. */
function rowsTimes(x: Tensor, w: Tensor, inStride: number, outStride: number, out: Spec): Tensor {
  const flat = rowsOf(x);
  const [rows, inner] = flat.shape;
  const width = out.shape[out.shape.length - 1];
  const left = interpreter.view(flat, [1, rows, inner], [0, flat.strides[0], flat.strides[1]], flat.offset);
  const right = interpreter.view(w, [1, inner, width], [0, inStride, outStride], w.offset);
  const y = interpreter.matmul(left, right, { shape: [1, rows, width], dtype: out.dtype });
  return interpreter.view(y, out.shape, contiguousStrides(out.shape), 0);
}

export const matmul = defineOp<Pair>({
  name: "matmul",
  formula: "y_ij = Σ_k x_ik other_kj",
  inputs: ["x", "other"],
  result({ x, other }) {
    sameDType(x, other);
    const a = x.shape;
    const b = other.shape;
    const k = a[a.length - 1];
    if (k !== b[b.length - 2]) {
      throw new ChainruleError(
        "shape",
        `The matrices ${showShape(a)} and ${showShape(b)} do not fit: ${counted(k, "column")} ${k === 1 ? "meets" : "meet"} ${counted(b[b.length - 2], "row")}.`,
        "The last size of the first must equal the last but one of the second: transpose one of them by mT.",
      );
    }
    const rows = a[a.length - 2];
    const columns = b[b.length - 1];
    if (a.length === 2 && b.length === 2) return { shape: [rows, columns], dtype: x.dtype };
    return { shape: [...broadcastShapes(a.slice(0, -2), b.slice(0, -2)), rows, columns], dtype: x.dtype };
  },
  lower({ x, other }, out) {
    // One matrix for the whole batch: its matrices are as good as one tall one.
    if (other.shape.length === 2) return rowsTimes(x, other, other.strides[0], other.strides[1], out);
    const batch = out.shape.slice(0, -2);
    const y = interpreter.matmul(stackOf(x, batch), stackOf(other, batch), {
      shape: [numel(batch), ...out.shape.slice(-2)],
      dtype: out.dtype,
    });
    return interpreter.view(y, out.shape, contiguousStrides(out.shape), 0);
  },
  saves: { x: ["other"], other: ["x"] },
  linearIn: ["x"],
  weighted: { weights: "other", units: "x", rows: "units" },
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y · otherᵀ
    x: (dy, { other }) => dy.matmul(other.mT),
    // ∂ℓ/∂other = xᵀ · ∂ℓ/∂y; of one matrix for a whole batch, summed over its rows
    other: (dy, { x }, other) =>
      other.shape.length === 2 ? rowsOf(x).mT.matmul(rowsOf(dy)) : x.mT.matmul(dy),
  },
  samples: (s) => [
    { x: s.real([2, 3]), other: s.real([3, 4]) },
    { x: s.real([2, 2, 3]), other: s.real([3, 2]) },
    { x: s.real([2, 3]), other: s.real([2, 3, 2]) },
    { x: s.real([3, 1, 2, 2]), other: s.real([2, 2, 3]) },
    { x: s.real([0, 3]), other: s.real([3, 2]) },
    { x: s.real([2, 0]), other: s.real([0, 2]) },
  ],
  edges: [
    { inputs: { x: [[1, 2]], other: [[3], [4]] }, y: [[11]], grads: { x: [[3, 4]], other: [[1], [2]] } },
  ],
});

export const linearOp = defineOp<{ x: Tensor; weight: Tensor; bias: Tensor | null }>({
  name: "linear",
  formula: "z_j = Σ_i w_ij x_i + w_0j, where w_ij is weight[j, i] and w_0j is bias[j]",
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
    const rows = x.ndim === 2 ? [x.shape[0]] : x.shape.slice(0, -1);
    return { shape: [...rows, weight.shape[0]], dtype: x.dtype };
  },
  lower({ x, weight, bias }, out) {
    const z = rowsTimes(x, weight, weight.strides[1], weight.strides[0], out);
    return bias ? interpreter.binary("add", z, bias, out, z) : z;
  },
  saves: { x: ["weight"], weight: ["x"] },
  linearIn: ["bias", "x"],
  weighted: { weights: "weight", units: "x", bias: "bias", rows: "results" },
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂z · W  [..., in]
    x: (dz, { weight }) => dz.matmul(weight),
    // ∂ℓ/∂W = ∂ℓ/∂zᵀ · x  [out, in], summed over the rows of the batch
    weight: (dz, { x }) => rowsOf(dz).mT.matmul(rowsOf(x)),
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

/**
 * The linear map of a layer, as `torch.nn.functional.linear`: z_j = Σ_i w_ij x_i + w_0j, where w_ij is `weight[j, i]` and w_0j
 * is `bias[j]`.
 *
 * @param x [..., in]
 * @param weight [out, in]
 * @param bias [out], or none
 * @returns [..., out]
 * @throws ChainruleError `shape` when the sizes do not fit, `dtype` when the dtypes differ
 *
 * @example
 * const weight = tensor([[1, 0, -1], [2, 2, 2]]); // [2, 3]
 * const x = tensor([1, 2, 3]);
 * nn.functional.linear(x, weight); // → tensor([-2., 12.])
 * nn.functional.linear(x, weight, tensor([10, 20])); // → tensor([8., 32.])
 * nn.functional.linear(ones([4, 3]), weight).shape; // → [4, 2]
 */
export const linear = (x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor =>
  apply(linearOp, { x, weight, bias });

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * Product of matrices, as `torch.matmul`: [..., n, k] · [..., k, m] gives [..., n, m]. Leading dimensions broadcast as a
     * batch; a vector counts as a row on the left and as a column on the right.
     *
     * @throws ChainruleError `shape` when the sizes do not fit, `dtype` when the dtypes differ and for bool
     *
     * @example
     * const x = tensor([[1, 2], [3, 4]]);
     * x.matmul(tensor([[1, 0, 1], [0, 1, 1]])); // → tensor([[1., 2., 3.], [3., 4., 7.]])
     * x.matmul(tensor([1, 10])); // → tensor([21., 43.])
     * ones([5, 4, 2]).matmul(x).shape; // → [5, 4, 2]
     * x.matmul(ones([3, 2])); // throws shape: … 2 columns meet 3 rows
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
      ).within("matmul");
    }
    if (this.ndim >= 2 && other.ndim >= 2) return apply(matmul, { x: this, other });
    const x = this.ndim === 1 ? this.unsqueeze(0) : this;
    const y = apply(matmul, { x, other: other.ndim === 1 ? other.unsqueeze(1) : other });
    const right = other.ndim === 1 ? y.squeeze(-1) : y;
    return this.ndim === 1 ? right.squeeze(other.ndim === 1 ? -1 : -2) : right;
  },
});
