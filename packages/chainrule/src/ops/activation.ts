import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp } from "../core/op.ts";
import { floatLike, like } from "../core/rules.ts";
import { reals } from "../core/samples.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";

export const relu = defineOp<{ x: Tensor }>({
  name: "relu",
  formula: "y = max(x, 0)",
  inputs: ["x"],
  derivative: { x: "1 where x > 0, else 0" },
  result: like,
  lower: ({ x }, out) => interpreter.unary("relu", x, out),
  saves: ["y"],
  // ∂ℓ/∂x = ∂ℓ/∂y · [x > 0]; 0 at the kink, as PyTorch has it. y ≠ 0 also lets the gradient pass where x is NaN, as there.
  // Chosen, not multiplied: an infinite ∂ℓ/∂y, as √relu(x) has it, gives 0 and not ∞ · 0 = NaN.
  vjp: { x: (dy, { y }) => dy.where(y.ne(0), 0) },
  samples: (s) => reals(0.2, 2)(s).flatMap(({ x }) => [{ x }, { x: s.real(x.shape, -2, -0.2) }]),
  edges: [
    [0, 0, 0],
    [-3, 0, 0],
    [3, 3, 1],
  ],
});

export const sigmoid = defineOp<{ x: Tensor }>({
  name: "sigmoid",
  formula: "y = 1 / (1 + e⁻ˣ)",
  inputs: ["x"],
  derivative: { x: "y (1 − y)" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("sigmoid", x, out),
  saves: ["y"],
  vjp: { x: (dy, { y }) => dy.mul(y.neg().add(1)).mul(y) }, // ∂ℓ/∂x = ∂ℓ/∂y · y (1 − y)
  samples: reals(-3, 3),
  edges: [
    [0, 0.5, 0.25],
    [800, 1, 0],
    [-800, 0, 0],
  ],
});

export const tanh = defineOp<{ x: Tensor }>({
  name: "tanh",
  formula: "y = tanh x",
  inputs: ["x"],
  derivative: { x: "1 − y²" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("tanh", x, out),
  saves: ["y"],
  vjp: { x: (dy, { y }) => dy.mul(y.square().neg().add(1)) }, // ∂ℓ/∂x = ∂ℓ/∂y · (1 − y²)
  samples: reals(-3, 3),
  edges: [
    [0, 0, 1],
    [40, 1, 0],
  ],
});

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * max(x, 0), in the dtype that it has, as `torch.relu`. NaN stays; the derivative at 0 is 0.
     *
     * @example
     * const x = tensor([-1, 0, 2], { requiresGrad: true });
     * x.relu(); // → tensor([0., 0., 2.], gradFn=<relu>)
     * x.relu().sum().backward();
     * x.grad; // → tensor([0., 0., 1.])
     */
    relu(): Tensor;
    /**
     * σ(x) = 1 / (1 + e⁻ˣ), as `torch.sigmoid`; int32 and bool become float32.
     *
     * @example
     * tensor([-1000, 0, 2]).sigmoid(); // → tensor([0.0000, 0.5000, 0.8808])
     */
    sigmoid(): Tensor;
    /**
     * Hyperbolic tangent (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ), as `torch.tanh`; int32 and bool become float32.
     *
     * @example
     * tensor([-1, 0, 100]).tanh(); // → tensor([-0.7616, 0.0000, 1.0000])
     */
    tanh(): Tensor;
  }
}

defineMethods({
  relu() {
    return apply(relu, { x: this });
  },
  sigmoid() {
    return apply(sigmoid, { x: this });
  },
  tanh() {
    return apply(tanh, { x: this });
  },
});
