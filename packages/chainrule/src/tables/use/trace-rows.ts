import * as nn from "../../nn/index.ts";
import { fromTypedArray, type Tensor, tensor } from "../../tensor/index.ts";
import { type Trace, type TraceOptions, trace } from "../../trace/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { type Column, isMissing, type Table } from "../column.ts";
import type { TableModel } from "../model.ts";
import { inputNames, isEmbedded } from "../preparation.ts";
import { classNumbers, targetNumbers, toLearned } from "../target.ts";

/** What is traced: with or without the loss, in which mode, and at which rate weights would move. */
export interface TraceTableOptions extends Pick<TraceOptions, "lr" | "mode"> {
  /** Compare with the target's column. Default: whether the table has it, with a value in each of the rows. */
  target?: boolean;
}

/**
 * One pass of a table's rows through a model, every number explained: from the prepared inputs (x, and codes of embedded columns) to
 * the logits, or the number as it is learned, and with the target to the loss of training (cross-entropy, or the squared error of the
 * learned scale, without smoothing and weights). The network runs in evaluation mode unless told otherwise. What the model says of the
 * rows: `model.predictionsOf(t.read(t.data.output, "value"))`.
 *
 * @param rows places in the table, from 0
 * @param options as those of {@link trace}; mode "eval" by default
 * @throws ChainruleError `data` when a column is missing or holds another type of values, or a wanted target has no value
 *
 * @example
 * const ages = Array.from({ length: 80 }, (_, i) => 20 + ((7 * i) % 60));
 * const rows = ages.map((age) => ({ age, buys: age > 60 }));
 * const table = tableFromRows(rows);
 * const { model } = fitLinear(planFor(table, { target: "buys" }));
 * const { data } = traceTable(model, table, Int32Array.of(0, 5));
 * data.rows; // → 2
 * data.loss !== null; // → true
 * traceTable(model, tableFromRows([{ age: 25 }]), Int32Array.of(0)).data.loss; // → null
 */
export function traceTable(
  model: TableModel,
  table: Table,
  rows: Int32Array,
  options: TraceTableOptions = {},
): Trace {
  const { features, target } = model.spec;
  const { data, codes, inputs, embedded } = model.inputs(table, rows);
  const x = fromTypedArray(data, [rows.length, inputs]);
  const truth = truthOf(model, table, rows, options.target);
  const outputs = target.task === "classification" ? target.classes : [target.name];
  const named = {
    x,
    ...(embedded > 0 ? { codes: fromTypedArray(codes, [rows.length, embedded]) } : {}),
  };
  return trace(model.network, named, {
    lr: options.lr,
    mode: options.mode ?? "eval",
    names: {
      inputs: [...inputNames(features), ...features.filter(isEmbedded).map(({ name }) => name)],
      outputs,
    },
    ...(truth === null
      ? {}
      : {
          target: truth,
          loss: target.task === "classification" ? new nn.CrossEntropyLoss() : new nn.MSELoss(),
        }),
  });
}

/** Classes int32 [N], or numbers as they are learned [N, 1]; null where they are not known. */
function truthOf(
  { spec: { target } }: TableModel,
  table: Table,
  rows: Int32Array,
  wanted: boolean | undefined,
): Tensor | null {
  if (wanted === false) return null;
  const column = table.columns.find(({ name }) => name === target.name);
  const lacking = column ? rows.find((row) => isMissing(column, row)) : 0;
  if (column === undefined || lacking !== undefined) {
    if (wanted === undefined) return null;
    throw noTruth(target.name, column, table, lacking ?? 0);
  }
  return target.task === "classification"
    ? tensor(classNumbers(target, column, rows, table.source))
    : fromTypedArray(toLearned(target, targetNumbers(column, rows, table.source)), [rows.length, 1]);
}

const noTruth = (name: string, column: Column | undefined, { source }: Table, row: number): ChainruleError =>
  new ChainruleError(
    "data",
    column ? `Data row ${row + 1} of ${source} has no ${name}.` : `${source} has no column "${name}".`,
    "Fill it in, or trace without the target: { target: false }.",
  );
