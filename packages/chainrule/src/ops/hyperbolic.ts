import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp } from "../core/op.ts";
import { floatLike } from "../core/rules.ts";
import { reals } from "../core/samples.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";

export const sinh = defineOp<{ x: Tensor }>({
  name: "sinh",
  formula: "y = sinh x",
  inputs: ["x"],
  derivative: { x: "cosh x" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("sinh", x, out),
  saves: ["x"],
  vjp: { x: (dy, { x }) => dy.mul(x.cosh()) }, // ∂ℓ/∂x = ∂ℓ/∂y · cosh x
  samples: reals(-2, 2),
  edges: [[0, 0, 1]],
});

export const cosh = defineOp<{ x: Tensor }>({
  name: "cosh",
  formula: "y = cosh x",
  inputs: ["x"],
  derivative: { x: "sinh x" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("cosh", x, out),
  saves: ["x"],
  vjp: { x: (dy, { x }) => dy.mul(x.sinh()) }, // ∂ℓ/∂x = ∂ℓ/∂y · sinh x
  samples: reals(-2, 2),
  edges: [[0, 1, 0]],
});

export const asinh = defineOp<{ x: Tensor }>({
  name: "asinh",
  formula: "y = arsinh x",
  inputs: ["x"],
  derivative: { x: "1 / √(x² + 1)" },
  result: floatLike,
  // sign x · log1p(|x| + x² / (1 + √(x² + 1))), the fraction divided by x² once more so that nothing overflows
  lower({ x }, out) {
    const a = x.to(out.dtype).abs();
    const inverse = a.reciprocal();
    const rest = a.div(inverse.square().add(1).sqrt().add(inverse));
    return rest.add(a).log1p().mul(x.sign());
  },
  saves: ["x"],
  vjp: { x: (dy, { x }) => dy.mul(x.square().add(1).rsqrt()) }, // ∂ℓ/∂x = ∂ℓ/∂y / √(x² + 1)
  samples: reals(-2, 2),
  edges: [
    [0, 0, 1],
    [1, Math.asinh(1), Math.SQRT1_2],
    [-1e300, Math.asinh(-1e300), 0],
  ],
});

export const acosh = defineOp<{ x: Tensor }>({
  name: "acosh",
  formula: "y = arcosh x",
  inputs: ["x"],
  derivative: { x: "1 / √(x² − 1)" },
  result: floatLike,
  // log1p(t + √(t (t + 2))) with t = x − 1, as two roots so that nothing overflows
  lower({ x }, out) {
    const t = x.to(out.dtype).sub(1);
    return t.sqrt().mul(t.add(2).sqrt()).add(t).log1p();
  },
  saves: ["x"],
  vjp: { x: (dy, { x }) => dy.mul(x.square().sub(1).rsqrt()) }, // ∂ℓ/∂x = ∂ℓ/∂y / √(x² − 1)
  samples: reals(1.3, 3),
  edges: [
    [1, 0, Number.POSITIVE_INFINITY],
    [1e300, Math.acosh(1e300), 0],
  ],
});

declare module "../core/tensor.ts" {
  interface Tensor {
    /** Hyperbolic sine. */
    sinh(): Tensor;
    /** Hyperbolic cosine. */
    cosh(): Tensor;
    /** Inverse hyperbolic sine. */
    asinh(): Tensor;
    /** Inverse hyperbolic cosine; NaN below 1. */
    acosh(): Tensor;
    /** Inverse hyperbolic tangent, ½ log((1 + x) / (1 − x)); NaN outside [−1, 1]. */
    atanh(): Tensor;
  }
}

defineMethods({
  sinh() {
    return apply(sinh, { x: this });
  },
  cosh() {
    return apply(cosh, { x: this });
  },
  asinh() {
    return apply(asinh, { x: this });
  },
  acosh() {
    return apply(acosh, { x: this });
  },
  atanh() {
    return this.log1p().sub(this.neg().log1p()).mul(0.5);
  },
});
