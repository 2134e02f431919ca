/** The parts of a module and of all modules inside it: with their paths, and by path. */
import type { ScopeOwner, Tensor } from "../../tensor/index.ts";
import { attachMethods } from "../../util/define.ts";
import { ChainruleError } from "../../util/errors.ts";
import { Module } from "./base.ts";
import type { Parameter } from "./parameter.ts";

/** Whether modules inside are looked at too. Default true. */
export interface Recursion {
  recurse?: boolean;
}

declare module "./base.ts" {
  interface Module {
    /**
     * The modules directly inside, each once.
     *
     * @example
     * const shared = new nn.Linear(2, 2);
     * const model = new nn.Sequential(shared, new nn.ReLU(), shared);
     * model.children().length; // → 2
     */
    children(): Module[];
    /**
     * The modules directly inside with their names, each once.
     *
     * @example
     * const model = new nn.Sequential({ hidden: new nn.Linear(2, 3), out: new nn.Linear(3, 1) });
     * model.namedChildren().map(([name]) => name); // → ['hidden', 'out']
     */
    namedChildren(): [name: string, module: Module][];
    /**
     * This module and all inside, each once, outer ones first.
     *
     * @example
     * const block = new nn.Sequential(new nn.Linear(2, 2), new nn.Tanh());
     * const model = new nn.Sequential(block, new nn.Linear(2, 1));
     * const kinds = model.modules().map((module) => module.scopeKind());
     * kinds; // → ['Sequential', 'Sequential', 'Linear', 'Tanh', 'Linear']
     */
    modules(): Module[];
    /**
     * This module (named `prefix`, empty when left out) and all inside with their paths, such as `1.fc`, each once, outer ones
     * first.
     *
     * @example
     * const block = new nn.Sequential(new nn.Linear(2, 2), new nn.Tanh());
     * const model = new nn.Sequential(block, new nn.Linear(2, 1));
     * const paths = model.namedModules("net").map(([path]) => path);
     * paths; // → ['net', 'net.0', 'net.0.0', 'net.0.1', 'net.1']
     */
    namedModules(prefix?: string): [path: string, module: Module][];
    /**
     * All parameters, each once: what an optimizer is made with. `recurse: false` leaves out those of modules inside.
     *
     * @example
     * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
     * model.parameters().map((p) => p.shape); // → [[3, 2], [3], [1, 3], [1]]
     * model.parameters({ recurse: false }); // → []
     * const optimizer = new SGD(model.parameters(), { lr: 0.1 });
     */
    parameters(options?: Recursion): Parameter[];
    /**
     * All parameters with their paths, such as `0.weight`, each once. The paths begin with `prefix`; `recurse: false` leaves out
     * those of modules inside.
     *
     * @example
     * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
     * model.namedParameters().map(([path]) => path); // → ['0.weight', '0.bias', '2.weight', '2.bias']
     */
    namedParameters(prefix?: string, options?: Recursion): [path: string, parameter: Parameter][];
    /**
     * All buffers, each once. `recurse: false` leaves out those of modules inside.
     *
     * @example
     * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
     * model.buffers(); // → [tensor([0., 0., 0.]), tensor([1., 1., 1.]), tensor(0, dtype=int32)]
     */
    buffers(options?: Recursion): Tensor[];
    /**
     * All buffers with their paths, such as `1.running_mean`, each once. The paths begin with `prefix`; `recurse: false` leaves out
     * those of modules inside.
     *
     * @example
     * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
     * const paths = model.namedBuffers().map(([path]) => path);
     * paths; // → ['1.running_mean', '1.running_var', '1.num_batches_tracked']
     */
    namedBuffers(prefix?: string, options?: Recursion): [path: string, buffer: Tensor][];
    /**
     * The module at a path such as `1.fc`; this one for the empty path.
     *
     * @throws ChainruleError `argument` when there is none
     *
     * @example
     * const model = new nn.Sequential(new nn.Sequential(new nn.Linear(2, 2), new nn.Tanh()));
     * model.getSubmodule("0.1"); // → Tanh()
     * model.getSubmodule("0.2"); // throws argument: …Sequential has no module "2"
     */
    getSubmodule(path: string): Module;
    /**
     * The parameter at a path such as `0.weight`.
     *
     * @throws ChainruleError `argument` when there is none
     *
     * @example
     * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
     * model.getParameter("2.weight").shape; // → [1, 3]
     * model.getParameter("1.weight"); // throws argument: …ReLU has no parameter "weight"
     */
    getParameter(path: string): Parameter;
    /**
     * The buffer at a path such as `1.running_mean`.
     *
     * @throws ChainruleError `argument` when there is none
     *
     * @example
     * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
     * model.getBuffer("1.running_var"); // → tensor([1., 1., 1.])
     */
    getBuffer(path: string): Tensor;
    /**
     * The number of elements of all parameters, shared ones counted once; `trainable: true` counts only those that require a
     * gradient.
     *
     * @example
     * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
     * model.numParameters(); // → 13
     * model.at(0).requiresGrad_(false);
     * model.numParameters({ trainable: true }); // → 4
     */
    numParameters(options?: { trainable?: boolean }): number;
    /**
     * The path of a module inside this one; undefined when it is not inside.
     *
     * @example
     * const model = new nn.Sequential({ hidden: new nn.Linear(2, 3), out: new nn.Linear(3, 1) });
     * model.scopePathOf(model.at("out")); // → 'out'
     * model.scopePathOf(new nn.ReLU()); // → undefined
     */
    scopePathOf(part: ScopeOwner): string | undefined;
    /**
     * All parameters and buffers with their paths, for explanations of compiled functions.
     *
     * @example
     * const layer = new nn.Linear(2, 1);
     * layer.scopeTensors().map(([path]) => path); // → ['weight', 'bias']
     */
    scopeTensors(): [path: string, tensor: Tensor][];
  }
}

