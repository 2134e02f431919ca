import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp, type Operand } from "../core/op.ts";
import { floatLike, promotedFloat } from "../core/rules.ts";
import { realPairs, reals } from "../core/samples.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";

export const sin = defineOp<{ x: Tensor }>({
  name: "sin",
  formula: "y = sin x",
  inputs: ["x"],
  derivative: { x: "cos x" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("sin", x, out),
  saves: ["x"],
  vjp: { x: (dy, { x }) => dy.mul(x.cos()) }, // ∂ℓ/∂x = ∂ℓ/∂y · cos x
  samples: reals(-4, 4),
  edges: [[0, 0, 1]],
});

export const cos = defineOp<{ x: Tensor }>({
  name: "cos",
  formula: "y = cos x",
  inputs: ["x"],
  derivative: { x: "−sin x" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("cos", x, out),
  saves: ["x"],
  vjp: { x: (dy, { x }) => dy.neg().mul(x.sin()) }, // ∂ℓ/∂x = −∂ℓ/∂y · sin x
  samples: reals(-4, 4),
  edges: [[0, 1, 0]],
});

export const tan = defineOp<{ x: Tensor }>({
  name: "tan",
  formula: "y = tan x",
  inputs: ["x"],
  derivative: { x: "1 + y²" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("tan", x, out),
  saves: ["y"],
  vjp: { x: (dy, { y }) => dy.mul(y.square().add(1)) }, // ∂ℓ/∂x = ∂ℓ/∂y · (1 + y²)
  samples: reals(-1.2, 1.2),
  edges: [[0, 0, 1]],
});

export const asin = defineOp<{ x: Tensor }>({
  name: "asin",
  formula: "y = arcsin x",
  inputs: ["x"],
  derivative: { x: "1 / √(1 − x²)" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("asin", x, out),
  saves: ["x"],
  vjp: { x: (dy, { x }) => dy.mul(x.square().neg().add(1).rsqrt()) }, // ∂ℓ/∂x = ∂ℓ/∂y / √(1 − x²)
  samples: reals(-0.8, 0.8),
  edges: [
    [0, 0, 1],
    [1, Math.PI / 2, Number.POSITIVE_INFINITY],
    [-1, -Math.PI / 2, Number.POSITIVE_INFINITY],
  ],
});

export const acos = defineOp<{ x: Tensor }>({
  name: "acos",
  formula: "y = arccos x",
  inputs: ["x"],
  derivative: { x: "−1 / √(1 − x²)" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("acos", x, out),
  saves: ["x"],
  vjp: { x: (dy, { x }) => dy.neg().mul(x.square().neg().add(1).rsqrt()) }, // ∂ℓ/∂x = −∂ℓ/∂y / √(1 − x²)
  samples: reals(-0.8, 0.8),
  edges: [
    [0, Math.PI / 2, -1],
    [1, 0, Number.NEGATIVE_INFINITY],
  ],
});

export const atan = defineOp<{ x: Tensor }>({
  name: "atan",
  formula: "y = arctan x",
  inputs: ["x"],
  derivative: { x: "1 / (1 + x²)" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("atan", x, out),
  saves: ["x"],
  vjp: { x: (dy, { x }) => dy.div(x.square().add(1)) }, // ∂ℓ/∂x = ∂ℓ/∂y / (1 + x²)
  samples: reals(-3, 3),
  edges: [
    [0, 0, 1],
    [1e20, Math.PI / 2, 0],
  ],
});

const squared = (x: Operand): Operand => (typeof x === "number" ? x * x : x.square());

export const atan2 = defineOp<{ x: Tensor; other: Operand }>({
  name: "atan2",
  formula: "y = angle of the point (other, x)",
  inputs: ["x", "other"],
  derivative: { x: "other / (x² + other²)", other: "−x / (x² + other²)" },
  result: promotedFloat,
  lower: ({ x, other }, out) => interpreter.binary("atan2", x, other, out),
  saves: ["x", "other"],
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y · other / (x² + other²)
    x: (dy, { x, other }) => dy.mul(other).div(x.square().add(squared(other))),
    // ∂ℓ/∂other = −∂ℓ/∂y · x / (x² + other²)
    other: (dy, { x, other }) =>
      dy
        .neg()
        .mul(x)
        .div(x.square().add(squared(other))),
  },
  samples: realPairs(0.3, 2, -2, -0.3),
  edges: [
    [0, 1, 0, 1, 0],
    [1, 0, Math.PI / 2, 0, -1],
    [0, -1, Math.PI, -1, 0],
  ],
});

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * Sine of an angle in radians, as `torch.sin`; int32 and bool become float32.
     *
     * @example
     * tensor([0, Math.PI / 6, Math.PI / 2]).sin(); // → tensor([0.0000, 0.5000, 1.0000])
     */
    sin(): Tensor;
    /**
     * Cosine of an angle in radians, as `torch.cos`; int32 and bool become float32.
     *
     * @example
     * tensor([0, Math.PI / 3, Math.PI]).cos(); // → tensor([1.0000, 0.5000, -1.0000])
     */
    cos(): Tensor;
    /**
     * Tangent of an angle in radians, as `torch.tan`; int32 and bool become float32.
     *
     * @example
     * tensor([0, Math.PI / 4, 3]).tan(); // → tensor([0.0000, 1.0000, -0.1425])
     */
    tan(): Tensor;
    /**
     * Inverse sine, in [−π/2, π/2]; NaN outside [−1, 1]. As `torch.asin`; int32 and bool become float32.
     *
     * @example
     * tensor([-1, 0, 0.5, 2]).asin(); // → tensor([-1.5708, 0.0000, 0.5236, nan])
     */
    asin(): Tensor;
    /**
     * Inverse cosine, in [0, π]; NaN outside [−1, 1]. As `torch.acos`; int32 and bool become float32.
     *
     * @example
     * tensor([-1, 0, 1, 2]).acos(); // → tensor([3.1416, 1.5708, 0.0000, nan])
     */
    acos(): Tensor;
    /**
     * Inverse tangent, in [−π/2, π/2]. As `torch.atan`; int32 and bool become float32.
     *
     * @example
     * tensor([-Infinity, 0, 1]).atan(); // → tensor([-1.5708, 0.0000, 0.7854])
     */
    atan(): Tensor;
    /**
     * The angle in [−π, π] of the point whose second coordinate is `this` and whose first is `other`, as `torch.atan2`; whole
     * numbers become float32. The shapes broadcast.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast
     *
     * @example
     * const [x, y] = [tensor([1, -1, -1]), tensor([1, 1, -1])];
     * y.atan2(x); // → tensor([0.7854, 2.3562, -2.3562])
     */
    atan2(other: Operand): Tensor;
  }
}

defineMethods({
  sin() {
    return apply(sin, { x: this });
  },
  cos() {
    return apply(cos, { x: this });
  },
  tan() {
    return apply(tan, { x: this });
  },
  asin() {
    return apply(asin, { x: this });
  },
  acos() {
    return apply(acos, { x: this });
  },
  atan() {
    return apply(atan, { x: this });
  },
  atan2(other) {
    return apply(atan2, { x: this, other });
  },
});
