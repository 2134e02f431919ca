import { ChainruleError } from "../../util/errors.ts";
import { type Column, columnNamed, isMissing, type Table, textAt } from "../column.ts";
import { chooseFeatures, type DroppedColumn } from "../features.ts";
import { type FeaturePreparation, fitFeatures } from "../preparation.ts";
import { fitTarget, rowsWithValue, type TargetPreparation, type TargetTransform } from "../target.ts";
import { detectTask, type Task } from "../task.ts";
import { picked } from "./setting-checks.ts";
import { checkEnoughRows, type Split, type SplitKind, splitColumn, splitTable } from "./split.ts";

export interface PlanOptions {
  /** The column to predict. */
  readonly target: string;
  /** Default "auto": see {@link detectTask}. */
  readonly task?: Task | "auto";
  /** A table of its own for the test, in place of a part of the data. */
  readonly test?: Table;
  /** Share of the rows kept for the test. Default 0.2; 0 where `test` is given. */
  readonly testSize?: number;
  /** Share of the other rows that tells when to stop. Default 0.15. */
  readonly validationSize?: number;
  /** Share of these other rows that measures probabilities and intervals and has no say in training. Default 0: the validation rows do. */
  readonly calibrationSize?: number;
  /** How the rows are cut into parts. A column that it goes by is no input, unless it is included. Default: at random, stratified. */
  readonly split?: SplitKind;
  /** Columns never to use. */
  readonly exclude?: readonly string[];
  /** Columns to use even if they look like identifiers or free text. */
  readonly include?: readonly string[];
  /** A column of numbers ≥ 0 that say how much each row counts in the loss. It is no input. Default: all count the same. */
  readonly weights?: string;
  /** Whether a target of numbers is learned on a logarithmic scale; "auto" where it has a long tail. Default "none". */
  readonly targetTransform?: TargetTransform;
  /** Default 0. */
  readonly seed?: number;
}

export const planOptionNames = Object.keys({
  target: true,
  task: true,
  test: true,
  testSize: true,
  validationSize: true,
  calibrationSize: true,
  split: true,
  exclude: true,
  include: true,
  weights: true,
  targetTransform: true,
  seed: true,
} satisfies Record<keyof PlanOptions, true>) as (keyof PlanOptions)[];

/** What a plan is told among other options, such as those of a command. */
export const planOptionsIn = <T extends object>(options: T): Pick<T, Extract<keyof T, keyof PlanOptions>> =>
  picked(options, planOptionNames);

/** Everything that is known before training: the data, what is predicted from what, and who sees which rows. */
export interface Plan {
  readonly table: Table;
  readonly task: Task;
  /** Why this task, in words. */
  readonly reason: string;
  readonly target: TargetPreparation;
  readonly features: readonly FeaturePreparation[];
  readonly dropped: readonly DroppedColumn[];
  /** The column that says how much each row counts, or null. */
  readonly weights: string | null;
  /** Rows of `table`; its test part is empty where the test has a table of its own. */
  readonly split: Split;
  readonly test: { readonly table: Table; readonly rows: Int32Array };
  /** Rows left out because they have no target. */
  readonly withoutTarget: number;
  /** Columns with infinite numbers, which count as missing, and in how many rows. */
  readonly infinite: readonly { name: string; rows: number }[];
  /** Rows with a class that no training row has: they can not be told right. */
  readonly unlearned: readonly UnlearnedClass[];
}

export interface UnlearnedClass {
  readonly part: "validation" | "calibration" | "test";
  readonly label: string;
  readonly rows: number;
}

