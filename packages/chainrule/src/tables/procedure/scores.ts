import { ChainruleError } from "../../util/errors.ts";
import { columnNamed, type Table } from "../column.ts";
import type { Predictions } from "../model.ts";
import { rowWeights } from "../row-weights.ts";
import { classNumbers, type TargetPreparation, targetNumbers } from "../target.ts";
import { type ClassScores, classScores } from "./class-scores.ts";
import { type NumberScores, numberScores } from "./number-scores.ts";
import { resamplingFor } from "./resampling.ts";

export type { ClassScoreName, ClassScores } from "./class-scores.ts";
export type { NumberScoreName, NumberScores, ResidualBin } from "./number-scores.ts";
export type { Resampling } from "./resampling.ts";

/** Scores of predictions, by what was predicted: `task` tells which. Plain data. */
export type Scores = ClassScores | NumberScores;

/** How sure scores are to be. */
export interface ScoreOptions {
  /**
   * Resamples for the 95 % bootstrap intervals of the scores; 0 for no intervals. Default 1000, and fewer of many rows: 200 of 20,000
   * rows, which are drawn from all of them where there are more.
   */
  readonly samples?: number;
  /** The column that says how much each row counts, where the table has it. Default: all count the same. */
  readonly weights?: string | null;
}

/**
 * Scores predictions for some rows of a table that has the target.
 *
 * @param predictions of these rows, in their order
 * @param rows from 0, at least one; each with a value of the target
 * @throws ChainruleError `data` for a table without the target, or with a label that is none of the classes
 * @throws TypeError for predictions of another task than the target's
 *
 * @example
 * const table = tableFromRows([{ plan: "pro" }, { plan: "basic" }, { plan: "pro" }, { plan: "basic" }]);
 * const classes = Int32Array.of(1, 0, 0, 0); // basic and pro are 0 and 1
 * const probabilities = Float64Array.of(0.2, 0.8, 0.9, 0.1, 0.6, 0.4, 0.7, 0.3);
 * const scores = scoresOf(
 *   { task: "classification", name: "plan", type: "text", classes: ["basic", "pro"] },
 *   { task: "classification", classes, probabilities },
 *   table,
 *   Int32Array.of(0, 1, 2, 3),
 * );
 * "accuracy" in scores && [scores.accuracy, scores.rocAuc]; // → [0.75, 1]
 * "confusion" in scores && scores.confusion; // → [[2, 0], [1, 1]]
 */
export function scoresOf(
  target: TargetPreparation,
  predictions: Predictions,
  table: Table,
  rows: Int32Array,
  { samples, weights = null }: ScoreOptions = {},
): Scores {
  const column = columnNamed(table, target.name, "target");
  const classes = target.task === "classification" ? target.classes.length : undefined;
  const counts = rowWeights(table, weights, rows);
  const resampling = samples === 0 ? null : resamplingFor(rows.length, samples, classes);
  if (target.task === "classification" && predictions.task === "classification") {
    const { probabilities, threshold = null } = predictions;
    const truth = classNumbers(target, column, rows, table.source);
    const { classes: names } = target;
    return classScores(names, predictions.classes, probabilities, truth, resampling, threshold, counts);
  }
  if (target.task === "regression" && predictions.task === "regression") {
    const truth = targetNumbers(column, rows, table.source);
    return numberScores(predictions.values, truth, target.mean, resampling, counts);
  }
  throw otherTask(predictions.task, target.task);
}

/** The error for predictions that are not of the target's task. */
export const otherTask = (predictions: string, target: string): ChainruleError =>
  new ChainruleError(
    "argument",
    `These are predictions of ${predictions}, and the target is one of ${target}.`,
    "Give predictions of a model for this target.",
  );

/** Scores without the large ones; of two classes also those of the second one alone. */
export type Headline = Partial<Scores> & { readonly positive?: ClassScores["byClass"][number] };

/**
 * The scores without the large ones: what a program wants to read from one line. `precision`, `recall` and `f1` are means over the classes;
 * of two classes `positive` has those of the second one alone.
 *
 * @example
 * const ages = Array.from({ length: 80 }, (_, i) => 20 + ((7 * i) % 60));
 * const rows = ages.map((age) => ({ age, buys: age > 60 }));
 * const { scores } = await trainTable(rows, { target: "buys", hidden: [8], epochs: 10 });
 * "confusion" in scores; // → true
 * "confusion" in headline(scores); // → false
 * headline(scores).positive?.class; // → 'true'
 */
export function headline(scores: Scores): Headline {
  if (scores.task === "regression") {
    const { residuals: _, ...rest } = scores;
    return rest;
  }
  const { confusion: _, byClass, calibration: __, ...rest } = scores;
  return byClass.length === 2 ? { ...rest, positive: byClass[1] } : rest;
}
