/** What a model says over its data, for pictures and tables. */
import { fromTypedArray, type Tensor } from "chainrule";
import { wording } from "chainrule/tables";
import type { Boundary, Outcome, Part, PreparedData, Response, RowPreview } from "../../protocol.ts";
import { largestOf, shownNumber } from "../project/shown.ts";
import { refusal } from "../sentence.ts";
import { type Problem, partNames } from "./problem.ts";
import type { Session } from "./session.ts";

/** So many points along a side are drawn at most. */
const LARGEST_SIDE = 256;
/** Of more data points so many are shown, spaced evenly. */
const MOST_POINTS = 2000;

/** @throws ChainruleError `index` for a row that there is not */
export function checkRow(problem: Problem, part: Part, row: number): void {
  const rows = problem.parts[part]?.rows ?? 0;
  if (Number.isInteger(row) && row >= 0 && row < rows) return;
  throw refusal(
    "index",
    `There is no row ${row} among the ${wording.counted(rows, `${part} row`)}.`,
    rows > 0 ? `Rows are numbered from 0 to ${rows - 1}.` : "Choose rows of another part, or type numbers.",
  );
}

/** x of a part as numbers, with its width. */
function numbersOf(problem: Problem, part: Part): { data: ArrayLike<number>; width: number; rows: number } {
  const { inputs, rows } = problem.parts[part];
  if (rows === 0) return { data: [], width: 0, rows };
  const x = inputs[0].contiguous();
  return { data: x.data, width: x.shape[1], rows };
}

/** The part that data points are taken from: training rows, or what there is. */
const shownPart = (problem: Problem): Part =>
  partNames.find((part) => problem.parts[part].rows > 0) ?? "training";

function checkInput(problem: Problem, place: number): Part {
  const part = shownPart(problem);
  const { width } = numbersOf(problem, part);
  if (Number.isInteger(place) && place >= 0 && place < width) return part;
  throw refusal(
    "index",
    width === 0 ? "There are no rows to draw." : `There is no input ${place} that is a number.`,
    width === 0
      ? "Open a project with data."
      : `Inputs that can be drawn are numbered from 0 to ${width - 1}.`,
  );
}

function checkSide(size: number): void {
  if (Number.isInteger(size) && size >= 2 && size <= LARGEST_SIDE) return;
  throw refusal(
    "argument",
    `A picture of ${size} points a side was asked for.`,
    `Give 2 to ${LARGEST_SIDE}.`,
  );
}

/** Of each input the range of its values, a little widened, and its median over the shown part. */
interface Ranges {
  readonly spans: readonly (readonly [low: number, high: number])[];
  readonly medians: Float64Array;
}

const ranges = new WeakMap<Problem, Ranges>();

function rangesOf(problem: Problem): Ranges {
  const known = ranges.get(problem);
  if (known) return known;
  const columns = partNames.map((part) => numbersOf(problem, part));
  const { data, width, rows } = numbersOf(problem, shownPart(problem));
  const spans = Array.from({ length: width }, (_, place): [number, number] => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const part of columns) {
      for (let row = 0; row < part.rows; row++) {
        const value = part.data[row * width + place];
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    const margin = high > low ? 0.08 * (high - low) : 1;
    return [low - margin, high + margin];
  });
  const medians = Float64Array.from({ length: width }, (_, place) => {
    const values = Float64Array.from({ length: rows }, (_, row) => data[row * width + place]).sort();
    return values[Math.floor(values.length / 2)];
  });
  const found = { spans, medians };
  ranges.set(problem, found);
  return found;
}

const spanOf = (problem: Problem, place: number): readonly [number, number] => rangesOf(problem).spans[place];

/** Inputs at which all others stand: those of a row, or the medians; and codes of the row, or of the first row. */
function baseOf(
  problem: Problem,
  part: Part,
  row?: { part: Part; row: number },
): { x: Float64Array; codes: Int32Array } {
  if (row) checkRow(problem, row.part, row.row);
  const { data, width } = numbersOf(problem, row?.part ?? part);
  const codesTensor = problem.parts[row?.part ?? part].inputs[1] as Tensor | undefined;
  const at = row?.row ?? 0;
  const columns = codesTensor?.shape[1] ?? 0;
  const codes = Int32Array.from({ length: columns }, (_, i) => codesTensor?.data[at * columns + i] ?? 0);
  const x = row
    ? Float64Array.from({ length: width }, (_, i) => data[row.row * width + i])
    : rangesOf(problem).medians;
  return { x, codes };
}

/** What the model says at points: each the base with some inputs changed. */
function answersAt(
  session: Session,
  { x, codes }: { x: Float64Array; codes: Int32Array },
  count: number,
  change: (point: number, inputs: Float64Array) => void,
): Float64Array {
  const { problem } = session;
  const like = problem.parts[shownPart(problem)].inputs[0];
  const data = new Float64Array(count * x.length);
  for (let point = 0; point < count; point++) {
    const inputs = data.subarray(point * x.length, (point + 1) * x.length);
    inputs.set(x);
    change(point, inputs);
  }
  const inputs = [fromTypedArray(data, [count, x.length]).to(like.dtype)];
  if (codes.length > 0) {
    const repeated = Int32Array.from({ length: count * codes.length }, (_, i) => codes[i % codes.length]);
    inputs.push(fromTypedArray(repeated, [count, codes.length]));
  }
  return problem.answers(session.outputs(inputs));
}

const along = ([low, high]: readonly [number, number], place: number, size: number): number =>
  low + ((high - low) * place) / (size - 1);

