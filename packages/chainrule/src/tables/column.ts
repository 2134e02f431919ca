import { ChainruleError } from "../util/errors.ts";
import { didYouMean, listed } from "./wording.ts";

/** What a column holds. */
export type ColumnType = "number" | "boolean" | "date" | "text";

/** Numbers; NaN where a value is missing. */
export interface NumberColumn {
  readonly type: "number";
  readonly name: string;
  readonly values: Float64Array;
}

/** Truth values as 1 and 0; NaN where a value is missing. */
export interface BooleanColumn {
  readonly type: "boolean";
  readonly name: string;
  readonly values: Float64Array;
  /** How the source writes false and true, such as "no" and "yes". Default "false" and "true". */
  readonly words?: readonly [no: string, yes: string];
}

/** Instants as milliseconds since 1970-01-01 UTC; NaN where a value is missing. */
export interface DateColumn {
  readonly type: "date";
  readonly name: string;
  readonly values: Float64Array;
}

/** Texts by their number in `levels`, which are all different; −1 where a value is missing. */
export interface TextColumn {
  readonly type: "text";
  readonly name: string;
  readonly codes: Int32Array;
  readonly levels: readonly string[];
}

/** One column of a table, typed, in memory. Sources (a CSV file, a database, a program) deliver these. */
export type Column = NumberColumn | BooleanColumn | DateColumn | TextColumn;

/** Columns of equal length with different names. */
export interface Table {
  /** Where it came from, for messages: a file name. */
  readonly source: string;
  readonly rows: number;
  readonly columns: readonly Column[];
  /** What a reader should know about how it was read, in sentences: columns left out, numbers rounded. */
  readonly notes?: readonly string[];
}

/** Puts columns together into a table, and checks that they fit each other. */
export function tableOf(source: string, columns: readonly Column[]): Table {
  const rows = columns.length === 0 ? 0 : lengthOf(columns[0]);
  const seen = new Set<string>();
  for (const column of columns) {
    if (lengthOf(column) !== rows) {
      throw new ChainruleError(
        "data",
        `Column "${column.name}" of ${source} has ${lengthOf(column)} rows where "${columns[0].name}" has ${rows}.`,
        "Give columns of equal length.",
      );
    }
    if (seen.has(column.name)) {
      throw new ChainruleError(
        "data",
        `${source} has two columns named "${column.name}".`,
        "Give every column a name of its own.",
      );
    }
    seen.add(column.name);
  }
  return { source, rows, columns };
}

/** The number of rows of a column. */
export const lengthOf = (column: Column): number =>
  column.type === "text" ? column.codes.length : column.values.length;

/** Whether the value of a row is missing. A number that is not finite counts as missing. */
export const isMissing = (column: Column, row: number): boolean =>
  column.type === "text" ? column.codes[row] < 0 : !Number.isFinite(column.values[row]);

/** A value as a person would write it, "" where it is missing. Booleans in the words of their source, dates in ISO form. */
export function textAt(column: Column, row: number): string {
  if (isMissing(column, row)) return "";
  switch (column.type) {
    case "text":
      return column.levels[column.codes[row]];
    case "boolean":
      return (column.words ?? ["false", "true"])[column.values[row] === 0 ? 0 : 1];
    case "date":
      return dateText(column.values[row]);
    case "number":
      return String(column.values[row] + 0); // −0 and 0 are one value
  }
}

/** Years outside what Date can show are rare enough to be shown as their number of milliseconds. */
function dateText(milliseconds: number): string {
  if (Math.abs(milliseconds) > 8.64e15) return String(milliseconds);
  const iso = new Date(milliseconds).toISOString();
  return iso.endsWith("T00:00:00.000Z") ? iso.slice(0, -14) : iso;
}

/**
 * The column of a name, or a ChainruleError `data` that proposes the nearest one.
 *
 * @param what what the column is wanted for, such as "target"
 */
export function columnNamed(table: Table, name: string, what = "column"): Column {
  const column = table.columns.find((c) => c.name === name);
  if (column) return column;
  const names = table.columns.map((c) => c.name);
  throw new ChainruleError(
    "data",
    `${table.source} has no column "${name}"${what === "column" ? "" : ` to be the ${what}`}.`,
    `${didYouMean(name, names) ?? ""}Its columns are ${listed(names)}.`,
  );
}

/** The rows of a column at some indices, in their order. Levels of texts stay as they are. */
export function takeColumn(column: Column, rows: Int32Array): Column {
  if (column.type === "text") return { ...column, codes: rows.map((row) => column.codes[row]) };
  const values = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) values[i] = column.values[rows[i]];
  return { ...column, values };
}

/** The rows of a table at some indices, in their order. */
export const takeRows = (table: Table, rows: Int32Array): Table => ({
  ...table,
  rows: rows.length,
  columns: table.columns.map((column) => takeColumn(column, rows)),
});

/** One value of a row given as an object. null, undefined and NaN are missing. */
export type Cell = number | boolean | string | Date | null | undefined;

/**
 * A table of rows given as objects. A column's type is that of its values; a column that mixes types holds texts.
 *
 * @example
 * const table = tableFromRows([{ age: 41, plan: "basic" }, { age: 23, plan: "pro" }]);
 */
export function tableFromRows(rows: readonly Readonly<Record<string, Cell>>[], source = "the table"): Table {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return {
    source,
    rows: rows.length,
    columns: names.map((name) =>
      columnFromCells(
        name,
        rows.map((row) => row[name]),
      ),
    ),
  };
}

/** A table as it is, or one of rows given as objects. */
export const asTable = (data: Table | readonly Readonly<Record<string, Cell>>[]): Table =>
  "columns" in data ? data : tableFromRows(data);

function columnFromCells(name: string, cells: readonly Cell[]): Column {
  const there = cells.filter((cell) => !absent(cell));
  const numeric = (type: "number" | "boolean" | "date"): Column => ({
    type,
    name,
    values: Float64Array.from(cells, (cell) => (absent(cell) ? Number.NaN : Number(cell))),
  });
  if (there.length > 0) {
    if (there.every((cell) => typeof cell === "number")) return numeric("number");
    if (there.every((cell) => typeof cell === "boolean")) return numeric("boolean");
    if (there.every((cell) => cell instanceof Date)) return numeric("date");
  }
  const asText = (cell: Cell): string | null =>
    absent(cell) ? null : cell instanceof Date ? dateText(cell.getTime()) : String(cell);
  return textColumn(name, cells.map(asText));
}

const absent = (cell: Cell): boolean =>
  cell === null ||
  cell === undefined ||
  cell === "" ||
  (typeof cell !== "string" && Number.isNaN(Number(cell)));

/** A text column of values, null where one is missing. Levels are numbered as they appear. */
export function textColumn(name: string, values: readonly (string | null)[]): TextColumn {
  const numbers = new Map<string, number>();
  const codes = Int32Array.from(values, (value) => {
    if (value === null) return -1;
    const known = numbers.get(value);
    if (known !== undefined) return known;
    numbers.set(value, numbers.size);
    return numbers.size - 1;
  });
  return { type: "text", name, codes, levels: [...numbers.keys()] };
}
