import { ChainruleError } from "../util/errors.ts";
import type { Column } from "./column.ts";
import { type ColumnProfile, profileColumn } from "./profile.ts";
import { clip, counted } from "./wording.ts";

/** What is predicted: "classification" for which of some classes, "regression" for a number. */
export type Task = "classification" | "regression";

/** A target of whole numbers has at most so many different ones to count as classes. */
const MOST_NUMBERED_CLASSES = 20;

/**
 * Finds out what a target asks for. Texts and booleans are classes. Numbers are classes when they are whole, with 2 to 20
 * different values that each stand in 5 rows on average; else they are numbers to predict. A date can not be a target.
 *
 * @param rows the rows that have a target
 * @param wanted what the user asked for; "auto" follows the rule above
 * @returns the task, and the reason in words
 * @throws ChainruleError `data` for a target with no value, one value, or one that the task can not have
 *
 * @example
 * const stars = Array.from({ length: 30 }, (_, i) => ({ stars: 1 + (i % 5) }));
 * const [column] = tableFromRows(stars).columns;
 * const rows = rowsWithValue(column, 30);
 * detectTask(column, rows); // → { task: 'classification', reason: 'only 5 different whole numbers' }
 * detectTask(column, rows, "regression").task; // → 'regression'
 */
export function detectTask(
  column: Column,
  rows: Int32Array,
  wanted: Task | "auto" = "auto",
): { task: Task; reason: string } {
  const profile = profileColumn(column, rows);
  if (profile.type === "date") {
    throw new ChainruleError(
      "data",
      `The target "${column.name}" holds dates.`,
      "Choose a target of numbers or classes; as a number of days, say, a date can be predicted.",
    );
  }
  if (profile.distinct < 2) throw tooFewValues(profile);
  const { task, reason } = wanted === "auto" ? natural(profile) : { task: wanted, reason: "as asked for" };
  if (task === "regression" && column.type !== "number") {
    throw new ChainruleError(
      "data",
      `The target "${column.name}" holds ${column.type === "text" ? "texts" : "truth values"}, such as "${clip(profile.frequent[0][0])}", where regression needs numbers.`,
      'Choose task: "classification", or correct the values.',
    );
  }
  if (task === "classification" && profile.distinct * 2 > profile.rows) {
    throw new ChainruleError(
      "data",
      `The target "${column.name}" has ${counted(profile.distinct, "different value")} in ${counted(profile.rows, "row")}: too many to be classes.`,
      column.type === "number"
        ? 'Choose task: "regression" to predict it as a number.'
        : "Choose a target whose values come back, or correct the values if they should be numbers.",
    );
  }
  return { task, reason };
}

function natural({ type, whole, distinct, rows }: ColumnProfile): { task: Task; reason: string } {
  const values = counted(distinct, "different value");
  if (type === "text") return { task: "classification", reason: `${values} of text` };
  if (type === "boolean") return { task: "classification", reason: "true or false" };
  if (!whole) return { task: "regression", reason: "numbers with fractions" };
  if (distinct <= MOST_NUMBERED_CLASSES && rows >= 5 * distinct)
    return { task: "classification", reason: `only ${distinct} different whole numbers` };
  return { task: "regression", reason: `${distinct} different whole numbers` };
}

function tooFewValues({ name, distinct, rows, missing }: ColumnProfile): ChainruleError {
  if (distinct === 0) {
    return new ChainruleError(
      "data",
      `The target "${name}" has no value in any row.`,
      "Choose another column as target, or fill it in.",
    );
  }
  return new ChainruleError(
    "data",
    `The target "${name}" has the same value in all ${counted(rows - missing, "row")}: there is nothing to learn.`,
    "Add rows with other values, or choose another column as target.",
  );
}
