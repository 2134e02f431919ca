import type { Module } from "../../nn/index.ts";
import { switchToEval } from "../../nn/module/modes.ts";
import { currentScope, noGrad, type Op, sameShape, type Tensor, withMode } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";

/** What a model does with batches of several sizes, op by op. */

/** One op, as it ran in each of the passes. */
export interface Step {
  readonly op: Op;
  /** Its inputs and attributes, pass by pass. */
  readonly args: readonly Readonly<Record<string, unknown>>[];
  readonly results: readonly Tensor[];
  /** Which layer it belongs to, such as `layers.0`; "" for the model itself. */
  readonly path: string;
}

/** Forward passes of one model that differ in the size of the batch alone. */
export interface Passes {
  readonly batches: readonly number[];
  readonly inputs: readonly (readonly Tensor[])[];
  readonly steps: readonly Step[];
  readonly outputs: readonly (readonly Tensor[])[];
}

interface Ran {
  readonly op: Op;
  readonly args: Readonly<Record<string, unknown>>;
  readonly result: Tensor;
  readonly path: string;
}

/** Runs the model in evaluation mode once for each list of inputs. Its modes are as they were afterwards. */
export function runPasses(
  model: Module,
  batches: readonly number[],
  inputs: readonly (readonly Tensor[])[],
): Passes {
  const restore = switchToEval(model);
  try {
    const passes = inputs.map((given) => runOnce(model, given));
    const [first] = passes;
    for (const { ran, outputs } of passes) {
      const differs =
        ran.length !== first.ran.length ||
        ran.some(({ op }, i) => op !== first.ran[i].op) ||
        outputs.length !== first.outputs.length;
      if (differs) {
        throw new ChainruleError(
          "argument",
          "The forward pass does different things for batches of different sizes, and a file holds one graph.",
          "Write it without branches on the size of the batch, or export it for one size: { batch: null }.",
        );
      }
    }
    const steps = first.ran.map(({ op, path }, i) => ({
      op,
      path,
      args: passes.map(({ ran }) => ran[i].args),
      results: passes.map(({ ran }) => ran[i].result),
    }));
    return { batches, inputs, steps, outputs: passes.map(({ outputs }) => outputs) };
  } finally {
    restore();
  }
}

function runOnce(model: Module, inputs: readonly Tensor[]): { ran: Ran[]; outputs: Tensor[] } {
  const ran: Ran[] = [];
  const observer = {
    applied(op: Op, args: object, result: Tensor): void {
      const scope = currentScope();
      const path = scope ? (scope.root.owner.scopePathOf(scope.owner) ?? "") : "";
      ran.push({ op, args: { ...args }, result, path });
    },
    changed(name: string): void {
      throw new ChainruleError(
        "argument",
        `The forward pass changes a tensor in place (${name}), and the graph of a file changes nothing.`,
        "Write it by operations that make new tensors.",
      );
    },
  };
  const result: unknown = noGrad(() => withMode("observer", observer, () => called(model, inputs)));
  const outputs = Array.isArray(result) ? result : [result];
  if (outputs.length > 0 && outputs.every((y): y is Tensor => isTensor(y))) return { ran, outputs };
  throw new ChainruleError(
    "argument",
    `${model.scopeKind()} gives no tensor, and no array of tensors.`,
    "Export a model whose forward gives one.",
  );
}

function called(model: Module, inputs: readonly Tensor[]): unknown {
  try {
    return model(...(inputs as never[]));
  } catch (cause) {
    const wanted = model.forward.length;
    if (cause instanceof ChainruleError || wanted <= inputs.length) throw cause;
    throw new ChainruleError(
      "argument",
      `The forward pass of ${model.scopeKind()} takes ${wanted} inputs, and ${inputs.length === 1 ? "an example of one was" : `examples of ${inputs.length} were`} given.`,
      "Give the examples of all inputs in an array: [[1, 4], codes].",
      { cause },
    );
  }
}

const isTensor = (value: unknown): value is Tensor =>
  typeof value === "object" && value !== null && "storage" in value && "dtype" in value;

/** A whole number that may depend on the batch: constant + slope · N. */
export interface Line {
  readonly constant: number;
  readonly slope: number;
}

/** The line through the values that a number had in the passes; null when there is none. */
export function lineOf(values: readonly number[], batches: readonly number[]): Line | null {
  const [first] = values;
  if (values.every((value) => value === first)) return { constant: first, slope: 0 };
  const slope = (values[1] - first) / (batches[1] - batches[0]);
  const constant = first - slope * batches[0];
  const fits = Number.isInteger(slope) && values.every((value, i) => value === constant + slope * batches[i]);
  return fits ? { constant, slope } : null;
}

/** Whether two tensors show the same elements: `detach()` and its kin make another object of the same. */
export const sameView = (a: Tensor, b: Tensor): boolean =>
  a === b ||
  (a.storage === b.storage &&
    a.offset === b.offset &&
    sameShape(a.shape, b.shape) &&
    sameShape(a.strides, b.strides));
