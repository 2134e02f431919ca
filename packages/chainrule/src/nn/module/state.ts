/** The state of a module and of all modules inside it: read, loaded, copied. */
import { noGrad, sameShape, showShape, Tensor } from "../../tensor/index.ts";
import { attachMethods } from "../../util/define.ts";
import { ChainruleError } from "../../util/errors.ts";
import { checkOptions } from "../../util/options.ts";
import { shown } from "../../util/wording.ts";
import { Module } from "./base.ts";
import { deepCopy } from "./clone.ts";

/** Parameters and buffers by their PyTorch keys, such as `0.weight` or `norm.running_mean`, in PyTorch's order. */
export type StateDict = Record<string, Tensor>;

/** What a state dictionary and a model do not have in common. */
export interface LoadResult {
  /** Keys of the model that the state lacks. */
  missingKeys: string[];
  /** Keys of the state that the model lacks. */
  unexpectedKeys: string[];
}

declare module "./base.ts" {
  interface Module {
    /**
     * Parameters and persistent buffers by PyTorch's keys, in PyTorch's order (`0.weight`, `1.running_mean`); the keys begin with
     * `prefix`. They share their elements with the model: `clone()` what has to outlive the next update.
     *
     * @example
     * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
     * model.stateDict()["1.running_var"]; // → tensor([1., 1., 1.])
     * Object.keys(model.stateDict()).length; // → 7
     */
    stateDict(prefix?: string): StateDict;
    /**
     * Copies a state into this model's own tensors, converted to their dtypes. All or nothing: when a shape differs, or (with
     * `strict`, the default) a key is missing or unknown, an error lists every misfit and nothing is changed.
     *
     * @returns the keys that only one of the two has
     * @throws ChainruleError `state` when it does not fit
     *
     * @example
     * const model = new nn.Linear(2, 1);
     * model.loadStateDict({ weight: ones([1, 2]), bias: zeros([1]) });
     * model(tensor([5, 6])); // → tensor([11.], gradFn=<linear>)
     * model.loadStateDict({ weight: ones([1, 2]) }); // throws state: …the state lacks "bias"
     * const { missingKeys } = model.loadStateDict({ weight: ones([1, 2]) }, { strict: false });
     * missingKeys; // → ['bias']
     */
    loadStateDict(state: Readonly<StateDict>, options?: { strict?: boolean }): LoadResult;
    /**
     * A deep copy that shares no tensor with this model; hooks are kept. `#private` fields of a class of your own, and functions
     * that hold on to `this`, cannot be copied: use `private` and methods, or override `clone`.
     *
     * @example
     * const model = new nn.Linear(2, 1);
     * nn.init.ones_(model.weight);
     * const copy = model.clone();
     * nn.init.zeros_(model.weight);
     * copy.weight; // → tensor([[1., 1.]], requiresGrad)
     */
    clone(): this;
  }
}

/** Every tensor of a module's state under its key; a shared one under each of its keys. */
function stateEntries(
  module: Module,
  prefix = "",
  path: readonly Module[] = [],
): [key: string, tensor: Tensor][] {
  const entries: [string, Tensor][] = [];
  for (const [key, tensor] of module.ownParameters()) entries.push([prefix + key, tensor]);
  for (const { key, tensor, persistent } of module.ownBuffers())
    if (persistent) entries.push([prefix + key, tensor]);
  const inside = [...path, module];
  for (const [name, child] of module.ownModules())
    if (!inside.includes(child)) entries.push(...stateEntries(child, `${prefix}${name}.`, inside));
  return entries;
}

/** Copies a state into a module, or throws and changes nothing. */
function loadState(module: Module, state: Readonly<StateDict>, strict: boolean): LoadResult {
  if (typeof state !== "object" || state === null) {
    throw new ChainruleError(
      "state",
      `loadStateDict() was given ${shown(state)}.`,
      "Give what stateDict() returned.",
    );
  }
  const entries = stateEntries(module);
  const known = new Set(entries.map(([key]) => key));
  const missingKeys = [...known].filter((key) => !Object.hasOwn(state, key));
  const unexpectedKeys = Object.keys(state).filter((key) => !known.has(key));
  const faults: string[] = [];
  for (const [key, target] of entries) {
    if (!Object.hasOwn(state, key)) continue;
    const source: unknown = state[key];
    if (!(source instanceof Tensor)) faults.push(`"${key}" is no tensor`);
    else if (!sameShape(source.shape, target.shape)) {
      faults.push(
        `"${key}" has shape ${showShape(target.shape)} in the model and ${showShape(source.shape)} in the state`,
      );
    }
  }
  if (strict && missingKeys.length > 0) faults.push(`the state lacks ${quoted(missingKeys)}`);
  if (strict && unexpectedKeys.length > 0) faults.push(`the model lacks ${quoted(unexpectedKeys)}`);
  if (faults.length > 0) {
    throw new ChainruleError(
      "state",
      `The state does not fit ${module.scopeKind()}: ${faults.join("; ")}.`,
      `Nothing was loaded. Build the model as the saved one was${strict ? ", or pass { strict: false } to leave out keys that only one of them has" : ""}.`,
    );
  }
  // Copies of all values first: a state may hold views of the very tensors that are written.
  const values = entries.map(([key]) => (Object.hasOwn(state, key) ? state[key].detach().clone() : null));
  noGrad(() => {
    entries.forEach(([, target], i) => {
      const value = values[i];
      if (value) target.copy_(value);
    });
  });
  return { missingKeys, unexpectedKeys };
}

const quoted = (keys: readonly string[]): string => keys.map((key) => `"${key}"`).join(", ");

attachMethods(Module.prototype, {
  stateDict(prefix = "") {
    return Object.fromEntries(stateEntries(this, prefix).map(([key, tensor]) => [key, tensor.detach()]));
  },
  loadStateDict(state, options) {
    checkOptions("loadStateDict()", options, { strict: 0 });
    return loadState(this, state, options?.strict ?? true);
  },
  clone() {
    return deepCopy(this);
  },
});
