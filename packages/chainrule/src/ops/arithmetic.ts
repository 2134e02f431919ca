import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp, type Operand } from "../core/op.ts";
import { like, promoted, promotedFloat, requireDType } from "../core/rules.ts";
import { realPairs, reals } from "../core/samples.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import { isFloating } from "../shape/dtype.ts";
import { showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { withArticle } from "../util/wording.ts";
import { floorDivide, truncDivide } from "./rounding.ts";

type Pair = { x: Operand; other: Operand };

export const add = defineOp<Pair>({
  name: "add",
  formula: "y = x + other",
  inputs: ["x", "other"],
  linearIn: ["x", "other"],
  result: promoted,
  lower: ({ x, other }, out) => interpreter.binary("add", x, other, out),
  vjp: {
    x: (dy) => dy, // ∂ℓ/∂x = ∂ℓ/∂y
    other: (dy) => dy, // ∂ℓ/∂other = ∂ℓ/∂y
  },
  samples: realPairs(-2, 2),
  edges: [[1, 2, 3, 1, 1]],
});

/** Refuses factors with dimensions, or whose gradient would be lost: alpha is no input of the op. */
export function checkFactor(name: string, factor: Operand): void {
  if (typeof factor === "number" || (factor.ndim === 0 && !factor.requiresGrad)) return;
  throw new ChainruleError(
    "argument",
    `${name} is a tensor of shape ${showShape(factor.shape)}${factor.requiresGrad ? " that requires a gradient" : ""}.`,
    "Give a number, or a tensor of no dimensions without gradient; multiply by anything else first.",
  );
}

export const addScaled = defineOp<Pair & { alpha: Operand }>({
  name: "addScaled",
  formula: "y = x + alpha · other",
  inputs: ["x", "other"],
  linearIn: ["x", "other"],
  result({ x, other, alpha }) {
    const out = promoted({ x, other });
    checkFactor("alpha", alpha);
    const whole = typeof alpha === "number" ? Number.isInteger(alpha) : !isFloating(alpha.dtype);
    if (!isFloating(out.dtype) && !whole) {
      throw new ChainruleError(
        "dtype",
        `Tensors of ${out.dtype} cannot be scaled by ${typeof alpha === "number" ? alpha : `${withArticle(alpha.dtype)} tensor`}.`,
        'Convert one of them by to("float32"), or give a whole alpha.',
      );
    }
    return out;
  },
  lower: ({ x, other, alpha }, out) => interpreter.addScaled(x, other, alpha, out),
  vjp: {
    x: (dy) => dy, // ∂ℓ/∂x = ∂ℓ/∂y
    other: (dy, { alpha }) => dy.mul(alpha), // ∂ℓ/∂other = α · ∂ℓ/∂y
  },
  samples: (s) => realPairs(-2, 2)(s).map((args) => ({ ...args, alpha: 0.75 })),
  edges: [{ inputs: { x: 1, other: 2 }, attributes: { alpha: -3 }, y: -5, grads: { x: 1, other: -3 } }],
});

const isBool = (x: Operand): boolean => typeof x !== "number" && x.dtype === "bool";

/** Throws where one of two operands is bool, which have no difference; `method` where no op names itself. */
export function refuseBools({ x, other }: Pair, method?: string): void {
  if (!isBool(x) && !isBool(other)) return;
  const error = new ChainruleError(
    "dtype",
    "Bool tensors have no difference.",
    'Use logicalXor(), or convert by to("int32").',
  );
  throw method ? error.within(method) : error;
}

export const sub = defineOp<Pair>({
  name: "sub",
  formula: "y = x − other",
  inputs: ["x", "other"],
  linearIn: ["x", "other"],
  result(args) {
    const out = promoted(args);
    refuseBools(args);
    return out;
  },
  lower: ({ x, other }, out) => interpreter.binary("sub", x, other, out),
  vjp: {
    x: (dy) => dy, // ∂ℓ/∂x = ∂ℓ/∂y
    other: (dy) => dy.neg(), // ∂ℓ/∂other = −∂ℓ/∂y
  },
  samples: realPairs(-2, 2),
  edges: [[1, 3, -2, 1, -1]],
});

export const mul = defineOp<Pair>({
  name: "mul",
  formula: "y = x · other",
  inputs: ["x", "other"],
  linearIn: ["x"],
  result: promoted,
  lower: ({ x, other }, out) => interpreter.binary("mul", x, other, out),
  saves: { x: ["other"], other: ["x"] },
  vjp: {
    x: (dy, { other }) => dy.mul(other), // ∂ℓ/∂x = ∂ℓ/∂y · other
    other: (dy, { x }) => dy.mul(x), // ∂ℓ/∂other = ∂ℓ/∂y · x
  },
  samples: realPairs(-2, 2),
  edges: [[3, 2, 6, 2, 3]],
});

export const div = defineOp<Pair>({
  name: "div",
  formula: "y = x / other",
  inputs: ["x", "other"],
  linearIn: ["x"],
  derivative: { x: "1 / other", other: "−x / other²" },
  result: promotedFloat,
  lower: ({ x, other }, out) => interpreter.binary("div", x, other, out),
  saves: { x: ["other"], other: ["x", "other"] },
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y / other
    x: (dy, { other }) => dy.div(other),
    // ∂ℓ/∂other = −∂ℓ/∂y · x / other²
    other: (dy, { x, other }) => dy.neg().mul(x).div(other).div(other),
  },
  samples: realPairs(-2, 2, 0.5, 2),
  edges: [[1, 2, 0.5, 0.5, -0.25]],
});

