/** Activations without kinks. Each remembers its input alone. */
import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp } from "../core/op.ts";
import { onlyFloating } from "../core/rules.ts";
import { reals } from "../core/samples.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";

export const softplus = defineOp<{ x: Tensor; beta: number; threshold: number }>({
  name: "softplus",
  formula: "y = x where beta · x > threshold, else log(1 + e^(beta · x)) / beta",
  inputs: ["x"],
  derivative: { x: "1 where beta · x > threshold, else σ(beta · x)" },
  result: onlyFloating,
  lower({ x, beta, threshold }, out) {
    const z = beta === 1 ? x : interpreter.binary("mul", x, beta, out);
    const y = interpreter.unary("softplus", z, out);
    if (beta !== 1) interpreter.binary("div", y, beta, out, y);
    if (threshold === Number.POSITIVE_INFINITY) return y;
    const linear = interpreter.binary("gt", z, threshold, { shape: out.shape, dtype: "bool" });
    return interpreter.where(linear, x, y, out, y);
  },
  saves: ["x"],
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y · σ(βx), and ∂ℓ/∂y where βx > threshold
    x(dy, { x, beta, threshold }) {
      const z = x.mul(beta);
      return dy.where(z.gt(threshold), dy.mul(z.sigmoid()));
    },
  },
  samples: (s) => [
    ...reals(-3, 3)(s).map(({ x }) => ({ x, beta: 1, threshold: 20 })),
    { x: s.real([2, 3], -2, 2), beta: 0.5, threshold: 20 },
    { x: s.real([3], 1.1, 2), beta: 2, threshold: 2 },
  ],
  edges: [
    {
      inputs: { x: [100, 0, -100, 20.5] },
      attributes: { beta: 1, threshold: 20 },
      y: [100, Math.LN2, Math.exp(-100), 20.5],
      grads: { x: [1, 0.5, Math.exp(-100), 1] },
    },
  ],
});

export const logSigmoid = defineOp<{ x: Tensor }>({
  name: "logSigmoid",
  formula: "y = −log(1 + e⁻ˣ)",
  inputs: ["x"],
  derivative: { x: "σ(−x)" },
  result: onlyFloating,
  lower({ x }, out) {
    const y = interpreter.unary("neg", x, out);
    interpreter.unary("softplus", y, out, y);
    return interpreter.unary("neg", y, out, y);
  },
  saves: ["x"],
  vjp: { x: (dy, { x }) => dy.mul(x.neg().sigmoid()) }, // ∂ℓ/∂x = ∂ℓ/∂y · σ(−x)
  samples: reals(-3, 3),
  edges: [
    [0, -Math.LN2, 0.5],
    [-1000, -1000, 1],
    [1000, 0, 0],
  ],
});

export const silu = defineOp<{ x: Tensor }>({
  name: "silu",
  formula: "y = x σ(x)",
  inputs: ["x"],
  derivative: { x: "σ(x) (1 + x (1 − σ(x)))" },
  result: onlyFloating,
  lower({ x }, out) {
    const s = interpreter.unary("sigmoid", x, out);
    return interpreter.binary("mul", x, s, out, s);
  },
  saves: ["x"],
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y · σ (1 + x (1 − σ)), σ = σ(x)
    x(dy, { x }) {
      const s = x.sigmoid();
      return dy.mul(s.mul(x.mul(s.neg().add(1)).add(1)));
    },
  },
  samples: reals(-3, 3),
  edges: [
    [0, 0, 0.5],
    [100, 100, 1],
    [-1000, 0, 0],
  ],
});

