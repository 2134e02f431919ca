import {
  changes,
  enableGrad,
  live,
  noGrad,
  type Operand,
  outside,
  recording,
  sameShape,
  showShape,
  Tensor,
  zeroGradients,
  zerosLike,
} from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkOptions, merged } from "../util/options.ts";
import { shown } from "../util/wording.ts";
import { structureOf, unwatched, watched } from "./groups.ts";

/** What all optimizers have in common, by parameter group. */
export interface CommonOptions {
  /** Learning rate η. */
  lr: number;
  /** Factor λ of an L2 penalty ½λ‖w‖², whose gradient λw is added. Default 0, unless an optimizer says otherwise. */
  weightDecay: number;
  /** Ascend instead of descending. Default false. */
  maximize: boolean;
}

/** Parameters that share options. Change an option here at any time: it takes effect at the next step. */
export type ParamGroup<O> = O & {
  /** The tensors that it moves. */
  params: Tensor[];
  /** The rate that schedules start from. Without a schedule it is not there. */
  initialLr?: number;
};

/** Parameters, or groups of them with options of their own. */
export type Params<O> = Iterable<Tensor> | Iterable<Partial<O> & { params: Iterable<Tensor> }>;

/** What an optimizer remembers of one parameter: counts as numbers, averages as tensors. */
export type ParamState = { step: number; [name: string]: number | Tensor };

/** Numbers that one step needs, computed on the host. */
export type Coefficients = Record<string, number>;

/** The same numbers as `update` gets them: in a compiled step, they are inputs of its program. */
export type LiveCoefficients = Readonly<Record<string, Operand>>;

/** A plain picture of an optimizer: state by the parameter's position, groups with positions for parameters. */
export interface OptimizerStateDict {
  /** By the position of a parameter, counted from 0 over all groups. Parameters that never moved have none. */
  state: Record<number, ParamState>;
  /** The options of each group, with the positions of its parameters. */
  paramGroups: (object & { params: number[] })[];
}

/**
 * Base of all optimizers. A subclass says what it remembers of a parameter (`initialState`), which numbers a step needs
 * (`coefficients`, on the host) and how a parameter moves (`update`, by tensor operations alone, so that a step can be
 * compiled). What `update` does may depend on whether an option other than the learning rate is 0, and on options that are no
 * numbers, but on no other value.
 *
 * @throws ChainruleError `argument` without parameters, for what is no leaf tensor, for a parameter that is given twice, and for
 * options out of range or of other names
 *
 * @example
 * // w ← w − η sign g
 * class SignSGD extends optim.Optimizer<optim.CommonOptions> {
 *   check() {}
 *   initialState() { return {}; }
 *   coefficients({ lr }: optim.CommonOptions) { return { descent: -lr }; }
 *   update(w: Tensor, g: Tensor, _state: object, c: optim.LiveCoefficients) {
 *     w.add_(g.sign(), { alpha: c.descent });
 *   }
 * }
 * const w = tensor([1, -2], { requiresGrad: true });
 * w.square().sum().backward();
 * new SignSGD([w], { lr: 0.25, weightDecay: 0, maximize: false }).step();
 * w.detach(); // → tensor([ 0.7500, -1.7500])
 */
export abstract class Optimizer<O extends CommonOptions> {
  /** The groups, in the order given. An option changed here, such as `lr`, takes effect at the next step. */
  readonly paramGroups: ParamGroup<O>[] = [];
  /** What is remembered of each parameter, from its first step on. */
  readonly state = new Map<Tensor, ParamState>();
  /** The options of groups that do not set their own. */
  readonly defaults: Readonly<O>;
  /** How often a state was loaded: steps recorded before hold on to tensors that are no longer its state. */
  #loads = 0;

