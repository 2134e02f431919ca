/** Reads what metrics are given: tensors, arrays, typed arrays, rows of numbers. */
import { type NestedArray, showShape, Tensor, type TypedArray } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { counted, shown } from "../util/wording.ts";

/** One number for each sample. */
export type Values = Tensor | ArrayLike<number | boolean>;

/** One number for each sample, or a row of numbers for each. */
export type Scores = Values | readonly (readonly number[] | TypedArray)[];

/** Samples that do not count alike. */
export interface WeightOptions {
  /** How much each sample counts, [N]: scikit-learn's `sample_weight`. Numbers ≥ 0, not all of them 0. Default: all alike. */
  weights?: Values;
}

/** Numbers in row-major order with the shape that they came in. */
export interface Numbers {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** The numbers of anything that a metric accepts. */
export function numbersOf(x: Scores, what: string): Numbers {
  if (x instanceof Tensor) return { data: x.data, shape: x.shape };
  if (isTypedArray(x)) return { data: x, shape: [x.length] };
  if (typeof x !== "object" || !Number.isInteger(x?.length)) {
    throw new ChainruleError(
      "argument",
      `The ${what} are ${shown(x)}.`,
      "Give a tensor, an array or a typed array of numbers.",
    );
  }
  const rows = x as ArrayLike<NestedArray | TypedArray>;
  const isRow = (row: unknown): row is ArrayLike<number> => Array.isArray(row) || ArrayBuffer.isView(row);
  if (rows.length > 0 && isRow(rows[0])) {
    const width = rows[0].length;
    const data: number[] = [];
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      if (!isRow(row) || row.length !== width) {
        throw new ChainruleError(
          "data",
          `Row ${i} of the ${what} does not have ${width} numbers as row 0 has.`,
          "Give rows of equal lengths.",
        );
      }
      for (let k = 0; k < width; k++) data.push(row[k]);
    }
    return { data, shape: [rows.length, width] };
  }
  return { data: Array.from(x as ArrayLike<number | boolean>, Number), shape: [rows.length] };
}

const isTypedArray = (x: Scores): x is TypedArray => ArrayBuffer.isView(x);

/** One number for each sample, from [N] or [N, 1]. */
export function column(x: Scores, what: string): ArrayLike<number> {
  const { data, shape } = numbersOf(x, what);
  if (shape.length > 0 && data.length === shape[0]) return data;
  throw new ChainruleError(
    "shape",
    `The ${what} of shape ${showShape(shape)} are not one number for each sample.`,
    what === "targets"
      ? "Give class numbers of shape [N]; argmax(1) makes them of one-hot rows."
      : "Give a tensor of shape [N] or [N, 1].",
  );
}

/** One column of rows of numbers. */
export function columnOf(data: ArrayLike<number>, width: number, c: number): Float64Array {
  const column = new Float64Array(data.length / width);
  for (let i = 0; i < column.length; i++) column[i] = data[i * width + c];
  return column;
}

/** Throws unless there are as many predictions as targets, and at least one. */
export function checkCounts(predictions: number, targets: number): void {
  if (predictions === targets && targets > 0) return;
  throw new ChainruleError(
    "data",
    targets === 0 && predictions === 0
      ? "There is nothing to score."
      : `${counted(predictions, "prediction")} ${predictions === 1 ? "was" : "were"} given for ${counted(targets, "target")}.`,
    "Give one prediction for each target, and at least one.",
  );
}

/** The weights of `count` samples: ones where none were given. */
export function weightsOf(weights: Values | undefined, count: number): ArrayLike<number> {
  if (weights === undefined) return new Float64Array(count).fill(1);
  const data = column(weights, "weights");
  let total = 0;
  for (let i = 0; i < data.length; i++) {
    if (!(data[i] >= 0 && data[i] < Number.POSITIVE_INFINITY)) {
      throw new ChainruleError(
        "data",
        `The weights hold ${data[i]} at ${i}.`,
        "Give numbers that are finite and not below 0.",
      );
    }
    total += data[i];
  }
  if (data.length === count && total > 0) return data;
  throw new ChainruleError(
    "data",
    data.length === count
      ? "All weights are 0."
      : `${counted(data.length, "weight")} ${data.length === 1 ? "was" : "were"} given for ${counted(count, "sample")}.`,
    "Give one weight for each sample, and at least one above 0.",
  );
}

/** Throws unless `value` is a class number, and below `numClasses` where that is known. */
export function checkClass(value: number, at: number, what: string, numClasses?: number): void {
  if (Number.isInteger(value) && value >= 0 && !(numClasses !== undefined && value >= numClasses)) return;
  throw new ChainruleError(
    "data",
    `The ${what} hold ${value} at ${at}, which is no class${numClasses === undefined ? "" : ` of ${numClasses}`}.`,
    what === "predictions" && !Number.isInteger(value)
      ? "Give class numbers, or scores of shape [N, classes]; for one score of the positive class say { threshold }."
      : `Classes are the whole numbers from 0${numClasses === undefined ? "" : ` to ${numClasses - 1}`}.`,
  );
}

/** Scores with one column for each class, and the true classes, checked against them. */
export interface ScoredClasses {
  readonly data: ArrayLike<number>;
  readonly classes: number;
  readonly target: ArrayLike<number>;
}

/** Reads scores [N, classes] and true classes [N]. */
export function scoredClasses(scores: Scores, target: Scores): ScoredClasses {
  const { data, shape } = numbersOf(scores, "scores");
  if (shape.length !== 2) {
    throw new ChainruleError(
      "shape",
      `Scores of shape ${showShape(shape)} do not have a column for each class.`,
      "Give scores of shape [N, classes].",
    );
  }
  const truth = column(target, "targets");
  checkCounts(shape[0], truth.length);
  for (let i = 0; i < truth.length; i++) checkClass(truth[i], i, "targets", shape[1]);
  return { data, classes: shape[1], target: truth };
}
