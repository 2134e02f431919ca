import * as metrics from "../../metrics/index.ts";
import { descending } from "../../metrics/order.ts";
import { fromTypedArray } from "../../tensor/index.ts";
import { effectiveRows, type RowWeights } from "../row-weights.ts";
import { intervalsOf, type Resampling, type ScoreResample } from "./resampling.ts";

/** Scores of classes that are one number. */
export type ClassScoreName =
  | "accuracy"
  | "balancedAccuracy"
  | "f1"
  | "logLoss"
  | "brier"
  | "calibrationError"
  | "rocAuc"
  | "prAuc";

/** Scores of classes, all from the same rows. Plain data. */
export interface ClassScores {
  /** Classes were predicted. */
  readonly task: "classification";
  /** How many rows were scored. */
  readonly rows: number;
  /** The column by which rows count, in all scores but the curve of calibration; null where all count the same. */
  readonly weightedBy: string | null;
  /** The share of rows that is told right. */
  readonly accuracy: number;
  /** The mean over the classes of the share of their rows that is told right. */
  readonly balancedAccuracy: number;
  /** The share of rows told to be of a class that are so: the mean over the classes that occur in truth or predictions (macro). */
  readonly precision: number;
  /** The share of a class's rows that is told right: the mean over the same classes. */
  readonly recall: number;
  /** The harmonic mean of precision and recall of a class: the mean over the same classes. */
  readonly f1: number;
  /** As `precision`, but each class counts by its rows (weighted). */
  readonly weightedPrecision: number;
  /** As `recall`, but each class counts by its rows: the accuracy. */
  readonly weightedRecall: number;
  /** As `f1`, but each class counts by its rows. */
  readonly weightedF1: number;
  /** Mean cross-entropy in nats. */
  readonly logLoss: number;
  /** Mean squared distance of the probabilities from the truth. */
  readonly brier: number;
  /** How far probabilities are from frequencies, on average, in 15 bins of the confidence. */
  readonly calibrationError: number;
  /** Area under the ROC curve, the mean over the classes; null where a class does not occur. */
  readonly rocAuc: number | null;
  /** Average precision, of class 1 of two or the mean over the classes; null where a class does not occur. */
  readonly prAuc: number | null;
  /** The share of the most frequent class of these rows: what always naming it would reach. */
  readonly baseline: number;
  /** Two classes: the second is told where its probability is above this. Null: the most probable class is told. */
  readonly threshold: number | null;
  /** [true class][predicted class]: how many rows, or the sum of their weights. */
  readonly confusion: readonly (readonly number[])[];
  /** Precision, recall, F1 and rows of each class, in the order of the target's classes. */
  readonly byClass: readonly (metrics.ClassFigures & { readonly class: string })[];
  /** Mean predicted probability against observed frequency: of the second of two classes, or of the most probable one. */
  readonly calibration: metrics.CalibrationCurve;
  /** Bootstrap intervals of the scores that have one. */
  readonly intervals: Readonly<Partial<Record<ClassScoreName, metrics.Interval>>>;
  /** How the intervals were made; null where there are none. */
  readonly resampling: Resampling | null;
}

const BINS = 15;

