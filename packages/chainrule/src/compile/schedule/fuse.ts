/**
 * Decides which values are written to memory and which kernel computes each. Values are visited from the last to the first,
 * so that everything that reads a value is placed before the value itself: what only one kernel reads is computed there, what
 * is cheap is computed wherever it is read, and the rest is stored by one of its readers, by the product or reduction that it
 * comes from, or by a loop of its own.
 */
import type { Graph, Value, View } from "../../core/graph.ts";
import { numel } from "../../shape/shape.ts";
import { countUses, isLive, viewsOf } from "../sources.ts";
import { type Affine, inverse, isBijection, keyOf, rowMajor } from "../views.ts";
import { CHEAP, costOf, recomputation } from "./cost.ts";
import { Group, type Side, spaceOf, type Use } from "./group.ts";
import { foldedAccess, isPointwise, keptShape, readsAt } from "./reads.ts";

/** Values that one kernel may compute: long ones run out of registers. */
const MOST_MEMBERS = 60;

/** Large operands that the epilogue of a product may read: more of them are read better by a loop over memory. */
const MOST_EPILOGUE_READS = 2;

/** Somebody who reads a value. */
interface Demand {
  readonly group: Group;
  readonly side: Side;
  readonly access: Affine;
  readonly use: Use;
  /** What was spent on the way on computing things again. */
  readonly spent: number;
}

export interface Fusion {
  readonly groups: readonly Group[];
  /** The kernel that stores a value. */
  readonly home: ReadonlyMap<Value, Group>;
}

/** @param onHost whether the host computes a value */
export function fuse(graph: Graph, onHost: (value: Value) => boolean): Fusion {
  return new Fuser(graph, onHost).run();
}

class Fuser {
  readonly #graph: Graph;
  readonly #onHost: (value: Value) => boolean;
  readonly #groups: Group[] = [];
  readonly #home = new Map<Value, Group>();
  readonly #demands = new Map<Value, Demand[]>();
  /** The draw that comes after those still to be placed. */
  #nextDraw: Group | null = null;
  readonly #uses: ReadonlyMap<Value, number>;
  /** Values that are read when the program is over. */
  readonly #kept = new Set<Value>();

  constructor(graph: Graph, onHost: (value: Value) => boolean) {
    this.#graph = graph;
    this.#onHost = onHost;
    this.#uses = countUses(graph);
    for (const { value } of [...graph.results, ...graph.effects]) this.#kept.add(value);
  }

  run(): Fusion {
    for (const value of this.#graph.values.toReversed()) this.#place(value);
    return { groups: this.#groups.reverse(), home: this.#home };
  }

  #place(value: Value): void {
    const { source, shape } = value;
    if (this.#onHost(value)) return this.#placeAlone(value, new Group(shape, value));
    if (isPointwise(source)) return this.#placePointwise(value);
    switch (source.kind) {
      case "argument":
      case "state":
      case "constant":
        return this.#load(value, null);
      case "live":
        return;
      case "reduce":
      case "matmul":
        return this.#placeFold(value);
      case "write":
        return this.#placeWrite(value);
      case "scatter":
        return this.#placeAlone(value, new Group(source.index.shape, value));
    }
  }

  // ---- who reads what ----------------------------------------------------------------------------------------------

  #demandsOf(value: Value): readonly Demand[] {
    return this.#demands.get(value) ?? [];
  }

  #demand(value: Value, demand: Demand): void {
    demand.group.wanted.add(value);
    const demands = this.#demands.get(value);
    if (demands) demands.push(demand);
    else this.#demands.set(value, [demand]);
  }

