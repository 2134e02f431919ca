/** Activations as functions of a tensor. Each is also a method of tensors and a layer. */
import type { Tensor } from "../../tensor/index.ts";

/**
 * max(x, 0), as `torch.nn.functional.relu`. Its derivative at 0 is 0.
 *
 * @param x any shape; whole numbers stay whole
 *
 * @example
 * nn.functional.relu(tensor([-1, 0, 2])); // → tensor([0., 0., 2.])
 */
export const relu = (x: Tensor): Tensor => x.relu();

/**
 * min(max(x, 0), 6), as `torch.nn.functional.relu6`.
 *
 * @param x any shape, float32 or float64
 *
 * @example
 * nn.functional.relu6(tensor([-1, 3, 8])); // → tensor([0., 3., 6.])
 */
export const relu6 = (x: Tensor): Tensor => x.relu6();

/**
 * x where x > 0, else negativeSlope · x, as `torch.nn.functional.leaky_relu`. Maas et al., ICML 2013.
 *
 * @param x any shape, float32 or float64
 *
 * @example
 * nn.functional.leakyRelu(tensor([-2, 3])); // → tensor([-0.0200, 3.0000])
 * nn.functional.leakyRelu(tensor([-2, 3]), 0.5); // → tensor([-1., 3.])
 */
export const leakyRelu = (x: Tensor, negativeSlope = 0.01): Tensor => x.leakyRelu(negativeSlope);

/**
 * x where x > 0, else weight · x, as `torch.nn.functional.prelu`. He et al., ICCV 2015.
 *
 * @param x [N, C, ...] for a weight per feature, any shape for a single one
 * @param weight one element, or [C], in the dtype of x
 * @throws ChainruleError `shape` when the weight has another number of elements, `dtype` when the dtypes differ
 *
 * @example
 * const x = tensor([[-1, -1], [2, 2]]);
 * nn.functional.prelu(x, tensor([0.5, 0.25])); // → tensor([[-0.5000, -0.2500], [2.0000, 2.0000]])
 */
export const prelu = (x: Tensor, weight: Tensor): Tensor => x.prelu(weight);

/**
 * x where x > 0, else alpha (eˣ − 1), as `torch.nn.functional.elu`. Clevert et al., ICLR 2016.
 *
 * @param x any shape, float32 or float64
 *
 * @example
 * nn.functional.elu(tensor([-100, -1, 2])); // → tensor([-1.0000, -0.6321, 2.0000])
 */
export const elu = (x: Tensor, alpha = 1): Tensor => x.elu(alpha);

/**
 * λ x where x > 0, else λ α (eˣ − 1), with λ ≈ 1.0507 and α ≈ 1.6733, as `torch.nn.functional.selu`. Klambauer et al., NIPS 2017.
 *
 * @param x any shape, float32 or float64
 *
 * @example
 * nn.functional.selu(tensor([-100, -1, 1])); // → tensor([-1.7581, -1.1113, 1.0507])
 */
export const selu = (x: Tensor): Tensor => x.selu();

/**
 * max(x, 0) + min(alpha (e^(x/alpha) − 1), 0), as `torch.nn.functional.celu`. Barron, 2017, arXiv 1704.07483.
 *
 * @param x any shape, float32 or float64
 * @throws ChainruleError `argument` when alpha is 0
 *
 * @example
 * nn.functional.celu(tensor([-100, -1, 2]), 0.5); // → tensor([-0.5000, -0.4323, 2.0000])
 */
export const celu = (x: Tensor, alpha = 1): Tensor => x.celu(alpha);

/**
 * x Φ(x), where Φ is the standard normal distribution function; with `approximate: "tanh"`,
 * ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))). As `torch.nn.functional.gelu`. Hendrycks and Gimpel, 2016, arXiv 1606.08415.
 *
 * @param x any shape, float32 or float64
 * @param options approximate "none" when left out
 * @throws ChainruleError `argument` for another approximation
 *
 * @example
 * const x = tensor([-2, 0, 2]);
 * nn.functional.gelu(x); // → tensor([-0.0455, 0.0000, 1.9545])
 * nn.functional.gelu(x, { approximate: "tanh" }); // → tensor([-0.0454, 0.0000, 1.9546])
 */
export const gelu = (x: Tensor, options?: { approximate?: "none" | "tanh" }): Tensor => x.gelu(options);

