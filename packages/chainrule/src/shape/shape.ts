import { ChainruleError } from "../util/errors.ts";
import { checkList } from "../util/options.ts";
import { counted, shown } from "../util/wording.ts";

/** Sizes of the dimensions, outermost first; `[]` is a single number. */
export type Shape = readonly number[];

/** How a shape reads in messages: `[2, 3]`. */
export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`;

/** The number of elements: the product of the sizes, 1 for `[]`. */
export function numel(shape: Shape): number {
  let n = 1;
  for (let i = 0; i < shape.length; i++) n *= shape[i];
  return n;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const noStrides: readonly number[] = [];
const unitStride: readonly number[] = [1];

/** Strides, in elements, of a row-major layout. */
export function contiguousStrides(shape: Shape): readonly number[] {
  const rank = shape.length;
  if (rank === 0) return noStrides;
  if (rank === 1) return unitStride;
  const strides = new Array<number>(rank);
  let step = 1;
  for (let i = rank - 1; i >= 0; i--) {
    strides[i] = step;
    step *= Math.max(shape[i], 1);
  }
  return strides;
}

/** Whether elements lie in row-major order without gaps. Strides of dimensions of size 1 do not matter. */
export function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i];
    if (size !== 1 && strides[i] !== step) return numel(shape) === 0;
    step *= size;
  }
  return true;
}

/** Throws unless sizes stand in an array. */
export const requireSizes = (shape: Shape, example: string): void =>
  checkList("A shape must be an array of sizes", shape, example, "shape");

/** Throws unless every size is a whole number ≥ 0. */
export function checkShape(shape: Shape): Shape {
  requireSizes(shape, "zeros([2, 3])");
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new ChainruleError(
        "shape",
        `The shape ${showShape(shape)} has a size that is not a whole number ≥ 0.`,
        "Give whole sizes.",
      );
    }
  }
  return shape;
}

/** A dimension counted from the front: −1 is the last one. A tensor without dimensions accepts 0 and −1, as PyTorch does. */
export function normalizeDim(dim: number, rank: number): number {
  const range = Math.max(rank, 1);
  if (typeof dim !== "number") refuseDim(dim, "a whole number");
  if (!Number.isInteger(dim) || dim < -range || dim >= range) {
    throw new ChainruleError(
      "index",
      `Dimension ${dim} is out of range for a tensor of ${counted(rank, "dimension")}.`,
      `Use a whole number from ${-range} to ${range - 1}.`,
    );
  }
  return dim < 0 ? dim + range : dim;
}

function refuseDim(dim: unknown, wanted: string): never {
  throw new ChainruleError(
    "index",
    `The dimension is ${shown(dim)}.`,
    `Give ${wanted}, and options after it.`,
  );
}

/** Dimensions counted from the front, sorted, each at most once; `undefined` or an empty list means all of them. */
export function normalizeDims(dims: number | readonly number[] | null | undefined, rank: number): number[] {
  if (dims === undefined || dims === null || (dims as readonly number[]).length === 0) {
    return Array.from({ length: rank }, (_, i) => i);
  }
  if (typeof dims !== "number" && !Array.isArray(dims)) refuseDim(dims, "one, an array, or null for all");
  const named = typeof dims === "number" ? [dims] : dims;
  const sorted = named.map((d) => normalizeDim(d, rank)).sort((a, b) => a - b);
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i] === sorted[i - 1]) {
      throw new ChainruleError(
        "index",
        `Dimension ${sorted[i]} is named twice in [${named.join(", ")}].`,
        "Name each dimension once.",
      );
    }
  }
  return rank === 0 ? [] : sorted;
}

/**
 * The common shape of two operands: sizes are compared from the last dimension, and a size of 1 or a missing dimension
 * stretches to the other's size.
 */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  if (sameShape(a, b) || b.length === 0) return a;
  if (a.length === 0) return b;
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const m = i <= a.length ? a[a.length - i] : 1;
    const n = i <= b.length ? b[b.length - i] : 1;
    if (m !== n && m !== 1 && n !== 1) {
      throw new ChainruleError(
        "shape",
        `The shapes ${showShape(a)} and ${showShape(b)} do not broadcast: dimension −${i} has sizes ${m} and ${n}.`,
        "Sizes must be equal, or one of them 1: reshape or transpose one operand.",
      );
    }
    out[rank - i] = m === 1 ? n : m;
  }
  return out;
}

/** Strides that read a tensor of `shape` as one of the broadcast shape `target`; stretched dimensions get stride 0. */
export function broadcastStrides(shape: Shape, strides: readonly number[], target: Shape): readonly number[] {
  if (sameShape(shape, target)) return strides;
  const lead = target.length - shape.length;
  return target.map((size, i) => (i < lead || (shape[i - lead] === 1 && size !== 1) ? 0 : strides[i - lead]));
}

/** The index of a position counted in row-major order: of 4 in [2, 3], [1, 1]. */
export function unravelIndex(position: number, shape: Shape): number[] {
  const index = new Array<number>(shape.length);
  let rest = position;
  for (let d = shape.length - 1; d >= 0; d--) {
    index[d] = rest % shape[d];
    rest = Math.floor(rest / shape[d]);
  }
  return index;
}

/** The shape after reducing `dims` (normalized). */
export function reducedShape(shape: Shape, dims: readonly number[], keepdim: boolean): Shape {
  if (keepdim) return shape.map((size, i) => (dims.includes(i) ? 1 : size));
  return shape.filter((_, i) => !dims.includes(i));
}

/** A requested shape with one −1 filled in so that it holds `count` elements. */
export function inferShape(requested: Shape, count: number, from: Shape): Shape {
  requireSizes(requested, "reshape([2, 3])");
  const unknown = requested.indexOf(-1);
  const fail = (): never => {
    throw new ChainruleError(
      "shape",
      `A tensor of shape ${showShape(from)} has ${counted(count, "element")} and cannot be viewed as ${showShape(requested)}.`,
      "The product of the new sizes must equal the number of elements; at most one size may be −1.",
    );
  };
  if (requested.some((size, i) => !Number.isInteger(size) || (size < 0 && i !== unknown))) fail();
  if (unknown < 0) return numel(requested) === count ? requested : fail();
  const rest = numel(requested.filter((_, i) => i !== unknown));
  if (rest === 0 || count % rest !== 0) return fail();
  return requested.map((size, i) => (i === unknown ? count / rest : size));
}
