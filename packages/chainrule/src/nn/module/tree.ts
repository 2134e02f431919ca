import { ChainruleError } from "../../util/errors.ts";
import type { Module } from "./module.ts";

/** Whether modules inside are looked at too. Default true. */
export interface Recursion {
  recurse?: boolean;
}

/** A module (named `prefix`) and all inside with their paths, each once, outer ones first. */
export function allModules(root: Module, prefix: string): [path: string, module: Module][] {
  const found = new Map<Module, string>();
  const walk = (module: Module, path: string): void => {
    if (found.has(module)) return;
    found.set(module, path);
    for (const [name, child] of module.ownModules()) walk(child, join(path, name));
  };
  walk(root, prefix);
  return Array.from(found, ([module, path]) => [path, module]);
}

/** What `own` finds in a module and, unless told otherwise, in all inside; each value once, under its first path. */
export function collect<T>(
  root: Module,
  prefix: string,
  options: Recursion | undefined,
  own: (module: Module) => readonly [string, T][],
): [path: string, value: T][] {
  const modules: [string, Module][] =
    options?.recurse === false ? [[prefix, root]] : allModules(root, prefix);
  return firstOfEach(
    modules.flatMap(([path, module]) =>
      own(module).map(([key, value]): [string, T] => [join(path, key), value]),
    ),
  );
}

const join = (path: string, name: string): string => (path ? `${path}.${name}` : name);

/** Leaves out entries whose value came up before. */
export function firstOfEach<T>(entries: readonly [string, T][]): [string, T][] {
  const seen = new Set<T>();
  return entries.filter(([, value]) => !seen.has(value) && seen.add(value));
}

/** The entries whose value is of one kind. */
export function ofKind<T>(
  parts: Iterable<readonly [string, unknown]>,
  isKind: (value: unknown) => value is T,
): [string, T][] {
  const found: [string, T][] = [];
  for (const [name, value] of parts) if (isKind(value)) found.push([name, value]);
  return found;
}

/** The module at a path such as `1.fc`. */
export function moduleAt(root: Module, path: string): Module {
  let module = root;
  for (const name of path === "" ? [] : path.split("."))
    module = named("module", path, name, module, module.ownModules());
  return module;
}

/** What stands under the last name of a path such as `1.fc.weight` among what `own` finds in the module before it. */
export function tensorAt<T>(
  kind: string,
  root: Module,
  path: string,
  own: (module: Module) => readonly [string, T][],
): T {
  const dot = path.lastIndexOf(".");
  const owner = moduleAt(root, path.slice(0, Math.max(dot, 0)));
  return named(kind, path, path.slice(dot + 1), owner, own(owner));
}

function named<T>(
  kind: string,
  path: string,
  name: string,
  owner: Module,
  known: readonly (readonly [string, T])[],
): T {
  const found = known.find(([other]) => other === name);
  if (found) return found[1];
  const names = known.map(([other]) => `"${other}"`).join(", ");
  throw new ChainruleError(
    "argument",
    `There is no ${kind} "${path}": ${owner.scopeKind()} has no ${kind} "${name}".`,
    names ? `It has ${names}.` : `It has no ${kind}s of its own.`,
  );
}
