import { Module } from "../nn/index.ts";
import { type Tensor, withMode } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { copyOf, type Value } from "./record.ts";
import type { Pass, Setup } from "./run.ts";

/** A change of one number of a given value: a weight, an input, the target. */
export interface TraceEdit {
  /** The value's id. */
  readonly value: number;
  /** The element's place, row-major. */
  readonly index: number;
  /** What it becomes: finite, or whole (int32), or 0 or 1 (bool). */
  readonly number: number;
}

/** Copies of all that a pass is made of, and its parameters and buffers by path. */
function copied(setup: Setup): { copy: Setup; state: Map<string, Tensor> } {
  const cloned = <T extends Setup["model"] | NonNullable<Setup["loss"]>>(part: T | Module): T | Module =>
    part instanceof Module ? withMode("observer", null, () => part.clone()) : part;
  const model = cloned(setup.model);
  const loss = setup.loss && cloned(setup.loss);
  const inputs = setup.inputs.map(copyOf);
  const target = setup.target && copyOf(setup.target);
  return {
    copy: { ...setup, model, loss, inputs, target },
    state: new Map([...stateOf(model, ""), ...(loss ? stateOf(loss, "loss.") : [])]),
  };
}

/** What a pass is made of after all w ← w − η ∂ℓ/∂w. */
export function updated(setup: Setup, pass: Pass, after: (parameter: Value) => Float64Array | null): Setup {
  const { copy, state } = copied(setup);
  for (const value of pass.values) {
    const tensor = value.role === "parameter" ? state.get(value.name) : undefined;
    const elements = tensor && after(value);
    if (elements) tensor.storage.elements.set(elements);
  }
  return copy;
}

/** What a pass is made of after some changes; nothing is changed in place. */
export function edited(setup: Setup, pass: Pass, changes: readonly TraceEdit[]): Setup {
  const { copy, state } = copied(setup);
  for (const { value: id, index, number } of changes) {
    const value = pass.values[id];
    const tensor =
      value?.role === "input"
        ? copy.inputs[pass.inputs.indexOf(value)]
        : value?.role === "target"
          ? copy.target
          : value?.step
            ? undefined
            : state.get(value?.name);
    if (!value || !tensor) throw refusal(id, value);
    checkNumber(value, index, number);
    tensor.storage.elements[index] = number;
  }
  return copy;
}

/** Parameters and buffers by path. They are contiguous copies with elements of their own. */
function stateOf(part: Setup["model"] | NonNullable<Setup["loss"]>, prefix: string): [string, Tensor][] {
  if (!(part instanceof Module)) return [];
  return part.scopeTensors().map(([path, tensor]) => [prefix + path, tensor]);
}

function refusal(id: number, value: Value | undefined): ChainruleError {
  return new ChainruleError(
    "argument",
    value
      ? `Value ${id} (${value.name || value.step?.op.name || value.role}) cannot be changed.`
      : `There is no value ${id}.`,
    "Change a parameter, a buffer, an input or the target: what is computed follows from them.",
  );
}

function checkNumber({ tensor }: Value, index: number, number: number): void {
  const { numel, dtype } = tensor;
  if (!(Number.isInteger(index) && index >= 0 && index < numel)) {
    throw new ChainruleError(
      "index",
      `There is no element ${index} among ${numel}.`,
      `Places go from 0 to ${numel - 1}.`,
    );
  }
  const [fits, wanted] =
    dtype === "int32"
      ? [number === (number | 0), "a whole number below 2³¹"]
      : dtype === "bool"
        ? [number === 0 || number === 1, "0 or 1"]
        : [Number.isFinite(number), "a finite number"];
  if (!fits) throw new ChainruleError("argument", `${number} is no ${dtype} number.`, `Give ${wanted}.`);
}
