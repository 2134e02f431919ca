import { apply, defineOp } from "../core/op.ts";
import { promotedFloat, requireFloating } from "../core/rules.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";

/** Logarithms are not taken below this, so that a probability of exactly 0 or 1 gives a finite loss. */
const LOWEST = -100;
/** p (1 − p) is not taken below this in the derivative: 1e-12 in float32, as PyTorch has it for both dtypes. */
const SMALLEST = Math.fround(1e-12);

export const binaryCrossEntropy = defineOp<{ x: Tensor; target: Tensor }>({
  name: "binaryCrossEntropy",
  formula: "y = −(target log x + (1 − target) log(1 − x))",
  inputs: ["x", "target"],
  derivative: { x: "(x − target) / (x (1 − x))", target: "log(1 − x) − log x" },
  result({ x, target }) {
    requireFloating(x);
    return promotedFloat({ x, other: target });
  },
  lower({ x, target }) {
    const yes = x.log().clamp(LOWEST, null);
    const no = x.neg().log1p().clamp(LOWEST, null);
    return target.sub(1).mul(no).sub(target.mul(yes));
  },
  saves: ["x", "target"],
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y · (x − t) / (x (1 − x))
    x: (dy, { x, target }) => dy.mul(x.sub(target)).div(x.neg().add(1).mul(x).clamp(SMALLEST, null)),
    // ∂ℓ/∂t = ∂ℓ/∂y · (log(1 − x) − log x)
    target: (dy, { x }) => dy.mul(x.neg().log1p().clamp(LOWEST, null).sub(x.log().clamp(LOWEST, null))),
  },
  samples: (s) => [
    { x: s.real([2, 3], 0.1, 0.9), target: s.real([2, 3], 0, 1) },
    { x: s.real([], 0.1, 0.9), target: s.real([], 0, 1) },
    { x: s.real([0], 0.1, 0.9), target: s.real([0], 0, 1) },
  ],
  edges: [
    [0.5, 1, Math.LN2, -2, 0],
    [0, 0, 0, 0, 100],
    [0, 1, 100, -1 / SMALLEST, 100],
  ],
});

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * −(t log x + (1 − t) log(1 − x)) for each probability x and target t, unreduced, as
     * `torch.nn.functional.binary_cross_entropy` with `reduction="none"`. Logarithms are not taken below −100, so that a wrong
     * certainty costs 100 and not ∞. That all x lie in [0, 1] is not checked, other than in
     * `nn.functional.binaryCrossEntropy`.
     *
     * @param target probabilities, in a shape that broadcasts
     * @throws ChainruleError `dtype` unless it is float32 or float64, `shape` when the shapes do not broadcast
     *
     * @example
     * tensor([0.9, 0.5, 0]).binaryCrossEntropy(tensor([1, 1, 1])); // → tensor([0.1054, 0.6931, 100.0000])
     */
    binaryCrossEntropy(target: Tensor): Tensor;
  }
}

defineMethods({
  binaryCrossEntropy(target) {
    return apply(binaryCrossEntropy, { x: this, target });
  },
});
