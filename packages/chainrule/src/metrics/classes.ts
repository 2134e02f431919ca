/** Scores of predicted classes. Definitions and conventions are scikit-learn's. */
import { fromTypedArray, type Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkClass, checkCounts, column, numbersOf, type Scores, scoredClasses } from "./read.ts";

/** How predictions are read. */
export interface PredictionOptions {
  /**
   * Predictions are one score of the positive class: above the threshold means class 1. Say 0 for logits, 0.5 for probabilities.
   */
  threshold?: number;
}

/** Predicted and true classes of the same samples. */
export interface ClassPairs {
  readonly predicted: ArrayLike<number>;
  readonly target: ArrayLike<number>;
  /** The number of classes where it is known: the width of the scores, 2 with a threshold, or the option. */
  readonly numClasses: number | undefined;
}

/**
 * Reads predictions: class numbers [N] or [N, 1], or scores [N, classes] (logits or probabilities), of which the largest counts,
 * the first one where several are equal.
 */
export function classPairs(
  prediction: Scores,
  target: Scores,
  { threshold }: PredictionOptions = {},
  numClasses?: number,
): ClassPairs {
  const { data, shape } = numbersOf(prediction, "predictions");
  const truth = column(target, "targets");
  const isScored = threshold === undefined && shape.length === 2 && shape[1] > 1;
  const known = numClasses ?? (isScored ? shape[1] : threshold === undefined ? undefined : 2);
  const predicted = isScored ? argmaxRows(data, shape[1]) : column(prediction, "predictions");
  checkCounts(predicted.length, truth.length);
  const classes =
    threshold === undefined ? predicted : Int32Array.from(predicted, (score) => (score > threshold ? 1 : 0));
  for (let i = 0; i < truth.length; i++) {
    checkClass(classes[i], i, "predictions", known);
    checkClass(truth[i], i, "targets", known);
  }
  return { predicted: classes, target: truth, numClasses: known };
}

/** The column of the largest number of each row; NaN counts as the largest, as in argmax. */
function argmaxRows(data: ArrayLike<number>, width: number): Int32Array {
  const best = new Int32Array(data.length / width);
  for (let row = 0; row < best.length; row++) {
    const from = row * width;
    let at = 0;
    for (let k = 1; k < width && !Number.isNaN(data[from + at]); k++) {
      if (data[from + k] > data[from + at] || Number.isNaN(data[from + k])) at = k;
    }
    best[row] = at;
  }
  return best;
}

/**
 * The share of samples whose class is predicted right.
 *
 * @param prediction - class numbers [N], or scores [N, classes] (logits or probabilities); with `threshold`, one score a sample
 * @param target - true classes [N]
 *
 * @example
 * accuracy(model(x), y);                       // logits of several classes
 * accuracy(model(x), y, { threshold: 0 });     // one logit
 */
export function accuracy(prediction: Scores, target: Scores, options?: PredictionOptions): number {
  const { predicted, target: truth } = classPairs(prediction, target, options);
  let right = 0;
  for (let i = 0; i < truth.length; i++) if (predicted[i] === truth[i]) right++;
  return right / truth.length;
}

/**
 * The share of samples whose true class is among the k highest scores. Of equal scores the later class ranks higher, as in
 * scikit-learn.
 *
 * @param scores - [N, classes]
 * @param options - k, default 2
 */
export function topKAccuracy(scores: Scores, target: Scores, { k = 2 }: { k?: number } = {}): number {
  const { data, classes, target: truth } = scoredClasses(scores, target);
  if (!Number.isInteger(k) || k < 1) {
    throw new ChainruleError("argument", `k is ${String(k)}.`, "Give a whole number ≥ 1.");
  }
  let hits = 0;
  for (let i = 0; i < truth.length; i++) {
    const from = i * classes;
    const own = data[from + truth[i]];
    let above = 0;
    for (let c = 0; c < classes; c++) {
      if (data[from + c] > own || (data[from + c] === own && c > truth[i])) above++;
    }
    if (above < k && !Number.isNaN(own)) hits++;
  }
  return hits / truth.length;
}

/** The mean over the classes that occur of the share of their samples that is predicted right. */
export function balancedAccuracy(prediction: Scores, target: Scores, options?: PredictionOptions): number {
  const { matrix, numClasses } = counts(prediction, target, options);
  let sum = 0;
  let occurring = 0;
  for (let c = 0; c < numClasses; c++) {
    const support = matrix.subarray(c * numClasses, (c + 1) * numClasses).reduce((a, b) => a + b, 0);
    if (support === 0) continue;
    sum += matrix[c * numClasses + c] / support;
    occurring++;
  }
  return sum / occurring;
}

export interface ConfusionOptions extends PredictionOptions {
  /** Number of classes. Default: the width of the scores, or one more than the largest class that occurs. */
  numClasses?: number;
  /** Divide by the number of samples of the true class, of the predicted class, or of all. Default: counts. */
  normalize?: "true" | "predicted" | "all";
}

/**
 * How often each class (row) was predicted as which (column): int32 [classes, classes], or float64 shares with `normalize`, 0 where
 * there is nothing to divide by.
 */
export function confusionMatrix(prediction: Scores, target: Scores, options: ConfusionOptions = {}): Tensor {
  const { matrix, numClasses: n } = counts(prediction, target, options, options.numClasses);
  const { normalize } = options;
  if (normalize === undefined) return fromTypedArray(matrix, [n, n]);
  const sums = { true: new Float64Array(n), predicted: new Float64Array(n) };
  let all = 0;
  for (let at = 0; at < n * n; at++) {
    sums.true[Math.floor(at / n)] += matrix[at];
    sums.predicted[at % n] += matrix[at];
    all += matrix[at];
  }
  const share = Float64Array.from(matrix, (count, at) => {
    if (normalize === "all") return count / all;
    return count === 0 ? 0 : count / sums[normalize][normalize === "true" ? Math.floor(at / n) : at % n];
  });
  return fromTypedArray(share, [n, n]);
}

/** A table of more classes squared would take a gigabyte: most likely the targets are no classes. */
const mostClasses = 16384;

/** The confusion matrix as plain counts, rows true. */
export function counts(
  prediction: Scores,
  target: Scores,
  options?: PredictionOptions,
  numClasses?: number,
): { matrix: Int32Array; numClasses: number; known: boolean } {
  const pairs = classPairs(prediction, target, options, numClasses);
  const { predicted, target: truth } = pairs;
  let n = pairs.numClasses ?? 0;
  if (pairs.numClasses === undefined) {
    for (let i = 0; i < truth.length; i++) n = Math.max(n, predicted[i] + 1, truth[i] + 1);
  }
  if (n > mostClasses) {
    throw new ChainruleError(
      "data",
      `The largest class is ${n - 1}, and a table of ${n} classes would not be of use.`,
      "Number the classes from 0 without gaps, or use a metric for numbers (mse, r2).",
    );
  }
  const matrix = new Int32Array(n * n);
  for (let i = 0; i < truth.length; i++) matrix[truth[i] * n + predicted[i]]++;
  return { matrix, numClasses: n, known: numClasses !== undefined };
}
