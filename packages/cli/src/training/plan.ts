import { ChainruleError } from "chainrule";
import {
  type Column,
  type ColumnType,
  checkEnoughRows,
  chooseFeatures,
  columnNamed,
  type DroppedColumn,
  detectTask,
  type FeaturePreparation,
  fitFeatures,
  fitTarget,
  isMissing,
  rowsWithValue,
  type Split,
  splitRows,
  type Table,
  type TargetPreparation,
  type Task,
} from "chainrule/tables";
import { correctOrExclude, type ReadOptions, readTable } from "../sources/index.ts";

export interface PlanOptions {
  readonly target: string;
  readonly task: Task | "auto";
  /** A table of its own for the test, in place of a part of the data. */
  readonly test?: string;
  readonly testSize: number;
  readonly validationSize: number;
  /** Names, or lists of names with commas between. */
  readonly exclude?: readonly string[];
  readonly include?: readonly string[];
  readonly missing: readonly string[];
  readonly seed: number;
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

/** Reads the data and decides on all of it. Preparation is fitted on the training rows alone. */
export async function makePlan(path: string, options: PlanOptions): Promise<Plan> {
  const { missing, seed } = options;
  const remedy = correctOrExclude(options.target);
  // What is in an excluded column does not matter, so it is not looked at.
  const excluded = (options.exclude ?? []).flatMap((text) => [text, ...namesInList(text)]);
  const unread = new Map(
    excluded.filter((name) => name !== options.target).map((name) => [name, "text" as const]),
  );
  const table = await readTable(path, { missing, types: unread, remedy });
  if (table.rows === 0) {
    throw new ChainruleError(
      "data",
      `${table.source} has no rows below its header.`,
      "Give a table with at least ten rows.",
    );
  }
  const column = columnNamed(table, options.target, "target");
  const exclude = namesIn(options.exclude ?? [], table);
  if (exclude.includes(column.name)) {
    throw new ChainruleError(
      "argument",
      `"${column.name}" is the target, and so can not be excluded.`,
      "Leave it out of --exclude, or choose another --target.",
    );
  }
  const rows = rowsWithValue(column, table.rows);
  checkEnoughRows(column, rows);
  const { task, reason } = detectTask(column, rows, options.task);
  const sizes = {
    test: options.test === undefined ? options.testSize : 0,
    validation: options.validationSize,
  };
  const split = splitRows(column, rows, task, sizes, seed);
  const { features, dropped } = chooseFeatures(table, column.name, split.training, {
    exclude,
    include: namesIn(options.include ?? [], table),
  });
  const test =
    options.test === undefined
      ? { table, rows: split.test }
      : await ownTest(options.test, column.name, {
          missing,
          types: typesOf(table.columns),
          remedy,
        });
  return {
    table,
    task,
    reason,
    target: fitTarget(column, split.training, task),
    features: fitFeatures(features, split.training),
    dropped,
    split,
    test,
    withoutTarget: table.rows - rows.length,
    infinite: [column, ...features].flatMap(infiniteIn),
  };
}

const typesOf = (columns: readonly Column[]): Map<string, ColumnType> =>
  new Map(columns.map(({ name, type }) => [name, type]));

async function ownTest(path: string, target: string, reading: ReadOptions): Promise<Plan["test"]> {
  const table = await readTable(path, reading);
  const rows = rowsWithValue(columnNamed(table, target, "target"), table.rows);
  if (rows.length > 0) return { table, rows };
  throw new ChainruleError(
    "data",
    `${table.source} has no row with a value of "${target}" to test on.`,
    "Give another test table, or leave out --test to keep a part of the data for the test.",
  );
}

/** Names as they were given, or in lists with commas; a column whose name has commas in it is meant as a whole. */
function namesIn(given: readonly string[], table: Table): string[] {
  const names = new Set(table.columns.map(({ name }) => name));
  return given.flatMap((text) => (names.has(text) ? [text] : namesInList(text)));
}

const namesInList = (text: string): string[] =>
  text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");

function infiniteIn(column: Column): { name: string; rows: number }[] {
  if (column.type !== "number") return [];
  const rows = column.values.reduce(
    (n, value, row) => (isMissing(column, row) && !Number.isNaN(value) ? n + 1 : n),
    0,
  );
  return rows > 0 ? [{ name: column.name, rows }] : [];
}