/**
 * x σ(x), also called swish, as `torch.nn.functional.silu`. Elfwing et al., 2017, arXiv 1702.03118.
 *
 * @param x any shape, float32 or float64
 *
 * @example
 * nn.functional.silu(tensor([-5, -1, 2])); // → tensor([-0.0335, -0.2689, 1.7616])
 */
export const silu = (x: Tensor): Tensor => x.silu();

/**
 * x tanh(softplus(x)), as `torch.nn.functional.mish`. Misra, BMVC 2020.
 *
 * @param x any shape, float32 or float64
 *
 * @example
 * nn.functional.mish(tensor([-5, -1, 2])); // → tensor([-0.0336, -0.3034, 1.9440])
 */
export const mish = (x: Tensor): Tensor => x.mish();

/**
 * σ(x) = 1 / (1 + e⁻ˣ), as `torch.sigmoid`.
 *
 * @param x any shape; int32 becomes float32
 *
 * @example
 * nn.functional.sigmoid(tensor([-1000, 0, 2])); // → tensor([0.0000, 0.5000, 0.8808])
 */
export const sigmoid = (x: Tensor): Tensor => x.sigmoid();

/**
 * log σ(x) = −log(1 + e⁻ˣ), exact where σ(x) is 0 in its dtype. As `torch.nn.functional.logsigmoid`.
 *
 * @param x any shape, float32 or float64
 *
 * @example
 * const x = tensor([-1000, 0]);
 * nn.functional.logSigmoid(x); // → tensor([-1.0000e+03, -6.9315e-01])
 * x.sigmoid().log(); // → tensor([-inf, -0.6931])
 */
export const logSigmoid = (x: Tensor): Tensor => x.logSigmoid();

/**
 * 0 below −3, 1 above 3, x/6 + ½ between, as `torch.nn.functional.hardsigmoid`.
 *
 * @param x any shape, float32 or float64
 *
 * @example
 * nn.functional.hardsigmoid(tensor([-4, 0, 1.5, 4])); // → tensor([0.0000, 0.5000, 0.7500, 1.0000])
 */
export const hardsigmoid = (x: Tensor): Tensor => x.hardsigmoid();

/**
 * (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ), as `torch.tanh`.
 *
 * @param x any shape; int32 becomes float32
 *
 * @example
 * nn.functional.tanh(tensor([-1, 0, 100])); // → tensor([-0.7616, 0.0000, 1.0000])
 */
export const tanh = (x: Tensor): Tensor => x.tanh();

/**
 * x, cut to [minVal, maxVal], as `torch.nn.functional.hardtanh`.
 *
 * @param x any shape, float32 or float64
 *
 * @example
 * const x = tensor([-3, 0.5, 3]);
 * nn.functional.hardtanh(x); // → tensor([-1.0000, 0.5000, 1.0000])
 * nn.functional.hardtanh(x, 0, 2); // → tensor([0.0000, 0.5000, 2.0000])
 */
export const hardtanh = (x: Tensor, minVal = -1, maxVal = 1): Tensor => x.hardtanh(minVal, maxVal);

/**
 * x · hardsigmoid(x), as `torch.nn.functional.hardswish`. Howard et al., ICCV 2019.
 *
 * @param x any shape, float32 or float64
 *
 * @example
 * nn.functional.hardswish(tensor([-4, -1.5, 1, 4])); // → tensor([-0.0000, -0.3750, 0.6667, 4.0000])
 */
export const hardswish = (x: Tensor): Tensor => x.hardswish();

/**
 * log(1 + e^(beta x)) / beta, a smooth relu, and x itself where beta x > threshold. As `torch.nn.functional.softplus`. Dugas
 * et al., NIPS 2000.
 *
 * @param x any shape, float32 or float64
 * @param options beta 1, threshold 20 when left out
 *
 * @example
 * const x = tensor([-1, 0, 21]);
 * nn.functional.softplus(x); // → tensor([0.3133, 0.6931, 21.0000])
 * nn.functional.softplus(x, { beta: 2 }); // → tensor([0.0635, 0.3466, 21.0000])
 */
export const softplus = (x: Tensor, options?: { beta?: number; threshold?: number }): Tensor =>
  x.softplus(options);

