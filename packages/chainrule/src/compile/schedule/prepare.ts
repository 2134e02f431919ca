/** Brings a graph into the form that fusion expects, by copies where something must lie in memory of its own. */
import type { Effect, Graph, Input, Value, View } from "../../core/graph.ts";
import { type Add, rewrite } from "../rewrite.ts";
import { isGiven, mapViews } from "../sources.ts";
import { isWhole, wholeView } from "../views.ts";

/** @param onHost whether the host computes a value */
export function prepare(graph: Graph, onHost: (value: Value) => boolean): Graph {
  const cells = new Map<Value, Value>();
  const changed = rewrite(graph, (value, add) => {
    const { source } = value;
    /** Live numbers have no memory: a kernel writes them where somebody needs them there. */
    const inMemory = (view: View): View => {
      if (view.value.source.kind !== "live") return view;
      let copy = cells.get(view.value);
      if (!copy) {
        copy = add(view.value, { kind: "copy", x: wholeView(view.value) });
        cells.set(view.value, copy);
      }
      return { ...view, value: copy };
    };
    if (onHost(value)) return { ...value, source: mapViews(source, inMemory, (base) => base) };
    if (source.kind === "gather") return { ...value, source: { ...source, x: inMemory(source.x) } };
    return source.kind === "scatter" ? scattered(value, add) : value;
  });
  return withEndings(changed);
}

/** Scattering writes over a whole value. Truths that add up are counted. */
function scattered(value: Value, add: Add): Value {
  const { source } = value;
  if (source.kind !== "scatter") return value;
  const counts = value.dtype === "bool" && source.mode === "add";
  const dtype = counts ? "int32" : value.dtype;
  const { x } = source;
  const ready = isWhole(x) && x.value.source.kind !== "live" && x.value.dtype === dtype;
  const base = ready ? x : wholeView(add({ ...value, dtype }, { kind: "copy", x }));
  if (!counts) return { ...value, source: { ...source, x: base } };
  const sum = add({ ...value, dtype }, { ...source, x: base });
  return { ...value, source: { kind: "copy", x: wholeView(sum) } };
}

/** Lets results and effects be values that were computed, one for each storage. */
function withEndings(graph: Graph): Graph {
  const values = [...graph.values];
  let nextId = values.reduce((largest, { id }) => Math.max(largest, id), -1) + 1;
  const copyOf = (x: Input, { shape, dtype }: Pick<Value, "shape" | "dtype">): Value => {
    const copy: Value = { id: nextId++, shape, dtype, scope: null, source: { kind: "copy", x } };
    values.push(copy);
    return copy;
  };
  const results = graph.results.map((view) =>
    isWhole(view) && !isGiven(view.value.source)
      ? view
      : wholeView(copyOf(view, { shape: view.shape, dtype: view.value.dtype })),
  );
  const taken = new Set<Value>();
  const effects: Effect[] = [];
  for (const { storage, value } of graph.effects) {
    const { source } = value;
    if (source.kind === "state" && source.storage === storage) continue;
    const own = isGiven(source) || taken.has(value) ? copyOf(wholeView(value), value) : value;
    taken.add(own);
    effects.push({ storage, value: own });
  }
  return { ...graph, values, results, effects };
}
