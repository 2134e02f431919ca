/**
 * Scores of predicted numbers, with scikit-learn's definitions. With several outputs a score is the mean over the outputs. Means of
 * NaN are NaN, so that a run that went wrong can be watched; what must rank the errors refuses NaN.
 */
import { finfo, showShape } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { descending } from "./order.ts";
import { quantile as quantileOf } from "./quantile.ts";
import { checkCounts, type Numbers, numbersOf, type Scores, type WeightOptions, weightsOf } from "./read.ts";

/**
 * The mean of squared errors, over samples and outputs. scikit-learn's `mean_squared_error`.
 *
 * @param prediction - [N] or [N, outputs]; [N, 1] counts as [N]
 * @param target - of the same shape
 * @throws ChainruleError `data` when they differ in number or there are none, `shape` when they differ in outputs
 *
 * @example
 * mse([2, 4, 7], [1, 4, 9]); // → 1.667
 * mse(tensor([[2], [4], [7]]), [1, 4, 9]); // → 1.667
 */
export const mse = (prediction: Scores, target: Scores, options?: WeightOptions): number =>
  mean(squares(pairOf(prediction, target, options)));

/**
 * The root of the mean squared error; with several outputs, the mean of their roots. In the units of the targets. scikit-learn's
 * `root_mean_squared_error`. Arguments and errors as {@link mse}.
 *
 * @example
 * rmse([2, 4, 7], [1, 4, 8]); // → 0.8165
 */
export const rmse = (prediction: Scores, target: Scores, options?: WeightOptions): number =>
  mean(squares(pairOf(prediction, target, options)).map(Math.sqrt));

/**
 * The mean of absolute errors, in the units of the targets. scikit-learn's `mean_absolute_error`. Arguments and errors as {@link mse}.
 *
 * @example
 * mae([2, 4, 7], [1, 4, 9]); // → 1
 * mae([2, 4, 7], [1, 4, 9], { weights: [1, 1, 2] }); // → 1.25
 */
export const mae = (prediction: Scores, target: Scores, options?: WeightOptions): number => {
  const pair = pairOf(prediction, target, options);
  return mean(perOutput(pair, (i) => Math.abs(pair.p[i] - pair.t[i])));
};

/**
 * The median of absolute errors. With weights it is the error that half of the weight lies below, and the middle of two where half
 * lies exactly between them, as in scikit-learn's `median_absolute_error` since version 1.8: equal weights change nothing. Arguments as
 * {@link mse}.
 *
 * @throws ChainruleError as {@link mse}, and `non-finite` for NaN
 *
 * @example
 * // One wild error counts as any other.
 * medianAbsoluteError([1, 2, 300], [1, 3, 3]); // → 1
 */
export function medianAbsoluteError(prediction: Scores, target: Scores, options?: WeightOptions): number {
  const pair = pairOf(prediction, target, options);
  const errors = errorsOf(pair);
  return mean(
    errors.map((of) =>
      options?.weights === undefined ? quantileOf(of, 0.5) : weightedMedian(of, pair.weights),
    ),
  );
}

/**
 * The largest absolute error; with several outputs, of all of them. scikit-learn's `max_error`. Arguments as {@link mse}, but no weights.
 *
 * @throws ChainruleError as {@link mse}, and `non-finite` for NaN
 *
 * @example
 * maxError([2, 4, 7], [1, 4, 9]); // → 2
 */
export const maxError = (prediction: Scores, target: Scores): number =>
  Math.max(...errorsOf(pairOf(prediction, target)).map((of) => quantileOf(of, 1)));

/**
 * The mean of |p − t| / |t|, a share and not a percentage, as scikit-learn's `mean_absolute_percentage_error`. |t| is at least float64's
 * ε, 2.2e-16: an error at a target of 0 makes the score very large. Arguments and errors as {@link mse}.
 *
 * @example
 * mape([90, 220], [100, 200]); // → 0.1
 * mape([90, 1], [100, 0]) > 1e15; // → true
 */
export function mape(prediction: Scores, target: Scores, options?: WeightOptions): number {
  const pair = pairOf(prediction, target, options);
  const { eps } = finfo("float64");
  return mean(perOutput(pair, (i) => Math.abs(pair.p[i] - pair.t[i]) / Math.max(Math.abs(pair.t[i]), eps)));
}

/** Options of {@link pinball}. */
export interface PinballOptions extends WeightOptions {
  /** The quantile that is predicted, from 0 to 1; scikit-learn's `alpha`. Default 0.5, which gives half the mean absolute error. */
  quantile?: number;
}

/**
 * The mean pinball loss of predictions of a quantile q: q · (t − p) where the target is above the prediction, (1 − q) · (p − t) where
 * it is below. The true quantile has the least. scikit-learn's `mean_pinball_loss`. Arguments as {@link mse}.
 *
 * @throws ChainruleError `argument` for a quantile outside of [0, 1], and as {@link mse}
 *
 * @example
 * // Of the 90 % quantile, a target above the prediction costs nine times one below.
 * pinball([5], [6], { quantile: 0.9 }); // → 0.9
 * pinball([5], [4], { quantile: 0.9 }); // → 0.1
 */
