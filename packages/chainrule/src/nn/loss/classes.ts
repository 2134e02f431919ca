/** Losses of classifiers whose target is a class, or a distribution over classes. */
import {
  arange,
  isFloating,
  recording,
  sameShape,
  showShape,
  type Tensor,
  where,
} from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import type { OptionNames } from "../../util/options.ts";
import { counted } from "../../util/wording.ts";
import {
  checkLoss,
  marginNames,
  type Reduction,
  type ReductionOption,
  reduced,
  reductionNames,
} from "./reduction.ts";

/** Options of the losses on classes. */
export interface ClassOptions extends ReductionOption {
  /**
   * A weight for each class, shape [classes]; without it all count alike. For class indices, "mean" divides by the sum of the
   * weights of the targets; for probabilities, by the number of rows.
   */
  weight?: Tensor | null;
  /** Class indices of this value count for nothing; the mean of none is NaN. Default −100. */
  ignoreIndex?: number;
}

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions extends ClassOptions {
  /** Share of the target that is spread evenly over all classes, from 0 to 1. Default 0. Szegedy et al., CVPR 2016. */
  labelSmoothing?: number;
}

/** The names of {@link ClassOptions}. */
export const classNames: OptionNames<ClassOptions> = { ...reductionNames, weight: 0, ignoreIndex: 0 };

/** The names of {@link CrossEntropyOptions}. */
export const crossEntropyNames: OptionNames<CrossEntropyOptions> = { ...classNames, labelSmoothing: 0 };

/** The dimension of the classes: [classes], [n, classes] or [n, classes, …]. */
function classDim(input: Tensor): number {
  if (input.ndim === 0) {
    throw new ChainruleError(
      "shape",
      "The scores of a classifier need a dimension of classes.",
      "Give shape [n, classes].",
    );
  }
  return input.ndim === 1 ? 0 : 1;
}

/** Throws unless targets are class indices of the input's rows, and weights one for each class. */
function checkClasses(
  input: Tensor,
  target: Tensor,
  weight: Tensor | null | undefined,
  otherwise = "",
): number {
  const dim = classDim(input);
  const rows = input.shape.filter((_, d) => d !== dim);
  if (target.dtype !== "int32") {
    throw new ChainruleError(
      "dtype",
      `Classes are given as ${target.dtype}.`,
      `Give class indices as int32, by to("int32")${otherwise}.`,
    );
  }
  if (!sameShape(rows, target.shape)) {
    throw new ChainruleError(
      "shape",
      `Scores of shape ${showShape(input.shape)} do not fit targets of shape ${showShape(target.shape)}.`,
      `Give class indices of shape ${showShape(rows)}.`,
    );
  }
  const classes = input.shape[dim];
  if (weight && !sameShape(weight.shape, [classes])) {
    throw new ChainruleError(
      "shape",
      `The class weights have shape ${showShape(weight.shape)} for ${counted(classes, "class", "classes")}.`,
      `Give weights of shape [${classes}].`,
    );
  }
  return dim;
}

/** Runs a look-up by class, and names the row whose label is not a class. */
function byLabel(target: Tensor, classes: number, ignoreIndex: number, look: () => Tensor): Tensor {
  const named = (error: ChainruleError, labels?: Tensor): ChainruleError => {
    if (error.code !== "index" || !labels) return error;
    const { data } = labels;
    const row = data.findIndex((label) => label !== ignoreIndex && !(label >= 0 && label < classes));
    if (row < 0) return error;
    return new ChainruleError(
      "index",
      `The label ${data[row]} of row ${row} is none of the ${classes} classes.`,
      `Labels run from 0 to ${classes - 1}; the model's last layer must have one output for each class.`,
      { cause: error },
    );
  };
  if (recording) return recording.telling(named, look, target);
  try {
    return look();
  } catch (error) {
    throw error instanceof ChainruleError ? named(error, target) : error;
  }
}

/** One number for each target out of the scores of its classes, along `dim`. */
const pick = (scores: Tensor, dim: number, labels: Tensor): Tensor =>
  scores.gather(dim, labels.unsqueeze(dim)).squeeze(dim);

