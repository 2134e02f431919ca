import { type Column, isMissing, type Predictions, type TableModelSpec, textAt } from "chainrule/tables";

/** One column of what `predict` writes. */
export interface OutputColumn {
  readonly name: string;
  readonly type: Column["type"];
  /** The value of a row; null where it is missing. Dates are milliseconds since 1970. */
  readonly at: (row: number) => string | number | boolean | null;
  /** The same as a person would write it. */
  readonly textAt: (row: number) => string;
}

/** What `predict` writes: columns of the data that are repeated, then the prediction. */
export interface PredictionTable {
  readonly rows: number;
  readonly repeated: readonly OutputColumn[];
  /** The prediction itself, and of classes its probability; of a number the ends of its interval, where it was asked for. */
  readonly prediction: readonly OutputColumn[];
  /** The probability of each class, in the order of the classes; empty for a number. Their names are the classes. */
  readonly probabilities: readonly OutputColumn[];
}

/** Puts together what is written. A prediction whose name a repeated column has is called `predicted_…`. */
export function outputOf(
  { target }: TableModelSpec,
  predictions: Predictions,
  columns: readonly Column[],
): PredictionTable {
  const repeated = columns.map(repeatedColumn);
  const taken = new Set(repeated.map(({ name }) => name));
  const free = (name: string): string => (taken.has(name) ? `predicted_${name}` : name);
  if (target.task === "regression" || predictions.task === "regression") {
    const { values, interval } =
      predictions.task === "regression" ? predictions : { values: new Float64Array(), interval: undefined };
    const column = (name: string, of: Float64Array): OutputColumn =>
      numbers(free(name), (row) => rounded(of[row]));
    const ends = interval
      ? [column(`${target.name}_low`, interval.low), column(`${target.name}_high`, interval.high)]
      : [];
    return {
      rows: values.length,
      repeated,
      prediction: [column(target.name, values), ...ends],
      probabilities: [],
    };
  }
  const { classes, type } = target;
  const { classes: chosen, probabilities } = predictions;
  const probability = (row: number, i: number): number => short(probabilities[row * classes.length + i]);
  const label: OutputColumn = {
    name: free(target.name),
    type: type === "number" ? "number" : "text",
    at: (row) => (type === "number" ? Number(classes[chosen[row]]) : classes[chosen[row]]),
    textAt: (row) => classes[chosen[row]],
  };
  return {
    rows: chosen.length,
    repeated,
    prediction: [label, numbers(free("probability"), (row) => probability(row, chosen[row]))],
    probabilities: classes.map((name, i) => numbers(name, (row) => probability(row, i))),
  };
}

/** All columns side by side, for files that have no nesting: the probability of a class is called `p_` and its name. */
export function flat({ repeated, prediction, probabilities }: PredictionTable): OutputColumn[] {
  const taken = new Set([...repeated, ...prediction].map(({ name }) => name));
  const named = probabilities.map((column): OutputColumn => {
    const name = `p_${column.name}`;
    return { ...column, name: taken.has(name) ? `predicted_${name}` : name };
  });
  return [...repeated, ...prediction, ...named];
}

const numbers = (name: string, at: (row: number) => number): OutputColumn => ({
  name,
  type: "number",
  at,
  textAt: (row) => String(at(row)),
});

const repeatedColumn = (column: Column): OutputColumn => ({
  name: column.name,
  type: column.type,
  at: (row) => {
    if (isMissing(column, row)) return null;
    if (column.type === "text") return textAt(column, row);
    return column.type === "boolean" ? column.values[row] === 1 : column.values[row] + 0;
  },
  textAt: (row) => textAt(column, row),
});

/** A number with eight significant digits: the network computes in float32, which has about seven. */
const rounded = (value: number): number => Number(value.toPrecision(8));

/** A probability with six significant digits: more would be noise. */
const short = (p: number): number => Number(p.toPrecision(6));
