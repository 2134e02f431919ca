import { ChainruleError } from "../util/errors.ts";
import {
  type BooleanColumn,
  type Column,
  type ColumnType,
  type DateColumn,
  isMissing,
  type NumberColumn,
  type TextColumn,
  textAt,
} from "./column.ts";
import { amountsOf } from "./looks.ts";
import { clip, counted } from "./wording.ts";

/** Texts that stand for a missing value, spaces around them left out. */
export const missingWords: readonly string[] = [
  ...["", "?", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null", "None"],
];

/** How texts are to be read. */
export interface RefineOptions {
  /** Texts that stand for a missing value. Default {@link missingWords}. */
  readonly missing?: readonly string[];
  /** Whether numbers are written with a decimal comma. Default false. */
  readonly decimalComma?: boolean;
  /** Take amounts of money, percents and numbers in groups for numbers, where it is certain which: `"$1,234.56"`, `"12 %"`. Default false. */
  readonly amounts?: boolean;
  /** Leave texts texts, even where they look like something else. Default false. */
  readonly asText?: boolean;
  /** How to name the file in messages. Default "the table". */
  readonly source?: string;
  /** What to do about a stray text among a column's numbers. Default: to correct it, declare it missing, or leave the column out. */
  readonly remedy?: (column: string, text: string) => string;
}

/**
 * Finds out what a column that was read as text really holds: truth values (`yes`/`no`, `true`/`false`, `y`/`n`, `t`/`f`), numbers,
 * dates in ISO form, or texts. Spaces around values do not count. Numbers with leading zeros, such as postal codes, stay texts.
 *
 * @throws ChainruleError `data` for a column of numbers with a stray text among them, naming its row
 *
 * @example
 * const age = refineText(textColumn("age", ["41", " 23", "NA"]));
 * age; // → { type: 'number', name: 'age', values: Float64Array(3) [41, 23, NaN] }
 * refineText(textColumn("paid", ["yes", "no"])).type; // → 'boolean'
 * refineText(textColumn("code", ["01067", "80331"])).type; // → 'text'
 * refineText(textColumn("price", ["$1,200.50"]), { amounts: true }).type; // → 'number'
 */
export function refineText(column: TextColumn, options: RefineOptions = {}): Column {
  const clean = cleaned(column, options.missing ?? missingWords);
  if (options.asText || clean.levels.length === 0) return clean;
  return asBoolean(clean) ?? asNumber(clean, options) ?? asDate(clean) ?? clean;
}

/** Trims, turns words for missing into missing, and joins levels that then are the same. */
function cleaned(column: TextColumn, missing: readonly string[]): TextColumn {
  const words = new Set(missing);
  // A column of many different texts is as it was given, as a rule; it need not be built anew.
  if (column.levels.every((level) => level.trim() === level && !words.has(level))) return column;
  const numbers = new Map<string, number>();
  const codes = column.levels.map((level) => {
    const text = level.trim();
    if (words.has(text)) return -1;
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, numbers.size);
    return numbers.size - 1;
  });
  return {
    ...column,
    levels: [...numbers.keys()],
    codes: column.codes.map((code) => (code < 0 ? -1 : codes[code])),
  };
}

const truthWords: readonly (readonly [no: string, yes: string])[] = [
  ["false", "true"],
  ["no", "yes"],
  ["f", "t"],
  ["n", "y"],
];

