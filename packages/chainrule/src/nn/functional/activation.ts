/** Activations as functions of a tensor. Each is also a method of tensors and a layer. */
import type { Tensor } from "../../tensor/index.ts";

/** max(x, 0). */
export const relu = (x: Tensor): Tensor => x.relu();

/** min(max(x, 0), 6). */
export const relu6 = (x: Tensor): Tensor => x.relu6();

/** x where x > 0, else negativeSlope · x. */
export const leakyRelu = (x: Tensor, negativeSlope = 0.01): Tensor => x.leakyRelu(negativeSlope);

/** x where x > 0, else weight · x, with one weight, or one for each feature (dimension 1). */
export const prelu = (x: Tensor, weight: Tensor): Tensor => x.prelu(weight);

/** x where x > 0, else alpha (eˣ − 1). */
export const elu = (x: Tensor, alpha = 1): Tensor => x.elu(alpha);

/** λ x where x > 0, else λ α (eˣ − 1), with the constants of self-normalizing networks (Klambauer et al., NIPS 2017). */
export const selu = (x: Tensor): Tensor => x.selu();

/** max(x, 0) + min(alpha (e^(x/alpha) − 1), 0). */
export const celu = (x: Tensor, alpha = 1): Tensor => x.celu(alpha);

/** x Φ(x); with `approximate: "tanh"` by ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))). */
export const gelu = (x: Tensor, options?: { approximate?: "none" | "tanh" }): Tensor => x.gelu(options);

/** x σ(x). */
export const silu = (x: Tensor): Tensor => x.silu();

/** x tanh(softplus(x)). */
export const mish = (x: Tensor): Tensor => x.mish();

/** 1 / (1 + e⁻ˣ). */
export const sigmoid = (x: Tensor): Tensor => x.sigmoid();

/** log(1 / (1 + e⁻ˣ)). */
export const logSigmoid = (x: Tensor): Tensor => x.logSigmoid();

/** 0 below −3, 1 above 3, x/6 + ½ between. */
export const hardsigmoid = (x: Tensor): Tensor => x.hardsigmoid();

/** Hyperbolic tangent. */
export const tanh = (x: Tensor): Tensor => x.tanh();

/** x, cut to [minVal, maxVal]. */
export const hardtanh = (x: Tensor, minVal = -1, maxVal = 1): Tensor => x.hardtanh(minVal, maxVal);

/** x · hardsigmoid(x). */
export const hardswish = (x: Tensor): Tensor => x.hardswish();

/** log(1 + e^(beta x)) / beta, and x itself where beta x > threshold. */
export const softplus = (x: Tensor, options?: { beta?: number; threshold?: number }): Tensor =>
  x.softplus(options);

/** x / (1 + |x|). */
export const softsign = (x: Tensor): Tensor => x.softsign();

/** e^x_i / Σ_j e^x_j along `dim`. */
export const softmax = (x: Tensor, dim: number): Tensor => x.softmax(dim);

/** Softmax of −x along `dim`. */
export const softmin = (x: Tensor, dim: number): Tensor => x.softmin(dim);

/** The logarithm of softmax along `dim`, without its rounding errors. */
export const logSoftmax = (x: Tensor, dim: number): Tensor => x.logSoftmax(dim);

/** x where x > threshold, else value. */
export const threshold = (x: Tensor, limit: number, value: number): Tensor => x.threshold(limit, value);

/** x where |x| > lambd, else 0. */
export const hardshrink = (x: Tensor, lambd = 0.5): Tensor => x.hardshrink(lambd);

/** x moved towards 0 by lambd; 0 where |x| ≤ lambd. */
export const softshrink = (x: Tensor, lambd = 0.5): Tensor => x.softshrink(lambd);

/** x − tanh x. */
export const tanhshrink = (x: Tensor): Tensor => x.tanhshrink();

/** a σ(b), where a and b are the two halves of x along `dim`. */
export const glu = (x: Tensor, dim = -1): Tensor => x.glu(dim);
