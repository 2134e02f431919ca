/** The dimensions of a kernel in the order in which loops best run through them. */
import type { Access } from "../../../core/schedule.ts";
import type { Shape } from "../../../shape/shape.ts";

/** Dimensions, outermost first, and how far each takes an access, in elements. */
export interface Nest {
  readonly sizes: readonly number[];
  readonly strides: ReadonlyMap<Access, readonly number[]>;
}

/** A dimension with the strides of all accesses, in the order of the accesses. */
interface Dimension {
  readonly size: number;
  readonly strides: readonly number[];
}

/** The dimensions `from`, `from` + 1, … of the accesses' spaces, without those of size 1. */
function dimensionsOf(shape: Shape, accesses: readonly Access[], from: number): Dimension[] {
  return shape
    .map((size, d) => ({ size, strides: accesses.map(({ strides }) => strides[from + d]) }))
    .filter(({ size }) => size !== 1);
}

/** Dimensions with neighbours made one where every access runs through them evenly. */
function merged(dimensions: readonly Dimension[]): Dimension[] {
  const result: Dimension[] = [];
  for (const inner of dimensions) {
    const outer = result.at(-1);
    const even = outer?.strides.every((stride, k) => stride === inner.strides[k] * inner.size);
    if (outer && even) result.splice(-1, 1, { size: outer.size * inner.size, strides: inner.strides });
    else result.push(inner);
  }
  return result;
}

const nestOf = (dimensions: readonly Dimension[], accesses: readonly Access[]): Nest => ({
  sizes: dimensions.map(({ size }) => size),
  strides: new Map(accesses.map((access, k) => [access, dimensions.map(({ strides }) => strides[k])])),
});

/** Dimensions in the order given; those from number `from` on of the accesses' spaces. */
export const orderedNest = (shape: Shape, accesses: readonly Access[], from = 0): Nest =>
  nestOf(merged(dimensionsOf(shape, accesses, from)), accesses);

/** Dimensions in an order of our choice: the one in which the first access's elements are neighbours comes last. */
export function freeNest(shape: Shape, accesses: readonly Access[], from = 0): Nest {
  const steps = ({ strides }: Dimension): number => Math.abs(strides[0] ?? 0);
  const sorted = dimensionsOf(shape, accesses, from).sort((a, b) => steps(b) - steps(a));
  return nestOf(merged(sorted), accesses);
}

/** The nest with at least one dimension: one of size 1, if there is no other. */
export function atLeastOne(nest: Nest): Nest {
  if (nest.sizes.length > 0) return nest;
  return { sizes: [1], strides: new Map([...nest.strides].map(([access]) => [access, [0]])) };
}

/** A part of a nest: dimensions `from` to `to` − 1. */
export interface Part {
  readonly nest: Nest;
  readonly from?: number;
  readonly to?: number;
}

/** Parts one inside of the other, for some accesses that all of them have. */
export function joined(accesses: readonly Access[], parts: readonly Part[]): Nest {
  const stridesOf = (access: Access) =>
    parts.flatMap(({ nest, from, to }) => nest.strides.get(access)?.slice(from, to) ?? []);
  return {
    sizes: parts.flatMap(({ nest, from, to }) => nest.sizes.slice(from, to)),
    strides: new Map(accesses.map((access) => [access, stridesOf(access)])),
  };
}

/** The nest with dimension `d` moved to where it is the last but one. */
export function withLastButOne({ sizes, strides }: Nest, d: number): Nest {
  const moved = <T>(items: readonly T[]): T[] => [
    ...items.filter((_, k) => k !== d && k !== items.length - 1),
    items[d],
    items[items.length - 1],
  ];
  return {
    sizes: moved(sizes),
    strides: new Map([...strides].map(([access, steps]) => [access, moved(steps)])),
  };
}
