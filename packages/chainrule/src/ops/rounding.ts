import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp, type Op, type Operand } from "../core/op.ts";
import type { Unary } from "../core/primitives.ts";
import { like, promoted, requireDType } from "../core/rules.ts";
import { broadcastPairs, reals, type Samples } from "../core/samples.ts";
import { defineMethods, type Spec, type Tensor } from "../core/tensor.ts";
import { isFloating } from "../shape/dtype.ts";
import { ChainruleError } from "../util/errors.ts";
import { flat } from "./gradients.ts";
import { inMethod } from "./places.ts";

/** Rule: as `x`, which must hold numbers. */
function likeNumber({ x }: { x: Tensor }): Spec {
  requireDType(x, ["int32", "float32", "float64"], 'Convert it by to("int32").');
  return like({ x });
}

export const abs = defineOp<{ x: Tensor }>({
  name: "abs",
  formula: "y = |x|",
  inputs: ["x"],
  derivative: { x: "sign x" },
  result: likeNumber,
  lower: ({ x }, out) => interpreter.unary("abs", x, out),
  saves: ["x"],
  vjp: { x: (dy, { x }) => dy.mul(x.sign()) }, // ∂ℓ/∂x = ∂ℓ/∂y · sign x; 0 at the kink, as PyTorch has it
  samples: (s) => reals(0.2, 2)(s).flatMap(({ x }) => [{ x }, { x: s.real(x.shape, -2, -0.2) }]),
  edges: [
    [0, 0, 0],
    [-3, 3, -1],
    [3, 3, 1],
  ],
});

/** Functions that are constant between jumps. Whole numbers stay as they are. */
const steps = (
  name: Unary,
  formula: string,
  low: number,
  high: number,
  edges: readonly number[][],
): Op<{ x: Tensor }> =>
  defineOp<{ x: Tensor }>({
    name,
    formula,
    inputs: ["x"],
    derivative: { x: "0" },
    result: name === "sign" ? like : likeNumber,
    lower: ({ x }, out) => interpreter.unary(name, x, out),
    vjp: { x: flat }, // ∂ℓ/∂x = 0
    samples: reals(low, high),
    edges,
  });

export const sign = steps("sign", "y = 1, 0 or −1 as x is positive, zero or negative", 0.2, 2, [
  [-2, -1, 0],
  [0, 0, 0],
  [3, 1, 0],
]);
export const floor = steps("floor", "y = the largest whole number ≤ x", 0.1, 0.9, [
  [-0.5, -1, 0],
  [2, 2, 0],
]);
export const ceil = steps("ceil", "y = the smallest whole number ≥ x", 0.1, 0.9, [
  [-1.5, -1, 0],
  [2, 2, 0],
]);
export const trunc = steps("trunc", "y = x without its fraction", 0.1, 0.9, [
  [-1.5, -1, 0],
  [1.5, 1, 0],
]);
export const round = steps("round", "y = the nearest whole number, halves to the even one", 0.6, 1.4, [
  [0.5, 0, 0],
  [1.5, 2, 0],
  [-2.5, -2, 0],
]);

type Pair = { x: Operand; other: Operand };

/** Pairs whose quotient lies between 2 and 3. */
const betweenSteps = (s: Samples): { x: Tensor; other: Operand }[] => [
  ...broadcastPairs.map(([a, b]) => ({ x: s.real(a, 2.1, 2.9), other: s.real(b, 1, 1.04) })),
  { x: s.real([3], -2.9, -2.1), other: 1 },
];

/** Rule: broadcast shape, promoted dtype; bools have no quotient that is a bool. */
function promotedNumber(args: Pair): Spec {
  const out = promoted(args);
  if (out.dtype === "bool") {
    throw new ChainruleError(
      "dtype",
      "Bool tensors have no rounded quotient.",
      'Convert one by to("int32").',
    );
  }
  return out;
}

export const floorDivide = defineOp<Pair>({
  name: "floorDivide",
  formula: "y = ⌊x / other⌋",
  inputs: ["x", "other"],
  derivative: { x: "0", other: "0" },
  result: promotedNumber,
  // (x − x mod other) / other is whole where ⌊x / other⌋ may already have been rounded up: 1 / 0.1 gives 9
  lower({ x, other }, out) {
    const y = interpreter.binary("remainder", x, other, out);
    interpreter.binary("sub", x, y, out, y);
    interpreter.binary("div", y, other, out, y);
    if (!isFloating(out.dtype)) return y;
    interpreter.unary("round", y, out, y);
    // Divisors that are zero or infinite leave no remainder to subtract.
    const plain = interpreter.binary("div", x, other, out);
    interpreter.unary("floor", plain, out, plain);
    const usable = interpreter.unary("isfinite", y, { shape: out.shape, dtype: "bool" });
    return interpreter.where(usable, y, plain, out, y);
  },
  vjp: { x: flat, other: flat }, // ∂ℓ/∂x = ∂ℓ/∂other = 0
  samples: betweenSteps,
  edges: [
    [5.5, -2, -3, 0, 0],
    [1, 0.1, 9, 0, 0],
    [-1, 0, Number.NEGATIVE_INFINITY, 0, 0],
  ],
});

export const truncDivide = defineOp<Pair>({
  name: "truncDivide",
  formula: "y = x / other without its fraction",
  inputs: ["x", "other"],
  derivative: { x: "0", other: "0" },
  result: promotedNumber,
  lower({ x, other }, out) {
    const y = interpreter.binary("div", x, other, out);
    return isFloating(out.dtype) ? interpreter.unary("trunc", y, out, y) : y;
  },
  vjp: { x: flat, other: flat }, // ∂ℓ/∂x = ∂ℓ/∂other = 0
  samples: betweenSteps,
  edges: [[5.5, -2, -2, 0, 0]],
});

