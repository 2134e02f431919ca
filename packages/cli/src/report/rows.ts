import type { ReportRow } from "@chainrule/studio/report";
import {
  columnNamed,
  everyNth,
  isMissing,
  type Plan,
  type Predictions,
  type Table,
  type TableModel,
  textAt,
  traceTable,
} from "chainrule/tables";
import { significant } from "../terminal/format.ts";

/** Of a large tensor so many elements are written down, and of a large sum so many terms. */
const TRACED = { most: 12, terms: 5 } as const;
/** Larger networks are not written down: it would take too long. */
const MOST_WEIGHTS = 1_000_000;
/** Among so many test rows the ones to show are looked for. */
const MOST_ROWS = 2000;

/** True and predicted numbers of test rows; undefined for classes. */
export function predictedPoints(
  model: TableModel,
  { test, target }: Plan,
): { truth: Float64Array; predicted: Float64Array } | undefined {
  const rows = everyNth(test.rows, MOST_ROWS);
  const predictions = model.predict(test.table, rows);
  const column = columnNamed(test.table, target.name);
  if (predictions.task !== "regression" || column.type !== "number") return undefined;
  return { truth: Float64Array.from(rows, (row) => column.values[row]), predicted: predictions.values };
}

/** Three test rows to look at closely: one that is told right or nearly, one that is not if there is one, and one in between. */
export function chosenRows(model: TableModel, { test: { table, rows: all } }: Plan): ReportRow[] {
  const rows = everyNth(all, MOST_ROWS);
  const { target } = model.spec;
  const column = columnNamed(table, target.name);
  const known = rows.filter((row) => !isMissing(column, row));
  const predictions = model.predict(table, known);
  const picked =
    predictions.task === "classification"
      ? classPicks(predictions, classesOf(model), (i) => textAt(column, known[i]))
      : numberPicks(predictions.values, (i) =>
          column.type === "number" ? column.values[known[i]] : Number.NaN,
        );
  return picked.map(({ place, ...row }) => ({
    ...row,
    title: `Data row ${known[place] + 1} of ${table.source}`,
    truth: textAt(column, known[place]),
    cells: cellsOf(model, table, known[place]),
    trace: traceOf(model, table, known[place]),
  }));
}

interface Picked extends Pick<ReportRow, "verdict" | "predicted" | "probabilities"> {
  readonly place: number;
}

const classesOf = ({ spec: { target } }: TableModel): readonly string[] =>
  target.task === "classification" ? target.classes : [];

function classPicks(
  { classes, probabilities }: Extract<Predictions, { task: "classification" }>,
  labels: readonly string[],
  truth: (place: number) => string,
): Picked[] {
  const width = labels.length;
  const of = (place: number) => probabilities.subarray(place * width, (place + 1) * width);
  /** How far the most probable class is ahead of the second. */
  const lead = (place: number): number => {
    const [first, second = 0] = [...of(place)].sort((a, b) => b - a);
    return first - second;
  };
  const places = [...classes.keys()].sort((a, b) => lead(b) - lead(a));
  const isRight = (place: number): boolean => labels[classes[place]] === truth(place);
  const right = places.filter(isRight);
  const wrong = places.filter((place) => !isRight(place));
  const picked = new Map<number, ReportRow["verdict"]>();
  // The surest mistake tells most.
  const first = [
    ...wrong.slice(0, 1).map((place) => [place, "wrong"] as const),
    [right[0], "right"] as const,
  ];
  for (const [place, verdict] of first) if (place !== undefined) picked.set(place, verdict);
  if (wrong.length === 0 && right.length > 2) picked.set(right[right.length >> 1], "right");
  const unsure = places.findLast((place) => !picked.has(place));
  if (unsure !== undefined) picked.set(unsure, "uncertain");
  return [...picked].map(([place, verdict]) => ({
    place,
    verdict,
    predicted: labels[classes[place]],
    probabilities: [...of(place)]
      .map((probability, i) => ({ label: labels[i], probability }))
      .sort((a, b) => b.probability - a.probability),
  }));
}

function numberPicks(values: Float64Array, truth: (place: number) => number): Picked[] {
  const error = (place: number): number => Math.abs(values[place] - truth(place));
  const places = [...values.keys()].sort((a, b) => error(a) - error(b));
  const picked = new Map<number, ReportRow["verdict"]>();
  for (const place of [places[0], places[places.length >> 1]])
    if (place !== undefined) picked.set(place, "near");
  for (const place of places.slice(-1)) if (!picked.has(place)) picked.set(place, "far");
  return [...picked].map(([place, verdict]) => ({
    place,
    verdict,
    predicted: significant(values[place]),
    probabilities: [],
  }));
}

const cellsOf = ({ spec: { features } }: TableModel, table: Table, row: number): ReportRow["cells"] =>
  features.map(({ name }) => ({ name, text: textAt(columnNamed(table, name), row) || "(missing)" }));

/** A row's pass through the network, so far as it is of a size to be followed. */
const traceOf = (model: TableModel, table: Table, row: number): ReportRow["trace"] =>
  model.network.numParameters() > MOST_WEIGHTS
    ? null
    : traceTable(model, table, Int32Array.of(row)).toJSON(TRACED);
