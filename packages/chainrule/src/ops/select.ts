import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp, type Operand } from "../core/op.ts";
import { requireDType, resultType, resultType2, shapeOf } from "../core/rules.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import { finfo, isFloating } from "../shape/dtype.ts";
import { broadcastShapes } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { withArticle } from "../util/wording.ts";
import { inMethod } from "./places.ts";

export const whereOp = defineOp<{ condition: Tensor; x: Operand; other: Operand }>({
  name: "where",
  formula: "y = x where the condition holds, else other",
  inputs: ["condition", "x", "other"],
  linearIn: ["x", "other"],
  result({ condition, x, other }) {
    requireDType(condition, ["bool"], "Compare first: where(x.gt(0), a, b).");
    return {
      shape: broadcastShapes(condition.shape, broadcastShapes(shapeOf(x), shapeOf(other))),
      dtype: resultType2(x, other),
    };
  },
  lower: ({ condition, x, other }, out) => interpreter.where(condition, x, other, out),
  saves: { x: ["condition"], other: ["condition"] },
  vjp: {
    x: (dy, { condition }) => dy.where(condition, 0), // ∂ℓ/∂x = ∂ℓ/∂y where the condition holds, else 0
    other: (dy, { condition }) => where(condition, 0, dy), // ∂ℓ/∂other = 0 where the condition holds, else ∂ℓ/∂y
  },
  samples: (s) => [
    { condition: s.bool([2, 3]), x: s.real([2, 3]), other: s.real([2, 3]) },
    { condition: s.bool([2, 1]), x: s.real([3]), other: s.real([]) },
    { condition: s.bool([3]), x: s.real([2, 1]), other: 0.5 },
    { condition: s.bool([]), x: 1, other: s.real([2]) },
    { condition: s.bool([0, 3]), x: s.real([3]), other: s.real([0, 1]) },
  ],
  edges: [
    {
      inputs: { condition: [1, 0], x: [1, Number.NaN], other: [Number.POSITIVE_INFINITY, 2] },
      y: [1, 2],
      grads: { x: [1, 0], other: [0, 1] },
    },
  ],
});

/**
 * `x` where the condition holds, else `other`, as `torch.where`. All three broadcast; `x` and `other` may be numbers, and
 * their dtypes are promoted. Gradients go to what was chosen alone, see {@link Tensor.where}.
 *
 * @param condition bool
 * @throws ChainruleError `dtype` for a condition that is not bool, `shape` when the three do not broadcast
 *
 * @example
 * const x = tensor([-10, 2]);
 * where(x.gt(0), x, x.mul(0.1)); // → tensor([-1., 2.])
 * where(x.gt(0), 1, 0); // → tensor([0, 1], dtype=int32)
 */
export const where = (condition: Tensor, x: Operand, other: Operand): Tensor =>
  apply(whereOp, { condition, x, other });

type Interpolation = { x: Tensor; end: Operand; weight: Operand };

export const lerp = defineOp<Interpolation>({
  name: "lerp",
  formula: "y = x + weight · (end − x)",
  inputs: ["x", "end", "weight"],
  linearIn: ["x", "end"],
  derivative: { weight: "end − x" },
  result({ x, end, weight }) {
    const shape = broadcastShapes(x.shape, broadcastShapes(shapeOf(end), shapeOf(weight)));
    // A weight without dimensions counts as a number.
    const single = typeof weight === "number" || (weight.ndim === 0 && isFloating(weight.dtype));
    for (const other of single ? [end] : [end, weight]) {
      if (typeof other === "number" || other.dtype === x.dtype) continue;
      throw new ChainruleError(
        "dtype",
        `lerp of ${withArticle(x.dtype)} and ${withArticle(other.dtype)} tensor has no common dtype.`,
        "Convert one of them by to().",
      );
    }
    requireDType(x, ["float32", "float64"], 'Convert it by to("float32").');
    return { shape, dtype: x.dtype };
  },
  // From x for weights below ½ and from end above, as in PyTorch, so that both ends are met exactly.
  lower({ x, end, weight }, out) {
    const gap = interpreter.binary("sub", end, x, out);
    if (typeof weight === "number") {
      if (weight < 0.5) return add(x, interpreter.binary("mul", gap, weight, out, gap), gap);
      return subtract(end, interpreter.binary("mul", gap, 1 - weight, out, gap), gap);
    }
    const fromStart = add(x, interpreter.binary("mul", gap, weight, out), gap);
    const rest = interpreter.binary("mul", interpreter.binary("sub", end, x, out), weight.neg().add(1), out);
    const fromEnd = subtract(end, rest, rest);
    return interpreter.where(weight.lt(0.5), fromStart, fromEnd, out, fromStart);
  },
  saves: { x: ["weight"], end: ["weight"], weight: ["x", "end"] },
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y · (1 − weight)
    x: (dy, { weight }) => dy.mul(typeof weight === "number" ? 1 - weight : weight.neg().add(1)),
    // ∂ℓ/∂end = ∂ℓ/∂y · weight
    end: (dy, { weight }) => dy.mul(weight),
    // ∂ℓ/∂weight = ∂ℓ/∂y · (end − x)
    weight: (dy, { x, end }) => dy.mul(x.neg().add(end)),
  },
  samples: (s) => [
    { x: s.real([2, 3]), end: s.real([2, 3]), weight: 0.3 },
    { x: s.real([2, 1]), end: s.real([3]), weight: 0.8 },
    { x: s.real([3]), end: s.real([2, 3]), weight: s.real([2, 1], 0, 1) },
    { x: s.real([]), end: s.real([]), weight: s.real([], 0, 1) },
    { x: s.real([0, 3]), end: s.real([3]), weight: s.real([0, 3], 0, 1) },
  ],
  edges: [
    {
      inputs: { x: [1, 1], end: [3, 3], weight: [0, 1] },
      y: [1, 3],
      grads: { x: [1, 0], end: [0, 1], weight: [2, 2] },
    },
  ],
});

