import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp, type Op, type Operand } from "../core/op.ts";
import type { Binary } from "../core/primitives.ts";
import { compared } from "../core/rules.ts";
import { realPairs } from "../core/samples.ts";
import { defineMethods } from "../core/tensor.ts";

type Pair = { x: Operand; other: Operand };

/** Comparisons differ in nothing but their function. They have no derivative: they are constant almost everywhere. */
const comparison = (name: Binary, sign: string): Op<Pair> =>
  defineOp<Pair>({
    name,
    formula: `y = [x ${sign} other]`,
    inputs: ["x", "other"],
    result: compared,
    lower: ({ x, other }, out) => interpreter.binary(name, x, other, out),
    samples: realPairs(-2, 2),
  });

export const eq = comparison("eq", "=");
export const ne = comparison("ne", "≠");
export const gt = comparison("gt", ">");
export const ge = comparison("ge", "≥");
export const lt = comparison("lt", "<");
export const le = comparison("le", "≤");

declare module "../core/tensor.ts" {
  interface Tensor {
    /** Elementwise `this = other`, as bool. */
    eq(other: Operand): Tensor;
    /** Elementwise `this ≠ other`, as bool. */
    ne(other: Operand): Tensor;
    /** Elementwise `this > other`, as bool. */
    gt(other: Operand): Tensor;
    /** Elementwise `this ≥ other`, as bool. */
    ge(other: Operand): Tensor;
    /** Elementwise `this < other`, as bool. */
    lt(other: Operand): Tensor;
    /** Elementwise `this ≤ other`, as bool. */
    le(other: Operand): Tensor;
  }
}

defineMethods({
  eq(other) {
    return apply(eq, { x: this, other });
  },
  ne(other) {
    return apply(ne, { x: this, other });
  },
  gt(other) {
    return apply(gt, { x: this, other });
  },
  ge(other) {
    return apply(ge, { x: this, other });
  },
  lt(other) {
    return apply(lt, { x: this, other });
  },
  le(other) {
    return apply(le, { x: this, other });
  },
});