/**
 * x / (1 + |x|), as `torch.nn.functional.softsign`.
 *
 * @param x any shape; int32 becomes float32
 *
 * @example
 * nn.functional.softsign(tensor([-9, 0, 1])); // → tensor([-0.9000, 0.0000, 0.5000])
 */
export const softsign = (x: Tensor): Tensor => x.softsign();

/**
 * e^x_i / Σ_j e^x_j along `dim`, as `torch.nn.functional.softmax`. Large values do not overflow.
 *
 * @param x any shape, float32 or float64
 * @param dim the dimension along which the results add up to 1; from the end where it is negative
 * @throws ChainruleError `index` when x has no such dimension
 *
 * @example
 * const x = tensor([[1000, 1000], [0, 1]]);
 * nn.functional.softmax(x, 1); // → tensor([[0.5000, 0.5000], [0.2689, 0.7311]])
 */
export const softmax = (x: Tensor, dim: number): Tensor => x.softmax(dim);

/**
 * Softmax of −x along `dim`, as `torch.nn.functional.softmin`: the smallest gets most.
 *
 * @param x any shape, float32 or float64
 * @param dim the dimension along which the results add up to 1; from the end where it is negative
 * @throws ChainruleError `index` when x has no such dimension
 *
 * @example
 * nn.functional.softmin(tensor([0, 1, 2]), 0); // → tensor([0.6652, 0.2447, 0.0900])
 */
export const softmin = (x: Tensor, dim: number): Tensor => x.softmin(dim);

/**
 * The logarithm of softmax along `dim`, exact where softmax underflows. As `torch.nn.functional.log_softmax`.
 *
 * @param x any shape, float32 or float64
 * @param dim the dimension along which the probabilities add up to 1; from the end where it is negative
 * @throws ChainruleError `index` when x has no such dimension
 *
 * @example
 * const x = tensor([0, 1000]);
 * nn.functional.logSoftmax(x, 0); // → tensor([-1000., 0.])
 * x.softmax(0).log(); // → tensor([-inf, 0.])
 */
export const logSoftmax = (x: Tensor, dim: number): Tensor => x.logSoftmax(dim);

/**
 * x where x > limit, else value, as `torch.nn.functional.threshold`.
 *
 * @param x any shape; whole numbers stay whole unless `value` is a fraction
 *
 * @example
 * nn.functional.threshold(tensor([0.1, 0.5, 2]), 0.5, -1); // → tensor([-1., -1., 2.])
 */
export const threshold = (x: Tensor, limit: number, value: number): Tensor => x.threshold(limit, value);

/**
 * x where |x| > lambd, else 0, as `torch.nn.functional.hardshrink`.
 *
 * @param x any shape; whole numbers stay whole
 *
 * @example
 * nn.functional.hardshrink(tensor([-2, -0.5, 0.3, 2])); // → tensor([-2., 0., 0., 2.])
 */
export const hardshrink = (x: Tensor, lambd = 0.5): Tensor => x.hardshrink(lambd);

/**
 * x moved towards 0 by lambd; 0 where |x| ≤ lambd. As `torch.nn.functional.softshrink`.
 *
 * @param x any shape; int32 becomes float32
 * @throws ChainruleError `argument` when lambd is below 0
 *
 * @example
 * nn.functional.softshrink(tensor([-2, -0.5, 0.3, 2])); // → tensor([-1.5000, 0.0000, 0.0000, 1.5000])
 */
export const softshrink = (x: Tensor, lambd = 0.5): Tensor => x.softshrink(lambd);

/**
 * x − tanh x, as `torch.nn.functional.tanhshrink`.
 *
 * @param x any shape; int32 becomes float32
 *
 * @example
 * nn.functional.tanhshrink(tensor([-3, 0, 3])); // → tensor([-2.0049, 0.0000, 2.0049])
 */
export const tanhshrink = (x: Tensor): Tensor => x.tanhshrink();

/**
 * a σ(b), where a and b are the two halves of x along `dim`, as `torch.nn.functional.glu`. Dauphin et al., ICML 2017.
 *
 * @param x any shape whose size along `dim` is even; in the result it is half
 * @param dim the last dimension when left out
 * @throws ChainruleError `shape` when the size is odd, `index` when x has no such dimension
 *
 * @example
 * nn.functional.glu(tensor([1, 2, 0, 100])); // → tensor([0.5000, 2.0000])
 */
export const glu = (x: Tensor, dim = -1): Tensor => x.glu(dim);
