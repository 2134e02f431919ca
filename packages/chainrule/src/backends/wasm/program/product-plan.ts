/** How a product is carried out: which factor is packed, which tiles, in which blocks. */
import type { ProductKernel } from "../../../core/schedule.ts";
import { blockOfK, splitRows } from "../blocking.ts";
import type { Tile } from "../microkernels.ts";
import { type Arithmetic, arithmeticOf } from "./product-arithmetic.ts";
import { copying, turning } from "./product-costs.ts";
import { type Direct, directLeft, directRight, type TypedProduct, transposed } from "./product-factors.ts";
import { cutRows, type RowCut, tallestBlock } from "./product-rows.ts";
import type { LeftLayout } from "./product-sweep.ts";

/** A product in the orientation in which it is computed, and how. */
export interface ProductPlan extends RowCut {
  readonly kernel: TypedProduct;
  readonly arithmetic: Arithmetic;
  /** The left factor where it lies; undefined: packed row by row. */
  readonly left: Direct | undefined;
  readonly leftLayout: LeftLayout;
  /** The right factor where it lies, but for a last panel that is not full; undefined: packed in panels. */
  readonly right: Direct | undefined;
  /** Whether stores run along m, so that blocks of sums are transposed before them. */
  readonly turned: boolean;
  /** 128-bit vectors in a row of a tile. */
  readonly vectors: number;
  /** Columns of a tile, which is the width of a panel. */
  readonly width: number;
  /** Panels of columns; the last may be narrower. */
  readonly panels: number;
  /** Length of the runs that sums over k are cut into. */
  readonly run: number;
  readonly runs: number;
  /** Panels whose sums are kept while the runs of k go by. */
  readonly group: number;
  /** Expected time on one thread: of everything, and of the multiplication without the packing before it. */
  readonly nanoseconds: number;
  readonly multiplying: number;
}

/** Multiply–adds per nanosecond of a full tile of float32. */
const rateOf = (tile: Tile): number => (tile.vectors > 2 ? 52 : tile.fused ? 25 : 16);

/** How much slower the inner loop is with a left factor that is read column by column, and with gaps that meet in few cache sets. */
const columnsCost = 1.07;
const collidingColumnsCost = 1.22;
const collidingRightCost = 1.25;

/** Panels in a group, so that its sums stay in the second-level cache too. */
const widestGroup = 16;

/** Bytes of a right factor that does not stay in a cache. */
const streamedBytes = 4 << 20;

/** Gaps of whole multiples of this fall into the same set of the first-level cache. */
const cacheWay = 4096;

/** The fastest way to carry out a product of floats. */
export function planProduct(kernel: TypedProduct, tile: Tile): ProductPlan {
  const straight = planOriented(kernel, tile);
  const turned = planOriented(transposed(kernel), tile);
  return turned.nanoseconds < straight.nanoseconds ? turned : straight;
}

function planOriented(kernel: TypedProduct, tile: Tile): ProductPlan {
  const { dtype, batch, m, n, k } = kernel;
  const arithmetic = arithmeticOf(dtype, tile.fused);
  const { bytes } = arithmetic;
  // Low tiles are wide, as the latency of a multiply–add wants about eight vectors of sums.
  const vectors = m <= 2 ? 2 * tile.vectors : tile.vectors;
  const width = vectors * arithmetic.lanes;
  const panels = Math.ceil(n / width);
  const heights = splitRows(Math.min(m, tallestBlock), tile.rows);
  const perNanosecond = (rateOf(tile) * 4) / bytes / slowness(heights[0].width, tile);
  let inner = (batch * m * panels * width * k) / perNanosecond;
  let moving = 0;

  const inPlace = directLeft(kernel);
  const colliding = (stride: number): boolean => (stride * bytes) % cacheWay === 0 && k > 8;
  const columns = inPlace !== undefined && inPlace.k !== 1 && inPlace.line === 1;
  const slowColumns = columns && m > 1 ? (colliding(inPlace.k) ? collidingColumnsCost : columnsCost) : 1;
  const packLeft = (inPlace === undefined || inPlace.batch !== 0 ? batch : 1) * m * k * turning;
  const readsLeft = inPlace !== undefined && (inPlace.k === 1 || columns);
  const left = readsLeft && inner * (slowColumns - 1) <= packLeft ? inPlace : undefined;
  if (left) inner *= slowColumns;
  else moving += packLeft;

  const direct = directRight(kernel);
  const readsRight = direct !== undefined && direct.line === 1 && n >= width;
  const packRight = (direct?.batch === 0 ? 1 : batch) * n * k * (direct?.line === 1 ? copying : turning);
  const slowRight = readsRight && colliding(direct.k) ? collidingRightCost : 1;
  const right = readsRight && inner * (slowRight - 1) <= packRight ? direct : undefined;
  if (right) {
    inner *= slowRight;
    moving += (n % width) * k * copying;
  } else moving += packRight;

  const turned = storesAlongRows(kernel);
  if (turned) inner += batch * m * n * turning;
  const run = blockOfK(k);
  const runs = Math.ceil(k / run);
  // Where the right factor does not stay in a cache, each of its panels serves several blocks before it is left.
  const streams = runs > 1 && panels >= 2 * widestGroup && n * k * bytes >= streamedBytes;
  return {
    kernel,
    arithmetic,
    left,
    leftLayout: left && left.k !== 1 ? "columns" : "rows",
    right,
    turned,
    vectors,
    width,
    panels,
    ...cutRows({ m, columns: batch * panels, tallestTile: tile.rows, streams }),
    run,
    runs,
    group: runs === 1 ? 1 : Math.min(panels, widestGroup),
    nanoseconds: inner + moving,
    multiplying: inner,
  };
}

/** How much longer a multiply–add takes in low tiles, whose vectors of the right factor serve few rows. */
function slowness(rows: number, tile: Tile): number {
  if (rows >= tile.rows - 2) return 1;
  return rows >= 2 ? 1.15 : 2;
}

/** Whether the results lie along m rather than along n. */
function storesAlongRows({ stores, m, n }: ProductKernel): boolean {
  const along = (dimension: number): number => stores.filter(({ to }) => to.strides[dimension] === 1).length;
  return m > 1 && (n === 1 || along(1) > along(2));
}
