/** The inner loop of products whose factors both lie along k: a few lines of each at once. */
import { type FunctionReference, i32, type Local, repeat, shuffle, v128, when } from "../assembler/index.ts";
import { list } from "../list.ts";
import type { Helpers } from "../math/helpers.ts";
import { loadRow } from "./access.ts";
import { arithmeticOf, type ProductType } from "./product-arithmetic.ts";

/** A kind of inner loop. */
export interface DotKind {
  readonly type: ProductType;
  /** Whether a·b + c is one relaxed instruction. */
  readonly fused: boolean;
  /** Lines of the left factor, and of the right one. */
  readonly rows: number;
  readonly columns: number;
  /** What is left of k after pairs of vectors. */
  readonly rest: number;
}

const dotParams = {
  a: "i32", // first line of the left factor
  aLine: "i32", // bytes from one line to the next
  b: "i32",
  bLine: "i32",
  c: "i32", // sums
  cLine: "i32", // bytes from the sums of one line of the left factor to those of the next
  pairs: "i32", // pairs of vectors in a line, maybe none
  groups: "i32", // groups of columns, maybe none
  stage: "i32", // `stageBytes` of memory for partial sums
} as const;

export type Dot = FunctionReference<typeof dotParams, "void">;

/** Bytes that partial sums need on their way. */
export const stageBytes = 512;

/**
 * The function that computes c[row, column] = Σ_k a[row, k] · b[column, k]. Each lane of a pair of vectors sums up its own k; the
 * lanes' sums are added in a fixed order, so that neither the number of lines nor their place changes a bit of the result.
 */
export function dotOf(helpers: Helpers, kind: DotKind): Dot {
  const { type, fused, rows, columns, rest } = kind;
  const name = `dot_${type}_${rows}x${columns}_${rest}`;
  return helpers.get(name, (module) =>
    module.func(name, { params: dotParams }, (p, local) => {
      const { bytes, lanes, zero, add, multiplyAdd } = arithmeticOf(type, fused);
      const atA = list(rows, (i) => local("i32", `atA${i}`));
      const atB = list(columns, (j) => local("i32", `atB${j}`));
      const left = list(rows, (i) => list(2, (v) => local("v128", `left${i}_${v}`)));
      const right = list(2, (v) => local("v128", `right${v}`));
      const sums = list(rows, (i) =>
        list(columns, (j) => list(2, (v) => local("v128", `sum${i}_${j}_${v}`))),
      );
      const pairsLeft = local("i32", "pairsLeft");
      const to = local("i32", "to");

      /** Multiplies pairs of vectors of which `active` elements count. */
      const multiply = (active: number) => {
        const filled = list(2, (v) => Math.min(lanes, active - v * lanes)).filter((n) => n > 0);
        const load = (into: readonly Local<"v128">[], address: Local<"i32">) =>
          filled.map((n, v) => {
            const place = { address, offset: 16 * v };
            return into[v].set(loadRow({ dtype: type, lanes, place, step: 1, active: n }));
          });
        return [
          left.map((pair, i) => load(pair, atA[i])),
          list(columns, (j) => [
            load(right, atB[j]),
            left.map((pair, i) =>
              filled.map((_, v) => sums[i][j][v].set(multiplyAdd(pair[v], right[v], sums[i][j][v]))),
            ),
          ]),
        ];
      };
      const advance = [...atA, ...atB].map((pointer) => pointer.set(i32.add(pointer, 32)));
      // The revectorizer begins at stores of neighbours, so sums leave the loop by memory.
      const offsetOf = (i: number, j: number): number => 32 * (i * columns + j);
      const stage = sums.map((inRow, i) =>
        inRow.map((pair, j) =>
          pair.map((sum, v) => v128.store(p.stage, sum, { offset: offsetOf(i, j) + 16 * v })),
        ),
      );
      // (x₀ + x₂) + (x₁ + x₃)
      const combine = (sum: Local<"v128">, offset: number) => {
        const halves = lanes === 4 ? [2, 3, 0, 1] : [1, 0];
        return [
          sum.set(add(v128.load(p.stage, { offset }), v128.load(p.stage, { offset: offset + 16 }))),
          sum.set(add(sum, shuffle(halves, sum, sum))),
          lanes === 4 ? sum.set(add(sum, shuffle([1, 0, 3, 2], sum, sum))) : [],
        ];
      };
      const storeLane = bytes === 8 ? v128.store64Lane : v128.store32Lane;
      const eachGroup = [
        atA.map((pointer, i) => pointer.set(i === 0 ? p.a : i32.add(atA[i - 1], p.aLine))),
        atB.map((pointer, j) => pointer.set(j === 0 ? p.b : i32.add(atB[j - 1], p.bLine))),
        sums.flat(2).map((sum) => sum.set(zero)),
        when(p.pairs, repeat(pairsLeft, p.pairs, [multiply(2 * lanes), advance])),
        rest > 0 ? multiply(rest) : [],
        stage,
        to.set(p.c),
        sums.map((inRow, i) => [
          inRow.map(([sum], j) => [
            combine(sum, offsetOf(i, j)),
            storeLane(0, to, sum, { offset: j * bytes }),
          ]),
          to.set(i32.add(to, p.cLine)),
        ]),
        p.b.set(i32.add(p.b, i32.mul(p.bLine, columns))),
        p.c.set(i32.add(p.c, columns * bytes)),
      ];
      return [when(p.groups, repeat(p.groups, p.groups, eachGroup))];
    }),
  );
}
