/** Initial values of weights, with PyTorch's formulas and its order of draws. All change a tensor in place and return it. */
import { type Generator, noGrad, randperm, showShape, type Tensor, tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkOptions, type OptionNames } from "../util/options.ts";
import { erf } from "../util/special.ts";
import { orthonormalColumns } from "./orthonormal.ts";

/** Options of the initializers that draw numbers. */
export interface InitOptions {
  /** Where to draw from. Without it the default generator, which `manualSeed` sets. */
  generator?: Generator;
}

/** Functions after a layer that {@link calculateGain} knows. */
export type Nonlinearity = "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

/**
 * The factor by which weights before a nonlinearity should be larger than before none, so that signals neither fade nor grow:
 * linear, sigmoid 1; tanh 5/3; relu √2; leakyRelu √(2 / (1 + slope²)); selu 3/4. As `torch.nn.init.calculate_gain`.
 *
 * @param param the slope of leakyRelu; the others do not look at it
 * @throws ChainruleError `argument` for another nonlinearity
 *
 * @example
 * nn.init.calculateGain("relu"); // → 1.4142135623730951
 * nn.init.calculateGain("leakyRelu", 0.2); // → 1.3867504905630728
 */
export function calculateGain(nonlinearity: Nonlinearity, param = 0.01): number {
  switch (nonlinearity) {
    case "linear":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.sqrt(2);
    case "leakyRelu":
      return Math.sqrt(2 / (1 + param * param));
    case "selu":
      return 3 / 4;
    default:
      throw new ChainruleError(
        "argument",
        `There is no gain for the nonlinearity "${String(nonlinearity)}".`,
        'Use "linear", "sigmoid", "tanh", "relu", "leakyRelu" or "selu".',
      );
  }
}

/**
 * Uniform numbers in [low, high), as `torch.nn.init.uniform_`.
 *
 * @param t any shape, float; it is changed and returned
 * @throws ChainruleError `argument` when low is above high, `dtype` for a tensor of whole numbers
 *
 * @example
 * const layer = new nn.Linear(3, 1);
 * nn.init.uniform_(layer.weight, -0.1, 0.1); // → tensor([[-0.0385, 0.0268, -0.0020]], requiresGrad)
 */
export const uniform_ = (t: Tensor, low = 0, high = 1, options?: InitOptions): Tensor =>
  noGrad(() => t.uniform_(low, high, options));

/**
 * Normal numbers of a mean and a standard deviation, as `torch.nn.init.normal_`.
 *
 * @param t any shape, float; it is changed and returned
 * @throws ChainruleError `argument` when std is below 0, `dtype` for a tensor of whole numbers
 *
 * @example
 * const layer = new nn.Linear(3, 1);
 * nn.init.normal_(layer.weight, 0, 0.01); // → tensor([[-0.0218, 0.0057, -0.0108]], requiresGrad)
 */
export const normal_ = (t: Tensor, mean = 0, std = 1, options?: InitOptions): Tensor =>
  noGrad(() => t.normal_(mean, std, options));

/**
 * One number everywhere, as `torch.nn.init.constant_`.
 *
 * @param t any shape and dtype; it is changed and returned
 *
 * @example
 * const layer = new nn.Linear(3, 2);
 * nn.init.constant_(layer.bias!, 0.1); // → tensor([0.1000, 0.1000], requiresGrad)
 */
export const constant_ = (t: Tensor, value: number): Tensor => noGrad(() => t.fill_(value));

/**
 * Ones, as `torch.nn.init.ones_`.
 *
 * @param t any shape and dtype; it is changed and returned
 *
 * @example
 * const layer = new nn.Linear(3, 1);
 * nn.init.ones_(layer.weight); // → tensor([[1., 1., 1.]], requiresGrad)
 */
export const ones_ = (t: Tensor): Tensor => constant_(t, 1);

/**
 * Zeros, as `torch.nn.init.zeros_`.
 *
 * @param t any shape and dtype; it is changed and returned
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
 * for (const [path, p] of model.namedParameters()) if (path.endsWith("bias")) nn.init.zeros_(p);
 * model.at(0).bias; // → tensor([0., 0., 0.], requiresGrad)
 */
export const zeros_ = (t: Tensor): Tensor => constant_(t, 0);

/**
 * Ones on the diagonal of a matrix, zeros elsewhere: a linear layer that passes on what it gets. As `torch.nn.init.eye_`.
 *
 * @param t a matrix, square or not; it is changed and returned
 * @throws ChainruleError `shape` for a tensor that is no matrix
 *
 * @example
 * const layer = new nn.Linear(3, 2, { bias: false });
 * nn.init.eye_(layer.weight); // → tensor([[1., 0., 0.], [0., 1., 0.]], requiresGrad)
 * layer(tensor([5, 6, 7])); // → tensor([5., 6.], gradFn=<linear>)
 */
export function eye_(t: Tensor): Tensor {
  requireMatrix(t, "eye_");
  return noGrad(() => {
    t.zero_();
    t.diagonal().fill_(1);
    return t;
  });
}

