import { noGrad, sameShape, showShape, Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import type { Module } from "./module.ts";

/** Parameters and buffers by their PyTorch keys, such as `0.weight` or `norm.running_mean`, in PyTorch's order. */
export type StateDict = Record<string, Tensor>;

/** What a state dictionary and a model do not have in common. */
export interface LoadResult {
  /** Keys of the model that the state lacks. */
  missingKeys: string[];
  /** Keys of the state that the model lacks. */
  unexpectedKeys: string[];
}

/** Every tensor of a module's state under its key; a shared one under each of its keys. */
export function stateEntries(
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
export function loadState(module: Module, state: Readonly<StateDict>, strict: boolean): LoadResult {
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