/** Which labels count, those labels (0 in place of the others), and the weight of each, 0 where it does not count. */
function countingLabels(
  logProbs: Tensor,
  target: Tensor,
  weight: Tensor | null | undefined,
  ignoreIndex: number,
): { labels: Tensor; keep: Tensor; weights: Tensor } {
  const keep = target.ne(ignoreIndex);
  const labels = where(keep, target, 0);
  const counts = keep.to(logProbs.dtype);
  if (!weight) return { labels, keep, weights: counts };
  const each = weight.indexSelect(0, labels.reshape([-1])).reshape(target.shape);
  return { labels, keep, weights: each.mul(counts) };
}

/**
 * Sums weighted losses, or divides the sum by that of the weights. Ignored rows are set to 0 rather than multiplied by it, so
 * that nothing in them matters, not even infinite scores, and a batch of them alone sends gradients of 0.
 */
function weighted(losses: Tensor, keep: Tensor, weights: Tensor, reduction: Reduction = "mean"): Tensor {
  const kept = where(keep, losses, 0);
  return reduction === "mean" ? kept.sum().div(weights.sum()) : reduced(kept, reduction);
}

/**
 * Negative log-likelihood: ℓ = −w_t · logProbs_t, for targets t that are class indices. As `torch.nn.functional.nll_loss`.
 *
 * @param logProbs [n, classes] (or [classes], or [n, classes, …]), as logSoftmax gives them
 * @param target int32, shape [n] (or [], or [n, …])
 * @throws ChainruleError `dtype` for classes that are not int32, `shape` when shapes do not fit, `index` for a label that is no
 *   class
 *
 * @example
 * const logProbs = tensor([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]]).log();
 * nn.functional.nllLoss(logProbs, tensor([0, 2], { dtype: "int32" })); // → tensor(0.4581)
 * nn.functional.nllLoss(logProbs, tensor([0, 3], { dtype: "int32" })); // throws index: The label 3
 */
export function nllLoss(logProbs: Tensor, target: Tensor, options: ClassOptions = {}): Tensor {
  checkLoss("nllLoss", { logProbs, target }, options, classNames);
  const { weight, ignoreIndex = -100, reduction } = options;
  const dim = checkClasses(logProbs, target, weight);
  return byLabel(target, logProbs.shape[dim], ignoreIndex, () => {
    const { labels, keep, weights } = countingLabels(logProbs, target, weight, ignoreIndex);
    const losses = pick(logProbs, dim, labels).neg();
    return weighted(weight ? losses.mul(weights) : losses, keep, weights, reduction);
  });
}

/**
 * Cross-entropy of softmax(input) with the target: ℓ = −Σ_c w_c t_c log softmax(z)_c, on logits, where w are the weights of the
 * classes. As `torch.nn.functional.cross_entropy`.
 *
 * @param input logits z, [n, classes] (or [classes], or [n, classes, …])
 * @param target class indices (int32, shape [n]), or probabilities in the shape of the input
 * @param options `ignoreIndex` is for class indices alone; with probabilities nobody looks at it
 * @throws ChainruleError `shape` when shapes do not fit, `dtype` for targets of bool, `index` for a label that is no class,
 *   `argument` when `labelSmoothing` is not from 0 to 1
 *
 * @example
 * const logits = tensor([[2, 0, 0], [0, 0, 5]]);
 * const labels = tensor([0, -100], { dtype: "int32" });
 * nn.functional.crossEntropy(logits, labels); // → tensor(0.2395)
 * nn.functional.crossEntropy(logits, labels, { labelSmoothing: 0.3 }); // → tensor(0.6395)
 * nn.functional.crossEntropy(logits, tensor([[1, 0, 0], [0, 0.5, 0.5]])); // → tensor(1.3765)
 */
export function crossEntropy(input: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  checkLoss("crossEntropy", { input, target }, options, crossEntropyNames);
  const { weight, labelSmoothing = 0, ignoreIndex = -100, reduction } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new ChainruleError("argument", `labelSmoothing is ${labelSmoothing}.`, "Give a share from 0 to 1.");
  }
  const dim = classDim(input);
  const logProbs = input.logSoftmax(dim);
  if (isFloating(target.dtype)) return softCrossEntropy(logProbs, target, dim, options);
  checkClasses(input, target, weight, ", or probabilities in the shape of the input, as float32");
  if (labelSmoothing === 0) return nllLoss(logProbs, target, { weight, ignoreIndex, reduction });
  const classes = input.shape[dim];
  return byLabel(target, classes, ignoreIndex, () => {
    const { labels, keep, weights } = countingLabels(logProbs, target, weight, ignoreIndex);
    const right = pick(logProbs, dim, labels).neg();
    const hard = weight ? right.mul(weights) : right;
    const even = weight ? logProbs.mul(alongClasses(weight, logProbs, dim)) : logProbs;
    const smooth = even.sum(dim).neg();
    const losses = hard.mul(1 - labelSmoothing).add(smooth.mul(labelSmoothing / classes));
    return weighted(losses, keep, weights, reduction);
  });
}

