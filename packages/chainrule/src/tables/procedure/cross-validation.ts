import * as data from "../../data/index.ts";
import { Generator } from "../../tensor/index.ts";
import { checkWhole } from "../../train/checking.ts";
import { ChainruleError } from "../../util/errors.ts";
import { asTable, type Cell, columnNamed, type Table } from "../column.ts";
import { rowsWithValue } from "../target.ts";
import { detectTask, type Task } from "../task.ts";
import { type PlanOptions, planFor } from "./plan.ts";
import { type Scores, scoresOf } from "./scores.ts";
import { groupsOf, type Labelled, type Split, splitTable, strataOf, timesOf } from "./split.ts";
import { checkTrainingOptions, type TrainPlanOptions, trainPlan } from "./train-plan.ts";

/**
 * What {@link crossValidate} is told: of the plan, of training, and of folds. Callbacks are told of the epochs of every fold. Aborting
 * the `signal` makes the promise reject.
 */
export interface CrossValidationOptions extends Omit<PlanOptions, "test" | "testSize">, TrainPlanOptions {
  /** How many parts; each is the test of one training. Default 5. */
  readonly folds?: number;
  /** How often rows are dealt into parts anew. Default 1. */
  readonly repeats?: number;
  /** Is told of each fold, when it is done. Without it nothing is told before the end. */
  readonly onFold?: (fold: FoldScores) => void;
}

/** One training of a cross-validation. Plain data. */
export interface FoldScores {
  /** From 1 to `repeats`. */
  readonly repeat: number;
  /** From 1 to `folds`, in each repeat. */
  readonly fold: number;
  /** How many rows each part had. */
  readonly rows: { readonly training: number; readonly validation: number; readonly test: number };
  /** How many epochs were trained. */
  readonly epochs: number;
  /** The epoch whose weights were kept, from 1; 0 where there is none. */
  readonly bestEpoch: number;
  /** On the fold's test rows, without intervals. */
  readonly scores: Scores;
}

/** How one score varies over several trainings. */
export interface MeanAndDeviation {
  /** Their mean. */
  readonly mean: number;
  /** Their standard deviation, with n − 1; 0 of a single one. */
  readonly sd: number;
}

/** What {@link crossValidate} gives. Plain data. */
export interface CrossValidation {
  /** What is predicted: classes, or a number. */
  readonly task: Task;
  /** The column that is predicted. */
  readonly target: string;
  /** Every training, in its order: all folds of the first repeat come first. */
  readonly folds: readonly FoldScores[];
  /** Of each score that is a number in every fold. */
  readonly summary: Readonly<Record<string, MeanAndDeviation>>;
}

/**
 * k-fold cross-validation of the whole procedure: for each fold everything is fitted anew, preparation too, on the other rows, of which a
 * part tells when to stop; the fold itself is the test. Folds are stratified, or keep groups together, or follow time (each test comes
 * after its training rows, so that there are no tests of the oldest rows), as `split` says.
 *
 * @param table a table, or rows as objects
 * @throws ChainruleError as `trainTable` does, and `argument` for folds that can not be made
 *
 * @example
 * const ages = Array.from({ length: 80 }, (_, i) => 20 + ((7 * i) % 60));
 * const rows = ages.map((age) => ({ age, buys: age > 60 }));
 * const options = { target: "buys", folds: 4, hidden: [8], epochs: 10 };
 * const { folds, summary } = await crossValidate(rows, options);
 * folds.map(({ rows }) => rows.test); // → [20, 20, 20, 20]
 * summary.accuracy.mean > 0.7; // → true
 */
export async function crossValidate(
  table: Table | readonly Readonly<Record<string, Cell>>[],
  options: CrossValidationOptions,
): Promise<CrossValidation> {
  checkTrainingOptions(options, ["folds", "repeats", "onFold"]);
  const whole = asTable(table);
  const { folds: k = 5, repeats = 1, seed = 0 } = options;
  checkWhole("repeats", repeats, 1);
  const labelled = labelledRows(whole, options);
  const done: FoldScores[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const splits = foldSplits(labelled, options, k, seed + repeat);
    for (const [f, parts] of splits.entries()) {
      const found = {
        repeat: repeat + 1,
        fold: f + 1,
        ...(await runFold(whole, options, parts, seed + repeat)),
      };
      done.push(found);
      options.onFold?.(found);
    }
  }
  return {
    task: labelled.task,
    target: options.target,
    folds: done,
    summary: summaryOf(done.map(({ scores }) => scores)),
  };
}

