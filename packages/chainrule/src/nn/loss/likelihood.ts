/** Negative log-likelihoods of distributions, and the divergence of two of them. */
import { recording, sameShape, showShape, type Tensor, where } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import type { OptionNames } from "../../util/options.ts";
import {
  checkLoss,
  type Reduction,
  type ReductionOption,
  reduced,
  reductionNames,
  requirePairs,
  requireSameShape,
} from "./reduction.ts";

/** ½ log 2π */
const HALF_LOG_TWO_PI = 0.9189385332046727;

/** Options of {@link klDiv}. */
export interface KLDivOptions {
  /** "batchmean" divides by the number of rows, as the definition has it. Default "mean", over all elements. */
  reduction?: Reduction | "batchmean";
  /** Whether targets are logarithms of probabilities too. Default false. */
  logTarget?: boolean;
}

/** The names of {@link KLDivOptions}. */
export const klDivNames: OptionNames<KLDivOptions> = { ...reductionNames, logTarget: 0 };

/**
 * Kullback–Leibler divergence: ℓ = t (log t − x), zero where t is. As `torch.nn.functional.kl_div`.
 *
 * @param input logarithms x of probabilities, [n, ...], float
 * @param target probabilities t, or their logarithms with `logTarget`; broadcasts with the input
 * @param options reduction "mean", logTarget false when left out
 * @throws ChainruleError `shape` when the shapes do not broadcast, or both would be enlarged, as [n, 1] and [n]
 *
 * @example
 * const input = tensor([[0.5, 0.5], [0.5, 0.5]]).log();
 * const target = tensor([[0.5, 0.5], [1, 0]]);
 * nn.functional.klDiv(input, target, { reduction: "batchmean" }); // → tensor(0.3466)
 * nn.functional.klDiv(input, target); // → tensor(0.1733)
 */
export function klDiv(input: Tensor, target: Tensor, options: KLDivOptions = {}): Tensor {
  checkLoss("klDiv", { input, target }, options, klDivNames);
  const { reduction = "mean", logTarget = false } = options;
  requirePairs("klDiv", input, target);
  const losses = logTarget
    ? target.exp().mul(target.sub(input))
    : target.xlogy(target).sub(target.mul(input));
  if (reduction !== "batchmean") return reduced(losses, reduction);
  return losses.sum().div(input.ndim === 0 ? 1 : input.shape[0]);
}

/** Options of {@link poissonNllLoss}. */
export interface PoissonNLLOptions extends ReductionOption {
  /** Whether the input is the logarithm of the rate. Default true. */
  logInput?: boolean;
  /** Add Stirling's approximation of log t! for t > 1. Default false. */
  full?: boolean;
  /** Keeps the logarithm away from zero when `logInput` is false. Default 1e-8. */
  eps?: number;
}

/** The names of {@link PoissonNLLOptions}. */
export const poissonNames: OptionNames<PoissonNLLOptions> = {
  ...reductionNames,
  full: 0,
  eps: 0,
  logInput: 0,
};

/**
 * Negative log-likelihood of counts t under a Poisson distribution: ℓ = eˣ − t x, or x − t log(x + ε). As
 * `torch.nn.functional.poisson_nll_loss`.
 *
 * @param input logarithms x of rates, or rates with `logInput: false`; any shape, float
 * @param target counts t, broadcasts with the input
 * @throws ChainruleError `shape` when the shapes do not broadcast, or both would be enlarged, as [n, 1] and [n]
 *
 * @example
 * const counts = tensor([3, 3]);
 * nn.functional.poissonNllLoss(tensor([3, 5]).log(), counts); // → tensor(-0.0621)
 * nn.functional.poissonNllLoss(tensor([3, 5]), counts, { logInput: false }); // → tensor(-0.0621)
 * nn.functional.poissonNllLoss(tensor([3, 3]).log(), counts); // → tensor(-0.2958)
 */
export function poissonNllLoss(input: Tensor, target: Tensor, options: PoissonNLLOptions = {}): Tensor {
  checkLoss("poissonNllLoss", { input, target }, options, poissonNames);
  const { logInput = true, full = false, eps = 1e-8, reduction } = options;
  requirePairs("poissonNllLoss", input, target);
  let losses = logInput ? input.exp().sub(target.mul(input)) : input.sub(target.mul(input.add(eps).log()));
  if (full) {
    const many = target.gt(1);
    const safe = where(many, target, 1); // the formula has no value at 0
    const stirling = safe
      .mul(safe.log())
      .sub(safe)
      .add(
        safe
          .mul(2 * Math.PI)
          .log()
          .mul(0.5),
      );
    losses = losses.add(where(many, stirling, 0));
  }
  return reduced(losses, reduction);
}

/** Options of {@link gaussianNllLoss}. */
export interface GaussianNLLOptions extends ReductionOption {
  /** Add the constant ½ log 2π. Default false. */
  full?: boolean;
  /** Variances are not taken below this, while their gradients are as if they were not cut. Default 1e-6. */
  eps?: number;
}

/** The names of {@link GaussianNLLOptions}. */
export const gaussianNames: OptionNames<GaussianNLLOptions> = { ...reductionNames, full: 0, eps: 0 };

/**
 * Negative log-likelihood under normal distributions: ℓ = ½ (log v + (x − t)² / v). As `torch.nn.functional.gaussian_nll_loss`. Nix
 * and Weigend, ICNN 1994.
 *
 * @param input means x, [..., size], float
 * @param target t, in the shape of the input
 * @param variance v, at least 0, in the shape of the input, or one for each row: the last size 1 or left out
 * @throws ChainruleError `shape` when the shapes do not fit, `argument` when a variance is below 0; a compiled function does not look
 *
 * @example
 * const [mean, target] = [tensor([0, 0]), tensor([2, 2])];
 * const losses = nn.functional.gaussianNllLoss(mean, target, tensor([1, 4]), { reduction: "none" });
 * losses; // → tensor([2.0000, 1.1931])
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor,
  options: GaussianNLLOptions = {},
): Tensor {
  checkLoss("gaussianNllLoss", { input, target, variance }, options, gaussianNames);
  const { full = false, eps = 1e-6, reduction } = options;
  requireSameShape("gaussianNllLoss", input, target);
  const rows = input.shape.slice(0, -1);
  const perRow = sameShape(variance.shape, rows) && !sameShape(variance.shape, input.shape);
  const given = perRow ? variance.unsqueeze(-1) : variance;
  if (!sameShape(given.shape, input.shape) && !sameShape(given.shape, [...rows, 1])) {
    throw new ChainruleError(
      "shape",
      `Variances of shape ${showShape(variance.shape)} do not fit an input of shape ${showShape(input.shape)}.`,
      "Give one variance for each element, or one for each row.",
    );
  }
  if (!recording) checkVariances(variance);
  // The bound changes the value but not the gradient, as in PyTorch.
  const v = given.add(given.clamp(eps, null).sub(given).detach());
  const losses = v.log().add(input.sub(target).square().div(v)).mul(0.5);
  return reduced(full ? losses.add(HALF_LOG_TWO_PI) : losses, reduction);
}

/** NaN passes, as in PyTorch: whoever looks for the first value that is not finite has more to say about it. */
function checkVariances(variance: Tensor): void {
  const below = variance.data.find((v) => v < 0);
  if (below === undefined) return;
  throw new ChainruleError(
    "argument",
    `gaussianNllLoss takes variances, and one is ${below}.`,
    "Let the network give their logarithms and take exp(), or put a softplus() before.",
  );
}
