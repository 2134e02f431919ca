import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp, type Operand } from "../core/op.ts";
import { floatLike, promoted } from "../core/rules.ts";
import { broadcastPairs, reals } from "../core/samples.ts";
import { defineMethods, Tensor } from "../core/tensor.ts";
import { isFloating } from "../shape/dtype.ts";
import { log } from "../util/deterministic.ts";
import { ChainruleError } from "../util/errors.ts";
import { repeated } from "./constant.ts";
import { flat } from "./gradients.ts";

export const sqrt = defineOp<{ x: Tensor }>({
  name: "sqrt",
  formula: "y = √x",
  inputs: ["x"],
  derivative: { x: "1 / (2 y)" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("sqrt", x, out),
  saves: ["y"],
  vjp: { x: (dy, { y }) => dy.div(y.mul(2)) }, // ∂ℓ/∂x = ∂ℓ/∂y / (2y)
  samples: reals(0.2, 3),
  edges: [
    [4, 2, 0.25],
    [0, 0, Number.POSITIVE_INFINITY],
  ],
});

export const rsqrt = defineOp<{ x: Tensor }>({
  name: "rsqrt",
  formula: "y = 1 / √x",
  inputs: ["x"],
  derivative: { x: "−½ y³" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("rsqrt", x, out),
  saves: ["y"],
  vjp: { x: (dy, { y }) => dy.mul(-0.5).mul(y.pow(3)) }, // ∂ℓ/∂x = −½ ∂ℓ/∂y · y³
  samples: reals(0.3, 3),
  edges: [
    [4, 0.5, -0.0625],
    [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ],
});

export const reciprocal = defineOp<{ x: Tensor }>({
  name: "reciprocal",
  formula: "y = 1 / x",
  inputs: ["x"],
  derivative: { x: "−y²" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("reciprocal", x, out),
  saves: ["y"],
  vjp: { x: (dy, { y }) => dy.neg().mul(y.square()) }, // ∂ℓ/∂x = −∂ℓ/∂y · y²
  samples: reals(0.4, 2),
  edges: [
    [-2, -0.5, -0.25],
    [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ],
});

type Power = { x: Operand; other: Operand };

export const power = defineOp<Power>({
  name: "pow",
  formula: "y = x^other",
  inputs: ["x", "other"],
  derivative: { x: "other · x^(other − 1)", other: "y log x" },
  result(args) {
    const out = promoted(args);
    if (out.dtype === "bool") {
      throw new ChainruleError("dtype", "Bool tensors have no powers.", 'Convert the base by to("int32").');
    }
    if (out.dtype === "int32" && typeof args.other === "number" && args.other < 0) {
      throw new ChainruleError(
        "argument",
        `A whole number to the power ${args.other} is not whole.`,
        'Convert the base by to("float32").',
      );
    }
    return out;
  },
  lower({ x, other }, out) {
    // The functions that these powers are, exact and quick, as in PyTorch
    if (x instanceof Tensor && isFloating(out.dtype)) {
      if (other === 2) return interpreter.unary("square", x, out);
      if (other === 0.5) return interpreter.unary("sqrt", x, out);
      if (other === -0.5) return interpreter.unary("rsqrt", x, out);
      if (other === -1) return interpreter.unary("reciprocal", x, out);
    }
    return interpreter.binary("pow", x, other, out);
  },
  saves: { x: ["x", "other"], other: ["x", "y"] },
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y · other · x^(other − 1), and 0 where other = 0, whatever x is
    x(dy, { x, other }) {
      const base = x as Tensor;
      if (other === 0) return flat(dy);
      if (typeof other === "number")
        return dy.mul(other === 2 ? base.mul(2) : base.pow(other - 1).mul(other));
      const usable = other.ne(0).logicalOr(base.reciprocal().isfinite());
      return dy.mul(base.where(usable, 1).pow(other.sub(1)).mul(other));
    },
    // ∂ℓ/∂other = ∂ℓ/∂y · y · log x, and 0 where x = 0 but x^other is finite
    other(dy, { x, y }) {
      if (typeof x === "number" && x !== 0) return dy.mul(y.mul(log(x)));
      const base = typeof x === "number" ? repeated(x, y) : x;
      const usable = base.ne(0).logicalOr(y.isfinite().logicalNot());
      return dy.mul(y.mul(base.where(usable, 1).log()));
    },
  },
  samples: (s) => [
    ...broadcastPairs.map(([a, b]) => ({ x: s.real(a, 0.4, 2), other: s.real(b, -2, 2) })),
    { x: s.real([2, 3]), other: 2 },
    { x: s.real([3]), other: 3 },
    { x: s.real([3], 0.4, 2), other: -0.5 },
    { x: s.real([3]), other: 0 },
    { x: 1.7, other: s.real([3]) },
  ],
  edges: [
    [0, 2, 0, 0, 0],
    [0, 1, 0, 1, 0],
    [0, 0, 1, 0, 0],
    [-2, 3, -8, 12, Number.NaN],
    [2, 0, 1, 0, Math.LN2],
  ],
});

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * Square root: NaN below 0, and a slope of ∞ at 0. As `torch.sqrt`; int32 and bool become float32.
     *
     * @example
     * const x = tensor([-1, 0, 4], { requiresGrad: true });
     * x.sqrt(); // → tensor([nan, 0., 2.], gradFn=<sqrt>)
     * x.sqrt().sum().backward();
     * x.grad; // → tensor([nan, inf, 0.2500])
     */
    sqrt(): Tensor;
    /**
     * 1 / √this: ∞ at 0, NaN below. As `torch.rsqrt`; int32 and bool become float32.
     *
     * @example
     * tensor([-1, 0, 4]).rsqrt(); // → tensor([nan, inf, 0.5000])
     */
    rsqrt(): Tensor;
    /**
     * 1 / this: ∞ at 0. As `torch.reciprocal`; int32 and bool become float32.
     *
     * @example
     * tensor([0, 2, -4]).reciprocal(); // → tensor([inf, 0.5000, -0.2500])
     */
    reciprocal(): Tensor;
    /**
     * `this` to the power `exponent`, as `torch.pow`; NaN where `this` is below 0 and the exponent has a fraction. Whole
     * numbers stay whole: places below 0 in an int32 exponent give 0, unless the base is 1 or −1. The shapes broadcast.
     *
     * @throws ChainruleError `argument` for an int32 tensor to a negative number, `dtype` for bools, `shape` when the shapes
     * do not broadcast
     *
     * @example
     * tensor([-8, 8]).pow(1 / 3); // → tensor([nan, 2.])
     * tensor([1, 2, 3], { dtype: "int32" }).pow(2); // → tensor([1, 4, 9], dtype=int32)
     * tensor([2, 3]).pow(tensor([3, -1])); // → tensor([8.0000, 0.3333])
     */
    pow(exponent: Operand): Tensor;
    /**
     * 2 to the power `this`, as `torch.exp2`; int32 and bool become float32.
     *
     * @example
     * tensor([-1, 0, 0.5, 3]).exp2(); // → tensor([0.5000, 1.0000, 1.4142, 8.0000])
     */
    exp2(): Tensor;
  }
}

defineMethods({
  sqrt() {
    return apply(sqrt, { x: this });
  },
  rsqrt() {
    return apply(rsqrt, { x: this });
  },
  reciprocal() {
    return apply(reciprocal, { x: this });
  },
  pow(exponent) {
    return apply(power, { x: this, other: exponent });
  },
  exp2() {
    return apply(power, { x: 2, other: isFloating(this.dtype) ? this : this.to("float32") });
  },
});

/**
 * `base` to the power `exponent`, either of which may be a number, as `torch.pow`. See {@link Tensor.pow}.
 *
 * @throws ChainruleError `argument` for an int32 base to a negative number, `dtype` for bools, `shape` when the shapes do not
 * broadcast
 *
 * @example
 * pow(10, tensor([-1, 0, 2])); // → tensor([0.1000, 1.0000, 100.0000])
 * pow(10, tensor([0, 1, 2], { dtype: "int32" })); // → tensor([1, 10, 100], dtype=int32)
 */
export const pow = (base: Operand, exponent: Operand): Tensor => apply(power, { x: base, other: exponent });
