import type { Module, Parameter, StateDict } from "../../nn/index.ts";
import { isFloating } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { type Maker, makers, type PyTorchClass } from "./layers.ts";
import { indented, literal } from "./python.ts";

export type { PyTorchClass } from "./layers.ts";

/** What {@link toPyTorch} can be told. */
export interface ToPyTorchOptions {
  /** The file of the weights, as `load()` in Python finds it by default. Default "model.pt". */
  weights?: string;
  /**
   * How modules of your own are made in Python: by their class, the definition of a class there and the arguments of its constructor.
   * `write` gives the expression that makes a module inside. Without it a model with modules of your own is an error.
   */
  classes?: ReadonlyMap<
    abstract new (
      ...args: never[]
    ) => Module,
    PyTorchClass & { args(module: Module, write: (inside: Module) => string): readonly string[] }
  >;
}

/** A network as a program of Python, and its weights. */
export interface PyTorchCode {
  /** A module of Python with `build()`, which makes the network, and `load(path)`, which loads its weights too. */
  readonly code: string;
  /** The weights by PyTorch's names, for {@link writeTorch} or {@link writeSafetensors}; they are the model's own. */
  readonly state: StateDict;
}

/**
 * The same network in PyTorch: every layer and loss of `nn`, in Sequential and its kin, to any depth. Layers and parameters that are
 * shared, frozen, or in float64 are so there too.
 *
 * @throws ChainruleError `argument` that names the modules of other classes, unless `classes` says how they are made
 *
 * @example
 * import { writeFile } from "node:fs/promises";
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 3));
 * const { code, state } = toPyTorch(model);
 * code.includes("nn.Linear(4, 8)"); // → true
 * await writeFile("network.py", code);
 * await writeFile("model.pt", writeTorch(state)); // in Python: from network import load; model = load()
 */
export function toPyTorch(model: Module, options: ToPyTorchOptions = {}): PyTorchCode {
  const { weights = "model.pt" } = options;
  const { lines, definitions } = bodyOf(model, options);
  const ordered = lines.some((line) => line.includes("OrderedDict("));
  const code = `"""A network made by chainrule, in PyTorch 1.13 or later: load() gives it with its weights."""
${ordered ? "\nfrom collections import OrderedDict\n" : ""}
import torch
from torch import nn


${[...definitions.values(), buildOf(lines), loadOf(weights)].join("\n\n\n")}
`;
  return { code, state: model.stateDict() };
}

const buildOf = (lines: readonly string[]): string =>
  `def build():
    """The network, with weights that are drawn anew."""
${indented(lines.join("\n"))}`;

const loadOf = (weights: string): string =>
  `def load(path=${literal(weights)}):
    """The network with its weights, in evaluation mode."""
    model = build()
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return model.eval()`;

interface Body {
  /** What `build` does. */
  readonly lines: readonly string[];
  /** Classes that it needs, by their names. */
  readonly definitions: ReadonlyMap<string, string>;
}

/** The body of `build`, and the classes that stand before it. */
export function bodyOf(model: Module, { classes }: ToPyTorchOptions): Body {
  const definitions = new Map<string, string>();
  const before: string[] = [];
  const uses = countUses(model);
  const known = new Map<Module, string>();
  const strangers = model.modules().filter((module) => makerOf(module, classes) === undefined);
  if (strangers.length > 0) {
    const names = [...new Set(strangers.map((module) => module.scopeKind()))];
    throw new ChainruleError(
      "argument",
      `${names.join(", ")} ${names.length === 1 ? "is no layer" : "are no layers"} of chainrule, and what a forward of your own does can not be written in Python.`,
      "Build the model of Sequential and layers of nn, or say by { classes } how it is made there.",
    );
  }
  const write = (module: Module): string => {
    const name = known.get(module);
    if (name !== undefined) return name;
    const { expression, needs } = makerOf(module, classes) as Maker;
    const made = expression(module, write);
    const definition = needs?.(module);
    if (definition) definitions.set(definition.name, definition.source);
    if ((uses.get(module) ?? 0) < 2) return made;
    const shared = `shared${known.size + 1}`;
    known.set(module, shared);
    before.push(`${shared} = ${made}`);
    return shared;
  };
  const made = write(model);
  const after = [...tiesOf(model), ...dtypesOf(model), ...frozenIn(model)];
  const lines =
    after.length === 0
      ? [...before, `return ${made}`]
      : [...before, `model = ${made}`, ...after, "return model"];
  return { lines, definitions };
}

function makerOf(module: Module, classes: ToPyTorchOptions["classes"]): Maker | undefined {
  const type = module.constructor as abstract new (...args: never[]) => Module;
  const own = classes?.get(type);
  if (own === undefined) return makers.get(type);
  return {
    expression: (inside, write) => callOf(own.name, own.args(inside, write)),
    needs: () => own,
  };
}

const callOf = (name: string, args: readonly string[]): string =>
  args.some((arg) => arg.includes("\n"))
    ? `${name}(\n${indented(args.map((arg) => `${arg},`).join("\n"))}\n)`
    : `${name}(${args.join(", ")})`;

/** In how many places each module is. */
function countUses(model: Module): Map<Module, number> {
  const uses = new Map<Module, number>();
  for (const module of model.modules())
    for (const [, child] of module.ownModules()) uses.set(child, (uses.get(child) ?? 0) + 1);
  return uses;
}

/** Parameters that several modules have are one in Python too. */
function tiesOf(model: Module): string[] {
  const first = new Map<Parameter, string>();
  const lines: string[] = [];
  for (const [path, module] of model.namedModules()) {
    for (const [key, parameter] of module.ownParameters()) {
      const owner = first.get(parameter);
      if (owner === undefined) first.set(parameter, path === "" ? key : `${path}.${key}`);
      else
        lines.push(
          `setattr(model.get_submodule(${literal(path)}), ${literal(key)}, model.get_parameter(${literal(owner)}))`,
        );
    }
  }
  return lines;
}

/** Conversions of modules to the dtypes that they have here, outer ones first. */
function dtypesOf(model: Module): string[] {
  const lines: string[] = [];
  const inherited = new Map<string, string>();
  for (const [path, module] of model.namedModules()) {
    const own = [...module.parameters(), ...module.buffers()].filter(({ dtype }) => isFloating(dtype));
    const outer =
      path === ""
        ? "float32"
        : (inherited.get(path.slice(0, Math.max(path.lastIndexOf("."), 0))) ?? "float32");
    const dtypes = new Set(own.map(({ dtype }) => dtype));
    const [only] = dtypes;
    const dtype = dtypes.size === 1 ? only : outer;
    inherited.set(path, dtype);
    if (dtype !== outer)
      lines.push(`${path === "" ? "model" : `model.get_submodule(${literal(path)})`}.to(torch.${dtype})`);
  }
  return lines;
}

/** Parameters that are not trained. */
function frozenIn(model: Module): string[] {
  const parameters = model.namedParameters();
  const frozen = parameters.filter(([, { requiresGrad }]) => !requiresGrad);
  if (frozen.length > 0 && frozen.length === parameters.length) return ["model.requires_grad_(False)"];
  return frozen.map(([path]) => `model.get_parameter(${literal(path)}).requires_grad_(False)`);
}
