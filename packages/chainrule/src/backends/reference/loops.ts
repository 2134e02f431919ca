import type { Operand } from "../../core/op.ts";
import { type Spec, Tensor } from "../../core/tensor.ts";
import { allocate, type TypedArray } from "../../shape/dtype.ts";
import { broadcastStrides, numel, sameShape } from "../../shape/shape.ts";

/** A tensor for a result, and the elements to fill in. */
export const fresh = (out: Spec): Tensor =>
  Tensor.over(allocate(out.dtype, numel(out.shape)), out.shape, out.dtype);

/** Elements and layout of an operand as seen in a given shape. */
export interface Reader {
  readonly elements: TypedArray;
  readonly strides: readonly number[];
  readonly offset: number;
}

export function reader(x: Operand, shape: readonly number[]): Reader {
  if (typeof x === "number") {
    return { elements: Float64Array.of(x), strides: shape.map(() => 0), offset: 0 };
  }
  return {
    elements: x.storage.elements,
    strides: broadcastStrides(x.shape, x.strides, shape),
    offset: x.offset,
  };
}

/** Whether two tensors may lie over each other in another order, so that writing one destroys what is still to be read. */
export const clashes = (x: Operand, into: Tensor): boolean =>
  typeof x !== "number" &&
  x.storage === into.storage &&
  !(
    x.offset === into.offset &&
    sameShape(x.shape, into.shape) &&
    x.strides.every((stride, i) => stride === into.strides[i] || into.shape[i] === 1)
  );

/**
 * Calls `row(offsets, steps, count)` for each run along the innermost dimension of `shape`, for several operands at once.
 * Dimensions that are contiguous in all operands are merged first, so that dense tensors are one single run.
 */
export function forEachRow(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  starts: readonly number[],
  row: (offsets: readonly number[], steps: readonly number[], count: number) => void,
): void {
  const sizes: number[] = [];
  const steps: number[][] = strides.map(() => []);
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d];
    if (size === 0) return;
    if (size === 1) continue;
    const last = sizes.length - 1;
    const mergeable = last >= 0 && strides.every((s, k) => s[d] === steps[k][last] * sizes[last]);
    if (mergeable) {
      sizes[last] *= size;
    } else {
      sizes.push(size);
      for (let k = 0; k < strides.length; k++) steps[k].push(strides[k][d]);
    }
  }
  const inner = sizes[0] ?? 1;
  const innerSteps = steps.map((s) => s[0] ?? 0);
  const offsets = [...starts];
  const walk = (d: number): void => {
    if (d <= 0) return row(offsets, innerSteps, inner);
    for (let i = 0; i < sizes[d]; i++) {
      walk(d - 1);
      for (let k = 0; k < offsets.length; k++) offsets[k] += steps[k][d];
    }
    for (let k = 0; k < offsets.length; k++) offsets[k] -= steps[k][d] * sizes[d];
  };
  walk(sizes.length - 1);
}

/** Whether an operand is a dense row-major block of exactly this shape. */
export const isDense = (x: Tensor, shape: readonly number[]): boolean =>
  sameShape(x.shape, shape) && x.isContiguous;

/** Copies `x`, broadcast and converted, into the elements of `into` (which may be strided). */
export function copyInto(x: Operand, into: Tensor): void {
  const target = into.storage.elements;
  const toBool = into.dtype === "bool";
  if (typeof x === "number") {
    const value = toBool ? Number(x !== 0) : x;
    if (into.isContiguous) {
      target.fill(value, into.offset, into.offset + into.numel);
      return;
    }
  } else if (isDense(x, into.shape) && into.isContiguous && (!toBool || x.dtype === "bool")) {
    const source = x.storage.elements;
    const count = into.numel;
    // An empty view may lie behind the end, where set() would not accept it.
    if (count > 0)
      target.set(source.length === count ? source : source.subarray(x.offset, x.offset + count), into.offset);
    return;
  }
  const from = reader(x, into.shape);
  const source = from.elements;
  forEachRow(
    into.shape,
    [from.strides, into.strides],
    [from.offset, into.offset],
    ([at, to], [step, toStep], n) => {
      let i = at;
      let o = to;
      if (toBool) for (let k = 0; k < n; k++, i += step, o += toStep) target[o] = source[i] !== 0 ? 1 : 0;
      else for (let k = 0; k < n; k++, i += step, o += toStep) target[o] = source[i];
    },
  );
}
