import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp } from "../core/op.ts";
import { floatLike } from "../core/rules.ts";
import { reals } from "../core/samples.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import { isFloating } from "../shape/dtype.ts";

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
    /**
     * Hyperbolic sine ½ (eˣ − e⁻ˣ), as `torch.sinh`; int32 and bool become float32.
     *
     * @example
     * tensor([-1, 0, 1, 100]).sinh(); // → tensor([-1.1752, 0.0000, 1.1752, inf])
     */
    sinh(): Tensor;
    /**
     * Hyperbolic cosine ½ (eˣ + e⁻ˣ), as `torch.cosh`; int32 and bool become float32.
     *
     * @example
     * tensor([-1, 0, 1]).cosh(); // → tensor([1.5431, 1.0000, 1.5431])
     */
    cosh(): Tensor;
    /**
     * Inverse hyperbolic sine log(x + √(x² + 1)), as `torch.asinh`; int32 and bool become float32.
     *
     * @example
     * tensor([-1, 0, 1e30]).asinh(); // → tensor([-0.8814, 0.0000, 69.7707])
     */
    asinh(): Tensor;
    /**
     * Inverse hyperbolic cosine log(x + √(x² − 1)); NaN below 1. As `torch.acosh`; int32 and bool become float32.
     *
     * @example
     * tensor([0.5, 1, 2]).acosh(); // → tensor([nan, 0.0000, 1.3170])
     */
    acosh(): Tensor;
    /**
     * Inverse hyperbolic tangent, ½ log((1 + x) / (1 − x)); NaN outside [−1, 1]. As `torch.atanh`; int32 becomes float32.
     *
     * @throws ChainruleError `dtype` for bool
     *
     * @example
     * tensor([-1, 0, 0.5, 2]).atanh(); // → tensor([-inf, 0.0000, 0.5493, nan])
     */
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
    const x = isFloating(this.dtype) ? this : this.to("float32");
    return x.log1p().sub(x.neg().log1p()).mul(0.5);
  },
});
