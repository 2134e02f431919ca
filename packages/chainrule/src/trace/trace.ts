/** A pass through a model as something to ask: every number, where it came from, and what follows when one is changed. */
import { Module } from "../nn/index.ts";
import { isFloating, sameShape } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { edited, type TraceEdit, updated } from "./edit.ts";
import { type Explanation, explainElement, type Known } from "./explain.ts";
import {
  type ElementRef,
  type Explained,
  type Quantity,
  TRACE_VERSION,
  type TraceData,
  type TraceFile,
  type TraceReader,
  type TraceValue,
} from "./format.ts";
import { layersOf } from "./layers.ts";
import { jacobianOf } from "./local.ts";
import { type End, numericCheck } from "./numeric.ts";
import { checkPlace, termsOf } from "./places.ts";
import type { Step, Value } from "./record.ts";
import { type Pass, riskOf, run, type Setup, type Traceable, type TraceLoss } from "./run.ts";
import { setupOf, type TraceInput, type TraceOptions } from "./setup.ts";
import { Symbols } from "./symbols.ts";
import { exprText } from "./text.ts";
import { fileOf, type TraceFileOptions } from "./to-file.ts";

/**
 * One forward and backward pass through a model, every number of it explained. It runs on a copy in float64: the model, its
 * gradients, buffers and modes, and the random generators stay as they are.
 *
 * @param model - a module, or a function of tensors
 * @param x - the input, or several in order, or by name; whole numbers (codes, classes) stay whole numbers
 * @throws ChainruleError `shape` when the loss is not one number, `argument` for options of another kind, and whatever the model
 * throws
 *
 * @example
 * const model = new nn.Linear(2, 1);
 * const [x, target] = [tensor([[0.05, 0.1]]), tensor([[1]])];
 * const t = trace(model, x, { target, loss: new nn.MSELoss(), lr: 0.1 });
 * t.data.loss; // → { value: 8, number: 2.3849, after: 1.5168 }
 * const { number, symbols, termCount } = t.explain({ value: t.data.output, of: "value", index: 0 });
 * number; // → -0.5443
 * symbols && exprText(symbols); // → 'z₁⁽¹⁾ = w₀₁⁽¹⁾·1 + w₁₁⁽¹⁾·y₁⁽⁰⁾ + w₂₁⁽¹⁾·y₂⁽⁰⁾'
 */
export function trace(model: Traceable, x: TraceInput, options: TraceOptions = {}): Trace {
  return new Trace(setupOf(model, x, options), {
    lr: options.lr ?? null,
    names: options.names ?? {},
  });
}

interface Told {
  readonly lr: number | null;
  readonly names: NonNullable<TraceOptions["names"]>;
}

/** What {@link trace} gives. */
export class Trace implements TraceReader {
  /** What there is to read, without the numbers. */
  readonly data: TraceData;
  readonly #setup: Setup;
  readonly #told: Told;
  readonly #pass: Pass;
  readonly #known: Known;
  readonly #end: End;
  readonly #gradients = new Map<Value, Float64Array>();

