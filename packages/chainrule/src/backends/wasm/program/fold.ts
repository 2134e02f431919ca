/** Kernels that fold values and store what is computed from the result. */

import { accessesOf, replaceAccumulated, valuesOf } from "../../../core/expressions.ts";
import type { Access, Expr, FoldKernel } from "../../../core/schedule.ts";
import { numel } from "../../../shape/shape.ts";
import type { KernelContext, KernelEmitter, Phase } from "./context.ts";
import { nanosecondsPerPoint } from "./cost.ts";
import { canFault, lanesOf } from "./expression.ts";
import { ColumnFold, groupsOf } from "./fold-columns.ts";
import { isArgument, startOf } from "./fold-operation.ts";
import { RowFold } from "./fold-rows.ts";
import { splitFold } from "./fold-split.ts";
import { emitLoop } from "./loop.ts";
import { atLeastOne, freeNest, type Nest, orderedNest } from "./nest.ts";
import { sharedPhase } from "./phase.ts";

/** Nanoseconds to fold the lanes of the accumulators of a row. */
const LANES_TO_ONE = 2;

/** One phase whose threads share the results; several where few results are folded from much. */
export const emitFold: KernelEmitter<FoldKernel> = (kernel, context) => {
  if (numel(kernel.shape) === 0 || kernel.stores.length === 0) return [];
  if (numel(kernel.folded) === 0) return emitEmptyFold(kernel, context);
  const split = splitFold(kernel, context, (whole) => planOf(whole).units);
  return split
    ? split.kernels.flatMap((part) => [...emitWhole(part, split.context)])
    : emitWhole(normalized(kernel), context);
};

/** Positions are found among whole numbers where there are but bools. */
function normalized(kernel: FoldKernel): FoldKernel {
  if (!isArgument(kernel.op) || kernel.value.dtype !== "bool") return kernel;
  return { ...kernel, value: { kind: "convert", dtype: "int32", x: kernel.value } };
}

/** Without values, each result is what folds begin with. */
function emitEmptyFold(
  { op, shape, label, stores, value }: FoldKernel,
  context: KernelContext,
): readonly Phase[] {
  const dtype = isArgument(op) ? "int32" : value.dtype;
  const start: Expr = { kind: "number", dtype, value: startOf(op, dtype) };
  const done = new Map<Expr, Expr>();
  const replaced = stores.map((store) => ({ ...store, value: replaceAccumulated(store.value, start, done) }));
  return emitLoop({ kind: "loop", label, shape, stores: replaced }, context);
}

interface Plan {
  readonly kept: Nest;
  readonly folded: Nest;
  readonly alongRows: boolean;
  readonly units: number;
}

/** How a fold is done, by its shape and strides alone. */
function planOf(kernel: FoldKernel): Plan {
  const { shape, stores, op } = kernel;
  const lanes = lanesOf([kernel.value, ...valuesOf(stores)]);
  const read = accessesOf([kernel.value]);
  const stored = [...stores.map(({ to }) => to), ...accessesOf(valuesOf(stores))];
  const kept = atLeastOne(freeNest(shape, [...read, ...stored]));
  const folded = foldedNest(kernel);
  const alongRows = !isArgument(op) && prefersRows(read, kept, folded);
  const groups = numel(kept.sizes.slice(0, -1)) * groupsOf(kept, lanes).groups;
  return { kept, folded, alongRows, units: alongRows ? numel(kept.sizes) : groups };
}

/** The dimensions that are folded. The order of their points matters where positions are counted. */
function foldedNest({ op, shape, folded, value }: FoldKernel): Nest {
  const nest = isArgument(op) ? orderedNest : freeNest;
  return atLeastOne(nest(folded, accessesOf([value]), shape.length));
}

/** Whether neighbouring elements are folded together, rather than into neighbouring results. */
function prefersRows(read: readonly Access[], kept: Nest, folded: Nest): boolean {
  const neighbours = ({ sizes, strides }: Nest): number =>
    sizes.at(-1) === 1 ? 0 : read.filter((access) => strides.get(access)?.at(-1) === 1).length;
  const [along, across] = [neighbours(folded), neighbours(kept)];
  return along > across || (along === across && (folded.sizes.at(-1) ?? 1) >= (kept.sizes.at(-1) ?? 1));
}

function emitWhole(kernel: FoldKernel, context: KernelContext): readonly Phase[] {
  const { op, value, stores, label } = kernel;
  const { kept, folded, alongRows, units } = planOf(kernel);
  const lanes = lanesOf([value, ...valuesOf(stores)]);
  const results = numel(kernel.shape);
  const perValue = nanosecondsPerPoint([value], [], context.tier);
  const perResult = nanosecondsPerPoint(valuesOf(stores), stores, context.tier);
  // A row ends in one lane; its other lanes are computed for nothing.
  const perRow = lanes * perResult + LANES_TO_ONE;
  const nanoseconds = results * (numel(kernel.folded) * perValue + (alongRows ? perRow : perResult));
  const faults = canFault([value, ...valuesOf(stores)]);
  const phase = sharedPhase(context, { name: label, units, nanoseconds, faults }, ({ first, end, local }) => {
    const options = { kernel, context, local, kept, folded, lanes };
    const fold = alongRows && !isArgument(op) ? new RowFold(op, options) : new ColumnFold(options);
    return fold.write(first, end);
  });
  return [phase];
}
