import type { Quantity, TraceData, TraceLayer, TraceReader, TraceValue } from "chainrule/trace";

/** The layers that have one number k: the weighted sums, and what is computed from them. */
export interface Group {
  readonly k: number;
  readonly part: TraceLayer["part"];
  readonly layers: readonly TraceLayer[];
}

/** The groups of a pass, in the order of computation. */
export function groupsOf({ layers }: TraceData): Group[] {
  const groups: { k: number; part: TraceLayer["part"]; layers: TraceLayer[] }[] = [];
  for (const layer of layers) {
    const last = groups.at(-1);
    if (last?.k === layer.k && last.part === layer.part) last.layers.push(layer);
    else groups.push({ k: layer.k, part: layer.part, layers: [layer] });
  }
  return groups;
}

/** Values of one shape, which stand side by side in a table: z and y of a layer. */
export type Columns = readonly TraceValue[];

/** What the layers of a group give, by the shapes that they have. */
export function columnsOf({ layers }: Group, { values }: TraceData): Columns[] {
  const tables: TraceValue[][] = [];
  for (const layer of layers) {
    const value = values[layer.values.at(-1) ?? -1];
    if (value === undefined) continue;
    const beside = tables.at(-1);
    if (beside !== undefined && sameShape(beside[0], value)) beside.push(value);
    else tables.push([value]);
  }
  return tables;
}

const sameShape = (a: TraceValue, b: TraceValue): boolean => String(a.shape) === String(b.shape);

/** The elements to show: those that are largest, in their own order, and how large the largest of the rest is. */
export interface Largest {
  readonly indices: readonly number[];
  readonly rest: { readonly count: number; readonly largest: number } | null;
}

export function largestOf(numbers: Float64Array, most: number): Largest {
  const order = Array.from(numbers, (_, i) => i).toSorted((a, b) => size(numbers[b]) - size(numbers[a]));
  const rest = order.slice(most);
  return {
    indices: order.slice(0, most).toSorted((a, b) => a - b),
    rest: rest.length === 0 ? null : { count: rest.length, largest: Math.abs(numbers[rest[0]]) },
  };
}

/** What is not a number is looked at first. */
const size = (x: number): number => (Number.isNaN(x) ? Number.POSITIVE_INFINITY : Math.abs(x));

/** The numbers of a value; those of its gradient are none where it has none. */
export const numbersOf = (reader: TraceReader, value: TraceValue, of: Quantity): Float64Array =>
  of === "value" || value.hasGradient ? reader.read(value.id, of) : new Float64Array();

/** The place of an element in its shape, counted from 1; the row is left out where there is only one. */
export function placeOf(index: number, { shape }: TraceValue, rows: number): readonly number[] {
  const places: number[] = [];
  let rest = index;
  for (const length of shape.toReversed()) {
    places.unshift((rest % length) + 1);
    rest = Math.floor(rest / length);
  }
  return rows === 1 && shape.length > 1 && shape[0] === 1 ? places.slice(1) : places;
}

/** The name of an element's unit, such as a column or a class; empty where it has none. */
export function unitOf(index: number, value: TraceValue, { unitNames }: TraceData): string {
  const names = unitNames[value.id];
  return names === undefined ? "" : (names[index % names.length] ?? "");
}
