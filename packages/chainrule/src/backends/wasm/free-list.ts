/** Which parts of a range of addresses are free. Neighbours are merged, so that what is freed can be given out as a whole. */

import { roundUp } from "../../util/rounding.ts";

/** Addresses [start, end). */
interface Range {
  start: number;
  end: number;
}

/** The free ranges of a memory, lowest first; no two of them touch. */
export class FreeList {
  readonly #ranges: Range[] = [];

  /** Takes `bytes` bytes at a multiple of `align`, from the smallest range that has them; undefined if none does. */
  take(bytes: number, align: number): number | undefined {
    let best: Range | undefined;
    for (const range of this.#ranges) {
      if (roundUp(range.start, align) + bytes > range.end) continue;
      if (best === undefined || range.end - range.start < best.end - best.start) best = range;
    }
    if (!best) return undefined;
    const address = roundUp(best.start, align);
    const { end } = best;
    const rest = { start: address + bytes, end };
    const at = this.#ranges.indexOf(best);
    best.end = address;
    const left = [best, rest].filter((range) => range.start < range.end);
    this.#ranges.splice(at, 1, ...left);
    return address;
  }

  /** Gives [start, end) back. */
  give(start: number, end: number): void {
    const after = this.#after(start);
    const before = this.#ranges[after - 1];
    const next = this.#ranges[after];
    const joinsBefore = before !== undefined && before.end === start;
    const joinsNext = next !== undefined && next.start === end;
    if (joinsBefore && joinsNext) {
      before.end = next.end;
      this.#ranges.splice(after, 1);
    } else if (joinsBefore) before.end = end;
    else if (joinsNext) next.start = start;
    else this.#ranges.splice(after, 0, { start, end });
  }

  /** Bytes at the end of the addresses below `limit` that are free. */
  tail(limit: number): number {
    const last = this.#ranges.at(-1);
    return last?.end === limit ? last.end - last.start : 0;
  }

  /** Free bytes in all. */
  get bytes(): number {
    return this.#ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  /** The position of the first range that starts after `address`. */
  #after(address: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ranges[middle].start > address) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
