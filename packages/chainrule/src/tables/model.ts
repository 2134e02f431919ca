import type { Module } from "../nn/index.ts";
import { switchToEval } from "../nn/module/modes.ts";
import { fromTypedArray, noGrad, type Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import {
  type Column,
  type ColumnType,
  isMissing,
  type Table,
  type TextColumn,
  textColumn,
} from "./column.ts";
import { Forward } from "./forward.ts";
import { intervalAround } from "./intervals.ts";
import { TableNetwork } from "./network/network.ts";
import type { FeaturePreparation } from "./preparation.ts";
import { type PreparedInputs, prepareInputs } from "./preparation-inputs.ts";
import type { TableModelSpec } from "./spec.ts";
import { fromLearned } from "./target.ts";
import { firstStray } from "./texts.ts";
import { clip, counted, didYouMean, listed } from "./wording.ts";

/** What a model says of rows. */
export type Predictions =
  | {
      readonly task: "classification";
      /** The class of each row, by its number in the target's classes: the most probable one, or by the threshold. */
      readonly classes: Int32Array;
      /** [rows, classes], row by row; each row adds up to 1. */
      readonly probabilities: Float64Array;
      /** Two classes: the second is told where its probability is above this; null or undefined where the most probable is. */
      readonly threshold?: number | null;
    }
  | {
      readonly task: "regression";
      /** In the target's own units. */
      readonly values: Float64Array;
      /** Where it was asked for: between these the truth lies in a share `level` of rows like those of training. */
      readonly interval?: { readonly level: number; readonly low: Float64Array; readonly high: Float64Array };
    };

/** What is wanted of a prediction, and how it is computed. */
export interface PredictOptions {
  /** Numbers: also give intervals of this level, one of those of the model (0.8, 0.9 and 0.95). Default: no intervals. */
  readonly level?: number;
  /**
   * Run by compiled programs, which takes a moment the first time and gives the same to the last bits or so. Default: from 512 rows on.
   */
  readonly compile?: boolean;
}

/** From so many rows on it pays to compile the network for one prediction. */
const COMPILED = 512;

/**
 * A network together with the preparation of its columns: rows of a table in, classes or numbers out. {@link trainTable} and
 * {@link modelFromBytes} give trained ones.
 *
 * @example
 * const ages = Array.from({ length: 80 }, (_, i) => 20 + ((7 * i) % 60));
 * const rows = ages.map((age) => ({ age, buys: age > 60 }));
 * const { model } = await trainTable(rows, { target: "buys", hidden: [8], epochs: 20 });
 * const predictions = model.predict(tableFromRows([{ age: 25 }, { age: 75 }]));
 * predictions.task === "classification" && predictions.classes; // → Int32Array(2) [0, 1]
 * model.predict(tableFromRows([{ years: 25 }])); // throws data: the table lacks the column "age"
 */
export class TableModel {
  /** What it reads, what it gives, and the network between: all but the weights. */
  readonly spec: TableModelSpec;
  /** The network, with its weights. */
  readonly network: TableNetwork;

  #forward: Forward | null = null;

  /** @param network with weights, which is shared; by default a new one, with weights drawn anew */
  constructor(spec: TableModelSpec, network: TableNetwork = new TableNetwork(spec.network)) {
    this.spec = spec;
    this.network = network;
  }

  /** The network as compiled programs, which all that predicts by this model shares. */
  get forward(): Forward {
    this.#forward ??= new Forward(this.network);
    return this.#forward;
  }

  /** The same network and programs, with what is known of it by now. */
  completed(more: Pick<TableModelSpec, "calibration" | "threshold" | "intervals">): TableModel {
    const model = new TableModel({ ...this.spec, ...more }, this.network);
    model.#forward = this.forward;
    return model;
  }

  /** Frees the memory of the compiled programs now, rather than when the model is collected. */
  dispose(): void {
    this.#forward?.dispose();
    this.#forward = null;
  }

  /**
   * The network's inputs for some rows of a table, by default for all. Columns that the model does not know are ignored.
   *
   * @throws ChainruleError `data` when a column is missing or holds another type of values
   */
  inputs(table: Table, rows?: Int32Array): PreparedInputs {
    const { features } = this.spec;
    return prepareInputs(features, columnsFor(features, table), rows ?? allRows(table));
  }

  /**
   * Predicts for some rows of a table, by default for all. The target need not be there.
   *
   * @throws ChainruleError `data` when a column is missing or holds another type of values, `argument` for a level that the model
   * has no intervals for
   */
  predict(table: Table, rows?: Int32Array, options?: PredictOptions): Predictions {
    return this.predictPrepared(this.inputs(table, rows), options);
  }

  /**
   * Predicts from inputs that were prepared before.
   *
   * @throws ChainruleError `argument` for a level that the model has no intervals for
   */
  predictPrepared(prepared: PreparedInputs, options?: PredictOptions): Predictions {
    return this.predictionsOf(this.outputs(prepared, options), options);
  }

  /**
   * What the network's outputs say of rows: [rows, outputs], as `outputs` gives them.
   *
   * @throws ChainruleError `argument` for a level that the model has no intervals for
   */
  predictionsOf(outputs: Float64Array, { level }: PredictOptions = {}): Predictions {
    const { target, calibration, intervals, threshold = null } = this.spec;
    if (target.task === "regression") {
      const values = fromLearned(target, outputs);
      if (level === undefined) return { task: "regression", values };
      return { task: "regression", values, interval: intervalAround(values, level, target, intervals) };
    }
    const { length } = target.classes;
    const probabilities = softmax(outputs, length, calibration?.temperature);
    return {
      task: "classification",
      classes: threshold === null ? largest(outputs, length) : aboveThreshold(probabilities, threshold),
      probabilities,
      threshold,
    };
  }

  /**
   * What the network itself gives, in evaluation mode: logits, or numbers as they are learned; [rows, outputs], row by row. The
   * network's mode is left as it was.
   */
  outputs(
    prepared: PreparedInputs,
    { compile = prepared.rows >= COMPILED }: PredictOptions = {},
  ): Float64Array {
    return inEvalMode(this.network, () =>
      compile || prepared.rows === 0
        ? this.forward.outputs(prepared)
        : Float64Array.from(this.eager(prepared).contiguous().data),
    );
  }

  private eager({ data, codes, rows, inputs, embedded }: PreparedInputs): Tensor {
    const x = fromTypedArray(data, [rows, inputs]);
    return embedded > 0 ? this.network(x, fromTypedArray(codes, [rows, embedded])) : this.network(x);
  }
}

function inEvalMode<T>(network: Module, run: () => T): T {
  const restore = switchToEval(network);
  try {
    return noGrad(run);
  } finally {
    restore();
  }
}

/** softmax(z / temperature) of each row of logits [rows, classes]. */
export function softmax(logits: Float64Array, classes: number, temperature = 1): Float64Array {
  const z = fromTypedArray(logits, [logits.length / classes, classes]);
  return Float64Array.from(noGrad(() => z.div(temperature).softmax(1)).contiguous().data);
}

/** 1 where the second of two probabilities is above a threshold, else 0. */
const aboveThreshold = (probabilities: Float64Array, threshold: number): Int32Array =>
  Int32Array.from({ length: probabilities.length / 2 }, (_, i) =>
    probabilities[2 * i + 1] > threshold ? 1 : 0,
  );

/** The place of the largest entry of each row, the first of equal ones. */
function largest(values: Float64Array, width: number): Int32Array {
  const places = new Int32Array(values.length / width);
  for (let row = 0; row < places.length; row++) {
    let best = 0;
    for (let j = 1; j < width; j++) {
      if (values[row * width + j] > values[row * width + best]) best = j;
    }
    places[row] = best;
  }
  return places;
}

const allRows = (table: Table): Int32Array => Int32Array.from({ length: table.rows }, (_, row) => row);

/** The columns of a table that features read, in the features' order and types. */
function columnsFor(features: readonly FeaturePreparation[], table: Table): Column[] {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const lacking = features.filter(({ name }) => !byName.has(name)).map(({ name }) => name);
  if (lacking.length > 0) {
    const names = table.columns.map(({ name }) => name);
    const free = names.filter((name) => !features.some((feature) => feature.name === name));
    throw new ChainruleError(
      "data",
      `${table.source} lacks ${lacking.length === 1 ? "the column" : counted(lacking.length, "column")} ${listed(lacking)}, which the model was trained with.`,
      `${didYouMean(lacking[0], free) ?? ""}Its columns are ${listed(names)}.`,
    );
  }
  return features.map((feature) => fitting(feature, byName.get(feature.name) as Column, table));
}

/** A column in the type of a feature. A column without any value fits every type, and booleans go with 0 and 1. */
function fitting({ name, type }: FeaturePreparation, column: Column, table: Table): Column {
  if (column.type === type) return column;
  const empty = allRows(table).every((row) => isMissing(column, row));
  if (type === "text") {
    if (empty) return textColumn(name, new Array<null>(table.rows).fill(null));
    throw wrongType(column, type, table);
  }
  if (empty) return { type, name, values: new Float64Array(table.rows).fill(Number.NaN) };
  if (column.type === "text") throw strayText(column, type, table);
  const isTruth = column.values.every((value) => value === 0 || value === 1 || Number.isNaN(value));
  if (type === "date" || column.type === "date" || !isTruth) throw wrongType(column, type, table);
  return { type, name, values: column.values };
}

const kinds = { number: "numbers", boolean: "truth values", date: "dates", text: "texts" } as const;

const wrongType = ({ name, type }: Column, wanted: ColumnType, { source }: Table): ChainruleError =>
  new ChainruleError(
    "data",
    `Column "${name}" of ${source} holds ${kinds[type]} where the model was trained with ${kinds[wanted]}.`,
    "Correct its values.",
  );

function strayText(column: TextColumn, wanted: Exclude<ColumnType, "text">, table: Table): ChainruleError {
  const stray = firstStray(column, wanted);
  if (stray === null) return wrongType(column, wanted, table);
  const one = { number: "a number", boolean: "a truth value, such as yes or no,", date: "a date" }[wanted];
  return new ChainruleError(
    "data",
    `Data row ${stray.row + 1} of ${table.source} has "${clip(stray.text)}" in column "${column.name}", where ${one} must be.`,
    "Correct it, or leave it empty if the value is not known.",
  );
}
