/** How views compose: which element of one value another one reads, as affine functions of points. */
import type { Input, Value, View } from "../core/graph.ts";
import { broadcastStrides, contiguousStrides, isContiguous, numel, type Shape } from "../shape/shape.ts";

/** The number `offset + Σ strides[d] · point[d]` for points of some space. */
export interface Affine {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** The position of a point in row-major order. */
export const rowMajor = (shape: Shape): Affine => ({ offset: 0, strides: contiguousStrides(shape) });

/** All of a value in its own shape. */
export const wholeView = (value: Value, shape: Shape = value.shape): View => ({
  value,
  shape,
  strides: contiguousStrides(shape),
  offset: 0,
});

/** Whether a view shows every element of its value in order; its shape may differ from the value's. */
export const isWhole = ({ value, shape, strides, offset }: View): boolean =>
  offset === 0 && numel(shape) === numel(value.shape) && isContiguous(shape, strides);

export const isView = (input: Input | null): input is View => input !== null && typeof input !== "number";

/** Which element of its value a view shows at a point of `shape`, to which it broadcasts. */
export const accessOf = (view: View, shape: Shape): Affine => ({
  offset: view.offset,
  strides: broadcastStrides(view.shape, view.strides, shape),
});

/** The same for equal functions: strides of dimensions of size 1 do not matter. */
export const keyOf = ({ offset, strides }: Affine, space: Shape): string =>
  `${offset}:${strides.map((stride, d) => (space[d] === 1 ? 0 : stride)).join(",")}`;

/** `outer` after the coordinates `inner`, which are functions of another space. */
export function compose(outer: Affine, inner: readonly Affine[], rank: number): Affine {
  const strides = new Array<number>(rank).fill(0);
  let { offset } = outer;
  inner.forEach((coordinate, j) => {
    offset += outer.strides[j] * coordinate.offset;
    for (let d = 0; d < rank; d++) strides[d] += outer.strides[j] * coordinate.strides[d];
  });
  return { offset, strides };
}

/**
 * The index in `shape` of the element at a row-major position, each coordinate as a function of the point that the position
 * is a function of. Null where a coordinate is no affine function: a row that runs on into the next one, a negative step.
 */
export function coordinates(position: Affine, space: Shape, shape: Shape): Affine[] | null {
  const rank = space.length;
  if (numel(space) === 0) return shape.map(() => ({ offset: 0, strides: new Array<number>(rank).fill(0) }));
  let rest = position.offset;
  const rests = position.strides.map((stride, d) => (space[d] === 1 ? 0 : stride));
  if (rest < 0 || rests.some((stride) => stride < 0)) return null;
  const steps = contiguousStrides(shape);
  const found: Affine[] = [];
  for (let j = 0; j < shape.length; j++) {
    const step = shape[j] === 1 ? Number.POSITIVE_INFINITY : steps[j];
    const offset = Math.floor(rest / step);
    const strides = rests.map((stride) => Math.floor(stride / step));
    const last = strides.reduce((sum, stride, d) => sum + stride * (space[d] - 1), offset);
    if (last >= Math.max(shape[j], 1)) return null;
    if (offset > 0) rest -= offset * step;
    strides.forEach((stride, d) => {
      if (stride > 0) rests[d] -= stride * step;
    });
    found.push({ offset, strides });
  }
  return rest === 0 && rests.every((stride) => stride === 0) ? found : null;
}

/** Whether positions take every value from 0 to numel − 1 once: a permutation of the elements of a block. */
export function isBijection({ offset, strides }: Affine, space: Shape, count: number): boolean {
  if (offset !== 0 || numel(space) !== count) return false;
  if (count === 0) return true;
  let step = 1;
  for (const d of byStride(strides, space)) {
    if (strides[d] !== step) return false;
    step *= space[d];
  }
  return true;
}

/** Dimensions of more than one element, from the smallest stride to the largest. */
const byStride = (strides: readonly number[], space: Shape): number[] =>
  space
    .map((_, d) => d)
    .filter((d) => space[d] !== 1)
    .sort((a, b) => strides[a] - strides[b]);

/**
 * Undoes a bijection: the point at which the position is that of an index of `shape`, each coordinate of the point as a
 * function of the index. Null where that is no affine function.
 */
export function inverse(position: Affine, space: Shape, shape: Shape): Affine[] | null {
  const order = byStride(position.strides, space).reverse();
  const sizes = order.map((d) => space[d]);
  const found = coordinates(rowMajor(shape), shape, sizes);
  if (!found) return null;
  const nowhere = { offset: 0, strides: shape.map(() => 0) };
  return space.map((_, d) => (order.includes(d) ? found[order.indexOf(d)] : nowhere));
}

/** A space without dimensions of size 1, neighbours merged that all the functions run through evenly. */
export function mergeDims(shape: Shape, functions: readonly Affine[]): { shape: Shape; functions: Affine[] } {
  const sizes: number[] = [];
  const kept: number[] = [];
  shape.forEach((size, d) => {
    if (size === 1) return;
    const last = kept.length - 1;
    const even = last >= 0 && functions.every(({ strides }) => strides[kept[last]] === strides[d] * size);
    if (even) {
      sizes[last] *= size;
      kept[last] = d;
    } else {
      sizes.push(size);
      kept.push(d);
    }
  });
  return {
    shape: sizes,
    functions: functions.map(({ offset, strides }) => ({ offset, strides: kept.map((d) => strides[d]) })),
  };
}

/** A view of what `outer.value` is a view of, where it can be written as one: `outer` looks at a value that shows `inner`. */
export function throughView(outer: View, inner: View): View | null {
  const { value } = inner;
  if (isWhole(inner)) return { ...outer, value };
  const merged = mergeDims(inner.shape, [inner]);
  const place = coordinates(outer, outer.shape, merged.shape);
  return place && { value, shape: outer.shape, ...compose(merged.functions[0], place, outer.shape.length) };
}

/** The view in another shape, elements in the same order, where strides can say it. */
export function reshaped(view: View, shape: Shape): View | null {
  return throughView({ ...view, ...rowMajor(shape), shape }, view);
}
