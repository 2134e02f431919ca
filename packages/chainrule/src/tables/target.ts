import { ChainruleError } from "../util/errors.ts";
import { type Column, type ColumnType, isMissing, type NumberColumn, textAt } from "./column.ts";
import { compareTexts } from "./profile.ts";
import { type RowWeights, sharesOf } from "./row-weights.ts";
import { meanAndScale, skewness } from "./statistics.ts";
import type { Task } from "./task.ts";
import { clip, didYouMean, listed } from "./wording.ts";

/** How the target is turned into what the network learns, fitted on the training rows. Plain data. */
export type TargetPreparation = ClassTarget | NumberTarget;

/** Classes: the network has an output for each, and the class with the largest one is the most probable. */
export interface ClassTarget {
  /** Classes are predicted. */
  readonly task: "classification";
  /** The column's name. */
  readonly name: string;
  /** What the column holds; predictions are in the same type. */
  readonly type: ColumnType;
  /** The labels, in the order of the network's outputs: numbers and truth values ascending, texts by their letters. */
  readonly classes: readonly string[];
}

/** The network learns z = (t(y) − center) / scale, where t(y) is y or its logarithm. */
export interface NumberTarget {
  /** A number is predicted. */
  readonly task: "regression";
  /** The column's name. */
  readonly name: string;
  /** What the column holds. */
  readonly type: "number";
  /** t: "none" for t(y) = y, "log" for the natural logarithm. */
  readonly transform: "none" | "log";
  /** The mean of t(y) over the training rows. */
  readonly center: number;
  /** The standard deviation of t(y) over the training rows (of a whole population), above 0. */
  readonly scale: number;
  /** The mean of y over the training rows, by their weights where there are some, in its own units: what a model that knows nothing says. */
  readonly mean: number;
  /** The least and the greatest y of the training rows, in its own units: predictions stay between them. */
  readonly range: readonly [least: number, greatest: number];
}

/**
 * What to do about a target of numbers before it is learned: "none" learns it as it is, "log" its natural logarithm, and "auto" takes the
 * logarithm of positive ones with a long tail (skewness of 2 or more over the training rows, and less after it).
 */
export const targetTransforms = ["none", "log", "auto"] as const;
/** One of {@link targetTransforms}. */
export type TargetTransform = (typeof targetTransforms)[number];

/** "auto" takes the logarithm from this skewness on (an exponential distribution has 2), if that makes it less. */
const SKEWED = 2;

/**
 * Fits the preparation of a target on the training rows.
 *
 * @param weights of the training rows, for the mean; by default all count the same
 * @throws ChainruleError `data` for a target of one class or one number, for numbers beyond ±1e150, and for a logarithm of numbers that are not positive
 */
export function fitTarget(
  column: Column,
  training: Int32Array,
  task: Task,
  transform: TargetTransform = "none",
  weights: RowWeights | null = null,
): TargetPreparation {
  if (task === "classification") {
    return { task, name: column.name, type: column.type, classes: classesOf(column, training) };
  }
  if (column.type !== "number") {
    throw new ChainruleError("data", `The target "${column.name}" holds no numbers.`, "Choose another.");
  }
  return fitNumbers(column, training, transform, weights);
}

/** Values further than this from 0 have squares, and sums of squares, that no number holds. */
const LARGEST = 1e150;

function fitNumbers(
  { name, values }: NumberColumn,
  rows: Int32Array,
  wanted: TargetTransform,
  weights: RowWeights | null,
): NumberTarget {
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
  const shares = weights === null ? null : sharesOf(weights);
  const learned = takes ? meanAndScale(logarithms, rows) : { mean, scale: spread };
  return {
    task: "regression",
    name,
    type: "number",
    transform: takes ? "log" : "none",
    center: learned.mean,
    scale: learned.scale,
    mean: shares === null ? mean : rows.reduce((sum, row, i) => sum + shares[i] * values[row], 0),
    range,
  };
}

/**
 * What the network should give for numbers in the target's own units: z = (t(y) − center) / scale, [N] in float32. Under a logarithm, a
 * number below all of training counts as the least of these.
 *
 * @param numbers [N]
 *
 * @example
 * import type { NumberTarget } from "chainrule/tables";
 * const target: NumberTarget = {
 *   task: "regression", name: "rent", type: "number", transform: "none",
 *   center: 640, scale: 140, mean: 640, range: [400, 890],
 * };
 * toLearned(target, Float64Array.of(640, 780, 500)); // → Float32Array(3) [0, 1, -1]
 */
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
 * The numbers of the classes at some rows, [rows]: places in `classes`. Truth values may be in other words than those of training.
 *
 * @param source how to name the table in messages
 * @throws ChainruleError `data` for a label that is none of the classes, naming its row
 *
 * @example
 * const classes = ["basic", "pro"];
 * const target = { task: "classification", name: "plan", type: "text", classes } as const;
 * const column = textColumn("plan", ["pro", "basic", "free"]);
 * classNumbers(target, column, Int32Array.of(0, 1), "members.csv"); // → Int32Array(2) [1, 0]
 * classNumbers(target, column, Int32Array.of(2), "members.csv"); // throws data: Data row 3
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

/**
 * The target's numbers at some rows, [rows], in its own units; NaN where one is missing.
 *
 * @param source how to name the table in messages
 * @throws ChainruleError `data` for a column that holds no numbers
 *
 * @example
 * const [rent] = tableFromRows([{ rent: 700 }, { rent: 820 }, { rent: null }]).columns;
 * targetNumbers(rent, Int32Array.of(1, 2), "flats.csv"); // → Float64Array(2) [820, NaN]
 * const words = textColumn("rent", ["cheap"]);
 * targetNumbers(words, Int32Array.of(0), "flats.csv"); // throws data: … holds texts
 */
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

/**
 * The rows where a column has a value, in increasing order.
 *
 * @param rows how many there are in all
 *
 * @example
 * rowsWithValue(textColumn("plan", ["pro", null, "basic"]), 3); // → Int32Array(2) [0, 2]
 */
export function rowsWithValue(column: Column, rows: number): Int32Array {
  const found: number[] = [];
  for (let row = 0; row < rows; row++) if (!isMissing(column, row)) found.push(row);
  return Int32Array.from(found);
}
