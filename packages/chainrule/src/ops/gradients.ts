/** What derivatives of several families need. */
import type { Spec, Tensor } from "../core/tensor.ts";
import { reducedShape } from "../shape/shape.ts";
import { repeated } from "./constant.ts";

/** The derivative of what is constant almost everywhere: zeros, as PyTorch gives them, rather than none. */
export const flat = (dy: Tensor): Tensor => repeated(0, dy);

/** A reduction's result (or its gradient) with the reduced dimensions back as sizes of 1, so that it broadcasts to `x`. */
export const kept = (y: Tensor, dims: readonly number[], keepdim: boolean, x: Spec): Tensor =>
  keepdim ? y : y.reshape(reducedShape(x.shape, dims, true));
