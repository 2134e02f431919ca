/**
 * What a picture of the network shows: groups of units, by how far they are from the input, and what leads from one to the next. A
 * layer of weighted sums and the functions of its units that follow are one group, as in the lecture; anything else is a block.
 */
import type { TraceData, TraceValue } from "chainrule/trace";
import { layoutOf } from "./walk.ts";

export interface Group {
  readonly id: number;
  readonly kind: "input" | "units" | "block" | "target" | "loss";
  /** Ids, in the order of computation; the last is what the group gives. */
  readonly values: readonly number[];
  /** `x`, `layer 1`, `LayerNorm`. */
  readonly label: string;
  /** What a block does, in words; empty where that is not said. */
  readonly about: string;
  /** Numbers of one row. */
  readonly units: number;
  /** How many steps from the inputs: the place of its column. */
  readonly depth: number;
}

export interface Link {
  readonly from: number;
  readonly to: number;
  /** The value that is read, one of `from`'s. */
  readonly value: number;
  /** The matrix of weighted sums; null where a block reads all at once. */
  readonly weight: Weight | null;
}

export interface Weight {
  readonly value: number;
  /** Ids; null for sums without one. */
  readonly bias: number | null;
  readonly inputs: number;
  readonly outputs: number;
  /** [in, out] instead of [out, in]. */
  readonly transposed: boolean;
}

export interface Graph {
  readonly groups: readonly Group[];
  readonly links: readonly Link[];
  /** The group that a value belongs to; parameters belong to the group that they compute. */
  readonly groupOf: ReadonlyMap<number, number>;
}

/** Place of w_ij in its tensor. */
export const weightIndex = ({ inputs, outputs, transposed }: Weight, i: number, j: number): number =>
  transposed ? i * outputs + j : j * inputs + i;

/** The unit that a weight comes from and the one that it leads to. */
export const weightEnds = (
  { inputs, outputs, transposed }: Weight,
  index: number,
): { i: number; j: number } =>
  transposed
    ? { i: Math.floor(index / outputs), j: index % outputs }
    : { i: index % inputs, j: Math.floor(index / inputs) };

/** Columns of groups side by side. */
export const columnsOf = ({ groups }: Graph): number => 1 + Math.max(0, ...groups.map(({ depth }) => depth));

export function graphOf(data: TraceData): Graph {
  const groups: (Group & { values: number[] })[] = [];
  const links: Link[] = [];
  const groupOf = new Map<number, number>();
  const unitsOf = (id: number) => layoutOf(data, data.values[id]).units;
  const add = (kind: Group["kind"], value: number, label: string, about = "") => {
    groups.push({ id: groups.length, kind, values: [value], label, about, units: unitsOf(value), depth: 0 });
    groupOf.set(value, groups.length - 1);
    return groups.length - 1;
  };
  for (const id of data.inputs) add("input", id, data.values[id].name);

  let loss = -1;
  for (const layer of data.layers) {
    const inLoss = layer.part === "loss";
    // All that a module does besides weighted sums is one block, such as a normalization.
    let block = -1;
    for (const id of layer.values) {
      const value = data.values[id];
      const reads = [...new Set(value.inputs.map((input) => input.value))].filter(
        (read) => groupOf.has(read) && data.values[read].role !== "parameter",
      );
      const weight = weightOf(data, value, unitsOf);
      const owners = [...new Set(reads.map((read) => groupOf.get(read) as number))];
      const [owner] = owners;
      const before = groups[owner];
      // What is computed of one group alone, number by number, goes on with it: an activation, with a parameter of its own or not.
      const goesOn =
        owners.length === 1 &&
        before.kind !== "input" &&
        before.units === unitsOf(id) &&
        (before.kind === "units" || (owner === block && layer.path !== ""));
      let to: number;
      if (inLoss) {
        // The parts of a loss are one: its target joins them, and what they give at the end is ℓ.
        if (loss < 0) loss = add("loss", id, "loss");
        else {
          groups[loss].values.push(id);
          groupOf.set(id, loss);
        }
        to = loss;
      } else if (goesOn && weight === null) {
        groups[owner] = { ...before, values: [...before.values, id] };
        groupOf.set(id, owner);
        to = owner;
      } else if (block >= 0 && weight === null && layer.path !== "") {
        groups[block] = { ...groups[block], values: [...groups[block].values, id], units: unitsOf(id) };
        groupOf.set(id, block);
        to = block;
      } else {
        // What the model itself does between its modules is called by what it does.
        const { name = "", about = "" } = value.op ?? {};
        const [label, words] =
          layer.path !== ""
            ? [layer.kind, layer.about ?? about]
            : [about.replace(/^takes /, "") || name, about];
        to = weight ? add("units", id, `layer ${layer.k}`) : add("block", id, label, words);
        block = weight ? -1 : to;
      }
      for (const { value: parameter } of value.inputs)
        if (data.values[parameter].role === "parameter" && !groupOf.has(parameter))
          groupOf.set(parameter, to);
      for (const read of reads) {
        const from = groupOf.get(read) as number;
        if (from !== to && !links.some((link) => link.from === from && link.to === to && link.value === read))
          links.push({ from, to, value: read, weight: weight?.input === read ? weight.weight : null });
      }
    }
  }
  if (loss >= 0) {
    groups[loss] = { ...groups[loss], units: 1 };
    if (data.target !== null && !groupOf.has(data.target)) {
      const target = add("target", data.target, data.values[data.target].name);
      links.push({ from: target, to: loss, value: data.target, weight: null });
    }
  }
  place(groups, links);
  return { groups, links, groupOf };
}

/** Depths: one more than that of the deepest group that is read. A target stands beside what it is compared with. */
function place(groups: Group[], links: readonly Link[]): void {
  for (const _ of groups)
    for (const { from, to } of links) {
      if (groups[from].depth + 1 > groups[to].depth)
        groups[to] = { ...groups[to], depth: groups[from].depth + 1 };
    }
  groups.forEach((group, id) => {
    const reader = links.find(({ from }) => from === id);
    if (group.kind === "target" && reader) groups[id] = { ...group, depth: groups[reader.to].depth - 1 };
  });
}

/** The weights of a result that is a layer of weighted sums: `linear`, or a product with a matrix that is a parameter. */
function weightOf(
  data: TraceData,
  value: TraceValue,
  unitsOf: (id: number) => number,
): { input: number; weight: Weight } | null {
  const parameter = (name: string) =>
    value.inputs.find((input) => input.name === name && data.values[input.value].role === "parameter")?.value;
  const input = value.inputs.find(({ name }) => name === "x")?.value;
  const [linear, product] = [parameter("weight"), parameter("other")];
  const matrix = linear ?? product;
  if (input === undefined || matrix === undefined) return null;
  const { shape } = data.values[matrix];
  if (shape.length !== 2) return null;
  const transposed = linear === undefined;
  const [outputs, inputs] = transposed ? [shape[1], shape[0]] : [shape[0], shape[1]];
  if (unitsOf(input) !== inputs || unitsOf(value.id) !== outputs) return null;
  return { input, weight: { value: matrix, bias: parameter("bias") ?? null, inputs, outputs, transposed } };
}
