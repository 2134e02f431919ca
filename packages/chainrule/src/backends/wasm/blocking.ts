/**
 * How a product is cut up. Only `blockOfK` touches the numbers, and it looks at k alone; all other cuts choose the order
 * in which independent elements of the result are computed.
 */
import { roundUp } from "../../util/rounding.ts";

/** Panels of one width that lie side by side. */
export interface Panels {
  /** Rows of A, or columns of B, in a panel. */
  readonly width: number;
  readonly count: number;
  /** Elements that a panel has room for at each k; at least `width`. What is beyond `width` holds anything. */
  readonly room: number;
}

/**
 * Longest run of k whose products are added up one after the other. A panel of B so long fits the first-level cache (20 KiB
 * for 16 floats), and rounding errors grow with the length of a run.
 */
const longestRun = 320;

/**
 * The length of the runs that a sum over k is cut into: runs are equally long up to the last, each is added from zero in the
 * order of k, and the runs' sums are added in their order. So a result's bits depend on k and the values alone.
 */
export function blockOfK(k: number): number {
  if (k === 0) return 1;
  const runs = Math.ceil(k / longestRun);
  return Math.ceil(k / runs);
}

/** Cuts rows of A into tiles of at most `tallest`, heights as equal as can be: 13 rows by 6 are 5, 4 and 4. */
export function splitRows(rows: number, tallest: number): readonly Panels[] {
  const tiles = Math.ceil(rows / tallest);
  const height = Math.ceil(rows / tiles);
  const lower = tiles * height - rows;
  const tall = { width: height, count: tiles - lower, room: height };
  return lower === 0 ? [tall] : [tall, { width: height - 1, count: lower, room: height - 1 }];
}

/** Cuts columns of B into panels of `width`; the last may hold fewer. */
export function splitColumns(columns: number, width: number): readonly Panels[] {
  const count = Math.floor(columns / width);
  const rest = columns % width;
  const panels: Panels[] = [];
  if (count > 0) panels.push({ width, count, room: width });
  if (rest > 0) panels.push({ width: rest, count: 1, room: width });
  return panels;
}

/** Sizes of the parts of m, n and k that fit the workspace together. */
export interface OuterBlocks {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** Cuts `total` into equal parts of at most `limit`, each a multiple of `unit`. */
function evenParts(total: number, limit: number, unit: number): number {
  const parts = Math.ceil(total / Math.max(unit, limit));
  return Math.min(roundUp(total / parts, unit), roundUp(total, unit));
}

/**
 * Blocks of a product such that the packed factors and the result, `elements` in all, fit: about cubes. Parts of n are
 * multiples of a panel's width, parts of k of `blockOfK`; there must be room for one run of k by a panel and a row.
 */
export function outerBlocks(
  m: number,
  n: number,
  k: number,
  panelWidth: number,
  elements: number,
): OuterBlocks {
  const padded = roundUp(n, panelWidth);
  if (m * k + padded * k + m * padded <= elements) return { m, n: padded, k };
  const run = blockOfK(k);
  const runs = Math.max(1, Math.floor(Math.sqrt(elements / 3) / run));
  const kPart = Math.min(k, runs * run);
  // The longest side s with 2 s kPart + s² ≤ elements.
  const side = Math.floor(Math.sqrt(kPart ** 2 + elements) - kPart);
  // A part is rounded up to its unit, so the limit leaves room for one.
  return { m: evenParts(m, side, 1), n: evenParts(n, side - panelWidth, panelWidth), k: kPart };
}
