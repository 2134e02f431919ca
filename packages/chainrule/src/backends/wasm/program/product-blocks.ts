/**
 * A product in blocks, in the manner of K. Goto and R. van de Geijn and of BLIS: a panel of the right factor stays in the
 * first-level cache while the tiles of a block of rows pass by, and the block of the left factor in the second-level cache
 * while the panels do. Sums go to scratch memory, from which the stores of the kernel are computed while they are hot.
 */

import { valuesOf } from "../../../core/expressions.ts";
import { roundUp } from "../../../util/rounding.ts";
import type { Declare } from "../assembler/function.ts";
import {
  type Body,
  brIf,
  type Expression,
  i32,
  type Local,
  loop,
  range,
  ret,
  select,
  when,
} from "../assembler/index.ts";
import { mostThreads } from "../threads/control.ts";
import { firstOfShare, type KernelContext, type Phase, phaseParams } from "./context.ts";
import { canFault } from "./expression.ts";
import { defineFinish, type Finish } from "./product-epilogue.ts";
import { type Placed, type PlacedFactors, packedBytes, placeFactors } from "./product-pack.ts";
import type { ProductPlan } from "./product-plan.ts";
import type { RowBlock } from "./product-rows.ts";
import { type Sweep, sweepOf } from "./product-sweep.ts";
import { type Transposition, transpositionOf } from "./product-transposition.ts";

/** Writes a product as planned. */
export function emitBlocks(plan: ProductPlan, context: KernelContext): readonly Phase[] {
  const { kernel } = plan;
  const sizes = sumsOf(plan);
  const scratch = context.scratch(sizes.thread * mostThreads + packedBytes(plan));
  const factors = placeFactors(plan, context, scratch + sizes.thread * mostThreads);
  const tools = toolsOf(plan, context, sizes);
  const run = context.module.func(`multiply ${kernel.label}`, { params: phaseParams }, (p, local) =>
    new Multiplication(plan, factors, tools, sizes, scratch, p, local).write(),
  );
  const multiply: Phase = {
    run,
    units: unitsOf(plan),
    nanoseconds: plan.multiplying,
    faults: canFault(valuesOf(kernel.stores)),
  };
  return [...factors.phases, multiply];
}

/** A unit of the work is a panel of columns in a stack of blocks of rows. */
const unitsOf = (plan: ProductPlan): number => plan.kernel.batch * stacksOf(plan) * plan.panels;

const stacksOf = ({ blocks, stack }: ProductPlan): number => Math.ceil(blocks / stack);

/** Bytes of sums in scratch memory. */
interface SumSizes {
  /** A row of a panel. */
  readonly row: number;
  /** A panel in a block of rows. */
  readonly panel: number;
  /** A line of a turned panel. */
  readonly turnedLine: number;
  /** All of a thread. */
  readonly thread: number;
}

function sumsOf({ arithmetic, width, block, stack, group, turned }: ProductPlan): SumSizes {
  const rows = roundUp(block.rows, arithmetic.lanes);
  const panel = rows * width * arithmetic.bytes;
  return {
    row: width * arithmetic.bytes,
    panel,
    turnedLine: rows * arithmetic.bytes,
    thread: roundUp((stack * group + (turned ? 1 : 0)) * panel, 64),
  };
}

/** The functions that a product calls. */
interface Tools {
  sweep(rows: number): Sweep;
  /** By the columns of the panel, or turned, by the rows of the block. */
  finish(length: number): Finish;
  readonly transposition: Transposition | undefined;
  /** All of them. */
  readonly warmUp: Body;
}

