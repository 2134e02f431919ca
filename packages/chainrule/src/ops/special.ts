import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp, type Op, type Operand } from "../core/op.ts";
import { floatLike, promotedFloat } from "../core/rules.ts";
import { broadcastPairs, reals } from "../core/samples.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";

export const erf = defineOp<{ x: Tensor }>({
  name: "erf",
  formula: "y = 2/√π ∫₀ˣ e^(−t²) dt",
  inputs: ["x"],
  derivative: { x: "2 / √π · e^(−x²)" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("erf", x, out),
  saves: ["x"],
  // ∂ℓ/∂x = ∂ℓ/∂y · 2/√π e^(−x²)
  vjp: {
    x: (dy, { x }) =>
      dy.mul(
        x
          .square()
          .neg()
          .exp()
          .mul(2 / Math.sqrt(Math.PI)),
      ),
  },
  samples: reals(-2, 2),
  edges: [
    [0, 0, 2 / Math.sqrt(Math.PI)],
    [30, 1, 0],
    [-30, -1, 0],
  ],
});

export const erfinv = defineOp<{ x: Tensor }>({
  name: "erfinv",
  formula: "y with erf y = x",
  inputs: ["x"],
  derivative: { x: "√π / 2 · e^(y²)" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("erfinv", x, out),
  saves: ["y"],
  // ∂ℓ/∂x = ∂ℓ/∂y · √π/2 e^(y²)
  vjp: {
    x: (dy, { y }) =>
      dy.mul(
        y
          .square()
          .exp()
          .mul(Math.sqrt(Math.PI) / 2),
      ),
  },
  samples: reals(-0.8, 0.8),
  edges: [
    [0, 0, Math.sqrt(Math.PI) / 2],
    [1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [-1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  ],
});

export const lgamma = defineOp<{ x: Tensor }>({
  name: "lgamma",
  formula: "y = log |Γ(x)|",
  inputs: ["x"],
  derivative: { x: "ψ(x)" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("lgamma", x, out),
  saves: ["x"],
  vjp: { x: (dy, { x }) => dy.mul(x.digamma()) }, // ∂ℓ/∂x = ∂ℓ/∂y · ψ(x)
  samples: (s) => [...reals(0.3, 4)(s), { x: s.real([3], -1.8, -1.2) }],
  edges: [
    [1, 0, -0.5772156649015329],
    [2, 0, 1 - 0.5772156649015329],
  ],
});

export const digamma = defineOp<{ x: Tensor }>({
  name: "digamma",
  formula: "y = ψ(x) = Γ′(x) / Γ(x)",
  inputs: ["x"],
  derivative: { x: "ψ′(x)" },
  result: floatLike,
  lower: ({ x }, out) => interpreter.unary("digamma", x, out),
  saves: ["x"],
  vjp: { x: (dy, { x }) => dy.mul(trigamma(x)) }, // ∂ℓ/∂x = ∂ℓ/∂y · ψ′(x)
  samples: (s) => [...reals(0.3, 4)(s), { x: s.real([3], -1.8, -1.2) }],
  edges: [[1, -0.5772156649015329, Math.PI ** 2 / 6]],
});

/** Bernoulli numbers B₂, B₄, … of the series below. */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6];

/**
 * ψ′(x), by operations that can be differentiated on: ψ′(z) = Σ_{k<n} 1/(z + k)² + ψ′(z + n), where for z + n > 10
 * ψ′(z) ≈ 1/z + 1/(2z²) + Σ B₂ⱼ / z^(2j+1) (NIST Handbook of Mathematical Functions, 5.15.5 and 5.15.8); and, below ½, the
 * reflection ψ′(x) = (π / sin πx)² − ψ′(1 − x) (5.15.6).
 */
function trigamma(x: Tensor): Tensor {
  const low = x.lt(0.5);
  let z = x.neg().add(1).where(low, x);
  let sum = z.square().reciprocal();
  for (let k = 1; k < 10; k++) sum = sum.add(z.add(k).square().reciprocal());
  z = z.add(10).reciprocal();
  const step = z.square();
  let power = z.mul(step);
  sum = sum.add(z).add(step.mul(0.5));
  for (const b of bernoulli) {
    sum = sum.add(power.mul(b));
    power = power.mul(step);
  }
  const reflected = x.where(low, 0.5).mul(Math.PI).sin().reciprocal().mul(Math.PI).square().sub(sum);
  return reflected.where(low, sum);
}

type Logarithmic = { x: Operand; other: Operand };

export const xlogy: Op<Logarithmic> = defineOp<Logarithmic>({
  name: "xlogy",
  formula: "y = 0 where x = 0, else x log other",
  inputs: ["x", "other"],
  derivative: { x: "log other", other: "x / other" },
  result: promotedFloat,
  lower({ x, other }, out) {
    const y = interpreter.unary("log", interpreter.copy(other, out), out);
    interpreter.binary("mul", x, y, out, y);
    const bool = { shape: out.shape, dtype: "bool" } as const;
    const zero = interpreter.binary("eq", x, 0, bool);
    const known = interpreter.binary("eq", other, other, bool);
    return interpreter.where(interpreter.binary("and", zero, known, bool, zero), 0, y, out, y);
  },
  saves: { x: ["x", "other"], other: ["x", "other"] },
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y · log other where x ≠ 0
    x: (dy, { x, other }) => dy.mul(apply(xlogy, { x: (x as Tensor).ne(0), other })),
    // ∂ℓ/∂other = ∂ℓ/∂y · x / other
    other: (dy, { x, other }) => dy.mul(x).div(other),
  },
  samples: (s) => broadcastPairs.map(([a, b]) => ({ x: s.real(a, 0.2, 2), other: s.real(b, 0.3, 2) })),
  edges: [
    [0, 0, 0, 0, Number.NaN],
    [0, 2, 0, 0, 0],
    [2, 1, 0, 0, 2],
  ],
});

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * The error function, 2/√π ∫₀ˣ e^(−t²) dt, as `torch.erf`; int32 and bool become float32.
     *
     * @example
     * tensor([-1, 0, 1, 5]).erf(); // → tensor([-0.8427, 0.0000, 0.8427, 1.0000])
     */
    erf(): Tensor;
    /**
     * The inverse of erf, on [−1, 1]: ±∞ at its ends, NaN outside. √2 erfinv(2p − 1) is the quantile of the standard normal
     * distribution at p. As `torch.erfinv`; int32 and bool become float32.
     *
     * @example
     * tensor([-1, 0, 0.5, 2]).erfinv(); // → tensor([-inf, 0.0000, 0.4769, nan])
     * const p = tensor([0.975]);
     * p.mul(2).sub(1).erfinv().mul(Math.SQRT2); // → tensor([1.9600])
     */
    erfinv(): Tensor;
    /**
     * log |Γ(x)|, as `torch.lgamma`: log (n − 1)! for whole n > 0, ∞ at 0, −1, −2, …; int32 and bool become float32.
     *
     * @example
     * tensor([0, 1, 5, 100]).lgamma(); // → tensor([inf, 0.0000, 3.1781, 359.1342])
     */
    lgamma(): Tensor;
    /**
     * The derivative of log Γ, ψ(x) = Γ′(x) / Γ(x), as `torch.digamma`: −∞ at 0, NaN at −1, −2, …; int32 and bool become
     * float32.
     *
     * @example
     * tensor([-1, 0, 1, 2]).digamma(); // → tensor([nan, -inf, -0.5772, 0.4228])
     */
    digamma(): Tensor;
    /**
     * `this · log other`, and 0 where `this` is 0, unless `other` is NaN. As `torch.xlogy`; whole numbers become float32. The
     * shapes broadcast.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast
     *
     * @example
     * const p = tensor([0, 0.5, 0.5]);
     * p.xlogy(p).sum().neg(); // → tensor(0.6931)
     * p.mul(p.log()).sum().neg(); // → tensor(nan)
     */
    xlogy(other: Operand): Tensor;
  }
}

defineMethods({
  erf() {
    return apply(erf, { x: this });
  },
  erfinv() {
    return apply(erfinv, { x: this });
  },
  lgamma() {
    return apply(lgamma, { x: this });
  },
  digamma() {
    return apply(digamma, { x: this });
  },
  xlogy(other) {
    return apply(xlogy, { x: this, other });
  },
});