/**
 * Normal numbers that lie in [a, b], by the inverse of the distribution function: uniform numbers between its values at a and b
 * are carried back. As `torch.nn.init.trunc_normal_`.
 *
 * @param t any shape, float; it is changed and returned
 * @param a the lower bound, a value as those of `t` and no number of standard deviations
 * @param b the upper bound, likewise
 * @throws ChainruleError `argument` unless a < b and std > 0
 *
 * @example
 * const w = nn.init.truncNormal_(zeros([1000]), 0, 1, -0.5, 0.5);
 * w.abs().max().item() <= 0.5; // → true
 * w.std(); // → tensor(0.2881)
 */
export function truncNormal_(t: Tensor, mean = 0, std = 1, a = -2, b = 2, options?: InitOptions): Tensor {
  if (!(a < b) || !(std > 0)) {
    throw new ChainruleError(
      "argument",
      `A normal distribution with std ${std} cannot be cut to [${a}, ${b}].`,
      "Give std > 0 and a < b.",
    );
  }
  // 2Φ − 1 of the bounds in standard deviations, by way of Φ = (1 + erf) / 2 as in PyTorch
  const below = (x: number): number => 1 + erf((x - mean) / std / Math.SQRT2) - 1;
  return noGrad(() =>
    t
      .uniform_(below(a), below(b), options)
      .erfinv_()
      .mul_(std * Math.SQRT2)
      .add_(mean)
      .clamp_(a, b),
  );
}

/** How many inputs and outputs meet at each element of a weight [out, in, …]. */
function fans(t: Tensor): { fanIn: number; fanOut: number } {
  if (t.ndim < 2) {
    throw new ChainruleError(
      "shape",
      `A tensor of shape ${showShape(t.shape)} has no fan-in and fan-out.`,
      "Give a weight of at least two dimensions, [out, in], or use uniform_ or normal_.",
    );
  }
  let field = 1;
  for (let d = 2; d < t.ndim; d++) field *= t.shape[d];
  return { fanIn: t.shape[1] * field, fanOut: t.shape[0] * field };
}

/**
 * Uniform on ±gain·√(6 / (fanIn + fanOut)), as `torch.nn.init.xavier_uniform_`. Glorot and Bengio, AISTATS 2010.
 *
 * @param t a weight [out, in, ...], float; it is changed and returned. fanIn is in times the sizes behind, fanOut out times them
 * @param gain as {@link calculateGain} has it
 * @throws ChainruleError `shape` for a tensor of fewer than two dimensions
 *
 * @example
 * const w = zeros([50, 100]); // [out, in]: √(6 / 150) = 0.2
 * nn.init.xavierUniform_(w).abs().max(); // → tensor(0.2000)
 */
export function xavierUniform_(t: Tensor, gain = 1, options?: InitOptions): Tensor {
  const { fanIn, fanOut } = fans(t);
  const bound = Math.sqrt(3) * (gain * Math.sqrt(2 / (fanIn + fanOut)));
  return uniform_(t, -bound, bound, options);
}

/**
 * Normal with standard deviation gain·√(2 / (fanIn + fanOut)), as `torch.nn.init.xavier_normal_`. Glorot and Bengio, AISTATS 2010.
 *
 * @param t a weight [out, in, ...], float; it is changed and returned. fanIn is in times the sizes behind, fanOut out times them
 * @param gain as {@link calculateGain} has it
 * @throws ChainruleError `shape` for a tensor of fewer than two dimensions
 *
 * @example
 * const w = zeros([100, 100]); // √(2 / 200) = 0.1
 * nn.init.xavierNormal_(w).std(); // → tensor(0.1002)
 * nn.init.xavierNormal_(w, nn.init.calculateGain("tanh")).std(); // → tensor(0.1679)
 */
export function xavierNormal_(t: Tensor, gain = 1, options?: InitOptions): Tensor {
  const { fanIn, fanOut } = fans(t);
  return normal_(t, 0, gain * Math.sqrt(2 / (fanIn + fanOut)), options);
}

/** Options of {@link kaimingUniform_} and {@link kaimingNormal_}. */
export interface KaimingOptions extends InitOptions {
  /** The slope on the negative side, with the nonlinearity "leakyRelu". Default 0. */
  a?: number;
  /** "fanIn" keeps the size of signals forward, "fanOut" that of gradients backward. Default "fanIn". */
  mode?: "fanIn" | "fanOut";
  /** What follows the layer. Default "leakyRelu". */
  nonlinearity?: Nonlinearity;
}

const kaimingNames: OptionNames<KaimingOptions> = { a: 0, mode: 0, nonlinearity: 0, generator: 0 };

