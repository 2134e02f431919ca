import { category, type DType, dtypes, floatingOf, promoteTypes } from "../shape/dtype.ts";
import { broadcastShapes } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { shown, withArticle } from "../util/wording.ts";
import type { Operand } from "./op.ts";
import type { Spec, Tensor } from "./tensor.ts";

const scalarShape: readonly number[] = [];

export const shapeOf = (x: Operand): readonly number[] =>
  typeof x === "number" ? scalarShape : (x?.shape ?? refuse(x));

/** For callers without types. */
function refuse(x: unknown): never {
  throw new ChainruleError(
    "argument",
    `${shown(x, "A")} was given where a tensor or a number is needed.`,
    "Make a tensor of it by tensor().",
  );
}

/** A number counts as an integer when it is one that int32 holds; otherwise it is floating. */
const dtypeOfNumber = (x: number): DType => (x === (x | 0) ? "int32" : "float32");

/**
 * The common dtype of operands, by PyTorch's rule: tensors with dimensions decide; tensors without, and then numbers, only
 * lift the result to a higher category (bool < integer < floating).
 */
export function resultType(...operands: readonly Operand[]): DType {
  let dims: DType | null = null;
  let zeros: DType | null = null;
  let numbers: DType | null = null;
  for (const x of operands) {
    if (typeof x === "number") numbers = numbers ? promoteTypes(numbers, dtypeOfNumber(x)) : dtypeOfNumber(x);
    else if (x.shape.length === 0) zeros = zeros ? promoteTypes(zeros, x.dtype) : x.dtype;
    else dims = dims ? promoteTypes(dims, x.dtype) : x.dtype;
  }
  return lift(lift(dims, zeros), numbers) ?? "float32";
}

function lift(strong: DType | null, weak: DType | null): DType | null {
  if (!strong || !weak) return strong ?? weak;
  return category(weak) > category(strong) ? weak : strong;
}

/** Common dtype of two operands, the frequent cases first. */
export function resultType2(a: Operand, b: Operand): DType {
  if (typeof a !== "number") {
    if (typeof b === "number")
      return a.dtype === "float32" || a.dtype === "float64" ? a.dtype : resultType(a, b);
    if (a.dtype === b.dtype) return a.dtype;
  }
  return resultType(a, b);
}

/** Rule: the same shape and dtype as `x`. */
export const like = ({ x }: { x: Tensor }): Spec => x;

/** Rule: the shape of `x`; floating, as functions of real numbers are. */
export const floatLike = ({ x }: { x: Tensor }): Spec => ({ shape: x.shape, dtype: floatingOf(x.dtype) });

/** Rule: the shape of `x`, bool. */
export const boolLike = ({ x }: { x: Tensor }): Spec => ({ shape: x.shape, dtype: "bool" });

type Pair = { x: Operand; other: Operand };

/** Rule: broadcast shape, promoted dtype. */
export const promoted = ({ x, other }: Pair): Spec => ({
  shape: broadcastShapes(shapeOf(x), shapeOf(other)),
  dtype: resultType2(x, other),
});

/** Rule: broadcast shape, promoted dtype, at least floating (division, atan2). */
export const promotedFloat = ({ x, other }: Pair): Spec => ({
  shape: broadcastShapes(shapeOf(x), shapeOf(other)),
  dtype: floatingOf(resultType2(x, other)),
});

/** Rule: broadcast shape, bool (comparisons). */
export const compared = ({ x, other }: Pair): Spec => ({
  shape: broadcastShapes(shapeOf(x), shapeOf(other)),
  dtype: "bool",
});

/** Refuses dtypes that an op has no meaning for. */
export function requireDType(x: Tensor, allowed: readonly DType[], remedy: string): void {
  if (!dtypes.includes(x?.dtype)) {
    throw new ChainruleError(
      "argument",
      `${shown(x, "A")} was given where a tensor is needed.`,
      "Make a tensor of it by tensor().",
    );
  }
  if (!allowed.includes(x.dtype)) {
    throw new ChainruleError(
      "dtype",
      `${withArticle(x.dtype, "A")} tensor was given where ${allowed.join(" or ")} is needed.`,
      remedy,
    );
  }
}

/** Refuses tensors that are not floating. */
export const requireFloating = (x: Tensor): void =>
  requireDType(x, ["float32", "float64"], 'Convert it by to("float32").');

/** Rule: the same shape and dtype as `x`, which must be floating. */
export function onlyFloating({ x }: { x: Tensor }): Spec {
  requireFloating(x);
  return x;
}
