/** Kernels that compute stores at each point, without a fold: rows of vectors along the innermost dimension. */

import { accessesOf, valuesOf } from "../../../core/expressions.ts";
import type { LoopKernel } from "../../../core/schedule.ts";
import { numel } from "../../../shape/shape.ts";
import type { Declare } from "../assembler/function.ts";
import type { KernelEmitter } from "./context.ts";
import { nanosecondsPerPoint } from "./cost.ts";
import { canFault, lanesOf } from "./expression.ts";
import { freeNest } from "./nest.ts";
import { type Share, serialPhase, sharedPhase } from "./phase.ts";
import { RowWriter, SIDE_BY_SIDE } from "./rows.ts";
import { findTransposition, TransposedWriter, unitsOf } from "./transposed-loop.ts";

/** Up to so many points are written out without loops. */
const UNROLLED = 16;

/** One phase; threads share the rows, or the steps along the one row there is. */
export const emitLoop: KernelEmitter<LoopKernel> = (kernel, context) => {
  const { stores, shape } = kernel;
  const points = numel(shape);
  if (points === 0 || stores.length === 0) return [];
  const exprs = valuesOf(stores);
  const accesses = [...new Set([...stores.map(({ to }) => to), ...accessesOf(exprs)])];
  const nest = freeNest(shape, accesses);
  const lanes = lanesOf(exprs);
  const phase = {
    name: kernel.label,
    nanoseconds: points * nanosecondsPerPoint(exprs, stores, context.tier),
    faults: canFault(exprs),
  };
  const writer = (local: Declare) => new RowWriter({ kernel, stores, context, local, nest, lanes });
  if (points <= UNROLLED) return [serialPhase(context, phase, (local) => writer(local).unrolled())];
  const transposition = findTransposition(nest, stores, lanes);
  if (transposition) {
    const units = unitsOf(transposition.nest, lanes);
    const write = ({ first, end, local }: Share) => {
      const options = { kernel, stores, context, local, nest: transposition.nest, lanes };
      return new TransposedWriter(options, transposition.accesses).write(first, end);
    };
    return [sharedPhase(context, { ...phase, units }, write)];
  }
  const rows = numel(nest.sizes.slice(0, -1));
  if (rows > 1) {
    const write = ({ first, end, local }: Share) => writer(local).rows(first, end);
    return [sharedPhase(context, { ...phase, units: rows }, write)];
  }
  const units = Math.floor(points / (SIDE_BY_SIDE * lanes));
  const write = ({ first, end, local }: Share) => writer(local).part(first, end);
  return [sharedPhase(context, { ...phase, units }, write)];
};