/** Decides on all of a table. Preparation is fitted on the training rows alone. */
export function planFor(table: Table, options: PlanOptions): Plan {
  const { exclude = [], include = [], testSize = 0.2, validationSize = 0.15, seed = 0 } = options;
  if (table.rows === 0) {
    throw new ChainruleError(
      "data",
      `${table.source} has no rows below its header.`,
      "Give a table with at least ten rows.",
    );
  }
  const column = columnNamed(table, options.target, "target");
  if (exclude.includes(column.name)) {
    throw new ChainruleError(
      "argument",
      `"${column.name}" is the target, and so can not be excluded.`,
      "Leave it out of the excluded columns, or choose another target.",
    );
  }
  const rows = rowsWithValue(column, table.rows);
  checkEnoughRows(column, rows);
  const { task, reason } = detectTask(column, rows, options.task);
  const sizes = {
    test: options.test === undefined ? testSize : 0,
    validation: validationSize,
    calibration: options.calibrationSize,
  };
  const by = options.split ?? { kind: "stratified" };
  const split = splitTable({ table, target: column, rows, task }, by, sizes, seed);
  const unlearned = task === "classification" ? unlearnedIn(column, split) : [];
  const weights = options.weights ?? null;
  if (weights !== null) checkWeights(columnNamed(table, weights, "column of weights"), column, rows);
  const excluded = [...exclude];
  if (weights !== null) excluded.push(weights);
  const cut = splitColumn(by);
  if (cut !== undefined && !include.includes(cut)) excluded.push(checkSplitColumn(cut, column));
  const choice = { exclude: excluded, include };
  const { features, dropped } = chooseFeatures(table, column.name, split.training, choice);
  return {
    table,
    task,
    reason,
    // A class that no training row has is there all the same: that its rows are told wrong is to be seen.
    target: fitTarget(column, unlearned.length > 0 ? rows : split.training, task, options.targetTransform),
    features: fitFeatures(features, split.training),
    dropped,
    weights,
    split,
    test: options.test === undefined ? { table, rows: split.test } : ownTest(options.test, column.name),
    withoutTarget: table.rows - rows.length,
    infinite: [column, ...features].flatMap(infiniteIn),
    unlearned,
  };
}

function checkSplitColumn(name: string, target: Column): string {
  if (name !== target.name) return name;
  throw new ChainruleError(
    "argument",
    `"${name}" is the target, and can not split the rows.`,
    "Split in another way.",
  );
}

/** Classes of other parts that the training rows lack. */
function unlearnedIn(column: Column, split: Split): UnlearnedClass[] {
  const known = new Set(Array.from(split.training, (row) => textAt(column, row)));
  return (["validation", "calibration", "test"] as const).flatMap((part) => {
    const counts = new Map<string, number>();
    for (const row of split[part]) {
      const label = textAt(column, row);
      if (!known.has(label)) counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    return Array.from(counts, ([label, rows]) => ({ part, label, rows }));
  });
}

function checkWeights(weights: Column, target: Column, rows: Int32Array): void {
  const wrong = (what: string): ChainruleError =>
    new ChainruleError(
      "data",
      `The column of weights "${weights.name}" ${what}.`,
      "Give numbers of 0 or more, such as how often each row was seen.",
    );
  if (weights.name === target.name) throw wrong("is the target");
  if (weights.type !== "number") throw wrong("holds no numbers");
  const odd = rows.find((row) => !(weights.values[row] >= 0 && Number.isFinite(weights.values[row])));
  if (odd !== undefined) throw wrong(`has ${textAt(weights, odd) || "no value"} in data row ${odd + 1}`);
}

function ownTest(table: Table, target: string): Plan["test"] {
  const rows = rowsWithValue(columnNamed(table, target, "target"), table.rows);
  if (rows.length > 0) return { table, rows };
  throw new ChainruleError(
    "data",
    `${table.source} has no row with a value of "${target}" to test on.`,
    "Give another test table, or none to keep a part of the data for the test.",
  );
}

/** A column's name and in how many rows it has an infinite number; nothing where there is none. */
export function infiniteIn(column: Column): { name: string; rows: number }[] {
  if (column.type !== "number") return [];
  const rows = column.values.reduce(
    (n, value, row) => (isMissing(column, row) && !Number.isNaN(value) ? n + 1 : n),
    0,
  );
  return rows > 0 ? [{ name: column.name, rows }] : [];
}
