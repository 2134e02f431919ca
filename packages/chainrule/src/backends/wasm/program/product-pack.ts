/** Where the inner loops find the factors: in place, or in scratch memory, brought there by phases that run before. */

import { accessesOf, mapAccesses } from "../../../core/expressions.ts";
import type { Access, Buffer, Expr, LoopKernel } from "../../../core/schedule.ts";
import { i32, type Operand } from "../assembler/index.ts";
import type { KernelContext, Phase } from "./context.ts";
import { emitLoop } from "./loop.ts";
import { emitCopying } from "./product-copy.ts";
import { type Direct, directLeft, directRight, type TypedProduct } from "./product-factors.ts";
import { emitInterleaving, emitTurning } from "./product-interleave.ts";
import type { ProductPlan } from "./product-plan.ts";

/** A factor in memory: bytes from its first element to others. */
export interface Placed {
  readonly address: Operand<"i32">;
  readonly batch: number;
  /** Of the left factor: from one row to the next. Of the right: from one panel to the next. */
  readonly line: number;
  readonly k: number;
}

/** The factors of a product, and the phases that bring them there. */
export interface PlacedFactors {
  readonly left: Placed;
  readonly right: Placed;
  /** The last panel, where it does not lie with the others; else the same as `right`. */
  readonly rightTail: Placed;
  readonly phases: readonly Phase[];
}

/** Elements that a packed row of the left factor takes: an odd number of cache lines, so that rows meet in all cache sets. */
function rowRoom({ kernel, arithmetic }: Packed): number {
  const line = 64 / arithmetic.bytes;
  const lines = Math.ceil(kernel.k / line);
  return (lines % 2 === 0 ? lines + 1 : lines) * line;
}

/** How many different matrices a factor has: one if it is the same for the whole batch. */
const matrices = (factor: Expr, batch: number): number =>
  accessesOf([factor]).every(({ strides }) => strides[0] === 0) ? 1 : batch;

/** Bytes of scratch memory that a packed left factor takes. */
export const packedLeftBytes = (plan: Packed): number =>
  matrices(plan.kernel.a, plan.kernel.batch) * plan.kernel.m * rowRoom(plan) * plan.arithmetic.bytes;

/** Bytes of scratch memory that the packed factors take. */
export function packedBytes(plan: ProductPlan): number {
  const { kernel, arithmetic, left, right, width, panels } = plan;
  const { b, batch, n, k } = kernel;
  const leftBytes = left ? 0 : packedLeftBytes(plan);
  const packedPanels = right ? Math.min(1, n % width) : panels;
  return leftBytes + matrices(b, batch) * packedPanels * k * width * arithmetic.bytes;
}

/** Places the factors, packed ones from `scratch` on. */
export function placeFactors(plan: ProductPlan, context: KernelContext, scratch: number): PlacedFactors {
  const packer = new Packer(plan, context, scratch);
  const left = plan.left ? packer.inPlace(plan.left, 1) : packer.packLeft();
  const { kernel, width, panels } = plan;
  const rest = kernel.n % width;
  if (!plan.right) {
    const right = packer.packRight(0, kernel.n);
    return { left, right, rightTail: right, phases: packer.phases };
  }
  const right = packer.inPlace(plan.right, width);
  const rightTail = rest === 0 ? right : packer.packRight((panels - 1) * width, rest);
  return { left, right, rightTail, phases: packer.phases };
}

/** What packing needs to know of a plan. */
type Packed = Pick<ProductPlan, "kernel" | "arithmetic" | "width">;

/** Packs factors into scratch memory, one after the other. */
export class Packer {
  readonly phases: Phase[] = [];
  readonly #plan: Packed;
  readonly #context: KernelContext;
  #free: number;

  constructor(plan: Packed, context: KernelContext, scratch: number) {
    this.#plan = plan;
    this.#context = context;
    this.#free = scratch;
  }

  /** A factor that stays where it is; `together` lines make a row or panel. */
  inPlace({ access, batch, line, k }: Direct, together: number): Placed {
    const { bytes } = this.#plan.arithmetic;
    return {
      address: this.#addressOf(access),
      batch: batch * bytes,
      line: line * together * bytes,
      k: k * bytes,
    };
  }

