import { mutate } from "../core/inplace.ts";
import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp, type Operand } from "../core/op.ts";
import { requireDType, shapeOf } from "../core/rules.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import type { DType } from "../shape/dtype.ts";
import { broadcastShapes, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { counted } from "../util/wording.ts";
import { checkIndexDType } from "./indexing.ts";
import { inMethod } from "./places.ts";

const checkMask = (mask: Tensor): void =>
  requireDType(mask, ["bool"], "Make a mask by a comparison: gt(0), ne(0).");

/** The value to fill with in the tensor's own dtype; a bool tensor knows 0 and 1 alone. */
const inDType = (value: Operand, dtype: DType): Operand =>
  typeof value !== "number"
    ? interpreter.copy(value, { shape: value.shape, dtype })
    : dtype === "bool"
      ? Number(value !== 0)
      : value;

function checkValue(value: Operand): void {
  if (typeof value === "number" || value.ndim === 0) return;
  throw new ChainruleError(
    "shape",
    `A value of shape ${showShape(value.shape)} was given where one number is needed.`,
    "Use where(mask, value, x) to choose element by element.",
  ).within("maskedFill");
}

export const maskedFill = defineOp<{ x: Tensor; mask: Tensor; value: Operand }>({
  name: "maskedFill",
  formula: "y = value where mask, else x",
  inputs: ["x", "mask", "value"],
  linearIn: ["x", "value"],
  result({ x, mask, value }) {
    checkMask(mask);
    return { shape: broadcastShapes(broadcastShapes(x.shape, mask.shape), shapeOf(value)), dtype: x.dtype };
  },
  lower: ({ x, mask, value }, out) => interpreter.where(mask, inDType(value, out.dtype), x, out),
  saves: ["mask"],
  vjp: {
    x: (dy, { mask }) => dy.maskedFill(mask, 0), // ∂ℓ/∂x = ∂ℓ/∂y where x stayed, 0 elsewhere
    value: (dy, { mask }) => dy.mul(mask), // ∂ℓ/∂value = Σ ∂ℓ/∂y where it was put
  },
  samples: (s) => [
    { x: s.real([2, 3]), mask: s.bool([2, 3]), value: 0.5 },
    { x: s.real([2, 3]), mask: s.bool([3]), value: s.real([]) },
    { x: s.real([3]), mask: s.bool([2, 3]), value: -1 },
    { x: s.real([0, 3]), mask: s.bool([3]), value: 1 },
  ],
});

export const oneHotOp = defineOp<{ x: Tensor; numClasses: number }>({
  name: "oneHot",
  formula: "y_(…c) = [x_(…) = c]",
  inputs: ["x"],
  result({ x, numClasses }) {
    checkIndexDType(x);
    return { shape: [...x.shape, numClasses], dtype: "int32" };
  },
  lower: ({ x }, out) =>
    interpreter.scatter("set", interpreter.copy(0, out), x.ndim, x.unsqueeze(-1), 1, out),
  samples: (s) => [
    { x: s.int([4], 0, 3), numClasses: 3 },
    { x: s.int([2, 2], 0, 3), numClasses: 5 },
    { x: s.int([], 0, 2), numClasses: 2 },
    { x: s.int([0], 0, 2), numClasses: 2 },
  ],
});

const asOperand = (value: Operand | boolean): Operand => (typeof value === "boolean" ? Number(value) : value);

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * A copy with `value`, one number in this dtype, wherever the bool `mask` (broadcast) is true. As
     * `torch.Tensor.masked_fill`.
     *
     * @throws ChainruleError `dtype` for a mask that is not bool, `shape` when it does not broadcast and for a value with
     * dimensions
     *
     * @example
     * const scores = tensor([[1, 2], [3, 4]]);
     * const future = ones([2, 2], { dtype: "bool" }).triu(1);
     * scores.maskedFill(future, -Infinity); // → tensor([[1., -inf], [3., 4.]])
     */
    maskedFill(mask: Tensor, value: Operand | boolean): Tensor;
    /**
     * {@link Tensor.maskedFill} in place; the mask broadcasts to this tensor's shape. As `torch.Tensor.masked_fill_`.
     *
     * @throws ChainruleError `dtype` for a mask that is not bool, `shape` when it does not broadcast to this shape, `in-place`
     * as {@link Tensor.add_}
     *
     * @example
     * const x = tensor([1, NaN, 3]);
     * x.maskedFill_(x.isnan(), 0); // → tensor([1., 0., 3.])
     */
    maskedFill_(mask: Tensor, value: Operand | boolean): this;
    /**
     * The elements where the bool `mask` is true, as a vector, as `torch.masked_select`; both broadcast. Its length depends on
     * the data.
     *
     * @throws ChainruleError `dtype` for a mask that is not bool, `shape` when the shapes do not broadcast
     *
     * @example
     * const x = tensor([[1, -2], [-3, 4]]);
     * x.maskedSelect(x.gt(0)); // → tensor([1., 4.])
     * x.maskedSelect(tensor([true, false])); // → tensor([1., -3.])
     */
    maskedSelect(mask: Tensor): Tensor;
    /**
     * Positions of the elements that are not zero, row-major: int32 [count, ndim], as `torch.nonzero`. Its length depends on
     * the data.
     *
     * @example
     * tensor([[1, 0], [2, 3]]).nonzero(); // → tensor([[0, 0], [1, 0], [1, 1]], dtype=int32)
     * tensor([0, 5, 0, 6]).nonzero().flatten(); // → tensor([1, 3], dtype=int32)
     */
    nonzero(): Tensor;
    /**
     * A last dimension of `numClasses` places with 1 at the place that the int32 number names and 0 elsewhere, as
     * `torch.nn.functional.one_hot`: int32. Without `numClasses` (−1) it is the largest number + 1.
     *
     * @throws ChainruleError `index` for a number below 0 or above the last class, `argument` for less than one class, `dtype`
     * unless int32
     *
     * @example
     * const labels = tensor([2, 0], { dtype: "int32" });
     * labels.oneHot(); // → tensor([[0, 0, 1], [1, 0, 0]], dtype=int32)
     * labels.oneHot(4).shape; // → [2, 4]
     * labels.oneHot(2); // throws index: … Index 2 is out of range
     */
    oneHot(numClasses?: number): Tensor;
  }
}

