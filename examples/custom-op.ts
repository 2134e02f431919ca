/**
 * Operations with derivatives of their own. What one learns: `customFunction` replaces the derivative of a piece of code, here to
 * let gradients through a rounding; `gradcheck` holds a derivative to differences in float64; `defineOp` makes an op like those of the
 * library, written as one record. Run it with `npx node examples/custom-op.ts`.
 */
import { apply, customFunction, defineOp, gradcheck, randn, type Tensor, tensor } from "chainrule";

/** Rounds, and passes the gradient through as if it did not (the straight-through estimator; Bengio et al., 2013). */
const roundThrough = customFunction({
  name: "roundThrough",
  formula: "y = round x",
  forward: (x: Tensor) => x.round(),
  backward: (dy) => dy, // ∂ℓ/∂x := ∂ℓ/∂y
});
const x = tensor([0.2, 1.7, -0.6], { requiresGrad: true });
const y = roundThrough(x);
y.square().sum().backward();
console.log(y.toArray(), x.grad?.toArray()); // [0, 2, −1], and 2 y where plain rounding gives zeros

/** y = x / √(1 + x²) by a formula for its derivative that needs only y: (1 − y²)^1.5. */
const squash = defineOp<{ x: Tensor }>({
  name: "squash",
  formula: "y = x / √(1 + x²)",
  inputs: ["x"],
  derivative: { x: "(1 − y²)^1.5" }, // what traces show
  result: ({ x }) => ({ shape: x.shape, dtype: x.dtype }),
  lower: ({ x }) => x.mul(x.square().add(1).rsqrt()),
  saves: ["y"],
  vjp: { x: (dy, { y }) => dy.mul(y.square().neg().add(1).pow(1.5)) }, // ∂ℓ/∂x = ∂ℓ/∂y · (1 − y²)^1.5
  samples: (s) => [{ x: s.real([2, 3], -3, 3) }],
});
const squashed = (x: Tensor): Tensor => apply(squash, { x });

const points = randn([5], { dtype: "float64", requiresGrad: true });
const report = gradcheck(squashed, [points]);
console.log("the derivative of squash agrees with differences:", report);
