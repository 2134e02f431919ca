import { roundUp } from "../../util/rounding.ts";

/** Bytes between which blocks start: a line of the cache. */
const ALIGNMENT = 64;

/** Memory that is in use from one kernel to another, both included. */
export interface Lifetime {
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Places blocks so that those in use at the same time do not overlap: the largest first, each in the smallest gap that takes
 * it. Y. Pisarchyk and J. Lee, Efficient memory management for deep neural net inference, MLSys 2020 (greedy by size).
 */
export function planArena(lifetimes: readonly Lifetime[]): { offsets: number[]; bytes: number } {
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const placed: number[] = [];
  const order = lifetimes.map((_, i) => i).sort((a, b) => lifetimes[b].bytes - lifetimes[a].bytes || a - b);
  let total = 0;
  for (const i of order) {
    const size = roundUp(lifetimes[i].bytes, ALIGNMENT);
    const others = placed
      .filter((j) => meet(lifetimes[i], lifetimes[j]))
      .sort((a, b) => offsets[a] - offsets[b]);
    let end = 0;
    let best = -1;
    let slack = Number.POSITIVE_INFINITY;
    for (const j of others) {
      const gap = offsets[j] - end;
      if (gap >= size && gap - size < slack) {
        best = end;
        slack = gap - size;
      }
      end = Math.max(end, offsets[j] + roundUp(lifetimes[j].bytes, ALIGNMENT));
    }
    offsets[i] = best >= 0 ? best : end;
    placed.push(i);
    total = Math.max(total, offsets[i] + size);
  }
  return { offsets, bytes: total };
}

const meet = (a: Lifetime, b: Lifetime): boolean => a.from <= b.to && b.from <= a.to;
