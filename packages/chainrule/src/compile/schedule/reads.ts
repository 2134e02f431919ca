/** What a value computed element by element reads at a point. */
import type { Source, Value, View } from "../../core/graph.ts";
import { contiguousStrides, type Shape } from "../../shape/shape.ts";
import { elementwiseOperands } from "../sources.ts";
import { type Affine, accessOf, compose, coordinates, isView, mergeDims } from "../views.ts";
import type { Use } from "./group.ts";

export interface Read {
  readonly view: View;
  /** Which element, at a point of some space. */
  readonly access: Affine;
  readonly use: Use;
}

/** Whether each element is a function of single elements of others. */
export const isPointwise = ({ kind }: Source): boolean =>
  kind === "unary" ||
  kind === "binary" ||
  kind === "addScaled" ||
  kind === "where" ||
  kind === "copy" ||
  kind === "gather";

/** What a pointwise value reads for an index of its shape, in the order of its operands; numbers read nothing. */
function readsOf({ source, shape }: Value): Read[] {
  if (source.kind === "gather") {
    const { x, index, dim } = source;
    const access = { offset: x.offset, strides: shape.map((_, d) => (d === dim ? 0 : x.strides[d])) };
    return [
      { view: index, access: accessOf(index, shape), use: "number" },
      { view: x, access, use: "memory" },
    ];
  }
  return (elementwiseOperands(source) ?? [])
    .filter(isView)
    .map((view) => ({ view, access: accessOf(view, shape), use: "number" }));
}

/**
 * What a pointwise value reads for its element at a row-major position, which is a function of the points of `space`. Null
 * where no strides lead there.
 */
export function readsAt(value: Value, position: Affine, space: Shape): Read[] | null {
  const reads = readsOf(value);
  const merged = mergeDims(
    value.shape,
    reads.map(({ access }) => access),
  );
  const place = coordinates(position, space, merged.shape);
  if (!place) return null;
  return reads.map((read, i) => ({ ...read, access: compose(merged.functions[i], place, space.length) }));
}

/** The points of a reduction's result, without the dimensions that it folds. */
export const keptShape = ({ source, shape }: Value): Shape =>
  source.kind === "reduce" ? source.x.shape.filter((_, d) => !source.dims.includes(d)) : shape;

/** The operand of a reduction at the points of what is kept, then folded. */
export function foldedAccess(x: View, dims: readonly number[]): Affine {
  const kept = x.strides.filter((_, d) => !dims.includes(d));
  return { offset: x.offset, strides: [...kept, ...dims.map((d) => x.strides[d])] };
}

/** The steps between elements that `dim` counts, and their number; a value without dimensions has one. */
export const along = (
  shape: Shape,
  strides: readonly number[],
  dim: number,
): { along: number; size: number } => ({
  along: strides[dim] ?? 0,
  size: shape[dim] ?? 1,
});

/** Where scattering goes without the index: the strides of the target, but none along `dim`. */
export const scatterAccess = (shape: Shape, dim: number): Affine => ({
  offset: 0,
  strides: contiguousStrides(shape).map((stride, d) => (d === dim ? 0 : stride)),
});
