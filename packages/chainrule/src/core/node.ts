import type { DType } from "../shape/dtype.ts";
import type { Shape } from "../shape/shape.ts";
import type { Args, Op } from "./op.ts";
import { currentScope, type Scope } from "./scope.ts";
import type { Spec, Tensor } from "./tensor.ts";

/** A function that sees a gradient on its way, and may return another in its place, of the same shape; undefined leaves it. */
export type TensorHook = (gradient: Tensor) => Tensor | undefined | void;

let clock = 0;

/**
 * One recorded application of an op, or (with `op` null) the place where a leaf's gradient is collected. Plain data: it can
 * be printed, walked, compiled.
 */
export class Node implements Spec {
  readonly op: Op | null;
  /** Shape and dtype of the tensor that this node made, and so of its gradient. */
  readonly shape: Shape;
  readonly dtype: DType;
  /** The nodes of the inputs, in the op's order, variadic inputs flattened; null where no gradient is required. */
  readonly edges: readonly (Node | null)[];
  /** What the op's derivative needs: its attributes and saved tensors; null once freed. */
  saved: Args | null;
  /** Versions of the saved tensors' storages at the time, in the order of `op.saves`; empty when none was saved. */
  readonly versions: readonly number[];
  /** Later nodes have larger numbers, so that descending order visits a node after all of its uses. */
  readonly order = clock++;
  readonly scope: Scope | null = currentScope();
  /** Where the running backward pass has this node in its list; see `Arrivals`. */
  place = -1;
  hooks: TensorHook[] | null = null;
  /** The tensor whose `grad` is filled: a leaf, or one that asked by `retainGrad()`. */
  keeper: Tensor | null = null;

  constructor(
    op: Op | null,
    spec: Spec,
    edges: readonly (Node | null)[],
    saved: Args | null,
    versions: readonly number[],
  ) {
    this.op = op;
    this.shape = spec.shape;
    this.dtype = spec.dtype;
    this.edges = edges;
    this.saved = saved;
    this.versions = versions;
  }

  /** The op and the layer that it ran in, for messages: `log in layer 2 (Custom)`. */
  describe(): string {
    const what = this.op ? `op ${this.op.name}` : "a leaf";
    return this.scope ? `${what} in ${this.scope.describe()}` : what;
  }
}

const none: readonly never[] = [];

/** The node that collects the gradient of a leaf. */
export function leafNode(tensor: Tensor): Node {
  const node = new Node(null, tensor, none, null, none);
  node.keeper = tensor;
  return node;
}