function toolsOf(plan: ProductPlan, context: KernelContext, sizes: SumSizes): Tools {
  const { kernel, arithmetic, block, lastBlock, width, vectors, leftLayout, turned } = plan;
  const { helpers, tier } = context;
  const sweep = (rows: number): Sweep =>
    sweepOf(helpers, { type: kernel.dtype, fused: tier.tile.fused, rows, vectors, left: leftLayout });
  const lengths = turned
    ? [block.rows, lastBlock.rows]
    : [Math.min(width, kernel.n), kernel.n % width || width];
  const shape = turned
    ? { along: 1 as const, pitch: sizes.turnedLine }
    : { along: 2 as const, pitch: sizes.row };
  const finishes = new Map<number, Finish>();
  for (const length of new Set(lengths)) {
    finishes.set(
      length,
      defineFinish(`finish ${kernel.label} ${length}`, kernel, context, { ...shape, length }),
    );
  }
  const transposition = turned ? transpositionOf(helpers, arithmetic, width) : undefined;
  const heights = new Set([...block.tiles, ...lastBlock.tiles].map(({ rows }) => rows));
  const none = { a: 0, line: 0, aTile: 0, b: 0, bStep: 0, c: 0, k: 0, tiles: 0, accumulate: 0 };
  const finish = (length: number): Finish => {
    const found = finishes.get(length);
    if (!found) throw new RangeError(`No block has lines of ${length}.`);
    return found;
  };
  return {
    sweep,
    finish,
    transposition,
    warmUp: [
      [...heights].map((rows) => sweep(rows).call(none)),
      [...finishes.values()].map((f) => f.call({ sums: 0, batch: 0, line: 0, lines: 0, start: 0 })),
      transposition ? transposition.call({ from: 0, rows: 0, to: 0, pitch: 0 }) : [],
    ],
  };
}

/** Writes the function that multiplies. */
class Multiplication {
  readonly #plan: ProductPlan;
  readonly #factors: PlacedFactors;
  readonly #tools: Tools;
  readonly #sizes: SumSizes;
  readonly #scratch: number;
  readonly #thread: Local<"i32">;
  readonly #threads: Local<"i32">;
  /** Where the unit is. */
  readonly #batch: Local<"i32">;
  readonly #block: Local<"i32">;
  readonly #panel: Local<"i32">;
  /** The first row of the block. */
  readonly #row: Local<"i32">;
  /** The start of the run of k. */
  readonly #k: Local<"i32">;
  readonly #kHere: Local<"i32">;
  /** Addresses: of the left factor, of the block's rows at k, the first panel, the tail, the panel at k, and the panel's sums. */
  readonly #allLeft: Local<"i32">;
  readonly #left: Local<"i32">;
  readonly #right: Local<"i32">;
  readonly #tail: Local<"i32">;
  readonly #atPanel: Local<"i32">;
  readonly #panelStep: Local<"i32">;
  readonly #sums: Local<"i32">;
  readonly #local: Declare;

  constructor(
    plan: ProductPlan,
    factors: PlacedFactors,
    tools: Tools,
    sizes: SumSizes,
    scratch: number,
    { thread, threads }: Readonly<Record<keyof typeof phaseParams, Local<"i32">>>,
    local: Declare,
  ) {
    this.#plan = plan;
    this.#factors = factors;
    this.#tools = tools;
    this.#sizes = sizes;
    this.#scratch = scratch;
    this.#thread = thread;
    this.#threads = threads;
    this.#local = local;
    this.#batch = local("i32", "batch");
    this.#block = local("i32", "block");
    this.#panel = local("i32", "panel");
    this.#row = local("i32", "row");
    this.#k = local("i32", "k");
    this.#kHere = local("i32", "kHere");
    this.#allLeft = local("i32", "allLeft");
    this.#left = local("i32", "left");
    this.#right = local("i32", "right");
    this.#tail = local("i32", "tail");
    this.#atPanel = local("i32", "atPanel");
    this.#panelStep = local("i32", "panelStep");
    this.#sums = local("i32", "sums");
  }