  constructor(setup: Setup, told: Told) {
    this.#setup = setup;
    this.#told = told;
    const pass = run(setup);
    this.#pass = pass;
    const rows = rowsOf(pass);
    const symbols = new Symbols({ ...pass, inputNames: setup.inputNames }, rows);
    const { data, layerName } = describe(setup, told, pass, symbols, rows);
    this.data = data;
    this.#end = { steps: pass.steps, value: pass.loss ?? pass.output, gradient: setup.gradient };
    this.#known = {
      values: pass.values,
      symbols,
      lr: told.lr,
      start: pass.loss ?? pass.output,
      number: (value, of, index) => this.#number(value, of, index),
      layerName,
    };
    if (data.loss && told.lr !== null) {
      const after = riskOf(updated(setup, pass, (value) => this.#updateOf(value)));
      this.data = { ...data, loss: { ...data.loss, after } };
    }
  }

  /**
   * Elements of a quantity, row-major, from `start` on; by default all. A copy, which is the caller's.
   *
   * @throws ChainruleError `index` for a value or a range that is not there, `argument` for a quantity that the value has not
   *
   * @example
   * const t = trace((x: Tensor) => x.square().sum(), tensor([1, 2, 3]));
   * t.read(0, "gradient"); // → Float64Array(3) [2, 4, 6]
   */
  read(value: number, of: Quantity, range?: { start: number; count: number }): Float64Array {
    const found = this.#value(value);
    const all = this.#all(found, of);
    if (!range) return all;
    const { start, count } = range;
    checkPlace(start, all.length, `Value ${value}`, count);
    return all.slice(start, start + count);
  }

  /**
   * One number with its formula.
   *
   * @param ref which number
   * @param options `terms`: how many terms of a sum are listed, the largest (default 12); `numeric`: whether a gradient is compared with
   * a centred difference (default false)
   * @throws ChainruleError `index` for a value or an element that is not there, `argument` for a quantity that the value has not
   *
   * @example
   * const t = trace((x: Tensor) => x.square().sum(), tensor([1, 2, 3]));
   * const { number, values, numeric } = t.explain({ value: 0, of: "gradient", index: 2 }, { numeric: true });
   * number; // → 6
   * values && exprText(values); // → '∂ℓ/∂x₃ = 1·2·3 = 1·6 = 6'
   * numeric; // → { value: 6.0, h: 0.0, error: 0.0, kink: false }
   */
  explain(ref: ElementRef, options: { terms?: number; numeric?: boolean } = {}): Explained {
    const value = this.#value(ref.value);
    checkPlace(ref.index, value.tensor.numel, `Value ${ref.value}`);
    this.#check(value, ref.of);
    const explanation: Explanation = explainElement(this.#known, ref, termsOf(options.terms ?? 12));
    const asked = options.numeric === true && ref.of === "gradient";
    const numeric = asked ? numericCheck(this.#end, value, ref.index, explanation.number) : null;
    return { ...explanation, numeric };
  }

  /**
   * ∂(result)/∂(input) of one op for one row: [outputs, inputs], row-major.
   *
   * @param row counts from 0; default 0
   * @throws ChainruleError `index` for a value or a row that is not there, `argument` where the op does not read the input
   *
   * @example
   * const t = trace((x: Tensor) => x.square(), tensor([[1, 2]]));
   * t.jacobian(t.data.output, 0); // → { rows: 2, columns: 2, data: Float64Array(4) [2, 0, 0, 4] }
   */
  jacobian(result: number, input: number, row = 0): { rows: number; columns: number; data: Float64Array } {
    checkPlace(row, this.data.rows, "The batch", 1, "rows");
    return jacobianOf(this.#value(result), this.#value(input), row, this.data.rows);
  }

  /**
   * The pass as it is after changes of given numbers: of weights, inputs, the target. This trace stays as it is; ids mean the same in
   * both. Random numbers are the same ones.
   *
   * @throws ChainruleError `argument` for a value that is computed, or a number that its dtype does not hold; `index` for an element that
   * is not there
   *
   * @example
   * const t = trace((x: Tensor) => x.square().sum(), tensor([1, 2, 3]));
   * const { data } = t.edit([{ value: 0, index: 2, number: 10 }]);
   * data.loss?.number; // → 105
   */
  edit(changes: readonly TraceEdit[]): Trace {
    return new Trace(edited(this.#setup, this.#pass, changes), this.#told);
  }

  /**
   * The trace as plain data that `JSON.stringify` takes: `traceFromFile` reads it again. Large tensors are cut to what matters.
   *
   * @example
   * const t = trace((x: Tensor) => x.square().sum(), ones([1000]));
   * t.toJSON({ most: 12 }).numbers[0].indices?.length; // → 12
   * JSON.stringify(t).length < 1e6; // → true
   */
  toJSON(options?: TraceFileOptions | string): TraceFile {
    // JSON.stringify gives the key that it stands under.
    return fileOf(this, typeof options === "object" ? options : {});
  }

  #value(id: number): Value {
    const value = Number.isInteger(id) ? this.#pass.values[id] : undefined;
    if (value) return value;
    throw new ChainruleError(
      "index",
      `There is no value ${id}.`,
      `Values go from 0 to ${this.#pass.values.length - 1}.`,
    );
  }

  #number(value: Value, of: Quantity, index: number): number {
    if (of === "value") return value.tensor.data[index];
    const gradient = this.#gradient(value)[index];
    return of === "gradient" ? gradient : value.tensor.data[index] - (this.#told.lr ?? 0) * gradient;
  }

  #all(value: Value, of: Quantity): Float64Array {
    this.#check(value, of);
    if (of === "value") return Float64Array.from(value.tensor.data);
    return of === "gradient" ? this.#gradient(value).slice() : (this.#updateOf(value) as Float64Array);
  }

  /** A parameter after its update; null where no gradient reached it. */
  #updateOf(value: Value): Float64Array | null {
    if (!this.data.values[value.id].hasGradient) return null;
    const { data } = value.tensor;
    const lr = this.#told.lr ?? 0;
    return this.#gradient(value).map((slope, i) => data[i] - lr * slope);
  }

  #check({ id }: Value, of: Quantity): void {
    const { hasGradient, role } = this.data.values[id];
    if (of === "value") return;
    if (of !== "gradient" && of !== "update") throw missing(`There is no quantity "${String(of)}".`);
    if (!hasGradient) throw missing(`Value ${id} has no gradient.`);
    if (of === "gradient") return;
    if (role !== "parameter") throw missing(`Value ${id} is no parameter, and has no update.`);
    if (this.#told.lr === null) throw missing("The trace has no learning rate, and so no updates.");
  }

  #gradient(value: Value): Float64Array {
    const known = this.#gradients.get(value);
    if (known) return known;
    const sum = new Float64Array(value.tensor.numel);
    if (value === this.#known.start) {
      if (this.#setup.gradient) sum.set(this.#setup.gradient.data);
      else sum.fill(1);
    }
    for (const { sent } of value.uses) {
      if (!sent) continue;
      const { data } = sent;
      for (let i = 0; i < sum.length; i++) sum[i] += data[i];
    }
    this.#gradients.set(value, sum);
    return sum;
  }
}

const missing = (problem: string): ChainruleError =>
  new ChainruleError("argument", problem, "Ask for what `data` says is there.");

/** How many rows went through together. */
function rowsOf({ inputs }: Pass): number {
  const [first] = inputs;
  if (!first) return 1;
  const { shape, dtype } = first.tensor;
  return shape.length >= 2 || (shape.length === 1 && !isFloating(dtype)) ? shape[0] : 1;
}

/** The pass as plain data. */
function describe(
  setup: Setup,
  { lr, names }: Told,
  pass: Pass,
  symbols: Symbols,
  rows: number,
): { data: TraceData; layerName: (value: Value) => string } {
  const { values, steps, loss, output } = pass;
  const { layers, layerOf } = layersOf(steps, values, symbols, lossKind(setup.loss));
  const model = setup.model;
  const layerName = (value: Value): string => {
    const layer = layers[layerOf.get(value) ?? -1];
    return layer ? (layer.path ? `layer ${layer.path} (${layer.kind})` : layer.kind) : "";
  };
  const isInLayer = (value: Value): boolean => Boolean(layers[layerOf.get(value) ?? -1]?.path);
  const reached = reachedFrom(pass, setup);
  const told = values.map((value): TraceValue => {
    const { step } = value;
    return {
      id: value.id,
      role: value.role,
      symbol: symbols.whole(value),
      name:
        value.name || `${step?.op.name ?? value.role}${isInLayer(value) ? ` in ${layerName(value)}` : ""}`,
      shape: value.tensor.shape,
      dtype: value.tensor.dtype,
      layer: layerOf.get(value) ?? null,
      op: step && opOf(step, symbols),
      inputs: step ? step.slots.flatMap((s) => (s.value ? [{ name: s.name, value: s.value.id }] : [])) : [],
      usedBy: [...new Set(value.uses.map((use) => use.step.result.id))],
      hasGradient: reached.has(value),
    };
  });
  const data: TraceData = {
    version: TRACE_VERSION,
    model: model instanceof Module ? model.toString() : model.name,
    mode: model instanceof Module && !model.training ? "eval" : "train",
    rows,
    values: told,
    layers,
    inputs: pass.inputs.map(({ id }) => id),
    target: pass.target?.id ?? null,
    output: output.id,
    loss: loss && { value: loss.id, number: loss.tensor.data[0], after: null },
    lr,
    unitNames: unitNames(pass, names),
  };
  return { data, layerName };
}

function opOf(step: Step, symbols: Symbols): NonNullable<TraceValue["op"]> {
  const { name, formula } = step.op;
  const read = step.slots.flatMap(({ value }) => (value ? [exprText(symbols.whole(value))] : []));
  const about = step.op.about?.(step.args, read.join(", "));
  return { name, formula, ...(about && { about }) };
}

function lossKind(loss: TraceLoss | null): string {
  if (!loss) return "";
  return loss instanceof Module ? loss.scopeKind() : loss.name || "loss";
}

/** What has a gradient: the start of the backward pass, and what it sent something to. */
function reachedFrom({ values, loss, output }: Pass, { gradient }: Setup): Set<Value> {
  const start = loss ?? (gradient ? output : null);
  return new Set(values.filter((value) => value === start || value.uses.some(({ sent }) => sent)));
}

/** Names of columns by input, and of the output's units, where their numbers fit. */
function unitNames(
  { inputs, output, target }: Pass,
  names: Told["names"],
): Record<number, readonly string[]> {
  const found: Record<number, readonly string[]> = {};
  const width = ({ tensor: { shape } }: Value): number => shape[shape.length - 1] ?? 1;
  const given = names.inputs ?? [];
  const total = inputs.reduce((sum, input) => sum + width(input), 0);
  let at = 0;
  for (const input of inputs) {
    const count = width(input);
    if (total === given.length) found[input.id] = given.slice(at, at + count);
    else if (inputs.length > 1 && inputs[0] === input && count === given.length) found[input.id] = given;
    at += count;
  }
  const outputs = names.outputs ?? [];
  if (outputs.length > 0 && width(output) === outputs.length) {
    found[output.id] = outputs;
    if (target && sameShape(target.tensor.shape, output.tensor.shape)) found[target.id] = outputs;
  }
  return found;
}
