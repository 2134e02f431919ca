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
    /**
     * Elementwise `this = other`, as bool, as `torch.eq`. The shapes broadcast; NaN equals nothing. A number counts in the
     * tensor's floating dtype: 0.1 is the float32 number that is nearest.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast
     *
     * @example
     * tensor([1, NaN]).eq(tensor([1, NaN])); // → tensor([true, false])
     * tensor([0.1]).eq(0.1); // → tensor([true])
     */
    eq(other: Operand): Tensor;
    /**
     * Elementwise `this ≠ other`, as bool, as `torch.ne`. The shapes broadcast; NaN differs from everything.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast
     *
     * @example
     * tensor([1, 2, NaN]).ne(1); // → tensor([false, true, true])
     */
    ne(other: Operand): Tensor;
    /**
     * Elementwise `this > other`, as bool, as `torch.gt`. The shapes broadcast.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast
     *
     * @example
     * const x = tensor([0.2, 0.5, 0.9]);
     * x.gt(0.5); // → tensor([false, false, true])
     * x.gt(0.5).sum(); // → tensor(1, dtype=int32)
     */
    gt(other: Operand): Tensor;
    /**
     * Elementwise `this ≥ other`, as bool, as `torch.ge`. The shapes broadcast.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast
     *
     * @example
     * tensor([0.2, 0.5, 0.9]).ge(0.5); // → tensor([false, true, true])
     */
    ge(other: Operand): Tensor;
    /**
     * Elementwise `this < other`, as bool, as `torch.lt`. The shapes broadcast.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast
     *
     * @example
     * const i = arange(3);
     * i.lt(i.unsqueeze(1)); // → tensor([[false, false, false], [true, false, false], [true, true, false]])
     */
    lt(other: Operand): Tensor;
    /**
     * Elementwise `this ≤ other`, as bool, as `torch.le`. The shapes broadcast.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast
     *
     * @example
     * tensor([1, 2, NaN]).le(2); // → tensor([true, true, false])
     */
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
