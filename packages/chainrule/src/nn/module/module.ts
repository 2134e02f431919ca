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
 * model(zeros([5, 2])).shape; // → [5, 1]
 * model.numParameters(); // → 13
 * model(zeros([5, 4])); // throws shape: layer fc1 (Linear)
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: a class cannot declare by itself that its objects are callable
export abstract class Module extends Callable implements ScopeOwner {
  /** What layers of this kind do, in one line that explanations show beside their name. */
  static readonly about: string = "";
  // Not #private, so that `clone` finds it.
  /**
   * Whether the module is in training mode.
   *
   * @internal
   */
  [trainingOf] = true;
  /**
   * Names of buffers, and whether they are saved.
   *
   * @internal
   */
  [buffersOf]: Map<string, boolean> | null = null;
  /**
   * The hooks; null before the first.
   *
   * @internal
   */
  [hooksOf]: Hooks | null = null;

  /**
   * Computes the result. Call the module itself instead, which also runs hooks and names the layer in errors.
   *
   * @example
   * class Square extends nn.Module {
   *   forward(x: Tensor) {
   *     return x.square();
   *   }
   * }
   * const layer = new Square();
   * layer(tensor([3])); // → tensor([9.])
   */
  abstract forward(...args: never[]): unknown;

  /**
   * Whether layers behave as in training (dropout drops, batch norm uses the batch); true at first. Set it by `train()` and
   * `eval()`, which reach the modules inside too.
   */
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

  /**
   * What a call runs: `forward` in the scope of this module, with its hooks.
   *
   * @internal
   */
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

  /**
   * The modules directly inside, by name; a shared one under each of its names.
   *
   * @example
   * const shared = new nn.Linear(2, 2);
   * const model = new nn.Sequential(shared, new nn.ReLU(), shared);
   * model.ownModules().map(([name]) => name); // → ['0', '1', '2']
   */
  ownModules(): [name: string, module: Module][] {
    return ofKind(this.parts(), (value): value is Module => value instanceof Module);
  }

  /**
   * The parameters of this module alone, by key in state dictionaries.
   *
   * @example
   * const layer = new nn.Linear(2, 3);
   * layer.ownParameters().map(([key, p]) => [key, p.shape]); // → [['weight', [3, 2]], ['bias', [3]]]
   */
  ownParameters(): [key: string, parameter: Parameter][] {
    const found = ofKind(this.parts(), (value): value is Parameter => value instanceof Parameter);
    return found.map(([name, parameter]) => [this.stateKey(name), parameter]);
  }

  /**
   * The buffers of this module alone: the field (`name`), the key in state dictionaries, the tensor, and whether it is saved.
   *
   * @example
   * const layer = new nn.BatchNorm1d(3);
   * layer.ownBuffers().map(({ name, key }) => [name, key])[0]; // → ['runningMean', 'running_mean']
   */
  ownBuffers(): OwnBuffer[] {
    return [...(this[buffersOf] ?? [])].flatMap(([name, persistent]) => {
      const tensor = fieldsOf(this)[name];
      return tensor instanceof Tensor ? [{ name, key: this.stateKey(name), tensor, persistent }] : [];
    });
  }

  /**
   * The modules directly inside, each once.
   *
   * @example
   * const shared = new nn.Linear(2, 2);
   * const model = new nn.Sequential(shared, new nn.ReLU(), shared);
   * model.children().length; // → 2
   */
  children(): Module[] {
    return this.namedChildren().map(([, child]) => child);
  }

  /**
   * The modules directly inside with their names, each once.
   *
   * @example
   * const model = new nn.Sequential({ hidden: new nn.Linear(2, 3), out: new nn.Linear(3, 1) });
   * model.namedChildren().map(([name]) => name); // → ['hidden', 'out']
   */
  namedChildren(): [name: string, module: Module][] {
    return firstOfEach(this.ownModules());
  }

