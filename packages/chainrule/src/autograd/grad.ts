import { interpreter } from "../core/interpreter.ts";
import { leafNode, type Node, type TensorHook } from "../core/node.ts";
import { changes, recording } from "../core/recording.ts";
import { defineMethods, Tensor } from "../core/tensor.ts";
import { isFloating } from "../shape/dtype.ts";
import { sameShape, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { counted } from "../util/wording.ts";
import { startGradient, walkBackward } from "./backward.ts";

/** What `Tensor.backward` can be told. */
export interface BackwardOptions {
  /** ∂ℓ/∂this to start from; 1 when left out, which needs a tensor of one element. */
  gradient?: Tensor;
  /** Keep what derivatives remember, so that backward can run again. Default: the value of createGraph. */
  retainGraph?: boolean;
  /** Record the backward pass, so that gradients can be differentiated again. Default false. */
  createGraph?: boolean;
  /** The only tensors whose `grad` is added to; by default all leaves that this tensor depends on. */
  inputs?: Tensor | readonly Tensor[];
}

/** What {@link grad} can be told. */
export interface GradOptions {
  /** ∂ℓ/∂output for each output, to start from; 1 where left out, which needs an output of one element. */
  gradOutputs?: Tensor | readonly (Tensor | null | undefined)[];
  /** Keep what derivatives remember, so that they can run again. Default: the value of createGraph. */
  retainGraph?: boolean;
  /** Record the backward pass, so that the gradients can be differentiated again. Default false. */
  createGraph?: boolean;
  /** Give null for inputs that the outputs do not depend on, instead of an error. Default false. */
  allowUnused?: boolean;
}

/**
 * Adds to what a tensor has collected. As in PyTorch, later gradients are added in place, so that whoever holds `grad` sees
 * them, unless the backward pass is itself recorded. The first one is copied when it may be shared with another tensor.
 */
function accumulate(keeper: Tensor, gradient: Tensor, fresh: boolean, createGraph: boolean): void {
  const { grad } = keeper;
  if (!grad) {
    if (fresh) keeper.grad = gradient;
    else keeper.grad = createGraph ? gradient.clone() : interpreter.copy(gradient, gradient);
    return;
  }
  if (!sameShape(grad.shape, gradient.shape) || grad.dtype !== gradient.dtype) {
    throw new ChainruleError(
      "autograd",
      `A tensor of shape ${showShape(gradient.shape)} (${gradient.dtype}) was given a grad of shape ${showShape(grad.shape)} (${grad.dtype}).`,
      "Set grad to null, or to a tensor of the same shape and dtype.",
    );
  }
  if (createGraph || grad.requiresGrad || !grad.isContiguous) {
    keeper.grad = grad.add(gradient);
  } else {
    interpreter.binary("add", grad, gradient, grad, grad);
    grad.storage.version++;
  }
}

/** Forgets gradients, or fills them with zeros, so that whoever holds one sees that. */
export function zeroGradients(
  tensors: Iterable<Tensor>,
  { setToNone = true }: { setToNone?: boolean } = {},
): void {
  for (const x of tensors) {
    // Where a compiled function dropped the gradient, there is nothing to fill.
    if (setToNone || x.gradStorage === undefined) x.grad = null;
    else if (x.grad) x.grad = x.grad.detach().zero_();
  }
}

/** The nodes of tensors whose gradients are asked for. */
function nodesOf(tensors: readonly Tensor[]): Node[] {
  return tensors.map((x, i) => {
    if (x.node) return x.node;
    throw new ChainruleError(
      "autograd",
      `Input ${i}, of shape ${showShape(x.shape)}, does not require a gradient.`,
      "Call requiresGrad_() on it before the forward pass.",
    );
  });
}

const listOf = <T>(x: Tensor | readonly T[] | undefined): readonly (Tensor | T)[] =>
  x === undefined ? [] : x instanceof Tensor ? [x] : x;

/**
 * ∂outputs/∂inputs, as `torch.autograd.grad`: returns the gradients instead of collecting them in `.grad`. One for each input, in its
 * shape; several outputs are summed.
 *
 * @throws ChainruleError `autograd` for an input that requires no gradient or (without `allowUnused`) was not used, for outputs that
 * require none or were freed, and for an output of several elements without `gradOutputs`; `argument` for more of these than outputs,
 * `shape` for one of another shape than its output
 *
 * @example
 * const x = tensor(3, { requiresGrad: true });
 * grad(x.square(), [x]); // → [tensor(6.)]
 * const [slope] = grad(x.pow(3), [x], { createGraph: true }); // 3x²
 * grad(slope, [x]); // → [tensor(18.)]
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options?: GradOptions & { allowUnused?: false },
): Tensor[];
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions,
): (Tensor | null)[];
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  const ys = listOf(outputs);
  const xs = listOf(inputs);
  const given = listOf(options.gradOutputs);
  if (given.length > ys.length) {
    throw new ChainruleError(
      "argument",
      `${counted(given.length, "gradient")} ${given.length === 1 ? "was" : "were"} given for ${counted(ys.length, "output")}.`,
      "Give one for each output.",
    );
  }
  const starts = ys.map((y, i) => startGradient(y, given[i]));
  const nodes = nodesOf(xs);
  const found = new Map<Node, Tensor>();
  const { createGraph = false } = options;
  walkBackward(
    ys.map((y) => y.node as Node),
    starts,
    {
      createGraph,
      retainGraph: options.retainGraph ?? createGraph,
      targets: new Set(nodes),
      arrive: (node, gradient) => found.set(node, gradient),
    },
  );
  return nodes.map((node, i) => {
    const gradient = found.get(node);
    if (!gradient && !options.allowUnused) {
      throw new ChainruleError(
        "autograd",
        `Input ${i}, of shape ${showShape(xs[i].shape)}, was not used to compute the outputs.`,
        "Remove it, or pass allowUnused: true to get null for it.",
      );
    }
    return gradient ?? null;
  });
}

/** A leaf begins or stops to require its gradient: compiled steps are told, and a failed recording takes it back. */
function noteChange(leaf: Tensor): void {
  const { node } = leaf;
  changes.count++;
  recording?.undo(() => {
    leaf.node = node;
  });
}

/** The nodes of leaves that stopped requiring their gradient: hooks are still there when they start again. */
const asleep = new WeakMap<Tensor, Node>();

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * Computes the gradient of this tensor with respect to every leaf that it depends on, and adds it to the leaf's `grad`.
     * What the derivatives remember is freed, unless `retainGraph`.
     *
     * @throws ChainruleError `autograd` for a tensor that requires no gradient, has several elements (without `gradient`), or whose
     * derivatives were freed by an earlier `backward()`; `shape` for a `gradient` of another shape; `in-place` when a value that a
     * derivative needs was changed since
     *
     * @example
     * const w = tensor([1, 2], { requiresGrad: true });
     * w.square().sum().backward();
     * w.grad; // → tensor([2., 4.])
     * w.mul(3).backward({ gradient: tensor([1, 10]) });
     * w.grad; // → tensor([5., 34.])
     */
    backward(options?: BackwardOptions): void;
    /**
     * Turns the recording of derivatives for a leaf on (the default) or off, in place, and returns it.
     *
     * @throws ChainruleError `dtype` for a tensor that is not floating, `autograd` when it is to be turned off and is no leaf
     *
     * @example
     * const x = tensor([1, 2]).requiresGrad_(); // → tensor([1., 2.], requiresGrad)
     * x.requiresGrad_(false).requiresGrad; // → false
     * tensor([1, 2], { dtype: "int32" }).requiresGrad_(); // throws dtype: … no gradient
     */
    requiresGrad_(value?: boolean): this;
    /**
     * Asks that `backward()` also keeps the gradient of this tensor, which is not a leaf, in `grad`, and returns the tensor.
     *
     * @throws ChainruleError `autograd` for a tensor that requires no gradient
     *
     * @example
     * const x = tensor([1, 2], { requiresGrad: true });
     * const y = x.mul(3).retainGrad();
     * y.square().sum().backward();
     * y.grad; // → tensor([6., 12.])
     */
    retainGrad(): this;
    /**
     * Calls `hook` with the gradient of this tensor when it is complete; what it returns takes its place. Returns a function that
     * removes it.
     *
     * @throws ChainruleError `autograd` for a tensor that requires no gradient
     *
     * @example
     * const w = tensor([1, 2], { requiresGrad: true });
     * const remove = w.registerHook((gradient) => gradient.clamp(-1, 3));
     * w.square().sum().backward();
     * w.grad; // → tensor([2., 3.])
     * remove();
     */
    registerHook(hook: TensorHook): () => void;
  }
}

