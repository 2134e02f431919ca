import { quantile } from "../../metrics/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { type Column, columnNamed, lengthOf, type Table, takeRows, textAt } from "../column.ts";
import type { TableModel } from "../model.ts";
import { everyNth } from "../procedure/split.ts";
import { profileColumn } from "../profile.ts";
import { didYouMean, listed } from "../wording.ts";

/** At which values, and over which rows, {@link partialDependence} predicts. */
export interface PartialDependenceOptions {
  /** Values of numbers and dates (in milliseconds) to go through, or how many. Default 20. Of texts, the most frequent ones. */
  readonly grid?: number | readonly number[];
  /** Rows to average over. Default: all, or 1000 of more, spaced evenly. */
  readonly rows?: Int32Array;
  /** The numbers of the classes to give a curve. Default: the second of two, or all of more. */
  readonly classes?: readonly number[];
}

/** How predictions depend on one column. Plain data. */
export interface PartialDependence {
  /** The column's name. */
  readonly column: string;
  /** What it holds. */
  readonly type: Column["type"];
  /** Numbers, dates in milliseconds, or texts, as many as there are points. */
  readonly grid: readonly (number | string)[];
  /** The number that is predicted; or the probability of the second of two classes, or of each of more; or of those asked for. */
  readonly outputs: readonly DependenceCurve[];
}

/** Predictions of one class, or of the number, at the points of a grid. */
export interface DependenceCurve {
  /** The class; the target's name for numbers. */
  readonly label: string;
  /** The mean prediction at each point. */
  readonly mean: readonly number[];
  /** The 10 % quantile of the predictions at each point. Predictions differ from row to row where columns act together. */
  readonly low: readonly number[];
  /** The 90 % quantile: 80 % of the rows lie between both. */
  readonly high: readonly number[];
}

const MOST_ROWS = 1000;

/**
 * Partial dependence (Friedman 2001): what the model predicts on average if one column had a value in every row, at each of some values;
 * with a band of the individual curves (ICE; Goldstein et al. 2015) from their 10 % to their 90 % quantile. Numbers go through quantiles
 * from 5 to 95 %, or all values where there are few.
 *
 * @throws ChainruleError `argument` for a column that the model does not read, `data` for a table that lacks a column of the model
 *
 * @example
 * const areas = Array.from({ length: 80 }, (_, i) => 30 + ((7 * i) % 60));
 * const rows = areas.map((area, i) => ({ area, new: i % 3 === 0, rent: 10 * area + (i % 3 ? 0 : 90) }));
 * const plan = planFor(tableFromRows(rows), { target: "rent" });
 * const { grid, outputs } = partialDependence(fitLinear(plan).model, plan.table, "new");
 * grid; // → ['false', 'true']
 * outputs[0].mean; // → [590.5, 679.3]
 */
export function partialDependence(
  model: TableModel,
  table: Table,
  column: string,
  { grid = 20, rows, classes }: PartialDependenceOptions = {},
): PartialDependence {
  const { features, target } = model.spec;
  const names = features.map(({ name }) => name);
  if (!names.includes(column)) {
    throw new ChainruleError(
      "argument",
      `The model does not read the column "${column}".`,
      `${didYouMean(column, names) ?? ""}It reads ${listed(names)}.`,
    );
  }
  const own = columnNamed(table, column);
  const all = Int32Array.from({ length: table.rows }, (_, row) => row);
  const used = takeRows(
    { ...table, columns: table.columns.filter(({ name }) => names.includes(name)) },
    rows ?? everyNth(all, MOST_ROWS),
  );
  const points = pointsOf(own, rows ?? all, grid);
  const at = points.map((value) => {
    const columns = used.columns.map((c) => (c.name === column ? constant(c, value) : c));
    return outputsOf(model, { ...used, columns });
  });
  const labels = target.task === "regression" ? [target.name] : target.classes;
  const usual = labels.length === 2 ? [1] : [...labels.keys()];
  const shown = target.task === "regression" ? usual : (classes ?? usual);
  return {
    column,
    type: own.type,
    grid: points.map((value) => (own.type === "text" || own.type === "boolean" ? textOf(own, value) : value)),
    outputs: shown.map((k) => {
      const curves = at.map((outputs) =>
        Float64Array.from({ length: used.rows }, (_, row) => outputs[row * labels.length + k]),
      );
      const bands = curves.map((values) => quantile(values, [0.1, 0.9]));
      return {
        label: labels[k],
        mean: curves.map((values) => values.reduce((sum, y) => sum + y, 0) / values.length),
        low: bands.map(([low]) => low),
        high: bands.map(([, high]) => high),
      };
    }),
  };
}

/** Values to go through, as the column holds them: numbers, or codes of texts. */
function pointsOf(column: Column, rows: Int32Array, grid: number | readonly number[]): number[] {
  if (column.type === "boolean") return [0, 1];
  const most = typeof grid === "number" ? grid : grid.length;
  if (column.type === "text") {
    const { frequent } = profileColumn(column, rows);
    return frequent.slice(0, most).map(([level]) => column.levels.indexOf(level));
  }
  if (typeof grid !== "number") return [...grid];
  const values = Float64Array.from(rows, (row) => column.values[row]).filter(Number.isFinite);
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  if (distinct.length <= grid) return distinct;
  const shares = Array.from({ length: grid }, (_, i) => 0.05 + (0.9 * i) / (grid - 1));
  return [...new Set(quantile(values, shares))];
}

const constant = (column: Column, value: number): Column =>
  column.type === "text"
    ? { ...column, codes: new Int32Array(lengthOf(column)).fill(value) }
    : { ...column, values: new Float64Array(lengthOf(column)).fill(value) };

const textOf = (column: Column, value: number): string =>
  column.type === "text" ? column.levels[value] : textAt({ ...column, values: Float64Array.of(value) }, 0);

/** Numbers, or probabilities [rows, classes]. */
function outputsOf(model: TableModel, table: Table): Float64Array {
  const predictions = model.predict(table, undefined, { compile: true });
  return predictions.task === "regression" ? predictions.values : predictions.probabilities;
}