  /**
   * This module and all inside, each once, outer ones first.
   *
   * @example
   * const block = new nn.Sequential(new nn.Linear(2, 2), new nn.Tanh());
   * const model = new nn.Sequential(block, new nn.Linear(2, 1));
   * const kinds = model.modules().map((module) => module.scopeKind());
   * kinds; // → ['Sequential', 'Sequential', 'Linear', 'Tanh', 'Linear']
   */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /**
   * This module (named `prefix`) and all inside with their paths, such as `1.fc`, each once, outer ones first.
   *
   * @example
   * const block = new nn.Sequential(new nn.Linear(2, 2), new nn.Tanh());
   * const model = new nn.Sequential(block, new nn.Linear(2, 1));
   * const paths = model.namedModules("net").map(([path]) => path);
   * paths; // → ['net', 'net.0', 'net.0.0', 'net.0.1', 'net.1']
   */
  namedModules(prefix = ""): [path: string, module: Module][] {
    return allModules(this, prefix);
  }

  /**
   * All parameters, each once: what an optimizer is made with. `recurse: false` leaves out those of modules inside.
   *
   * @example
   * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
   * model.parameters().map((p) => p.shape); // → [[3, 2], [3], [1, 3], [1]]
   * model.parameters({ recurse: false }); // → []
   * const optimizer = new SGD(model.parameters(), { lr: 0.1 });
   */
  parameters(options?: Recursion): Parameter[] {
    return this.namedParameters("", options).map(([, parameter]) => parameter);
  }

  /**
   * All parameters with their paths, such as `0.weight`, each once. The paths begin with `prefix`; `recurse: false` leaves out
   * those of modules inside.
   *
   * @example
   * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
   * model.namedParameters().map(([path]) => path); // → ['0.weight', '0.bias', '2.weight', '2.bias']
   */
  namedParameters(prefix = "", options?: Recursion): [path: string, parameter: Parameter][] {
    return collect(this, prefix, options, (module) => module.ownParameters());
  }

  /**
   * All buffers, each once. `recurse: false` leaves out those of modules inside.
   *
   * @example
   * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
   * model.buffers(); // → [tensor([0., 0., 0.]), tensor([1., 1., 1.]), tensor(0, dtype=int32)]
   */
  buffers(options?: Recursion): Tensor[] {
    return this.namedBuffers("", options).map(([, buffer]) => buffer);
  }

  /**
   * All buffers with their paths, such as `1.running_mean`, each once. The paths begin with `prefix`; `recurse: false` leaves out
   * those of modules inside.
   *
   * @example
   * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
   * const paths = model.namedBuffers().map(([path]) => path);
   * paths; // → ['1.running_mean', '1.running_var', '1.num_batches_tracked']
   */
  namedBuffers(prefix = "", options?: Recursion): [path: string, buffer: Tensor][] {
    return collect(this, prefix, options, buffersByKey);
  }

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
  getSubmodule(path: string): Module {
    return moduleAt(this, path);
  }

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
  getParameter(path: string): Parameter {
    return tensorAt("parameter", this, path, (module) => module.ownParameters());
  }

  /**
   * The buffer at a path such as `1.running_mean`.
   *
   * @throws ChainruleError `argument` when there is none
   *
   * @example
   * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
   * model.getBuffer("1.running_var"); // → tensor([1., 1., 1.])
   */
  getBuffer(path: string): Tensor {
    return tensorAt("buffer", this, path, buffersByKey);
  }

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
  numParameters(options?: { trainable?: boolean }): number {
    let count = 0;
    for (const p of this.parameters()) if (p.requiresGrad || !options?.trainable) count += p.numel;
    return count;
  }

  // ---- adding parts by name ----------------------------------------------------------------------------------------

