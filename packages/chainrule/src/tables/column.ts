import { ChainruleError } from "../util/errors.ts";
import { didYouMean, listed } from "./wording.ts";

/** What a column holds: numbers, truth values, instants, or texts. */
export type ColumnType = "number" | "boolean" | "date" | "text";

/** Numbers; NaN where a value is missing. */
export interface NumberColumn {
  /** Marks a column of numbers. */
  readonly type: "number";
  /** Different from the names of the table's other columns. */
  readonly name: string;
  /** One for each row, [rows], in float64; NaN, and any number that is not finite, is missing. */
  readonly values: Float64Array;
}

/** Truth values as 1 and 0; NaN where a value is missing. */
export interface BooleanColumn {
  /** Marks a column of truth values. */
  readonly type: "boolean";
  /** Different from the names of the table's other columns. */
  readonly name: string;
  /** 1 for true and 0 for false in each row, [rows]; NaN is missing. */
  readonly values: Float64Array;
  /** How the source writes false and true, such as "no" and "yes". Default "false" and "true". */
  readonly words?: readonly [no: string, yes: string];
}

/** Instants as milliseconds since 1970-01-01 UTC; NaN where a value is missing. */
export interface DateColumn {
  /** Marks a column of instants. */
  readonly type: "date";
  /** Different from the names of the table's other columns. */
  readonly name: string;
  /** Milliseconds since 1970-01-01 UTC in each row, [rows]; NaN is missing. */
  readonly values: Float64Array;
}

/** Texts by their number in `levels`, which are all different; −1 where a value is missing. */
export interface TextColumn {
  /** Marks a column of texts. */
  readonly type: "text";
  /** Different from the names of the table's other columns. */
  readonly name: string;
  /** The place in `levels` of each row's text, [rows]; −1 is missing. */
  readonly codes: Int32Array;
  /** The different texts. A level may be in no row: taking some rows of a column leaves its levels as they are. */
  readonly levels: readonly string[];
}

/** One column of a table, typed, in memory. Sources (a CSV file, a database, a program) deliver these. */
export type Column = NumberColumn | BooleanColumn | DateColumn | TextColumn;

/** Columns of equal length with different names. */
export interface Table {
  /** Where it came from, for messages: a file name. */
  readonly source: string;
  /** How many rows there are, without the header of a file. */
  readonly rows: number;
  /** In the order of the source. */
  readonly columns: readonly Column[];
  /**
   * What a reader should know about how it was read, in sentences: columns left out, numbers rounded. Without it there is nothing
   * to know.
   */
  readonly notes?: readonly string[];
}

/**
 * Puts columns together into a table, and checks that they fit each other.
 *
 * @param source where they came from, for messages: a file name
 * @throws ChainruleError `data` for columns of different lengths, and for two of one name
 *
 * @example
 * const age = { type: "number", name: "age", values: Float64Array.of(41, 23, 35) } as const;
 * const table = tableOf("members.csv", [age, textColumn("plan", ["basic", "pro", "basic"])]);
 * table.rows; // → 3
 * tableOf("members.csv", [age, age]); // throws data: members.csv has two columns named "age".
 */
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

/**
 * Whether the value of a row is missing. A number that is not finite counts as missing.
 *
 * @param row from 0
 *
 * @example
 * const values = Float64Array.of(41, NaN, Infinity);
 * isMissing({ type: "number", name: "age", values }, 0); // → false
 * isMissing({ type: "number", name: "age", values }, 2); // → true
 */
export const isMissing = (column: Column, row: number): boolean =>
  column.type === "text" ? column.codes[row] < 0 : !Number.isFinite(column.values[row]);

/**
 * A value as a person would write it, "" where it is missing. Booleans in the words of their source, dates in ISO form (UTC, without
 * the time where it is midnight).
 *
 * @param row from 0
 *
 * @example
 * const values = Float64Array.of(1, NaN);
 * const paid = { type: "boolean", name: "paid", values, words: ["no", "yes"] } as const;
 * [textAt(paid, 0), textAt(paid, 1)]; // → ['yes', '']
 * textAt({ type: "date", name: "day", values: Float64Array.of(0) }, 0); // → '1970-01-01'
 */
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
 * The column of a name.
 *
 * @param what what the column is wanted for, such as "target"; for the message
 * @throws ChainruleError `data` for a name that no column has; it proposes the nearest one
 *
 * @example
 * const table = tableFromRows([{ age: 41, plan: "basic" }, { age: 23, plan: "pro" }], "members.csv");
 * columnNamed(table, "age").type; // → 'number'
 * columnNamed(table, "plans"); // throws data: … Did you mean "plan"?
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

/**
 * The rows of a table at some indices, in their order; an index may come more than once. Levels of texts stay as they are.
 *
 * @param rows from 0
 *
 * @example
 * const table = tableFromRows([{ age: 41 }, { age: 23 }, { age: 35 }]);
 * const [age] = takeRows(table, Int32Array.of(2, 0)).columns;
 * [textAt(age, 0), textAt(age, 1)]; // → ['35', '41']
 */
export const takeRows = (table: Table, rows: Int32Array): Table => ({
  ...table,
  rows: rows.length,
  columns: table.columns.map((column) => takeColumn(column, rows)),
});

/** One value of a row given as an object. null, undefined, NaN, "" and an invalid Date are missing. */
export type Cell = number | boolean | string | Date | null | undefined;

/**
 * A table of rows given as objects. A column's type is that of its values; a column that mixes types holds texts, and so does one
 * without any value. A column that a row lacks is missing there. Texts stay texts, whatever they spell: see {@link refineText}.
 *
 * @param source where they came from, for messages
 *
 * @example
 * const table = tableFromRows([{ age: 41, plan: "basic" }, { plan: "pro" }, { age: null, plan: null }]);
 * table.columns[0]; // → { type: 'number', name: 'age', values: Float64Array(3) [41, NaN, NaN] }
 * table.columns[1]; // → { type: 'text', name: 'plan', codes: Int32Array(3) [0, 1, -1],
 * //   levels: ['basic', 'pro'] }
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

/**
 * A text column of values, null where one is missing. Levels are numbered as they appear.
 *
 * @example
 * const { codes, levels } = textColumn("plan", ["pro", null, "basic", "pro"]);
 * codes; // → Int32Array(4) [0, -1, 1, 0]
 * levels; // → ['pro', 'basic']
 */
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
