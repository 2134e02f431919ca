/** Reads predicted and true classes, and counts them. */
import { ChainruleError } from "../util/errors.ts";
import {
  checkClass,
  checkCounts,
  column,
  numbersOf,
  type Scores,
  type WeightOptions,
  weightsOf,
} from "./read.ts";

/** How predictions are read. */
export interface PredictionOptions extends WeightOptions {
  /**
   * Predictions are one score of the positive class: above the threshold means class 1. Say 0 for logits, 0.5 for probabilities.
   * Without it, predictions are class numbers, or scores of each class.
   */
  threshold?: number;
}

/** Predicted and true classes of the same samples. */
export interface ClassPairs {
  readonly predicted: ArrayLike<number>;
  readonly target: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
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
  { threshold, weights }: PredictionOptions = {},
  numClasses?: number,
): ClassPairs {
  const { data, shape } = numbersOf(prediction, "predictions");
  const truth = column(target, "targets");
  const isScored = threshold === undefined && shape.length === 2 && shape[1] > 1;
  const known = numClasses ?? (isScored ? shape[1] : threshold === undefined ? undefined : 2);
  const predicted = isScored ? argmaxRows(data, shape[1]) : column(prediction, "predictions");
  checkCounts(predicted.length, truth.length);
  const classes = threshold === undefined ? predicted : above(threshold, predicted);
  for (let i = 0; i < truth.length; i++) {
    checkClass(classes[i], i, "predictions", known);
    checkClass(truth[i], i, "targets", known);
  }
  return {
    predicted: classes,
    target: truth,
    weights: weightsOf(weights, truth.length),
    numClasses: known,
  };
}

/** Class 1 for each score above the threshold, else class 0. */
export function above(threshold: number, scores: ArrayLike<number>): Uint8Array {
  const classes = new Uint8Array(scores.length);
  for (let i = 0; i < classes.length; i++) if (scores[i] > threshold) classes[i] = 1;
  return classes;
}

/** The column of the largest number of each row; NaN counts as the largest, as in argmax. */
export function argmaxRows(data: ArrayLike<number>, width: number): Int32Array {
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

/** A table of more classes squared would take a gigabyte: most likely the targets are no classes. */
const mostClasses = 16384;

/** The number of classes: what is known, or one more than the largest that occurs. */
export function classCount({ predicted, target, numClasses }: ClassPairs): number {
  let n = numClasses ?? 0;
  if (numClasses === undefined) {
    for (let i = 0; i < target.length; i++) n = Math.max(n, predicted[i] + 1, target[i] + 1);
  }
  if (n > mostClasses) {
    throw new ChainruleError(
      "data",
      `The largest class is ${n - 1}, and a table of ${n} classes would not be of use.`,
      "Number the classes from 0 without gaps, or use a metric for numbers (mse, r2).",
    );
  }
  return n;
}

/** How many samples of a class were predicted rightly, predicted at all, and true; with weights, the sums of theirs. */
export interface Tally {
  hits: number;
  predicted: number;
  support: number;
}

/** The tally of each class. */
export function tally(pairs: ClassPairs): Tally[] {
  const { predicted, target, weights } = pairs;
  const tallies = Array.from({ length: classCount(pairs) }, () => ({ hits: 0, predicted: 0, support: 0 }));
  for (let i = 0; i < target.length; i++) {
    tallies[predicted[i]].predicted += weights[i];
    tallies[target[i]].support += weights[i];
    if (predicted[i] === target[i]) tallies[target[i]].hits += weights[i];
  }
  return tallies;
}

/** Whether a class is true or predicted anywhere. */
export const occurs = ({ predicted, support }: Tally): boolean => predicted + support > 0;