export const mish = defineOp<{ x: Tensor }>({
  name: "mish",
  formula: "y = x tanh(log(1 + eˣ))",
  inputs: ["x"],
  derivative: { x: "tanh(log(1 + eˣ)) + x (1 − tanh(log(1 + eˣ))²) σ(x)" },
  result: onlyFloating,
  lower({ x }, out) {
    const t = interpreter.unary("softplus", x, out);
    interpreter.unary("tanh", t, out, t);
    return interpreter.binary("mul", x, t, out, t);
  },
  saves: ["x"],
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y · (t + x (1 − t²) σ(x)), t = tanh(log(1 + eˣ))
    x(dy, { x }) {
      const t = x.softplus({ threshold: Number.POSITIVE_INFINITY }).tanh();
      return dy.mul(x.mul(t.square().neg().add(1)).mul(x.sigmoid()).add(t));
    },
  },
  samples: reals(-3, 3),
  edges: [
    [0, 0, 0.6],
    [100, 100, 1],
    [-1000, 0, 0],
  ],
});

export const gelu = defineOp<{ x: Tensor }>({
  name: "gelu",
  formula: "y = x Φ(x), Φ the normal distribution function",
  inputs: ["x"],
  derivative: { x: "Φ(x) + x φ(x)" },
  result: onlyFloating,
  lower({ x }, out) {
    const y = interpreter.binary("mul", x, Math.SQRT1_2, out);
    interpreter.unary("erf", y, out, y);
    interpreter.binary("add", y, 1, out, y);
    interpreter.binary("mul", y, 0.5, out, y);
    return interpreter.binary("mul", x, y, out, y);
  },
  saves: ["x"],
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y · (Φ(x) + x φ(x)), Φ(x) = ½ (1 + erf(x/√2)), φ(x) = e^(−x²/2) / √(2π)
    x(dy, { x }) {
      const below = x.mul(Math.SQRT1_2).erf().add(1).mul(0.5);
      const density = x
        .square()
        .mul(-0.5)
        .exp()
        .mul(1 / Math.sqrt(2 * Math.PI));
      return dy.mul(x.mul(density).add(below));
    },
  },
  samples: reals(-3, 3),
  edges: [
    [0, 0, 0.5],
    [100, 100, 1],
    [-100, 0, 0],
  ],
});

const rate = Math.sqrt(2 / Math.PI);
const cubic = 0.044715;

/** √(2/π) (x + 0.044715 x³), the argument of tanh in gelu's approximation. */
const inner = (x: Tensor): Tensor => x.square().mul(cubic).add(1).mul(x).mul(rate);

