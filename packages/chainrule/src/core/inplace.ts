import { category, type DType } from "../shape/dtype.ts";
import { broadcastShapes, sameShape, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { withArticle } from "../util/wording.ts";
import { modes } from "./modes.ts";
import type { Operand } from "./op.ts";
import { recording } from "./recording.ts";
import { resultType, shapeOf } from "./rules.ts";
import { type Spec, Tensor } from "./tensor.ts";

/**
 * Runs an in-place change: refuses it where autograd would be wrong, where the result does not fit, or where several places
 * of the target are one place in memory; then counts it, so that a derivative that remembered the old values notices.
 *
 * @param dtype the dtype of the computed values, when it is not the promoted one of target and operands
 * @param write computes the values of the given shape and dtype into the target
 */
export function mutate(
  name: string,
  target: Tensor,
  operands: readonly Operand[],
  write: (out: Spec) => void,
  dtype?: DType,
): Tensor {
  try {
    checkHistory(target, operands);
    let shape = target.shape;
    for (const x of operands) shape = broadcastShapes(shape, shapeOf(x));
    if (!sameShape(shape, target.shape)) {
      throw new ChainruleError(
        "shape",
        `Operands that broadcast to ${showShape(shape)} do not fit into a tensor of shape ${showShape(target.shape)}.`,
        "The target of an in-place change is never stretched: use the form without underscore.",
      );
    }
    const computed = dtype ?? resultType(target, ...operands);
    if (category(computed) > category(target.dtype)) {
      throw new ChainruleError(
        "dtype",
        `${withArticle(computed, "A")} result does not fit into ${withArticle(target.dtype)} tensor.`,
        "Use the form without underscore, or convert the target by to() first.",
      );
    }
    checkDistinct(target);
    // What is written has no history, whatever is read on the way.
    const before = modes.grad;
    modes.grad = false;
    try {
      const out = { shape: target.shape, dtype: target.dtype };
      if (recording)
        recording.telling(
          (error) => error.within(name),
          () => write(out),
        );
      else write(out);
    } finally {
      modes.grad = before;
    }
    target.storage.version++;
    modes.observer?.changed?.(name, target);
    return target;
  } catch (error) {
    throw error instanceof ChainruleError ? error.within(name) : error;
  }
}

/** Refuses a change in place that derivatives would not see. */
export function checkHistory(target: Tensor, operands: readonly Operand[]): void {
  if (!modes.grad) return;
  if (target.requiresGrad) {
    throw new ChainruleError(
      "in-place",
      target.isLeaf
        ? "A leaf that requires a gradient cannot be changed in place while derivatives are recorded."
        : "A tensor that derivatives lead through cannot be changed in place while they are recorded.",
      "Use the form without underscore, or put the change into noGrad(() => …).",
    );
  }
  if (operands.some((x) => x instanceof Tensor && x.requiresGrad)) {
    throw new ChainruleError(
      "in-place",
      "A value that requires a gradient would be written into a tensor that records none: its gradient would be lost.",
      "Use the form without underscore, or write value.detach().",
    );
  }
}

/** An expanded view shows one place many times: writing to it has no meaning. */
function checkDistinct(target: Tensor): void {
  if (target.shape.some((size, d) => size > 1 && target.strides[d] === 0)) {
    throw new ChainruleError(
      "in-place",
      `A tensor of shape ${showShape(target.shape)} that expand() made shows one element in several places and cannot be changed in place.`,
      "Take a clone() first.",
    );
  }
}
