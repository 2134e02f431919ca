import { ChainruleError } from "../util/errors.ts";
import { type Column, type ColumnType, isMissing, textAt } from "./column.ts";
import { compareTexts } from "./profile.ts";
import { meanAndScale } from "./statistics.ts";
import type { Task } from "./task.ts";
import { clip, didYouMean, listed } from "./wording.ts";

/** How the target is turned into what the network learns, fitted on the training rows. Plain data. */
export type TargetPreparation =
  | {
      readonly task: "classification";
      readonly name: string;
      readonly type: ColumnType;
      /** The labels, in the order of the network's outputs: numbers and truth values ascending, texts by their letters. */
      readonly classes: readonly string[];
    }
  | {
      readonly task: "regression";
      readonly name: string;
      readonly type: "number";
      /** The network learns (y − mean) / scale. */
      readonly mean: number;
      readonly scale: number;
    };

/** Fits the preparation of a target on the training rows. */
export function fitTarget(column: Column, training: Int32Array, task: Task): TargetPreparation {
  if (task === "classification") {
    return { task, name: column.name, type: column.type, classes: classesOf(column, training) };
  }
  if (column.type !== "number") {
    throw new ChainruleError("data", `The target "${column.name}" holds no numbers.`, "Choose another.");
  }
  const { mean, scale } = meanAndScale(column.values, training);
  if (!(scale > 0 && Number.isFinite(scale))) {
    throw new ChainruleError(
      "data",
      `The target "${column.name}" does not vary over the ${training.length} training rows.`,
      "Give more rows, or choose another target.",
    );
  }
  return { task, name: column.name, type: "number", mean, scale };
}

function classesOf(column: Column, rows: Int32Array): string[] {
  const first = new Map<string, number>();
  for (const row of rows) {
    const label = textAt(column, row);
    if (!isMissing(column, row) && !first.has(label)) first.set(label, row);
  }
  if (first.size < 2) {
    throw new ChainruleError(
      "data",
      `The target "${column.name}" has one class only in the ${rows.length} training rows${first.size === 1 ? `: ${listed([...first.keys()])}` : ""}.`,
      "Add rows of another class, or choose another target.",
    );
  }
  const labels = [...first];
  if (column.type === "text") return labels.map(([label]) => label).sort(compareTexts);
  return labels.sort((a, b) => column.values[a[1]] - column.values[b[1]]).map(([label]) => label);
}

/**
 * The numbers of the classes at some rows.
 *
 * @throws ChainruleError `data` for a label that is none of the classes, naming its row
 */
export function classNumbers(
  { name, type, classes }: Extract<TargetPreparation, { task: "classification" }>,
  column: Column,
  rows: Int32Array,
  source: string,
): Int32Array {
  const numbers = new Map(classes.map((label, i) => [label, i]));
  // Another file may write truth in other words: true/false for yes/no.
  const isTruth = type === "boolean" && column.type === "boolean" && classes.length === 2;
  return Int32Array.from(rows, (row) => {
    if (isTruth) return column.values[row];
    const label = textAt(column, row);
    const number = numbers.get(label);
    if (number !== undefined) return number;
    throw new ChainruleError(
      "data",
      `Data row ${row + 1} of ${source} has the ${name} "${clip(label)}", which is none of the ${classes.length} classes of the model.`,
      `${didYouMean(label, classes) ?? ""}The classes are ${listed(classes)}.`,
    );
  });
}

/** The target's numbers at some rows, in original units. */
export function targetNumbers(column: Column, rows: Int32Array, source: string): Float64Array {
  if (column.type !== "number") {
    throw new ChainruleError(
      "data",
      `The target "${column.name}" of ${source} holds ${column.type === "text" ? "texts" : `${column.type}s`} where the model predicts numbers.`,
      "Correct the values.",
    );
  }
  return Float64Array.from(rows, (row) => column.values[row]);
}

/** The rows where a column has a value. */
export function rowsWithValue(column: Column, rows: number): Int32Array {
  const found: number[] = [];
  for (let row = 0; row < rows; row++) if (!isMissing(column, row)) found.push(row);
  return Int32Array.from(found);
}
