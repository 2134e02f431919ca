/** Scores of predicted classes. Definitions and conventions are scikit-learn's. */
import { fromTypedArray, type Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { classCount, classPairs, type PredictionOptions, tally } from "./pairs.ts";
import { type Scores, scoredClasses, type WeightOptions, weightsOf } from "./read.ts";

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
  const { predicted, target: truth, weights } = classPairs(prediction, target, options);
  let right = 0;
  let all = 0;
  for (let i = 0; i < truth.length; i++) {
    if (predicted[i] === truth[i]) right += weights[i];
    all += weights[i];
  }
  return right / all;
}

export interface TopKOptions extends WeightOptions {
  /** Default 2. */
  k?: number;
}

/**
 * The share of samples whose true class is among the k highest scores. Of equal scores the later class ranks higher, as in
 * scikit-learn.
 *
 * @param scores - [N, classes]
 */
export function topKAccuracy(
  scores: Scores,
  target: Scores,
  { k = 2, weights: given }: TopKOptions = {},
): number {
  const { data, classes, target: truth } = scoredClasses(scores, target);
  if (!Number.isInteger(k) || k < 1) {
    throw new ChainruleError("argument", `k is ${String(k)}.`, "Give a whole number ≥ 1.");
  }
  const weights = weightsOf(given, truth.length);
  let hits = 0;
  let all = 0;
  for (let i = 0; i < truth.length; i++) {
    const from = i * classes;
    const own = data[from + truth[i]];
    let above = 0;
    for (let c = 0; c < classes; c++) {
      if (data[from + c] > own || (data[from + c] === own && c > truth[i])) above++;
    }
    if (above < k && !Number.isNaN(own)) hits += weights[i];
    all += weights[i];
  }
  return hits / all;
}

/** The mean over the classes that occur of the share of their samples that is predicted right. */
export function balancedAccuracy(prediction: Scores, target: Scores, options?: PredictionOptions): number {
  const occurring = tally(classPairs(prediction, target, options)).filter(({ support }) => support > 0);
  return occurring.reduce((sum, { hits, support }) => sum + hits / support, 0) / occurring.length;
}

export interface ConfusionOptions extends PredictionOptions {
  /** Number of classes. Default: the width of the scores, or one more than the largest class that occurs. */
  numClasses?: number;
  /** Divide by the number of samples of the true class, of the predicted class, or of all. Default: counts. */
  normalize?: "true" | "predicted" | "all";
}

/**
 * How often each class (row) was predicted as which (column): int32 [classes, classes]. With `weights` float64 sums of weights, with
 * `normalize` float64 shares, 0 where there is nothing to divide by.
 */
export function confusionMatrix(prediction: Scores, target: Scores, options: ConfusionOptions = {}): Tensor {
  const pairs = classPairs(prediction, target, options, options.numClasses);
  const { predicted, target: truth, weights } = pairs;
  const n = classCount(pairs);
  const { normalize } = options;
  const isCount = normalize === undefined && options.weights === undefined;
  const matrix = isCount ? new Int32Array(n * n) : new Float64Array(n * n);
  for (let i = 0; i < truth.length; i++) matrix[truth[i] * n + predicted[i]] += weights[i];
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
