import type { Graph } from "../../core/graph.ts";
import type { Interpreter } from "../../core/primitives.ts";
import type { Storage } from "../../core/storage.ts";
import type { TypedArray } from "../../shape/dtype.ts";
import { Evaluation, type Inputs } from "../evaluate.ts";

/** What comes out of a graph or a program, row-major. */
export interface Outcome {
  readonly results: readonly TypedArray[];
  readonly states: ReadonlyMap<Storage, TypedArray>;
}

/** Computes a graph value by value. Storages stay as they are. */
export function evaluateGraph(graph: Graph, inputs: Inputs, host: Interpreter): Outcome {
  const evaluation = new Evaluation(inputs, host);
  for (const value of graph.values) evaluation.elements(value);
  return {
    results: graph.results.map((view) => evaluation.shown(view).data.slice()),
    states: new Map(graph.effects.map(({ storage, value }) => [storage, evaluation.elements(value).slice()])),
  };
}
