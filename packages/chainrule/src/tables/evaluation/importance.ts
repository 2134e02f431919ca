import * as metrics from "../../metrics/index.ts";
import { draws, Generator } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { columnNamed, type Table, takeColumn, takeRows } from "../column.ts";
import type { Predictions, TableModel } from "../model.ts";
import { classNumbers, rowsWithValue, targetNumbers } from "../target.ts";
import { LoadedModel } from "../use/loaded.ts";

/** How good predictions are; higher is better. The truth is class numbers, or numbers. */
export type Goodness = (predictions: Predictions, truth: Int32Array | Float64Array) => number;

export interface ImportanceOptions {
  /** The rows to predict. Default: all that have a target. Take those of the test: on training rows, what was learned by heart counts. */
  readonly rows?: Int32Array;
  /** How often each column is shuffled. Default 5. */
  readonly repeats?: number;
  /** Default 0. */
  readonly seed?: number;
  /** What is lost when a column tells nothing. Default: accuracy, or R². */
  readonly score?: Goodness;
}

export interface Importance {
  readonly column: string;
  /** Mean and standard deviation (of the repeats as a whole population) of what the score loses. */
  readonly mean: number;
  readonly sd: number;
  readonly losses: readonly number[];
}

/**
 * Permutation importance (Breiman 2001; Fisher, Rudin and Dominici 2019), as scikit-learn's `permutation_importance`: what the score
 * loses when the values of one column are shuffled over the rows, before they are prepared. Columns that tell the same can each look
 * unimportant.
 *
 * @returns the model's columns, the most important first
 * @throws ChainruleError `data` when a column is missing, `argument` for fewer than two rows
 */
export function permutationImportance(
  model: TableModel,
  table: Table,
  { rows, repeats = 5, seed = 0, score = usual }: ImportanceOptions = {},
): Importance[] {
  const { target, features } = model.spec;
  const given = rows ?? rowsWithValue(columnNamed(table, target.name, "target"), table.rows);
  if (given.length < 2 || !Number.isInteger(repeats) || repeats < 1) {
    throw new ChainruleError(
      "argument",
      `${given.length} rows can not be shuffled ${repeats} times.`,
      "Give at least two rows, and one repeat.",
    );
  }
  // Copied once: then each shuffle copies one column.
  const names = new Set([...features.map(({ name }) => name), target.name]);
  const used = takeRows({ ...table, columns: table.columns.filter(({ name }) => names.has(name)) }, given);
  const truth = truthOf(model, used);
  const compiled = new LoadedModel(model);
  const whole = score(compiled.predictTable(used), truth);
  const generator = new Generator(seed);
  const found = features
    .map(({ name }): Importance => {
      const losses = Array.from({ length: repeats }, () => {
        const order = Int32Array.from(draws.randperm(used.rows, generator));
        const columns = used.columns.map((column) =>
          column.name === name ? takeColumn(column, order) : column,
        );
        return whole - score(compiled.predictTable({ ...used, columns }), truth);
      });
      const mean = losses.reduce((sum, loss) => sum + loss, 0) / repeats;
      const variance = losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / repeats;
      return { column: name, mean, sd: Math.sqrt(variance), losses };
    })
    .sort((a, b) => b.mean - a.mean);
  compiled.dispose();
  return found;
}

function truthOf({ spec: { target } }: TableModel, table: Table): Int32Array | Float64Array {
  const column = columnNamed(table, target.name, "target");
  const rows = Int32Array.from({ length: table.rows }, (_, row) => row);
  return target.task === "classification"
    ? classNumbers(target, column, rows, table.source)
    : targetNumbers(column, rows, table.source);
}

const usual: Goodness = (predictions, truth) =>
  predictions.task === "classification"
    ? metrics.accuracy(predictions.classes, truth)
    : metrics.r2(predictions.values, truth);
