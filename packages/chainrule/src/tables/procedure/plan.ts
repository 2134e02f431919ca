import { ChainruleError } from "../../util/errors.ts";
import { type Column, columnNamed, isMissing, type Table, textAt } from "../column.ts";
import { chooseFeatures, type DroppedColumn } from "../features.ts";
import { type FeaturePreparation, fitFeatures } from "../preparation.ts";
import { rowWeights } from "../row-weights.ts";
import { fitTarget, rowsWithValue, type TargetPreparation, type TargetTransform } from "../target.ts";
import { detectTask, type Task } from "../task.ts";
import { picked } from "./setting-checks.ts";
import { checkEnoughRows, type Split, type SplitKind, splitColumn, splitTable } from "./split.ts";

/** What is to be predicted, from what, and which rows test it. */
export interface PlanOptions {
  /** The column to predict. */
  readonly target: string;
  /** What the target asks for. Default "auto": see {@link detectTask}. */
  readonly task?: Task | "auto";
  /** A table of its own for the test. Without it, a part of the data is kept for the test. */
  readonly test?: Table;
  /** Share of the rows kept for the test: 0 ≤ testSize < 1. Default 0.2; 0 where `test` is given. */
  readonly testSize?: number;
  /** Share of the other rows that tells when to stop: 0 < validationSize < 1. Default 0.15. */
  readonly validationSize?: number;
  /** Share of these other rows that measures probabilities and intervals and has no say in training. Default 0: the validation rows do. */
  readonly calibrationSize?: number;
  /** How the rows are cut into parts. A column that it goes by is no input, unless it is included. Default: at random, stratified. */
  readonly split?: SplitKind;
  /** Columns never to use. Default none. */
  readonly exclude?: readonly string[];
  /** Columns to use even if they look like identifiers or free text. Default none. */
  readonly include?: readonly string[];
  /**
   * A column of numbers ≥ 0 that say how much each row counts in the loss, and in scores. It is no input. Default: all count the same.
   * The rows of a test table without the column count the same.
   */
  readonly weights?: string;
  /**
   * Whether a target of numbers is learned on a logarithmic scale; "auto" where it has a long tail, see {@link targetTransforms}.
   * Default "none".
   */
  readonly targetTransform?: TargetTransform;
  /** What rows are dealt out by, and weights drawn by. Default 0. */
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

/**
 * What a plan is told among other options, such as those of a command: the entries whose names are those of {@link PlanOptions}.
 *
 * @example
 * planOptionsIn({ target: "rent", testSize: 0.5, epochs: 10 }); // → { target: 'rent', testSize: 0.5 }
 */
export const planOptionsIn = <T extends object>(options: T): Pick<T, Extract<keyof T, keyof PlanOptions>> =>
  picked(options, planOptionNames);

/** Everything that is known before training: the data, what is predicted from what, and who sees which rows. */
export interface Plan {
  /** The table that was planned for. */
  readonly table: Table;
  /** What is predicted: classes, or a number. */
  readonly task: Task;
  /** Why this task, in words. */
  readonly reason: string;
  /** The column to predict, and what the network learns of it. */
  readonly target: TargetPreparation;
  /** The columns that the model reads, in the order of the table, and how they become inputs. */
  readonly features: readonly FeaturePreparation[];
  /** The columns that it does not read, and why. */
  readonly dropped: readonly DroppedColumn[];
  /** The column that says how much each row counts, or null. */
  readonly weights: string | null;
  /** Rows of `table`; its test part is empty where the test has a table of its own. */
  readonly split: Split;
  /** The rows to test on, and the table that they are in: the table of the plan, or the test's own. */
  readonly test: { readonly table: Table; readonly rows: Int32Array };
  /** Rows left out because they have no target. */
  readonly withoutTarget: number;
  /** Columns with infinite numbers, which count as missing, and in how many rows. */
  readonly infinite: readonly { name: string; rows: number }[];
  /** Rows with a class that no training row has: they can not be told right. */
  readonly unlearned: readonly UnlearnedClass[];
}

/** A class that occurs in a part and not in the training rows. */
export interface UnlearnedClass {
  /** Where it occurs. */
  readonly part: "validation" | "calibration" | "test";
  /** The class. */
  readonly label: string;
  /** How many rows of the part have it. */
  readonly rows: number;
}

/**
 * Decides on all of a table: what is predicted, which rows train and test, which columns are read and how. Columns are chosen, and
 * preparation is fitted, by the training rows alone. A column is dropped when it has no value there, or one only; when it counts the
 * rows, or is named like an identifier and never repeats a whole number; when it holds texts that mostly differ from row to row.
 *
 * @throws ChainruleError `data` for a table without rows, a name that is no column, fewer than 10 rows with a target, a target that can
 * not be predicted, weights that are no numbers ≥ 0, a split that rows do not fit, and where no column is left to predict from;
 * `argument` for a target that is excluded or splits the rows, and for sizes that leave a part empty
 *
 * @example
 * const areas = Array.from({ length: 50 }, (_, i) => 30 + ((7 * i) % 60));
 * const table = tableFromRows(areas.map((area, id) => ({ id, area, rent: 100 + 10 * area })));
 * const { task, features, dropped, split, test } = planFor(table, { target: "rent" });
 * task; // → 'regression'
 * features.map(({ name }) => name); // → ['area']
 * dropped[0].reason; // → 'identifier'
 * [split.training.length, split.validation.length, test.rows.length]; // → [34, 6, 10]
 * planFor(table, { target: "price" }); // throws data: the table has no column "price" to be the target.
 */
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
  const test = options.test === undefined ? { table, rows: split.test } : ownTest(options.test, column.name);
  if (weights !== null) checkWeights(table, weights, column, split, test);
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
    target: fitTarget(
      column,
      unlearned.length > 0 ? rows : split.training,
      task,
      options.targetTransform,
      rowWeights(table, weights, split.training),
    ),
    features: fitFeatures(features, split.training),
    dropped,
    weights,
    split,
    test,
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

function checkWeights(table: Table, weights: string, target: Column, split: Split, test: Plan["test"]): void {
  columnNamed(table, weights, "column of weights");
  if (weights === target.name) {
    throw new ChainruleError(
      "data",
      `The column of weights "${weights}" is the target.`,
      "Choose another, such as how often each row was seen.",
    );
  }
  for (const part of ["training", "validation", "calibration"] as const)
    rowWeights(table, weights, split[part], `${part} rows`);
  rowWeights(test.table, weights, test.rows, "test rows");
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

/**
 * A column's name and in how many rows it has an infinite number; nothing where there is none, and for other columns than numbers.
 *
 * @example
 * const values = Float64Array.of(1, Infinity, NaN);
 * infiniteIn({ type: "number", name: "ratio", values }); // → [{ name: 'ratio', rows: 1 }]
 */
export function infiniteIn(column: Column): { name: string; rows: number }[] {
  if (column.type !== "number") return [];
  const rows = column.values.reduce(
    (n, value, row) => (isMissing(column, row) && !Number.isNaN(value) ? n + 1 : n),
    0,
  );
  return rows > 0 ? [{ name: column.name, rows }] : [];
}
