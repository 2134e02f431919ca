/** How far predicted and true classes agree beyond chance, with scikit-learn's definitions. */
import { ChainruleError } from "../util/errors.ts";
import { classPairs, occurs, type PredictionOptions, tally } from "./pairs.ts";
import type { Scores } from "./read.ts";

/**
 * Matthews' correlation between predicted and true classes: 1 when all are right, 0 at chance, and for two classes −1 when all are
 * wrong. For any number of classes it is Gorodkin's (2004),
 * (c·s − Σₖ pₖtₖ) / √((s² − Σ pₖ²)(s² − Σ tₖ²)), of s samples, c of them right, class k predicted pₖ times and true tₖ times. It is 0
 * where one class makes up all predictions or all targets. scikit-learn's `matthews_corrcoef`.
 *
 * @param prediction - class numbers [N], or scores [N, classes]; with `threshold`, one score a sample
 * @param target - true classes [N]
 * @throws ChainruleError `data` for what is no class, and for predictions and targets that differ in number, `shape` for targets that are
 * not one for each sample
 *
 * @example
 * // 9 of 10 right, and no better than chance
 * matthewsCorrelation([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]); // → 0
 * matthewsCorrelation([0, 1, 1, 0, 1], [0, 1, 1, 0, 0]); // → 0.6667
 */
export function matthewsCorrelation(prediction: Scores, target: Scores, options?: PredictionOptions): number {
  const tallies = tally(classPairs(prediction, target, options)).filter(occurs);
  const sum = (figure: (of: (typeof tallies)[number]) => number): number =>
    tallies.reduce((all, of) => all + figure(of), 0);
  if (isAlone(tallies.map((of) => of.predicted)) || isAlone(tallies.map((of) => of.support))) return 0;
  const samples = sum((of) => of.support);
  const both = sum((of) => of.hits) * samples - sum((of) => of.predicted * of.support);
  const ofPredicted = samples ** 2 - sum((of) => of.predicted ** 2);
  const ofTrue = samples ** 2 - sum((of) => of.support ** 2);
  return both / Math.sqrt(ofPredicted * ofTrue);
}

/** Whether a single class has all samples. */
const isAlone = (sizes: readonly number[]): boolean => sizes.filter((size) => size > 0).length === 1;

/** Options of {@link cohenKappa}. */
export interface KappaOptions extends PredictionOptions {
  /**
   * How bad a confusion is: "none", all alike; "linear" or "quadratic", by the distance of the classes, which are then in order.
   * scikit-learn's `weights`. Default "none".
   */
  penalty?: "none" | "linear" | "quadratic";
  /**
   * Number of classes: distances are between class numbers. By default only classes that occur are counted, and distances are between
   * their places, as in scikit-learn.
   */
  numClasses?: number;
}

/**
 * Cohen's kappa (1960): 1 − confusions seen / confusions expected from the frequencies alone. 1 when all are right, 0 at chance.
 * scikit-learn's `cohen_kappa_score`.
 *
 * @param prediction - class numbers [N], or scores [N, classes]; with `threshold`, one score a sample
 * @param target - true classes [N]
 * @throws ChainruleError `data` when all predictions and targets are of one class: no confusion is expected
 *
 * @example
 * const grades = [0, 1, 2, 2, 1, 0];
 * cohenKappa([0, 1, 2, 1, 1, 0], grades); // → 0.75
 * // A grade that is missed by one is a small mistake.
 * cohenKappa([0, 1, 2, 1, 1, 0], grades, { penalty: "quadratic" }); // → 0.8571
 * cohenKappa([1, 1], [1, 1]); // throws data: All predictions and targets are of class 1
 */
export function cohenKappa(prediction: Scores, target: Scores, options: KappaOptions = {}): number {
  const { penalty = "none", numClasses } = options;
  const pairs = classPairs(prediction, target, options, numClasses);
  const tallies = tally(pairs);
  const counted = tallies.map((of) => numClasses !== undefined || occurs(of));
  let places = 0;
  const place = counted.map((counts) => (counts ? places++ : places));
  const cost = penalties[penalty];
  if (cost === undefined) {
    throw new ChainruleError(
      "argument",
      `There is no penalty "${String(penalty)}".`,
      'Use "none", "linear" or "quadratic".',
    );
  }
  let seen = 0;
  let all = 0;
  for (let i = 0; i < pairs.target.length; i++) {
    seen += pairs.weights[i] * cost(place[pairs.target[i]], place[pairs.predicted[i]]);
    all += pairs.weights[i];
  }
  let expected = 0;
  for (const [t, { support }] of tallies.entries()) {
    if (support === 0) continue;
    for (const [p, { predicted }] of tallies.entries()) {
      if (predicted > 0) expected += (support * predicted * cost(place[t], place[p])) / all;
    }
  }
  if (expected === 0) {
    throw new ChainruleError(
      "data",
      `All predictions and targets are of class ${pairs.target[0]}, and kappa is 0/0.`,
      "Score data with at least two classes.",
    );
  }
  return 1 - seen / expected;
}

const penalties = {
  none: (t: number, p: number): number => (t === p ? 0 : 1),
  linear: (t: number, p: number): number => Math.abs(t - p),
  quadratic: (t: number, p: number): number => (t - p) ** 2,
};
