import type { DType } from "../shape/dtype.ts";
import type { Shape } from "../shape/shape.ts";
import type { Args } from "./op.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Makes the tensors of generated tests. The tests decide on dtype and memory layout, and run the same samples contiguous,
 * strided and in several dtypes.
 */
export interface Samples {
  /** Real numbers in [low, high), by default in [−2, 2); differentiable. */
  real(shape: Shape, low?: number, high?: number): Tensor;
  /** Real numbers that all differ by at least 0.05, in random order: no ties, no kinks. */
  distinct(shape: Shape): Tensor;
  /** Whole numbers from low to high − 1, int32. */
  int(shape: Shape, low: number, high: number): Tensor;
  /** Truth values, bool. */
  bool(shape: Shape): Tensor;
}

/** Shapes on which elementwise functions are tried: a matrix, one number, nothing at all. */
export const elementwiseShapes: readonly Shape[] = [[2, 3], [], [0, 3]];

/** Samples of a function of one number, for values in [low, high). */
export const reals =
  (low: number, high: number) =>
  (s: Samples): { x: Tensor }[] =>
    elementwiseShapes.map((shape) => ({ x: s.real(shape, low, high) }));

/** Pairs of shapes that broadcast in every way: equal, stretched on either side, by rank, by number, empty. */
export const broadcastPairs: readonly (readonly [Shape, Shape])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [
    [2, 1],
    [1, 3],
  ],
  [[], [2]],
  [[4], []],
  [[0, 3], [3]],
];

/** Samples of a function of two numbers, for x in [low, high) and other in [otherLow, otherHigh). */
export const realPairs =
  (low: number, high: number, otherLow = low, otherHigh = high) =>
  (s: Samples): { x: Tensor; other: Tensor | number }[] => [
    ...broadcastPairs.map(([a, b]) => ({ x: s.real(a, low, high), other: s.real(b, otherLow, otherHigh) })),
    { x: s.real([3], low, high), other: (otherLow + otherHigh) / 2 + 0.25 },
  ];

/** Nested numbers that a test turns into a tensor. */
export type Values = number | readonly Values[];

/**
 * A point with known results. The short form for numbers lists the inputs, the value, then the derivatives, in order:
 * `[x, y, dy/dx]`, `[x, other, y, dy/dx, dy/dother]`. The long form names everything; `grads` are those of the sum of y.
 */
export type Edge<A extends Args> =
  | readonly number[]
  | {
      readonly inputs: { readonly [name: string]: Values };
      readonly attributes?: Partial<A>;
      readonly y: Values;
      readonly grads?: { readonly [name: string]: Values };
      readonly dtype?: DType;
    };
