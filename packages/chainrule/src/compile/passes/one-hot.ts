import type { Graph, Source, Value, View } from "../../core/graph.ts";
import { numel } from "../../shape/shape.ts";
import { type Add, rewrite } from "../rewrite.ts";
import { uniformNumber } from "../uniform.ts";
import { isView, isWhole, keyOf, wholeView } from "../views.ts";

type Scatter = Extract<Source, { kind: "scatter" }>;

/** Larger dimensions are scattered into: comparing each place with the index would cost more. */
const MOST_PLACES = 1024;

/**
 * One number for each row, put at the place that an index names among zeros, is a choice: where the place is the index. Such
 * are the gradients of look-ups, of cross-entropy for instance, and choices fuse with what surrounds them. The sum of such a
 * row is the number itself. A look-up with the same index must stand in the graph: it is what finds an index out of range.
 */
export function chooseOneHot(graph: Graph): Graph {
  const checked = lookupsOf(graph);
  const oneHots = new Map<Value, Scatter>();
  return rewrite(graph, (value, add) => {
    const { source } = value;
    if (source.kind !== "scatter" || !isOneHot(source, checked)) return sumOfOneHot(value, oneHots) ?? value;
    const chosen = choice(value, source, add);
    oneHots.set(chosen, source);
    return chosen;
  });
}

/** Look-ups of the graph: each finds an index out of range. */
const lookupsOf = ({ values }: Graph): ReadonlySet<string> =>
  new Set(
    values.flatMap(({ source }) =>
      source.kind === "gather" ? [keyOfLookup(source.index, source.x.shape[source.dim])] : [],
    ),
  );

const keyOfLookup = (index: View, size: number | undefined): string =>
  `${size} ${index.value.id} ${keyOf(index, index.shape)} ${numel(index.shape)}`;

function isOneHot({ x, dim, index, source }: Scatter, checked: ReadonlySet<string>): boolean {
  const fills = x.shape.every((size, d) => (d === dim ? index.shape[d] === 1 : index.shape[d] === size));
  const each = !isView(source) || source.shape.every((size, d) => size === index.shape[d]);
  return (
    x.shape.length > 0 &&
    fills &&
    each &&
    x.value.dtype !== "bool" &&
    x.shape[dim] <= MOST_PLACES &&
    uniformNumber(x) === 0 &&
    checked.has(keyOfLookup(index, x.shape[dim]))
  );
}

function choice(value: Value, { x, dim, index, source }: Scatter, add: Add): Value {
  const size = x.shape[dim];
  const { scope } = value;
  const elements = Int32Array.from({ length: size }, (_, i) => i);
  const places = add({ shape: [size], dtype: "int32", scope }, { kind: "constant", elements });
  const at: View = {
    value: places,
    shape: x.shape,
    strides: x.shape.map((_, d) => Number(d === dim)),
    offset: 0,
  };
  const isPlace = add(
    { shape: x.shape, dtype: "bool", scope },
    { kind: "binary", op: "eq", a: index, b: at },
  );
  return add(value, { kind: "where", condition: wholeView(isPlace), a: source, b: 0 });
}

/** The sum along the dimension in which a row has its one number: a value with or without that dimension. */
function sumOfOneHot(value: Value, oneHots: ReadonlyMap<Value, Scatter>): Value | undefined {
  const { source, shape, dtype } = value;
  if (source.kind !== "reduce" || source.op !== "sum") return undefined;
  const oneHot = oneHots.get(source.x.value);
  if (!oneHot || !isWhole(source.x) || source.x.value.dtype !== dtype) return undefined;
  const { dim, source: x } = oneHot;
  const alongRows =
    source.dims.length === 1 && source.dims[0] === dim && source.x.shape.length === oneHot.x.shape.length;
  if (!alongRows) return undefined;
  const keeps = shape.length === source.x.shape.length;
  const without = <T>(list: readonly T[]): T[] => list.filter((_, d) => d !== dim);
  const terms = isView(x) && !keeps ? { ...x, shape: without(x.shape), strides: without(x.strides) } : x;
  return { ...value, source: { kind: "copy", x: terms } };
}