export function pinball(prediction: Scores, target: Scores, options: PinballOptions = {}): number {
  const { quantile = 0.5 } = options;
  if (!(quantile >= 0 && quantile <= 1)) {
    throw new ChainruleError("argument", `quantile is ${String(quantile)}.`, "Give a number from 0 to 1.");
  }
  const pair = pairOf(prediction, target, options);
  return mean(
    perOutput(pair, (i) => {
      const rest = pair.t[i] - pair.p[i];
      return rest >= 0 ? quantile * rest : (quantile - 1) * rest;
    }),
  );
}

/**
 * The share of the target's variance that the prediction explains: 1 − Σ(t − p)² / Σ(t − mean t)². A constant prediction of the mean
 * has 0, a worse one less. For a constant target it is 1 when the prediction is exact, else 0. With several outputs, their mean; NaN
 * for a single sample. scikit-learn's `r2_score`. Arguments and errors as {@link mse}.
 *
 * @example
 * r2([2, 4, 6, 9], [2, 4, 6, 8]); // → 0.95
 * r2([5, 5, 5, 5], [2, 4, 6, 8]); // → 0
 * r2([8, 6, 4, 2], [2, 4, 6, 8]); // → -3
 */
export function r2(prediction: Scores, target: Scores, options?: WeightOptions): number {
  const pair = pairOf(prediction, target, options);
  if (pair.weights.length < 2) return Number.NaN;
  return explained(
    squares(pair),
    variances(pair, (i) => pair.t[i]),
  );
}

/**
 * 1 − Var(t − p) / Var(t): {@link r2} for predictions whose mean error is taken off first. For a constant target it is 1 when the
 * errors are constant too, else 0. scikit-learn's `explained_variance_score`. Arguments and errors as {@link mse}.
 *
 * @example
 * // Always one too high
 * explainedVariance([3, 5, 7, 9], [2, 4, 6, 8]); // → 1
 * r2([3, 5, 7, 9], [2, 4, 6, 8]); // → 0.8
 */
export function explainedVariance(prediction: Scores, target: Scores, options?: WeightOptions): number {
  const pair = pairOf(prediction, target, options);
  return explained(
    variances(pair, (i) => pair.t[i] - pair.p[i]),
    variances(pair, (i) => pair.t[i]),
  );
}

const explained = (left: readonly number[], all: readonly number[]): number =>
  mean(left.map((rest, k) => (rest === 0 ? 1 : rest > 0 && all[k] === 0 ? 0 : 1 - rest / all[k])));

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;

/** Predictions and targets, row by row, with one weight for each row. */
interface Pair {
  readonly p: ArrayLike<number>;
  readonly t: ArrayLike<number>;
  readonly outputs: number;
  readonly weights: ArrayLike<number>;
}

const squares = (pair: Pair): number[] => perOutput(pair, (i) => (pair.p[i] - pair.t[i]) ** 2);

/** The variance of a figure, for each output. */
function variances(pair: Pair, figure: (i: number) => number): number[] {
  const { outputs } = pair;
  // from the first row on, so that a figure that is always the same has no variance
  const shifts = perOutput(pair, (i) => figure(i) - figure(i % outputs));
  return perOutput(pair, (i) => (figure(i) - figure(i % outputs) - shifts[i % outputs]) ** 2);
}

/** The mean over the samples of a figure of each number, one mean for each output. */
function perOutput({ p, outputs, weights }: Pair, figure: (i: number) => number): number[] {
  const sums = new Array<number>(outputs).fill(0);
  let all = 0;
  for (let row = 0, i = 0; i < p.length; row++) {
    for (let k = 0; k < outputs; k++, i++) sums[k] += weights[row] * figure(i);
    all += weights[row];
  }
  return sums.map((sum) => sum / all);
}

/** The absolute errors of each output. */
const errorsOf = ({ p, t, outputs, weights }: Pair): Float64Array[] =>
  Array.from({ length: outputs }, (_, k) => {
    const errors = new Float64Array(weights.length);
    for (let row = 0; row < errors.length; row++) {
      errors[row] = Math.abs(p[row * outputs + k] - t[row * outputs + k]);
    }
    return errors;
  });

function weightedMedian(values: Float64Array, weights: ArrayLike<number>): number {
  const order = descending(values);
  let all = 0;
  for (let i = 0; i < weights.length; i++) all += weights[i];
  let above = 0;
  for (let k = 0; k < order.length; k++) {
    above += weights[order[k]];
    if (2 * above < all || weights[order[k]] === 0) continue;
    if (2 * above > all) return values[order[k]];
    const next = order.subarray(k + 1).find((i) => weights[i] > 0) ?? order[k];
    return (values[order[k]] + values[next]) / 2;
  }
  return values[order[order.length - 1]];
}

/** Predictions and targets, once it is sure that they are numbers for the same things. */
function pairOf(prediction: Scores, target: Scores, options?: WeightOptions): Pair {
  const p = numbersOf(prediction, "predictions");
  const t = numbersOf(target, "targets");
  const inner = (shape: readonly number[]): string => showShape(shape.slice(1).filter((size) => size !== 1));
  const rows = rowsOf(t);
  checkCounts(rowsOf(p), rows);
  if (inner(p.shape) !== inner(t.shape)) {
    throw new ChainruleError(
      "shape",
      `Predictions of shape ${showShape(p.shape)} do not fit targets of shape ${showShape(t.shape)}.`,
      "Give one prediction for each target.",
    );
  }
  return { p: p.data, t: t.data, outputs: t.data.length / rows, weights: weightsOf(options?.weights, rows) };
}

const rowsOf = ({ shape }: Numbers): number => shape[0] ?? 1;