/** Class weights in a shape that broadcasts along the classes of the scores. */
const alongClasses = (weight: Tensor, scores: Tensor, dim: number): Tensor =>
  weight.reshape(scores.shape.map((_, d) => (d === dim ? -1 : 1)));

function softCrossEntropy(
  logProbs: Tensor,
  target: Tensor,
  dim: number,
  options: CrossEntropyOptions,
): Tensor {
  const { weight, labelSmoothing = 0, reduction } = options;
  if (!sameShape(logProbs.shape, target.shape)) {
    throw new ChainruleError(
      "shape",
      `Scores of shape ${showShape(logProbs.shape)} do not fit probabilities of shape ${showShape(target.shape)}.`,
      'Give probabilities in the shape of the scores, or class indices as int32, by to("int32").',
    );
  }
  const classes = logProbs.shape[dim];
  const shares = labelSmoothing === 0 ? target : target.mul(1 - labelSmoothing).add(labelSmoothing / classes);
  const terms = logProbs.mul(shares);
  const losses = (weight ? terms.mul(alongClasses(weight, logProbs, dim)) : terms).sum(dim).neg();
  return reduced(losses, reduction);
}

/** Options of {@link multiMarginLoss}. */
export interface MultiMarginOptions extends ReductionOption {
  /** Power of the margins missed: 1 or 2. Default 1. */
  p?: 1 | 2;
  /** By how much the score of the target must be larger than each other one. Default 1. */
  margin?: number;
  /** A weight for each class, shape [classes]. Without it all count alike. */
  weight?: Tensor | null;
}

/** The names of {@link MultiMarginOptions}. */
export const multiMarginNames: OptionNames<MultiMarginOptions> = { ...marginNames, p: 0, weight: 0 };

/**
 * Hinge loss for classes: ℓ = 1/C Σ_{i≠t} max(0, margin − x_t + x_i)^p, times the weight of t. As
 * `torch.nn.functional.multi_margin_loss`.
 *
 * @param input scores x, [n, classes] or [classes], float
 * @param target class indices t, int32, shape [n] or []
 * @throws ChainruleError `argument` when p is not 1 or 2, `dtype` for classes that are not int32, `shape` when shapes do not fit,
 *   `index` for a label that is no class
 *
 * @example
 * const scores = tensor([[3, 1, 2.5], [0, 0, 0]]);
 * const labels = tensor([0, 1], { dtype: "int32" });
 * nn.functional.multiMarginLoss(scores, labels, { reduction: "none" }); // → tensor([0.1667, 0.6667])
 */
export function multiMarginLoss(input: Tensor, target: Tensor, options: MultiMarginOptions = {}): Tensor {
  checkLoss("multiMarginLoss", { input, target }, options, multiMarginNames);
  const { p = 1, margin = 1, weight, reduction } = options;
  if (p !== 1 && p !== 2) throw new ChainruleError("argument", `p is ${String(p)}.`, "Use 1 or 2.");
  if (input.ndim > 2) {
    throw new ChainruleError(
      "shape",
      `multiMarginLoss takes one row of scores for each target, and was given the shape ${showShape(input.shape)}.`,
      "Give [n, classes] or [classes]: move the classes last and reshape.",
    );
  }
  const dim = checkClasses(input, target, weight);
  const classes = input.shape[dim];
  return byLabel(target, classes, Number.NaN, () => {
    const labels = target.unsqueeze(dim);
    const missed = input.sub(input.gather(dim, labels)).add(margin).relu();
    const powered = p === 2 ? missed.square() : missed;
    // The target's own term is a constant, margin^p: it is taken out by setting it to zero.
    const others = where(labels.eq(arange(classes)), 0, powered);
    const losses = others.sum(dim).div(classes);
    return reduced(
      weight ? losses.mul(weight.indexSelect(0, target.reshape([-1])).reshape(target.shape)) : losses,
      reduction,
    );
  });
}