/** The rows of a table that have a target, and what that asks for. */
export function labelledRows(table: Table, options: PlanOptions): Labelled {
  const target = columnNamed(table, options.target, "target");
  const rows = rowsWithValue(target, table.rows);
  return { table, target, rows, task: detectTask(target, rows, options.task).task };
}

/** Trains on the training rows of a split and scores its test rows. */
async function runFold(
  table: Table,
  options: CrossValidationOptions,
  parts: Split,
  seed: number,
): Promise<Omit<FoldScores, "repeat" | "fold">> {
  const plan = planFor(table, {
    ...options,
    seed,
    exclude: excludedBy(options),
    split: { kind: "rows", parts },
  });
  const { model, result } = await trainPlan(plan, options, seed);
  options.signal?.throwIfAborted();
  return {
    rows: { training: parts.training.length, validation: parts.validation.length, test: parts.test.length },
    epochs: result.epochs,
    bestEpoch: result.best?.epoch ?? 0,
    scores: scoresOf(plan.target, model.predict(table, parts.test), table, parts.test, {
      samples: 0,
      weights: plan.weights,
    }),
  };
}

/** Columns that are no inputs: those that were excluded, and the one that the split goes by. */
export function excludedBy({ exclude = [], include = [], split }: PlanOptions): readonly string[] {
  if (split === undefined || !("column" in split) || include.includes(split.column)) return exclude;
  return [...exclude, split.column];
}

/** The parts of each fold: its test rows, and the others cut into training, validation and calibration rows. */
export function foldSplits(of: Labelled, options: CrossValidationOptions, k: number, seed: number): Split[] {
  const { split = { kind: "stratified" }, validationSize = 0.15, calibrationSize } = options;
  const sizes = { test: 0, validation: validationSize, calibration: calibrationSize };
  return folds(of, split, k, seed).map(({ train, test }) => {
    const at = (indices: Int32Array): Int32Array => indices.map((i) => of.rows[i]).sort();
    const rest = { ...of, rows: at(train) };
    return { ...splitTable(rest, split, sizes, seed), test: at(test) };
  });
}

/** Folds of the places in `rows`. */
function folds(of: Labelled, split: NonNullable<PlanOptions["split"]>, k: number, seed: number): data.Fold[] {
  const options = { shuffle: true, generator: new Generator(seed) };
  const { target, rows, task } = of;
  switch (split.kind) {
    case "stratified":
      return data.stratifiedKFold(strataOf(target, rows, task), k, options);
    case "random":
      return data.kFold(rows.length, k, options);
    case "group": {
      const labels =
        task === "classification" ? strataOf(target, rows, task) : new Array(rows.length).fill(0);
      return data.stratifiedGroupKFold(labels, groupsOf(of, split.column), k, options);
    }
    case "time": {
      const times = timesOf(of, split.column);
      const order = Int32Array.from(times.keys()).sort((a, b) => times[a] - times[b] || a - b);
      return data.timeSeriesSplit(rows.length, k).map(({ train, test }) => ({
        train: train.map((i) => order[i]),
        test: test.map((i) => order[i]),
      }));
    }
    default:
      throw new ChainruleError(
        "argument",
        `Rows that are split by ${split.kind === "column" ? `the column "${split.column}"` : "the program"} have one test part, and no folds.`,
        "Cross-validate with another split: stratified, random, group or time.",
      );
  }
}

/** Mean and standard deviation of every score that is a number in all. */
export function summaryOf(all: readonly Scores[]): Record<string, MeanAndDeviation> {
  const [first] = all;
  if (first === undefined) return {};
  const entries = Object.keys(first).flatMap((name): [string, MeanAndDeviation][] => {
    const values = all.map((scores) => (scores as unknown as Record<string, unknown>)[name]);
    if (name === "rows" || name === "threshold" || !values.every((value) => typeof value === "number"))
      return [];
    return [[name, meanAndDeviation(values)]];
  });
  return Object.fromEntries(entries);
}

export function meanAndDeviation(values: readonly number[]): MeanAndDeviation {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}