/** @param probabilities [rows, classes], row by row */
export function classScores(
  classes: readonly string[],
  predicted: Int32Array,
  probabilities: Float64Array,
  truth: Int32Array,
  resampling: Resampling | null,
  threshold: number | null,
  weights: RowWeights | null = null,
): ClassScores {
  const { length } = classes;
  const by = weights === null ? {} : { weights: weights.values };
  const confusion = Array.from({ length }, () => new Array<number>(length).fill(0));
  truth.forEach((t, i) => {
    confusion[t][predicted[i]] += weights?.values[i] ?? 1;
  });
  const sizes = confusion.map((row) => row.reduce((a, b) => a + b, 0));
  const scores = fromTypedArray(probabilities, [truth.length, length]);
  const ranked = length === 2 ? scores.select(1, 1).contiguous() : scores;
  const all = sizes.every((size) => size > 0);
  const { macro, weighted } = metrics.classReport(predicted, truth, by);
  const report = metrics.classReport(predicted, truth, { numClasses: length, ...by });
  const exact = {
    accuracy: metrics.accuracy(predicted, truth, by),
    balancedAccuracy: metrics.balancedAccuracy(predicted, truth, by),
    f1: macro.f1,
    logLoss: metrics.logLoss(scores, truth, by),
    brier: metrics.brier(scores, truth, by),
    calibrationError: metrics.calibrationError(scores, truth, { bins: BINS, ...by }),
    rocAuc: all ? metrics.rocAuc(ranked, truth, by) : null,
    prAuc: all ? metrics.prAuc(ranked, truth, by) : null,
  };
  return {
    task: "classification",
    rows: truth.length,
    weightedBy: weights?.column ?? null,
    ...exact,
    precision: macro.precision,
    recall: macro.recall,
    weightedPrecision: weighted.precision,
    weightedRecall: weighted.recall,
    weightedF1: weighted.f1,
    baseline: Math.max(...sizes) / sizes.reduce((a, b) => a + b, 0),
    threshold,
    confusion,
    byClass: report.classes.map(({ class: c, ...figures }) => ({ class: classes[c], ...figures })),
    calibration: metrics.calibrationCurve(scores, truth, { bins: 10 }),
    intervals: resampling
      ? intervalsFor(exact, length, predicted, probabilities, truth, resampling, weights)
      : {},
    resampling,
  };
}

/**
 * Where all rows are told right, so are those of all resamples. The accuracy then has the exact interval (Clopper and Pearson 1934)
 * instead: it is so low that n rows are all right in one case of 40. Rows of different weights tell as much as fewer of one weight.
 */
function intervalsFor(
  exact: Readonly<Record<ClassScoreName, number | null>>,
  classes: number,
  predicted: Int32Array,
  probabilities: Float64Array,
  truth: Int32Array,
  resampling: Resampling,
  weights: RowWeights | null,
): ClassScores["intervals"] {
  const scorer = (rows: Int32Array): ScoreResample<ClassScoreName> => {
    const at = (of: Int32Array): Int32Array => rows.map((row) => of[row]);
    const some = new Float64Array(rows.length * classes);
    rows.forEach((row, i) => {
      some.set(probabilities.subarray(row * classes, (row + 1) * classes), i * classes);
    });
    return classResample(classes, at(predicted), some, at(truth));
  };
  const intervals = intervalsOf(exact, truth.length, scorer, resampling, weights);
  const n = weights === null ? truth.length : effectiveRows(weights);
  const all = (isRight: boolean): boolean =>
    truth.every((t, i) => (t === predicted[i]) === isRight || weights?.values[i] === 0);
  const rare = ((1 - resampling.level) / 2) ** (1 / n);
  if (all(true)) return { ...intervals, accuracy: { low: rare, high: 1 } };
  return all(false) ? { ...intervals, accuracy: { low: 0, high: 1 - rare } } : intervals;
}

/**
 * The scores of resamples, many times faster than from their rows: what a row adds is known before, and rows are put in order once.
 * Each is the score that `metrics` defines, with the counts as weights.
 */
