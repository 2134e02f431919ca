import * as metrics from "../../metrics/index.ts";
import { descending } from "../../metrics/order.ts";
import type { RowWeights } from "../row-weights.ts";
import { intervalsOf, type Resampling, type ScoreResample } from "./resampling.ts";

/** Scores of numbers that are one number, and have an interval. */
export type NumberScoreName = "r2" | "rmse" | "mae" | "medianAbsoluteError";

/** Scores of numbers, in the target's own units. Plain data. */
export interface NumberScores {
  /** Numbers were predicted. */
  readonly task: "regression";
  /** How many rows were scored. */
  readonly rows: number;
  /** The column by which rows count, in all scores but `errorQuantiles` and `residuals`; null where all count the same. */
  readonly weightedBy: string | null;
  /** R², the share of the variance that is explained: below 0 where the mean would be better; null where the rows have one value. */
  readonly r2: number | null;
  /** The root of the mean squared error. */
  readonly rmse: number;
  /** The mean absolute error. */
  readonly mae: number;
  /** The median of the absolute errors. */
  readonly medianAbsoluteError: number;
  /** The root of the mean squared error of always predicting the mean of the training rows. */
  readonly baseline: number;
  /** So large is the absolute error at most in a share of the rows: for 0.5, 0.9, 0.95 and 0.99. */
  readonly errorQuantiles: readonly { readonly share: number; readonly error: number }[];
  /** Residuals (truth − prediction) of rows with similar predictions, from the lowest predictions to the highest: at most ten bins. */
  readonly residuals: readonly ResidualBin[];
  /** Bootstrap intervals of the scores that have one. */
  readonly intervals: Readonly<Partial<Record<NumberScoreName, metrics.Interval>>>;
  /** How the intervals were made; null where there are none. */
  readonly resampling: Resampling | null;
}

/** Residuals (truth − prediction) of rows with similar predictions, in the target's own units. */
export interface ResidualBin {
  /** How many rows: as many as in the other bins, to within one. */
  readonly rows: number;
  /** The mean of the predictions. */
  readonly prediction: number;
  /** The mean of the residuals: not near 0 where the model is off for such rows. */
  readonly mean: number;
  /** The 10 % quantile of the residuals. */
  readonly low: number;
  /** Their median. */
  readonly median: number;
  /** Their 90 % quantile. */
  readonly high: number;
}

const SHARES = [0.5, 0.9, 0.95, 0.99];
const MOST_BINS = 10;

/** @param trainingMean the mean of the target over the training rows */
export function numberScores(
  predicted: Float64Array,
  truth: Float64Array,
  trainingMean: number,
  resampling: Resampling | null,
  weights: RowWeights | null = null,
): NumberScores {
  const by = weights === null ? {} : { weights: weights.values };
  const counted = weights === null ? truth : truth.filter((_, i) => weights.values[i] > 0);
  const errors = truth.map((y, i) => Math.abs(y - predicted[i]));
  const quantiles = metrics.quantile(errors, SHARES);
  const exact = {
    r2: counted.every((y) => y === counted[0]) ? null : metrics.r2(predicted, truth, by),
    rmse: metrics.rmse(predicted, truth, by),
    mae: metrics.mae(predicted, truth, by),
    medianAbsoluteError: metrics.medianAbsoluteError(predicted, truth, by),
  };
  const scorer = (rows: Int32Array): ScoreResample<NumberScoreName> => {
    const at = (of: Float64Array): Float64Array => Float64Array.from(rows, (row) => of[row]);
    return numberResample(at(predicted), at(truth));
  };
  return {
    task: "regression",
    rows: truth.length,
    weightedBy: weights?.column ?? null,
    ...exact,
    baseline: metrics.rmse(new Float64Array(truth.length).fill(trainingMean), truth, by),
    errorQuantiles: SHARES.map((share, i) => ({ share, error: quantiles[i] })),
    residuals: residualBins(predicted, truth),
    intervals: resampling ? intervalsOf(exact, truth.length, scorer, resampling, weights) : {},
    resampling,
  };
}

/** As many rows in each bin, to within one. */
function residualBins(predicted: Float64Array, truth: Float64Array): ResidualBin[] {
  const order = descending(predicted).reverse();
  const count = Math.max(1, Math.min(MOST_BINS, Math.floor(order.length / 5)));
  return Array.from({ length: count }, (_, bin) => {
    const rows = order.subarray(
      Math.floor((bin * order.length) / count),
      Math.floor(((bin + 1) * order.length) / count),
    );
    const residuals = Float64Array.from(rows, (row) => truth[row] - predicted[row]);
    const [low, median, high] = metrics.quantile(residuals, [0.1, 0.5, 0.9]);
    const mean = (of: (row: number) => number): number =>
      rows.reduce((sum, row) => sum + of(row) / rows.length, 0);
    return {
      rows: rows.length,
      prediction: mean((row) => predicted[row]),
      mean: mean((row) => truth[row] - predicted[row]),
      low,
      median,
      high,
    };
  });
}

/** The scores of resamples, from how often each row is in it; see `classResample`. */
export function numberResample(predicted: Float64Array, truth: Float64Array): ScoreResample<NumberScoreName> {
  const n = truth.length;
  const errors = truth.map((y, i) => Math.abs(y - predicted[i]));
  const falling = descending(errors);
  // Around the mean, so that squares of large numbers do not cancel.
  const center = truth.reduce((sum, y) => sum + y / n, 0);
  const centered = truth.map((y) => y - center);
  return (counts) => {
    let total = 0;
    let sum = 0;
    let squares = 0;
    let absolute = 0;
    let squared = 0;
    for (let i = 0; i < n; i++) {
      const count = counts[i];
      if (count === 0) continue;
      total += count;
      sum += count * centered[i];
      squares += count * centered[i] ** 2;
      absolute += count * errors[i];
      squared += count * errors[i] ** 2;
    }
    return {
      r2: 1 - squared / (squares - sum ** 2 / total),
      rmse: Math.sqrt(squared / total),
      mae: absolute / total,
      medianAbsoluteError: medianOf(errors, falling, counts, total),
    };
  };
}

/** The one of numbers that half of the total count lies above, the middle of two where half lies exactly between them. */
function medianOf(
  numbers: Float64Array,
  falling: Uint32Array,
  counts: ArrayLike<number>,
  total: number,
): number {
  let passed = 0;
  let upper = Number.NaN;
  for (const row of falling) {
    if (counts[row] === 0) continue;
    if (!Number.isNaN(upper)) return (upper + numbers[row]) / 2;
    passed += counts[row];
    if (2 * passed > total) return numbers[row];
    if (2 * passed === total) upper = numbers[row];
  }
  return upper;
}