function kaimingStd(t: Tensor, options: KaimingOptions): number {
  checkOptions("Kaiming's initialization", options, kaimingNames);
  const { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" } = options;
  if (mode !== "fanIn" && mode !== "fanOut") {
    throw new ChainruleError("argument", `There is no mode "${String(mode)}".`, 'Use "fanIn" or "fanOut".');
  }
  return calculateGain(nonlinearity, a) / Math.sqrt(fans(t)[mode]);
}

/**
 * Uniform on ±gain·√(3 / fan), as `torch.nn.init.kaiming_uniform_`. He et al., ICCV 2015. Nothing changes in a tensor without
 * elements.
 *
 * @param t a weight [out, in, ...], float; it is changed and returned. fanIn is in times the sizes behind, fanOut out times them
 * @throws ChainruleError `shape` for a tensor of fewer than two dimensions, `argument` for an unknown mode or nonlinearity
 *
 * @example
 * const w = zeros([50, 600]); // [out, in]: √2 · √(3 / 600) = 0.1
 * nn.init.kaimingUniform_(w, { nonlinearity: "relu" }).abs().max(); // → tensor(0.1000)
 */
export function kaimingUniform_(t: Tensor, options: KaimingOptions = {}): Tensor {
  if (t.numel === 0) return t;
  const bound = Math.sqrt(3) * kaimingStd(t, options);
  return uniform_(t, -bound, bound, options);
}

/**
 * Normal with standard deviation gain / √fan, as `torch.nn.init.kaiming_normal_`. He et al., ICCV 2015. Nothing changes in a tensor
 * without elements.
 *
 * @param t a weight [out, in, ...], float; it is changed and returned. fanIn is in times the sizes behind, fanOut out times them
 * @throws ChainruleError `shape` for a tensor of fewer than two dimensions, `argument` for an unknown mode or nonlinearity
 *
 * @example
 * const w = zeros([50, 200]); // [out, in]: √2 / √200 = 0.1, √2 / √50 = 0.2
 * nn.init.kaimingNormal_(w, { nonlinearity: "relu" }).std(); // → tensor(0.1002)
 * nn.init.kaimingNormal_(w, { nonlinearity: "relu", mode: "fanOut" }).std(); // → tensor(0.2015)
 */
export function kaimingNormal_(t: Tensor, options: KaimingOptions = {}): Tensor {
  return t.numel === 0 ? t : normal_(t, 0, kaimingStd(t, options), options);
}

/**
 * An orthogonal matrix times `gain`: the rows or the columns, whichever are fewer, are orthonormal. As `torch.nn.init.orthogonal_`.
 * Saxe et al., ICLR 2014.
 *
 * @param t [rows, ...], float, whose dimensions after the first are taken together; it is changed and returned
 * @throws ChainruleError `shape` for a tensor of fewer than two dimensions
 *
 * @example
 * const w = nn.init.orthogonal_(zeros([2, 4]));
 * w.matmul(w.t()).sub(eye(2)).abs().max().item() < 1e-6; // → true
 */
export function orthogonal_(t: Tensor, gain = 1, options?: InitOptions): Tensor {
  if (t.ndim < 2) requireMatrix(t, "orthogonal_");
  if (t.numel === 0) return t;
  const rows = t.shape[0];
  const columns = t.numel / rows;
  return noGrad(() => {
    const draws = tensor(new Float64Array(t.numel), { dtype: t.dtype }).reshape([rows, columns]);
    draws.normal_(0, 1, options);
    const tall = rows < columns ? draws.t() : draws;
    const q = orthonormalColumns(tall.data, Math.max(rows, columns), Math.min(rows, columns));
    const orthonormal = tensor(q, { dtype: t.dtype }).reshape(tall.shape);
    return t.copy_((rows < columns ? orthonormal.t() : orthonormal).reshape(t.shape)).mul_(gain);
  });
}

/**
 * Normal numbers, of which in each column a share `sparsity`, rounded up, is zero. As `torch.nn.init.sparse_`. Martens, ICML 2010.
 *
 * @param t a matrix, float; it is changed and returned
 * @param sparsity from 0 to 1
 * @throws ChainruleError `shape` for a tensor that is no matrix, `argument` when `sparsity` is not from 0 to 1
 *
 * @example
 * const w = nn.init.sparse_(zeros([4, 3]), 0.5);
 * w.eq(0).to("int32").sum(0); // → tensor([2, 2, 2], dtype=int32)
 */
export function sparse_(t: Tensor, sparsity: number, std = 0.01, options?: InitOptions): Tensor {
  requireMatrix(t, "sparse_");
  if (!(sparsity >= 0 && sparsity <= 1)) {
    throw new ChainruleError("argument", `The share of zeros is ${sparsity}.`, "Give a share from 0 to 1.");
  }
  const [rows, columns] = t.shape;
  const zeros = Math.ceil(sparsity * rows);
  return noGrad(() => {
    t.normal_(0, std, options);
    for (let column = 0; column < columns; column++) {
      const chosen = randperm(rows, options).data.subarray(0, zeros);
      for (const row of chosen) t.select(0, row).select(0, column).fill_(0);
    }
    return t;
  });
}

function requireMatrix(t: Tensor, name: string): void {
  if (t.ndim === 2) return;
  throw new ChainruleError(
    "shape",
    `${name} cannot fill a tensor of shape ${showShape(t.shape)}.`,
    "Give a matrix.",
  );
}
