import { cat, isGradEnabled, numel, Tensor } from "../../tensor/index.ts";
import type { Module } from "./base.ts";

/** Sees the arguments of a call before `forward`. May return others: an array of all of them, or one that is not an array. */
export type ForwardPreHook<M = Module> = (module: M, args: readonly unknown[]) => unknown;

/** Sees the arguments and the result of a call after `forward`. What it returns, unless undefined, is the result. */
export type ForwardHook<M = Module> = (module: M, args: readonly unknown[], output: unknown) => unknown;

/** Gradients of a module's tensors, in order; null where none is required. */
export type Gradients = readonly (Tensor | null)[];

/**
 * Sees ∂ℓ/∂inputs and ∂ℓ/∂outputs of a call when all of them are known. What it returns, unless undefined, takes the place of
 * ∂ℓ/∂inputs.
 */
export type BackwardHook<M = Module> = (
  module: M,
  gradInput: Gradients,
  gradOutput: Gradients,
) => readonly (Tensor | null | undefined)[] | undefined | void;

/** The hooks of one module, each kind in the order of registration. */
export class Hooks {
  readonly pre = new Set<ForwardPreHook>();
  readonly forward = new Set<ForwardHook>();
  readonly backward = new Set<BackwardHook>();

  copy(): Hooks {
    const copy = new Hooks();
    for (const hook of this.pre) copy.pre.add(hook);
    for (const hook of this.forward) copy.forward.add(hook);
    for (const hook of this.backward) copy.backward.add(hook);
    return copy;
  }
}

/** Adds a hook and returns a function that removes it. */
export function register<H>(hooks: Set<H>, hook: H): () => void {
  hooks.add(hook);
  return () => {
    hooks.delete(hook);
  };
}

/** Runs `forward` with a module's hooks around it, in PyTorch's order. */
export function callWithHooks(module: Module, hooks: Hooks, given: readonly unknown[]): unknown {
  let args = given;
  for (const hook of hooks.pre) {
    const changed = hook(module, args);
    if (changed !== undefined) args = Array.isArray(changed) ? changed : [changed];
  }
  const watch = hooks.backward.size > 0 && isGradEnabled() ? new BackwardWatch(module, hooks.backward) : null;
  if (watch) args = watch.watchInputs(args);
  let output: unknown = module.forward(...(args as never[]));
  for (const hook of hooks.forward) {
    const changed = hook(module, args, output);
    if (changed !== undefined) output = changed;
  }
  return watch ? watch.watchOutput(output) : output;
}

/** Waits in one recorded call for the gradients of its outputs and inputs, and shows them to the hooks. */
class BackwardWatch {
  readonly #module: Module;
  readonly #hooks: ReadonlySet<BackwardHook>;
  /** Where among the arguments the tensors are, and which of them lead to gradients. */
  #tensors: number[] = [];
  #differentiable: number[] = [];
  #gradOutput: Gradients = [];

  constructor(module: Module, hooks: ReadonlySet<BackwardHook>) {
    this.#module = module;
    this.#hooks = hooks;
  }

  watchInputs(args: readonly unknown[]): readonly unknown[] {
    args.forEach((value, i) => {
      if (!(value instanceof Tensor)) return;
      this.#tensors.push(i);
      if (value.requiresGrad) this.#differentiable.push(i);
    });
    if (this.#differentiable.length === 0) return args;
    const watched = [...args];
    const views = watchTogether(
      this.#differentiable.map((i) => args[i] as Tensor),
      (gradients) => this.#show(gradients),
    );
    this.#differentiable.forEach((place, k) => {
      watched[place] = views[k];
    });
    return watched;
  }

  watchOutput(output: unknown): unknown {
    const list: readonly unknown[] = Array.isArray(output) ? output : [output];
    const places = list.flatMap((y, i) => (y instanceof Tensor && y.requiresGrad ? [i] : []));
    if (places.length === 0) return output;
    const views = watchTogether(
      places.map((i) => list[i] as Tensor),
      (gradients) => {
        this.#gradOutput = list.flatMap((y, i) =>
          y instanceof Tensor ? [gradients[places.indexOf(i)] ?? null] : [],
        );
        // With nothing to wait for on the side of the inputs, this is the moment.
        if (this.#differentiable.length === 0) this.#show([]);
        return undefined;
      },
    );
    if (!Array.isArray(output)) return views[0];
    return output.map((y, i) => (places.includes(i) ? views[places.indexOf(i)] : y));
  }

  /** Shows the gradients of the differentiable inputs, and gives back what the hooks made of them. */
  #show(found: readonly Tensor[]): readonly Tensor[] {
    let gradInput: Gradients = this.#tensors.map((i) => found[this.#differentiable.indexOf(i)] ?? null);
    for (const hook of this.#hooks) {
      const changed = hook(this.#module, gradInput, this.#gradOutput);
      if (changed) gradInput = changed.map((g) => g ?? null);
    }
    return this.#differentiable.map((i, k) => gradInput[this.#tensors.indexOf(i)] ?? found[k]);
  }
}

/**
 * Views of tensors whose gradients arrive together: `arrived` gets all of them at once, and what it returns is sent on. Several
 * tensors are joined in one, because an op has one output and so a hook sees one gradient.
 */
function watchTogether(
  tensors: readonly Tensor[],
  arrived: (gradients: readonly Tensor[]) => readonly Tensor[] | undefined,
): Tensor[] {
  if (tensors.length === 1) {
    const view = tensors[0].reshape(tensors[0].shape);
    view.registerHook((gradient) => arrived([gradient])?.[0]);
    return [view];
  }
  const joined = cat(tensors.map((x) => x.reshape([-1])));
  const parts = (all: Tensor): Tensor[] => {
    let at = 0;
    return tensors.map(({ shape, dtype }) => {
      const part = all.narrow(0, at, numel(shape)).reshape(shape).to(dtype);
      at += numel(shape);
      return part;
    });
  };
  joined.registerHook((gradient) => {
    const changed = arrived(parts(gradient));
    return changed && cat(changed.map((g) => g.reshape([-1]).to(joined.dtype)));
  });
  return parts(joined);
}
