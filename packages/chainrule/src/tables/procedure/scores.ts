import { columnNamed, type Table } from "../column.ts";
import type { Predictions } from "../model.ts";
import { classNumbers, type TargetPreparation, targetNumbers } from "../target.ts";
import { type ClassScores, classScores } from "./class-scores.ts";
import { type NumberScores, numberScores } from "./number-scores.ts";
import { resamplingFor } from "./resampling.ts";

export type { ClassScoreName, ClassScores } from "./class-scores.ts";
export type { NumberScoreName, NumberScores, ResidualBin } from "./number-scores.ts";
export type { Resampling } from "./resampling.ts";

export type Scores = ClassScores | NumberScores;

export interface ScoreOptions {
  /**
   * Resamples for the 95 % bootstrap intervals of the scores; 0 for no intervals. Default 1000, and fewer of many rows: 200 of 20,000
   * rows, which are drawn from all of them where there are more.
   */
  readonly samples?: number;
}

/** Scores predictions for some rows of a table that has the target. */
export function scoresOf(
  target: TargetPreparation,
  predictions: Predictions,
  table: Table,
  rows: Int32Array,
  { samples }: ScoreOptions = {},
): Scores {
  const column = columnNamed(table, target.name, "target");
  const classes = target.task === "classification" ? target.classes.length : undefined;
  const resampling = samples === 0 ? null : resamplingFor(rows.length, samples, classes);
  if (target.task === "classification" && predictions.task === "classification") {
    const { probabilities, threshold = null } = predictions;
    const truth = classNumbers(target, column, rows, table.source);
    return classScores(target.classes, predictions.classes, probabilities, truth, resampling, threshold);
  }
  if (target.task === "regression" && predictions.task === "regression") {
    const truth = targetNumbers(column, rows, table.source);
    return numberScores(predictions.values, truth, target.mean, resampling);
  }
  throw new TypeError("predictions of another task than the target's");
}

/** Scores without the large ones; of two classes also those of the second one alone. */
export type Headline = Partial<Scores> & { readonly positive?: ClassScores["byClass"][number] };

/**
 * The scores without the large ones: what a program wants to read from one line. `precision`, `recall` and `f1` are means over the classes;
 * of two classes `positive` has those of the second one alone.
 */
export function headline(scores: Scores): Headline {
  if (scores.task === "regression") {
    const { residuals: _, ...rest } = scores;
    return rest;
  }
  const { confusion: _, byClass, calibration: __, ...rest } = scores;
  return byClass.length === 2 ? { ...rest, positive: byClass[1] } : rest;
}