  constructor(params: Params<O>, defaults: O) {
    this.defaults = defaults;
    if (!isIterable(params)) {
      throw new ChainruleError(
        "argument",
        "An optimizer takes a list of parameters, and was given something else.",
        "Pass model.parameters(), or a list of groups { params, lr, … }.",
      );
    }
    const given = [...(params as Iterable<Tensor | (Partial<O> & { params: Iterable<Tensor> })>)];
    if (given.length === 0) {
      throw new ChainruleError(
        "argument",
        "The optimizer was given no parameters.",
        "Pass model.parameters(). Layers in a plain array are not found: keep them in an nn.ModuleList.",
      );
    }
    const plain = given.filter((item) => item instanceof Tensor);
    if (plain.length === given.length) this.addParamGroup({ params: plain } as never);
    else for (const group of given) this.addParamGroup(group as Partial<O> & { params: Iterable<Tensor> });
  }

  /**
   * Adds parameters with options of their own; those left out are the optimizer's defaults.
   *
   * @throws ChainruleError `argument` for what is no leaf tensor, for a parameter that is in a group already, and for options out
   * of range
   */
  addParamGroup(group: Partial<O> & { params: Iterable<Tensor> }): void {
    const given: unknown = (group as { params?: unknown } | null)?.params;
    const params = given instanceof Tensor ? [given] : isIterable(given) ? ([...given] as Tensor[]) : null;
    if (!params) {
      throw new ChainruleError(
        "argument",
        "What an optimizer was given is neither a parameter nor a group of them.",
        "Pass model.parameters(), or a list of groups { params, lr, … }.",
      );
    }
    const known = new Set(this.paramGroups.flatMap((g) => g.params));
    for (const p of params) {
      if (!(p instanceof Tensor) || !p.isLeaf) {
        throw new ChainruleError(
          "argument",
          "An optimizer moves leaf tensors, and was given something else.",
          "Pass model.parameters().",
        );
      }
      if (known.has(p)) {
        throw new ChainruleError(
          "argument",
          `A parameter of shape ${showShape(p.shape)} was given twice.`,
          "Put each parameter into one group only.",
        );
      }
      known.add(p);
    }
    checkOptions("A parameter group", group, { params, ...this.defaults, initialLr: 0 });
    const full = { ...merged(this.defaults, group), params } as ParamGroup<O>;
    checkRange("lr", full.lr, 0);
    checkRange("weightDecay", full.weightDecay, 0);
    this.check(full);
    this.paramGroups.push(watched(full));
    changes.count++;
  }

  /** Moves every parameter that has a gradient, by one step. */
  step(): undefined;
  /**
   * Moves every parameter that has a gradient, by one step, after computing the gradients.
   *
   * @param closure - computes the loss and its gradients; its value is returned
   */
  step(closure: () => Tensor): Tensor;
  step(closure?: () => Tensor): Tensor | undefined {
    const loss = closure ? enableGrad(closure) : undefined;
    recording?.structure(this);
    noGrad(() => this.move());
    return loss;
  }

  /** Forgets all gradients; with `setToNone: false` fills them with zeros instead. */
  zeroGrad(options?: { setToNone?: boolean }): void {
    for (const group of this.paramGroups) zeroGradients(unwatched(group).params, options);
  }

  /**
   * All that chooses what a step does rather than by which numbers, for whoever recorded one: the sizes of the groups, and of
   * their options the kind of each: which numbers are 0, and everything that is no number.
   */
  structure(): string {
    return `${this.#loads}; ${this.paramGroups.map(structureOf).join("; ")}`;
  }

  /** Gives a function that takes the numbers and the tensors of the state back to those of now; elements stay as they are. */
  snapshot(): () => void {
    const before = Array.from(this.state, ([p, state]) => [p, state, { ...state }] as const);
    return () => {
      this.state.clear();
      for (const [p, state, old] of before) {
        for (const name in state) if (!(name in old)) delete state[name];
        this.state.set(p, Object.assign(state, old));
      }
    };
  }

  /** The tensors that it remembers of parameters, each with its name and its parameter. */
  remembered(): [name: string, parameter: Tensor, tensor: Tensor][] {
    return [...this.state].flatMap(([p, state]) =>
      Object.entries(state).flatMap(([name, value]): [string, Tensor, Tensor][] =>
        value instanceof Tensor ? [[name, p, value]] : [],
      ),
    );
  }

