import { finfo, noGrad, numel, type Shape, sameShape, showShape, type Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { counted } from "../../util/wording.ts";

/** What follows a normalization: y = x̂ · weight + bias. */
export interface Affine {
  /** The factor of each channel or element. Without it, or with null, 1. */
  weight?: Tensor | null;
  /** What is added to each channel or element. Without it, or with null, 0. */
  bias?: Tensor | null;
}

/** (x − mean) / √(var + eps) over `dims`, with the variance divided by the count. Also gives the moments, dimensions kept. */
function standardized(
  x: Tensor,
  dims: readonly number[],
  eps: number,
): { y: Tensor; mean: Tensor; variance: Tensor } {
  const mean = x.mean(dims, { keepdim: true });
  const centered = x.sub(mean);
  const variance = centered.square().mean(dims, { keepdim: true });
  return { y: centered.mul(variance.add(eps).rsqrt()), mean, variance };
}

function affine(x: Tensor, { weight, bias }: Affine): Tensor {
  const scaled = weight ? x.mul(weight) : x;
  return bias ? scaled.add(bias) : scaled;
}

/** Refuses vectors that are not [C] for an input [N, C, …]: one of another size would be stretched. */
function checkChannels(x: Tensor, vectors: Readonly<Record<string, Tensor | null | undefined>>): void {
  if (x.ndim < 2) {
    throw new ChainruleError(
      "shape",
      `An input of shape ${showShape(x.shape)} has no dimension of channels.`,
      "Give [N, C] or [N, C, ...].",
    );
  }
  const channels = x.shape[1];
  for (const [name, vector] of Object.entries(vectors)) {
    if (!vector || sameShape(vector.shape, [channels])) continue;
    throw new ChainruleError(
      "shape",
      `The ${name} of shape ${showShape(vector.shape)} does not fit an input of shape ${showShape(x.shape)}.`,
      `Give one number for each channel: [${channels}].`,
    );
  }
}

/** A vector of channels [C] in a shape that broadcasts over [N, C, …]. */
const overChannels = (vector: Tensor, rank: number): Tensor =>
  rank === 2 ? vector : vector.reshape([vector.shape[0], ...new Array<number>(rank - 2).fill(1)]);

const affineOverChannels = (x: Tensor, { weight, bias }: Affine): Tensor =>
  affine(x, {
    weight: weight && overChannels(weight, x.ndim),
    bias: bias && overChannels(bias, x.ndim),
  });

/** Options of {@link batchNorm}. */
export interface BatchNormOptions extends Affine {
  /** Use the moments of the batch, and move the running ones towards them. Default false. */
  training?: boolean;
  /** Share of the batch in the new running moments: a number, or a tensor of one. Default 0.1. */
  momentum?: number | Tensor;
  /** Added to the variance. Default 1e-5. */
  eps?: number;
}

/**
 * y = (x − mean) / √(var + eps) · weight + bias for each channel, as `torch.nn.functional.batch_norm`. Ioffe and Szegedy, ICML
 * 2015.
 *
 * In training, and when there are no running moments, mean and variance are those of the batch (the variance divided by the
 * count); in training `runningMean` and `runningVar`, unless null, are changed in place (the variance divided by the count − 1); an empty
 * batch leaves them.
 *
 * @param x [N, C] or [N, C, ...], float; the result has its shape
 * @param runningMean [C], or null
 * @param runningVar [C], or null
 * @param options weight and bias are [C]
 * @throws ChainruleError `shape` for an input without channels or vectors that are not [C], and in training when the batch has one
 *   value for each channel
 *
 * @example
 * const x = tensor([[1, 10], [3, 30]]);
 * const mean = zeros([2]);
 * const variance = ones([2]);
 * const y = nn.functional.batchNorm(x, mean, variance, { training: true });
 * y; // → tensor([[-1.0000, -1.0000], [1.0000, 1.0000]])
 * mean; // → tensor([0.2000, 2.0000])
 * variance; // → tensor([1.1000, 20.9000])
 */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options: BatchNormOptions = {},
): Tensor {
  const { training = false, momentum = 0.1, eps = 1e-5, weight, bias } = options;
  checkChannels(x, { runningMean, runningVar, weight, bias });
  if (!training && runningMean && runningVar) {
    const centered = x.sub(overChannels(runningMean, x.ndim));
    const y = centered.mul(overChannels(runningVar.add(eps).rsqrt(), x.ndim));
    return affineOverChannels(y, options);
  }
  const channels = x.shape[1];
  const count = x.numel / channels;
  if (training && count === 1) {
    throw new ChainruleError(
      "shape",
      `The input ${showShape(x.shape)} has one value for each channel, whose variance cannot be told.`,
      "Train with larger batches (dropLast), or call eval() first.",
    );
  }
  const dims = x.shape.flatMap((_, d) => (d === 1 ? [] : [d]));
  const { y, mean, variance } = standardized(x, dims, eps);
  if (training && count > 0) {
    noGrad(() => {
      moveTowards(runningMean, mean, momentum);
      moveTowards(runningVar, variance.mul(count / (count - 1)), momentum);
    });
  }
  return affineOverChannels(y, options);
}

