/** Scores of predicted numbers, with scikit-learn's definitions. */
import { showShape } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkCounts, type Numbers, numbersOf, type Scores } from "./read.ts";

/**
 * The mean of squared errors, over samples and outputs.
 *
 * @param prediction - [N] or [N, outputs]; [N, 1] counts as [N]
 * @param target - of the same shape
 */
export const mse = (prediction: Scores, target: Scores): number =>
  mean(squares(...pairOf(prediction, target)));

/** The root of the mean squared error; with several outputs, the mean of their roots. */
export const rmse = (prediction: Scores, target: Scores): number =>
  mean(squares(...pairOf(prediction, target)).map(Math.sqrt));

/** The mean of absolute errors. */
export function mae(prediction: Scores, target: Scores): number {
  const [p, t] = pairOf(prediction, target);
  return mean(perOutput(t, (i) => Math.abs(p.data[i] - t.data[i])));
}

/**
 * The share of the target's variance that the prediction explains: 1 − Σ(t − p)² / Σ(t − mean t)². A constant prediction of the mean
 * has 0, a worse one less. For a constant target it is 1 when the prediction is exact, else 0. With several outputs, their mean; NaN
 * for a single sample.
 */
export function r2(prediction: Scores, target: Scores): number {
  const [p, t] = pairOf(prediction, target);
  if (t.shape[0] < 2) return Number.NaN;
  const outputs = widthOf(t);
  const means = perOutput(t, (i) => t.data[i]);
  const left = squares(p, t);
  const all = perOutput(t, (i) => (t.data[i] - means[i % outputs]) ** 2);
  return mean(left.map((rest, k) => (all[k] > 0 ? 1 - rest / all[k] : rest === 0 ? 1 : 0)));
}

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;

const widthOf = ({ data, shape }: Numbers): number => data.length / shape[0];

const squares = (p: Numbers, t: Numbers): number[] => perOutput(t, (i) => (p.data[i] - t.data[i]) ** 2);

/** The mean over the samples of a figure of each number, one mean for each output. */
function perOutput(x: Numbers, figure: (i: number) => number): number[] {
  const sums = new Array<number>(widthOf(x)).fill(0);
  for (let i = 0; i < x.data.length; i++) sums[i % sums.length] += figure(i);
  return sums.map((sum) => sum / x.shape[0]);
}

/** Predictions and targets, once it is sure that they are numbers for the same things. */
function pairOf(prediction: Scores, target: Scores): [Numbers, Numbers] {
  const p = numbersOf(prediction, "predictions");
  const t = numbersOf(target, "targets");
  const inner = (shape: readonly number[]): string => showShape(shape.slice(1).filter((size) => size !== 1));
  checkCounts(p.shape[0] ?? 1, t.shape[0] ?? 1);
  if (inner(p.shape) !== inner(t.shape)) {
    throw new ChainruleError(
      "shape",
      `Predictions of shape ${showShape(p.shape)} do not fit targets of shape ${showShape(t.shape)}.`,
      "Give one prediction for each target.",
    );
  }
  return [scalarAsOne(p), scalarAsOne(t)];
}

const scalarAsOne = (x: Numbers): Numbers => (x.shape.length === 0 ? { data: x.data, shape: [1] } : x);
