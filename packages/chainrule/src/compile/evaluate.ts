import type { Value, View } from "../core/graph.ts";
import type { Interpreter } from "../core/primitives.ts";
import { Storage } from "../core/storage.ts";
import { Tensor } from "../core/tensor.ts";
import type { TypedArray } from "../shape/dtype.ts";
import { runSource } from "./run.ts";

/** What a recorded function is called with. */
export interface Inputs {
  /** The elements of each argument, contiguous. */
  readonly arguments: readonly TypedArray[];
  /** The live numbers. */
  readonly cells: ArrayLike<number>;
}

/** Computes values of a graph on the host, each when it is first asked for. Storages stay as they are. */
export class Evaluation {
  readonly #inputs: Inputs;
  readonly #host: Interpreter;
  readonly #known = new Map<Value, TypedArray>();

  constructor(inputs: Inputs, host: Interpreter) {
    this.#inputs = inputs;
    this.#host = host;
  }

  /** The elements of a value, which must not be written. */
  elements(value: Value): TypedArray {
    const known = this.#known.get(value);
    if (known) return known;
    const made = this.#compute(value);
    this.#known.set(value, made);
    return made;
  }

  /** What a view shows. */
  shown({ value, shape, strides, offset }: View): Tensor {
    return new Tensor(new Storage(value.dtype, this.elements(value)), shape, strides, offset);
  }

  #compute(value: Value): TypedArray {
    const { source } = value;
    switch (source.kind) {
      case "argument":
        return this.#inputs.arguments[source.index];
      case "state":
        return source.storage.elements;
      case "live":
        return Float64Array.of(this.#inputs.cells[source.cell]);
      case "constant":
        return source.elements;
      case "write": {
        const all = this.elements(source.base).slice();
        const { part, strides, offset } = source;
        const target = new Tensor(new Storage(value.dtype, all), part.shape, strides, offset);
        this.#host.copy(this.shown(part), target, target);
        return all;
      }
      default:
        return runSource(source, value, this.#host, (view) => this.elements(view.value));
    }
  }
}
