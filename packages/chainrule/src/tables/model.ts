import type * as nn from "../nn/index.ts";
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
import { buildNetwork } from "./network.ts";
import { type FeaturePreparation, type PreparedInputs, prepareInputs } from "./preparation.ts";
import type { TableModelSpec } from "./spec.ts";
import { firstStray } from "./texts.ts";
import { clip, counted, didYouMean, listed } from "./wording.ts";

/** What a model says of rows. */
export type Predictions =
  | {
      readonly task: "classification";
      /** The most probable class of each row, by its number in the target's classes. */
      readonly classes: Int32Array;
      /** [rows, classes], row by row; each row adds up to 1. */
      readonly probabilities: Float64Array;
    }
  | {
      readonly task: "regression";
      /** In the target's own units. */
      readonly values: Float64Array;
    };

/** Rows that go through the network at once: enough to be fast, few enough for any memory. */
const CHUNK = 4096;

/**
 * A network together with the preparation of its columns: rows of a table in, classes or numbers out.
 *
 * @example
 * const model = new TableModel(spec);            // weights drawn anew
 * model.network.loadStateDict(weights);
 * model.predict(table).classes;
 */
export class TableModel {
  readonly spec: TableModelSpec;
  readonly network: nn.Sequential;

  constructor(spec: TableModelSpec) {
    this.spec = spec;
    this.network = buildNetwork(spec.network);
  }

  /** The network's inputs for some rows of a table, by default for all. Columns that the model does not know are ignored. */
  inputs(table: Table, rows?: Int32Array): PreparedInputs {
    const { features } = this.spec;
    return prepareInputs(features, columnsFor(features, table), rows ?? allRows(table));
  }

  /**
   * Predicts for some rows of a table, by default for all. The target need not be there.
   *
   * @throws ChainruleError `data` when a column is missing or holds another type of values
   */
  predict(table: Table, rows?: Int32Array): Predictions {
    return this.predictPrepared(this.inputs(table, rows));
  }

  /** Predicts from inputs that were prepared before. */
  predictPrepared({ data, rows, inputs }: PreparedInputs): Predictions {
    const { target, network } = this.spec;
    const x = fromTypedArray(data, [rows, inputs]);
    const outputs = new Float64Array(rows * network.outputs);
    inEvalMode(this.network, () => {
      for (let start = 0; start < rows; start += CHUNK) {
        const end = Math.min(rows, start + CHUNK);
        const part: Tensor = this.network(x.narrow(0, start, end - start));
        const result = target.task === "classification" ? part.to("float64").softmax(1) : part;
        outputs.set(result.contiguous().data, start * network.outputs);
      }
    });
    if (target.task === "regression") {
      return { task: "regression", values: outputs.map((y) => y * target.scale + target.mean) };
    }
    return {
      task: "classification",
      classes: largest(outputs, network.outputs),
      probabilities: outputs,
    };
  }
}

function inEvalMode(network: nn.Module, run: () => void): void {
  const restore = switchToEval(network);
  try {
    noGrad(run);
  } finally {
    restore();
  }
}

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
