/** One training: a model, its optimizer, and how far it came. Everything in it is computed at once; nothing waits. */
import { type Compiled, compile, manualSeed, type nn, noGrad, type Tensor, tensor } from "chainrule";
import { Losses, type LossesByStep } from "../../losses.ts";
import type { TrainingConfig } from "../../protocol.ts";
import { refusal } from "../sentence.ts";
import { Batches } from "./batches.ts";
import { checkRate } from "./config.ts";
import { type Moment, Moments, momentOf, restoreMoment, zeroed } from "./moments.ts";
import { optimizerOf } from "./optimizers.ts";
import type { PartData, Problem } from "./problem.ts";

/** A training that was kept: its first state, some between, and its last. */
export interface Kept {
  readonly steps: number;
  readonly moments: readonly Moment[];
  readonly losses: LossesByStep;
  readonly rates: readonly SetRate[];
}

/** A rate that was set before a step. */
interface SetRate {
  readonly step: number;
  readonly lr: number;
}

/** So many states of a kept training stay. */
const KEPT_MOMENTS = 8;
/** So many of its losses. */
const KEPT_LOSSES = 50_000;

type Call<A extends readonly unknown[]> = ((...args: A) => Tensor) & Compiled;

export class Session {
  readonly problem: Problem;
  readonly config: TrainingConfig;
  readonly model: nn.Module;
  readonly loss: nn.Module;
  /** Steps that were done: the next one has this number. */
  steps = 0;
  /** The loss of each step, before its update. */
  readonly losses = new Losses();
  readonly #optimizer: ReturnType<typeof optimizerOf>;
  readonly #batches: Batches;
  readonly #moments = new Moments();
  /** Rates that were set before a step, the last of them last. */
  #rates: SetRate[] = [];
  readonly #all: Call<[]>;
  readonly #some: Call<[rows: Tensor]>;

