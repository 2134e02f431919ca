/** Scores of predicted probabilities, with scikit-learn's definitions. */
import { finfo, Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import {
  checkClass,
  checkCounts,
  column,
  numbersOf,
  type Scores,
  scoredClasses,
  type WeightOptions,
  weightsOf,
} from "./read.ts";

/** Options of {@link logLoss}. */
export interface LogLossOptions extends WeightOptions {
  /** The predictions are logits, before softmax (or sigmoid). Default false: probabilities. */
  fromLogits?: boolean;
}

/**
 * −1/N · Σ log p(true class), the cross-entropy in nats. Probabilities are kept from 0 and 1 by the dtype's ε, as in scikit-learn's
 * `log_loss`, so that one certain mistake costs much and not everything.
 *
 * @param prediction - probabilities [N, classes], or those of class 1, [N] or [N, 1]; with `fromLogits`, logits
 * @param target - true classes [N]
 * @throws ChainruleError `data` for what is no probability, for rows that do not add up to 1, and for what is no class
 *
 * @example
 * logLoss([0.9, 0.2], [1, 0]); // → 0.1643
 * logLoss([0.9, 0.2], [0, 0]); // → 1.263
 * logLoss([[2, 0, 0]], [0], { fromLogits: true }); // → 0.2395
 * logLoss([[2, 0, 0]], [0]); // throws data: The predictions hold 2 at 0, which is no probability
 */
export function logLoss(
  prediction: Scores,
  target: Scores,
  { fromLogits = false, weights: given }: LogLossOptions = {},
): number {
  const {
    data,
    classes,
    single,
    target: truth,
  } = fromLogits ? classScores(prediction, target) : classProbabilities(prediction, target);
  const weights = weightsOf(given, truth.length);
  const eps = epsilonOf(prediction);
  let sum = 0;
  let all = 0;
  for (let i = 0; i < truth.length; i++) {
    let logProb: number;
    if (single) {
      // log σ(z) for class 1 and log σ(−z) for class 0
      const sign = truth[i] === 1 ? 1 : -1;
      logProb = fromLogits
        ? logSigmoid(sign * data[i])
        : Math.log(clip(truth[i] === 1 ? data[i] : 1 - data[i], eps));
    } else {
      const from = i * classes;
      logProb = fromLogits
        ? data[from + truth[i]] - logSumExp(data, from, classes)
        : Math.log(clip(data[from + truth[i]], eps));
    }
    sum += weights[i] * logProb;
    all += weights[i];
  }
  return -sum / all;
}

/**
 * Brier's score: the mean squared distance of the probabilities from the truth. For two classes (p₁ − y)², from 0 to 1; for more
 * Σ_c (p_c − [y = c])², from 0 to 2: scikit-learn's `brier_score_loss`, which takes several classes since version 1.7.
 *
 * @param probabilities - [N, classes], or those of class 1, [N] or [N, 1]; two columns count as the second alone
 * @param target - true classes [N]
 * @throws ChainruleError `data` for what is no probability, for rows that do not add up to 1, and for what is no class
 *
 * @example
 * brier([0.9, 0.2], [1, 0]); // → 0.025
 * brier([[0.2, 0.3, 0.5]], [2]); // → 0.38
 */
export function brier(probabilities: Scores, target: Scores, { weights: given }: WeightOptions = {}): number {
  const { data, classes, single, target: truth } = classProbabilities(probabilities, target);
  const weights = weightsOf(given, truth.length);
  let sum = 0;
  let all = 0;
  for (let i = 0; i < truth.length; i++) {
    let squares = 0;
    if (classes === 2) squares = (data[single ? i : 2 * i + 1] - truth[i]) ** 2;
    else for (let c = 0; c < classes; c++) squares += (data[i * classes + c] - (truth[i] === c ? 1 : 0)) ** 2;
    sum += weights[i] * squares;
    all += weights[i];
  }
  return sum / all;
}

/** Scores of two classes in one column (`single`), or of several in a column each, with the true classes. */
export interface ClassScores {
  readonly data: ArrayLike<number>;
  readonly classes: number;
  readonly single: boolean;
  readonly target: ArrayLike<number>;
}

/** Reads scores of classes: those of class 1, [N] or [N, 1], or of every class, [N, classes]. */
export function classScores(scores: Scores, target: Scores): ClassScores {
  const { data, shape } = numbersOf(scores, "scores");
  if (shape.length === 2 && shape[1] > 1) return { ...scoredClasses(scores, target), single: false };
  const truth = column(target, "targets");
  checkCounts(data.length, truth.length);
  for (let i = 0; i < truth.length; i++) checkClass(truth[i], i, "targets", 2);
  return { data, classes: 2, single: true, target: truth };
}

/** Reads probabilities as {@link classScores}: numbers from 0 to 1, and those of a row add up to 1. */
export function classProbabilities(probabilities: Scores, target: Scores): ClassScores {
  const read = classScores(probabilities, target);
  checkProbabilities(read.data);
  if (!read.single) checkRows(read.data, read.classes, toleranceOf(probabilities));
  return read;
}

const clip = (p: number, eps: number): number => Math.min(Math.max(p, eps), 1 - eps);

const logSigmoid = (z: number): number => Math.min(z, 0) - Math.log1p(Math.exp(-Math.abs(z)));

function logSumExp(data: ArrayLike<number>, from: number, count: number): number {
  let largest = data[from];
  for (let k = 1; k < count; k++) largest = Math.max(largest, data[from + k]);
  let sum = 0;
  for (let k = 0; k < count; k++) sum += Math.exp(data[from + k] - largest);
  return largest + Math.log(sum);
}

const epsilonOf = (x: Scores): number =>
  (x instanceof Tensor && x.dtype === "float32") || x instanceof Float32Array
    ? finfo("float32").eps
    : finfo("float64").eps;

/** How far the sum of a row of probabilities may be from 1. */
export const toleranceOf = (x: Scores): number => Math.sqrt(epsilonOf(x));

function checkProbabilities(data: ArrayLike<number>): void {
  for (let i = 0; i < data.length; i++) {
    if (data[i] >= 0 && data[i] <= 1 + 1e-6) continue;
    throw new ChainruleError(
      "data",
      `The predictions hold ${data[i]} at ${i}, which is no probability.`,
      "Apply softmax or sigmoid first; logLoss takes logits with { fromLogits: true }.",
    );
  }
}

/** Throws unless the probabilities of each sample add up to 1. */
export function checkRows(data: ArrayLike<number>, classes: number, tolerance: number): void {
  for (let from = 0; from < data.length; from += classes) {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += data[from + k];
    if (Math.abs(sum - 1) <= tolerance) continue;
    throw new ChainruleError(
      "data",
      `The probabilities of sample ${from / classes} add up to ${sum}.`,
      "Apply softmax(1) to logits first.",
    );
  }
}
