import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp } from "../core/op.ts";
import { floatLike } from "../core/rules.ts";
import { reals } from "../core/samples.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";

export const exp = defineOp<{ x: Tensor }>({
  name: "exp",
  formula: "y = eˣ",
  inputs: ["x"],
  derivative: { x: "y" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("exp", x, out),
  saves: ["y"],
  vjp: { x: (dy, { y }) => dy.mul(y) }, // ∂ℓ/∂x = ∂ℓ/∂y · y
  samples: reals(-2, 2),
  edges: [
    [0, 1, 1],
    [-1000, 0, 0],
    [1000, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ],
});

export const expm1 = defineOp<{ x: Tensor }>({
  name: "expm1",
  formula: "y = eˣ − 1",
  inputs: ["x"],
  derivative: { x: "y + 1" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("expm1", x, out),
  saves: ["y"],
  vjp: { x: (dy, { y }) => dy.mul(y.add(1)) }, // ∂ℓ/∂x = ∂ℓ/∂y · (y + 1)
  samples: reals(-2, 2),
  edges: [
    [0, 0, 1],
    [1e-20, 1e-20, 1],
    [-100, -1, 0],
  ],
});

export const log = defineOp<{ x: Tensor }>({
  name: "log",
  formula: "y = log x",
  inputs: ["x"],
  derivative: { x: "1 / x" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("log", x, out),
  saves: ["x"],
  vjp: { x: (dy, { x }) => dy.div(x) }, // ∂ℓ/∂x = ∂ℓ/∂y / x
  samples: reals(0.2, 3),
  edges: [
    [1, 0, 1],
    [0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  ],
});

export const log1p = defineOp<{ x: Tensor }>({
  name: "log1p",
  formula: "y = log(1 + x)",
  inputs: ["x"],
  derivative: { x: "1 / (1 + x)" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("log1p", x, out),
  saves: ["x"],
  vjp: { x: (dy, { x }) => dy.div(x.add(1)) }, // ∂ℓ/∂x = ∂ℓ/∂y / (1 + x)
  samples: reals(-0.7, 2),
  edges: [
    [0, 0, 1],
    [1e-20, 1e-20, 1],
    [-1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  ],
});

export const log2 = defineOp<{ x: Tensor }>({
  name: "log2",
  formula: "y = log₂ x",
  inputs: ["x"],
  derivative: { x: "1 / (x log 2)" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("log2", x, out),
  saves: ["x"],
  vjp: { x: (dy, { x }) => dy.div(x.mul(Math.LN2)) }, // ∂ℓ/∂x = ∂ℓ/∂y / (x log 2)
  samples: reals(0.2, 3),
  edges: [
    [8, 3, 1 / (8 * Math.LN2)],
    [0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  ],
});

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * eˣ, as `torch.exp`; int32 and bool become float32. In float32 it is ∞ above 88.72.
     *
     * @example
     * tensor([-1000, 0, 1, 89]).exp(); // → tensor([0.0000, 1.0000, 2.7183, inf])
     */
    exp(): Tensor;
    /**
     * eˣ − 1, exact near 0, as `torch.expm1`; int32 and bool become float32.
     *
     * @example
     * const x = tensor([1e-10]);
     * x.expm1(); // → tensor([1.0000e-10])
     * x.exp().sub(1); // → tensor([0.])
     */
    expm1(): Tensor;
    /**
     * Natural logarithm: −∞ at 0, NaN below, as `torch.log`; int32 and bool become float32.
     *
     * @example
     * tensor([-1, 0, 1, Math.E]).log(); // → tensor([nan, -inf, 0.0000, 1.0000])
     */
    log(): Tensor;
    /**
     * log(1 + x), exact near 0, as `torch.log1p`; int32 and bool become float32.
     *
     * @example
     * const x = tensor([1e-10]);
     * x.log1p(); // → tensor([1.0000e-10])
     * x.add(1).log(); // → tensor([0.])
     */
    log1p(): Tensor;
    /**
     * Logarithm to base 2, as `torch.log2`; int32 and bool become float32.
     *
     * @example
     * tensor([0.5, 1, 1024]).log2(); // → tensor([-1., 0., 10.])
     */
    log2(): Tensor;
    /**
     * Logarithm to base 10, as log x / log 10: to rounding, so that log₁₀ 1000 may miss 3 by an ulp. As `torch.log10`; int32
     * and bool become float32.
     *
     * @example
     * tensor([0.1, 1, 1000]).log10(); // → tensor([-1., 0., 3.])
     */
    log10(): Tensor;
  }
}

defineMethods({
  exp() {
    return apply(exp, { x: this });
  },
  expm1() {
    return apply(expm1, { x: this });
  },
  log() {
    return apply(log, { x: this });
  },
  log1p() {
    return apply(log1p, { x: this });
  },
  log2() {
    return apply(log2, { x: this });
  },
  log10() {
    return apply(log, { x: this }).div(Math.LN10);
  },
});
