/** Activations that are put together from pieces; those of straight lines at fixed limits stand in clamp.ts. */
import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp } from "../core/op.ts";
import { onlyFloating } from "../core/rules.ts";
import type { Samples } from "../core/samples.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import { showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { withArticle } from "../util/wording.ts";
import { dimOf } from "./places.ts";
import { where } from "./select.ts";

/** Inputs on both sides of 0. */
const sides = (s: Samples): Tensor[] => [
  s.real([2, 3], 0.2, 2),
  s.real([2, 3], -2, -0.2),
  s.real([], -2, -0.2),
  s.real([0, 3]),
];

const positive = (x: Tensor): Tensor => interpreter.binary("gt", x, 0, { shape: x.shape, dtype: "bool" });

export const leakyRelu = defineOp<{ x: Tensor; negativeSlope: number }>({
  name: "leakyRelu",
  formula: "y = x where x > 0, else negativeSlope · x",
  inputs: ["x"],
  derivative: { x: "1 where x > 0, else negativeSlope" },
  result: onlyFloating,
  lower({ x, negativeSlope }, out) {
    const y = interpreter.binary("mul", x, negativeSlope, out);
    return interpreter.where(positive(x), x, y, out, y);
  },
  saves: ["x"],
  // ∂ℓ/∂x = ∂ℓ/∂y where x > 0, else negativeSlope · ∂ℓ/∂y
  vjp: { x: (dy, { x, negativeSlope }) => dy.where(x.gt(0), dy.mul(negativeSlope)) },
  samples: (s) => sides(s).map((x) => ({ x, negativeSlope: 0.1 })),
  edges: [
    {
      inputs: { x: [-2, 0, 2] },
      attributes: { negativeSlope: 0.1 },
      y: [-0.2, 0, 2],
      grads: { x: [0.1, 0.1, 1] },
    },
  ],
});

export const elu = defineOp<{ x: Tensor; alpha: number; scale: number; inputScale: number }>({
  name: "elu",
  formula: "y = scale · x where x > 0, else scale · alpha · (e^(inputScale · x) − 1)",
  inputs: ["x"],
  derivative: { x: "scale where x > 0, else scale · alpha · inputScale · e^(inputScale · x)" },
  result: onlyFloating,
  lower({ x, alpha, scale, inputScale }, out) {
    const y = interpreter.binary("mul", x, inputScale, out);
    interpreter.unary("expm1", y, out, y);
    interpreter.binary("mul", y, alpha * scale, out, y);
    return interpreter.where(
      positive(x),
      scale === 1 ? x : interpreter.binary("mul", x, scale, out),
      y,
      out,
      y,
    );
  },
  saves: ["x"],
  vjp: {
    // ∂ℓ/∂x = scale · ∂ℓ/∂y where x > 0, else scale · alpha · inputScale · e^(inputScale · x) · ∂ℓ/∂y
    x(dy, { x, alpha, scale, inputScale }) {
      // The exponential of large x is not wanted, and its infinity would spoil the second derivative.
      const slope = x
        .clampMax(0)
        .mul(inputScale)
        .exp()
        .mul(scale * alpha * inputScale);
      return dy.mul(where(x.le(0), slope, scale));
    },
  },
  samples: (s) => [
    ...sides(s).map((x) => ({ x, alpha: 1, scale: 1, inputScale: 1 })),
    { x: s.real([3], -2, -0.2), alpha: 1.5, scale: 1.2, inputScale: 0.7 },
  ],
  edges: [
    {
      inputs: { x: [-1000, 0, 1000] },
      attributes: { alpha: 1.5, scale: 2, inputScale: 1 },
      y: [-3, 0, 2000],
      grads: { x: [0, 3, 2] },
    },
  ],
});