/** Coordinates and truth of training rows. */
function pointsOf(
  problem: Problem,
  part: Part,
  places: readonly number[],
): { at: Float32Array[]; truth: Float32Array } {
  const { data, width, rows } = numbersOf(problem, part);
  const count = Math.min(rows, MOST_POINTS);
  const row = (i: number): number => Math.floor((i * rows) / count);
  const truth = problem.truth(part);
  const perRow = truth.length / Math.max(1, rows);
  return {
    at: places.map((place) => Float32Array.from({ length: count }, (_, i) => data[row(i) * width + place])),
    truth: Float32Array.from({ length: count }, (_, i) => truth[row(i) * perRow]),
  };
}

export function boundaryOf(
  session: Session,
  x: number,
  y: number,
  size: number,
  row?: { part: Part; row: number },
): Boundary {
  const { problem } = session;
  const part = checkInput(problem, x);
  checkInput(problem, y);
  checkSide(size);
  const [spanX, spanY] = [spanOf(problem, x), spanOf(problem, y)];
  const values = answersAt(session, baseOf(problem, part, row), size * size, (point, inputs) => {
    inputs[x] = along(spanX, point % size, size);
    inputs[y] = along(spanY, Math.floor(point / size), size);
  });
  const { at, truth } = pointsOf(problem, part, [x, y]);
  return {
    x,
    y,
    spanX,
    spanY,
    size,
    values: Float32Array.from(values),
    points: { x: at[0], y: at[1], truth },
  };
}

export function responseOf(session: Session, x: number, size: number): Response {
  const { problem } = session;
  const part = checkInput(problem, x);
  checkSide(size);
  const span = spanOf(problem, x);
  const curve = x === 0 ? problem.curve : undefined;
  const inputs = Float32Array.from({ length: size }, (_, i) => along(span, i, size));
  const values = answersAt(session, baseOf(problem, part), size, (point, row) => {
    if (curve) row.set(curve.inputs(inputs[point]));
    else row[x] = inputs[point];
  });
  const { at, truth } = pointsOf(problem, part, [x]);
  return {
    x,
    inputs,
    values: Float32Array.from(values),
    truth: curve ? inputs.map(curve.truth) : null,
    points: { x: at[0], truth },
  };
}

export function outcomeOf(session: Session, part: Part): Outcome {
  const { problem } = session;
  const { rows, inputs } = problem.parts[part];
  if (rows === 0) throw refusal("data", `There are no ${part} rows.`, "Choose another part.");
  const answers = problem.answers(session.outputs(inputs));
  const truth = problem.truth(part);
  if (problem.task === "regression") {
    return {
      task: "regression",
      truth: Float32Array.from(truth),
      predicted: Float32Array.from(answers),
      r2: r2Of(truth, answers),
    };
  }
  const { outputs } = problem;
  const predicted = largestOf(answers, outputs);
  const confusion = Array.from({ length: outputs }, () => new Array<number>(outputs).fill(0));
  let right = 0;
  truth.forEach((label, row) => {
    if (confusion[label] === undefined) return;
    confusion[label][predicted[row]]++;
    if (label === predicted[row]) right++;
  });
  return {
    task: "classification",
    confusion,
    accuracy: right / rows,
    truth: Int32Array.from(truth, (label) => (Number.isNaN(label) ? -1 : label)),
    predicted,
    probability: Float32Array.from(predicted, (label, row) => answers[row * outputs + label]),
  };
}

/** 1 − Σ(t − y)² / Σ(t − t̄)², NaN where the truth does not vary. */
function r2Of(truth: Float64Array, predicted: Float64Array): number {
  const mean = truth.reduce((a, b) => a + b, 0) / truth.length;
  const total = truth.reduce((sum, t) => sum + (t - mean) ** 2, 0);
  const rest = truth.reduce((sum, t, i) => sum + (t - predicted[i]) ** 2, 0);
  return total > 0 ? 1 - rest / total : Number.NaN;
}

/** Rows `start` to `start + 1` of the inputs of a part. */
export const oneRow = (problem: Problem, part: Part, row: number): Tensor[] =>
  problem.parts[part].inputs.map((x) => x.narrow(0, row, 1));

export function rowOf(session: Session, part: Part, row: number): RowPreview {
  const { problem } = session;
  checkRow(problem, part, row);
  const inputs = oneRow(problem, part, row);
  const answers = problem.answers(session.outputs(inputs));
  const truth = problem.truth(part);
  const perRow = truth.length / problem.parts[part].rows;
  const names = problem.told.outputNames;
  const classes = problem.task === "classification";
  const shown = (numbers: Iterable<number>): string => Array.from(numbers, shownNumber).join(", ");
  const own = truth.subarray(row * perRow, (row + 1) * perRow);
  return {
    row,
    cells: problem.cells(part, row),
    inputs: Float64Array.from(inputs.flatMap((x) => [...x.contiguous().data])),
    truth: own.some(Number.isNaN) ? "" : classes ? names[own[0]] : shown(own),
    predicted: classes ? names[largestOf(answers, names.length)[0]] : shown(answers),
  };
}

export function preparedOf({ problem, config }: Session, part: Part): PreparedData {
  const { parts } = problem;
  const { inputs, target, rows } = parts[part];
  if (rows === 0 || target === null)
    throw refusal("data", `There are no ${part} rows.`, "Choose another part.");
  if (inputs.length > 1) {
    throw refusal(
      "data",
      "Some columns have too many levels to be inputs of their own: they are looked up in learned vectors.",
      "Use the model's file, by `load` of chainrule.",
    );
  }
  return {
    dtype: inputs[0].dtype === "float64" ? "float64" : "float32",
    x: Float64Array.from(inputs[0].contiguous().data),
    y: Float64Array.from(target.contiguous().data),
    rows,
    plain: problem.plain(config),
  };
}
