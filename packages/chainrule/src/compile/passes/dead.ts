import type { Graph, Value } from "../../core/graph.ts";
import { viewsOf } from "../sources.ts";

/**
 * Takes out what leads to no result and no effect, such as gradients of inputs that nobody asked for. Random numbers are drawn
 * all the same: later draws depend on how many there were. Arguments stay as well: they cost nothing.
 */
export function removeDead(graph: Graph): Graph {
  const alive = new Set<Value>();
  for (const { value } of [...graph.results, ...graph.effects]) alive.add(value);
  for (const value of graph.values) if (stays.has(value.source.kind)) alive.add(value);
  const values = graph.values.toReversed().filter((value) => {
    if (!alive.has(value)) return false;
    for (const view of viewsOf(value.source)) alive.add(view.value);
    return true;
  });
  return { ...graph, values: values.reverse() };
}

const stays: ReadonlySet<string> = new Set(["random", "argument"]);