export const prelu = defineOp<{ x: Tensor; weight: Tensor }>({
  name: "prelu",
  formula: "y = x where x > 0, else weight · x",
  inputs: ["x", "weight"],
  derivative: { x: "1 where x > 0, else weight", weight: "0 where x > 0, else x" },
  result: onlyFloating,
  lower({ x, weight }, out) {
    const y = interpreter.binary("mul", x, weight, out);
    return interpreter.where(positive(x), x, y, out, y);
  },
  saves: { x: ["x", "weight"], weight: ["x"] },
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y where x > 0, else weight · ∂ℓ/∂y
    x: (dy, { x, weight }) => dy.where(x.gt(0), dy.mul(weight)),
    // ∂ℓ/∂weight = Σ x · ∂ℓ/∂y where x ≤ 0
    weight: (dy, { x }) => where(x.gt(0), 0, dy.mul(x)),
  },
  samples: (s) => sides(s).map((x) => ({ x, weight: s.real(x.shape.slice(-1), 0.1, 0.5) })),
  edges: [
    { inputs: { x: [-2, 0, 2], weight: [0.5] }, y: [-1, 0, 2], grads: { x: [0.5, 0.5, 1], weight: [-2] } },
  ],
});

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * x where x > 0, else negativeSlope · x (0.01 when left out), as `torch.nn.functional.leaky_relu`. Maas et al., ICML 2013.
     *
     * @throws ChainruleError `dtype` unless it is float32 or float64
     *
     * @example
     * tensor([-2, 0, 3]).leakyRelu(); // → tensor([-0.0200, 0.0000, 3.0000])
     * tensor([-2, 0, 3]).leakyRelu(0.5); // → tensor([-1., 0., 3.])
     */
    leakyRelu(negativeSlope?: number): Tensor;
    /**
     * x where x > 0, else α (eˣ − 1) (α is 1 when left out), as `torch.nn.functional.elu`: −α far below 0. Clevert et al.,
     * ICLR 2016.
     *
     * @throws ChainruleError `dtype` unless it is float32 or float64
     *
     * @example
     * tensor([-100, -1, 2]).elu(); // → tensor([-1.0000, -0.6321, 2.0000])
     */
    elu(alpha?: number): Tensor;
    /**
     * Scaled elu that keeps mean 0 and variance 1 from layer to layer: λ x where x > 0, else λ α (eˣ − 1), with λ ≈ 1.0507 and
     * α ≈ 1.6733, as `torch.nn.functional.selu`. Klambauer et al., NIPS 2017.
     *
     * @throws ChainruleError `dtype` unless it is float32 or float64
     *
     * @example
     * tensor([-100, -1, 1]).selu(); // → tensor([-1.7581, -1.1113, 1.0507])
     */
    selu(): Tensor;
    /**
     * x where x > 0, else α (e^(x/α) − 1) (α is 1 when left out), as `torch.nn.functional.celu`: its slope at 0 is 1 for every
     * α. Barron, 2017, arXiv 1704.07483.
     *
     * @throws ChainruleError `argument` when α is 0, `dtype` unless it is float32 or float64
     *
     * @example
     * tensor([-100, -1, 2]).celu(0.5); // → tensor([-0.5000, -0.4323, 2.0000])
     */
    celu(alpha?: number): Tensor;
    /**
     * x where x > 0, else weight · x, as `torch.nn.functional.prelu`. The weight has one element, or one for each place of
     * dimension 1 (the channels). He et al., ICCV 2015.
     *
     * @throws ChainruleError `shape` when the weight has another number of elements, `dtype` when the dtypes differ or are not
     * floating
     *
     * @example
     * const x = tensor([[-1, -1], [2, 2]]); // two channels
     * x.prelu(tensor([0.5, 0.25])); // → tensor([[-0.5000, -0.2500], [2.0000, 2.0000]])
     */
    prelu(weight: Tensor): Tensor;
    /**
     * x where |x| > λ, else 0 (λ is 0.5 when left out), as `torch.nn.functional.hardshrink`.
     *
     * @throws ChainruleError `dtype` for bool
     *
     * @example
     * tensor([-2, -0.5, 0.3, 0.6]).hardshrink(); // → tensor([-2.0000, 0.0000, 0.0000, 0.6000])
     */
    hardshrink(lambd?: number): Tensor;
    /**
     * x moved by λ towards 0, where it stops (λ is 0.5 when left out), as `torch.nn.functional.softshrink`.
     *
     * @throws ChainruleError `argument` unless λ ≥ 0, `dtype` for bool
     *
     * @example
     * tensor([-2, 0.3, 0.6]).softshrink(); // → tensor([-1.5000, 0.0000, 0.1000])
     */
    softshrink(lambd?: number): Tensor;
    /**
     * x where x > threshold, else value, as `torch.nn.functional.threshold`.
     *
     * @example
     * tensor([0, 1, 2]).threshold(1, -5); // → tensor([-5., -5., 2.])
     */
    threshold(threshold: number, value: number): Tensor;
    /**
     * a σ(b), where a and b are the two halves of dimension `dim` (the last one when left out), as `torch.nn.functional.glu`.
     * Dauphin et al., 2016, arXiv 1612.08083.
     *
     * @throws ChainruleError `shape` when the size of the dimension is odd, `index` when there is no such dimension
     *
     * @example
     * tensor([1, 2, 0, -1]).glu(); // → tensor([0.5000, 0.5379])
     * tensor([1, 2, 3]).glu(); // throws shape: … its size 3 is odd
     */
    glu(dim?: number): Tensor;
  }
}

