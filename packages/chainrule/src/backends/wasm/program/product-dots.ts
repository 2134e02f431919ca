/**
 * Products with few rows whose factors both lie along k, as of one input with a weight matrix: sums of products along k, a few
 * lines of each factor at once.
 */

import { valuesOf } from "../../../core/expressions.ts";
import { roundUp } from "../../../util/rounding.ts";
import { type Body, i32, range, ret, when } from "../assembler/index.ts";
import type { Tile } from "../microkernels.ts";
import { mostThreads } from "../threads/control.ts";
import { firstOfShare, type KernelContext, type Phase, phaseParams } from "./context.ts";
import { canFault } from "./expression.ts";
import { arithmeticOf } from "./product-arithmetic.ts";
import { dotOf, stageBytes } from "./product-dot.ts";
import { defineFinish } from "./product-epilogue.ts";
import { directLeft, directRight, type TypedProduct } from "./product-factors.ts";
import { Packer, packedLeftBytes } from "./product-pack.ts";

/** Columns at once, for each number of rows: as many sums as stay in registers and hide the latency of a multiply–add. */
const columnsAtOnce: Readonly<Record<number, number>> = { 1: 6, 2: 4, 3: 3, 4: 2 };
const mostRows = 4;

/** Columns that a thread does at a time: a multiple of all the above. */
const blockColumns = 24;

/** Multiply–adds of float32 per nanosecond, by the number of rows: the more rows, the more use of a column that was read. */
const rates: Readonly<Record<number, number>> = { 1: 24, 2: 36, 3: 44, 4: 45 };

/** Nanoseconds until the lanes' sums of a result are combined. */
const combining = 1.5;

/** Expected nanoseconds on one thread; infinite where the factors do not lie so. */
export function dotsTime(kernel: TypedProduct, tile: Tile): number {
  const { batch, m, n, k, dtype } = kernel;
  if (m > mostRows || directRight(kernel)?.k !== 1) return Number.POSITIVE_INFINITY;
  const perNanosecond = rates[m] / (tile.vectors > 2 ? 1 : 2) / (dtype === "float64" ? 2 : 1);
  return batch * m * n * (k / perNanosecond + combining);
}

/** Writes such a product. */
export function emitDots(kernel: TypedProduct, context: KernelContext): readonly Phase[] {
  const { dtype, label, batch, m, n, k, stores } = kernel;
  const { module, helpers, tier } = context;
  const { fused } = tier.tile;
  const arithmetic = arithmeticOf(dtype, fused);
  const { bytes, lanes } = arithmetic;
  const plan = { kernel, arithmetic, width: blockColumns };
  const pitch = blockColumns * bytes;
  const sumsOfThread = roundUp(m * pitch, 64) + stageBytes;
  const direct = directLeft(kernel);
  const columns = directRight(kernel);
  if (columns?.k !== 1) throw new TypeError("The right factor does not lie along k.");
  const inPlace = direct?.k === 1;
  const scratch = context.scratch(mostThreads * sumsOfThread + (inPlace ? 0 : packedLeftBytes(plan)));
  const packer = new Packer(plan, context, scratch + mostThreads * sumsOfThread);
  const left = inPlace ? packer.inPlace(direct, 1) : packer.packLeft();
  const right = packer.inPlace(columns, 1);

  const blocks = Math.ceil(n / blockColumns);
  const lastColumns = n - (blocks - 1) * blockColumns;
  const lengths = [...new Set([...(blocks > 1 ? [blockColumns] : []), lastColumns])];
  const finishes = lengths.map((length) =>
    defineFinish(`finish ${label} ${length}`, kernel, context, { along: 2, length, pitch }),
  );
  const together = columnsAtOnce[m];
  const dot = (number: number) =>
    dotOf(helpers, { type: dtype, fused, rows: m, columns: number, rest: k % (2 * lanes) });
  const units = batch * blocks;
  const run = module.func(`multiply ${label}`, { params: phaseParams }, ({ thread, threads }, local) => {
    const [unit, end, block, index, atA, atB, sums] = [
      "unit",
      "end",
      "block",
      "index",
      "atA",
      "atB",
      "sums",
    ].map((name) => local("i32", name));
    /** The columns of a block: as many as go together, and the others one by one. */
    const multiply = (length: number): Body => {
      const groups = Math.floor(length / together);
      const done = groups * together;
      const stage = i32.add(sums, sumsOfThread - stageBytes);
      const common = { a: atA, aLine: left.line, bLine: right.line, cLine: pitch, stage };
      const pairs = Math.floor(k / (2 * lanes));
      const call = (number: number, first: number, count: number): Body =>
        count === 0
          ? []
          : [
              dot(number).call({
                ...common,
                b: i32.add(atB, first * right.line),
                c: i32.add(sums, first * bytes),
                pairs,
                groups: count,
              }),
            ];
      return [
        call(together, 0, groups),
        call(1, done, length - done),
        finishes[lengths.indexOf(length)].call({
          sums,
          batch: index,
          line: 0,
          lines: m,
          start: i32.mul(block, blockColumns),
        }),
      ];
    };
    const none = { a: 0, aLine: 0, b: 0, bLine: 0, c: 0, cLine: 0, pairs: 0, groups: 0, stage: 0 };
    const warmUp = [
      [...new Set([together, 1])].map((number) => dot(number).call(none)),
      finishes.map((finish) => finish.call({ sums: 0, batch: 0, line: 0, lines: 0, start: 0 })),
    ];
    return [
      when(i32.eqz(threads), [warmUp, ret()]),
      when(i32.gtU(threads, mostThreads), [threads.set(mostThreads)]),
      when(i32.geU(thread, threads), [ret()]),
      unit.set(firstOfShare(units, thread, threads)),
      end.set(firstOfShare(units, i32.add(thread, 1), threads)),
      sums.set(i32.add(scratch, i32.mul(thread, sumsOfThread))),
      range(unit, unit, end, 1, [
        block.set(i32.remU(unit, blocks)),
        index.set(i32.divU(unit, blocks)),
        atA.set(i32.add(left.address, i32.mul(index, left.batch))),
        atB.set(i32.add(right.address, i32.mul(index, right.batch))),
        atB.set(i32.add(atB, i32.mul(block, blockColumns * right.line))),
        lengths.length === 1
          ? multiply(lastColumns)
          : when(i32.eq(block, blocks - 1), multiply(lastColumns), multiply(blockColumns)),
      ]),
    ];
  });
  const nanoseconds = dotsTime(kernel, tier.tile);
  return [...packer.phases, { run, units, nanoseconds, faults: canFault(valuesOf(stores)) }];
}