const add = (a: Operand, b: Tensor, into: Tensor): Tensor => interpreter.binary("add", a, b, into, into);
const subtract = (a: Operand, b: Tensor, into: Tensor): Tensor => interpreter.binary("sub", a, b, into, into);

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * `this` where the condition (bool) holds, else `other`, as `torch.Tensor.where`. Gradients go to what was chosen alone;
     * an infinite slope on the way to what was not chosen gives NaN all the same (0 · ∞): choose before √ or log, not after.
     *
     * @throws ChainruleError `dtype` for a condition that is not bool, `shape` when the three do not broadcast
     *
     * @example
     * const x = tensor([4, 0], { requiresGrad: true });
     * const y = x.where(x.gt(0), 1).sqrt(); // → tensor([2., 1.], gradFn=<sqrt>)
     * y.sum().backward();
     * x.grad; // → tensor([0.2500, 0.0000])
     */
    where(condition: Tensor, other: Operand): Tensor;
    /**
     * `this + weight · (end − this)`: `this` at weight 0, `end` at weight 1, both exactly. One floating dtype, unless the
     * weight is one number. The shapes broadcast. As `torch.lerp`.
     *
     * @throws ChainruleError `dtype` when the dtypes differ or are not floating, `shape` when the shapes do not broadcast
     *
     * @example
     * const [a, b] = [tensor([0, 10]), tensor([10, 20])];
     * a.lerp(b, 0.25); // → tensor([2.5000, 12.5000])
     * a.lerp(b, tensor([[0], [0.5], [1]])); // → tensor([[0., 10.], [5., 15.], [10., 20.]])
     */
    lerp(end: Tensor, weight: Operand): Tensor;
    /**
     * `this + value · tensor1 · tensor2`, where value is a number or a tensor of no dimensions (1 when left out), as
     * `torch.addcmul`. The shapes broadcast.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast, `dtype` for a fractional value of whole numbers,
     * `argument` for a value with dimensions or a gradient
     *
     * @example
     * const x = tensor([1, 1]);
     * x.addcmul(tensor([2, 3]), tensor([4, 5]), { value: 0.5 }); // → tensor([5.0000, 8.5000])
     */
    addcmul(tensor1: Tensor, tensor2: Operand, options?: { value?: Operand }): Tensor;
    /**
     * `this + value · tensor1 / tensor2`, with value as in {@link Tensor.addcmul}, as `torch.addcdiv`. The shapes broadcast.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast, `dtype` for whole numbers alone, `argument` for a value
     * with dimensions or a gradient
     *
     * @example
     * const x = tensor([1, 1]);
     * x.addcdiv(tensor([2, 3]), tensor([4, 5]), { value: -1 }); // → tensor([0.5000, 0.4000])
     */
    addcdiv(tensor1: Tensor, tensor2: Operand, options?: { value?: Operand }): Tensor;
    /**
     * NaN replaced by `nan` (default 0), ∞ and −∞ by `posinf` and `neginf` (default the largest and the smallest number of the
     * dtype), as `torch.nan_to_num`. A copy; int32 and bool stay as they are.
     *
     * @example
     * const x = tensor([NaN, Infinity, -Infinity, 1]);
     * x.nanToNum({ nan: -1, posinf: 100, neginf: -100 }); // → tensor([-1., 100., -100., 1.])
     * x.nanToNum().at(1).item() === finfo("float32").max; // → true
     */
    nanToNum(options?: { nan?: number; posinf?: number; neginf?: number }): Tensor;
  }
}

const valueNames = { value: 0 };

/** The factor of a product or quotient that is added. */
export function factorOf(method: string, options: { value?: Operand } | undefined): Operand {
  checkOptions(method, options, valueNames);
  return options?.value ?? 1;
}

defineMethods({
  where(condition, other) {
    return where(condition, this, other);
  },
  lerp(end, weight) {
    return apply(lerp, { x: this, end, weight });
  },
  addcmul(tensor1, tensor2, options) {
    const alpha = factorOf("addcmul", options);
    return inMethod("addcmul", () => this.add(tensor1.mul(tensor2), { alpha }));
  },
  addcdiv(tensor1, tensor2, options) {
    wholeQuotient(this, tensor1, tensor2);
    const alpha = factorOf("addcdiv", options);
    return inMethod("addcdiv", () => this.add(tensor1.div(tensor2), { alpha }));
  },
  nanToNum({ nan = 0, posinf, neginf } = {}) {
    const { dtype } = this;
    if (dtype !== "float32" && dtype !== "float64") return this.clone();
    const limits = finfo(dtype);
    const y = where(this.isnan(), nan, this);
    const z = where(y.eq(Number.POSITIVE_INFINITY), posinf ?? limits.max, y);
    return where(z.eq(Number.NEGATIVE_INFINITY), neginf ?? limits.min, z);
  },
});

/** addcdiv of whole numbers is refused, as in PyTorch, where it once gave a rounded quotient. */
export function wholeQuotient(...operands: readonly Operand[]): void {
  if (resultType(...operands) !== "int32") return;
  throw new ChainruleError(
    "dtype",
    "addcdiv of whole numbers is no whole number.",
    'Convert one operand by to("float32").',
  );
}