  /**
   * Makes a tensor part of the module's state without being trained, as the field `name`, and returns it, so that a field can
   * be declared by it. With `persistent: false` it is left out of state dictionaries; the default is true. Null keeps a place
   * for one.
   *
   * @throws ChainruleError `argument` for a name that is taken, empty or has a point
   *
   * @example
   * class Average extends nn.Module {
   *   mean = this.registerBuffer("mean", zeros([2]));
   *   forward(x: Tensor) {
   *     this.mean.copy_(x.mean(0));
   *     return x.sub(this.mean);
   *   }
   * }
   * const layer = new Average();
   * layer(tensor([[1, 10], [3, 30]])); // → tensor([[-1., -10.], [1., 10.]])
   * layer.stateDict(); // → { mean: tensor([ 2., 20.]) }
   */
  registerBuffer<T extends Tensor | null>(name: string, tensor: T, options?: { persistent?: boolean }): T {
    setPart(this, name, tensor, (old) => this[buffersOf]?.has(name) === true && !(old instanceof Module));
    this[buffersOf] ??= new Map();
    this[buffersOf].set(name, options?.persistent ?? true);
    return tensor;
  }

  /**
   * Adds a parameter (or a place for one, by null) as the field `name`, and returns it. A parameter of that name is replaced.
   *
   * @throws ChainruleError `argument` for a name that is taken by something else, empty or has a point
   *
   * @example
   * const layer = new nn.Linear(2, 2);
   * layer.registerParameter("gain", new nn.Parameter(ones([2])));
   * layer.namedParameters().map(([path]) => path); // → ['weight', 'bias', 'gain']
   * layer.registerParameter("forward", null); // throws argument: Linear has a "forward" already
   */
  registerParameter<T extends Parameter | null>(name: string, parameter: T): T {
    return setPart(this, name, parameter, (old) => old instanceof Parameter);
  }

  /**
   * Adds a module (or a place for one, by null) as the field `name`, and returns it. A module of that name is replaced.
   *
   * @throws ChainruleError `argument` for a name that is taken by something else, empty or has a point
   *
   * @example
   * class Stack extends nn.Module {
   *   constructor(depth: number) {
   *     super();
   *     for (let i = 0; i < depth; i++) this.registerModule(`layer${i}`, new nn.Linear(2, 2));
   *   }
   *   forward(x: Tensor) {
   *     return this.children().reduce((y, layer) => (layer as nn.Linear)(y).relu(), x);
   *   }
   * }
   * new Stack(2).namedChildren().map(([name]) => name); // → ['layer0', 'layer1']
   */
  registerModule<T extends Module | null>(name: string, module: T): T {
    return setPart(this, name, module, (old) => old instanceof Module);
  }

  /**
   * As {@link registerModule}, by PyTorch's older name.
   *
   * @example
   * const head = new nn.Linear(2, 1).addModule("dropout", new nn.Dropout(0.2));
   * head; // → Dropout(p=0.2)
   */
  addModule<T extends Module | null>(name: string, module: T): T {
    return this.registerModule(name, module);
  }

  // ---- state -------------------------------------------------------------------------------------------------------

  /**
   * Parameters and persistent buffers by PyTorch's keys, in PyTorch's order (`0.weight`, `1.running_mean`); the keys begin with
   * `prefix`. They share their elements with the model: `clone()` what has to outlive the next update.
   *
   * @example
   * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
   * model.stateDict()["1.running_var"]; // → tensor([1., 1., 1.])
   * Object.keys(model.stateDict()).length; // → 7
   */
  stateDict(prefix = ""): StateDict {
    return Object.fromEntries(stateEntries(this, prefix).map(([key, tensor]) => [key, tensor.detach()]));
  }

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
  loadStateDict(state: Readonly<StateDict>, options?: { strict?: boolean }): LoadResult {
    return loadState(this, state, options?.strict ?? true);
  }

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
  clone(): this {
    return deepCopy(this);
  }

  // ---- modes and conversions ---------------------------------------------------------------------------------------

  /**
   * Switches this module and all inside to training mode, or out of it. Modules start in training mode.
   *
   * @example
   * const model = new nn.Sequential(new nn.Dropout(0.5));
   * model.eval()(ones([4])); // → tensor([1., 1., 1., 1.])
   * model.train()(ones([4])); // → tensor([0., 0., 2., 0.])
   */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /**
   * Switches to evaluation mode: `train(false)`. Dropout then passes everything on, and batch norm uses its running moments.
   *
   * @example
   * const model = new nn.Sequential(new nn.Dropout(0.5));
   * model.eval()(ones([4])); // → tensor([1., 1., 1., 1.])
   * model.at(0).training; // → false
   */
  eval(): this {
    return this.train(false);
  }