export const remainder = defineOp<Pair>({
  name: "remainder",
  formula: "y = x − ⌊x / other⌋ · other",
  inputs: ["x", "other"],
  derivative: { x: "1", other: "−⌊x / other⌋" },
  result: promotedNumber,
  lower: ({ x, other }, out) => interpreter.binary("remainder", x, other, out),
  saves: { other: ["x", "other"] },
  vjp: {
    x: (dy) => dy, // ∂ℓ/∂x = ∂ℓ/∂y
    other: (dy, { x, other }) => dy.neg().mul(quotient(x, other)), // ∂ℓ/∂other = −∂ℓ/∂y · ⌊x / other⌋
  },
  samples: betweenSteps,
  edges: [
    [5.5, 2, 1.5, 1, -2],
    [-5.5, 2, 0.5, 1, 3],
    [5.5, -2, -0.5, 1, 3],
  ],
});

const quotient = (x: Operand, other: Operand): Tensor => apply(floorDivide, { x, other });

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * Absolute value, as `torch.abs`. The dtype stays; the slope at 0 is 0.
     *
     * @throws ChainruleError `dtype` for bool
     *
     * @example
     * tensor([-2, 0, 3]).abs(); // → tensor([2., 0., 3.])
     */
    abs(): Tensor;
    /**
     * −1, 0 or 1; 0 for NaN, as in PyTorch. The dtype stays, and the gradient is 0. As `torch.sign`.
     *
     * @example
     * tensor([-2, 0, 3, NaN]).sign(); // → tensor([-1., 0., 1., 0.])
     */
    sign(): Tensor;
    /**
     * The largest whole number that is not larger, as `torch.floor`. The dtype stays, and the gradient is 0.
     *
     * @throws ChainruleError `dtype` for bool
     *
     * @example
     * tensor([-1.5, 1.5]).floor(); // → tensor([-2., 1.])
     */
    floor(): Tensor;
    /**
     * The smallest whole number that is not smaller, as `torch.ceil`. The dtype stays, and the gradient is 0.
     *
     * @throws ChainruleError `dtype` for bool
     *
     * @example
     * tensor([-1.5, 1.5]).ceil(); // → tensor([-1., 2.])
     */
    ceil(): Tensor;
    /**
     * Without the fraction: rounded towards 0, as `torch.trunc`. The dtype stays, and the gradient is 0.
     *
     * @throws ChainruleError `dtype` for bool
     *
     * @example
     * tensor([-1.5, 1.5]).trunc(); // → tensor([-1., 1.])
     */
    trunc(): Tensor;
    /**
     * The nearest whole number, halves to the even one, as `torch.round` and IEEE 754. The dtype stays, and the gradient is 0.
     *
     * @throws ChainruleError `dtype` for bool
     *
     * @example
     * tensor([0.5, 1.5, 2.5, 2.6]).round(); // → tensor([0., 2., 2., 3.])
     */
    round(): Tensor;
    /**
     * The fraction, `this − trunc(this)`, with the sign of `this`, as `torch.frac`.
     *
     * @throws ChainruleError `dtype` for bool
     *
     * @example
     * tensor([-1.25, 2.5]).frac(); // → tensor([-0.2500, 0.5000])
     */
    frac(): Tensor;
    /**
     * ⌊this / other⌋, as `torch.floor_divide`; whole numbers stay whole, and must not be divided by zero. The shapes
     * broadcast. The gradient is 0. The quotient is not rounded before: 1 by 0.1 gives 9, since the nearest number to 0.1 is a
     * little larger.
     *
     * @throws ChainruleError `argument` for a whole number by 0, `dtype` for bools, `shape` when the shapes do not broadcast
     *
     * @example
     * tensor([-7, 7]).floorDivide(2); // → tensor([-4., 3.])
     * tensor([1]).floorDivide(0.1); // → tensor([9.])
     * tensor([1], { dtype: "int32" }).floorDivide(0); // throws argument: … divided by zero
     */
    floorDivide(other: Operand): Tensor;
    /**
     * What {@link Tensor.floorDivide} leaves, this − ⌊this / other⌋ · other; it has the sign of `other`, as in Python and
     * `torch.remainder`. JavaScript's % has that of the dividend. The shapes broadcast.
     *
     * @throws ChainruleError `argument` for a whole number by 0, `dtype` for bools, `shape` when the shapes do not broadcast
     *
     * @example
     * tensor([-7, 7]).remainder(3); // → tensor([2., 1.])
     * tensor([-7, 7]).remainder(-3); // → tensor([-1., -2.])
     */
    remainder(other: Operand): Tensor;
  }
}

defineMethods({
  abs() {
    return apply(abs, { x: this });
  },
  sign() {
    return apply(sign, { x: this });
  },
  floor() {
    return apply(floor, { x: this });
  },
  ceil() {
    return apply(ceil, { x: this });
  },
  trunc() {
    return apply(trunc, { x: this });
  },
  round() {
    return apply(round, { x: this });
  },
  frac() {
    return inMethod("frac", () => this.sub(this.trunc()));
  },
  floorDivide(other) {
    return apply(floorDivide, { x: this, other });
  },
  remainder(other) {
    return apply(remainder, { x: this, other });
  },
});
