import type { Graph, Value } from "../../core/graph.ts";
import type { Buffer } from "../../core/schedule.ts";
import { bytesPerElement } from "../../shape/dtype.ts";
import { planArena } from "./arena.ts";
import type { Group } from "./group.ts";
import type { Block, Places } from "./places.ts";

/** The buffers of a program. */
export interface Layout {
  readonly buffers: readonly Buffer[];
  /** Bytes of the arena. */
  readonly arena: number;
  of(block: Block): Buffer;
}

/** Puts blocks into the arena from the first kernel that touches them to the last one, or to the end where they are returned. */
export function layOut(groups: readonly Group[], places: Places, graph: Graph): Layout {
  const lives = new Map<Block, { from: number; to: number }>();
  const touch = (block: Block | undefined, at: number): void => {
    if (!block) return;
    const life = lives.get(block);
    if (!life) lives.set(block, { from: at, to: at });
    else life.to = at;
  };
  const touchValue = (value: Value, at: number): void => touch(places.blocks.get(value), at);
  groups.forEach((group, at) => {
    const copy = places.before.get(group);
    if (copy) for (const block of [copy.from, copy.to]) touch(block, at);
    for (const { value } of group.loads) touchValue(value, at);
    for (const value of group.stored.keys()) touchValue(value, at);
  });
  const end = groups.length;
  for (const { from, to } of places.last) for (const block of [from, to]) touch(block, end);
  for (const { value } of graph.results) touchValue(value, end);

  const own = [...lives].filter(([block]) => block.home === null);
  const plan = planArena(
    own.map(([{ dtype, length }, life]) => ({ bytes: length * bytesPerElement(dtype), ...life })),
  );
  const offsets = new Map(own.map(([block], i) => [block, plan.offsets[i]]));
  const buffers = new Map<Block, Buffer>();
  for (const block of lives.keys()) {
    const { dtype, length, home } = block;
    const at = offsets.get(block) as number;
    buffers.set(block, { id: buffers.size, dtype, length, home: home ?? { kind: "arena", at } });
  }
  return { buffers: [...buffers.values()], arena: plan.bytes, of: (block) => buffers.get(block) as Buffer };
}