export const neg = defineOp<{ x: Tensor }>({
  name: "neg",
  formula: "y = −x",
  inputs: ["x"],
  linearIn: ["x"],
  result({ x }) {
    requireDType(x, ["int32", "float32", "float64"], "Use logicalNot() for bool tensors.");
    return like({ x });
  },
  lower: ({ x }, out) => interpreter.unary("neg", x, out),
  vjp: { x: (dy) => dy.neg() }, // ∂ℓ/∂x = −∂ℓ/∂y
  samples: reals(-2, 2),
  edges: [[2, -2, -1]],
});

export const square = defineOp<{ x: Tensor }>({
  name: "square",
  formula: "y = x²",
  inputs: ["x"],
  derivative: { x: "2 x" },
  result: ({ x }) => (x.dtype === "bool" ? { shape: x.shape, dtype: "int32" } : like({ x })),
  lower: ({ x }, out) => interpreter.unary("square", x, out),
  saves: ["x"],
  vjp: { x: (dy, { x }) => dy.mul(x).mul(2) }, // ∂ℓ/∂x = ∂ℓ/∂y · 2x
  samples: reals(-2, 2),
  edges: [
    [3, 9, 6],
    [0, 0, 0],
  ],
});

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * `this + alpha · other`, where alpha is a number or a tensor of no dimensions (1 when left out), as `torch.add`. The
     * shapes broadcast, and the dtypes are promoted; for bools, + is or.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast, `dtype` for a fractional alpha of whole numbers,
     * `argument` for an alpha with dimensions or a gradient
     *
     * @example
     * const x = tensor([[1, 2], [3, 4]]);
     * x.add(10); // → tensor([[11., 12.], [13., 14.]])
     * x.add(tensor([10, 20])); // → tensor([[11., 22.], [13., 24.]])
     * x.add(x, { alpha: -0.5 }); // → tensor([[0.5000, 1.0000], [1.5000, 2.0000]])
     * x.add(tensor([1, 2, 3])); // throws shape: … The shapes [2, 2] and [3] do not broadcast
     */
    add(other: Operand, options?: { alpha?: Operand }): Tensor;
    /**
     * `this − alpha · other`, with alpha as in {@link Tensor.add}, as `torch.sub`. The shapes broadcast, and the dtypes are
     * promoted.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast, `dtype` for bools, and for a fractional alpha of whole
     * numbers
     *
     * @example
     * const x = tensor([[1, 2], [3, 6]]);
     * x.sub(x.mean(0)); // → tensor([[-1., -2.], [1., 2.]])
     */
    sub(other: Operand, options?: { alpha?: Operand }): Tensor;
    /**
     * Elementwise product, as `torch.mul`: not that of matrices, {@link Tensor.matmul}. The shapes broadcast, and the dtypes
     * are promoted; for bools it is and.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast
     *
     * @example
     * const column = tensor([[1], [2]]);
     * column.mul(tensor([1, 10, 100])); // → tensor([[1., 10., 100.], [2., 20., 200.]])
     * tensor([3], { dtype: "int32" }).mul(0.5); // → tensor([1.5000])
     */
    mul(other: Operand): Tensor;
    /**
     * Elementwise quotient, as `torch.div`; integers give float32. `roundingMode: "floor"` or `"trunc"` rounds it and keeps
     * integers. The shapes broadcast.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast, `argument` for another rounding and for a rounded
     * quotient of integers by 0, `dtype` for a rounded quotient of bools
     *
     * @example
     * tensor([-7, 0, 7]).div(0); // → tensor([-inf, nan, inf])
     * const n = tensor([-7, 7], { dtype: "int32" });
     * n.div(2); // → tensor([-3.5000, 3.5000])
     * n.div(2, { roundingMode: "floor" }); // → tensor([-4, 3], dtype=int32)
     * n.div(2, { roundingMode: "trunc" }); // → tensor([-3, 3], dtype=int32)
     */
    div(other: Operand, options?: { roundingMode?: "floor" | "trunc" }): Tensor;
    /**
     * `−this`, as `torch.neg`. The dtype stays.
     *
     * @throws ChainruleError `dtype` for bool
     *
     * @example
     * tensor([-1, 2]).neg(); // → tensor([1., -2.])
     * tensor([true]).neg(); // throws dtype: … Use logicalNot() for bool tensors
     */
    neg(): Tensor;
    /**
     * `this²`, as `torch.square`. The dtype stays; bool gives int32.
     *
     * @example
     * const x = tensor([-3, 2], { requiresGrad: true });
     * x.square(); // → tensor([9., 4.], gradFn=<square>)
     * x.square().sum().backward();
     * x.grad; // → tensor([-6., 4.])
     */
    square(): Tensor;
  }
}

