/**
 * The closed list of primitives: what every backend must know, and all it must know. Ops are written in terms of these. To
 * add a scalar function, name it here; each backend's table is a complete mapped type over these names, so the compiler
 * points at every table that lacks it.
 */

import type { Operand } from "./op.ts";
import type { Generator } from "./random.ts";
import type { Spec, Tensor } from "./tensor.ts";

/** Functions of one number. */
export type Unary =
  | "abs" | "acos" | "asin" | "atan" | "ceil" | "cos" | "cosh" | "digamma" | "erf" | "erfinv" | "exp" | "expm1" | "floor"
  | "isfinite" | "isnan" | "lgamma" | "log" | "log1p" | "log2" | "neg" | "not" | "reciprocal" | "relu" | "round" | "rsqrt"
  | "sigmoid" | "sign" | "sin" | "sinh" | "softplus" | "sqrt" | "square" | "tan" | "tanh" | "trunc"; // biome-ignore format: a list

/**
 * Functions of two numbers. `min` and `max` give NaN when either is NaN; `remainder` has the sign of the divisor. Towards
 * int32, `div` cuts the fraction off, and `div` and `remainder` refuse a divisor of zero.
 */
export type Binary =
  | "add" | "and" | "atan2" | "div" | "eq" | "ge" | "gt" | "le" | "lt" | "max" | "min" | "mul" | "ne" | "or" | "pow"
  | "remainder" | "sub" | "xor"; // biome-ignore format: a list

/** Folds along dimensions. argmax and argmin give the first position of the extreme along one dimension. */
export type Reduction = "sum" | "prod" | "max" | "min" | "argmax" | "argmin";

/** Running folds along a dimension. */
export type Scan = "sum" | "prod";

/** What to draw from a generator, in the order in which PyTorch draws it. */
export type Draw =
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "normal"; readonly mean: number; readonly std: number }
  | { readonly kind: "randint"; readonly low: number; readonly high: number }
  | { readonly kind: "exponential"; readonly rate: number }
  | { readonly kind: "randperm" }
  /** `p` a number: 53-bit draws, as dropout; a tensor: one draw for each of its elements, 24 bits for float32. */
  | { readonly kind: "bernoulli"; readonly p: Operand };

/**
 * What runs primitives: the eager backend, a recorder. Each method returns a fresh tensor without history of the announced
 * shape and dtype. With `into`, the result is written into that tensor instead (an in-place change; `into` may be an
 * operand), and `into` is returned.
 */
export interface Interpreter {
  unary(op: Unary, x: Tensor, out: Spec, into?: Tensor): Tensor;
  /** Operands broadcast to `out.shape`. */
  binary(op: Binary, a: Operand, b: Operand, out: Spec, into?: Tensor): Tensor;
  /** `x + alpha · other`: product and sum are rounded once in float32, as by a fused multiply–add. `alpha` has no dimensions. */
  addScaled(x: Operand, other: Operand, alpha: Operand, out: Spec, into?: Tensor): Tensor;
  /** `a` where the condition is not zero, else `b`; all broadcast to `out.shape`. */
  where(condition: Tensor, a: Operand, b: Operand, out: Spec, into?: Tensor): Tensor;
  /** Copies, broadcasts and converts; towards bool, every non-zero is 1; towards int32, fractions are cut off. */
  copy(x: Operand, out: Spec, into?: Tensor): Tensor;
  /** Folds the sorted dimensions `dims`; `out.shape` has them removed, or of size 1. */
  reduce(op: Reduction, x: Tensor, dims: readonly number[], out: Spec): Tensor;
  scan(op: Scan, x: Tensor, dim: number, out: Spec): Tensor;
  /** [b, m, k] · [b, k, n] → [b, m, n]. */
  matmul(a: Tensor, b: Tensor, out: Spec): Tensor;
  /** `y[…, i, …] = x[…, index[…, i, …], …]` along `dim`; y has the shape of the index. */
  gather(x: Tensor, dim: number, index: Tensor, out: Spec): Tensor;
  /** A copy of `x` with `source` added or set at the places that `index` names along `dim`, in row-major order. */
  scatter(mode: "add" | "set", x: Tensor, dim: number, index: Tensor, source: Operand, out: Spec): Tensor;
  /** The order of the elements along `dim`, stable; NaN counts as the largest. int32. */
  argsort(x: Tensor, dim: number, descending: boolean, out: Spec): Tensor;
  /** Positions of the elements that are not zero: [count, rank], int32. The shape depends on the data. */
  nonzero(x: Tensor): Tensor;
  random(draw: Draw, generator: Generator, out: Spec, into?: Tensor): Tensor;
  /** Another look at the same storage. */
  view(x: Tensor, shape: readonly number[], strides: readonly number[], offset: number): Tensor;
}
