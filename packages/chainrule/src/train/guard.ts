import type { Module } from "../nn/index.ts";
import { detectAnomaly, type Generator } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import type { Batch } from "./batches.ts";
import { allFinite, Snapshot, setStates, statesOf, type TrainingOptimizer } from "./state.ts";
import type { Step } from "./step.ts";

/**
 * A snapshot is taken after so many steps, or numbers in the batches that are kept until then (16 MB in float32). It costs about
 * as much as a few steps of a small network, or as an update of a large one.
 */
const WINDOW = { steps: 256, numbers: 4e6 };

/** What a step started from, beside the parameters: enough to run it once more with the same bits. */
interface Past<B extends Batch> {
  batch: B;
  /** Options of the parameter groups at the time, which schedules and callbacks may have changed. */
  groups: object[];
  /** States of the generators, where somebody drew since the step before. */
  draws: Uint8Array[] | null;
  epoch: number;
  /** Counts from 1 within the epoch. */
  number: number;
}

/**
 * Watches training for values that are not finite. It reads nothing but the loss of each step, and keeps a snapshot from
 * some steps ago with the batches since. When a loss is not finite, or parameters have become so by the end of such a window or of an
 * epoch, it goes back to the snapshot and repeats the steps (with the same bits, as all state is restored) up to the one that
 * fails; the parameters of the moment before it stay, and an error names the op and the layer.
 */
export class Guard<B extends Batch> {
  readonly #model: Module;
  readonly #optimizer: TrainingOptimizer;
  readonly #generators: readonly Generator[];
  readonly #step: Step<B>;
  readonly #snapshot: Snapshot;
  #past: Past<B>[] = [];
  /** How many numbers the batches in it hold. */
  #kept = 0;
  /** Where the generators stood after the last step. */
  #marks: number[] = [];

  constructor(model: Module, optimizer: TrainingOptimizer, generators: readonly Generator[], step: Step<B>) {
    this.#model = model;
    this.#optimizer = optimizer;
    this.#generators = generators;
    this.#step = step;
    this.#snapshot = new Snapshot(model, optimizer, generators);
  }

  /** Runs a step and gives its loss. `number` counts the steps of the epoch from 1. */
  step(batch: B, epoch: number, number: number): number {
    if (this.#past.length === WINDOW.steps || this.#kept >= WINDOW.numbers) this.check();
    if (this.#past.length === 0) this.#snapshot.take();
    for (const tensor of batch) this.#kept += tensor.numel;
    this.#past.push({ batch, groups: this.#groups(), draws: this.#moved(), epoch, number });
    const loss = this.#step(batch).item();
    if (!Number.isFinite(loss)) this.#fail();
    this.#mark();
    return loss;
  }

  /** Makes sure that the parameters are finite now, and begins a new window. */
  check(): void {
    if (this.#past.length === 0) return;
    if (!allFinite(this.#model.parameters())) this.#fail();
    this.#past = [];
    this.#kept = 0;
  }

  #groups(): object[] {
    return this.#optimizer.paramGroups.map((group) => ({ ...group }));
  }

  #mark(): void {
    for (let i = 0; i < this.#generators.length; i++) this.#marks[i] = markOf(this.#generators[i]);
  }

  #moved(): Uint8Array[] | null {
    if (this.#past.length === 0) return null;
    const still = this.#generators.every((generator, i) => markOf(generator) === this.#marks[i]);
    return still ? null : statesOf(this.#generators);
  }

  /** Repeats the steps since the snapshot, keeps the state before the one that fails, and throws its reason. */
  #fail(): never {
    const past = this.#past;
    this.#past = [];
    this.#snapshot.restore();
    const before = [this.#here(), this.#here()];
    for (let i = 0; i < past.length; i++) {
      this.#prepare(past[i]);
      const now = before[i % 2];
      now.take();
      if (this.#succeeds(past[i].batch)) continue;
      const broken = this.#broken();
      const intended = i > 0 && this.#usesInfinities(past[i - 1], before[(i - 1) % 2]);
      now.restore();
      try {
        detectAnomaly(() => this.#step(past[i].batch), { allowInfinity: intended });
      } catch (error) {
        throw error instanceof ChainruleError && error.code === "non-finite"
          ? explained(error, placeOf(past[i]))
          : error;
      } finally {
        now.restore();
        this.#optimizer.zeroGrad();
      }
      throw unexplained(placeOf(past[i]), broken);
    }
    // What happened did not happen again: something outside of the model's state has a part in the step.
    this.#snapshot.restore();
    const last = placeOf(past[past.length - 1]);
    throw unexplained(
      last,
      `Repeating the last ${past.length} steps gave finite values, so something in them changes from run to run.`,
    );
  }

  #here(): Snapshot {
    return new Snapshot(this.#model, this.#optimizer, this.#generators);
  }

  #prepare({ groups, draws }: Past<B>): void {
    groups.forEach((options, i) => void Object.assign(this.#optimizer.paramGroups[i], options));
    if (draws) setStates(this.#generators, draws);
  }

  #succeeds(batch: B): boolean {
    return Number.isFinite(this.#step(batch).item()) && allFinite(this.#model.parameters());
  }

  /** Which parameters the failing step left without finite values. */
  #broken(): string {
    const names = this.#model.namedParameters().flatMap(([name, p]) => (allFinite([p]) ? [] : [`"${name}"`]));
    return names.length === 0
      ? "The loss is not finite."
      : `The step wrote such values into ${names.join(", ")}.`;
  }

  /** Whether a step that went well has infinities in it: masks of −∞, for instance. Then only NaN shows the fault. */
  #usesInfinities(past: Past<B>, before: Snapshot): boolean {
    before.restore();
    try {
      detectAnomaly(() => this.#step(past.batch));
      return false;
    } catch {
      return true;
    }
  }
}

/** Changes whenever numbers are drawn: the place in the block of numbers, the block's first one, and the spare normal value. */
const markOf = ({ position, block, spareNormal }: Generator): number =>
  position * 2 ** 32 + block[0] + (spareNormal === undefined ? 0 : 0.5);

const placeOf = ({ epoch, number }: Past<Batch>): string => `epoch ${epoch}, step ${number}`;

const restored = "The model has the parameters of before this step.";

/** What anomaly detection found, with the step and what became of the model. */
function explained(found: ChainruleError, place: string): ChainruleError {
  const error = new ChainruleError("non-finite", found.problem, `${found.remedy} ${restored}`, {
    cause: found,
  });
  for (const inner of found.where.toReversed()) error.within(inner);
  return error.within(place);
}

const unexplained = (place: string, why: string): ChainruleError =>
  new ChainruleError(
    "non-finite",
    `Training came to values that are NaN or infinite. ${why}`,
    `Lower the learning rate, set clipNorm, and look for infinities in the data. ${restored}`,
  ).within(place);
