/**
 * Gives every stored value a buffer. A new content of a state is written over the old one where nobody reads that afterwards;
 * so is what a write or a scattering changes in place. Otherwise it takes memory of its own, and a copy. So does a content of a
 * state that comes before what may fault, since a fault changes no state.
 */
import type { Effect, Graph, Value } from "../../core/graph.ts";
import type { Home } from "../../core/schedule.ts";
import type { Storage } from "../../core/storage.ts";
import type { DType } from "../../shape/dtype.ts";
import { numel } from "../../shape/shape.ts";
import { keyOf } from "../views.ts";
import { mayFault } from "./faults.ts";
import type { Fusion } from "./fuse.ts";
import type { Group, Load } from "./group.ts";

/** A buffer before it is known where in the arena it lies. */
export interface Block {
  readonly dtype: DType;
  readonly length: number;
  /** Null for memory of the program's own. */
  readonly home: Exclude<Home, { kind: "arena" }> | null;
}

/** A copy of a whole value: what a kernel then writes over, or a state's new content. */
export interface Copy {
  readonly value: Value;
  readonly from: Block;
  readonly to: Block;
}

export interface Places {
  readonly blocks: ReadonlyMap<Value, Block>;
  /** Copies that are made right before a group's kernel. */
  readonly before: ReadonlyMap<Group, Copy>;
  /** Copies into states when all else is done. */
  readonly last: readonly Copy[];
}

export function placeValues(graph: Graph, fusion: Fusion): Places {
  return new Placer(graph, fusion).run();
}

class Placer {
  readonly #graph: Graph;
  readonly #fusion: Fusion;
  readonly #blocks = new Map<Value, Block>();
  readonly #before = new Map<Group, Copy>();
  readonly #readers = new Map<Value, { group: Group; load: Load }[]>();
  readonly #states = new Map<Storage, Block>();
  readonly #initial = new Map<Storage, Value>();
  readonly #targets = new Map<Value, Effect>();
  readonly #returned: ReadonlySet<Value>;
  readonly #faulting: readonly Group[];
  /** Groups that write a state's own memory. */
  readonly #changing = new Set<Group>();

  constructor(graph: Graph, fusion: Fusion) {
    this.#graph = graph;
    this.#fusion = fusion;
    this.#returned = new Set(graph.results.map(({ value }) => value));
    this.#faulting = fusion.groups.filter(mayFault);
    for (const group of fusion.groups) {
      for (const load of group.loads) {
        const readers = this.#readers.get(load.value) ?? [];
        readers.push({ group, load });
        this.#readers.set(load.value, readers);
      }
    }
    for (const value of graph.values) {
      if (value.source.kind === "state") this.#initial.set(value.source.storage, value);
    }
  }

  run(): Places {
    for (const effect of this.#graph.effects) this.#markTargets(effect);
    for (const value of this.#graph.values) {
      const block = this.#blockOf(value);
      if (block) this.#blocks.set(value, block);
    }
    const last = this.#graph.effects.flatMap(({ storage, value }) => {
      const from = this.#blocks.get(value) as Block;
      const to = this.#stateBlock(storage);
      return from === to ? [] : [{ value, from, to }];
    });
    return { blocks: this.#blocks, before: this.#before, last };
  }

