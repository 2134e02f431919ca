import type { Graph, Value, View } from "../../core/graph.ts";
import type { Interpreter } from "../../core/primitives.ts";
import type { Storage } from "../../core/storage.ts";
import { Storage as Elements } from "../../core/storage.ts";
import { Tensor } from "../../core/tensor.ts";
import type { TypedArray } from "../../shape/dtype.ts";
import { runSource } from "../run.ts";

/** What a function is called with. */
export interface Inputs {
  readonly arguments: readonly TypedArray[];
  readonly cells: readonly number[];
}

/** What comes out of a graph or a program, row-major. */
export interface Outcome {
  readonly results: readonly TypedArray[];
  readonly states: ReadonlyMap<Storage, TypedArray>;
}

/** Computes a graph value by value. Storages stay as they are. */
export function evaluateGraph(graph: Graph, inputs: Inputs, host: Interpreter): Outcome {
  const known = new Map<Value, TypedArray>();
  const elementsOf = (value: Value): TypedArray => known.get(value) as TypedArray;
  const shown = ({ value, shape, strides, offset }: View): Tensor =>
    new Tensor(new Elements(value.dtype, elementsOf(value)), shape, strides, offset);
  for (const value of graph.values) known.set(value, compute(value));
  return {
    results: graph.results.map((view) => shown(view).data.slice()),
    states: new Map(graph.effects.map(({ storage, value }) => [storage, elementsOf(value).slice()])),
  };

  function compute(value: Value): TypedArray {
    const { source } = value;
    switch (source.kind) {
      case "argument":
        return inputs.arguments[source.index];
      case "state":
        return source.storage.elements.slice();
      case "live":
        return Float64Array.of(inputs.cells[source.cell]);
      case "constant":
        return source.elements;
      case "write": {
        const all = elementsOf(source.base).slice();
        const target = new Tensor(
          new Elements(value.dtype, all),
          source.part.shape,
          source.strides,
          source.offset,
        );
        host.copy(shown(source.part), target, target);
        return all;
      }
      default:
        return runSource(source, value, host, (view) => elementsOf(view.value));
    }
  }
}