/** A module (named `prefix`) and all inside with their paths, each once, outer ones first. */
function allModules(root: Module, prefix: string): [path: string, module: Module][] {
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
function collect<T>(
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
function firstOfEach<T>(entries: readonly [string, T][]): [string, T][] {
  const seen = new Set<T>();
  return entries.filter(([, value]) => !seen.has(value) && seen.add(value));
}

/** The module at a path such as `1.fc`. */
function moduleAt(root: Module, path: string): Module {
  let module = root;
  for (const name of path === "" ? [] : path.split("."))
    module = named("module", path, name, module, module.ownModules());
  return module;
}

/** What stands under the last name of a path such as `1.fc.weight` among what `own` finds in the module before it. */
function tensorAt<T>(
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

const parametersByKey = (module: Module): [string, Parameter][] => module.ownParameters();

const buffersByKey = (module: Module): [string, Tensor][] =>
  module.ownBuffers().map(({ key, tensor }) => [key, tensor]);

attachMethods(Module.prototype, {
  children() {
    return this.namedChildren().map(([, child]) => child);
  },
  namedChildren() {
    return firstOfEach(this.ownModules());
  },
  modules() {
    return this.namedModules().map(([, module]) => module);
  },
  namedModules(prefix = "") {
    return allModules(this, prefix);
  },
  parameters(options) {
    return this.namedParameters("", options).map(([, parameter]) => parameter);
  },
  namedParameters(prefix = "", options) {
    return collect(this, prefix, options, parametersByKey);
  },
  buffers(options) {
    return this.namedBuffers("", options).map(([, buffer]) => buffer);
  },
  namedBuffers(prefix = "", options) {
    return collect(this, prefix, options, buffersByKey);
  },
  getSubmodule(path) {
    return moduleAt(this, path);
  },
  getParameter(path) {
    return tensorAt("parameter", this, path, parametersByKey);
  },
  getBuffer(path) {
    return tensorAt("buffer", this, path, buffersByKey);
  },
  numParameters(options) {
    let count = 0;
    for (const p of this.parameters()) if (p.requiresGrad || !options?.trainable) count += p.numel;
    return count;
  },
  scopePathOf(part) {
    return this.namedModules().find(([, module]) => module === part)?.[0];
  },
  scopeTensors() {
    return [...this.namedParameters(), ...this.namedBuffers()];
  },
});
