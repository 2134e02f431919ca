/** Scores of rankings: ROC and precision–recall curves, and the areas under them, with scikit-learn's definitions. */
import { ChainruleError } from "../util/errors.ts";
import { descending } from "./order.ts";
import { checkRows, classScores, toleranceOf } from "./probabilities.ts";
import { columnOf, type Scores, type WeightOptions, weightsOf } from "./read.ts";

/** Options of {@link rocAuc} and {@link prAuc}. */
export interface AreaOptions extends WeightOptions {
  /** For more than two classes: the mean over the classes, or their mean by true frequency. Default "macro". */
  average?: "macro" | "weighted";
}

/**
 * The area under the curve of true against false positives: the chance that a positive sample scores above a negative one, ties
 * counting half. scikit-learn's `roc_auc_score`, of more than two classes with `multi_class="ovr"`.
 *
 * @param scores - for two classes the score of class 1, [N] or [N, 1], on any scale; for more, probabilities [N, classes]: each
 * class is told from the rest, and the areas are averaged
 * @param target - true classes [N]; each class must occur, and not alone
 * @throws ChainruleError `data` for a class that does not occur, and for rows that do not add up to 1, `non-finite` for scores that are NaN
 *
 * @example
 * rocAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]); // → 0.75
 * rocAuc([[0.8, 0.1, 0.1], [0.2, 0.6, 0.2], [0.3, 0.4, 0.3]], [0, 1, 2]); // → 1
 * rocAuc([0.1, 0.4], [1, 1]); // throws data: The ranking of class 1 needs samples of it and others
 */
export const rocAuc = (scores: Scores, target: Scores, options?: AreaOptions): number =>
  averageArea(scores, target, options, (ranking, positive) => {
    checkBoth(ranking, positive);
    const { truePositives: tp, falsePositives: fp, positives, negatives } = ranking;
    let area = 0;
    let tpBefore = 0;
    let fpBefore = 0;
    for (let k = 0; k < tp.length; k++) {
      area += ((fp[k] - fpBefore) * (tp[k] + tpBefore)) / 2;
      tpBefore = tp[k];
      fpBefore = fp[k];
    }
    return area / (positives * negatives);
  });

/**
 * Average precision, the area under the steps of precision against recall: Σ (Rₖ − Rₖ₋₁) · Pₖ over the thresholds, from the highest
 * on. scikit-learn's `average_precision_score`, which does not interpolate between the points.
 *
 * @param scores - for two classes the score of class 1, [N] or [N, 1], on any scale; for more, probabilities [N, classes]: each
 * class is told from the rest, and the areas are averaged
 * @param target - true classes [N]; each class that is told from the rest must occur
 * @throws ChainruleError `data` for a class that does not occur, and for rows that do not add up to 1, `non-finite` for scores that are NaN
 *
 * @example
 * prAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]); // → 0.8333
 * prAuc([0.5, 0.5, 0.5, 0.5], [0, 0, 0, 1]); // → 0.25
 */
export const prAuc = (scores: Scores, target: Scores, options?: AreaOptions): number =>
  averageArea(scores, target, options, (ranking, positive) => {
    checkPositives(ranking, positive);
    const { truePositives: tp, falsePositives: fp, positives } = ranking;
    let area = 0;
    for (let k = 0; k < tp.length; k++) {
      area += ((tp[k] - (k === 0 ? 0 : tp[k - 1])) * tp[k]) / (tp[k] + fp[k]);
    }
    return area / positives;
  });