  /** Packs the left factor row by row. */
  packLeft(): Placed {
    const { kernel } = this.#plan;
    const { a, batch, m, k } = kernel;
    const { bytes } = this.#plan.arithmetic;
    const count = matrices(a, batch);
    const room = rowRoom(this.#plan);
    const target = this.#take(count * m * room);
    const placed = {
      address: i32.const(target),
      batch: count === 1 ? 0 : m * room * bytes,
      line: room * bytes,
      k: bytes,
    };
    const direct = directLeft(kernel);
    if (direct?.line === 1) {
      const turning = {
        name: `turn ${kernel.label}`,
        arithmetic: this.#plan.arithmetic,
        source: this.#addressOf(direct.access),
        target,
        batch: count,
        sourceBatch: direct.batch * bytes,
        sourceK: direct.k * bytes,
        rows: m,
        k,
        pitch: placed.line,
      };
      this.phases.push(emitTurning(turning, this.#context));
    } else this.#compute(target, [count, m, k], [m * room, room, 1], a);
    return placed;
  }

  /** Packs columns of the right factor in panels. */
  packRight(first: number, columns: number): Placed {
    const { kernel, width } = this.#plan;
    const { b, batch, k } = kernel;
    const { bytes } = this.#plan.arithmetic;
    const count = matrices(b, batch);
    const panels = Math.ceil(columns / width);
    const panel = k * width;
    const target = this.#take(count * panels * panel);
    const direct = directRight(kernel);
    if (direct && (direct.line === 1 || direct.k === 1)) {
      const common = {
        name: `pack ${kernel.label}`,
        arithmetic: this.#plan.arithmetic,
        source: i32.add(this.#addressOf(direct.access), first * direct.line * bytes),
        target,
        batch: count,
        sourceBatch: direct.batch * bytes,
        k,
        width,
      };
      this.phases.push(
        direct.line === 1
          ? emitCopying({ ...common, sourceK: direct.k * bytes, columns }, this.#context)
          : emitInterleaving({ ...common, sourceLine: direct.line * bytes, lines: columns }, this.#context),
      );
    } else {
      const whole = Math.floor(columns / width);
      const rest = columns % width;
      const part = (from: number, number: number, filled: number): void => {
        const split = ({ strides: [perBatch, perK, perColumn], ...access }: Access): Access => ({
          ...access,
          offset: access.offset + (first + from * width) * perColumn,
          strides: [perBatch, width * perColumn, perK, perColumn],
        });
        const start = target + from * panel * bytes;
        const strides = [panels * panel, panel, width, 1];
        this.#compute(start, [count, number, k, filled], strides, mapAccesses(b, split));
      };
      if (whole > 0) part(0, whole, width);
      if (rest > 0) part(whole, 1, rest);
    }
    return {
      address: i32.const(target),
      batch: count === 1 ? 0 : panels * panel * bytes,
      line: panel * bytes,
      k: width * bytes,
    };
  }

  #addressOf({ buffer, offset }: Access): Operand<"i32"> {
    return i32.add(this.#context.address(buffer), offset * this.#plan.arithmetic.bytes);
  }

  #take(elements: number): number {
    const at = this.#free;
    this.#free += elements * this.#plan.arithmetic.bytes;
    return at;
  }

  /** Computes a factor that is an expression at each point of `shape`. */
  #compute(at: number, shape: readonly number[], strides: readonly number[], value: Expr): void {
    const { kernel } = this.#plan;
    const length = shape.reduce((sum, size, d) => sum + (size - 1) * strides[d], 1);
    const buffer: Buffer = { id: -1, dtype: kernel.dtype, length, home: { kind: "arena", at } };
    const loop: LoopKernel = {
      kind: "loop",
      label: `factor of ${kernel.label}`,
      shape,
      stores: [{ to: { buffer, offset: 0, strides }, value }],
    };
    this.phases.push(...emitLoop(loop, contextWith(buffer, at, this.#context, kernel)));
  }
}

/** The context of a product for one of its loops, which writes to a buffer in scratch memory. */
function contextWith(
  buffer: Buffer,
  at: number,
  context: KernelContext,
  kernel: TypedProduct,
): KernelContext {
  const { module, helpers, tier } = context;
  return {
    module,
    helpers,
    tier,
    address: (other) => (other === buffer ? at : context.address(other)),
    cell: (index) => context.cell(index),
    scratch: (bytes) => context.scratch(bytes),
    fault: (_, fault) => context.fault(kernel, fault),
  };
}
