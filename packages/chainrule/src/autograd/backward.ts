import { modes } from "../core/modes.ts";
import type { Node } from "../core/node.ts";
import { type Op, savedOf } from "../core/op.ts";
import { Tensor } from "../core/tensor.ts";
import { sameShape, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";

export interface WalkOptions {
  /** Keep what the derivatives remember, for another walk over the same graph. */
  retainGraph: boolean;
  /** Record the walk itself, so that its results can be differentiated. */
  createGraph: boolean;
  /** The only nodes whose gradients are wanted; all leaves when null. */
  targets: ReadonlySet<Node> | null;
  /** Is told of each gradient as it is complete. */
  arrive(node: Node, gradient: Tensor): void;
}

/**
 * The backward pass: visits each node after all of its uses, and sends ∂ℓ/∂input along each edge. All derivatives are the
 * ops' own; here gradients are only added up, summed to the input's shape where it was broadcast, and converted to its dtype.
 */
export function walkBackward(
  roots: readonly Node[],
  gradients: readonly Tensor[],
  options: WalkOptions,
): void {
  const nodes = reachable(roots);
  const wanted = options.targets ? leadingTo(nodes, options.targets) : null;
  const arrived = new Map<Node, Tensor>();
  const recording = modes.grad;
  modes.grad = options.createGraph;
  try {
    for (let i = 0; i < roots.length; i++) deliver(arrived, roots[i], gradients[i]);
    for (const node of nodes) {
      let gradient = arrived.get(node);
      if (!gradient) continue;
      arrived.delete(node);
      if (node.hooks) gradient = runHooks(node, gradient);
      options.arrive(node, gradient);
      if (node.op) send(node, node.op, gradient, arrived, wanted);
      if (node.op && !options.retainGraph) node.saved = null;
    }
  } finally {
    modes.grad = recording;
  }
}

/** Sends the gradient of a node to its inputs. */
function send(
  node: Node,
  op: Op,
  gradient: Tensor,
  arrived: Map<Node, Tensor>,
  wanted: ReadonlySet<Node> | null,
): void {
  const saved = savedOf(node);
  const { edges } = node;
  const lists = edges.length - op.inputs.length; // more edges than inputs: the one input is a list
  for (let i = 0; i < edges.length; i++) {
    const input = edges[i];
    if (!input || (wanted && !wanted.has(input))) continue;
    const name = op.inputs[lists > 0 || op.inputs.length === 1 ? 0 : i];
    let sent: Tensor | null;
    try {
      sent = op.vjp[name](gradient, saved, input, i);
    } catch (error) {
      throw error instanceof ChainruleError ? error.within(`derivative of ${node.describe()}`) : error;
    }
    if (!sent) continue;
    if (!sameShape(sent.shape, input.shape)) sent = sent.sumTo(input.shape);
    if (sent.dtype !== input.dtype) sent = sent.to(input.dtype);
    if (modes.observer) modes.observer(op, { derivativeOf: name, node }, sent);
    deliver(arrived, input, sent);
  }
}

function deliver(arrived: Map<Node, Tensor>, node: Node, gradient: Tensor): void {
  const before = arrived.get(node);
  arrived.set(node, before ? before.add(gradient) : gradient);
}

function runHooks(node: Node, gradient: Tensor): Tensor {
  let current = gradient;
  for (const hook of node.hooks ?? []) {
    const replaced = hook(current);
    if (!replaced) continue;
    if (!sameShape(replaced.shape, node.shape)) {
      throw new ChainruleError(
        "autograd",
        `A hook returned a gradient of shape ${showShape(replaced.shape)} for a tensor of shape ${showShape(node.shape)}.`,
        "Return a gradient of the tensor's own shape, or nothing.",
      );
    }
    current = replaced;
  }
  return current;
}

/** All nodes that the roots were computed from, later ones first. */
function reachable(roots: readonly Node[]): Node[] {
  const seen = new Set<Node>(roots);
  const found = [...seen];
  for (let i = 0; i < found.length; i++) {
    for (const input of found[i].edges) {
      if (input && !seen.has(input)) {
        seen.add(input);
        found.push(input);
      }
    }
  }
  return found.sort((a, b) => b.order - a.order);
}

/** The nodes on a path to a target, targets included. Inputs come before their uses in ascending order. */
function leadingTo(descending: readonly Node[], targets: ReadonlySet<Node>): Set<Node> {
  const wanted = new Set<Node>();
  for (let i = descending.length - 1; i >= 0; i--) {
    const node = descending[i];
    if (targets.has(node) || node.edges.some((input) => input !== null && wanted.has(input)))
      wanted.add(node);
  }
  return wanted;
}

/** The gradient to start from: the given one, or 1 for a tensor of one element. */
export function startGradient(y: Tensor, given: Tensor | undefined): Tensor {
  if (!y.node) {
    throw new ChainruleError(
      "autograd",
      `This tensor of shape ${showShape(y.shape)} was not computed from anything that requires a gradient.`,
      "Call requiresGrad_() on a leaf before the forward pass, and do not run it inside noGrad().",
    );
  }
  if (given) {
    if (!sameShape(given.shape, y.shape)) {
      throw new ChainruleError(
        "shape",
        `The gradient given has shape ${showShape(given.shape)}, and the tensor ${showShape(y.shape)}.`,
        "Give one number for each element of the tensor.",
      );
    }
    return given;
  }
  if (y.numel !== 1) {
    throw new ChainruleError(
      "autograd",
      `backward() starts from one number, and this tensor of shape ${showShape(y.shape)} has ${y.numel}.`,
      "Reduce it first (sum(), mean()), or give backward({ gradient }).",
    );
  }
  const one = Tensor.over(y.dtype === "float64" ? Float64Array.of(1) : Float32Array.of(1), y.shape, y.dtype);
  return one;
}