  /**
   * State and options, as in PyTorch: the state of each parameter is the optimizer's own, counts and tensors, and goes on with its
   * steps. Serialize or copy what has to stay as it is; {@link loadStateDict} copies.
   */
  stateDict(): OptimizerStateDict {
    const order = new Map(this.paramGroups.flatMap((g) => g.params).map((p, i) => [p, i]));
    const state: Record<number, ParamState> = {};
    for (const [p, s] of this.state) state[order.get(p) as number] = s;
    return {
      state,
      paramGroups: this.paramGroups.map((group) => ({
        ...group,
        params: group.params.map((p) => order.get(p) as number),
      })),
    };
  }

  /**
   * Continues from {@link stateDict}, which must come from an optimizer with the same groups. Tensors are copied.
   *
   * @throws ChainruleError `state` for the state of another kind of optimizer, of other groups, or of tensors of other shapes
   */
  loadStateDict(dict: OptimizerStateDict): void {
    if (!Array.isArray(dict?.paramGroups) || typeof dict.state !== "object") {
      throw new ChainruleError(
        "state",
        "This is no state of an optimizer: it lacks state or paramGroups.",
        "Give what stateDict() of an optimizer returned.",
      );
    }
    const sizes = dict.paramGroups.map((g) => g.params.length).join(", ");
    const own = this.paramGroups.map((g) => g.params.length).join(", ");
    if (sizes !== own) {
      throw new ChainruleError(
        "state",
        `The state is for groups of ${sizes} parameters, and this optimizer has groups of ${own}.`,
        "Make the optimizer with the same model and groups first.",
      );
    }
    const params = this.paramGroups.flatMap((group, i) =>
      group.params.map((p) => ({ p, group: { ...group, ...dict.paramGroups[i], params: group.params } })),
    );
    const loaded = new Map<Tensor, ParamState>();
    for (const [key, saved] of Object.entries(dict.state)) {
      if (!params[Number(key)]) {
        throw new ChainruleError(
          "state",
          `The state has a parameter ${key}, and this optimizer has ${params.length}.`,
          "Make the optimizer with the same model and groups first.",
        );
      }
      const { p, group } = params[Number(key)];
      const lacking = Object.keys(this.initialState(p, group)).filter((name) => !(name in saved));
      if (lacking.length > 0) {
        throw new ChainruleError(
          "state",
          `The state of parameter ${key} lacks ${lacking.map((name) => `"${name}"`).join(", ")}.`,
          `Load a state that an optimizer of the same kind and options saved: this one is ${this.constructor.name}.`,
        );
      }
      const copy: ParamState = { step: saved.step };
      for (const [name, value] of Object.entries(saved)) {
        if (value instanceof Tensor && !sameShape(value.shape, p.shape)) {
          throw new ChainruleError(
            "state",
            `"${name}" of parameter ${key} has shape ${showShape(value.shape)}, and the parameter ${showShape(p.shape)}.`,
            "Make the optimizer with the same model first.",
          );
        }
        copy[name] = value instanceof Tensor ? value.to(p.dtype).clone() : value;
      }
      loaded.set(p, copy);
    }
    dict.paramGroups.forEach((group, i) => {
      Object.assign(this.paramGroups[i], { ...group, params: this.paramGroups[i].params });
    });
    this.#takeOver(loaded);
    changes.count++;
  }

