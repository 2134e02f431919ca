/**
 * The inner loops of a matrix product, as generated WebAssembly. One kernel sweeps the tiles of one height over packed
 * panels: it keeps a tile of C in registers while it runs over k, one row of A's panel times one row of B's at a time.
 *
 * V8's revectorizer fuses neighbouring 128-bit operations into 256-bit ones when loads, stores and accumulators come in
 * adjacent pairs. So vectors of a row are always handled side by side, a splat is loaded once for all of them, and stores
 * follow each other with nothing between.
 */

import { repeat, when } from "./assembler/control.ts";
import type { Expression } from "./assembler/expression.ts";
import * as f32x4 from "./assembler/f32x4.ts";
import * as f64x2 from "./assembler/f64x2.ts";
import type { Local } from "./assembler/function.ts";
import * as i32 from "./assembler/i32.ts";
import type { ModuleBuilder } from "./assembler/module.ts";
import * as v128 from "./assembler/v128.ts";

export type FloatType = "float32" | "float64";

/** The shape of the register tile, and how it multiplies. */
export interface Tile {
  /** Rows of the tallest tile; kernels exist for each height from 1 to this. */
  readonly rows: number;
  /** 128-bit vectors in a row of the tile. */
  readonly vectors: number;
  /** Whether a·b + c is one relaxed instruction, rounded once where the processor can, or a product and then a sum. */
  readonly fused: boolean;
}

/** Bytes of an element. */
export const elementBytes: Readonly<Record<FloatType, number>> = { float32: 4, float64: 8 };

/** Elements in a 128-bit vector. */
export const lanes: Readonly<Record<FloatType, number>> = { float32: 4, float64: 2 };

/** What the generator needs to know of a type. */
export function vectorOperations(type: FloatType, fused: boolean) {
  const single = type === "float32";
  const add = single ? f32x4.add : f64x2.add;
  const mul = single ? f32x4.mul : f64x2.mul;
  const madd = single ? f32x4.relaxedMadd : f64x2.relaxedMadd;
  const multiplyAdd = (a: Local<"v128">, b: Local<"v128">, c: Local<"v128">): Expression<"v128"> =>
    fused ? madd(a, b, c) : add(mul(a, b), c);
  const zero = f64x2.const(0, 0); // the same bits in either type
  return { zero, add, loadSplat: single ? v128.load32Splat : v128.load64Splat, multiplyAdd };
}

const count = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

/** Parameters of a sweep, all of them bytes or counts. */
const sweepParams = {
  a: "i32", // first tile of A, [tiles][k][rows]
  aStep: "i32", // from one k to the next
  aTile: "i32", // from one tile to the next
  b: "i32", // first panel of B, [panels][k][columns]
  bStep: "i32",
  bPanel: "i32",
  c: "i32", // first tile of C, row-major
  cRow: "i32", // from one row of C to the next
  k: "i32", // length of the sums, at least 1
  tiles: "i32", // at least 1
  panels: "i32", // at least 1
  accumulate: "i32", // whether the sums are added to C, or written over it
} as const;

/** The name of the sweep over tiles of `rows` rows. */
export const sweepName = (rows: number): string => `sweep${rows}`;

/**
 * C[tile] (+)= Σ_k A[k, tile] · B[k, panel] for each panel and tile. A panel of B stays in the first-level cache while all
 * tiles of A pass by; a sum over k starts at zero and adds in the order of k, so that neither the height of a tile nor its
 * place changes a bit of the result.
 */
export function defineSweep(module: ModuleBuilder, type: FloatType, tile: Tile, rows: number): void {
  const bytes = elementBytes[type];
  const { zero, add, loadSplat, multiplyAdd } = vectorOperations(type, tile.fused);
  module.func(
    sweepName(rows),
    { params: sweepParams },
    (p, local) => {
      const tileA = local("i32", "tileA");
      const tileC = local("i32", "tileC");
      const tilesLeft = local("i32", "tilesLeft");
      const atA = local("i32", "atA");
      const atB = local("i32", "atB");
      const kLeft = local("i32", "kLeft");
      const row = local("i32", "row");
      const sums = count(rows, (i) => count(tile.vectors, (j) => local("v128", `sum${i}_${j}`)));
      const bs = count(tile.vectors, (j) => local("v128", `b${j}`));
      const factor = local("v128", "factor");

      const multiply = [
        bs.map((b, j) => b.set(v128.load(atB, { offset: 16 * j, align: bytes }))),
        sums.map((inRow, i) => [
          factor.set(loadSplat(atA, { offset: bytes * i })),
          inRow.map((sum, j) => sum.set(multiplyAdd(factor, bs[j], sum))),
        ]),
        atA.set(i32.add(atA, p.aStep)),
        atB.set(i32.add(atB, p.bStep)),
      ];
      const eachRow = (body: (inRow: readonly Local<"v128">[]) => ReturnType<Local<"v128">["set"]>[]) => [
        row.set(tileC),
        sums.map((inRow) => [body(inRow), row.set(i32.add(row, p.cRow))]),
      ];
      const addFromC = eachRow((inRow) =>
        inRow.map((sum, j) => sum.set(add(v128.load(row, { offset: 16 * j, align: bytes }), sum))),
      );
      const store = eachRow((inRow) =>
        inRow.map((sum, j) => v128.store(row, sum, { offset: 16 * j, align: bytes })),
      );
      return repeat(p.panels, p.panels, [
        tileA.set(p.a),
        tileC.set(p.c),
        repeat(tilesLeft, p.tiles, [
          sums.flat().map((sum) => sum.set(zero)),
          atA.set(tileA),
          atB.set(p.b),
          repeat(kLeft, p.k, multiply),
          when(p.accumulate, addFromC),
          store,
          tileA.set(i32.add(tileA, p.aTile)),
          tileC.set(row),
        ]),
        p.b.set(i32.add(p.b, p.bPanel)),
        p.c.set(i32.add(p.c, 16 * tile.vectors)),
      ]);
    },
    { export: true },
  );
}