  write(): Body {
    const { kernel, panels, stack, group } = this.#plan;
    const stacks = stacksOf(this.#plan);
    const [thread, threads] = [this.#thread, this.#threads];
    const [unit, end, firstPanel, count, firstBlock] = [
      "unit",
      "end",
      "firstPanel",
      "count",
      "firstBlock",
    ].map((name) => this.#local("i32", name));
    const units = unitsOf(this.#plan);
    const leaveAtMost = (most: Expression<"i32">): Body => [when(i32.gtS(count, most), [count.set(most)])];
    return [
      when(i32.eqz(threads), [this.#tools.warmUp, ret()]),
      when(i32.gtU(threads, mostThreads), [threads.set(mostThreads)]),
      when(i32.geU(thread, threads), [ret()]),
      unit.set(firstOfShare(units, thread, threads)),
      end.set(firstOfShare(units, i32.add(thread, 1), threads)),
      when(i32.geS(unit, end), [ret()]),
      loop((again) => [
        firstPanel.set(i32.remU(unit, panels)),
        firstBlock.set(i32.divU(unit, panels)),
        kernel.batch === 1
          ? []
          : [this.#batch.set(i32.divU(firstBlock, stacks)), firstBlock.set(i32.remU(firstBlock, stacks))],
        stack === 1 ? [] : firstBlock.set(i32.mul(firstBlock, stack)),
        // Panels that stand in the same stack go together.
        count.set(i32.sub(panels, firstPanel)),
        leaveAtMost(i32.sub(end, unit)),
        leaveAtMost(i32.const(group)),
        this.#findFactors(),
        this.#overK(firstBlock, firstPanel, count),
        brIf(again, i32.ltS(unit.tee(i32.add(unit, count)), end)),
      ]),
    ];
  }

  #findFactors(): Body {
    const { left, right, rightTail } = this.#factors;
    const start = ({ address, batch }: Placed) =>
      batch === 0 ? address : i32.add(address, i32.mul(this.#batch, batch));
    return [
      this.#allLeft.set(start(left)),
      this.#right.set(start(right)),
      this.#hasTail ? this.#tail.set(start(rightTail)) : [],
    ];
  }

  get #hasTail(): boolean {
    const { right, rightTail } = this.#factors;
    return right !== rightTail;
  }

  /** Runs of k, in each of them the blocks, and in each of these the panels. */
  #overK(firstBlock: Local<"i32">, firstPanel: Local<"i32">, count: Local<"i32">): Body {
    const { kernel, run, runs } = this.#plan;
    const startSums = this.#sums.set(i32.add(this.#scratch, i32.mul(this.#thread, this.#sizes.thread)));
    if (runs === 1) {
      return [
        this.#k.set(0),
        this.#kHere.set(kernel.k),
        startSums,
        this.#overBlocks(firstBlock, firstPanel, count, this.#finish()),
      ];
    }
    const finishAtEnd = when(i32.geS(i32.add(this.#k, run), kernel.k), this.#finish());
    return [
      this.#k.set(0),
      loop((again) => [
        this.#kHere.set(i32.sub(kernel.k, this.#k)),
        when(i32.gtS(this.#kHere, run), [this.#kHere.set(run)]),
        startSums,
        this.#overBlocks(firstBlock, firstPanel, count, [finishAtEnd]),
        brIf(again, i32.ltS(this.#k.tee(i32.add(this.#k, run)), kernel.k)),
      ]),
    ];
  }

  #overBlocks(firstBlock: Local<"i32">, firstPanel: Local<"i32">, count: Local<"i32">, finish: Body): Body {
    const { block, blocks, stack, runs } = this.#plan;
    const { left } = this.#factors;
    const [endPanel, endBlock] = ["endPanel", "endBlock"].map((name) => this.#local("i32", name));
    const overPanels: Body = [
      this.#row.set(i32.mul(this.#block, block.rows)),
      this.#left.set(i32.add(this.#allLeft, i32.mul(this.#row, left.line))),
      runs === 1 ? [] : this.#left.set(i32.add(this.#left, i32.mul(this.#k, left.k))),
      this.#panel.set(firstPanel),
      endPanel.set(i32.add(firstPanel, count)),
      loop((again) => [
        this.#findPanel(),
        this.#sweepBlock(),
        finish,
        this.#sums.set(i32.add(this.#sums, this.#sizes.panel)),
        brIf(again, i32.ltS(this.#panel.tee(i32.add(this.#panel, 1)), endPanel)),
      ]),
    ];
    if (stack === 1) return [this.#block.set(firstBlock), overPanels];
    return [
      endBlock.set(i32.add(firstBlock, stack)),
      when(i32.gtS(endBlock, blocks), [endBlock.set(blocks)]),
      range(this.#block, firstBlock, endBlock, 1, overPanels),
    ];
  }

  #findPanel(): Body {
    const { right, rightTail } = this.#factors;
    const regular = i32.add(this.#right, i32.mul(this.#panel, right.line));
    const isTail = i32.eq(this.#panel, this.#plan.panels - 1);
    return [
      this.#panelStep.set(this.#hasTail ? select(i32.const(rightTail.k), right.k, isTail) : right.k),
      this.#atPanel.set(this.#hasTail ? select(this.#tail, regular, isTail) : regular),
      this.#plan.runs === 1
        ? []
        : this.#atPanel.set(i32.add(this.#atPanel, i32.mul(this.#k, this.#panelStep))),
    ];
  }

  /** The tiles of the block, at one panel. */
  #sweepBlock(): Body {
    const { left } = this.#factors;
    const line = this.#plan.leftLayout === "rows" ? left.line : left.k;
    return this.#eachKindOfBlock(({ tiles }) => {
      let row = 0;
      return tiles.map(({ rows, count }) => {
        const call = this.#tools.sweep(rows).call({
          a: i32.add(this.#left, row * left.line),
          line,
          aTile: rows * left.line,
          b: this.#atPanel,
          bStep: this.#panelStep,
          c: i32.add(this.#sums, row * this.#sizes.row),
          k: this.#kHere,
          tiles: count,
          accumulate: this.#k,
        });
        row += rows * count;
        return call;
      });
    });
  }

  /** The stores of the block, at one panel. */
  #finish(): Body {
    const { kernel, arithmetic, width, panels, turned, stack, group } = this.#plan;
    const { transposition } = this.#tools;
    const rest = kernel.n % width;
    const isTail = i32.eq(this.#panel, panels - 1);
    const column = i32.mul(this.#panel, width);
    if (!turned || !transposition) {
      const finish = (columns: number, rows: number) =>
        this.#tools
          .finish(columns)
          .call({ sums: this.#sums, batch: this.#batch, line: this.#row, lines: rows, start: column });
      return this.#eachKindOfBlock(({ rows }) => {
        if (rest === 0) return [finish(width, rows)];
        if (panels === 1) return [finish(rest, rows)];
        return [when(isTail, [finish(rest, rows)], [finish(width, rows)])];
      });
    }
    const turnedSums = i32.add(
      i32.add(this.#scratch, i32.mul(this.#thread, this.#sizes.thread)),
      stack * group * this.#sizes.panel,
    );
    return this.#eachKindOfBlock(({ rows }) => [
      transposition.call({
        from: this.#sums,
        rows: roundUp(rows, arithmetic.lanes),
        to: turnedSums,
        pitch: this.#sizes.turnedLine,
      }),
      this.#tools.finish(rows).call({
        sums: turnedSums,
        batch: this.#batch,
        line: column,
        lines: rest === 0 ? width : select(i32.const(rest), width, isTail),
        start: this.#row,
      }),
    ]);
  }

  #eachKindOfBlock(write: (block: RowBlock) => Body): Body {
    const { blocks, block, lastBlock } = this.#plan;
    if (blocks === 1 || block.rows === lastBlock.rows) return write(lastBlock);
    return [when(i32.eq(this.#block, blocks - 1), write(lastBlock), write(block))];
  }
}
