/**
 * What a backend turns into a program: kernels over buffers, in order. Every kernel says what it reads and writes by expressions
 * over its points, so that a backend needs no knowledge of ops.
 */
import type { DType, TypedArray } from "../shape/dtype.ts";
import type { Shape } from "../shape/shape.ts";
import type { Binary, Reduction, Unary } from "./primitives.ts";
import type { Storage } from "./storage.ts";

/** A block of contiguous elements that kernels read and write. */
export interface Buffer {
  readonly id: number;
  readonly dtype: DType;
  /** Number of elements. */
  readonly length: number;
  readonly home: Home;
}

/** Where a buffer lives. */
export type Home =
  /** The elements of the argument at a position: read only; their address is known at each run. */
  | { readonly kind: "argument"; readonly index: number }
  /** A storage that the program shares with eager code. */
  | { readonly kind: "state"; readonly storage: Storage }
  | { readonly kind: "constant"; readonly elements: TypedArray }
  /** Memory of the program's own, `at` bytes into its arena; blocks whose lifetimes do not meet overlap. */
  | { readonly kind: "arena"; readonly at: number };

/**
 * Which element a kernel meets at a point of its space: number `offset + Σ strides[d] · point[d]` of the buffer. One stride for
 * each dimension of the space that the access belongs to; 0 repeats, negative ones are allowed.
 */
export interface Access {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly strides: readonly number[];
}

/**
 * A number at a point of a kernel's space. Expressions are shared: one that stands in several places is the same object, and is
 * computed once. Operands of `binary`, `addScaled` and of `where`'s branches have the same dtype; conversions are written out.
 */
export type Expr =
  | { readonly kind: "load"; readonly dtype: DType; readonly access: Access }
  /**
   * The element that `index` (int32) names: `along` elements of the buffer apart, counted from the access. An index outside
   * [0, size) is a fault, which stops the program before anything that comes after.
   */
  | {
      readonly kind: "pick";
      readonly dtype: DType;
      readonly access: Access;
      readonly along: number;
      readonly size: number;
      readonly index: Expr;
    }
  | { readonly kind: "number"; readonly dtype: DType; readonly value: number }
  /** A float64 number that the host set before the run, rounded to the dtype. */
  | { readonly kind: "live"; readonly dtype: DType; readonly cell: number }
  /** In kernels that accumulate (fold, product): what was accumulated. */
  | { readonly kind: "accumulated"; readonly dtype: DType }
  /** The function of the operand in the operand's dtype; isfinite, isnan and not give bool. */
  | { readonly kind: "unary"; readonly dtype: DType; readonly op: Unary; readonly x: Expr }
  /** Comparisons and and, or, xor give bool; int32 wraps around, its div cuts off, and a divisor of 0 is a fault. */
  | {
      readonly kind: "binary";
      readonly dtype: DType;
      readonly op: Binary;
      readonly a: Expr;
      readonly b: Expr;
    }
  /** x + alpha · other; whether the product is rounded in between is open unless the program is strict, where it is. */
  | {
      readonly kind: "addScaled";
      readonly dtype: DType;
      readonly x: Expr;
      readonly other: Expr;
      readonly alpha: Expr;
    }
  | {
      readonly kind: "where";
      readonly dtype: DType;
      readonly condition: Expr;
      readonly a: Expr;
      readonly b: Expr;
    }
  /** Towards bool, every non-zero is 1; towards int32, fractions are cut off. */
  | { readonly kind: "convert"; readonly dtype: DType; readonly x: Expr };

/** What a kernel writes at each point. The dtype of the value is the buffer's. */
export interface Store {
  readonly to: Access;
  readonly value: Expr;
}

/** Names for people: in explanations and errors. */
interface Labelled {
  /** Such as "linear + relu, layer 0 (Linear)". */
  readonly label: string;
}

/** Computes its stores at each point; at one point, everything is read before anything is written. */
export interface LoopKernel extends Labelled {
  readonly kind: "loop";
  readonly shape: Shape;
  readonly stores: readonly Store[];
}

/**
 * For each point of `shape`: folds `value` over the points of `folded`, then computes the stores. Accesses inside `value` have
 * strides for [...shape, ...folded], those of stores, and inside their values, for `shape`. argmax and argmin give the first position
 * (int32) in row-major order of `folded`. `value.dtype` is what is folded in.
 */
export interface FoldKernel extends Labelled {
  readonly kind: "fold";
  readonly op: Reduction;
  readonly shape: Shape;
  readonly folded: Shape;
  readonly value: Expr;
  readonly stores: readonly Store[];
}

/**
 * For each point [b, m, n]: Σ_k a[b, m, k] · b[b, k, n], then the stores. Accesses inside `a` have strides for [b, m, k], those
 * inside `b` for [b, k, n], those of stores for [b, m, n]. float32, float64 or int32; k may be 0.
 */
export interface ProductKernel extends Labelled {
  readonly kind: "product";
  readonly dtype: DType;
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Expr;
  readonly b: Expr;
  readonly stores: readonly Store[];
}

/**
 * For each point of `shape` in row-major order: adds `source` to, or sets, the element of `to` that `index` names, `along`
 * elements apart, with the faults of `pick`.
 */
export interface ScatterKernel extends Labelled {
  readonly kind: "scatter";
  readonly mode: "add" | "set";
  readonly shape: Shape;
  readonly to: Access;
  readonly along: number;
  readonly size: number;
  readonly index: Expr;
  readonly source: Expr;
}

/** Something that the host does between kernels: random numbers, sorting. */
export interface HostKernel extends Labelled {
  readonly kind: "host";
  readonly reads: readonly Buffer[];
  readonly writes: readonly Buffer[];
  /** Does it; `elements` gives the elements of a buffer now. */
  run(elements: (buffer: Buffer) => TypedArray): void;
}

export type Kernel = LoopKernel | FoldKernel | ProductKernel | ScatterKernel | HostKernel;

/** A program before code is generated. */
export interface Schedule {
  readonly kernels: readonly Kernel[];
  readonly buffers: readonly Buffer[];
  /** What the program returns, contiguous, one buffer each (any home). */
  readonly results: readonly Result[];
  /** Bytes of the arena. */
  readonly arena: number;
  /** Number of live numbers. */
  readonly cells: number;
  /** Number of arguments. */
  readonly arguments: number;
  /** No instruction whose result depends on the machine or the engine. */
  readonly strict: boolean;
}

/** A returned tensor. */
export interface Result {
  readonly buffer: Buffer;
  readonly shape: Shape;
}
