import {
  type BooleanColumn,
  type Column,
  type ColumnType,
  lengthOf,
  type TextColumn,
  textAt,
} from "./column.ts";
import { quantile, sortedValues } from "./statistics.ts";

/** What can be said of a column over some rows. All of it is exact, for any number of rows. */
export interface ColumnProfile {
  /** The column's name. */
  readonly name: string;
  /** What it holds. */
  readonly type: ColumnType;
  /** The rows looked at. */
  readonly rows: number;
  /** How many of them have no value; infinite numbers count as missing. */
  readonly missing: number;
  /** How many different values there are. */
  readonly distinct: number;
  /** Whether all values are whole numbers. False for texts and dates. */
  readonly whole: boolean;
  /** Smallest and largest value and the quartiles between them, of numbers and dates; null where there are none. */
  readonly range: ValueRange | null;
  /**
   * The most frequent values of texts and booleans, with their counts; those of equal count by their text. Of texts with more than
   * 10,000 different ones, the 10,000 most frequent; where they must be cut among equal counts, the first to appear stay.
   */
  readonly frequent: readonly (readonly [value: string, count: number])[];
}

/**
 * Ends and quartiles of the values of a column, in its own units; of dates in milliseconds since 1970. Quantiles lie on the line between
 * neighbours, as numpy's do.
 */
export interface ValueRange {
  /** The least value. */
  readonly min: number;
  /** The first quartile: a quarter of the values lies below. */
  readonly q1: number;
  /** The middle value. */
  readonly median: number;
  /** The third quartile: a quarter of the values lies above. */
  readonly q3: number;
  /** The greatest value. */
  readonly max: number;
}

/** Describes a column over some rows, by default over all. Takes time for sorting its values once, and memory for a copy of them. */
export function profileColumn(column: Column, rows?: Int32Array): ColumnProfile {
  const { name, type } = column;
  const n = rows?.length ?? lengthOf(column);
  if (type === "text" || type === "boolean") {
    const { present, frequent, distinct } = countValues(column, rows);
    const whole = false;
    return { name, type, rows: n, missing: n - present, distinct, whole, range: null, frequent };
  }
  const sorted = sortedValues(column.values, rows);
  let distinct = sorted.length > 0 ? 1 : 0;
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) distinct++;
  return {
    name,
    type,
    rows: n,
    missing: n - sorted.length,
    distinct,
    whole: type === "number" && sorted.length > 0 && sorted.every(Number.isInteger),
    range: sorted.length > 0 ? rangeOf(sorted) : null,
    frequent: [],
  };
}

const rangeOf = (sorted: Float64Array): ValueRange => ({
  min: sorted[0] + 0, // −0 and 0 are one value
  q1: quantile(sorted, 0.25),
  median: quantile(sorted, 0.5),
  q3: quantile(sorted, 0.75),
  max: sorted[sorted.length - 1] + 0,
});

const MOST_FREQUENT = 10_000;

function countValues(
  column: TextColumn | BooleanColumn,
  rows?: Int32Array,
): { present: number; distinct: number; frequent: [string, number][] } {
  const values = column.type === "text" ? column.codes : column.values;
  const counts = new Int32Array(column.type === "text" ? column.levels.length : 2);
  const n = rows?.length ?? values.length;
  let present = 0;
  for (let i = 0; i < n; i++) {
    const value = values[rows ? rows[i] : i];
    if (!(value >= 0)) continue;
    counts[value]++;
    present++;
  }
  const used: number[] = [];
  for (let code = 0; code < counts.length; code++) if (counts[code] > 0) used.push(code);
  const word = column.type === "text" ? (code: number) => column.levels[code] : wordsOf(column);
  const frequent = mostFrequent(used, counts).map((code): [string, number] => [word(code), counts[code]]);
  return {
    present,
    distinct: used.length,
    frequent: frequent.sort((a, b) => b[1] - a[1] || compareTexts(a[0], b[0])),
  };
}

const wordsOf = (column: BooleanColumn) => (value: number) =>
  textAt({ ...column, values: Float64Array.of(value) }, 0);

function mostFrequent(used: readonly number[], counts: Int32Array): readonly number[] {
  if (used.length <= MOST_FREQUENT) return used;
  const sorted = Int32Array.from(used, (code) => counts[code]).sort();
  const least = sorted[sorted.length - MOST_FREQUENT];
  const above = used.filter((code) => counts[code] > least);
  const equal = used.filter((code) => counts[code] === least);
  return [...above, ...equal.slice(0, MOST_FREQUENT - above.length)];
}

/** An order of texts that is the same everywhere: by code units. */
export const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
