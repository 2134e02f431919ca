import type { Graph, Source, Value, View } from "../core/graph.ts";
import { mapViews } from "./sources.ts";
import { isWhole, throughView, wholeView } from "./views.ts";

/** Appends a value to the graph under construction. */
export type Add = (spec: Pick<Value, "shape" | "dtype" | "scope">, source: Source) => Value;

/**
 * Makes a graph anew, value by value. `change` sees a value whose operands are replaced already, and gives what stands for it:
 * the value itself, another one, or a view of another of the same shape and dtype. Values that nobody reads any more stay:
 * `removeDead` takes them out.
 */
export function rewrite(graph: Graph, change: (value: Value, add: Add) => Value | View): Graph {
  const values = new Set<Value>();
  const instead = new Map<Value, View>();
  const copies = new Map<Value, Value>();
  let nextId = graph.values.reduce((largest, { id }) => Math.max(largest, id), -1) + 1;
  const add: Add = ({ shape, dtype, scope }, source) => {
    const value = { id: nextId++, shape, dtype, scope, source };
    values.add(value);
    return value;
  };
  const viewAnew = (view: View): View => {
    const shown = instead.get(view.value);
    if (!shown) return view;
    return throughView(view, shown) ?? { ...view, value: valueAnew(view.value) };
  };
  /** The value itself, or a copy of the view that stands for it. */
  const valueAnew = (value: Value): Value => {
    const shown = instead.get(value);
    if (!shown) return value;
    if (isWhole(shown)) return shown.value;
    let copy = copies.get(value);
    if (!copy) {
      copy = add(value, { kind: "copy", x: shown });
      copies.set(value, copy);
    }
    return copy;
  };
  for (const value of graph.values) {
    const source = mapViews(value.source, viewAnew, valueAnew);
    const changed = change({ ...value, source }, add);
    if ("source" in changed) {
      values.add(changed);
      instead.set(value, wholeView(changed, value.shape));
    } else {
      instead.set(value, changed);
    }
  }
  return {
    ...graph,
    results: graph.results.map(viewAnew),
    effects: graph.effects.map(({ storage, value }) => ({ storage, value: valueAnew(value) })),
    values: [...values],
  };
}
