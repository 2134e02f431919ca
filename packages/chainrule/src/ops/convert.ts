import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp } from "../core/op.ts";
import { like } from "../core/rules.ts";
import { reals } from "../core/samples.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import { checkDType, type DType } from "../shape/dtype.ts";

export const cast = defineOp<{ x: Tensor; dtype: DType }>({
  name: "to",
  formula: "y = x, in another dtype",
  inputs: ["x"],
  linearIn: ["x"],
  result: ({ x, dtype }) => ({ shape: x.shape, dtype: checkDType(dtype) }),
  lower: ({ x }, out) => interpreter.copy(x, out),
  vjp: { x: (dy, _, x) => dy.to(x.dtype) }, // ∂ℓ/∂x = ∂ℓ/∂y
  samples: (s) => [
    { x: s.real([2, 3]), dtype: "float64" },
    { x: s.real([]), dtype: "float64" },
    { x: s.real([0, 3]), dtype: "float64" },
  ],
  edges: [{ inputs: { x: [1.5, -2] }, attributes: { dtype: "float64" }, y: [1.5, -2], grads: { x: [1, 1] } }],
});

export const clone = defineOp<{ x: Tensor }>({
  name: "clone",
  formula: "y = x, copied",
  inputs: ["x"],
  linearIn: ["x"],
  result: like,
  lower: ({ x }, out) => interpreter.copy(x, out),
  vjp: { x: (dy) => dy }, // ∂ℓ/∂x = ∂ℓ/∂y
  samples: reals(-2, 2),
  edges: [[2, 2, 1]],
});

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * The same values in another dtype: `this` itself when it has it already. Fractions are cut off towards int32, and bool is
     * false at 0 alone. Gradients flow through it between floating dtypes. As `torch.Tensor.to`.
     *
     * @throws ChainruleError `dtype` for an unknown one
     *
     * @example
     * const x = tensor([-1.7, 0, 2.9]);
     * x.to("int32"); // → tensor([-1, 0, 2], dtype=int32)
     * x.to("bool"); // → tensor([true, false, true])
     * x.to("float32") === x; // → true
     */
    to(dtype: DType): Tensor;
    /**
     * A contiguous copy with storage of its own; gradients flow through it. As `torch.clone`; `detach().clone()` is without
     * history.
     *
     * @example
     * const x = tensor([1, 2]);
     * const copy = x.clone();
     * x.zero_();
     * copy; // → tensor([1., 2.])
     */
    clone(): Tensor;
    /**
     * `this` when its elements lie in row-major order without gaps, else a copy of which that is true. As
     * `torch.Tensor.contiguous`.
     *
     * @example
     * const x = tensor([[1, 2], [3, 4]]);
     * x.contiguous() === x; // → true
     * x.t().contiguous().data; // → Float32Array(4) [1, 3, 2, 4]
     */
    contiguous(): Tensor;
  }
}

defineMethods({
  to(dtype) {
    return dtype === this.dtype ? this : apply(cast, { x: this, dtype });
  },
  clone() {
    return apply(clone, { x: this });
  },
  contiguous() {
    return this.isContiguous ? this : this.clone();
  },
});
