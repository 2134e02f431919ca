import * as metrics from "../../metrics/index.ts";
import { fromTypedArray } from "../../tensor/index.ts";
import { columnNamed, type Table } from "../column.ts";
import type { Predictions } from "../model.ts";
import { classNumbers, type TargetPreparation, targetNumbers } from "../target.ts";

/** Scores of classes, all from the same rows. */
export interface ClassScores {
  readonly task: "classification";
  readonly rows: number;
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  /** The mean over the classes. */
  readonly f1: number;
  /** Cross-entropy in nats. */
  readonly logLoss: number;
  /** Null where a class does not occur. */
  readonly rocAuc: number | null;
  /** The share of the most frequent class: what always naming it would reach. */
  readonly baseline: number;
  /** [true class][predicted class]. */
  readonly confusion: readonly (readonly number[])[];
}

/** Scores of numbers, in the target's own units. */
export interface NumberScores {
  readonly task: "regression";
  readonly rows: number;
  readonly r2: number | null;
  readonly rmse: number;
  readonly mae: number;
  /** The root of the mean squared error of always predicting the mean of the training rows. */
  readonly baseline: number;
}

export type Scores = ClassScores | NumberScores;

/** Scores predictions for some rows of a table that has the target. */
export function scoresOf(
  target: TargetPreparation,
  predictions: Predictions,
  table: Table,
  rows: Int32Array,
): Scores {
  const column = columnNamed(table, target.name, "target");
  if (target.task === "classification" && predictions.task === "classification") {
    const truth = classNumbers(target, column, rows, table.source);
    return classScores(predictions.classes, predictions.probabilities, truth, target.classes.length);
  }
  if (target.task === "regression" && predictions.task === "regression") {
    return numberScores(predictions.values, targetNumbers(column, rows, table.source), target.mean);
  }
  throw new TypeError("predictions of another task than the target's");
}

function classScores(
  predicted: Int32Array,
  probabilities: Float64Array,
  truth: Int32Array,
  classes: number,
): ClassScores {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  truth.forEach((t, i) => {
    confusion[t][predicted[i]]++;
  });
  const sizes = confusion.map((row) => row.reduce((a, b) => a + b, 0));
  const scores = fromTypedArray(probabilities, [truth.length, classes]);
  const all = sizes.every((size) => size > 0);
  return {
    task: "classification",
    rows: truth.length,
    accuracy: metrics.accuracy(predicted, truth),
    balancedAccuracy: metrics.balancedAccuracy(predicted, truth),
    f1: metrics.f1(predicted, truth, { average: "macro" }),
    logLoss: metrics.logLoss(scores, truth),
    rocAuc: all ? metrics.rocAuc(classes === 2 ? scores.select(1, 1).contiguous() : scores, truth) : null,
    baseline: Math.max(...sizes) / truth.length,
    confusion,
  };
}

function numberScores(predicted: Float64Array, truth: Float64Array, trainingMean: number): NumberScores {
  const r2 = metrics.r2(predicted, truth);
  return {
    task: "regression",
    rows: truth.length,
    r2: Number.isFinite(r2) ? r2 : null,
    rmse: metrics.rmse(predicted, truth),
    mae: metrics.mae(predicted, truth),
    baseline: metrics.rmse(new Float64Array(truth.length).fill(trainingMean), truth),
  };
}

/** The scores without the large ones: what a program wants to read from one line. */
export function headline(scores: Scores): Partial<Scores> {
  if (scores.task === "regression") return scores;
  const { confusion: _, ...rest } = scores;
  return rest;
}