function averageArea(
  scores: Scores,
  target: Scores,
  { average = "macro", weights: given }: AreaOptions = {},
  areaOf: (ranking: Ranking, positive: number) => number,
): number {
  if (average !== "macro" && average !== "weighted") {
    throw new ChainruleError(
      "argument",
      `There is no average "${String(average)}".`,
      'Use "macro" or "weighted".',
    );
  }
  const { data, classes, single, target: truth } = classScores(scores, target);
  const weights = weightsOf(given, truth.length);
  if (!single) checkRows(data, classes, toleranceOf(scores));
  const areas = (classes === 2 ? [1] : Array.from({ length: classes }, (_, c) => c)).map((c) => {
    const ranking = rank(single ? data : columnOf(data, classes, c), truth, c, weights);
    return { area: areaOf(ranking, c), weight: average === "macro" ? 1 : ranking.positives };
  });
  const total = areas.reduce((sum, { weight }) => sum + weight, 0);
  return areas.reduce((sum, { area, weight }) => sum + weight * area, 0) / total;
}

/** The points of a ROC curve, one for each threshold. */
export interface RocCurve {
  /** False positives / negatives, rising from 0 to 1. */
  readonly fpr: Float64Array;
  /** True positives / positives, rising from 0 to 1. */
  readonly tpr: Float64Array;
  /** What a score must reach to count as positive, falling; the first one, which none reaches, is Infinity. */
  readonly thresholds: Float64Array;
}

/** Options of {@link rocCurve}. */
export interface RocCurveOptions extends WeightOptions {
  /** Leave out points on a straight line between others. Default true. */
  dropIntermediate?: boolean;
}

/**
 * True against false positive rates as the threshold falls. The first threshold is Infinity, as in scikit-learn's `roc_curve` since
 * version 1.3.
 *
 * @param scores - of class 1, on any scale: [N], [N, 1], or the second of two columns
 * @param target - true classes [N], 0 and 1; both must occur
 * @throws ChainruleError `data` when one class does not occur, `non-finite` for scores that are NaN, `shape` for more than two columns
 *
 * @example
 * const { fpr, tpr, thresholds } = rocCurve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);
 * fpr; // → Float64Array(5) [0, 0, 0.5, 0.5, 1]
 * tpr; // → Float64Array(5) [0, 0.5, 0.5, 1, 1]
 * thresholds; // → Float64Array(5) [Infinity, 0.8, 0.4, 0.35, 0.1]
 */
export function rocCurve(
  scores: Scores,
  target: Scores,
  { dropIntermediate = true, weights }: RocCurveOptions = {},
): RocCurve {
  const ranking = rankBinary(scores, target, weights);
  checkBoth(ranking, 1);
  const { truePositives: tp, falsePositives: fp, thresholds, positives, negatives } = ranking;
  const bends = (k: number): boolean =>
    k === 0 ||
    k === tp.length - 1 ||
    tp[k + 1] - tp[k] !== tp[k] - tp[k - 1] ||
    fp[k + 1] - fp[k] !== fp[k] - fp[k - 1];
  const kept: number[] = [];
  for (let k = 0; k < tp.length; k++) if (!dropIntermediate || bends(k)) kept.push(k);
  const curve = (first: number, value: (k: number) => number): Float64Array => {
    const points = new Float64Array(kept.length + 1);
    points[0] = first;
    for (let at = 0; at < kept.length; at++) points[at + 1] = value(kept[at]);
    return points;
  };
  return {
    fpr: curve(0, (k) => fp[k] / negatives),
    tpr: curve(0, (k) => tp[k] / positives),
    thresholds: curve(Number.POSITIVE_INFINITY, (k) => thresholds[k]),
  };
}

/** The points of a precision–recall curve. */
export interface PrecisionRecallCurve {
  /** Precision at each threshold, and 1 at the end. */
  readonly precision: Float64Array;
  /** Recall at each threshold, falling, and 0 at the end. */
  readonly recall: Float64Array;
  /** What a score must reach to count as positive, rising: each score that occurs. One fewer than the points. */
  readonly thresholds: Float64Array;
}

