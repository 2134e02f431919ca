/** Precision, recall and F1 by class and averaged, with scikit-learn's definitions. */
import { ChainruleError } from "../util/errors.ts";
import { classPairs, occurs, type PredictionOptions, type Tally, tally } from "./pairs.ts";
import type { Scores } from "./read.ts";

/**
 * How the figures of the classes become one: `binary`, that of the positive class of two; `macro`, their mean; `weighted`, their mean
 * by the classes' true frequency; `micro`, from the counts of all classes together; `none`, a list by class.
 */
export type Average = "binary" | "macro" | "micro" | "weighted" | "none";

/** Options of {@link precision}, {@link recall} and {@link f1}. */
export interface ByClassOptions<A extends Average = Average> extends PredictionOptions {
  /** How the figures of the classes become one. Default "binary", which needs two classes. */
  average?: A;
  /** The class whose figure "binary" gives. Default 1. */
  positive?: number;
  /**
   * Number of classes: all of them count in "macro". By default those that occur in targets or predictions, and "none" gives one
   * figure for each column of the scores, or up to the largest class.
   */
  numClasses?: number;
  /** The figure where it would be 0/0: a class that was never predicted, or never true. Default 0. */
  zeroDivision?: 0 | 1;
}

type Figure = (tally: Tally, zeroDivision: number) => number;

// precision = TP / (TP + FP)
export const precisionOf: Figure = ({ hits, predicted }, zero) => (predicted === 0 ? zero : hits / predicted);
// recall = TP / (TP + FN)
export const recallOf: Figure = ({ hits, support }, zero) => (support === 0 ? zero : hits / support);
// F1 = 2 TP / (2 TP + FP + FN), the harmonic mean of both
export const f1Of: Figure = ({ hits, predicted, support }, zero) =>
  predicted + support === 0 ? zero : (2 * hits) / (predicted + support);

/**
 * Of the samples predicted to be of a class, the share that is: TP / (TP + FP). scikit-learn's `precision_score`.
 *
 * @param prediction - class numbers [N], or scores [N, classes]; with `threshold`, one score a sample
 * @param target - true classes [N]
 * @returns a number; with `average: "none"` one for each class
 * @throws ChainruleError `argument` for "binary" with more than two classes, and as {@link accuracy}
 *
 * @example
 * precision([1, 1, 1, 0], [1, 0, 1, 1]); // → 0.6667
 * precision([0, 1, 2, 2], [0, 1, 1, 2], { average: "none" }); // → [1, 1, 0.5]
 * precision([0, 1, 2, 2], [0, 1, 1, 2], { average: "macro" }); // → 0.8333
 * precision([0, 1, 2, 2], [0, 1, 1, 2]); // throws argument: average: "binary" needs two classes
 */
export function precision(prediction: Scores, target: Scores, options: ByClassOptions<"none">): number[];
export function precision(
  prediction: Scores,
  target: Scores,
  options?: ByClassOptions<Exclude<Average, "none">>,
): number;
export function precision(prediction: Scores, target: Scores, options: ByClassOptions): number | number[];
export function precision(
  prediction: Scores,
  target: Scores,
  options: ByClassOptions = {},
): number | number[] {
  return byClass(precisionOf, prediction, target, options);
}

/**
 * Of the samples of a class, the share that is predicted to be: TP / (TP + FN). scikit-learn's `recall_score`. Arguments and errors as
 * {@link precision}.
 *
 * @example
 * recall([1, 0, 1, 0], [1, 1, 1, 0]); // → 0.6667
 * recall([1, 0, 1, 0], [1, 1, 1, 0], { positive: 0 }); // → 1
 */
export function recall(prediction: Scores, target: Scores, options: ByClassOptions<"none">): number[];
export function recall(
  prediction: Scores,
  target: Scores,
  options?: ByClassOptions<Exclude<Average, "none">>,
): number;
export function recall(prediction: Scores, target: Scores, options: ByClassOptions): number | number[];
export function recall(prediction: Scores, target: Scores, options: ByClassOptions = {}): number | number[] {
  return byClass(recallOf, prediction, target, options);
}

/**
 * The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN). scikit-learn's `f1_score`. Arguments and errors as
 * {@link precision}.
 *
 * @example
 * f1([1, 0, 1, 0], [1, 1, 1, 0]); // → 0.8
 * f1([0, 0], [0, 0]); // → 0
 * f1([0, 0], [0, 0], { zeroDivision: 1 }); // → 1
 */
export function f1(prediction: Scores, target: Scores, options: ByClassOptions<"none">): number[];
export function f1(
  prediction: Scores,
  target: Scores,
  options?: ByClassOptions<Exclude<Average, "none">>,
): number;
export function f1(prediction: Scores, target: Scores, options: ByClassOptions): number | number[];
export function f1(prediction: Scores, target: Scores, options: ByClassOptions = {}): number | number[] {
  return byClass(f1Of, prediction, target, options);
}

function byClass(
  figure: Figure,
  prediction: Scores,
  target: Scores,
  options: ByClassOptions,
): number | number[] {
  const { average = "binary", positive = 1, zeroDivision = 0 } = options;
  const tallies = tally(classPairs(prediction, target, options, options.numClasses));
  const mean = (of: readonly Tally[], weight: (tally: Tally) => number): number => {
    const total = of.reduce((sum, tally) => sum + weight(tally), 0);
    return of.reduce((sum, tally) => sum + weight(tally) * figure(tally, zeroDivision), 0) / total;
  };
  switch (average) {
    case "none":
      return tallies.map((tally) => figure(tally, zeroDivision));
    case "micro": {
      const all = { hits: 0, predicted: 0, support: 0 };
      for (const { hits, predicted, support } of tallies) {
        all.hits += hits;
        all.predicted += predicted;
        all.support += support;
      }
      return figure(all, zeroDivision);
    }
    case "macro":
      return mean(options.numClasses === undefined ? tallies.filter(occurs) : tallies, () => 1);
    case "weighted":
      return mean(tallies, ({ support }) => support);
    case "binary":
      return figure(positiveOf(tallies, positive), zeroDivision);
    default:
      throw new ChainruleError(
        "argument",
        `There is no average "${String(average)}".`,
        'Use "binary", "macro", "micro", "weighted" or "none".',
      );
  }
}

function positiveOf(tallies: readonly Tally[], positive: number): Tally {
  if (tallies.length > 2) {
    throw new ChainruleError(
      "argument",
      `average: "binary" needs two classes, and there are ${tallies.length}.`,
      'Say average: "macro", "micro", "weighted" or "none".',
    );
  }
  if (positive !== 0 && positive !== 1) {
    throw new ChainruleError("argument", `The positive class is ${positive}.`, "It must be 0 or 1.");
  }
  return tallies[positive] ?? { hits: 0, predicted: 0, support: 0 };
}
