import { define } from "../../util/define.ts";
import { ChainruleError } from "../../util/errors.ts";
import type { Cell, Table } from "../column.ts";
import { intervalAround } from "../intervals.ts";
import type { Predictions, PredictOptions, TableModel } from "../model.ts";
import type { TableModelSpec } from "../spec.ts";
import { type ClassTarget, fromLearned, type NumberTarget } from "../target.ts";
import { RowError } from "./cells.ts";
import { modelFromBytes } from "./file.ts";
import { RowReader } from "./rows.ts";
import { type ModelSource, readSource } from "./source.ts";

/** A row of any model: values by column. */
export type AnyRow = Readonly<Record<string, Cell | bigint>>;

/** What a model says of one row, where classes are predicted. */
export interface ClassPrediction<Label extends string | number = string | number> {
  /** The most probable class, or of two the one by the model's threshold: a number where the target is one, else a text. */
  prediction: Label;
  /** Its probability. */
  probability: number;
  /** That of every class; they add up to 1. */
  probabilities: Record<Label, number>;
}

/** What a model says of one row, where a number is predicted, in the target's own units. */
export interface NumberPrediction {
  /** The number, within the range of the training rows. */
  prediction: number;
  /**
   * Between `low` and `high` the truth lies in a share `level` of rows like those of training. Left out where the model has no intervals.
   */
  low?: number;
  /** The upper end. Left out as `low` is. */
  high?: number;
}

/** What a model says of one row, by what it predicts. */
export type RowPrediction = ClassPrediction | NumberPrediction;

/** How rows are read, and what is said of them. */
export interface LoadOptions {
  /** Whether a column that the model does not know is an error, rather than ignored. Default false. */
  readonly strict?: boolean;
  /** Numbers: the level of the intervals `low` to `high`, one of those of the model. Default: see {@link defaultLevel}. */
  readonly level?: number;
}

/**
 * The level of a model's intervals if none is named: 0.9, or the lowest that it has; undefined where it has none.
 *
 * @example
 * const areas = Array.from({ length: 80 }, (_, i) => 30 + ((7 * i) % 60));
 * const rows = areas.map((area) => ({ area, rent: 100 + 10 * area }));
 * const { model } = await trainTable(rows, { target: "rent", hidden: [16], epochs: 20 });
 * model.spec.intervals?.levels.map(({ level }) => level); // → [0.8, 0.9]
 * defaultLevel(model.spec); // → 0.9
 */
export function defaultLevel({ intervals }: TableModelSpec): number | undefined {
  const levels = intervals?.levels.map(({ level }) => level) ?? [];
  return levels.includes(0.9) ? 0.9 : levels.length > 0 ? Math.min(...levels) : undefined;
}

/**
 * A trained model, ready to use in a program: rows as objects in, predictions out, at once.
 *
 * Values are numbers, truth values, texts, and dates as `Date` or ISO texts; null, undefined, NaN, infinite numbers and "" are
 * missing, but a column that a row does not have at all is an error. A text that spells a number ("41") is taken for it. A text that
 * training never saw is no error.
 *
 * @example
 * const ages = Array.from({ length: 80 }, (_, i) => 20 + ((7 * i) % 60));
 * const rows = ages.map((age) => ({ age, buys: age > 60 }));
 * const { model } = await trainTable(rows, { target: "buys", hidden: [8], epochs: 20 });
 * const loaded = new LoadedModel(model);
 * const predictions = loaded.predictAll([{ age: 25 }, { age: "75" }, { age: null }]);
 * predictions.map(({ prediction }) => prediction); // → ['false', 'true', 'false']
 * loaded.predict({ years: 25 }); // throws data: The column "age" is not there.
 */
export class LoadedModel<Row extends object = AnyRow, Prediction extends object = RowPrediction> {
  /** The model that predicts. */
  readonly model: TableModel;
  private readonly reader: RowReader;
  private readonly describe: (outputs: Float32Array, count: number) => RowPrediction[];

  /** @throws ChainruleError `argument` for a level that the model has no intervals for */
  constructor(model: TableModel, { strict = false, level }: LoadOptions = {}) {
    const { features, target } = model.spec;
    this.model = model;
    this.reader = new RowReader(features, target.name, strict);
    model.network.eval();
    this.describe =
      target.task === "classification" ? classes(model.spec, target) : numbers(model.spec, target, level);
  }

  /** What the model reads and gives, and how. */
  get spec(): TableModelSpec {
    return this.model.spec;
  }

  /**
   * Predicts one row.
   *
   * @throws ChainruleError `data` (a {@link RowError}, with the `column`) for a column that is not there, or a value of another type;
   * `non-finite` for a network that is no use, because its outputs are not finite
   */
  predict(row: Row): Prediction {
    const chunk = this.model.forward.chunkFor(1);
    this.reader.read(row, 0, chunk);
    return this.describe(chunk.run(), 1)[0] as Prediction;
  }

  /**
   * Predicts many rows, faster than one by one.
   *
   * @throws ChainruleError `data` (a {@link RowError}, with `row` and `column`) as `predict` does
   */
  predictAll(rows: readonly Row[]): Prediction[] {
    const predictions: RowPrediction[] = [];
    while (predictions.length < rows.length) {
      const start = predictions.length;
      const chunk = this.model.forward.chunkFor(rows.length - start);
      for (let r = 0; r < chunk.rows; r++) {
        try {
          this.reader.read(rows[start + r], r, chunk);
        } catch (error) {
          throw error instanceof RowError ? error.inRow(start + r) : error;
        }
      }
      for (const prediction of this.describe(chunk.run(), chunk.rows)) predictions.push(prediction);
    }
    return predictions as Prediction[];
  }

