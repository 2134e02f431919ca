import type { Node } from "./node.ts";
import type { Args, Op } from "./op.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Is told of what happens: anomaly detection and traces are built on it. What runs inside an op's own lowering, or inside
 * its derivative, is part of that op and not told.
 */
export interface Observer {
  /** An op ran. `args` still hold all inputs; they must not be kept, because the record lets some of them go. */
  applied(op: Op, args: Args, result: Tensor): void;
  /** The backward pass computed ∂ℓ/∂(an input of `node`); `index` is the input's place among the node's edges. */
  derived?(node: Node, input: string, gradient: Tensor, index: number): void;
  /** A tensor was changed in place by the method `name`. */
  changed?(name: string, target: Tensor): void;
}
