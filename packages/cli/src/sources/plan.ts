import {
  type Column,
  type ColumnType,
  type Plan,
  type PlanOptions,
  planFor,
  type Table,
} from "chainrule/tables";
import { correctOrExclude, type Data, type ReadOptions, readTable } from "./index.ts";

/** Options of a plan as a command has them: names of columns may be lists with commas between. */
export interface ReadPlanOptions extends Omit<PlanOptions, "test"> {
  /** A file of its own for the test, in place of a part of the data. */
  readonly test?: string;
  readonly missing: readonly string[];
  /** Types that columns are to have, whatever their values look like. */
  readonly types?: ReadOptions["overrides"];
}

/** Reads the data and decides on all of it. */
export async function readPlan(
  data: string | Data,
  options: ReadPlanOptions,
  progress?: (rows: number) => void,
): Promise<Plan> {
  const { missing, types: overrides } = options;
  const { table, plan } = await readTableToTrain(data, options, progress);
  const remedy = correctOrExclude(options.target);
  const test =
    options.test === undefined
      ? undefined
      : await readTable(options.test, { missing, overrides, types: typesOf(table.columns), remedy });
  return planFor(table, { ...options, ...plan, test });
}

/** Reads a table to train on, and the names of columns that were excluded and included. */
export async function readTableToTrain(
  data: string | Data,
  options: Pick<ReadPlanOptions, "target" | "exclude" | "include" | "missing" | "types">,
  progress?: (rows: number) => void,
): Promise<{ table: Table; plan: { exclude: readonly string[]; include: readonly string[] } }> {
  const { missing, types: overrides, target } = options;
  const unread = unreadOf(options);
  const remedy = correctOrExclude(target);
  const table = await readTable(data, { missing, overrides, unread, remedy, progress });
  return {
    table,
    plan: {
      exclude: namesIn(options.exclude ?? [], table),
      include: namesIn(options.include ?? [], table),
    },
  };
}

/** What is in an excluded column does not matter, so it is not looked at. */
export function unreadOf({
  exclude = [],
  target,
}: {
  exclude?: readonly string[];
  target?: string;
}): Set<string> {
  const excluded = exclude.flatMap((text) => [text, ...namesInList(text)]);
  return new Set(excluded.filter((name) => name !== target));
}

const typesOf = (columns: readonly Column[]): Map<string, ColumnType> =>
  new Map(columns.map(({ name, type }) => [name, type]));

/** Names as they were given, or in lists with commas; a column whose name has commas in it is meant as a whole. */
export function namesIn(given: readonly string[], table: Table): string[] {
  const names = new Set(table.columns.map(({ name }) => name));
  return given.flatMap((text) => (names.has(text) ? [text] : namesInList(text)));
}

const namesInList = (text: string): string[] =>
  text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
