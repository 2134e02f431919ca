/**
 * The inner loops of a matrix product in a program: a tile of the result stays in registers while k passes by. They know
 * nothing of a product's sizes, so that all products of a module share them.
 *
 * V8's revectorizer fuses neighbouring 128-bit operations into 256-bit ones when loads, stores and accumulators come in
 * adjacent pairs. So vectors of a row are always handled side by side, a splat is loaded once for all of them, and stores
 * follow each other with nothing between.
 */
import {
  type Body,
  type FunctionReference,
  i32,
  type Local,
  repeat,
  v128,
  when,
} from "../assembler/index.ts";
import { list } from "../list.ts";
import type { Helpers } from "../math/helpers.ts";
import { arithmeticOf, type ProductType } from "./product-arithmetic.ts";

/**
 * How the left factor lies: element (i, k) of a tile is `line` bytes · i + one element · k further ("rows"), or one element · i +
 * `line` bytes · k ("columns").
 */
export type LeftLayout = "rows" | "columns";

/** A kind of inner loop. */
export interface SweepKind {
  readonly type: ProductType;
  /** Whether a·b + c is one relaxed instruction. */
  readonly fused: boolean;
  readonly rows: number;
  /** 128-bit vectors in a row of the tile. */
  readonly vectors: number;
  readonly left: LeftLayout;
}

const sweepParams = {
  a: "i32", // first tile of the left factor
  line: "i32", // see `LeftLayout`
  aTile: "i32", // bytes from one tile to the next
  b: "i32", // panel of the right factor: vectors side by side at each k
  bStep: "i32", // bytes from one k to the next
  c: "i32", // sums, row after row without gaps, tile after tile
  k: "i32", // at least 1
  tiles: "i32", // maybe none
  accumulate: "i32", // whether the sums are added to those at c, or written over them
} as const;

export type Sweep = FunctionReference<typeof sweepParams, "void">;

/** Unrolled this many times, the loop over k hides the increments of the pointers to the rows. */
const unrolled = 4;

/**
 * The function that computes c[tile] (+)= Σ_k a[tile, k] · b[k] for each tile. A sum over k starts at zero and adds in the order
 * of k, so that neither the height of a tile nor its place changes a bit of the result.
 */
export function sweepOf(helpers: Helpers, kind: SweepKind): Sweep {
  const { type, fused, rows, vectors, left } = kind;
  const name = `sweep_${type}_${rows}x${vectors}_${left}`;
  return helpers.get(name, (module) =>
    module.func(name, { params: sweepParams }, (p, local) => {
      const { bytes, zero, add, loadSplat, multiplyAdd } = arithmeticOf(type, fused);
      const tileA = local("i32", "tileA");
      const atA = list(left === "rows" ? rows : 1, (i) => local("i32", `atA${i}`));
      const atB = local("i32", "atB");
      const kLeft = local("i32", "kLeft");
      const sums = list(rows, (i) => list(vectors, (j) => local("v128", `sum${i}_${j}`)));
      const bs = list(vectors, (j) => local("v128", `b${j}`));
      const factor = local("v128", "factor");

      const splat = (i: number, turn: number) =>
        left === "rows"
          ? loadSplat(atA[i], { offset: bytes * turn })
          : loadSplat(atA[0], { offset: bytes * i });
      const multiply = (turn: number): Body => [
        bs.map((b, j) => b.set(v128.load(atB, { offset: 16 * j, align: bytes }))),
        sums.map((inRow, i) => [
          factor.set(splat(i, turn)),
          inRow.map((sum, j) => sum.set(multiplyAdd(factor, bs[j], sum))),
        ]),
        atB.set(i32.add(atB, p.bStep)),
      ];
      const advance = (by: number): Body =>
        left === "rows"
          ? atA.map((pointer) => pointer.set(i32.add(pointer, by * bytes)))
          : [atA[0].set(i32.add(atA[0], p.line))];
      const overK: Body =
        left === "rows"
          ? [
              kLeft.set(i32.shrU(p.k, Math.log2(unrolled))),
              when(kLeft, repeat(kLeft, kLeft, [list(unrolled, multiply), advance(unrolled)])),
              kLeft.set(i32.and(p.k, unrolled - 1)),
              when(kLeft, repeat(kLeft, kLeft, [multiply(0), advance(1)])),
            ]
          : repeat(kLeft, p.k, [multiply(0), advance(1)]);
      const each = (body: (sum: Local<"v128">, offset: number) => Body[number]): Body =>
        sums.flatMap((inRow, i) => inRow.map((sum, j) => body(sum, 16 * (i * vectors + j))));

      const overTiles = repeat(p.tiles, p.tiles, [
        each((sum) => sum.set(zero)),
        atA.map((pointer, i) => pointer.set(i === 0 ? tileA : i32.add(atA[i - 1], p.line))),
        atB.set(p.b),
        overK,
        when(
          p.accumulate,
          each((sum, offset) => sum.set(add(v128.load(p.c, { offset }), sum))),
        ),
        each((sum, offset) => v128.store(p.c, sum, { offset })),
        tileA.set(i32.add(tileA, p.aTile)),
        p.c.set(i32.add(p.c, 16 * rows * vectors)),
      ]);
      return [when(p.tiles, [tileA.set(p.a), overTiles])];
    }),
  );
}
