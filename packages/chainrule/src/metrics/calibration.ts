/** Whether probabilities are what happens: calibration by bins. */
import { ChainruleError } from "../util/errors.ts";
import { above, argmaxRows } from "./pairs.ts";
import { type ClassScores, classProbabilities } from "./probabilities.ts";
import { quantile } from "./quantile.ts";
import { columnOf, type Scores, type WeightOptions, weightsOf } from "./read.ts";

/** The points of a reliability diagram: one for each bin that holds samples, by rising probability. */
export interface CalibrationCurve {
  /** The share of samples in each bin for which the event happened. */
  readonly probTrue: number[];
  /** The mean of the predicted probabilities in each bin. */
  readonly probPred: number[];
  /** The number of samples in each bin. */
  readonly counts: number[];
}

/** Options of {@link calibrationCurve}. */
export interface CalibrationCurveOptions {
  /** Number of bins; those without a sample are left out. Default 5, as in scikit-learn. */
  bins?: number;
  /** Bins of equal width from 0 to 1, or between quantiles of the probabilities. Default "uniform". */
  strategy?: "uniform" | "quantile";
}

/**
 * The reliability diagram: how often an event happened against the probability that was predicted for it, by bins of the probability.
 * A bin holds its upper end, and the first one its lower end too, as in scikit-learn.
 *
 * For two classes the event is class 1. For more it is that the most probable class is the true one, and its probability is
 * the confidence of {@link calibrationError}.
 *
 * @param probabilities - of class 1, [N] or [N, 1], or of each class, [N, classes]
 * @param target - true classes [N]
 * @throws ChainruleError `data` for what is no probability, for rows that do not add up to 1 and for what is no class, `argument` for
 * `bins` below 1
 *
 * @example
 * // An event of probability 0.25 happened in one case of four, one of 0.75 in all.
 * const curve = calibrationCurve([0.25, 0.25, 0.25, 0.25, 0.75, 0.75], [0, 0, 1, 0, 1, 1], { bins: 2 });
 * curve; // → { probTrue: [0.25, 1], probPred: [0.25, 0.75], counts: [4, 2] }
 */
export function calibrationCurve(
  probabilities: Scores,
  target: Scores,
  { bins = 5, strategy = "uniform" }: CalibrationCurveOptions = {},
): CalibrationCurve {
  const read = classProbabilities(probabilities, target);
  const events = read.classes === 2 ? ofClassOne(read) : ofTopClass(read);
  const filled = inBins(
    events,
    edgesOf(events.predicted, bins, strategy),
    weightsOf(undefined, read.target.length),
  );
  return {
    probTrue: filled.map(({ happened, total }) => happened / total),
    probPred: filled.map(({ predicted, total }) => predicted / total),
    counts: filled.map(({ total }) => total),
  };
}

/** Options of {@link calibrationError}. */
export interface CalibrationErrorOptions extends WeightOptions {
  /** Number of bins of equal width. Default 15. */
  bins?: number;
}

/**
 * The expected calibration error of Guo et al. (2017): Σ_b n_b/N · |accuracy(b) − confidence(b)| over bins b of the confidence, which
 * is the probability of the most probable class (of equal ones the first), with n_b of the N samples each. 0 is best, 1 worst.
 * A bin holds its upper end, and the first one its lower end too.
 *
 * @param probabilities - of class 1, [N] or [N, 1], or of each class, [N, classes]
 * @param target - true classes [N]
 * @throws ChainruleError `data` for what is no probability, for rows that do not add up to 1 and for what is no class, `argument` for
 * `bins` below 1
 *
 * @example
 * // Sure by 0.75 on average, and right in every case
 * calibrationError([0.25, 0.25, 0.75, 0.75], [0, 0, 1, 1]); // → 0.25
 */
export function calibrationError(
  probabilities: Scores,
  target: Scores,
  { bins = 15, weights: given }: CalibrationErrorOptions = {},
): number {
  const read = classProbabilities(probabilities, target);
  const weights = weightsOf(given, read.target.length);
  const events = ofTopClass(read);
  const filled = inBins(events, edgesOf(events.predicted, bins, "uniform"), weights);
  const gap = filled.reduce((sum, { happened, predicted }) => sum + Math.abs(happened - predicted), 0);
  return gap / filled.reduce((sum, { total }) => sum + total, 0);
}

/** Events with the probability that was predicted for each, and 1 where it happened. */
interface Events {
  readonly predicted: ArrayLike<number>;
  readonly happened: ArrayLike<number>;
}

function ofClassOne({ data, single, target }: ClassScores): Events {
  if (single) return { predicted: data, happened: target };
  return { predicted: columnOf(data, 2, 1), happened: target };
}

function ofTopClass({ data, classes, single, target }: ClassScores): Events {
  const predicted = new Float64Array(target.length);
  const happened = new Uint8Array(target.length);
  const top = single ? above(0.5, data) : argmaxRows(data, classes);
  for (let i = 0; i < target.length; i++) {
    if (single) predicted[i] = top[i] === 1 ? data[i] : 1 - data[i];
    else predicted[i] = data[i * classes + top[i]];
    happened[i] = top[i] === target[i] ? 1 : 0;
  }
  return { predicted, happened };
}

/** The ends of bins, but for the first and the last. */
function edgesOf(predicted: ArrayLike<number>, bins: number, strategy: "uniform" | "quantile"): number[] {
  if (!Number.isInteger(bins) || bins < 1) {
    throw new ChainruleError("argument", `bins is ${String(bins)}.`, "Give a whole number ≥ 1.");
  }
  if (strategy !== "uniform" && strategy !== "quantile") {
    throw new ChainruleError(
      "argument",
      `There is no strategy "${String(strategy)}".`,
      'Use "uniform" or "quantile".',
    );
  }
  // i · (1/bins), not i/bins: numpy's linspace, so that a probability on an edge falls where scikit-learn puts it
  const edges = Array.from({ length: bins - 1 }, (_, i) => (i + 1) * (1 / bins));
  return strategy === "uniform" ? edges : quantile(predicted, edges);
}

/** Sums over the samples of a bin. */
interface Bin {
  happened: number;
  predicted: number;
  total: number;
}

/** The bins that hold samples. */
function inBins(
  { predicted, happened }: Events,
  edges: readonly number[],
  weights: ArrayLike<number>,
): Bin[] {
  const bins = Array.from({ length: edges.length + 1 }, () => ({ happened: 0, predicted: 0, total: 0 }));
  for (let i = 0; i < predicted.length; i++) {
    const bin = bins[countBelow(edges, predicted[i])];
    bin.happened += weights[i] * happened[i];
    bin.predicted += weights[i] * predicted[i];
    bin.total += weights[i];
  }
  return bins.filter(({ total }) => total > 0);
}

/** How many of rising numbers are below x. */
function countBelow(rising: readonly number[], x: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
