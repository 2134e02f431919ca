import {
  changes,
  type DType,
  inScope,
  isFloating,
  recording,
  type ScopeOwner,
  Tensor,
  zeroGradients,
} from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { Callable, called } from "./callable.ts";
import { deepCopy } from "./clone.ts";
import {
  type BackwardHook,
  callWithHooks,
  type ForwardHook,
  type ForwardPreHook,
  Hooks,
  register,
} from "./hooks.ts";
import { located } from "./located.ts";
import { convertParameter, Parameter } from "./parameter.ts";
import { fieldsOf, setPart } from "./parts.ts";
import { printTree, type SummaryInput, summarize } from "./print.ts";
import { type LoadResult, loadState, type StateDict, stateEntries } from "./state.ts";
import { allModules, collect, firstOfEach, moduleAt, ofKind, type Recursion, tensorAt } from "./tree.ts";

/** The arguments that a module's call takes: those of its `forward`. */
export type Arguments<F> = F extends (...args: infer A) => unknown ? A : never;
/** What a module's call gives: what its `forward` returns. */
export type Result<F> = F extends (...args: never[]) => infer R ? R : never;

export const hooksOf: unique symbol = Symbol("hooks");
export const buffersOf: unique symbol = Symbol("buffers");
const trainingOf: unique symbol = Symbol("training");
const nodeInspect: unique symbol = Symbol.for("nodejs.util.inspect.custom");

/** A buffer of one module: its field, its key in state dictionaries, and whether it is saved there. */
export interface OwnBuffer {
  readonly name: string;
  readonly key: string;
  readonly tensor: Tensor;
  readonly persistent: boolean;
}

export interface Module {
  /** Runs `forward` as a part of the model: with hooks, and so that errors, anomalies and traces name this layer. */
  // biome-ignore lint/style/useShorthandFunctionType: only an interface merges with the class
  (...args: Arguments<this["forward"]>): Result<this["forward"]>;
}