/** −factor. */
export const negated = (factor: Operand): Operand => (typeof factor === "number" ? -factor : factor.neg());

const divNames = { roundingMode: 0 };
const alphaNames = { alpha: 0 };

/** The factor of the other operand. */
export function alphaOf(method: string, options: { alpha?: Operand }): Operand {
  checkOptions(method, options, alphaNames);
  return options.alpha ?? 1;
}

defineMethods({
  add(other, options) {
    if (options === undefined) return apply(add, { x: this, other });
    const alpha = alphaOf("add", options);
    return alpha === 1 ? apply(add, { x: this, other }) : apply(addScaled, { x: this, other, alpha }, "add");
  },
  sub(other, options) {
    if (options === undefined) return apply(sub, { x: this, other });
    const alpha = alphaOf("sub", options);
    if (alpha === 1) return apply(sub, { x: this, other });
    refuseBools({ x: this, other }, "sub");
    return apply(addScaled, { x: this, other, alpha: negated(alpha) }, "sub");
  },
  mul(other) {
    return apply(mul, { x: this, other });
  },
  div(other, options) {
    checkOptions("div", options, divNames);
    const mode = options?.roundingMode;
    if (mode === undefined) return apply(div, { x: this, other });
    if (mode === "floor") return apply(floorDivide, { x: this, other }, "div");
    if (mode === "trunc") return apply(truncDivide, { x: this, other }, "div");
    throw new ChainruleError(
      "argument",
      `div() does not round by "${String(mode)}".`,
      'Use "floor" or "trunc", or leave roundingMode out.',
    );
  },
  neg() {
    return apply(neg, { x: this });
  },
  square() {
    return apply(square, { x: this });
  },
});