/** running ← running + momentum · (new − running) */
function moveTowards(running: Tensor | null, value: Tensor, momentum: number | Tensor): void {
  if (running) running.add_(value.detach().reshape(running.shape).sub(running).mul(momentum));
}

/** Refuses inputs whose last dimensions are not those that are normalized; gives their numbers. */
function lastDims(x: Tensor, normalizedShape: Shape): number[] {
  const lead = x.ndim - normalizedShape.length;
  if (lead < 0 || normalizedShape.some((size, d) => x.shape[lead + d] !== size)) {
    throw new ChainruleError(
      "shape",
      `An input of shape ${showShape(x.shape)} does not end in the normalized shape ${showShape(normalizedShape)}.`,
      "The normalized shape must be the input's last sizes.",
    );
  }
  return normalizedShape.map((_, d) => lead + d);
}

/**
 * y = (x − mean) / √(var + eps) · weight + bias over the last dimensions, as `torch.nn.functional.layer_norm`. The variance is
 * divided by the count. Ba et al., 2016, arXiv 1607.06450.
 *
 * @param x [..., *normalizedShape], float; the result has its shape
 * @param normalizedShape the sizes of the dimensions that are normalized together
 * @param options weight and bias have `normalizedShape`; eps 1e-5 when left out
 * @throws ChainruleError `shape` when x does not end in `normalizedShape`
 *
 * @example
 * const x = tensor([[1, 2, 3], [10, 20, 30]]);
 * nn.functional.layerNorm(x, [3]); // → tensor([[-1.2247, 0.0000, 1.2247], [-1.2247, 0.0000, 1.2247]])
 * nn.functional.layerNorm(x, [2]); // throws shape: …does not end in the normalized shape [2]
 */
export function layerNorm(
  x: Tensor,
  normalizedShape: Shape,
  options: Affine & { eps?: number } = {},
): Tensor {
  const dims = lastDims(x, normalizedShape);
  return affine(standardized(x, dims, options.eps ?? 1e-5).y, options);
}

/**
 * y = x / √(mean(x²) + eps) · weight over the last dimensions, as `torch.nn.functional.rms_norm`. Zhang and Sennrich, NeurIPS 2019.
 *
 * @param x [..., *normalizedShape], float; the result has its shape
 * @param normalizedShape the sizes of the dimensions that are normalized together
 * @param options weight has `normalizedShape`; eps is the epsilon of the dtype when left out or null
 * @throws ChainruleError `shape` when x does not end in `normalizedShape`
 *
 * @example
 * const x = tensor([[3, 4], [30, 40]]);
 * nn.functional.rmsNorm(x, [2]); // → tensor([[0.8485, 1.1314], [0.8485, 1.1314]])
 */
export function rmsNorm(
  x: Tensor,
  normalizedShape: Shape,
  options: { weight?: Tensor | null; eps?: number | null } = {},
): Tensor {
  const dims = lastDims(x, normalizedShape);
  const eps = options.eps ?? finfo(x.dtype === "float64" ? "float64" : "float32").eps;
  const y = x.mul(x.square().mean(dims, { keepdim: true }).add(eps).rsqrt());
  return affine(y, { weight: options.weight });
}

/**
 * y = (x − mean) / √(var + eps) · weight + bias over groups of channels of each example, as `torch.nn.functional.group_norm`. Wu
 * and He, ECCV 2018.
 *
 * @param x [N, C, ...], float; the result has its shape
 * @param numGroups into how many equal groups of neighbours the C channels are split
 * @param options weight and bias are [C]; eps 1e-5 when left out
 * @throws ChainruleError `shape` when the channels do not make so many equal groups, or for vectors that are not [C]
 *
 * @example
 * const x = tensor([[1, 2, 30, 40]]);
 * nn.functional.groupNorm(x, 2); // → tensor([[-1.0000, 1.0000, -1.0000, 1.0000]])
 * nn.functional.groupNorm(x, 1); // → tensor([[-1.0074, -0.9490, 0.6862, 1.2702]])
 */
export function groupNorm(x: Tensor, numGroups: number, options: Affine & { eps?: number } = {}): Tensor {
  checkChannels(x, { weight: options.weight, bias: options.bias });
  if (!(Number.isInteger(numGroups) && numGroups >= 1 && x.shape[1] % numGroups === 0)) {
    throw new ChainruleError(
      "shape",
      `The channels (dimension 1) of an input of shape ${showShape(x.shape)} do not make ${counted(numGroups, "equal group")}.`,
      "Choose a number of groups that divides the number of channels.",
    );
  }
  const [samples, ...rest] = x.shape;
  const grouped = x.reshape([samples, numGroups, numel(rest) / numGroups]);
  return affineOverChannels(standardized(grouped, [2], options.eps ?? 1e-5).y.reshape(x.shape), options);
}
