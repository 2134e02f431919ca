import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp } from "../core/op.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import { broadcastShapes, numel, sameShape, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { sameDType } from "./matmul.ts";
import { inMethod } from "./places.ts";

/** Refuses operands without the number of dimensions that a product is named after. */
function requireRank(name: string, ranks: readonly number[], ...operands: readonly Tensor[]): void {
  if (operands.every((x, i) => x.ndim === ranks[i])) return;
  const kind = ["a number", "a vector", "a matrix", "a batch of matrices"];
  throw new ChainruleError(
    "shape",
    `${name}() takes ${ranks.map((rank) => kind[rank]).join(" and ")}, not the shapes ${operands.map((x) => showShape(x.shape)).join(" and ")}.`,
    "Use matmul(), which takes any of them.",
  );
}

type Addmm = { x: Tensor; a: Tensor; b: Tensor; beta: number; alpha: number };

export const addmm = defineOp<Addmm>({
  name: "addmm",
  formula: "y = β x + α a · b",
  inputs: ["x", "a", "b"],
  linearIn: ["x", "a"],
  weighted: { weights: "b", units: "a", bias: "x", rows: "units" },
  result({ x, a, b, beta, alpha }) {
    requireRank("addmm", [2, 2], a, b);
    const shape = [a.shape[0], b.shape[1]];
    if (a.shape[1] !== b.shape[0] || !sameShape(broadcastShapes(x.shape, shape), shape)) {
      throw new ChainruleError(
        "shape",
        `The shapes ${showShape(x.shape)} + ${showShape(a.shape)} · ${showShape(b.shape)} do not fit.`,
        "The matrices must multiply, and what is added must broadcast to their product.",
      );
    }
    sameDType(a, b);
    sameDType(x, a);
    if (x.dtype === "int32" && !(Number.isInteger(beta) && Number.isInteger(alpha))) {
      throw new ChainruleError(
        "dtype",
        `The factors β = ${beta} and α = ${alpha} of int32 matrices are not whole.`,
        'Convert the matrices by to("float32").',
      );
    }
    return { shape, dtype: x.dtype };
  },
  lower({ x, a, b, beta, alpha }, out) {
    const y = a.matmul(b);
    if (alpha !== 1) interpreter.binary("mul", y, alpha, out, y);
    if (beta === 0) return y; // x is not read: its NaN do not count
    const added = beta === 1 ? x : interpreter.binary("mul", x, beta, { shape: x.shape, dtype: x.dtype });
    return interpreter.binary("add", y, added, out, y);
  },
  saves: { a: ["b"], b: ["a"] },
  vjp: {
    x: (dy, { beta }) => dy.mul(beta), // ∂ℓ/∂x = β ∂ℓ/∂y
    a: (dy, { b, alpha }) => dy.matmul(b.mT).mul(alpha), // ∂ℓ/∂a = α ∂ℓ/∂y · bᵀ
    b: (dy, { a, alpha }) => a.mT.matmul(dy).mul(alpha), // ∂ℓ/∂b = α aᵀ · ∂ℓ/∂y
  },
  samples: (s) => [
    { x: s.real([2, 4]), a: s.real([2, 3]), b: s.real([3, 4]), beta: 1, alpha: 1 },
    { x: s.real([4]), a: s.real([2, 3]), b: s.real([3, 4]), beta: 0.5, alpha: -2 },
    { x: s.real([]), a: s.real([2, 0]), b: s.real([0, 2]), beta: 1, alpha: 1 },
  ],
  edges: [
    {
      inputs: { x: [[Number.NaN]], a: [[2]], b: [[3]] },
      attributes: { beta: 0, alpha: 1 },
      y: [[6]],
      grads: { x: [[0]], a: [[3]], b: [[2]] },
    },
  ],
});

/**
 * The bilinear map of a layer, as `torch.nn.functional.bilinear`: y_o = Σ_ij x1_i w_oij x2_j + b_o.
 *
 * @param x1 [..., in1]
 * @param x2 [..., in2], with the same leading sizes
 * @param weight [out, in1, in2]
 * @param bias [out], or none
 * @returns [..., out]
 * @throws ChainruleError `shape` when the sizes do not fit, `dtype` when the dtypes of x1, x2 and weight differ
 *
 * @example
 * const weight = tensor([[[1, 0], [0, 1]], [[0, 1], [-1, 0]]]); // [2, 2, 2]: a scalar and a cross product
 * nn.functional.bilinear(tensor([1, 2]), tensor([3, 4]), weight); // → tensor([11., -2.])
 */
