import type { Tensor } from "../core/tensor.ts";
import { normalizeDim } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";

/** Runs the body of a method; an error names the method, outside of the op that it comes from. */
export function inMethod<T>(method: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw error instanceof ChainruleError && error.where[0] !== method ? error.within(method) : error;
  }
}

/** A dimension counted from the front. */
export function dimOf(method: string, dim: number, rank: number): number {
  if (dim >= 0 && dim < rank && Number.isInteger(dim)) return dim;
  return inMethod(method, () => normalizeDim(dim, rank));
}

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