  /**
   * Seeds the default generator, and draws the weights; or goes on where another training was kept.
   *
   * @throws ChainruleError for settings that can not be; the generator is then left as it was seeded
   */
  constructor(problem: Problem, config: TrainingConfig, kept?: Kept) {
    this.problem = problem;
    this.config = config;
    manualSeed(config.seed);
    this.model = problem.model(config).train();
    this.loss = problem.loss();
    this.#optimizer = optimizerOf(this.model.parameters(), config);
    const { training } = problem.parts;
    this.#batches = new Batches(training.rows, config.batchSize);
    this.#all = compile(() => this.#update(training.inputs, training.target as Tensor));
    this.#some = compile((rows: Tensor) => {
      const { inputs, target } = rowsAt(training, rows);
      return this.#update(inputs, target as Tensor);
    });
    if (kept === undefined) {
      this.#moments.add(this.#now());
      return;
    }
    this.#rates = [...kept.rates];
    for (const moment of kept.moments) this.#moments.add(moment);
    const { steps, losses } = kept.losses;
    steps.forEach((step, i) => {
      this.losses.add(step, losses[i]);
    });
    this.#restore(kept.moments[kept.moments.length - 1]);
  }

  /**
   * Compiles the step, so that the first one that is asked for comes at once. Nothing changes: averages that are zero are what an
   * optimizer starts from.
   */
  warm(): void {
    if (this.steps > 0 || !this.problem.told.trainable) return;
    const before = this.#now();
    this.#advance();
    const first = {
      ...before,
      optimizer: { ...before.optimizer, state: zeroed(this.#optimizer.stateDict().state) },
    };
    this.#restore(first);
    this.#moments.begin(first);
  }

  /** What another session needs to go on from here, and back. */
  keep(): Kept {
    const few = new Losses(KEPT_LOSSES);
    const { steps, losses } = this.losses.all;
    steps.forEach((step, i) => {
      few.add(step, losses[i]);
    });
    return {
      steps: this.steps,
      moments: [...this.#moments.some(KEPT_MOMENTS, this.steps), this.#now()],
      losses: few.since(0),
      rates: this.#rates,
    };
  }

  /** w ← w − η ∂ℓ/∂w on a batch. Gives its loss before that. */
  #update(inputs: readonly Tensor[], target: Tensor): Tensor {
    const loss = lossOf(this.loss, forward(this.model, inputs), target);
    this.#optimizer.zeroGrad();
    loss.backward();
    this.#optimizer.step();
    return loss;
  }

  get lr(): number {
    return this.#optimizer.paramGroups[0].lr;
  }

  set lr(lr: number) {
    const rate = checkRate(lr);
    this.#rates = [...this.#rates.filter(({ step }) => step !== this.steps), { step: this.steps, lr: rate }];
    this.#applyRate(rate);
  }

  #applyRate(lr: number): void {
    for (const group of this.#optimizer.paramGroups) group.lr = lr;
  }

  /** Steps that are repeated have the rate that was set for them. */
  #applyRateOf(next: number): void {
    const rate = this.#rates.findLast(({ step }) => step === next);
    if (rate) this.#applyRate(rate.lr);
  }

  /** Complete passes over the training rows. */
  get epoch(): number {
    return Math.floor(this.steps / this.#batches.perEpoch);
  }

  /** One step of training. Gives its loss. */
  step(): number {
    const loss = this.#advanceOrRecover();
    this.losses.add(this.steps - 1, loss);
    if (this.#moments.isDue(this.steps)) this.#moments.add(this.#now());
    return loss;
  }

  /** A step that stops in the middle leaves half of the weights moved, and its rows drawn. */
  #advanceOrRecover(): number {
    const { steps } = this;
    try {
      return this.#advance();
    } catch (error) {
      this.#restore(this.#moments.before(steps));
      while (this.steps < steps) this.#advance();
      throw error;
    }
  }

  #advance(): number {
    if (!this.problem.told.trainable) throw cannotTrain();
    const rows = this.#batches.next();
    const loss = rows === null ? this.#all() : this.#some(tensor(rows));
    this.steps++;
    this.#applyRateOf(this.steps);
    return loss.data[0];
  }

  #now(): Moment {
    return momentOf(this.#parts(), this.steps);
  }

  #parts() {
    return { model: this.model, optimizer: this.#optimizer, batches: this.#batches };
  }

  #restore(moment: Moment): void {
    restoreMoment(this.#parts(), moment);
    this.steps = moment.step;
    this.#applyRateOf(moment.step);
  }

  /**
   * Back to a state from which the step `step` is reached by few steps, with the rates that they had; what came after is forgotten.
   *
   * @returns the number of the next step now, at most `step`
   */
  back(step: number): number {
    if (step < this.steps) {
      this.#rates = this.#rates.filter((set) => set.step <= step);
      this.#restore(this.#moments.before(step));
      this.losses.cut(this.steps);
      this.#moments.cut(this.steps);
    }
    return this.steps;
  }

  /** What `body` gives with everything as it was before a step that was done; then all is as it is now. */
  at<T>(step: number, body: () => T): T {
    if (step === this.steps) return body();
    const now = this.#now();
    try {
      this.#restore(this.#moments.before(step));
      while (this.steps < step) this.#advance();
      return body();
    } finally {
      this.#restore(now);
    }
  }

  /** The rows that the next step will see, and what it draws after them: `body` runs as that step would. */
  beforeNext<T>(body: (batch: PartData) => T): T {
    const now = this.#now();
    try {
      const rows = this.#batches.next();
      const { training } = this.problem.parts;
      return body(rows === null ? training : rowsAt(training, tensor(rows)));
    } finally {
      this.#restore(now);
    }
  }

  /** What the model gives for rows, in evaluation mode: [rows, outputs], row by row. */
  outputs(inputs: readonly Tensor[]): Float64Array {
    return this.evaluating(() =>
      noGrad(() => Float64Array.from(forward(this.model, inputs).contiguous().data)),
    );
  }

  /** Runs `body` in evaluation mode. */
  evaluating<T>(body: () => T): T {
    this.model.eval();
    try {
      return body();
    } finally {
      this.model.train();
    }
  }

  /** Frees the memory of the programs. */
  dispose(): void {
    this.#all.dispose();
    this.#some.dispose();
  }
}

/** A model of one or several inputs. */
export const forward = (model: nn.Module, inputs: readonly Tensor[]): Tensor =>
  (model as unknown as (...inputs: readonly Tensor[]) => Tensor)(...inputs);

/** ℓ of outputs and targets. */
export const lossOf = (loss: nn.Module, output: Tensor, target: Tensor): Tensor =>
  (loss as unknown as (output: Tensor, target: Tensor) => Tensor)(output, target);

/** Some rows of a part, by an int32 tensor of their places. */
export const rowsAt = ({ inputs, target }: PartData, rows: Tensor): PartData => ({
  rows: rows.numel,
  inputs: inputs.map((x) => x.indexSelect(0, rows)),
  target: target?.indexSelect(0, rows) ?? null,
});

export const cannotTrain = () =>
  refusal(
    "data",
    "There is no data to train on.",
    "Drop the table that the model was trained on beside it, or open an example.",
  );