  /**
   * Converts parameters, their gradients and floating buffers in place. Parameters keep their identity, so that an optimizer made
   * before still holds them.
   *
   * @throws ChainruleError `dtype` unless it is float32 or float64
   *
   * @example
   * const model = new nn.Linear(2, 1).to("float64");
   * model(zeros([5, 2], { dtype: "float64" })).dtype; // → 'float64'
   * model.to("int32"); // throws dtype: A model cannot be converted to int32
   */
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

  /**
   * `to("float32")`.
   *
   * @example
   * new nn.Linear(2, 1, { dtype: "float64" }).float().weight.dtype; // → 'float32'
   */
  float(): this {
    return this.to("float32");
  }

  /**
   * `to("float64")`.
   *
   * @example
   * new nn.Linear(2, 1).double().weight.dtype; // → 'float64'
   */
  double(): this {
    return this.to("float64");
  }

  /**
   * Calls `visit` with every module inside and then with this one: for initializing weights, say.
   *
   * @example
   * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
   * model.apply((module) => {
   *   if (module instanceof nn.Linear) nn.init.constant_(module.weight, 0.5);
   * });
   * model.at(2).weight; // → tensor([[0.5000, 0.5000, 0.5000]], requiresGrad)
   */
  apply(visit: (module: Module) => void): this {
    for (const child of this.children()) child.apply(visit);
    visit(this);
    return this;
  }

  /**
   * Makes all parameters trainable, or freezes them.
   *
   * @example
   * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
   * model.at(0).requiresGrad_(false);
   * model.parameters().map((p) => p.requiresGrad); // → [false, false, true, true]
   */
  requiresGrad_(value = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(value);
    return this;
  }

  /**
   * Forgets all gradients; with `setToNone: false` fills them with zeros instead.
   *
   * @example
   * const layer = new nn.Linear(2, 1);
   * layer(ones([3, 2])).sum().backward();
   * layer.weight.grad; // → tensor([[3., 3.]])
   * layer.zeroGrad();
   * layer.weight.grad; // → null
   */
  zeroGrad(options?: { setToNone?: boolean }): void {
    zeroGradients(this.parameters(), options);
  }

  // ---- hooks -------------------------------------------------------------------------------------------------------

  /**
   * Calls `hook` before each call's `forward`. What it returns, unless undefined, takes the place of the arguments. Returns a
   * function that removes it.
   *
   * @example
   * const layer = new nn.ReLU();
   * const remove = layer.registerForwardPreHook((_, [x]) => (x as Tensor).mul(2));
   * layer(tensor([-1, 3])); // → tensor([0., 6.])
   * remove();
   * layer(tensor([-1, 3])); // → tensor([0., 3.])
   */
  registerForwardPreHook(hook: ForwardPreHook<this>): () => void {
    this[hooksOf] ??= new Hooks();
    return register(this[hooksOf].pre, hook as ForwardPreHook);
  }

  /**
   * Calls `hook` after each call's `forward`. What it returns, unless undefined, takes the place of the result. Returns a function
   * that removes it.
   *
   * @example
   * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
   * const seen: Tensor[] = [];
   * const remove = model.at(1).registerForwardHook((_layer, _args, output) => {
   *   seen.push(output as Tensor);
   * });
   * model(zeros([5, 2]));
   * seen[0].shape; // → [5, 3]
   * remove();
   */
  registerForwardHook(hook: ForwardHook<this>): () => void {
    this[hooksOf] ??= new Hooks();
    return register(this[hooksOf].forward, hook as ForwardHook);
  }

  /**
   * Calls `hook` in the backward pass, when the gradients of a call's inputs are known. What it returns, unless undefined, takes
   * the place of these gradients. Returns a function that removes it.
   *
   * @example
   * const layer = new nn.ReLU();
   * layer.registerFullBackwardHook((_layer, [gradInput], [gradOutput]) => {
   *   console.log(gradInput, gradOutput); // → tensor([0., 1.]) tensor([1., 1.])
   * });
   * layer(tensor([-1, 3], { requiresGrad: true })).sum().backward();
   */
  registerFullBackwardHook(hook: BackwardHook<this>): () => void {
    this[hooksOf] ??= new Hooks();
    return register(this[hooksOf].backward, hook as BackwardHook);
  }

