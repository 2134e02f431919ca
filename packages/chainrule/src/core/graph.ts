/**
 * What a recorded function computes, as plain data: each value once, in the order of recording, with the primitive that made
 * it. Writes in place are gone: a value never changes, and a storage that was written has a later value.
 */

import type { TypedArray } from "../shape/dtype.ts";
import type { Shape } from "../shape/shape.ts";
import type { Binary, Draw, Reduction, Scan, Unary } from "./primitives.ts";
import type { Generator } from "./random.ts";
import type { Scope } from "./scope.ts";
import type { Storage } from "./storage.ts";
import type { Spec } from "./tensor.ts";

/** Elements that are computed once, in row-major order without gaps. */
export interface Value extends Spec {
  readonly id: number;
  readonly source: Source;
  /** The layer that it was computed in. */
  readonly scope: Scope | null;
}

/** A look at a value: element `i` of the view is number `offset + Σ strides[d] · i[d]` of the value's elements. */
export interface View {
  readonly value: Value;
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** A tensor or a plain number. A number that the host computes anew at each run is a view of a `live` value. */
export type Input = View | number;

/** Where a value comes from. */
export type Source =
  /** The argument tensor at a position, made contiguous. */
  | { readonly kind: "argument"; readonly index: number }
  /** What a storage holds when the program starts; one dimension, the storage's whole length. */
  | { readonly kind: "state"; readonly storage: Storage }
  /** A float64 number without dimensions that the host sets before each run. */
  | { readonly kind: "live"; readonly cell: number }
  /** Elements that never change. */
  | { readonly kind: "constant"; readonly elements: TypedArray }
  | { readonly kind: "unary"; readonly op: Unary; readonly x: View }
  /** Operands broadcast to the shape of the value. */
  | { readonly kind: "binary"; readonly op: Binary; readonly a: Input; readonly b: Input }
  /** x + alpha · other. */
  | { readonly kind: "addScaled"; readonly x: Input; readonly other: Input; readonly alpha: Input }
  | { readonly kind: "where"; readonly condition: View; readonly a: Input; readonly b: Input }
  /** Broadcasts and converts. */
  | { readonly kind: "copy"; readonly x: Input }
  /** `base`, with the elements that a view of it shows replaced by those of `part` (of the same dtype). */
  | {
      readonly kind: "write";
      readonly base: Value;
      readonly part: View;
      readonly strides: readonly number[];
      readonly offset: number;
    }
  /** Folds the sorted dimensions `dims`; the value's shape has them removed, or of size 1. */
  | { readonly kind: "reduce"; readonly op: Reduction; readonly x: View; readonly dims: readonly number[] }
  | { readonly kind: "scan"; readonly op: Scan; readonly x: View; readonly dim: number }
  /** [b, m, k] · [b, k, n] → [b, m, n]. */
  | { readonly kind: "matmul"; readonly a: View; readonly b: View }
  | { readonly kind: "gather"; readonly x: View; readonly dim: number; readonly index: View }
  | {
      readonly kind: "scatter";
      readonly mode: "add" | "set";
      readonly x: View;
      readonly dim: number;
      readonly index: View;
      readonly source: Input;
    }
  | { readonly kind: "argsort"; readonly x: View; readonly dim: number; readonly descending: boolean }
  /** Drawn in the order of recording, never merged or left out. `p` takes the place of a Bernoulli draw's probability. */
  | { readonly kind: "random"; readonly draw: Draw; readonly p: Input | null; readonly generator: Generator };

/** A function that was recorded. */
export interface Graph {
  /** In the order of recording: what a value needs stands before it. */
  readonly values: readonly Value[];
  /** What the function returned. */
  readonly results: readonly View[];
  /** What storages that outlive the function hold at its end, where that is not what they held before. */
  readonly effects: readonly Effect[];
  /** Number of live numbers. */
  readonly cells: number;
}

/** The last value of a storage; as many elements as the storage has, and its dtype. */
export interface Effect {
  readonly storage: Storage;
  readonly value: Value;
}
