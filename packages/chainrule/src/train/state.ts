/** Copies of what changes during training, to go back to. */
import type { Module, StateDict } from "../nn/index.ts";
import { switchToEval } from "../nn/module/modes.ts";
import type { OptimizerStateDict } from "../optim/index.ts";
import { defaultGenerator, Generator, noGrad, Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import type { Averages } from "./averages.ts";

/** What training needs of an optimizer. */
export interface TrainingOptimizer {
  /** Parameters with their options, such as the learning rate. */
  readonly paramGroups: (object & { params: Tensor[]; lr: number })[];
  /** Moves the parameters; the closure computes the loss and its gradients, and its first value is returned. */
  step(closure: () => Tensor): Tensor;
  /** Forgets all gradients. */
  zeroGrad(): void;
  /** State and options, for a checkpoint. */
  stateDict(): OptimizerStateDict;
  /** Continues from `stateDict`. Copies the tensors. */
  loadStateDict(state: OptimizerStateDict): void;
}

/** A deep copy of plain data in which tensors and typed arrays are copied too. */
export function copyState<T>(value: T): T {
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Tensor) return value.detach().clone() as Tensor & T;
  if (Array.isArray(value)) return value.map(copyState) as T & unknown[];
  if (value instanceof Uint8Array) return value.slice() as Uint8Array & T; // a generator's state
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, copyState(entry)])) as T;
}

/** A copy of a model's parameters and persistent buffers. */
export const copyOf = (model: Module): StateDict => copyState(model.stateDict());

/** Every generator that training draws from, the default one first: those of the loaders, and those that layers keep. */
export function generatorsIn(model: Module, others: readonly Generator[]): Generator[] {
  const kept = model
    .modules()
    .flatMap((module) => Object.values(module).filter((value) => value instanceof Generator));
  return [...new Set([defaultGenerator, ...others, ...kept])];
}

/** The states of generators. */
export const statesOf = (generators: readonly Generator[]): Uint8Array[] =>
  generators.map((g) => g.getState());

/** Puts generators back to the states of {@link statesOf}. */
export function setStates(generators: readonly Generator[], states: readonly Uint8Array[]): void {
  if (generators.length !== states.length) {
    throw new ChainruleError(
      "state",
      `The checkpoint has the states of ${states.length} random generators, and this training draws from ${generators.length}.`,
      "Make model and loaders with the same generators as before.",
    );
  }
  generators.forEach((generator, i) => void generator.setState(states[i]));
}

/** Runs `body` and puts the generators back to where they were. */
export async function withoutDraws<R>(generators: readonly Generator[], body: () => Promise<R>): Promise<R> {
  const states = statesOf(generators);
  try {
    return await body();
  } finally {
    setStates(generators, states);
  }
}

/** Runs `body` with the model in evaluation mode, and gives every layer its own mode back. */
export async function inEvaluation<R>(model: Module, body: () => Promise<R>): Promise<R> {
  const restore = switchToEval(model);
  try {
    return await body();
  } finally {
    restore();
  }
}

/** Parameters, their averages, buffers, optimizer and generators at one moment of training. */
export class Snapshot {
  readonly #model: Module;
  readonly #optimizer: TrainingOptimizer;
  readonly #generators: readonly Generator[];
  readonly #averages: Averages | undefined;
  #tensors: Tensor[] = [];
  #state: OptimizerStateDict | null = null;
  #draws: Uint8Array[] = [];
  #averaged = 0;

  constructor(
    model: Module,
    optimizer: TrainingOptimizer,
    generators: readonly Generator[],
    averages?: Averages,
  ) {
    this.#model = model;
    this.#optimizer = optimizer;
    this.#generators = generators;
    this.#averages = averages;
  }

  #live(): Tensor[] {
    return [...this.#model.parameters(), ...this.#model.buffers(), ...(this.#averages?.values ?? [])];
  }

  /** Remembers this moment in place of the last one. */
  take(): void {
    this.#tensors = this.#live().map((t) => t.detach().clone());
    this.#state = copyState(this.#optimizer.stateDict());
    this.#draws = statesOf(this.#generators);
    this.#averaged = this.#averages?.count ?? 0;
  }

  /** Goes back, in place. */
  restore(): void {
    noGrad(() => {
      this.#live().forEach((t, i) => void t.copy_(this.#tensors[i]));
    });
    if (this.#state) this.#optimizer.loadStateDict(this.#state);
    setStates(this.#generators, this.#draws);
    if (this.#averages) this.#averages.count = this.#averaged;
  }
}

/** Whether all numbers of some tensors are finite. */
export const allFinite = (tensors: Iterable<Tensor>): boolean =>
  noGrad(() => {
    // x·0 is 0 unless x is NaN or infinite, and then it is NaN.
    for (const t of tensors) if (t.mul(0).sum().item() !== 0) return false;
    return true;
  });