  /** Puts a loaded state in place of this one: where they are alike, into its own tensors, so that compiled steps go on. */
  #takeOver(loaded: ReadonlyMap<Tensor, ParamState>): void {
    const alike =
      loaded.size === this.state.size && [...loaded].every(([p, s]) => isAlike(this.state.get(p), s));
    if (!alike) {
      this.state.clear();
      this.#loads++;
    }
    for (const [p, s] of loaded) {
      const own = this.state.get(p);
      if (!own) {
        this.state.set(p, s);
        continue;
      }
      for (const [name, value] of Object.entries(s)) {
        const mine = own[name];
        if (value instanceof Tensor && mine instanceof Tensor) noGrad(() => mine.copy_(value));
        else own[name] = value;
      }
    }
  }

  /** Moves all parameters; runs inside noGrad. */
  protected move(): void {
    for (const face of this.paramGroups) {
      const group = unwatched(face);
      for (const p of group.params) {
        const { grad } = p;
        if (!grad) continue;
        const state = this.stateOf(p, group);
        const c = live(() => {
          state.step++;
          const numbers = this.coefficients(group, state);
          numbers.weightDecay = group.weightDecay;
          return numbers;
        });
        let gradient = group.maximize ? grad.neg() : grad;
        if (group.weightDecay !== 0 && !this.decoupled(group))
          gradient = gradient.add(p, { alpha: c.weightDecay });
        this.update(p, gradient, state, c, group);
      }
    }
  }

  private stateOf(p: Tensor, group: ParamGroup<O>): ParamState {
    let state = this.state.get(p);
    if (!state) {
      state = outside(() => ({ step: 0, ...this.initialState(p, group) }));
      this.state.set(p, state);
    }
    return state;
  }

  /** Whether weight decay is applied by `update` itself rather than through the gradient. */
  protected decoupled(_group: ParamGroup<O>): boolean {
    return false;
  }

  /** Checks the options of a group that this optimizer adds to the common ones. */
  protected abstract check(group: ParamGroup<O>): void;

  /** Tensors and numbers remembered of a parameter, before its first step. */
  protected abstract initialState(p: Tensor, group: ParamGroup<O>): Omit<ParamState, "step">;

  /** Numbers of this step; `state.step` counts from 1. May advance numbers in `state`. */
  protected abstract coefficients(group: ParamGroup<O>, state: ParamState): Coefficients;

  /** Moves one parameter in place. */
  protected abstract update(
    p: Tensor,
    gradient: Tensor,
    state: ParamState,
    c: LiveCoefficients,
    group: ParamGroup<O>,
  ): void;
}

/** Whether two states of one parameter remember the same things. */
function isAlike(own: ParamState | undefined, other: ParamState): boolean {
  const names = Object.keys(other);
  return (
    own !== undefined &&
    names.length === Object.keys(own).length &&
    names.every((name) => {
      const [a, b] = [own[name], other[name]];
      if (!(a instanceof Tensor) || !(b instanceof Tensor)) return typeof a === typeof b;
      return a.dtype === b.dtype && sameShape(a.shape, b.shape);
    })
  );
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof (value as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] === "function";

/** Zeros in the shape and dtype of a parameter: what averages start from. */
export const zerosFor = (p: Tensor): Tensor => zerosLike(p);

/** A remembered tensor by name. */
export const average = (state: ParamState, name: string): Tensor => state[name] as Tensor;

/** A remembered tensor by name, which is zeros when an option first asks for it. */
export function averageFromZero(state: ParamState, name: string, p: Tensor): Tensor {
  state[name] ??= outside(() => zerosFor(p));
  return average(state, name);
}

const { POSITIVE_INFINITY, NEGATIVE_INFINITY } = Number;

/** Throws unless a number lies between `low` and `high`; `ends` says by its brackets which of them it may be, as intervals are written. */
export function checkRange(
  name: string,
  value: number,
  low = NEGATIVE_INFINITY,
  high = POSITIVE_INFINITY,
  ends: "[)" | "[]" | "(]" | "()" = "[)",
): void {
  const [open, close] = ends;
  const fits =
    typeof value === "number" &&
    (open === "[" ? value >= low : value > low) &&
    (high === POSITIVE_INFINITY || (close === "]" ? value <= high : value < high));
  if (fits) return;
  const bounds = [
    ...(low === NEGATIVE_INFINITY ? [] : [`${open === "[" ? "of at least" : "above"} ${low}`]),
    ...(high === POSITIVE_INFINITY ? [] : [`${close === "]" ? "at most" : "below"} ${high}`]),
  ];
  throw new ChainruleError(
    "argument",
    `${name} is ${shown(value)}.`,
    `${["Give a number", bounds.join(" and ")].join(" ").trimEnd()}.`,
  );
}

/** Checks a pair of decay rates. */
export function checkBetas(betas: readonly [number, number]): void {
  checkRange("betas[0]", betas[0], 0, 1);
  checkRange("betas[1]", betas[1], 0, 1);
}
