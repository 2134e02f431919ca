/** Initial values of weights, with PyTorch's formulas and its order of draws. All change a tensor in place and return it. */
import { type Generator, noGrad, randperm, showShape, type Tensor, tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { erf } from "../util/special.ts";
import { orthonormalColumns } from "./orthonormal.ts";

/** Where an initializer draws from: the default generator unless another is given. */
export interface InitOptions {
  generator?: Generator;
}

/** Functions after a layer that {@link calculateGain} knows. */
export type Nonlinearity = "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

/**
 * The factor by which weights before a nonlinearity should be larger than before none, so that signals neither fade nor grow:
 * linear, sigmoid 1; tanh 5/3; relu √2; leakyRelu √(2 / (1 + slope²)), slope 0.01 unless `param` says otherwise; selu 3/4.
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

/** Uniform numbers in [low, high). */
export const uniform_ = (t: Tensor, low = 0, high = 1, options?: InitOptions): Tensor =>
  noGrad(() => t.uniform_(low, high, options));

/** Normal numbers. */
export const normal_ = (t: Tensor, mean = 0, std = 1, options?: InitOptions): Tensor =>
  noGrad(() => t.normal_(mean, std, options));

/** One number everywhere. */
export const constant_ = (t: Tensor, value: number): Tensor => noGrad(() => t.fill_(value));

/** Ones. */
export const ones_ = (t: Tensor): Tensor => constant_(t, 1);

/** Zeros. */
export const zeros_ = (t: Tensor): Tensor => constant_(t, 0);

/** Ones on the diagonal of a matrix, zeros elsewhere: a linear layer that passes on what it gets. */
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
 * are carried back.
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

/** Uniform on ±gain·√(6 / (fanIn + fanOut)). Glorot and Bengio, AISTATS 2010. */
export function xavierUniform_(t: Tensor, gain = 1, options?: InitOptions): Tensor {
  const { fanIn, fanOut } = fans(t);
  const bound = Math.sqrt(3) * (gain * Math.sqrt(2 / (fanIn + fanOut)));
  return uniform_(t, -bound, bound, options);
}

/** Normal with standard deviation gain·√(2 / (fanIn + fanOut)). Glorot and Bengio, AISTATS 2010. */
export function xavierNormal_(t: Tensor, gain = 1, options?: InitOptions): Tensor {
  const { fanIn, fanOut } = fans(t);
  return normal_(t, 0, gain * Math.sqrt(2 / (fanIn + fanOut)), options);
}

export interface KaimingOptions extends InitOptions {
  /** The slope on the negative side, with the nonlinearity "leakyRelu". Default 0. */
  a?: number;
  /** "fanIn" keeps the size of signals forward, "fanOut" that of gradients backward. Default "fanIn". */
  mode?: "fanIn" | "fanOut";
  /** What follows the layer. Default "leakyRelu". */
  nonlinearity?: Nonlinearity;
}

function kaimingStd(
  t: Tensor,
  { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" }: KaimingOptions,
): number {
  if (mode !== "fanIn" && mode !== "fanOut") {
    throw new ChainruleError("argument", `There is no mode "${String(mode)}".`, 'Use "fanIn" or "fanOut".');
  }
  return calculateGain(nonlinearity, a) / Math.sqrt(fans(t)[mode]);
}

/** Uniform on ±gain·√(3 / fan). He et al., ICCV 2015. Nothing changes in a tensor without elements. */
export function kaimingUniform_(t: Tensor, options: KaimingOptions = {}): Tensor {
  if (t.numel === 0) return t;
  const bound = Math.sqrt(3) * kaimingStd(t, options);
  return uniform_(t, -bound, bound, options);
}

/** Normal with standard deviation gain / √fan. He et al., ICCV 2015. Nothing changes in a tensor without elements. */
export function kaimingNormal_(t: Tensor, options: KaimingOptions = {}): Tensor {
  return t.numel === 0 ? t : normal_(t, 0, kaimingStd(t, options), options);
}

/**
 * An orthogonal matrix times `gain`: the rows or the columns, whichever are fewer, are orthonormal. Dimensions after the first
 * are taken together. Saxe et al., ICLR 2014.
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

/** Normal numbers, of which in each column a share `sparsity`, rounded up, is zero. For matrices. Martens, ICML 2010. */
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
