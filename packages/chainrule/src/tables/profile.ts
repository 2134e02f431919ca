import { type Column, type ColumnType, isMissing, lengthOf, textAt } from "./column.ts";
import { median } from "./statistics.ts";

/** What can be said of a column over some rows. */
export interface ColumnProfile {
  readonly name: string;
  readonly type: ColumnType;
  /** The rows looked at. */
  readonly rows: number;
  /** How many of them have no value; infinite numbers count as missing. */
  readonly missing: number;
  /** How many different values there are. */
  readonly distinct: number;
  /** Whether all values are whole numbers. False for texts and dates. */
  readonly whole: boolean;
  /** Smallest, middle and largest value of numbers and dates; null where there are none. */
  readonly range: { readonly min: number; readonly median: number; readonly max: number } | null;
  /** The most frequent values of texts and booleans, with their counts; those of equal count by their text. */
  readonly frequent: readonly (readonly [value: string, count: number])[];
}

/** Describes a column over some rows, by default over all. */
export function profileColumn(column: Column, rows?: Int32Array): ColumnProfile {
  const all = rows ?? Int32Array.from({ length: lengthOf(column) }, (_, i) => i);
  const counts = new Map<number, number>();
  let missing = 0;
  const values = column.type === "text" ? column.codes : column.values;
  for (const row of all) {
    if (isMissing(column, row)) missing++;
    else counts.set(values[row] + 0, (counts.get(values[row] + 0) ?? 0) + 1);
  }
  const numeric = column.type === "number" || column.type === "date";
  return {
    name: column.name,
    type: column.type,
    rows: all.length,
    missing,
    distinct: counts.size,
    whole: column.type === "number" && counts.size > 0 && [...counts.keys()].every(Number.isInteger),
    range: numeric && counts.size > 0 ? rangeOf(column.values, all) : null,
    frequent: numeric ? [] : byFrequency(column, all, counts),
  };
}

function rangeOf(values: Float64Array, rows: Int32Array): { min: number; median: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const value = values[row];
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, median: median(values, rows), max };
}

function byFrequency(column: Column, rows: Int32Array, counts: Map<number, number>): [string, number][] {
  const first = new Map<number, number>();
  const values = column.type === "text" ? column.codes : column.values;
  for (const row of rows) {
    if (!isMissing(column, row) && !first.has(values[row])) first.set(values[row], row);
  }
  const named = [...first].map(([value, row]): [string, number] => [
    textAt(column, row),
    counts.get(value + 0) ?? 0,
  ]);
  return named.sort((a, b) => b[1] - a[1] || compareTexts(a[0], b[0]));
}

/** An order of texts that is the same everywhere: by code units. */
export const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
