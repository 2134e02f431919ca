import * as metrics from "../../metrics/index.ts";
import { draws, Generator } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { counted } from "../../util/wording.ts";
import { columnNamed, type Table, takeRows } from "../column.ts";
import type { Predictions, TableModel } from "../model.ts";
import { type FeaturePlaces, isEmbedded, placesOf } from "../preparation.ts";
import type { PreparedInputs } from "../preparation-inputs.ts";
import { rowWeights } from "../row-weights.ts";
import { classNumbers, rowsWithValue, targetNumbers } from "../target.ts";

/** How good predictions are; higher is better. The truth is class numbers, or numbers. */
export type Goodness = (predictions: Predictions, truth: Int32Array | Float64Array) => number;

/** What {@link permutationImportance} shuffles, and how often. */
export interface ImportanceOptions {
  /** The rows to predict. Default: all that have a target. Take those of the test: on training rows, what was learned by heart counts. */
  readonly rows?: Int32Array;
  /** The columns to shuffle. Default: all that the model reads. */
  readonly columns?: readonly string[];
  /** How often each column is shuffled: 1 or more. Default 5. */
  readonly repeats?: number;
  /** What the orders are drawn from. Default 0. Each column is shuffled in the same orders. */
  readonly seed?: number;
  /** What is lost when a column tells nothing. Default: accuracy, or R², by `weights`. */
  readonly score?: Goodness;
  /** The column that says how much each row counts, where the table has it. Default: all count the same. */
  readonly weights?: string | null;
}

/** What the score loses when one column is shuffled. */
export interface Importance {
  /** The column's name. */
  readonly column: string;
  /** The mean of `losses`. Below 0, within chance, where the score does not need the column. */
  readonly mean: number;
  /** Their standard deviation, of the repeats as a whole population. */
  readonly sd: number;
  /** Score of the rows as they are − score of the shuffled ones, for each repeat. */
  readonly losses: readonly number[];
}

/**
 * Permutation importance (Breiman 2001; Fisher, Rudin and Dominici 2019), as scikit-learn's `permutation_importance`: what the score
 * loses when the values of one column are shuffled over the rows, before they are prepared. Columns that tell the same can each look
 * unimportant.
 *
 * @returns the model's columns, the most important first
 * @throws ChainruleError `data` when a column is missing, `argument` for fewer than two rows or no repeat
 *
 * @example
 * const ages = Array.from({ length: 90 }, (_, i) => 20 + ((7 * i) % 60));
 * const rows = ages.map((age, i) => ({ age, height: (11 * i) % 50, buys: age > 60 }));
 * const plan = planFor(tableFromRows(rows), { target: "buys" });
 * const { model } = fitLinear(plan);
 * const [first, second] = permutationImportance(model, plan.table, { rows: plan.test.rows });
 * [first.column, second.column]; // → ['age', 'height']
 * first.losses.length; // → 5
 * first.mean > 0.2; // → true
 */
export function permutationImportance(
  model: TableModel,
  table: Table,
  { rows, columns, repeats = 5, seed = 0, score, weights = null }: ImportanceOptions = {},
): Importance[] {
  const { target, features } = model.spec;
  const given = rows ?? rowsWithValue(columnNamed(table, target.name, "target"), table.rows);
  if (given.length < 2 || !Number.isInteger(repeats) || repeats < 1) {
    throw new ChainruleError(
      "argument",
      `${counted(given.length, "row")} can not be shuffled ${counted(repeats, "time")}.`,
      "Give at least two rows, and one repeat.",
    );
  }
  const used = takeRows(table, given);
  const truth = truthOf(model, used);
  const shuffled = new ShuffledInputs(model, used);
  const goodness = score ?? usualBy(rowWeights(table, weights, given)?.values);
  const whole = goodness(shuffled.predict(), truth);
  return features
    .flatMap(({ name }, i): Importance[] => {
      if (columns !== undefined && !columns.includes(name)) return [];
      const generator = new Generator(seed);
      const losses = Array.from({ length: repeats }, () => {
        const order = Int32Array.from(draws.randperm(used.rows, generator));
        return whole - goodness(shuffled.predict(i, order), truth);
      });
      const mean = losses.reduce((sum, loss) => sum + loss, 0) / repeats;
      const variance = losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / repeats;
      return [{ column: name, mean, sd: Math.sqrt(variance), losses }];
    })
    .sort((a, b) => b.mean - a.mean);
}