export const geluTanh = defineOp<{ x: Tensor }>({
  name: "geluTanh",
  formula: "y = ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))",
  inputs: ["x"],
  derivative: {
    x: "½ (1 + tanh(√(2/π) (x + 0.044715 x³))) + ½ x (1 − tanh(√(2/π) (x + 0.044715 x³))²) √(2/π) (1 + 0.134145 x²)",
  },
  result: onlyFloating,
  lower: ({ x }, out) => interpreter.binary("mul", x, inner(x).tanh().add(1).mul(0.5), out),
  saves: ["x"],
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y · ½ (1 + t + x (1 − t²) √(2/π) (1 + 3 · 0.044715 x²)), t = tanh of the argument
    x(dy, { x }) {
      const t = inner(x).tanh();
      const slope = x
        .square()
        .mul(3 * cubic)
        .add(1)
        .mul(rate);
      return dy.mul(x.mul(t.square().neg().add(1)).mul(slope).add(t).add(1).mul(0.5));
    },
  },
  samples: reals(-3, 3),
  edges: [
    [0, 0, 0.5],
    [100, 100, 1],
    [-100, 0, 0],
  ],
});

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * log(1 + e^(βx)) / β, a smooth relu; x itself where βx > threshold. As `torch.nn.functional.softplus`.
     *
     * @param options beta 1, threshold 20 when left out
     * @throws ChainruleError `dtype` unless it is float32 or float64
     *
     * @example
     * tensor([-5, 0, 30]).softplus(); // → tensor([6.7153e-03, 6.9315e-01, 3.0000e+01])
     * tensor([-5, 0, 30]).softplus({ beta: 2 }); // → tensor([2.2699e-05, 3.4657e-01, 3.0000e+01])
     */
    softplus(options?: { beta?: number; threshold?: number }): Tensor;
    /**
     * log σ(x) = −log(1 + e⁻ˣ), without overflow on either side, as `torch.nn.functional.logsigmoid`.
     *
     * @throws ChainruleError `dtype` unless it is float32 or float64
     *
     * @example
     * const x = tensor([-1000, 0]);
     * x.logSigmoid(); // → tensor([-1.0000e+03, -6.9315e-01])
     * x.sigmoid().log(); // → tensor([-inf, -0.6931])
     */
    logSigmoid(): Tensor;
    /**
     * x σ(x), also called swish, as `torch.nn.functional.silu`. Elfwing et al., 2017, arXiv 1702.03118.
     *
     * @throws ChainruleError `dtype` unless it is float32 or float64
     *
     * @example
     * tensor([-5, -1, 2]).silu(); // → tensor([-0.0335, -0.2689, 1.7616])
     */
    silu(): Tensor;
    /**
     * x tanh(softplus x), as `torch.nn.functional.mish`. Misra, BMVC 2020.
     *
     * @throws ChainruleError `dtype` unless it is float32 or float64
     *
     * @example
     * tensor([-5, -1, 2]).mish(); // → tensor([-0.0336, -0.3034, 1.9440])
     */
    mish(): Tensor;
    /**
     * x Φ(x), where Φ is the standard normal distribution function; with `approximate: "tanh"` (default "none"), ½ x (1 +
     * tanh(√(2/π) (x + 0.044715 x³))). As `torch.nn.functional.gelu`. Hendrycks and Gimpel, 2016, arXiv 1606.08415.
     *
     * @throws ChainruleError `argument` for another approximation, `dtype` unless it is float32 or float64
     *
     * @example
     * tensor([-2, 0, 2]).gelu(); // → tensor([-0.0455, 0.0000, 1.9545])
     * tensor([-2, 0, 2]).gelu({ approximate: "tanh" }); // → tensor([-0.0454, 0.0000, 1.9546])
     */
    gelu(options?: { approximate?: "none" | "tanh" }): Tensor;
    /**
     * x / (1 + |x|), as `torch.nn.functional.softsign`; int32 becomes float32.
     *
     * @throws ChainruleError `dtype` for bool
     *
     * @example
     * tensor([-3, 0, 1, 99]).softsign(); // → tensor([-0.7500, 0.0000, 0.5000, 0.9900])
     */
    softsign(): Tensor;
    /**
     * x − tanh x, as `torch.nn.functional.tanhshrink`; int32 becomes float32.
     *
     * @throws ChainruleError `dtype` for bool
     *
     * @example
     * tensor([-2, 0.1, 2]).tanhshrink(); // → tensor([-1.0360e+00, 3.3201e-04, 1.0360e+00])
     */
    tanhshrink(): Tensor;
  }
}

const softplusNames = { beta: 0, threshold: 0 };
const geluNames = { approximate: 0 };

defineMethods({
  softplus(options) {
    checkOptions("softplus", options, softplusNames);
    const { beta = 1, threshold = 20 } = options ?? {};
    return apply(softplus, { x: this, beta, threshold });
  },
  logSigmoid() {
    return apply(logSigmoid, { x: this });
  },
  silu() {
    return apply(silu, { x: this });
  },
  mish() {
    return apply(mish, { x: this });
  },
  gelu(options) {
    checkOptions("gelu", options, geluNames);
    const approximate = options?.approximate ?? "none";
    if (approximate === "tanh") return apply(geluTanh, { x: this });
    if (approximate === "none") return apply(gelu, { x: this });
    throw new ChainruleError(
      "argument",
      `gelu has no approximation named "${String(approximate)}".`,
      'Use "none" or "tanh".',
    );
  },
  softsign() {
    return this.div(this.abs().add(1));
  },
  tanhshrink() {
    return this.sub(this.tanh());
  },
});
