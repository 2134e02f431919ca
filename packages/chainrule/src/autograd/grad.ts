import { interpreter } from "../core/interpreter.ts";
import { leafNode, type Node, type TensorHook } from "../core/node.ts";
import { defineMethods, Tensor } from "../core/tensor.ts";
import { isFloating } from "../shape/dtype.ts";
import { ChainruleError } from "../util/errors.ts";
import { startGradient, walkBackward } from "./backward.ts";

export interface BackwardOptions {
  /** ∂ℓ/∂this to start from; 1 when left out, which needs a tensor of one element. */
  gradient?: Tensor;
  /** Keep what derivatives remember, so that backward can run again. Default: the value of createGraph. */
  retainGraph?: boolean;
  /** Record the backward pass, so that gradients can be differentiated again. Default false. */
  createGraph?: boolean;
}

export interface GradOptions {
  /** ∂ℓ/∂output for each output, to start from. */
  gradOutputs?: Tensor | readonly (Tensor | undefined)[];
  retainGraph?: boolean;
  createGraph?: boolean;
  /** Give null for inputs that the outputs do not depend on, instead of an error. Default false. */
  allowUnused?: boolean;
}

/** Adds to what a leaf has collected. The first gradient is copied: it may be shared with another leaf or with the user. */
function accumulate(keeper: Tensor, gradient: Tensor, createGraph: boolean): void {
  if (keeper.grad) {
    keeper.grad = keeper.grad.add(gradient);
  } else {
    keeper.grad = createGraph ? gradient.clone() : interpreter.copy(gradient, gradient);
  }
}

/**
 * ∂outputs/∂inputs, as `torch.autograd.grad`: returns the gradients instead of collecting them in `.grad`.
 *
 * @example
 * const x = tensor(3, { requiresGrad: true });
 * const [dx] = grad(x.square(), [x]); // 6
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
  const ys = outputs instanceof Tensor ? [outputs] : outputs;
  const xs = inputs instanceof Tensor ? [inputs] : inputs;
  const given = options.gradOutputs instanceof Tensor ? [options.gradOutputs] : (options.gradOutputs ?? []);
  const starts = ys.map((y, i) => startGradient(y, given[i]));
  const found = new Map<Node, Tensor>();
  const targets = new Set<Node>();
  xs.forEach((x, i) => {
    if (!x.node) {
      throw new ChainruleError(
        "autograd",
        `Input ${i} does not require a gradient.`,
        "Call requiresGrad_() on it before the forward pass.",
      );
    }
    targets.add(x.node);
  });
  walkBackward(
    ys.map((y) => y.node as Node),
    starts,
    {
      createGraph: options.createGraph ?? false,
      retainGraph: options.retainGraph ?? options.createGraph ?? false,
      targets,
      arrive: (node, gradient) => {
        if (targets.has(node)) found.set(node, gradient);
      },
    },
  );
  return xs.map((x, i) => {
    const gradient = found.get(x.node as Node);
    if (!gradient && !options.allowUnused) {
      throw new ChainruleError(
        "autograd",
        `Input ${i} was not used to compute the outputs.`,
        "Remove it, or pass allowUnused: true to get null for it.",
      );
    }
    return gradient ?? null;
  });
}

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * Computes the gradient of this tensor with respect to every leaf that it depends on, and adds it to the leaf's `grad`.
     * What the derivatives remember is freed, unless `retainGraph`.
     */
    backward(options?: BackwardOptions): void;
    /** Turns the recording of derivatives for a leaf on or off, in place, and returns it. Floating tensors only. */
    requiresGrad_(value?: boolean): this;
    /** Asks that `backward()` also keeps the gradient of this tensor, which is not a leaf, in `grad`. */
    retainGrad(): this;
    /** Calls `hook` with the gradient of this tensor when it is complete; what it returns takes its place. Returns a function that removes it. */
    registerHook(hook: TensorHook): () => void;
  }
}

defineMethods({
  backward(options = {}) {
    const { gradient, createGraph = false } = options;
    const start = startGradient(this, gradient);
    walkBackward([this.node as Node], [start], {
      createGraph,
      retainGraph: options.retainGraph ?? createGraph,
      targets: null,
      arrive: (node, arrived) => {
        if (node.keeper) accumulate(node.keeper, arrived, createGraph);
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
      this.node = null;
    } else if (!this.node) {
      if (!isFloating(this.dtype)) {
        throw new ChainruleError(
          "dtype",
          `A ${this.dtype} tensor has no gradient: derivatives need real numbers.`,
          'Convert it by to("float32") first.',
        );
      }
      this.node = leafNode(this);
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
