import { interpreter } from "../core/interpreter.ts";
import { modes } from "../core/modes.ts";
import type { Node } from "../core/node.ts";
import { freeSaved, inputOf, type Op, savedOf } from "../core/op.ts";
import { enterScope } from "../core/scope.ts";
import { Tensor } from "../core/tensor.ts";
import { type Shape, sameShape, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";

export interface WalkOptions {
  /** Keep what the derivatives remember, for another walk over the same graph. */
  retainGraph: boolean;
  /** Record the walk itself, so that its results can be differentiated. */
  createGraph: boolean;
  /** The only nodes whose gradients are wanted; when null, all that collect one: leaves, and those that retain theirs. */
  targets: ReadonlySet<Node> | null;
  /** Is told of each wanted gradient when it is complete; `fresh` when nobody else can hold the tensor. */
  arrive(node: Node, gradient: Tensor, fresh: boolean): void;
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
  const { targets } = options;
  const nodes = reachable(roots);
  const wanted = targets ? leadingTo(nodes, targets) : null;
  const arrived = new Arrivals(nodes);
  const recording = modes.grad;
  modes.grad = options.createGraph;
  try {
    for (let i = 0; i < roots.length; i++) arrived.add(roots[i], gradients[i], false);
    for (const node of nodes) {
      if (wanted && !wanted.has(node)) continue;
      const collects = targets ? targets.has(node) : node.keeper !== null;
      let gradient = arrived.take(node);
      if (!gradient) {
        if (!collects) continue;
        // Only derivatives that are zero everywhere lead here, as through floor().
        gradient = interpreter.copy(0, node);
      }
      const passed = node.hooks ? runHooks(node, node.hooks, gradient) : gradient;
      if (collects) options.arrive(node, passed, !node.hooks && arrived.isFresh(node));
      if (node.op && (!wanted || leadsOn(node, wanted))) {
        send(node, node.op, passed, arrived, wanted);
        if (!options.retainGraph) freeSaved(node);
      }
    }
  } finally {
    modes.grad = recording;
  }
}

/** The gradients under way, added up for each node. */
class Arrivals {
  readonly #nodes: readonly Node[];
  readonly #sums: (Tensor | undefined)[];
  readonly #fresh: boolean[];

  constructor(nodes: readonly Node[]) {
    this.#nodes = nodes;
    this.#sums = new Array<Tensor | undefined>(nodes.length).fill(undefined);
    this.#fresh = new Array<boolean>(nodes.length).fill(false);
  }

  /** `fresh`: the tensor was made for this node alone. Only a leaf asks, which then need not copy it. */
  add(node: Node, gradient: Tensor, fresh: boolean): void {
    const place = this.#placeOf(node);
    const before = this.#sums[place];
    this.#sums[place] = before ? before.add(gradient) : gradient;
    this.#fresh[place] = fresh || before !== undefined;
  }

  take(node: Node): Tensor | undefined {
    const place = this.#placeOf(node);
    const sum = this.#sums[place];
    this.#sums[place] = undefined;
    return sum;
  }

  isFresh(node: Node): boolean {
    return this.#fresh[this.#placeOf(node)];
  }

  /** A backward pass inside a hook may have numbered the same nodes for itself: then they are numbered again. */
  #placeOf(node: Node): number {
    if (this.#nodes[node.place] !== node)
      for (let i = 0; i < this.#nodes.length; i++) this.#nodes[i].place = i;
    return node.place;
  }
}

/** Sends the gradient of a node to its inputs. */
function send(
  node: Node,
  op: Op,
  gradient: Tensor,
  arrived: Arrivals,
  wanted: ReadonlySet<Node> | null,
): void {
  const saved = savedOf(node);
  const { edges } = node;
  const lead = op.inputs.length - 1; // a list of inputs comes last
  const observer = modes.observer;
  for (let i = 0; i < edges.length; i++) {
    const input = edges[i];
    if (!input || (wanted && !wanted.has(input))) continue;
    const name = inputOf(op, i);
    let sent: Tensor | null;
    // A derivative belongs to the layer of its op.
    const scope = enterScope(node.scope);
    try {
      modes.observer = null; // what happens inside is told as one event
      sent = op.vjp[name](gradient, saved, input, Math.max(0, i - lead));
      if (sent) sent = fitted(sent, input, name);
    } catch (error) {
      throw error instanceof ChainruleError ? error.within(`derivative of ${node.describe()}`) : error;
    } finally {
      enterScope(scope);
      modes.observer = observer;
    }
    if (!sent) continue;
    if (observer?.derived) observer.derived(node, name, sent, i);
    arrived.add(input, sent, input.op === null && !observer && isFresh(op, sent, gradient, saved));
  }
}

/** Sums what broadcasting stretched, and converts to the input's dtype. */
function fitted(sent: Tensor, input: Node, name: string): Tensor {
  let summed = sent;
  if (!sameShape(sent.shape, input.shape)) {
    if (!stretchesTo(input.shape, sent.shape)) {
      throw new ChainruleError(
        "autograd",
        `The gradient for "${name}" has shape ${showShape(sent.shape)}, and the input ${showShape(input.shape)}.`,
        "Return one number for each element of the input.",
      );
    }
    summed = sent.sumTo(input.shape);
  }
  return summed.dtype === input.dtype ? summed : summed.to(input.dtype);
}

/** Whether broadcasting can stretch the first shape to the second. */
function stretchesTo(shape: Shape, target: Shape): boolean {
  const lead = target.length - shape.length;
  return lead >= 0 && shape.every((size, d) => size === 1 || size === target[lead + d]);
}

/** Whether a gradient lies in memory of its own: not in that of the incoming gradient or of something remembered. */
function isFresh(op: Op, sent: Tensor, gradient: Tensor, saved: object): boolean {
  const { storage } = sent;
  if (op.custom || storage === gradient.storage || storage.length !== sent.numel) return false;
  if (!sent.isContiguous) return false;
  for (let k = 0; k < op.saves.length; k++) {
    const value = (saved as Record<string, unknown>)[op.saves[k]];
    if (value instanceof Tensor ? value.storage === storage : Array.isArray(value) && value.some(sharesWith))
      return false;
  }
  return true;

  function sharesWith(item: unknown): boolean {
    return item instanceof Tensor && item.storage === storage;
  }
}

function runHooks(node: Node, hooks: NonNullable<Node["hooks"]>, gradient: Tensor): Tensor {
  let current = gradient;
  for (const hook of hooks) {
    const replaced = hook(current);
    if (replaced === undefined || replaced === null) continue;
    if (!(replaced instanceof Tensor) || !sameShape(replaced.shape, node.shape)) {
      throw new ChainruleError(
        "autograd",
        `A hook returned ${replaced instanceof Tensor ? `a gradient of shape ${showShape(replaced.shape)}` : "something that is no tensor"} for a tensor of shape ${showShape(node.shape)}.`,
        "Return a gradient of the tensor's own shape, or nothing.",
      );
    }
    current = replaced.dtype === node.dtype ? replaced : replaced.to(node.dtype);
  }
  return current;
}

/** All nodes that the roots were computed from, later ones first. No recursion: graphs may be very deep. */
function reachable(roots: readonly Node[]): Node[] {
  const found: Node[] = [];
  // A node is found when its place in the list says so, which needs no set.
  const find = (node: Node): void => {
    if (found[node.place] === node) return;
    node.place = found.length;
    found.push(node);
  };
  for (const root of roots) find(root);
  for (let i = 0; i < found.length; i++) {
    const { edges } = found[i];
    for (let k = 0; k < edges.length; k++) {
      const input = edges[k];
      if (input) find(input);
    }
  }
  return found.sort((a, b) => b.order - a.order);
}

/** The nodes on a path to a target, targets included. Inputs come before their uses in ascending order. */
function leadingTo(descending: readonly Node[], targets: ReadonlySet<Node>): Set<Node> {
  const wanted = new Set<Node>();
  for (let i = descending.length - 1; i >= 0; i--) {
    const node = descending[i];
    if (targets.has(node) || leadsOn(node, wanted)) wanted.add(node);
  }
  return wanted;
}

const leadsOn = (node: Node, wanted: ReadonlySet<Node>): boolean =>
  node.edges.some((input) => input !== null && wanted.has(input));

/** The gradient to start from: the given one, or 1 for a tensor of one element. */
export function startGradient(y: Tensor, given: Tensor | null | undefined): Tensor {
  if (!y.node) {
    throw new ChainruleError(
      "autograd",
      `This tensor of shape ${showShape(y.shape)} was not computed from anything that requires a gradient.`,
      "Call requiresGrad_() on a leaf before the forward pass, and do not run it inside noGrad(); results of compile(fn) have no history: call backward() inside of fn.",
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
    return given.dtype === y.dtype ? given : given.to(y.dtype);
  }
  if (y.numel !== 1) {
    throw new ChainruleError(
      "autograd",
      `backward() starts from one number, and this tensor of shape ${showShape(y.shape)} has ${y.numel}.`,
      "Reduce it first (sum(), mean()), or give backward({ gradient }).",
    );
  }
  return interpreter.copy(1, y);
}