defineMethods({
  backward(options = {}) {
    const { gradient, createGraph = false, inputs } = options;
    const start = startGradient(this, gradient);
    const keepers = inputs
      ? new Map(nodesOf(listOf(inputs)).map((node, i) => [node, listOf(inputs)[i]]))
      : null;
    walkBackward([this.node as Node], [start], {
      createGraph,
      retainGraph: options.retainGraph ?? createGraph,
      targets: keepers && new Set(keepers.keys()),
      arrive(node, arrived, fresh) {
        const keeper = keepers ? keepers.get(node) : node.keeper;
        // A leaf that was frozen after the forward pass collects nothing.
        if (keeper?.requiresGrad) accumulate(keeper, arrived, fresh && !createGraph, createGraph);
      },
    });
  },
  requiresGrad_(value = true) {
    if (!value) {
      if (!this.isLeaf) {
        throw new ChainruleError(
          "autograd",
          "Only a leaf can stop requiring its gradient.",
          "Use detach() for a tensor that was computed.",
        );
      }
      if (this.node) {
        asleep.set(this, this.node);
        noteChange(this);
      }
      this.node = null;
    } else if (!this.node) {
      if (!isFloating(this.dtype)) {
        throw new ChainruleError(
          "dtype",
          `A tensor of ${this.dtype} has no gradient: derivatives need real numbers.`,
          'Convert it by to("float32") first.',
        );
      }
      noteChange(this);
      const old = asleep.get(this);
      // A model's to() may have changed the dtype in the meantime; the old node speaks of the old one.
      this.node = old && old.dtype === this.dtype ? old : leafNode(this);
    }
    return this;
  },
  retainGrad() {
    if (!this.node) {
      throw new ChainruleError(
        "autograd",
        "A tensor that requires no gradient has none to retain.",
        "Call requiresGrad_() on a leaf before the forward pass.",
      );
    }
    this.node.keeper = this;
    return this;
  },
  registerHook(hook) {
    const { node } = this;
    if (!node) {
      throw new ChainruleError(
        "autograd",
        "A tensor that requires no gradient takes no hook.",
        "Call requiresGrad_() on a leaf before the forward pass.",
      );
    }
    node.hooks = [...(node.hooks ?? []), hook];
    return () => {
      node.hooks = (node.hooks ?? []).filter((h) => h !== hook);
    };
  },
});