  /**
   * Predicts the rows of a table of typed columns, as {@link TableModel.predict} does, by compiled programs.
   *
   * @throws ChainruleError `data` when a column is missing or holds another type of values, `argument` for a level that the model
   * has no intervals for
   */
  predictTable(table: Table, options?: PredictOptions): Predictions {
    const { model } = this;
    return model.predictionsOf(finite(model.outputs(model.inputs(table), { compile: true })), options);
  }

  /** Frees the memory of the compiled programs now, rather than when the model is collected. */
  dispose(): void {
    this.model.dispose();
  }

  /** The target and the columns, as "LoadedModel(species from island, sex)". */
  toString(): string {
    const { features, target } = this.spec;
    return `LoadedModel(${target.name} from ${features.map(({ name }) => name).join(", ")})`;
  }

  /** What Node's console shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/**
 * Loads a model that was trained before: `await load("runs/digits")`.
 *
 * @param source the folder of a run or the file of a model, by its path (in Node) or its URL; or the file's bytes. A URL whose last
 * part has no extension is a folder's. A file from a stranger is safe to load: it holds no code, and all of it is checked.
 * @throws ChainruleError `file` or `state` for a file that is not there, is no model, or is damaged; `argument` for a level that the
 * model has no intervals for
 *
 * @example
 * import { writeFile } from "node:fs/promises";
 * const areas = Array.from({ length: 80 }, (_, i) => 30 + ((7 * i) % 60));
 * const rows = areas.map((area) => ({ area, rent: 100 + 10 * area }));
 * const trained = await trainTable(rows, { target: "rent", hidden: [16, 16], epochs: 60 });
 * await writeFile("rent.safetensors", modelBytes(trained.model));
 *
 * const model = await load("rent.safetensors");
 * const { prediction } = model.predict({ area: 54 });
 * typeof prediction; // → 'number'
 * await load("runs/none-1"); // throws file: runs/none-1 does not exist.
 *
 * @example
 * // Such types are in the file that `chainrule types runs/buys-1 --out buys.ts` writes.
 * type Row = { age: number | null };
 * type Prediction = { prediction: "true" | "false"; probability: number };
 *
 * const ages = Array.from({ length: 80 }, (_, i) => 20 + ((7 * i) % 60));
 * const rows = ages.map((age) => ({ age, buys: age > 60 }));
 * const { model } = fitLinear(planFor(tableFromRows(rows), { target: "buys" }));
 * const typed = await load<Row, Prediction>(modelBytes(model));
 * typed.predict({ age: 25 }).prediction === "false"; // → true
 */
export async function load<Row extends object = AnyRow, Prediction extends object = RowPrediction>(
  source: ModelSource,
  options: LoadOptions = {},
): Promise<LoadedModel<Row, Prediction>> {
  const { bytes, name } = await readSource(source);
  return new LoadedModel<Row, Prediction>(modelFromBytes(bytes, name), options);
}

/** Outputs that are all finite: others mean nothing. */
function finite<T extends Float32Array | Float64Array>(outputs: T): T {
  if (outputs.every((output) => Number.isFinite(output))) return outputs;
  throw new ChainruleError(
    "non-finite",
    "The network's outputs are not all finite numbers: its weights are too large.",
    "Use the file as it was written, or train anew.",
  );
}

/** p = softmax(z / temperature), by class. */
function classes(
  { calibration, threshold = null }: TableModelSpec,
  { classes: names, type }: ClassTarget,
): (outputs: Float32Array, count: number) => ClassPrediction[] {
  const labels = names.map((name) => (type === "number" ? Number(name) : name));
  const temperature = calibration?.temperature ?? 1;
  return (outputs, count) => {
    finite(outputs);
    const predictions = new Array<ClassPrediction>(count);
    for (let r = 0; r < count; r++) {
      const start = r * names.length;
      let best = 0;
      for (let j = 1; j < names.length; j++) if (outputs[start + j] > outputs[start + best]) best = j;
      const probabilities: Record<string, number> = {};
      let sum = 0;
      for (let j = 0; j < names.length; j++) {
        const mass = Math.exp((outputs[start + j] - outputs[start + best]) / temperature);
        define(probabilities, names[j], mass);
        sum += mass;
      }
      for (const name of names) probabilities[name] /= sum;
      const told = threshold === null ? best : Number(probabilities[names[1]] > threshold);
      predictions[r] = { prediction: labels[told], probability: probabilities[names[told]], probabilities };
    }
    return predictions;
  };
}

function numbers(
  spec: TableModelSpec,
  target: NumberTarget,
  level = defaultLevel(spec),
): (outputs: Float32Array) => NumberPrediction[] {
  const values = (outputs: Float32Array): Float64Array =>
    fromLearned(target, Float64Array.from(finite(outputs)));
  if (level === undefined) return (outputs) => Array.from(values(outputs), (prediction) => ({ prediction }));
  const around = (predictions: Float64Array) => intervalAround(predictions, level, target, spec.intervals);
  around(new Float64Array(0)); // says now if there is no such level
  return (outputs) => {
    const predictions = values(outputs);
    const { low, high } = around(predictions);
    return Array.from(predictions, (prediction, i) => ({ prediction, low: low[i], high: high[i] }));
  };
}
