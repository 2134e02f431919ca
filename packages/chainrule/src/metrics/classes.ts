/** Scores of predicted classes. Definitions and conventions are scikit-learn's. */
import { fromTypedArray, type Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkChoice } from "../util/options.ts";
import { classCount, classPairs, type PredictionOptions, tally } from "./pairs.ts";
import { type Scores, scoredClasses, type WeightOptions, weightsOf } from "./read.ts";

/**
 * The share of samples whose class is predicted right. scikit-learn's `accuracy_score`.
 *
 * @param prediction - class numbers [N], or scores [N, classes] (logits or probabilities); with `threshold`, one score a sample
 * @param target - true classes [N]
 * @throws ChainruleError `data` for what is no class, and for predictions and targets that differ in number, `shape` for targets that
 * are not one for each sample
 *
 * @example
 * accuracy([0, 1, 2, 2], [0, 1, 1, 2]); // → 0.75
 * accuracy(tensor([[2, -1], [0, 3]]), tensor([0, 0], { dtype: "int32" })); // → 0.5
 * accuracy([0.7, 0.4, 0.9], [1, 1, 1], { threshold: 0.5 }); // → 0.6667
 * accuracy([0.7, 0.4, 0.9], [1, 1, 1]); // throws data: The predictions hold 0.7 at 0, which is no class
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

/** Options of {@link topKAccuracy}. */
export interface TopKOptions extends WeightOptions {
  /** How many of the highest scores count. Default 2. */
  k?: number;
}

/**
 * The share of samples whose true class is among the k highest scores. Of equal scores the later class ranks higher, as in
 * scikit-learn's `top_k_accuracy_score`.
 *
 * @param scores - [N, classes]
 * @param target - true classes [N]
 * @throws ChainruleError `argument` for a k below 1, `shape` for scores that are no rows, `data` for what is no class of them
 *
 * @example
 * const scores = [[0.5, 0.3, 0.2], [0.1, 0.3, 0.6]];
 * topKAccuracy(scores, [1, 0]); // → 0.5
 * topKAccuracy(scores, [1, 0], { k: 3 }); // → 1
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

/**
 * The mean over the classes that occur of the share of their samples that is predicted right. scikit-learn's
 * `balanced_accuracy_score`.
 *
 * @param prediction - class numbers [N], or scores [N, classes]; with `threshold`, one score a sample
 * @param target - true classes [N]
 * @throws ChainruleError as {@link accuracy}
 *
 * @example
 * // Always class 0: right in three cases of four, and in one class of two.
 * accuracy([0, 0, 0, 0], [0, 0, 0, 1]); // → 0.75
 * balancedAccuracy([0, 0, 0, 0], [0, 0, 0, 1]); // → 0.5
 */
export function balancedAccuracy(prediction: Scores, target: Scores, options?: PredictionOptions): number {
  const occurring = tally(classPairs(prediction, target, options)).filter(({ support }) => support > 0);
  return occurring.reduce((sum, { hits, support }) => sum + hits / support, 0) / occurring.length;
}

/** Options of {@link confusionMatrix}. */
export interface ConfusionOptions extends PredictionOptions {
  /** Number of classes. Default: the width of the scores, or one more than the largest class that occurs. */
  numClasses?: number;
  /** Divide by the number of samples of the true class, of the predicted class, or of all. Default: counts. */
  normalize?: "true" | "predicted" | "all";
}

/**
 * How often each class (row) was predicted as which (column), as scikit-learn's `confusion_matrix`: int32 [classes, classes]. With
 * `weights` float64 sums of weights, with `normalize` float64 shares, 0 where there is nothing to divide by.
 *
 * @param prediction - class numbers [N], or scores [N, classes]; with `threshold`, one score a sample
 * @param target - true classes [N]
 * @throws ChainruleError as {@link accuracy}, and `data` for a class above 16383
 *
 * @example
 * confusionMatrix([0, 1, 1, 1], [0, 0, 1, 1]); // → tensor([[1, 1], [0, 2]], dtype=int32)
 * const shares = confusionMatrix([0, 1, 1, 1], [0, 0, 1, 1], { normalize: "true" });
 * shares; // → tensor([[0.5000, 0.5000], [0.0000, 1.0000]], dtype=float64)
 */
export function confusionMatrix(prediction: Scores, target: Scores, options: ConfusionOptions = {}): Tensor {
  const pairs = classPairs(prediction, target, options, options.numClasses);
  const { predicted, target: truth, weights } = pairs;
  const n = classCount(pairs);
  const { normalize } = options;
  checkChoice("normalize", normalize, ["true", "predicted", "all"]);
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
