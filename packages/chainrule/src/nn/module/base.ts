import { changes, inScope, recording, type ScopeOwner, Tensor } from "../../tensor/index.ts";
import { Callable, called } from "./callable.ts";
import {
  type BackwardHook,
  callWithHooks,
  type ForwardHook,
  type ForwardPreHook,
  Hooks,
  register,
} from "./hooks.ts";
import { located } from "./located.ts";
import { Parameter } from "./parameter.ts";
import { fieldsOf, ofKind, setPart } from "./parts.ts";

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
   * What Node prints for `console.log(model)`.
   *
   * @internal
   */
  [nodeInspect](): string {
    return this.toString();
  }
}
