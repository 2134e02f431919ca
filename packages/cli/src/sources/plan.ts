import { type Column, type ColumnType, type Plan, planFor, type Table, type Task } from "chainrule/tables";
import { correctOrExclude, readTable } from "./index.ts";

export interface ReadPlanOptions {
  readonly target: string;
  readonly task: Task | "auto";
  /** A file of its own for the test, in place of a part of the data. */
  readonly test?: string;
  readonly testSize: number;
  readonly validationSize: number;
  /** Names, or lists of names with commas between. */
  readonly exclude?: readonly string[];
  readonly include?: readonly string[];
  readonly missing: readonly string[];
  readonly seed: number;
}

/** Reads the data and decides on all of it. */
export async function readPlan(path: string, options: ReadPlanOptions): Promise<Plan> {
  const { missing } = options;
  const remedy = correctOrExclude(options.target);
  // What is in an excluded column does not matter, so it is not looked at.
  const excluded = (options.exclude ?? []).flatMap((text) => [text, ...namesInList(text)]);
  const unread = new Map(
    excluded.filter((name) => name !== options.target).map((name) => [name, "text" as const]),
  );
  const table = await readTable(path, { missing, types: unread, remedy });
  const test =
    options.test === undefined
      ? undefined
      : await readTable(options.test, { missing, types: typesOf(table.columns), remedy });
  return planFor(table, {
    ...options,
    test,
    exclude: namesIn(options.exclude ?? [], table),
    include: namesIn(options.include ?? [], table),
  });
}

const typesOf = (columns: readonly Column[]): Map<string, ColumnType> =>
  new Map(columns.map(({ name, type }) => [name, type]));

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
