import { ChainruleError } from "../../util/errors.ts";
import { type Column, columnNamed, isMissing, type Table } from "../column.ts";
import { chooseFeatures, type DroppedColumn } from "../features.ts";
import { type FeaturePreparation, fitFeatures } from "../preparation.ts";
import { fitTarget, rowsWithValue, type TargetPreparation } from "../target.ts";
import { detectTask, type Task } from "../task.ts";
import { checkEnoughRows, type Split, splitRows } from "./split.ts";

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
  /** Columns never to use. */
  readonly exclude?: readonly string[];
  /** Columns to use even if they look like identifiers or free text. */
  readonly include?: readonly string[];
  /** Default 0. */
  readonly seed?: number;
}

/** Everything that is known before training: the data, what is predicted from what, and who sees which rows. */
export interface Plan {
  readonly table: Table;
  readonly task: Task;
  /** Why this task, in words. */
  readonly reason: string;
  readonly target: TargetPreparation;
  readonly features: readonly FeaturePreparation[];
  readonly dropped: readonly DroppedColumn[];
  /** Rows of `table`; its test part is empty where the test has a table of its own. */
  readonly split: Split;
  readonly test: { readonly table: Table; readonly rows: Int32Array };
  /** Rows left out because they have no target, and how many columns hold numbers that are infinite. */
  readonly withoutTarget: number;
  readonly infinite: readonly { name: string; rows: number }[];
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
  const sizes = { test: options.test === undefined ? testSize : 0, validation: validationSize };
  const split = splitRows(column, rows, task, sizes, seed);
  const choice = { exclude, include };
  const { features, dropped } = chooseFeatures(table, column.name, split.training, choice);
  return {
    table,
    task,
    reason,
    target: fitTarget(column, split.training, task),
    features: fitFeatures(features, split.training),
    dropped,
    split,
    test: options.test === undefined ? { table, rows: split.test } : ownTest(options.test, column.name),
    withoutTarget: table.rows - rows.length,
    infinite: [column, ...features].flatMap(infiniteIn),
  };
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

function infiniteIn(column: Column): { name: string; rows: number }[] {
  if (column.type !== "number") return [];
  const rows = column.values.reduce(
    (n, value, row) => (isMissing(column, row) && !Number.isNaN(value) ? n + 1 : n),
    0,
  );
  return rows > 0 ? [{ name: column.name, rows }] : [];
}
