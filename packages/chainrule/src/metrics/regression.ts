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
 * The mean of squared errors, over samples and outputs.
 *
 * @param prediction - [N] or [N, outputs]; [N, 1] counts as [N]
 * @param target - of the same shape
 */
export const mse = (prediction: Scores, target: Scores, options?: WeightOptions): number =>
  mean(squares(pairOf(prediction, target, options)));

/** The root of the mean squared error; with several outputs, the mean of their roots. */
export const rmse = (prediction: Scores, target: Scores, options?: WeightOptions): number =>
  mean(squares(pairOf(prediction, target, options)).map(Math.sqrt));

/** The mean of absolute errors. */
export const mae = (prediction: Scores, target: Scores, options?: WeightOptions): number => {
  const pair = pairOf(prediction, target, options);
  return mean(perOutput(pair, (i) => Math.abs(pair.p[i] - pair.t[i])));
};

/**
 * The median of absolute errors. With weights it is the error that half of the weight lies below, and the middle of two where half
 * lies exactly between them, as in scikit-learn since version 1.8: equal weights change nothing.
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

/** The largest absolute error; with several outputs, of all of them. */
export const maxError = (prediction: Scores, target: Scores): number =>
  Math.max(...errorsOf(pairOf(prediction, target)).map((of) => quantileOf(of, 1)));

/**
 * The mean of |p − t| / |t|, a share and not a percentage, as in scikit-learn. |t| is at least float64's ε, 2.2e-16: an error at a
 * target of 0 makes the score very large.
 */
export function mape(prediction: Scores, target: Scores, options?: WeightOptions): number {
  const pair = pairOf(prediction, target, options);
  const { eps } = finfo("float64");
  return mean(perOutput(pair, (i) => Math.abs(pair.p[i] - pair.t[i]) / Math.max(Math.abs(pair.t[i]), eps)));
}

export interface PinballOptions extends WeightOptions {
  /** The quantile that is predicted, from 0 to 1; scikit-learn's `alpha`. Default 0.5, which gives half the mean absolute error. */
  quantile?: number;
}

/**
 * The mean pinball loss of predictions of a quantile q: q · (t − p) where the target is above the prediction, (1 − q) · (p − t) where
 * it is below. The true quantile has the least.
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
 * for a single sample.
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
 * errors are constant too, else 0.
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
