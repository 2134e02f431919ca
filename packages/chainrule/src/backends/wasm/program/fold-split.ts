/** Folds of much into few results, cut into blocks that threads share and that keep rounding errors small. */

import { accessesOf, mapAccesses } from "../../../core/expressions.ts";
import type { Access, Buffer, Expr, FoldKernel } from "../../../core/schedule.ts";
import { bytesPerElement } from "../../../shape/dtype.ts";
import { contiguousStrides, numel } from "../../../shape/shape.ts";
import type { KernelContext } from "./context.ts";
import { isArgument } from "./fold-operation.ts";
import { atLeastOne, freeNest } from "./nest.ts";

/** Folds of fewer points stay whole. */
const LEAST_POINTS = 1 << 15;

/** With so many units or more, threads have enough to share. */
const ENOUGH_UNITS = 8;

/** Values that are folded into one number before the blocks are. */
const BLOCK = 1 << 12;

/** Blocks at most. */
const MOST_BLOCKS = 64;

export interface SplitFold {
  /** Folds of blocks into scratch memory; the last one folds those. */
  readonly kernels: readonly FoldKernel[];
  readonly context: KernelContext;
}

/** The fold in blocks, or undefined where it is best left whole. The cut depends on shapes and strides alone. */
export function splitFold(
  kernel: FoldKernel,
  context: KernelContext,
  unitsOf: (kernel: FoldKernel) => number,
): SplitFold | undefined {
  const { op, shape, value, label } = kernel;
  const results = numel(shape);
  const count = numel(kernel.folded);
  if (isArgument(op) || results * count < LEAST_POINTS || unitsOf(kernel) >= ENOUGH_UNITS) return undefined;
  const nest = atLeastOne(freeNest(kernel.folded, accessesOf([value]), shape.length));
  const [outermost, ...inner] = nest.sizes;
  const length = blockLength(outermost, count);
  const blocks = Math.floor(outermost / length);
  const rest = outermost - blocks * length;
  const all = blocks + (rest > 0 ? 1 : 0);
  if (all < 2) return undefined;

  const partial: Buffer = {
    id: -1,
    dtype: value.dtype,
    length: all * results,
    home: { kind: "arena", at: 0 },
  };
  const address = context.scratch(partial.length * bytesPerElement(partial.dtype));
  const inBlocks: KernelContext = {
    ...context,
    address: (buffer) => (buffer === partial ? address : context.address(buffer)),
  };
  const keptStrides = contiguousStrides(shape);
  const accumulated: Expr = { kind: "accumulated", dtype: value.dtype };

  /** Folds `size` of the outermost dimension, for each of `number` blocks from block `first` on. */
  const block = (first: number, number: number, size: number): FoldKernel => {
    const map = (access: Access): Access => {
      const [step, ...steps] = nest.strides.get(access) ?? [];
      const kept = access.strides.slice(0, shape.length);
      const offset = access.offset + first * length * step;
      return { ...access, offset, strides: [length * step, ...kept, step, ...steps] };
    };
    return {
      kind: "fold",
      label,
      op,
      shape: [number, ...shape],
      folded: [size, ...inner],
      value: mapAccesses(value, map),
      stores: [
        {
          to: { buffer: partial, offset: first * results, strides: [results, ...keptStrides] },
          value: accumulated,
        },
      ],
    };
  };
  const last: FoldKernel = {
    ...kernel,
    folded: [all],
    value: {
      kind: "load",
      dtype: value.dtype,
      access: { buffer: partial, offset: 0, strides: [...keptStrides, results] },
    },
  };
  const kernels = [block(0, blocks, length), ...(rest > 0 ? [block(blocks, 1, rest)] : []), last];
  return { kernels, context: inBlocks };
}

/** How much of the outermost dimension makes a block; in all `count` values are folded into each result. */
function blockLength(outermost: number, count: number): number {
  const perStep = count / outermost;
  return Math.max(1, Math.round(BLOCK / perStep), Math.ceil(outermost / MOST_BLOCKS));
}