export function classResample(
  classes: number,
  predicted: Int32Array,
  probabilities: Float64Array,
  truth: Int32Array,
): ScoreResample<ClassScoreName> {
  const n = truth.length;
  const loss = new Float64Array(n);
  const distance = new Float64Array(n);
  const confidence = new Float64Array(n);
  const right = new Uint8Array(n);
  const bin = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const from = i * classes;
    const row = probabilities.subarray(from, from + classes);
    const p = Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, row[truth[i]]));
    loss[i] = -Math.log(p);
    for (let c = 0; c < classes; c++) distance[i] += (row[c] - (truth[i] === c ? 1 : 0)) ** 2;
    if (classes === 2) distance[i] = (row[1] - truth[i]) ** 2;
    let top = 0;
    for (let c = 1; c < classes; c++) if (row[c] > row[top]) top = c;
    confidence[i] = row[top];
    right[i] = top === truth[i] ? 1 : 0;
    bin[i] = Math.min(BINS - 1, Math.max(0, Math.ceil(row[top] * BINS) - 1));
  }
  // Where a class has no row at all, no resample has an area.
  const complete = new Set(truth).size === classes;
  const ranked = classes === 2 ? [1] : Array.from({ length: classes }, (_, c) => c);
  const areas = (complete ? ranked : []).map((c) =>
    rankedAreas(
      Float64Array.from(truth, (_, i) => probabilities[i * classes + c]),
      truth,
      c,
    ),
  );
  const support = new Float64Array(classes);
  const told = new Float64Array(classes);
  const hits = new Float64Array(classes);
  const gaps = new Float64Array(BINS);
  return (counts) => {
    let total = 0;
    let losses = 0;
    let distances = 0;
    for (const sums of [support, told, hits]) sums.fill(0);
    gaps.fill(0);
    for (let i = 0; i < n; i++) {
      const count = counts[i];
      if (count === 0) continue;
      total += count;
      losses += count * loss[i];
      distances += count * distance[i];
      support[truth[i]] += count;
      told[predicted[i]] += count;
      if (truth[i] === predicted[i]) hits[truth[i]] += count;
      gaps[bin[i]] += count * (right[i] - confidence[i]);
    }
    const found = areas.map((area) => area(counts));
    const mean = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0) / of.length;
    return {
      ...fromCounts(support, told, hits, total),
      logLoss: losses / total,
      brier: distances / total,
      calibrationError: gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / total,
      rocAuc: mean(found.map(({ roc }) => roc)),
      prAuc: mean(found.map(({ pr }) => pr)),
    };
  };
}

/**
 * Accuracy, balanced accuracy and F1 from how many rows are of each class, are told to be, and are told so rightly; classes that do not
 * occur do not count.
 */
function fromCounts(
  support: Float64Array,
  told: Float64Array,
  hits: Float64Array,
  total: number,
): { accuracy: number; balancedAccuracy: number; f1: number } {
  let right = 0;
  let recalls = 0;
  let f1 = 0;
  let present = 0;
  let occurring = 0;
  for (let c = 0; c < support.length; c++) {
    right += hits[c];
    if (support[c] > 0) {
      present++;
      recalls += hits[c] / support[c];
    }
    if (support[c] + told[c] > 0) {
      occurring++;
      f1 += (2 * hits[c]) / (support[c] + told[c]);
    }
  }
  return { accuracy: right / total, balancedAccuracy: recalls / present, f1: f1 / occurring };
}

/** Both areas of a class against the rest, from how often each row counts; NaN where one of the two sides has no row. */
function rankedAreas(
  scores: Float64Array,
  truth: Int32Array,
  positive: number,
): (counts: ArrayLike<number>) => { roc: number; pr: number } {
  const order = descending(scores);
  return (counts) => {
    let positives = 0;
    let negatives = 0;
    let roc = 0;
    let pr = 0;
    for (let k = 0; k < order.length; ) {
      const score = scores[order[k]];
      let hits = 0;
      let misses = 0;
      for (; k < order.length && scores[order[k]] === score; k++) {
        const row = order[k];
        if (truth[row] === positive) hits += counts[row];
        else misses += counts[row];
      }
      // Rows of one score are one step: a trapezoid under one curve, a rectangle under the other.
      roc += misses * (positives + hits / 2);
      positives += hits;
      negatives += misses;
      if (hits > 0) pr += (hits * positives) / (positives + negatives);
    }
    return { roc: roc / (positives * negatives), pr: pr / positives };
  };
}