  /** The new content of a state, and what it is made from by writing over parts of it, may lie in the state itself. */
  #markTargets(effect: Effect): void {
    let { value } = effect;
    while (!this.#targets.has(value)) {
      this.#targets.set(value, effect);
      const { source } = value;
      if (source.kind !== "write" && source.kind !== "scatter") return;
      value = source.kind === "write" ? source.base : source.x.value;
      if (value.source.kind === "state") return;
    }
  }

  #stateBlock(storage: Storage): Block {
    let block = this.#states.get(storage);
    if (!block) {
      block = { dtype: storage.dtype, length: storage.length, home: { kind: "state", storage } };
      this.#states.set(storage, block);
    }
    return block;
  }

  #blockOf(value: Value): Block | undefined {
    const { source, dtype, shape } = value;
    const length = numel(shape);
    switch (source.kind) {
      case "argument":
        return { dtype, length, home: { kind: "argument", index: source.index } };
      case "state":
        return this.#stateBlock(source.storage);
      case "constant":
        return { dtype, length, home: { kind: "constant", elements: source.elements } };
    }
    const group = this.#fusion.home.get(value);
    if (!group) return undefined;
    const block =
      source.kind === "write" || (source.kind === "scatter" && group.anchor === value)
        ? this.#overwritten(value, source.kind === "write" ? source.base : source.x.value, group)
        : (this.#inState(value, group) ?? { dtype, length, home: null });
    if (block.home?.kind === "state") this.#changing.add(group);
    return block;
  }

  /** What a write or a scattering changes: the memory of its base, or a copy of it. */
  #overwritten(value: Value, base: Value, group: Group): Block {
    const block = this.#blocks.get(base) as Block;
    const isSafe = block.home === null || !this.#comesBeforeFault(group);
    if (isSafe && this.#mayStay(value, base, block) && this.#mayOverwrite(base, value, group)) return block;
    const fresh: Block = { dtype: value.dtype, length: block.length, home: null };
    this.#before.set(group, { value: base, from: block, to: fresh });
    return fresh;
  }

  /** Whether the memory of the base may hold the value instead, as far as those who read at the end are concerned. */
  #mayStay(value: Value, base: Value, block: Block): boolean {
    if (this.#isKept(base)) return false;
    if (block.home === null) return true;
    const effect = this.#targets.get(value);
    if (!effect || block !== this.#stateBlock(effect.storage)) return false;
    return effect.value === value || !this.#isKept(value);
  }

  /** Whether a group, or one that comes after it, may fault. */
  #comesBeforeFault(group: Group): boolean {
    return this.#faulting.some((other) => other === group || other.dependsOn(group));
  }

  /** Whether a group writes a state's own memory, or comes after one that does. */
  #comesAfterChange(group: Group): boolean {
    for (const other of this.#changing) if (other === group || group.dependsOn(other)) return true;
    return false;
  }

  #isKept(value: Value): boolean {
    return this.#returned.has(value) || this.#graph.effects.some((effect) => effect.value === value);
  }

  /** The state's own memory for its new content. */
  #inState(value: Value, group: Group): Block | undefined {
    const effect = this.#targets.get(value);
    if (effect?.value !== value) return undefined;
    const before = this.#initial.get(effect.storage);
    if (this.#comesBeforeFault(group) || (before && !this.#mayOverwrite(before, value, group)))
      return undefined;
    return this.#stateBlock(effect.storage);
  }

  /** Whether all that read `old` can do so before the group stores `value` in its place; if so, they will. */
  #mayOverwrite(old: Value, value: Value, group: Group): boolean {
    const earlier = new Set<Group>();
    for (const { group: reader, load } of this.#readers.get(old) ?? []) {
      if (reader !== group) {
        if (reader.dependsOn(group)) return false;
        earlier.add(reader);
      } else if (load.use !== "base" && !readsWhatItStores(load, value, group)) {
        return false;
      }
    }
    const afterChange = [...earlier].some((reader) => this.#comesAfterChange(reader));
    if (afterChange && this.#comesBeforeFault(group)) return false;
    for (const reader of earlier) group.after.add(reader);
    return true;
  }
}

/** Whether a kernel reads, at each point, the very element that it stores there. */
function readsWhatItStores({ side, access, use }: Load, value: Value, group: Group): boolean {
  // Where scattering stores, the index says.
  if (side !== "point" || use !== "number" || value.source.kind === "scatter") return false;
  const store = group.stored.get(value);
  return store !== undefined && keyOf(access, group.shape) === keyOf(store, group.shape);
}