function asBoolean(column: TextColumn): BooleanColumn | null {
  const folded = column.levels.map((level) => level.toLowerCase());
  const pair = truthWords.find((words) => folded.every((level) => words.includes(level)));
  if (!pair) return null;
  const spelling = (word: string): string => column.levels[folded.indexOf(word)] ?? word;
  return {
    type: "boolean",
    name: column.name,
    values: valuesBy(column, (_, i) => (folded[i] === pair[1] ? 1 : 0)),
    words: [spelling(pair[0]), spelling(pair[1])],
  };
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^[+-]?inf(inity)?$|^nan$/i;
const LEADING_ZERO = /^[+-]?0\d/;
/** From this share of numbers on, a text among them is taken for a mistake… */
const MOSTLY = 0.9;
/** … if there are more different values than this: else they may well be the names of classes. */
const FEW_LEVELS = 20;

function asNumber(column: TextColumn, options: RefineOptions): NumberColumn | null {
  const texts = options.decimalComma ? column.levels.map((level) => level.replace(",", ".")) : column.levels;
  const isNumber = texts.map((text) => NUMBER.test(text));
  if (isNumber.every(Boolean)) {
    if (texts.some((text) => LEADING_ZERO.test(text))) return null;
    return { type: "number", name: column.name, values: valuesBy(column, (_, i) => numberOf(texts[i])) };
  }
  const amounts = options.amounts ? amountsOf(column.levels, options.decimalComma) : null;
  if (amounts !== null) return numbersBy(column, amounts);
  refuseStray(column, isNumber, options);
  return null;
}

const numbersBy = (column: TextColumn, values: readonly number[]): NumberColumn => ({
  type: "number",
  name: column.name,
  values: valuesBy(column, (_, i) => values[i]),
});

function numberOf(text: string): number {
  if (/inf/i.test(text)) return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}

/** A text as a value of a type: a number, 1 or 0, or milliseconds since 1970; undefined where it is none. */
export function valueOfText(text: string, type: "number" | "boolean" | "date"): number | undefined {
  if (type === "number") return NUMBER.test(text) ? numberOf(text) : undefined;
  if (type === "date") {
    const instant = instantOf(text);
    return Number.isNaN(instant) ? undefined : instant;
  }
  const word = text.toLowerCase();
  const pair = truthWords.find((words) => words.includes(word));
  return pair && (word === pair[1] ? 1 : 0);
}

/** The first row whose text can not be a value of a type, with that text; null where every text could. */
export function firstStray(
  column: TextColumn,
  type: "number" | "boolean" | "date",
): { row: number; text: string } | null {
  const fits = column.levels.map((level) => valueOfText(level, type) !== undefined);
  const row = column.codes.findIndex((code) => code >= 0 && !fits[code]);
  return row < 0 ? null : { row, text: column.levels[column.codes[row]] };
}

function refuseStray(
  column: TextColumn,
  isNumber: readonly boolean[],
  { source = "the table", remedy }: RefineOptions,
): void {
  if (column.levels.length <= FEW_LEVELS) return;
  let present = 0;
  let stray = 0;
  let first = -1;
  column.codes.forEach((code, row) => {
    if (code < 0) return;
    present++;
    if (isNumber[code]) return;
    stray++;
    if (first < 0) first = row;
  });
  if (stray > (1 - MOSTLY) * present) return;
  const text = column.levels[column.codes[first]];
  const value = clip(text);
  throw new ChainruleError(
    "data",
    `Column "${column.name}" of ${source} holds numbers, but ${stray === 1 ? "" : `in ${counted(stray, "row")} not: `}data row ${first + 1} has "${value}".`,
    remedy?.(column.name, text) ??
      `Correct it, declare "${value}" a word for missing values, or leave the column out.`,
  );
}

/**
 * A column as another type, because the user says so. Texts become what they spell, and amounts such as "$1,234.56", "(5)" and "12 %" the
 * numbers in them; numbers become texts, truth values where they are 0 and 1, or dates as milliseconds since 1970; truth values become
 * 0 and 1, or their words; dates become texts in ISO form, or milliseconds. A missing value stays missing.
 *
 * @param source how to name the table in messages
 * @throws ChainruleError `data` for a column with a value that can not be of that type, naming its row
 *
 * @example
 * const code = textColumn("code", ["01067", "80331"]);
 * const number = columnAs(code, "number");
 * number; // → { type: 'number', name: 'code', values: Float64Array(2) [1067, 80331] }
 * columnAs(code, "date"); // throws data: … can not be of type date: data row 1 has "01067".
 */
export function columnAs(column: Column, type: ColumnType, source = "the table"): Column {
  if (column.type === type) return column;
  const { name } = column;
  if (type === "text") return textsOf(column);
  if (column.type === "text") {
    const stray = firstStray(column, type);
    const amounts = stray && type === "number" ? amountsOf(column.levels) : null;
    if (amounts) return numbersBy(column, amounts);
    if (stray) throw wrongValue(name, type, source, stray);
    if (type === "number") return { type, name, values: valuesBy(column, numberOf) };
    if (type === "date") return { type, name, values: valuesBy(column, instantOf) };
    return asBoolean(column) ?? { type, name, values: valuesBy(column, (level) => (isYes(level) ? 1 : 0)) };
  }
  if (type === "boolean") {
    const row = column.values.findIndex((x) => Number.isFinite(x) && x !== 0 && x !== 1);
    if (row >= 0) throw wrongValue(name, type, source, { row, text: textAt(column, row) });
  } else if (column.type === "boolean" && type === "date") {
    throw wrongValue(name, type, source, { row: 0, text: "true and false" });
  }
  return { type, name, values: column.values };
}

const wrongValue = (
  name: string,
  type: ColumnType,
  source: string,
  { row, text }: { row: number; text: string },
): ChainruleError =>
  new ChainruleError(
    "data",
    `Column "${clip(name)}" of ${source} can not be of type ${type}: data row ${row + 1} has "${clip(text)}".`,
    "Choose another type for it, correct the value, or declare it a word for missing values.",
  );

/** A column's values as texts. Few different numbers are many rows, so each is written once. */
function textsOf(column: Column): TextColumn {
  if (column.type === "text") return column;
  const numbers = new Map<number, number>();
  const levels: string[] = [];
  const codes = new Int32Array(column.values.length);
  for (let row = 0; row < codes.length; row++) {
    if (isMissing(column, row)) {
      codes[row] = -1;
      continue;
    }
    const known = numbers.get(column.values[row]);
    codes[row] = known ?? levels.length;
    if (known !== undefined) continue;
    numbers.set(column.values[row], levels.length);
    levels.push(textAt(column, row));
  }
  return { type: "text", name: column.name, codes, levels };
}

const isYes = (word: string): boolean => truthWords.some(([, yes]) => yes === word.toLowerCase());

const ISO_DATE =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?\s*(Z|[+-]\d{2}:?(?:\d{2})?)?)?$/;

