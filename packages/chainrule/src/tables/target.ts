import { ChainruleError } from "../util/errors.ts";
import { type Column, type ColumnType, isMissing, type NumberColumn, textAt } from "./column.ts";
import { compareTexts } from "./profile.ts";
import { meanAndScale, skewness } from "./statistics.ts";
import type { Task } from "./task.ts";
import { clip, didYouMean, listed } from "./wording.ts";

/** How the target is turned into what the network learns, fitted on the training rows. Plain data. */
export type TargetPreparation = ClassTarget | NumberTarget;

export interface ClassTarget {
  readonly task: "classification";
  readonly name: string;
  readonly type: ColumnType;
  /** The labels, in the order of the network's outputs: numbers and truth values ascending, texts by their letters. */
  readonly classes: readonly string[];
}

/** The network learns z = (t(y) − center) / scale, where t(y) is y or its logarithm. */
export interface NumberTarget {
  readonly task: "regression";
  readonly name: string;
  readonly type: "number";
  readonly transform: "none" | "log";
  readonly center: number;
  readonly scale: number;
  /** The mean of y over the training rows, in its own units: what a model that knows nothing says. */
  readonly mean: number;
  /** The least and the greatest y of the training rows, in its own units: predictions stay between them. */
  readonly range: readonly [least: number, greatest: number];
}

/** What to do about a target of numbers before it is learned: "auto" takes the logarithm of positive ones with a long tail. */
export const targetTransforms = ["none", "log", "auto"] as const;
export type TargetTransform = (typeof targetTransforms)[number];

/** "auto" takes the logarithm from this skewness on (an exponential distribution has 2), if that makes it less. */
const SKEWED = 2;

/**
 * Fits the preparation of a target on the training rows.
 *
 * @throws ChainruleError `data` for a target of one class or one number, for numbers beyond ±1e150, and for a logarithm of numbers that are not positive
 */
export function fitTarget(
  column: Column,
  training: Int32Array,
  task: Task,
  transform: TargetTransform = "none",
): TargetPreparation {
  if (task === "classification") {
    return { task, name: column.name, type: column.type, classes: classesOf(column, training) };
  }
  if (column.type !== "number") {
    throw new ChainruleError("data", `The target "${column.name}" holds no numbers.`, "Choose another.");
  }
  return fitNumbers(column, training, transform);
}

/** Values further than this from 0 have squares, and sums of squares, that no number holds. */
const LARGEST = 1e150;

function fitNumbers({ name, values }: NumberColumn, rows: Int32Array, wanted: TargetTransform): NumberTarget {
  const large = values.find((y) => Number.isFinite(y) && Math.abs(y) > LARGEST);
  if (large !== undefined) {
    throw new ChainruleError(
      "data",
      `The target "${name}" has the value ${large}, whose square is larger than any number.`,
      `Divide it by a fixed number, so that all values are below ${LARGEST}, or leave such rows out.`,
    );
  }
  const { mean, scale: spread } = meanAndScale(values, rows);
  if (!(spread > 0 && Number.isFinite(spread))) {
    throw new ChainruleError(
      "data",
      `The target "${name}" does not vary over the ${rows.length} training rows.`,
      "Give more rows, or choose another target.",
    );
  }
  const range = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] satisfies [number, number];
  for (const row of rows) {
    if (!Number.isFinite(values[row])) continue;
    range[0] = Math.min(range[0], values[row]);
    range[1] = Math.max(range[1], values[row]);
  }
  if (wanted === "log" && range[0] <= 0) {
    throw new ChainruleError(
      "data",
      `The target "${name}" has the value ${range[0]}, and only positive numbers have a logarithm.`,
      'Learn it as it is: targetTransform: "none".',
    );
  }
  const logarithms = range[0] > 0 && wanted !== "none" ? values.map(Math.log) : null;
  const takes =
    logarithms !== null &&
    (wanted === "log" ||
      (skewness(values, rows) >= SKEWED &&
        Math.abs(skewness(logarithms, rows)) < Math.abs(skewness(values, rows))));
  const learned = takes ? meanAndScale(logarithms, rows) : { mean, scale: spread };
  return {
    task: "regression",
    name,
    type: "number",
    transform: takes ? "log" : "none",
    center: learned.mean,
    scale: learned.scale,
    mean,
    range,
  };
}

/** What the network should give for numbers in the target's own units: float32. */
export function toLearned(
  { transform, center, scale, range }: NumberTarget,
  numbers: Float64Array,
): Float32Array {
  // Other rows than those of training may lie below all of them, where there may be no logarithm.
  const moved = transform === "log" ? numbers.map((y) => Math.log(Math.max(y, range[0]))) : numbers;
  return Float32Array.from(moved, (t) => (t - center) / scale);
}

/** Numbers in the target's own units from what the network gives, kept within the range of the training rows. */
export function fromLearned(
  { transform, center, scale, range }: NumberTarget,
  outputs: Float64Array,
): Float64Array {
  const [least, greatest] = range;
  return outputs.map((z) => {
    const t = z * scale + center;
    return Math.min(greatest, Math.max(least, transform === "log" ? Math.exp(t) : t));
  });
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
  { name, type, classes }: ClassTarget,
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
