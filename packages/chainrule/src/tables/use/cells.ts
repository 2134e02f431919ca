import { ChainruleError } from "../../util/errors.ts";
import type { ColumnType } from "../column.ts";
import { valueOfText } from "../texts.ts";
import { clip, didYouMean, listed } from "../wording.ts";

/** The values of a row, by column, as whoever calls gives them: nothing is known of them. */
export type Values = Readonly<Record<string, unknown>>;

/**
 * A row, or a value in it, that a model can not read: a {@link ChainruleError} `data` that knows its place.
 *
 * @example
 * const ages = Array.from({ length: 80 }, (_, i) => 20 + ((7 * i) % 60));
 * const rows = ages.map((age) => ({ age, buys: age > 60 }));
 * const model = new LoadedModel(fitLinear(planFor(tableFromRows(rows), { target: "buys" })).model);
 * try {
 *   model.predictAll([{ age: 25 }, { age: "old" }]);
 * } catch (error) {
 *   const { row, column } = error as RowError;
 *   [row, column]; // → [1, 'age']
 * }
 */
export class RowError extends ChainruleError {
  override readonly name = "RowError";
  /** The column at fault; null where it is the row as a whole. */
  readonly column: string | null;
  /** The place of the row in the list that was given, from 0; null where one row was given. */
  row: number | null = null;

  constructor(column: string | null, problem: string, remedy: string) {
    super("data", problem, remedy);
    this.column = column;
  }

  /** Adds the place of the row, and returns the error. */
  inRow(row: number): this {
    this.row = row;
    return this.within(`rows[${row}]`);
  }
}

const expected: Readonly<Record<ColumnType, string>> = {
  number: "a number",
  boolean: "true or false",
  date: 'a date (a Date, or a text such as "2026-03-01" or "2026-03-01T09:30:00Z")',
  text: "a text",
};

/**
 * A value of a column of numbers, truth values (as 1 and 0) or dates (as milliseconds since 1970); NaN where it is missing: null,
 * undefined, NaN, "", an invalid Date. Texts are taken for what they spell, as in a file; 0 and 1 for truth values and back.
 *
 * @throws RowError for a value of another type, and for a column that is not there
 */
export function numericCell(row: Values, name: string, type: Exclude<ColumnType, "text">): number {
  const value = row[name];
  if (type === "number" && typeof value === "number") return value;
  if (value === null) return Number.NaN;
  switch (typeof value) {
    case "undefined":
      if (!(name in row)) throw lackingColumn(row, name);
      return Number.NaN;
    case "boolean":
      if (type !== "date") return value ? 1 : 0;
      break;
    case "number":
      if (Number.isNaN(value)) return value;
      if (type === "boolean" && (value === 0 || value === 1)) return value;
      break;
    case "bigint":
      if (type === "number") return Number(value);
      break;
    case "string":
      return spelled(row, name, type, value.trim());
    default:
      if (type === "date" && value instanceof Date) return value.getTime();
  }
  throw wrongValue(row, name, type);
}

function spelled(row: Values, name: string, type: Exclude<ColumnType, "text">, text: string): number {
  if (text === "") return Number.NaN;
  const isTruthNumber = type === "boolean" && (text === "0" || text === "1");
  const value = valueOfText(text, isTruthNumber ? "number" : type);
  if (value === undefined) throw wrongValue(row, name, type);
  return value;
}

/** What {@link levelCell} gives for a missing value. */
export const MISSING = -2;
/** What {@link levelCell} gives for a text that is none of the levels. */
const UNSEEN = -1;

/**
 * The place of a text among levels; {@link MISSING} for null, undefined, NaN and "", {@link UNSEEN} for a text that the model does
 * not know. A number or truth value is taken for its text where that is a level.
 *
 * @throws RowError for a value of another type, and for a column that is not there
 */
export function levelCell(row: Values, name: string, places: ReadonlyMap<string, number>): number {
  const value = row[name];
  if (typeof value === "string") {
    const place = places.get(value) ?? places.get(value.trim());
    return place ?? (value.trim() === "" ? MISSING : UNSEEN);
  }
  if (value === null || Number.isNaN(value)) return MISSING;
  if (value === undefined) {
    if (!(name in row)) throw lackingColumn(row, name);
    return MISSING;
  }
  const place =
    typeof value === "number" || typeof value === "boolean" ? places.get(String(value)) : undefined;
  if (place === undefined) throw wrongValue(row, name, "text");
  return place;
}

function lackingColumn(row: Values, name: string): RowError {
  const hint = didYouMean(name, Object.keys(row));
  return new RowError(
    name,
    `The column "${clip(name)}" is not there.`,
    `${hint ?? ""}Give it, or null if its value is not known.`,
  );
}

function wrongValue(row: Values, name: string, type: ColumnType): RowError {
  // What every object inherits, such as `constructor`, is no column of a row.
  if (!Object.hasOwn(row, name) && name in Object.prototype) return lackingColumn(row, name);
  return new RowError(
    name,
    `Column "${clip(name)}" is ${shown(row[name])} where ${expected[type]} must be.`,
    "Correct it, or give null if the value is not known.",
  );
}

/** A value in the words of a message. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `the text "${clip(value)}"`;
    case "number":
    case "bigint":
      return `the number ${value}`;
    case "boolean":
    case "undefined":
      return String(value);
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return "a list";
      return value instanceof Date ? "a date" : "an object";
    default:
      return `a ${typeof value}`;
  }
}

/** What is given instead of a row that is none. */
export const noRow = (value: unknown): RowError =>
  new RowError(
    null,
    `A row is ${shown(value)} where an object must be.`,
    "Give an object with a value for each column.",
  );

/** A column that the model does not know, where none may be. */
export const unknownColumn = (name: string, names: readonly string[]): RowError =>
  new RowError(
    name,
    `The model knows no column "${clip(name)}".`,
    `${didYouMean(name, names) ?? ""}Leave it out; the model's columns are ${listed(names)}.`,
  );