/**
 * Precision and recall as the threshold rises, in the order of scikit-learn's `precision_recall_curve`.
 *
 * @param scores - of class 1, on any scale: [N], [N, 1], or the second of two columns
 * @param target - true classes [N], 0 and 1; class 1 must occur
 * @throws ChainruleError `data` when class 1 does not occur, `non-finite` for scores that are NaN, `shape` for more than two columns
 *
 * @example
 * const curve = precisionRecallCurve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);
 * curve.precision; // → Float64Array(5) [0.5, 0.6667, 0.5, 1, 1]
 * curve.recall; // → Float64Array(5) [1, 1, 0.5, 0.5, 0]
 * curve.thresholds; // → Float64Array(4) [0.1, 0.35, 0.4, 0.8]
 */
export function precisionRecallCurve(
  scores: Scores,
  target: Scores,
  { weights }: WeightOptions = {},
): PrecisionRecallCurve {
  const ranking = rankBinary(scores, target, weights);
  checkPositives(ranking, 1);
  const { truePositives: tp, falsePositives: fp, thresholds, positives } = ranking;
  const n = tp.length;
  const precision = new Float64Array(n + 1).fill(1);
  const recall = new Float64Array(n + 1);
  for (let k = 0; k < n; k++) {
    precision[n - 1 - k] = tp[k] / (tp[k] + fp[k]);
    recall[n - 1 - k] = tp[k] / positives;
  }
  return { precision, recall, thresholds: thresholds.slice().reverse() };
}

/** What counts as positive at each threshold: samples, or sums of their weights. */
export interface Ranking {
  /** The distinct scores, falling. */
  readonly thresholds: Float64Array;
  /** Positives with a score of at least the threshold. */
  readonly truePositives: Float64Array;
  /** Negatives with a score of at least the threshold. */
  readonly falsePositives: Float64Array;
  readonly positives: number;
  readonly negatives: number;
}

/** Ranks scores, once: all that the curves and areas are read from. Samples of weight 0 are left out. */
function rank(
  scores: ArrayLike<number>,
  truth: ArrayLike<number>,
  positive: number,
  weights: ArrayLike<number>,
): Ranking {
  const order = descending(scores);
  const thresholds = new Float64Array(order.length);
  const truePositives = new Float64Array(order.length);
  const falsePositives = new Float64Array(order.length);
  let points = 0;
  let positives = 0;
  let negatives = 0;
  for (let k = 0; k < order.length; k++) {
    const at = order[k];
    if (weights[at] === 0) continue;
    if (points === 0 || thresholds[points - 1] !== scores[at]) thresholds[points++] = scores[at];
    if (truth[at] === positive) positives += weights[at];
    else negatives += weights[at];
    truePositives[points - 1] = positives;
    falsePositives[points - 1] = negatives;
  }
  return {
    thresholds: thresholds.subarray(0, points),
    truePositives: truePositives.subarray(0, points),
    falsePositives: falsePositives.subarray(0, points),
    positives,
    negatives,
  };
}

/** The ranking by the scores of class 1. */
export function rankBinary(scores: Scores, target: Scores, weights: WeightOptions["weights"]): Ranking {
  const { data, classes, single, target: truth } = classScores(scores, target);
  if (classes !== 2) {
    throw new ChainruleError(
      "shape",
      `The scores have ${classes} columns, and a curve tells one class from the rest.`,
      "Give the scores of one class, and targets that say of each sample whether it is of that class.",
    );
  }
  return rank(single ? data : columnOf(data, 2, 1), truth, 1, weightsOf(weights, truth.length));
}

/** Throws unless there are samples of the class and others. */
export function checkBoth({ positives, negatives }: Ranking, positive: number): void {
  if (positives > 0 && negatives > 0) return;
  throw new ChainruleError(
    "data",
    `The ranking of class ${positive} needs samples of it and others, and there are ${positives} and ${negatives}.`,
    "Score more data, or split it so that each part has all classes (stratifiedSplit).",
  );
}

function checkPositives({ positives }: Ranking, positive: number): void {
  if (positives > 0) return;
  throw new ChainruleError(
    "data",
    `Precision and recall of class ${positive} need samples of it, and there are none.`,
    "Score more data, or split it so that each part has all classes (stratifiedSplit).",
  );
}