defineMethods({
  leakyRelu(negativeSlope = 0.01) {
    return apply(leakyRelu, { x: this, negativeSlope });
  },
  elu(alpha = 1) {
    return apply(elu, { x: this, alpha, scale: 1, inputScale: 1 });
  },
  selu() {
    // Klambauer et al., Self-Normalizing Neural Networks, NeurIPS 2017
    return apply(elu, { x: this, alpha: 1.6732632423543772, scale: 1.0507009873554805, inputScale: 1 });
  },
  celu(alpha = 1) {
    if (alpha === 0) {
      throw new ChainruleError(
        "argument",
        "celu divides by alpha, and it is 0.",
        "Use relu() for that limit.",
      );
    }
    return apply(elu, { x: this, alpha, scale: 1, inputScale: 1 / alpha });
  },
  prelu(weight) {
    const channels = this.ndim > 1 ? this.shape[1] : 1;
    if (weight.ndim > 1 || (weight.numel !== 1 && weight.numel !== channels)) {
      throw new ChainruleError(
        "shape",
        `A prelu weight of shape ${showShape(weight.shape)} does not fit an input of shape ${showShape(this.shape)}.`,
        `Give one number${channels === 1 ? "" : `, or ${channels}: one for each channel`}.`,
      );
    }
    if (weight.dtype !== this.dtype) {
      throw new ChainruleError(
        "dtype",
        `${withArticle(weight.dtype, "A")} weight does not fit ${withArticle(this.dtype)} input.`,
        "Convert one of them by to().",
      );
    }
    const spread = weight.numel === 1 ? [] : this.shape.slice(1).map((size, d) => (d === 0 ? size : 1));
    return apply(prelu, { x: this, weight: weight.reshape(spread) });
  },
  hardshrink(lambd = 0.5) {
    return where(this.abs().le(lambd), 0, this);
  },
  softshrink(lambd = 0.5) {
    if (!(lambd >= 0)) {
      throw new ChainruleError("argument", `softshrink cannot move by ${lambd}.`, "Give lambd ≥ 0.");
    }
    return this.sub(this.clamp(-lambd, lambd));
  },
  threshold(threshold, value) {
    return where(this.le(threshold), value, this);
  },
  glu(dim = -1) {
    const at = dimOf("glu", dim, this.ndim);
    const size = this.shape[at] ?? 1;
    if (size % 2 !== 0) {
      throw new ChainruleError(
        "shape",
        `glu() halves dimension ${dim}, and in the shape ${showShape(this.shape)} its size ${size} is odd.`,
        "Give it an even size.",
      );
    }
    return this.narrow(at, 0, size / 2).mul(this.narrow(at, size / 2, size / 2).sigmoid());
  },
});
