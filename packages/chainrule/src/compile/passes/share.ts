import type { Graph, Input, Source, Value, View } from "../../core/graph.ts";
import { rewrite } from "../rewrite.ts";
import { keyOf } from "../views.ts";

/** Constants up to this length are compared element by element. */
const SMALL = 64;

/** Computes equal values once. Random draws are each of their own. */
export function shareCommon(graph: Graph): Graph {
  const known = new Map<string, Value>();
  const names = new Map<object, number>();
  /** A number for something that is only equal to itself. */
  const name = (thing: object): number => {
    if (!names.has(thing)) names.set(thing, names.size);
    return names.get(thing) as number;
  };
  return rewrite(graph, (value) => {
    const source = keyOfSource(value.source, name);
    if (source === null) return value;
    const key = `${value.dtype} ${value.shape.join(",")} ${source}`;
    const first = known.get(key);
    if (first) return first;
    known.set(key, value);
    return value;
  });
}

/** The same for sources that give the same elements; null for draws. */
function keyOfSource(source: Source, name: (thing: object) => number): string | null {
  const view = (x: View): string => `${x.value.id}[${x.shape.join(",")} ${keyOf(x, x.shape)}]`;
  const input = (x: Input): string =>
    typeof x === "number" ? (Object.is(x, -0) ? "-0" : String(x)) : view(x);
  const key = (...parts: readonly (string | number | boolean)[]): string => [source.kind, ...parts].join(" ");
  switch (source.kind) {
    case "random":
      return null;
    case "argument":
      return key(source.index);
    case "state":
      return key(name(source.storage));
    case "live":
      return key(source.cell);
    case "constant": {
      const { elements } = source;
      return key(elements.length <= SMALL ? [...elements].map(input).join(",") : `#${name(elements)}`);
    }
    case "unary":
      return key(source.op, view(source.x));
    case "binary":
      return key(source.op, input(source.a), input(source.b));
    case "addScaled":
      return key(input(source.x), input(source.other), input(source.alpha));
    case "where":
      return key(view(source.condition), input(source.a), input(source.b));
    case "copy":
      return key(input(source.x));
    case "write":
      return key(source.base.id, view(source.part), keyOf(source, source.part.shape));
    case "reduce":
      return key(source.op, view(source.x), source.dims.join(","));
    case "scan":
      return key(source.op, view(source.x), source.dim);
    case "matmul":
      return key(view(source.a), view(source.b));
    case "gather":
      return key(view(source.x), source.dim, view(source.index));
    case "scatter":
      return key(source.mode, view(source.x), source.dim, view(source.index), input(source.source));
    case "argsort":
      return key(view(source.x), source.dim, source.descending);
  }
}