  /** What a group reads to compute a value that it does not get from its own members. */
  #demandOperands(value: Value, group: Group): void {
    const { source } = value;
    const demand = (view: View, side: Side, use: Use, access: Affine = view): void =>
      this.#demand(view.value, { group, side, use, access, spent: 0 });
    if (this.#onHost(value)) {
      for (const view of viewsOf(source)) demand(view, "host", "memory");
      return;
    }
    switch (source.kind) {
      case "reduce":
        return demand(source.x, "folded", "number", foldedAccess(source.x, source.dims));
      case "matmul":
        demand(source.a, "a", "number");
        return demand(source.b, "b", "number");
      case "scatter":
        demand(source.index, "point", "number");
        if (typeof source.source !== "number") demand(source.source, "point", "number");
        return demand(source.x, "host", "base");
    }
  }

  /** Lets everybody who reads a value, other than its home, read it from memory. */
  #load(value: Value, home: Group | null): void {
    for (const { group, ...load } of this.#demandsOf(value)) {
      if (group === home && group.has(value)) continue;
      group.loads.push({ value, ...load });
      if (home) group.after.add(home);
    }
  }

  #store(value: Value, group: Group, position: Affine): void {
    group.add(value);
    group.stored.set(value, position);
    this.#home.set(value, group);
    this.#load(value, group);
  }

  #open(group: Group): Group {
    this.#groups.push(group);
    return group;
  }

  /** The kernel is for this value alone. */
  #placeAlone(value: Value, group: Group): void {
    this.#store(value, this.#open(group), rowMajor(value.shape));
    this.#demandOperands(value, group);
    if (value.source.kind !== "random") return;
    this.#nextDraw?.after.add(group);
    this.#nextDraw = group;
  }

  /** A loop over the part that is written. */
  #placeWrite(value: Value): void {
    const { source } = value;
    if (source.kind !== "write") return;
    const { base, part } = source;
    const group = this.#open(new Group(part.shape));
    this.#store(value, group, { strides: source.strides, offset: source.offset });
    const reads = { group, side: "point", spent: 0 } as const;
    this.#demand(base, { ...reads, use: "base", access: source });
    this.#demand(part.value, { ...reads, use: "number", access: part });
  }

  // ---- element by element ------------------------------------------------------------------------------------------

  #placePointwise(value: Value): void {
    const demands = this.#demandsOf(value);
    const groups = new Set(demands.map(({ group }) => group));
    if (!this.#kept.has(value) && groups.size > 0 && this.#canInline(value, demands, groups)) {
      const again = groups.size > 1 || this.#evaluations(value, demands) > 1;
      for (const group of groups) this.#inline(value, group, again ? costOf(value.source) : 0);
      return;
    }
    const reader = this.#storingReader(value, demands, groups);
    if (reader) {
      this.#store(value, reader.group, reader.access);
      this.#inline(value, reader.group, 0);
      return;
    }
    const group = this.#open(new Group(value.shape));
    const position = rowMajor(value.shape);
    this.#store(value, group, position);
    this.#demandReads(value, { group, side: "point", use: "number", access: position, spent: 0 }, 0);
  }

  /** Whether the readers may compute the value themselves. */
  #canInline(value: Value, demands: readonly Demand[], groups: ReadonlySet<Group>): boolean {
    for (const { group, side, access, use } of demands) {
      if (use !== "number" || !this.#readsHere(value, group, side, access)) return false;
      if (group.members.length >= MOST_MEMBERS) return false;
    }
    // Factors of products are read many times, and packed: only rows that are looked up are not written first.
    if (demands.some(({ side }) => side === "a" || side === "b"))
      return demands.length === 1 && isRowLookup(value, demands[0]);
    if (groups.size === 1 && this.#evaluations(value, demands) <= 1) return true;
    const spent = Math.max(...demands.map((demand) => demand.spent)) + costOf(value.source);
    if (spent > CHEAP) return false;
    return groups.size === 1 || (this.#readsLittle(value) && !this.#endsFold(value));
  }

  /** Whether computing a value again reads no more than reading it would. */
  #readsLittle(value: Value): boolean {
    const isComputed = (operand: Value): boolean =>
      isPointwise(operand.source) && operand.source.kind !== "gather" && !this.#onHost(operand);
    return recomputation(value, isComputed).largeReads <= 1;
  }

  /**
   * Whether a value is all that becomes of a product or a reduction: then its kernel may as well store the value in place of
   * what it accumulated.
   */
  #endsFold({ source, shape }: Value): boolean {
    return viewsOf(source).some(({ value }) => {
      if (numel(value.shape) !== numel(shape) || this.#uses.get(value) !== 1) return false;
      const { kind } = value.source;
      return kind === "matmul" || kind === "reduce" || (isPointwise(value.source) && this.#endsFold(value));
    });
  }

  #readsHere(value: Value, group: Group, side: Side, access: Affine): boolean {
    return readsAt(value, access, spaceOf(group, side)) !== null;
  }

  /** How often an element is computed when readers compute it themselves, in one group. */
  #evaluations(value: Value, demands: readonly Demand[]): number {
    const points = new Map<string, number>();
    for (const { group, side, access } of demands) {
      const space = spaceOf(group, side);
      points.set(`${side} ${keyOf(access, space)}`, numel(space));
    }
    return [...points.values()].reduce((sum, count) => sum + count, 0) / Math.max(numel(value.shape), 1);
  }

  #inline(value: Value, group: Group, extra: number): void {
    group.add(value);
    for (const demand of this.#demandsOf(value))
      if (demand.group === group) this.#demandReads(value, demand, extra);
  }

  #demandReads(value: Value, { group, side, access, spent }: Demand, extra: number): void {
    for (const read of readsAt(value, access, spaceOf(group, side)) ?? []) {
      if (isLive(read.view)) continue;
      this.#demand(read.view.value, {
        group,
        side,
        access: read.access,
        use: read.use,
        spent: spent + extra,
      });
    }
  }

  /** A reader, a plain loop so far, that meets each element once and may store the value for the others. */
  #storingReader(value: Value, demands: readonly Demand[], groups: ReadonlySet<Group>): Demand | undefined {
    for (const group of groups) {
      if (group.anchor !== null || group.members.length >= MOST_MEMBERS) continue;
      const own = demands.filter((demand) => demand.group === group);
      if (this.#meetsOnce(value, group, own) && this.#runsBeforeOthers(group, groups)) return own[0];
    }
    return undefined;
  }

  #meetsOnce(value: Value, group: Group, own: readonly Demand[]): boolean {
    const [{ access }] = own;
    const key = keyOf(access, group.shape);
    return (
      own.every(
        ({ use, side, access }) => use === "number" && side === "point" && keyOf(access, group.shape) === key,
      ) &&
      isBijection(access, group.shape, numel(value.shape)) &&
      (!isPointwise(value.source) || this.#readsHere(value, group, "point", access))
    );
  }

  #runsBeforeOthers(group: Group, groups: ReadonlySet<Group>): boolean {
    for (const other of groups) if (other !== group && group.dependsOn(other)) return false;
    return true;
  }

  // ---- reductions and products -------------------------------------------------------------------------------------

  #placeFold(value: Value): void {
    const demands = this.#demandsOf(value);
    const groups = new Set(demands.map(({ group }) => group));
    for (const group of groups) {
      if (group.anchor !== null) continue;
      const own = demands.filter((demand) => demand.group === group);
      if (!this.#meetsOnce(value, group, own) || !this.#runsBeforeOthers(group, groups)) continue;
      if (value.source.kind === "matmul" && this.#largeReads(group, value) > MOST_EPILOGUE_READS) continue;
      const [{ access }] = own;
      const points = inverse(access, group.shape, keptShape(value));
      if (!points) continue;
      group.anchor = value;
      group.fromAnchor = points;
      group.add(value);
      if (groups.size > 1 || this.#kept.has(value)) this.#store(value, group, access);
      this.#demandOperands(value, group);
      return;
    }
    const group = this.#open(new Group(keptShape(value), value));
    this.#store(value, group, rowMajor(keptShape(value)));
    this.#demandOperands(value, group);
  }

  /** How many operands as large as the product a loop reads beside it, as far as is known. */
  #largeReads(group: Group, product: Value): number {
    const read = [...group.wanted].filter((value) => value !== product && !group.has(value));
    return read.filter(({ shape }) => 2 * numel(shape) > numel(product.shape)).length;
  }
}

/** Whether a factor of a product is rows that an index chooses, one index for a whole row. */
function isRowLookup(value: Value, { group, side, access }: Demand): boolean {
  if (value.source.kind !== "gather") return false;
  const space = spaceOf(group, side);
  const [index] = readsAt(value, access, space) ?? [];
  return index !== undefined && index.access.strides[space.length - 1] === 0;
}
