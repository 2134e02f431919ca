import { apply, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import type { DType } from "../shape/dtype.ts";
import { normalizeDim, normalizeDims } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { counted, shown } from "../util/wording.ts";

/** Runs the body of a method; an error names the method in place of the op that it comes from. */
export function inMethod<T>(method: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof ChainruleError)) throw error;
    error.where.length = 0;
    throw error.within(method);
  }
}

/** A dimension counted from the front. */
export function dimOf(method: string, dim: number, rank: number): number {
  if (dim >= 0 && dim < rank && Number.isInteger(dim)) return dim;
  return inMethod(method, () => normalizeDim(dim, rank));
}

/** The place of a new dimension among `rank` old ones. */
export function newDim(method: string, dim: number, rank: number): number {
  if (Number.isInteger(dim) && dim >= -rank - 1 && dim <= rank) return dim < 0 ? dim + rank + 1 : dim;
  throw new ChainruleError(
    "index",
    `A tensor of ${counted(rank, "dimension")} has no place ${shown(dim)} for a new one.`,
    `Use a whole number from ${-rank - 1} to ${rank}.`,
  ).within(method);
}

/** Dimensions counted from the front, see {@link normalizeDims}. */
export function dimsOf(method: string, dims: Parameters<typeof normalizeDims>[0], rank: number): number[] {
  return inMethod(method, () => normalizeDims(dims, rank));
}

/** Runs an op along one dimension, in the dtype that the options name. */
export function alongOne(
  op: Op<{ x: Tensor; dim: number }>,
  x: Tensor,
  dim: number,
  options: { dtype?: DType } | undefined,
): Tensor {
  checkOptions(op.name, options, dtypeOption);
  const y = options?.dtype ? x.to(options.dtype) : x;
  return apply(op, { x: y, dim: dimOf(op.name, dim, y.ndim) });
}

const dtypeOption = { dtype: 0 };

/** Runs a reduction over dimensions, in the dtype that the options name where they may name one. */
export function reduceBy(
  op: Op<{ x: Tensor; dims: readonly number[]; keepdim: boolean }>,
  x: Tensor,
  dim: Parameters<typeof normalizeDims>[0],
  options: { keepdim?: boolean; dtype?: DType } | undefined,
  names: object = keepdimOption,
): Tensor {
  checkOptions(op.name, options, names);
  const y = options?.dtype ? x.to(options.dtype) : x;
  return apply(op, { x: y, dims: dimsOf(op.name, dim, y.ndim), keepdim: options?.keepdim ?? false });
}

/** What every reduction can be told. */
export const keepdimOption = { keepdim: 0 };

/** What reductions can be told that compute in another dtype. */
export const dtypeOptions = { keepdim: 0, dtype: 0 };

/** A dimension that exists: a tensor without any has nothing to choose from. */
export function existingDim(method: string, dim: number, x: Tensor): number {
  if (x.ndim > 0) return dimOf(method, dim, x.ndim);
  throw new ChainruleError(
    "index",
    "A tensor without dimensions has no places to choose from.",
    "Use the number itself: item(), or unsqueeze(0) first.",
  ).within(method);
}

/** A place of a dimension, counted from the front. */
export function placeOf(method: string, index: number, size: number, dim: number): number {
  if (!Number.isInteger(index) || index < -size || index >= size) {
    throw new ChainruleError(
      "index",
      `Index ${index} is out of range for dimension ${dim} of size ${size}.`,
      size === 0 ? "The dimension is empty." : `Use a whole number from ${-size} to ${size - 1}.`,
    ).within(method);
  }
  return index < 0 ? index + size : index;
}
