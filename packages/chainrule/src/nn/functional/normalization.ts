import { finfo, noGrad, numel, type Shape, showShape, type Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";

/** What follows a normalization: y = x̂ · weight + bias, each left out when null. */
export interface Affine {
  weight?: Tensor | null;
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

/** A vector of channels [C] in a shape that broadcasts over [N, C, …]. */
const overChannels = (vector: Tensor, rank: number): Tensor =>
  rank === 2 ? vector : vector.reshape([vector.shape[0], ...new Array<number>(rank - 2).fill(1)]);

const affineOverChannels = (x: Tensor, { weight, bias }: Affine): Tensor =>
  affine(x, {
    weight: weight && overChannels(weight, x.ndim),
    bias: bias && overChannels(bias, x.ndim),
  });

export interface BatchNormOptions extends Affine {
  /** Use the moments of the batch, and move the running ones towards them. Default false. */
  training?: boolean;
  /** Share of the batch in the new running moments: a number, or a tensor of one. Default 0.1. */
  momentum?: number | Tensor;
  /** Added to the variance. Default 1e-5. */
  eps?: number;
}

/**
 * y = (x − mean) / √(var + eps) · weight + bias for each channel of x [N, C] or [N, C, L]. Ioffe and Szegedy, ICML 2015.
 *
 * In training, and when there are no running moments, mean and variance are those of the batch (the variance divided by the
 * count); `runningMean` and `runningVar` [C], unless null, are then changed in place (the variance divided by the count − 1).
 */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options: BatchNormOptions = {},
): Tensor {
  const { training = false, momentum = 0.1, eps = 1e-5 } = options;
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
  if (training) {
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

/** y = (x − mean) / √(var + eps) · weight + bias over the last dimensions, of sizes `normalizedShape`. Ba et al., 2016. */
export function layerNorm(
  x: Tensor,
  normalizedShape: Shape,
  options: Affine & { eps?: number } = {},
): Tensor {
  const dims = lastDims(x, normalizedShape);
  return affine(standardized(x, dims, options.eps ?? 1e-5).y, options);
}

/**
 * y = x / √(mean(x²) + eps) · weight over the last dimensions, of sizes `normalizedShape`; eps is the dtype's epsilon unless
 * given. Zhang and Sennrich, NeurIPS 2019.
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
 * y = (x − mean) / √(var + eps) · weight + bias over groups of channels of x [N, C, …], with a weight and a bias for each
 * channel. Wu and He, ECCV 2018.
 */
export function groupNorm(x: Tensor, numGroups: number, options: Affine & { eps?: number } = {}): Tensor {
  if (x.ndim < 2 || x.shape[1] % numGroups !== 0) {
    throw new ChainruleError(
      "shape",
      `The channels (dimension 1) of an input of shape ${showShape(x.shape)} do not make ${numGroups} equal groups.`,
      "Choose a number of groups that divides the number of channels.",
    );
  }
  const [samples, ...rest] = x.shape;
  const grouped = x.reshape([samples, numGroups, numel(rest) / numGroups]);
  return affineOverChannels(standardized(grouped, [2], options.eps ?? 1e-5).y.reshape(x.shape), options);
}