/**
 * Base of all layers and models, as `torch.nn.Module`. A subclass keeps its layers and parameters in fields and says in
 * `forward` what it computes; a model is called like a function.
 *
 * Modules and {@link Parameter}s are found when they are fields of their own (in the order of definition, `private` ones
 * too, but not `#private` ones), in arrays only inside {@link ModuleList} and its kin. Tensors that are neither trained nor
 * forgotten, such as running averages, are buffers: `registerBuffer`.
 *
 * @example
 * class Net extends nn.Module {
 *   fc1 = new nn.Linear(2, 3);
 *   fc2 = new nn.Linear(3, 1);
 *   forward(x: Tensor) {
 *     return this.fc2(this.fc1(x).relu());
 *   }
 * }
 * const model = new Net();
 * const y = model(x);
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: a class cannot declare by itself that its objects are callable
export abstract class Module extends Callable implements ScopeOwner {
  /** What layers of this kind do, in one line that explanations show beside their name. */
  static readonly about: string = "";
  // Not #private, so that `clone` finds it.
  [trainingOf] = true;
  /** Names of buffers, and whether they are saved. */
  [buffersOf]: Map<string, boolean> | null = null;
  [hooksOf]: Hooks | null = null;

  /** Computes the result. Call the module itself instead, which also runs hooks and names the layer in errors. */
  abstract forward(...args: never[]): unknown;

  /** Whether layers behave as in training (dropout drops, batch norm uses the batch). Set it by `train()` and `eval()`. */
  get training(): boolean {
    recording?.module(this);
    return this[trainingOf];
  }

  set training(mode: boolean) {
    const before = this[trainingOf];
    if (mode === before) return;
    changes.count++;
    recording?.module(this);
    recording?.undo(() => {
      this[trainingOf] = before;
    });
    this[trainingOf] = mode;
  }

  override [called](args: readonly unknown[]): unknown {
    recording?.module(this);
    return inScope(this, () => {
      try {
        const hooks = this[hooksOf];
        return hooks ? callWithHooks(this, hooks, args) : this.forward(...(args as never[]));
      } catch (error) {
        throw located(error);
      }
    });
  }

  // ---- what a module is made of ------------------------------------------------------------------------------------

  /** Named values of this module alone, in order: its fields. Containers give their items instead. */
  protected parts(): Iterable<readonly [name: string, value: unknown]> {
    return Object.entries(this);
  }

  /** The key of a parameter or buffer in state dictionaries: PyTorch's name for the field. Default: the field's name. */
  protected stateKey(field: string): string {
    return field;
  }

  /** The modules directly inside, by name. */
  ownModules(): [name: string, module: Module][] {
    return ofKind(this.parts(), (value): value is Module => value instanceof Module);
  }

  /** The parameters of this module alone, by key. */
  ownParameters(): [key: string, parameter: Parameter][] {
    const found = ofKind(this.parts(), (value): value is Parameter => value instanceof Parameter);
    return found.map(([name, parameter]) => [this.stateKey(name), parameter]);
  }

  /** The buffers of this module alone. */
  ownBuffers(): OwnBuffer[] {
    return [...(this[buffersOf] ?? [])].flatMap(([name, persistent]) => {
      const tensor = fieldsOf(this)[name];
      return tensor instanceof Tensor ? [{ name, key: this.stateKey(name), tensor, persistent }] : [];
    });
  }

  /** The modules directly inside, each once. */
  children(): Module[] {
    return this.namedChildren().map(([, child]) => child);
  }

  /** The modules directly inside with their names, each once. */
  namedChildren(): [name: string, module: Module][] {
    return firstOfEach(this.ownModules());
  }

  /** This module and all inside, each once, outer ones first. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /** This module (named `prefix`) and all inside with their paths, such as `1.fc`, each once, outer ones first. */
  namedModules(prefix = ""): [path: string, module: Module][] {
    return allModules(this, prefix);
  }

  /** All parameters, each once: what an optimizer is made with. `recurse: false` leaves out those of modules inside. */
  parameters(options?: Recursion): Parameter[] {
    return this.namedParameters("", options).map(([, parameter]) => parameter);
  }

  /** All parameters with their paths, such as `0.weight`, each once. */
  namedParameters(prefix = "", options?: Recursion): [path: string, parameter: Parameter][] {
    return collect(this, prefix, options, (module) => module.ownParameters());
  }

  /** All buffers, each once. */
  buffers(options?: Recursion): Tensor[] {
    return this.namedBuffers("", options).map(([, buffer]) => buffer);
  }

  /** All buffers with their paths, such as `1.running_mean`, each once. */
  namedBuffers(prefix = "", options?: Recursion): [path: string, buffer: Tensor][] {
    return collect(this, prefix, options, buffersByKey);
  }

  /** The module at a path such as `1.fc`; this one for the empty path. */
  getSubmodule(path: string): Module {
    return moduleAt(this, path);
  }

  /** The parameter at a path such as `0.weight`. */
  getParameter(path: string): Parameter {
    return tensorAt("parameter", this, path, (module) => module.ownParameters());
  }

  /** The buffer at a path such as `1.running_mean`. */
  getBuffer(path: string): Tensor {
    return tensorAt("buffer", this, path, buffersByKey);
  }

  /** The number of elements of all parameters, shared ones counted once; `trainable: true` counts those alone. */
  numParameters(options?: { trainable?: boolean }): number {
    let count = 0;
    for (const p of this.parameters()) if (p.requiresGrad || !options?.trainable) count += p.numel;
    return count;
  }

  // ---- adding parts by name ----------------------------------------------------------------------------------------

  /**
   * Makes a tensor part of the module's state without being trained, as the field `name`, and returns it, so that a field can
   * be declared by it. With `persistent: false` it is left out of state dictionaries.
   *
   * @example
   * class Average extends nn.Module {
   *   mean = this.registerBuffer("mean", zeros([3]));
   * }
   */
  registerBuffer<T extends Tensor | null>(name: string, tensor: T, options?: { persistent?: boolean }): T {
    setPart(this, name, tensor, (old) => this[buffersOf]?.has(name) === true && !(old instanceof Module));
    this[buffersOf] ??= new Map();
    this[buffersOf].set(name, options?.persistent ?? true);
    return tensor;
  }

  /** Adds a parameter (or a place for one, by null) as the field `name`, and returns it. */
  registerParameter<T extends Parameter | null>(name: string, parameter: T): T {
    return setPart(this, name, parameter, (old) => old instanceof Parameter);
  }

  /** Adds a module as the field `name`, and returns it. */
  registerModule<T extends Module | null>(name: string, module: T): T {
    return setPart(this, name, module, (old) => old instanceof Module);
  }

  /** As {@link registerModule}. */
  addModule<T extends Module | null>(name: string, module: T): T {
    return this.registerModule(name, module);
  }

  // ---- state -------------------------------------------------------------------------------------------------------

  /**
   * Parameters and persistent buffers by PyTorch's keys, in PyTorch's order (`0.weight`, `1.running_mean`). They share their
   * elements with the model: `clone()` what has to outlive the next update.
   */
  stateDict(prefix = ""): StateDict {
    return Object.fromEntries(stateEntries(this, prefix).map(([key, tensor]) => [key, tensor.detach()]));
  }

  /**
   * Copies a state into this model's own tensors, converted to their dtypes. All or nothing: when a shape differs, or (with
   * `strict`, the default) a key is missing or unknown, an error lists every misfit and nothing is changed.
   */
  loadStateDict(state: Readonly<StateDict>, options?: { strict?: boolean }): LoadResult {
    return loadState(this, state, options?.strict ?? true);
  }

  /**
   * A deep copy that shares no tensor with this model; hooks are kept. `#private` fields of a class of your own, and functions
   * that hold on to `this`, cannot be copied: use `private` and methods, or override `clone`.
   */
  clone(): this {
    return deepCopy(this);
  }

  // ---- modes and conversions ---------------------------------------------------------------------------------------

  /** Switches this module and all inside to training mode, or out of it. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** Switches to evaluation mode: `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /** Converts parameters, their gradients and floating buffers in place. Parameters keep their identity. */
  to(dtype: DType): this {
    if (!isFloating(dtype)) {
      throw new ChainruleError(
        "dtype",
        `A model cannot be converted to ${dtype}: its parameters are real numbers.`,
        'Use to("float32") or to("float64").',
      );
    }
    changes.count++;
    for (const module of this.modules()) {
      for (const [, parameter] of module.ownParameters()) convertParameter(parameter, dtype);
      for (const { name, tensor } of module.ownBuffers())
        if (isFloating(tensor.dtype)) fieldsOf(module)[name] = tensor.to(dtype);
    }
    return this;
  }

  /** `to("float32")`. */
  float(): this {
    return this.to("float32");
  }

  /** `to("float64")`. */
  double(): this {
    return this.to("float64");
  }

  /** Calls `visit` with every module inside and then with this one: for initializing weights, say. */
  apply(visit: (module: Module) => void): this {
    for (const child of this.children()) child.apply(visit);
    visit(this);
    return this;
  }

  /** Makes all parameters trainable, or freezes them. */
  requiresGrad_(value = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(value);
    return this;
  }

  /** Forgets all gradients; with `setToNone: false` fills them with zeros instead. */
  zeroGrad(options?: { setToNone?: boolean }): void {
    zeroGradients(this.parameters(), options);
  }

  // ---- hooks -------------------------------------------------------------------------------------------------------

  /** Calls `hook` before each call's `forward`. Returns a function that removes it. */
  registerForwardPreHook(hook: ForwardPreHook<this>): () => void {
    this[hooksOf] ??= new Hooks();
    return register(this[hooksOf].pre, hook as ForwardPreHook);
  }

  /** Calls `hook` after each call's `forward`. Returns a function that removes it. */
  registerForwardHook(hook: ForwardHook<this>): () => void {
    this[hooksOf] ??= new Hooks();
    return register(this[hooksOf].forward, hook as ForwardHook);
  }

  /** Calls `hook` in the backward pass, when the gradients of a call's inputs are known. Returns a function that removes it. */
  registerFullBackwardHook(hook: BackwardHook<this>): () => void {
    this[hooksOf] ??= new Hooks();
    return register(this[hooksOf].backward, hook as BackwardHook);
  }

  // ---- looking at it -----------------------------------------------------------------------------------------------

  /** The kind of layer, such as `Linear`: the name of the class. */
  scopeKind(): string {
    return this.constructor.name || "Module";
  }

  /** What layers of this kind do, in one line: the static `about` of the class; empty where that is not said. */
  scopeAbout(): string {
    return (this.constructor as typeof Module).about;
  }

  /** The path of a module inside this one; undefined when it is not inside. */
  scopePathOf(part: ScopeOwner): string | undefined {
    return this.namedModules().find(([, module]) => module === part)?.[0];
  }

  /** All parameters and buffers, for explanations of compiled functions. */
  scopeTensors(): [path: string, tensor: Tensor][] {
    return [...this.namedParameters(), ...this.namedBuffers()];
  }

  /** What `toString` shows between the parentheses of this layer, such as sizes. */
  extraRepr(): string {
    return "";
  }

  /** The modules inside with their sizes, nested, as PyTorch prints a model. */
  override toString(): string {
    return printTree(this);
  }

  /** What Node prints for `console.log(model)`. */
  [nodeInspect](): string {
    return this.toString();
  }

  /**
   * A table of layers with output shapes and parameter counts, at most 80 columns wide. Runs the model once in evaluation mode
   * on the given inputs: tensors, or shapes (with the batch) of float tensors filled with zeros. Nothing of the model changes.
   */
  summary(...inputs: SummaryInput[]): string {
    return summarize(this, inputs);
  }
}

const buffersByKey = (module: Module): [string, Tensor][] =>
  module.ownBuffers().map(({ key, tensor }) => [key, tensor]);
