import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp, type Op, type Operand } from "../core/op.ts";
import type { Binary, Unary } from "../core/primitives.ts";
import { boolLike, compared } from "../core/rules.ts";
import { realPairs, reals } from "../core/samples.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import { sameShape } from "../shape/shape.ts";
import type { Dims } from "./sum.ts";

/** Questions about each element. They have no derivative: they are constant almost everywhere. */
const question = (name: string, primitive: Unary, formula: string): Op<{ x: Tensor }> =>
  defineOp<{ x: Tensor }>({
    name,
    formula,
    inputs: ["x"],
    result: boolLike,
    lower: ({ x }, out) => interpreter.unary(primitive, x, out),
    samples: reals(-2, 2),
  });

export const isnan = question("isnan", "isnan", "y = [x is NaN]");
export const isfinite = question("isfinite", "isfinite", "y = [x is a number and not infinite]");
export const logicalNot = question("logicalNot", "not", "y = [x = 0]");

type Pair = { x: Operand; other: Operand };

const connective = (name: string, primitive: Binary, formula: string): Op<Pair> =>
  defineOp<Pair>({
    name,
    formula,
    inputs: ["x", "other"],
    result: compared,
    lower: ({ x, other }, out) => interpreter.binary(primitive, x, other, out),
    samples: realPairs(-2, 2),
  });

export const logicalAnd = connective("logicalAnd", "and", "y = [x ≠ 0 and other ≠ 0]");
export const logicalOr = connective("logicalOr", "or", "y = [x ≠ 0 or other ≠ 0]");
export const logicalXor = connective("logicalXor", "xor", "y = [x ≠ 0 or other ≠ 0, but not both]");

/** How near two numbers must be to count as close: |x − other| ≤ atol + rtol · |other|. */
export interface Closeness {
  /** Relative tolerance. Default 1e-5. */
  rtol?: number;
  /** Absolute tolerance. Default 1e-8. */
  atol?: number;
  /** Whether NaN is close to NaN. Default false. */
  equalNan?: boolean;
}

declare module "../core/tensor.ts" {
  interface Tensor {
    /** Where an element is NaN, as bool. */
    isnan(): Tensor;
    /** Where an element is ∞ or −∞, as bool. */
    isinf(): Tensor;
    /** Where an element is neither NaN nor infinite, as bool. */
    isfinite(): Tensor;
    /** Elementwise not: true where an element is zero, as bool. */
    logicalNot(): Tensor;
    /** Elementwise and: true where neither is zero, as bool. */
    logicalAnd(other: Operand): Tensor;
    /** Elementwise or: true where not both are zero, as bool. */
    logicalOr(other: Operand): Tensor;
    /** Elementwise exclusive or: true where exactly one is not zero, as bool. */
    logicalXor(other: Operand): Tensor;
    /** Where an element is close to that of `other`, as bool. */
    isclose(other: Operand, options?: Closeness): Tensor;
    /** Whether all elements are close to those of `other`. Reads the values. */
    allclose(other: Operand, options?: Closeness): boolean;
    /** Whether shapes and all elements are equal. NaN equals nothing. Reads the values. */
    equal(other: Tensor): boolean;
    /** Whether no element along `dim` (all dimensions when left out) is zero, as bool; true of nothing. */
    all(dim?: Dims, options?: { keepdim?: boolean }): Tensor;
    /** Whether some element along `dim` (all dimensions when left out) is not zero, as bool; false of nothing. */
    any(dim?: Dims, options?: { keepdim?: boolean }): Tensor;
    /** How many elements along `dim` (all dimensions when left out) are not zero, as int32. */
    countNonzero(dim?: Dims, options?: { keepdim?: boolean }): Tensor;
  }
}

defineMethods({
  isnan() {
    return apply(isnan, { x: this });
  },
  isinf() {
    return this.eq(Number.POSITIVE_INFINITY).logicalOr(this.eq(Number.NEGATIVE_INFINITY));
  },
  isfinite() {
    return apply(isfinite, { x: this });
  },
  logicalNot() {
    return apply(logicalNot, { x: this });
  },
  logicalAnd(other) {
    return apply(logicalAnd, { x: this, other });
  },
  logicalOr(other) {
    return apply(logicalOr, { x: this, other });
  },
  logicalXor(other) {
    return apply(logicalXor, { x: this, other });
  },
  isclose(other, { rtol = 1e-5, atol = 1e-8, equalNan = false } = {}) {
    const [x, y] = [this.to("float64"), typeof other === "number" ? other : other.to("float64")];
    const slack = typeof y === "number" ? Math.abs(y) * rtol + atol : y.abs().mul(rtol).add(atol);
    const distance = x.sub(y).abs();
    const close = x.eq(y).logicalOr(distance.le(slack).logicalAnd(distance.isfinite()));
    if (!equalNan) return close;
    return close.logicalOr(
      typeof y === "number" ? x.isnan().logicalAnd(y !== y ? 1 : 0) : x.isnan().logicalAnd(y.isnan()),
    );
  },
  allclose(other, options) {
    return this.isclose(other, options).all().item() !== 0;
  },
  equal(other) {
    return sameShape(this.shape, other.shape) && this.eq(other).all().item() !== 0;
  },
  all(dim, options) {
    return this.logicalNot().any(dim, options).logicalNot();
  },
  any(dim, options) {
    return this.countNonzero(dim, options).ne(0);
  },
  countNonzero(dim, options) {
    return this.ne(0).sum(dim, options);
  },
});
