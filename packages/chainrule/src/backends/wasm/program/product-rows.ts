/** How the rows of a product are cut into blocks, and these into tiles. Results do not depend on it. */
import { roundUp } from "../../../util/rounding.ts";
import { splitRows } from "../blocking.ts";

/** Tiles of one height, one below the other. */
export interface Tiles {
  readonly rows: number;
  readonly count: number;
}

/** The rows of a block, cut into tiles. */
export interface RowBlock {
  readonly rows: number;
  readonly tiles: readonly Tiles[];
}

/** Blocks of rows: all alike, but the last. */
export interface RowCut {
  readonly blocks: number;
  readonly block: RowBlock;
  readonly lastBlock: RowBlock;
  /** Blocks whose sums are kept while the runs of k go by. */
  readonly stack: number;
}

/** Rows of a block: as many as keep a run of the left factor in a second-level cache of 512 KiB. */
export const tallestBlock = 144;

/** Blocks in a stack. */
const tallestStack = 4;

/** Rows that blocks are a multiple of: as many as a vector may have lanes, so that only the last block leaves lanes empty. */
const unit = 4;

/** Blocks that are not worth to be cut further. */
const lowestBlock = 12;

interface Rows {
  readonly m: number;
  /** Panels of the right factor, in all matrices of a batch. */
  readonly columns: number;
  readonly tallestTile: number;
  /** Whether the right factor does not stay in a cache: then each of its panels serves several blocks before it is left. */
  readonly streams: boolean;
}

/** Cuts rows such that threads get about the same. */
export function cutRows(rows: Rows): RowCut {
  const { m, tallestTile, streams } = rows;
  const stacks = streams ? Math.ceil(m / (tallestStack * tallestBlock)) : 0;
  const height = streams ? heightFor(m, blocksAtLeast(m, stacks)) : evenHeight(rows);
  const blocks = Math.ceil(m / height);
  const blockOf = (rowsHere: number): RowBlock => ({
    rows: rowsHere,
    tiles: splitRows(rowsHere, tallestTile).map(({ width, count }) => ({ rows: width, count })),
  });
  return {
    blocks,
    block: blockOf(height),
    lastBlock: blockOf(m - (blocks - 1) * height),
    stack: streams ? Math.ceil(blocks / stacks) : 1,
  };
}

/** As few blocks as there must be, the same number in each stack. */
const blocksAtLeast = (m: number, stacks: number): number => roundUp(Math.ceil(m / tallestBlock), stacks);

const heightFor = (m: number, blocks: number): number => Math.min(m, roundUp(Math.ceil(m / blocks), unit));

/** The height of blocks that leaves threads least uneven. */
function evenHeight({ m, columns }: Rows): number {
  const candidates: { height: number; cost: number }[] = [];
  for (let blocks = Math.ceil(m / tallestBlock); ; blocks++) {
    const height = heightFor(m, blocks);
    // Each block reads all panels again, which is as much work as a few rows more.
    const cost = unevenness(columns * Math.ceil(m / height)) * (1 + 2 / height);
    candidates.push({ height, cost });
    if (height <= lowestBlock) break;
  }
  return candidates.reduce((best, next) => (next.cost < best.cost ? next : best)).height;
}

/** How much longer the thread with the most units takes than if all had the same: two threads, or seldom four or eight. */
function unevenness(units: number): number {
  const of = (threads: number): number => (Math.ceil(units / threads) * threads) / units;
  return (8 * of(2) + of(4) + of(8)) / 10;
}