function asDate(column: TextColumn): DateColumn | null {
  const instants = column.levels.map(instantOf);
  if (instants.some(Number.isNaN)) return null;
  return { type: "date", name: column.name, values: valuesBy(column, (_, i) => instants[i]) };
}

/** Milliseconds since 1970 of a date in ISO form, UTC unless it names a zone; NaN for anything else. */
function instantOf(text: string): number {
  const found = ISO_DATE.exec(text);
  if (!found) return Number.NaN;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0));
  const midnight = Date.UTC(year, month - 1, day);
  const date = new Date(midnight);
  const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!real || year < 100 || hour > 24 || minute > 59 || second > 60) return Number.NaN;
  const fraction = found[7] ? Number(found[7]) : 0;
  return midnight + ((hour * 60 + minute) * 60 + second + fraction) * 1000 - offsetOf(found[8]);
}

function offsetOf(zone: string | undefined): number {
  if (!zone || zone === "Z") return 0;
  const digits = zone.replace(/\D/g, "");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0);
  return (zone.startsWith("-") ? -1 : 1) * minutes * 60_000;
}

function valuesBy(column: TextColumn, value: (level: string, i: number) => number): Float64Array {
  const ofLevel = Float64Array.from(column.levels, value);
  const { codes } = column;
  const values = new Float64Array(codes.length);
  for (let i = 0; i < codes.length; i++) values[i] = codes[i] < 0 ? Number.NaN : ofLevel[codes[i]];
  return values;
}