/**
 * The columns whose values move predictions most: what the network gives changes most, in mean square, when each row gets the value of
 * the row before. It takes one prediction a column, needs no target, and a few rows tell: a way to choose, of very many columns, those
 * whose importance is worth its time.
 *
 * @param rows at least two, from 0
 * @param most how many columns
 * @returns their names, the one that moves predictions most first
 * @throws ChainruleError `data` when a column is missing
 *
 * @example
 * const ages = Array.from({ length: 90 }, (_, i) => 20 + ((7 * i) % 60));
 * const rows = ages.map((age, i) => ({ age, height: (11 * i) % 50, buys: age > 60 }));
 * const plan = planFor(tableFromRows(rows), { target: "buys" });
 * const { model } = fitLinear(plan);
 * sensitiveColumns(model, plan.table, Int32Array.of(0, 1, 2, 3, 4, 5), 1); // → ['age']
 */
export function sensitiveColumns(model: TableModel, table: Table, rows: Int32Array, most: number): string[] {
  const shuffled = new ShuffledInputs(model, takeRows(table, rows));
  const usualOutputs = shuffled.outputs();
  const order = Int32Array.from(rows, (_, i) => (i + rows.length - 1) % rows.length);
  const { features } = model.spec;
  const together = Math.max(1, Math.floor(ROWS_AT_ONCE / rows.length));
  const changes = new Float64Array(features.length);
  for (let first = 0; first < features.length; first += together) {
    const some = Int32Array.from(
      { length: Math.min(together, features.length - first) },
      (_, i) => first + i,
    );
    shuffled.outputsOfEach(some, order).forEach((y, k) => {
      const feature = first + Math.floor(k / usualOutputs.length);
      changes[feature] += (y - usualOutputs[k % usualOutputs.length]) ** 2;
    });
  }
  return [...features.keys()]
    .sort((a, b) => changes[b] - changes[a])
    .slice(0, most)
    .map((i) => features[i].name);
}

const ROWS_AT_ONCE = 512;

/**
 * The inputs of rows, prepared once. Preparation looks at one row at a time, so that the inputs of a shuffled column are its inputs
 * shuffled: whatever the number of columns, a shuffle costs one column's work and the network's.
 */
class ShuffledInputs {
  private readonly model: TableModel;
  private readonly given: PreparedInputs;
  private readonly places: readonly FeaturePlaces[];

  constructor(model: TableModel, table: Table) {
    this.model = model;
    this.given = model.inputs(table);
    this.places = placesOf(model.spec.features);
  }

  /** [rows, outputs] of the rows as they are. */
  outputs(): Float64Array {
    return this.model.outputs(this.given, { compile: true });
  }

  /** [features, rows, outputs]: for each of some features, where row i has the value of row `order[i]` in that one. */
  outputsOfEach(features: Int32Array, order: Int32Array): Float64Array {
    const { given } = this;
    const { length } = features;
    const data = new Float32Array(length * given.data.length);
    const codes = new Int32Array(length * given.codes.length);
    features.forEach((feature, i) => {
      data.set(given.data, i * given.data.length);
      codes.set(given.codes, i * given.codes.length);
      this.shuffle(
        feature,
        order,
        data.subarray(i * given.data.length),
        codes.subarray(i * given.codes.length),
      );
    });
    return this.model.outputs({ ...given, data, codes, rows: length * given.rows }, { compile: true });
  }

  /** Predictions of the rows, or of the rows where a feature is shuffled. */
  predict(feature?: number, order?: Int32Array): Predictions {
    return this.model.predictionsOf(
      feature === undefined || order === undefined
        ? this.outputs()
        : this.outputsOfEach(Int32Array.of(feature), order),
    );
  }

  private shuffle(feature: number, order: Int32Array, data: Float32Array, codes: Int32Array): void {
    const { given } = this;
    const { own, start } = this.places[feature];
    const end = this.places[feature + 1]?.start ?? given.inputs;
    const move = (to: Float32Array | Int32Array, from: ArrayLike<number>, width: number, k: number): void => {
      for (let row = 0; row < given.rows; row++) to[row * width + k] = from[order[row] * width + k];
    };
    if (isEmbedded(this.model.spec.features[feature])) move(codes, given.codes, given.embedded, own);
    else if (own >= 0) move(data, given.data, given.inputs, own);
    for (let k = start; k < end; k++) move(data, given.data, given.inputs, k);
  }
}

function truthOf({ spec: { target } }: TableModel, table: Table): Int32Array | Float64Array {
  const column = columnNamed(table, target.name, "target");
  const rows = Int32Array.from({ length: table.rows }, (_, row) => row);
  return target.task === "classification"
    ? classNumbers(target, column, rows, table.source)
    : targetNumbers(column, rows, table.source);
}

const usualBy =
  (weights: Float64Array | undefined): Goodness =>
  (predictions, truth) =>
    predictions.task === "classification"
      ? metrics.accuracy(predictions.classes, truth, { weights })
      : metrics.r2(predictions.values, truth, { weights });
