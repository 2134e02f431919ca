import { ChainruleError } from "../util/errors.ts";
import { type Table, textAt } from "./column.ts";

/** How much each of some rows counts. */
export interface RowWeights {
  /** The name of the column that says so. */
  readonly column: string;
  /** Numbers ≥ 0, one for each row, not all of them 0. */
  readonly values: Float64Array;
}

/**
 * How much each of some rows counts; null, which is all the same, without a column of weights, or in a table that does not have it.
 *
 * @param rows by their numbers
 * @param what they are, for messages
 * @throws ChainruleError `data` for a column that holds anything but finite numbers ≥ 0, or 0 in all of the rows
 *
 * @example
 * const table = tableFromRows([{ age: 20, seen: 3 }, { age: 30, seen: 0 }, { age: 40, seen: 1.5 }]);
 * rowWeights(table, "seen", Int32Array.of(0, 2))?.values; // → Float64Array(2) [3, 1.5]
 * rowWeights(table, null, Int32Array.of(0, 2)); // → null
 * rowWeights(table, "seen", Int32Array.of(1)); // throws data: … is 0 in all 1 rows
 */
export function rowWeights(
  table: Table,
  column: string | null,
  rows: Int32Array,
  what = "rows",
): RowWeights | null {
  const weights = table.columns.find(({ name }) => name === column);
  if (weights === undefined) return null;
  const wrong = (how: string): ChainruleError =>
    new ChainruleError(
      "data",
      `The column of weights "${weights.name}" ${how}.`,
      "Give numbers of 0 or more, such as how often each row was seen.",
    );
  if (weights.type !== "number") throw wrong("holds no numbers");
  const values = Float64Array.from(rows, (row) => weights.values[row]);
  const odd = values.findIndex((value) => !(value >= 0 && Number.isFinite(value)));
  if (odd >= 0) throw wrong(`has ${textAt(weights, rows[odd]) || "no value"} in data row ${rows[odd] + 1}`);
  if (values.length > 0 && values.every((value) => value === 0))
    throw wrong(`is 0 in all ${values.length} ${what}`);
  return { column: weights.name, values };
}

/** The sum of numbers. */
const sum = (values: Float64Array): number => values.reduce((all, value) => all + value, 0);

/** Weights divided by their sum. */
export function sharesOf({ values }: RowWeights): Float64Array {
  const total = sum(values);
  return values.map((value) => value / total);
}

/** How many rows of one weight tell as much: (Σw)² / Σw² (Kish 1965). */
export const effectiveRows = ({ values }: RowWeights): number =>
  sum(values) ** 2 / sum(values.map((value) => value ** 2));