export function bilinear(x1: Tensor, x2: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  const [out, in1, in2] = weight.shape;
  const lead = x1.shape.slice(0, -1);
  const fits =
    weight.ndim === 3 &&
    sameShape(x1.shape, [...lead, in1]) &&
    sameShape(x2.shape, [...lead, in2]) &&
    (!bias || sameShape(bias.shape, [out]));
  if (!fits) {
    throw new ChainruleError(
      "shape",
      `Inputs of shapes ${showShape(x1.shape)} and ${showShape(x2.shape)} do not fit a weight of shape ${showShape(weight.shape)} [out, in1, in2]${bias ? ` and a bias of shape ${showShape(bias.shape)} [out]` : ""}.`,
      "The last sizes of the inputs must be in1 and in2, and their leading sizes equal.",
    ).within("bilinear");
  }
  const rows = numel(lead);
  // For each row, first Σ_i x1_i w_oij for all o and j  [rows, out, in2], then the sum over j.
  const flat = weight.permute([1, 0, 2]).reshape([in1, out * in2]);
  const first = x1.reshape([rows, in1]).matmul(flat).reshape([rows, out, in2]);
  const y = first.matmul(x2.reshape([rows, in2, 1])).reshape([...lead, out]);
  return bias ? y.add(bias) : y;
}

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * Product of two matrices, [n, k] · [k, m], as `torch.mm`; nothing broadcasts.
     *
     * @throws ChainruleError `shape` unless both are matrices whose sizes fit, `dtype` when the dtypes differ and for bool
     *
     * @example
     * tensor([[1, 2], [3, 4]]).mm(tensor([[0, 1], [1, 0]])); // → tensor([[2., 1.], [4., 3.]])
     */
    mm(other: Tensor): Tensor;
    /**
     * Products of two batches of matrices, [b, n, k] · [b, k, m], as `torch.bmm`; nothing broadcasts.
     *
     * @throws ChainruleError `shape` unless both have 3 dimensions whose sizes fit, `dtype` when the dtypes differ and for
     * bool
     *
     * @example
     * const x = tensor([[[1, 2]], [[3, 4]]]); // two matrices [1, 2]
     * x.bmm(x.mT).flatten(); // → tensor([5., 25.])
     * ones([2, 1, 2]).bmm(ones([1, 2, 3])); // throws shape: bmm() was given batches of 2 and 1 matrices
     */
    bmm(other: Tensor): Tensor;
    /**
     * Product of a matrix [n, k] and a vector [k]: [n], as `torch.mv`.
     *
     * @throws ChainruleError `shape` unless the sizes fit, `dtype` when the dtypes differ and for bool
     *
     * @example
     * tensor([[1, 2], [3, 4]]).mv(tensor([1, 10])); // → tensor([21., 43.])
     */
    mv(vector: Tensor): Tensor;
    /**
     * Scalar product Σ_i this_i other_i of two vectors of one size: a tensor without dimensions. As `torch.dot`.
     *
     * @throws ChainruleError `shape` unless both are vectors of one size, `dtype` when the dtypes differ and for bool
     *
     * @example
     * tensor([1, 2, 3]).dot(tensor([4, 5, 6])); // → tensor(32.)
     * tensor([1, 2, 3]).dot(tensor([4])); // throws shape: dot() was given vectors of 3 and 1 elements
     */
    dot(other: Tensor): Tensor;
    /**
     * All products of an element of this vector and one of another: [n, m], as `torch.outer`. The dtypes are promoted.
     *
     * @throws ChainruleError `shape` unless both are vectors
     *
     * @example
     * tensor([1, 2]).outer(tensor([1, 10, 100])); // → tensor([[1., 10., 100.], [2., 20., 200.]])
     */
    outer(other: Tensor): Tensor;
    /**
     * β · this + α · a · b for matrices a [n, k] and b [k, m]; this broadcasts to [n, m]. Both factors are 1 by default. With
     * β = 0, `this` is not read: its NaN do not count. As `torch.addmm`.
     *
     * @throws ChainruleError `shape` when the sizes do not fit, `dtype` when the dtypes differ, for bool, and for a fractional
     * factor of int32
     *
     * @example
     * const [a, b] = [tensor([[1, 2]]), tensor([[3], [4]])];
     * tensor([100]).addmm(a, b); // → tensor([[111.]])
     * tensor([100]).addmm(a, b, { beta: 0.5, alpha: -1 }); // → tensor([[39.]])
     */
    addmm(a: Tensor, b: Tensor, options?: { beta?: number; alpha?: number }): Tensor;
  }
}

defineMethods({
  mm(other) {
    requireRank("mm", [2, 2], this, other);
    return inMethod("mm", () => this.matmul(other));
  },
  bmm(other) {
    requireRank("bmm", [3, 3], this, other);
    if (this.shape[0] !== other.shape[0]) {
      throw new ChainruleError(
        "shape",
        `bmm() was given batches of ${this.shape[0]} and ${other.shape[0]} matrices.`,
        "Use matmul(), which broadcasts.",
      );
    }
    return inMethod("bmm", () => this.matmul(other));
  },
  mv(vector) {
    requireRank("mv", [2, 1], this, vector);
    return inMethod("mv", () => this.matmul(vector));
  },
  dot(other) {
    requireRank("dot", [1, 1], this, other);
    if (this.shape[0] !== other.shape[0]) {
      throw new ChainruleError(
        "shape",
        `dot() was given vectors of ${this.shape[0]} and ${other.shape[0]} elements.`,
        "Give two vectors of one size.",
      );
    }
    return inMethod("dot", () => this.matmul(other));
  },
  outer(other) {
    requireRank("outer", [1, 1], this, other);
    return inMethod("outer", () => this.unsqueeze(1).mul(other));
  },
  addmm(a, b, options) {
    return apply(addmm, { x: this, a, b, beta: options?.beta ?? 1, alpha: options?.alpha ?? 1 });
  },
});