defineMethods({
  maskedFill(mask, value) {
    const filled = asOperand(value);
    checkValue(filled);
    return apply(maskedFill, { x: this, mask, value: filled });
  },
  maskedFill_(mask, value) {
    inMethod("maskedFill_", () => checkMask(mask));
    const filled = asOperand(value);
    checkValue(filled);
    const write = (): Tensor => interpreter.where(mask, inDType(filled, this.dtype), this, this, this);
    return mutate("maskedFill_", this, [mask, filled], write, this.dtype) as typeof this;
  },
  maskedSelect(mask) {
    inMethod("maskedSelect", () => checkMask(mask));
    const shape = broadcastShapes(this.shape, mask.shape);
    const chosen = interpreter.nonzero(mask.expand(shape).reshape([-1]));
    return this.expand(shape)
      .reshape([-1])
      .indexSelect(0, chosen.reshape([chosen.shape[0]]));
  },
  nonzero() {
    return interpreter.nonzero(this);
  },
  oneHot(numClasses = -1) {
    inMethod("oneHot", () => checkIndexDType(this));
    let classes = numClasses;
    if (classes === -1 && this.numel === 0) {
      throw new ChainruleError(
        "argument",
        "oneHot() of no indices cannot know how many classes there are.",
        "Give their number: oneHot(3).",
      );
    }
    if (classes === -1) classes = 1 + this.amax().item();
    if (!Number.isInteger(classes) || classes < 1) {
      throw new ChainruleError(
        "argument",
        `oneHot() of a tensor of shape ${showShape(this.shape)} cannot have ${counted(classes, "class", "classes")}.`,
        "Give a whole number of classes above 0.",
      );
    }
    return apply(oneHotOp, { x: this, numClasses: classes });
  },
});