  // ---- looking at it -----------------------------------------------------------------------------------------------

  /**
   * The kind of layer, such as `Linear`: the name of the class.
   *
   * @example
   * new nn.Linear(2, 1).scopeKind(); // → 'Linear'
   */
  scopeKind(): string {
    return this.constructor.name || "Module";
  }

  /**
   * What layers of this kind do, in one line: the static `about` of the class; empty where that is not said.
   *
   * @example
   * class Shift extends nn.Module {
   *   static override readonly about = "Adds one.";
   *   forward(x: Tensor) {
   *     return x.add(1);
   *   }
   * }
   * new Shift().scopeAbout(); // → 'Adds one.'
   */
  scopeAbout(): string {
    return (this.constructor as typeof Module).about;
  }

  /**
   * The path of a module inside this one; undefined when it is not inside.
   *
   * @example
   * const model = new nn.Sequential({ hidden: new nn.Linear(2, 3), out: new nn.Linear(3, 1) });
   * model.scopePathOf(model.at("out")); // → 'out'
   * model.scopePathOf(new nn.ReLU()); // → undefined
   */
  scopePathOf(part: ScopeOwner): string | undefined {
    return this.namedModules().find(([, module]) => module === part)?.[0];
  }

  /**
   * All parameters and buffers with their paths, for explanations of compiled functions.
   *
   * @example
   * const layer = new nn.Linear(2, 1);
   * layer.scopeTensors().map(([path]) => path); // → ['weight', 'bias']
   */
  scopeTensors(): [path: string, tensor: Tensor][] {
    return [...this.namedParameters(), ...this.namedBuffers()];
  }

  /**
   * What `toString` shows between the parentheses of this layer, such as sizes. Empty unless a class says otherwise.
   *
   * @example
   * class Power extends nn.Module {
   *   exponent = 3;
   *   forward(x: Tensor) {
   *     return x.pow(this.exponent);
   *   }
   *   override extraRepr() {
   *     return `exponent=${this.exponent}`;
   *   }
   * }
   * new Power(); // → Power(exponent=3)
   */
  extraRepr(): string {
    return "";
  }

  /**
   * The modules inside with their sizes, nested, as PyTorch prints a model. Node's `console.log(model)` shows it too.
   *
   * @example
   * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
   * console.log(`${model}`); // → Sequential(
   * //     (0): Linear(inFeatures=2, outFeatures=3, bias=true)
   * //     (1): ReLU()
   * //     (2): Linear(inFeatures=3, outFeatures=1, bias=true)
   * //   )
   */
  override toString(): string {
    return printTree(this);
  }

  /**
   * What Node prints for `console.log(model)`.
   *
   * @internal
   */
  [nodeInspect](): string {
    return this.toString();
  }

  /**
   * A table of layers with output shapes and parameter counts, at most 80 columns wide. Runs the model once in evaluation mode
   * on the given inputs: tensors, or shapes (with the batch) of float tensors filled with zeros. Nothing of the model changes.
   *
   * @example
   * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
   * console.log(model.summary([5, 2])); // → Layer  Output shape  Parameters
   * //   ────────────────────────────────────────────────────────────────────────────────
   * //   Sequential                            [5, 1]                                   –
   * //     0: Linear                           [5, 3]                                   9
   * //     1: ReLU                             [5, 3]                                   –
   * //     2: Linear                           [5, 1]                                   4
   * //   ────────────────────────────────────────────────────────────────────────────────
   * //   Parameters: 13, of which trained: 13. Memory: 52 bytes.
   */
  summary(...inputs: SummaryInput[]): string {
    return summarize(this, inputs);
  }
}

const buffersByKey = (module: Module): [string, Tensor][] =>
  module.ownBuffers().map(({ key, tensor }) => [key, tensor]);
