/** The table of classes: scikit-learn's classification report as data. */
import { classPairs, occurs, type PredictionOptions, type Tally, tally } from "./pairs.ts";
import { f1Of, precisionOf, recallOf } from "./precision.ts";
import type { Scores } from "./read.ts";

/** The figures of a class, or of classes on average. */
export interface ClassFigures {
  /** Of the samples predicted to be of the class, the share that is. */
  readonly precision: number;
  /** Of the samples of the class, the share that is predicted to be. */
  readonly recall: number;
  /** The harmonic mean of both. */
  readonly f1: number;
  /** Number of samples whose true class it is; with weights, their sum. */
  readonly support: number;
}

/** What {@link classReport} tells. */
export interface ClassReport {
  /** One row for each class, in the order of their numbers. */
  readonly classes: readonly (ClassFigures & { readonly class: number })[];
  /** The share of all samples that is predicted right. */
  readonly accuracy: number;
  /** The mean over the classes. */
  readonly macro: ClassFigures;
  /** The mean over the classes by their support. */
  readonly weighted: ClassFigures;
}

/** Options of {@link classReport}. */
export interface ClassReportOptions extends PredictionOptions {
  /** Number of classes: each has a row and counts in `macro`. Default: those that occur in targets or predictions. */
  numClasses?: number;
  /** The figure where it would be 0/0: a class that was never predicted, or never true. Default 0. */
  zeroDivision?: 0 | 1;
}

/**
 * Precision, recall, F1 and support of each class, with their averages: scikit-learn's `classification_report` as data.
 *
 * @param prediction - class numbers [N], or scores [N, classes]; with `threshold`, one score a sample
 * @param target - true classes [N]
 * @throws ChainruleError as {@link accuracy}
 *
 * @example
 * const report = classReport([0, 1, 1], [0, 1, 0]);
 * report.classes[1]; // → { class: 1, precision: 0.5, recall: 1, f1: 0.6667, support: 1 }
 * report.macro.f1; // → 0.6667
 * report.accuracy; // → 0.6667
 */
export function classReport(
  prediction: Scores,
  target: Scores,
  options: ClassReportOptions = {},
): ClassReport {
  const { numClasses, zeroDivision = 0 } = options;
  const figures = (of: Tally): ClassFigures => ({
    precision: precisionOf(of, zeroDivision),
    recall: recallOf(of, zeroDivision),
    f1: f1Of(of, zeroDivision),
    support: of.support,
  });
  const tallies = tally(classPairs(prediction, target, options, numClasses));
  const classes = tallies.flatMap((of, c) =>
    numClasses !== undefined || occurs(of) ? [{ class: c, ...figures(of) }] : [],
  );
  const hits = tallies.reduce((sum, of) => sum + of.hits, 0);
  return {
    classes,
    accuracy: hits / tallies.reduce((sum, of) => sum + of.support, 0),
    macro: meanOf(classes, () => 1),
    weighted: meanOf(classes, ({ support }) => support),
  };
}

function meanOf(rows: readonly ClassFigures[], weight: (row: ClassFigures) => number): ClassFigures {
  const total = rows.reduce((sum, row) => sum + weight(row), 0);
  const mean = (name: "precision" | "recall" | "f1"): number =>
    rows.reduce((sum, row) => sum + weight(row) * row[name], 0) / total;
  const support = rows.reduce((sum, row) => sum + row.support, 0);
  return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1"), support };
}
