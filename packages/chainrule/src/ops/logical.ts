import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp, type Op, type Operand } from "../core/op.ts";
import type { Binary, Unary } from "../core/primitives.ts";
import { boolLike, compared } from "../core/rules.ts";
import { realPairs, reals } from "../core/samples.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import { sameShape } from "../shape/shape.ts";
import { checkOptions, type OptionNames } from "../util/options.ts";
import { inMethod, keepdimOption } from "./places.ts";
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
    /**
     * Where an element is NaN, as bool, as `torch.isnan`.
     *
     * @example
     * const x = tensor([0, NaN, Infinity]);
     * x.isnan(); // → tensor([false, true, false])
     * x.isnan().any().item(); // → 1
     */
    isnan(): Tensor;
    /**
     * Where an element is ∞ or −∞, as bool, as `torch.isinf`.
     *
     * @example
     * tensor([1, NaN, -Infinity]).isinf(); // → tensor([false, false, true])
     */
    isinf(): Tensor;
    /**
     * Where an element is neither NaN nor infinite, as bool, as `torch.isfinite`.
     *
     * @example
     * tensor([1, NaN, -Infinity]).isfinite(); // → tensor([true, false, false])
     */
    isfinite(): Tensor;
    /**
     * Elementwise not: true where an element is zero, as bool, as `torch.logical_not`.
     *
     * @example
     * tensor([0, 0.5, NaN]).logicalNot(); // → tensor([true, false, false])
     */
    logicalNot(): Tensor;
    /**
     * Elementwise and: true where neither is zero, as bool, as `torch.logical_and`. The shapes broadcast.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast
     *
     * @example
     * const x = tensor([-2, 0.5, 3]);
     * x.gt(0).logicalAnd(x.lt(1)); // → tensor([false, true, false])
     */
    logicalAnd(other: Operand): Tensor;
    /**
     * Elementwise or: true where not both are zero, as bool, as `torch.logical_or`. The shapes broadcast.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast
     *
     * @example
     * const x = tensor([-2, 0.5, 3]);
     * x.lt(0).logicalOr(x.gt(1)); // → tensor([true, false, true])
     */
    logicalOr(other: Operand): Tensor;
    /**
     * Elementwise exclusive or: true where exactly one is not zero, as bool, as `torch.logical_xor`. The shapes broadcast.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast
     *
     * @example
     * tensor([0, 0, 1, 2]).logicalXor(tensor([0, 1, 0, 3])); // → tensor([false, true, true, false])
     */
    logicalXor(other: Operand): Tensor;
    /**
     * Where an element is close to that of `other`, |this − other| ≤ atol + rtol · |other|, as bool, as `torch.isclose`. Equal
     * infinities are close. Computed in float64, whatever the dtypes.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast
     *
     * @example
     * const x = tensor([1, 1, NaN]);
     * x.isclose(tensor([1.000001, 1.1, NaN])); // → tensor([true, false, false])
     * x.isclose(1, { rtol: 0.2 }); // → tensor([true, true, false])
     */
    isclose(other: Operand, options?: Closeness): Tensor;
    /**
     * Whether all elements are close to those of `other`, see {@link Tensor.isclose}, as `torch.allclose`. Reads the values.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast
     *
     * @example
     * tensor([0.1, 0.2]).mul(3).allclose(tensor([0.3, 0.6])); // → true
     * tensor([0, 1e-6]).allclose(0); // → false
     */
    allclose(other: Operand, options?: Closeness): boolean;
    /**
     * Whether shapes and all elements are equal, as `torch.equal`; the dtypes may differ. NaN equals nothing. Reads the
     * values.
     *
     * @example
     * tensor([1, 2]).equal(tensor([1, 2], { dtype: "int32" })); // → true
     * tensor([1, 1]).equal(tensor([1])); // → false
     */
    equal(other: Tensor): boolean;
    /**
     * Whether no element along `dim` (all dimensions when left out) is zero, as bool; true of nothing. `keepdim` (default
     * false) leaves the dimensions with size 1. As `torch.all`.
     *
     * @throws ChainruleError `index` when there is no such dimension
     *
     * @example
     * const x = tensor([[1, 2], [0, 3]]);
     * x.all(); // → tensor(false)
     * x.all(1); // → tensor([true, false])
     */
    all(dim?: Dims, options?: { keepdim?: boolean }): Tensor;
    /**
     * Whether some element along `dim` (all dimensions when left out) is not zero, as bool; false of nothing. `keepdim`
     * (default false) leaves the dimensions with size 1. As `torch.any`.
     *
     * @throws ChainruleError `index` when there is no such dimension
     *
     * @example
     * const x = tensor([[1, 2], [0, 0]]);
     * x.any(1, { keepdim: true }); // → tensor([[true], [false]])
     * x.any(); // → tensor(true)
     */
    any(dim?: Dims, options?: { keepdim?: boolean }): Tensor;
    /**
     * How many elements along `dim` (all dimensions when left out) are not zero, as int32, as `torch.count_nonzero`. `keepdim`
     * (default false) leaves the dimensions with size 1.
     *
     * @throws ChainruleError `index` when there is no such dimension
     *
     * @example
     * const x = tensor([[1, 0, 2], [0, 0, 3]]);
     * x.countNonzero(); // → tensor(3, dtype=int32)
     * x.countNonzero(1); // → tensor([2, 1], dtype=int32)
     */
    countNonzero(dim?: Dims, options?: { keepdim?: boolean }): Tensor;
  }
}

const closenessNames: OptionNames<Closeness> = { rtol: 0, atol: 0, equalNan: 0 };

/** |x − y| ≤ atol + rtol · |y|, in float64. */
function closeTo(
  tensor: Tensor,
  other: Operand,
  { rtol = 1e-5, atol = 1e-8, equalNan = false }: Closeness = {},
): Tensor {
  const [x, y] = [tensor.to("float64"), typeof other === "number" ? other : other.to("float64")];
  const slack = typeof y === "number" ? Math.abs(y) * rtol + atol : y.abs().mul(rtol).add(atol);
  const distance = x.sub(y).abs();
  const close = x.eq(y).logicalOr(distance.le(slack).logicalAnd(distance.isfinite()));
  if (!equalNan) return close;
  return close.logicalOr(
    typeof y === "number" ? x.isnan().logicalAnd(y !== y ? 1 : 0) : x.isnan().logicalAnd(y.isnan()),
  );
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
  isclose(other, options) {
    checkOptions("isclose", options, closenessNames);
    return inMethod("isclose", () => closeTo(this, other, options));
  },
  allclose(other, options) {
    checkOptions("allclose", options, closenessNames);
    return inMethod("allclose", () => this.isclose(other, options).all().item() !== 0);
  },
  equal(other) {
    return sameShape(this.shape, other.shape) && this.eq(other).all().item() !== 0;
  },
  all(dim, options) {
    checkOptions("all", options, keepdimOption);
    return inMethod("all", () => this.logicalNot().any(dim, options).logicalNot());
  },
  any(dim, options) {
    checkOptions("any", options, keepdimOption);
    return inMethod("any", () => this.countNonzero(dim, options).ne(0));
  },
  countNonzero(dim, options) {
    checkOptions("countNonzero", options, keepdimOption);
    return inMethod("countNonzero", () => this.ne(0).sum(dim, options));
  },
});
