import type { Module } from "../nn/index.ts";
import { detectAnomaly, type Generator, noGrad, type Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import type { Averages } from "./averages.ts";
import type { Batch } from "./batches.ts";
import { diagnose } from "./diagnosis.ts";
import { allFinite, Snapshot, setStates, statesOf, type TrainingOptimizer } from "./state.ts";
import type { Step } from "./step.ts";

/**
 * A snapshot is taken after so many steps, or numbers in the batches that are kept until then (16 MB in float32). It costs about
 * as much as a few steps of a small network, or as an update of a large one.
 */
const WINDOW = { steps: 256, numbers: 4e6 };

/** So many of the last losses are looked at for the cause of a failure. */
const LOSSES = 64;

/** The training that is watched. */
export interface Watched<B extends Batch> {
  readonly model: Module;
  readonly optimizer: TrainingOptimizer;
  readonly generators: readonly Generator[];
  readonly averages: Averages | undefined;
  readonly step: Step<B>;
  /** Sets what follows a schedule, before the step `number` of an epoch; both count from 1. It depends on nothing else. */
  readonly prepare: (epoch: number, number: number) => void;
}

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
  /** NaN until it is known. */
  loss: number;
}

/**
 * Watches training for values that are not finite. It reads nothing but the loss of each step, and keeps a snapshot from
 * some steps ago with the batches since. When a loss is not finite, or parameters have become so by the end of such a window or of an
 * epoch, it goes back to the snapshot and repeats the steps (with the same bits, as all state is restored) up to the one that
 * fails; the parameters of the moment before it stay, and an error names the op and the layer.
 */
export class Guard<B extends Batch> {
  readonly #watched: Watched<B>;
  readonly #snapshot: Snapshot;
  #past: Past<B>[] = [];
  /** How many numbers the batches in it hold. */
  #kept = 0;
  /** Where the generators stood after the last step. */
  #marks: number[] = [];

  /** The losses of the steps before the window, the last ones of them. */
  #losses: number[] = [];

  constructor(watched: Watched<B>) {
    this.#watched = watched;
    this.#snapshot = this.#here();
  }

  /** Runs a step and gives its loss. `number` counts the steps of the epoch from 1. */
  step(batch: B, epoch: number, number: number): number {
    if (this.#past.length === WINDOW.steps || this.#kept >= WINDOW.numbers) this.check();
    if (this.#past.length === 0) this.#snapshot.take();
    this.#watched.prepare(epoch, number);
    for (const tensor of batch) this.#kept += tensor.numel;
    const past = { batch, groups: this.#groups(), draws: this.#moved(), epoch, number, loss: Number.NaN };
    this.#past.push(past);
    past.loss = this.#watched.step(batch).item();
    if (!Number.isFinite(past.loss)) this.#fail();
    this.#mark();
    return past.loss;
  }

  /** Makes sure that the parameters are finite now, and begins a new window. */
  check(): void {
    if (this.#past.length === 0) return;
    if (!allFinite(this.#watched.model.parameters())) this.#fail();
    this.#losses = lossesBefore(this.#losses, this.#past);
    this.#past = [];
    this.#kept = 0;
  }

  #groups(): object[] {
    return this.#watched.optimizer.paramGroups.map((group) => ({ ...group }));
  }

  #mark(): void {
    const { generators } = this.#watched;
    for (let i = 0; i < generators.length; i++) this.#marks[i] = markOf(generators[i]);
  }

  #moved(): Uint8Array[] | null {
    if (this.#past.length === 0) return null;
    const { generators } = this.#watched;
    const still = generators.every((generator, i) => markOf(generator) === this.#marks[i]);
    return still ? null : statesOf(generators);
  }

  /** Repeats the steps since the snapshot, keeps the state before the one that fails, and throws its reason. */
  #fail(): never {
    const { model, optimizer, step } = this.#watched;
    const past = this.#past;
    this.#past = [];
    this.#snapshot.restore();
    const largest = largestOf(model.parameters());
    const before = [this.#here(), this.#here()];
    for (let i = 0; i < past.length; i++) {
      this.#prepare(past[i]);
      const now = before[i % 2];
      now.take();
      if (this.#succeeds(past[i].batch)) continue;
      const broken = this.#broken();
      const intended = i > 0 && this.#usesInfinities(past[i - 1], before[(i - 1) % 2]);
      now.restore();
      const evidence = {
        batch: past[i].batch,
        losses: lossesBefore(this.#losses, past.slice(0, i)),
        weights: { before: largest, now: largestOf(model.parameters()) },
        lr: optimizer.paramGroups[0].lr,
      };
      try {
        detectAnomaly(() => step(past[i].batch), { allowInfinity: intended });
      } catch (error) {
        if (!(error instanceof ChainruleError) || error.code !== "non-finite") throw error;
        const { problem, where } = error;
        throw explained(error, placeOf(past[i]), diagnose({ ...evidence, problem, where }));
      } finally {
        now.restore();
        optimizer.zeroGrad();
      }
      throw unexplained(placeOf(past[i]), broken, diagnose({ ...evidence, problem: "", where: [] }));
    }
    // What happened did not happen again: something outside of the model's state has a part in the step.
    this.#snapshot.restore();
    const last = placeOf(past[past.length - 1]);
    throw unexplained(
      last,
      `Repeating the last ${past.length} steps gave finite values, so something in them changes from run to run.`,
      null,
    );
  }

  #here(): Snapshot {
    const { model, optimizer, generators, averages } = this.#watched;
    return new Snapshot(model, optimizer, generators, averages);
  }

  #prepare({ groups, draws, epoch, number }: Past<B>): void {
    const { prepare, optimizer, generators } = this.#watched;
    prepare(epoch, number);
    groups.forEach((options, i) => void Object.assign(optimizer.paramGroups[i], options));
    if (draws) setStates(generators, draws);
  }

  #succeeds(batch: B): boolean {
    const { model, step } = this.#watched;
    return Number.isFinite(step(batch).item()) && allFinite(model.parameters());
  }

  /** Which parameters the failing step left without finite values. */
  #broken(): string {
    const { model } = this.#watched;
    const names = model.namedParameters().flatMap(([name, p]) => (allFinite([p]) ? [] : [`"${name}"`]));
    return names.length === 0
      ? "The loss is not finite."
      : `The step wrote such values into ${names.join(", ")}.`;
  }

  /** Whether a step that went well has infinities in it: masks of −∞, for instance. Then only NaN shows the fault. */
  #usesInfinities(past: Past<B>, before: Snapshot): boolean {
    before.restore();
    try {
      detectAnomaly(() => this.#watched.step(past.batch));
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

/** What anomaly detection found, with the step, the likely cause, and what became of the model. */
function explained(found: ChainruleError, place: string, cause: string | null): ChainruleError {
  const error = new ChainruleError("non-finite", found.problem, `${cause ?? found.remedy} ${restored}`, {
    cause: found,
  });
  for (const inner of found.where.toReversed()) error.within(inner);
  return error.within(place);
}

const unexplained = (place: string, why: string, cause: string | null): ChainruleError =>
  new ChainruleError(
    "non-finite",
    `Training came to values that are NaN or infinite. ${why}`,
    `${cause ?? "Lower the learning rate, set clipNorm, and look for infinities in the data."} ${restored}`,
  ).within(place);

/** The last losses of all, where those of `past` came last. */
const lossesBefore = (losses: readonly number[], past: readonly { loss: number }[]): number[] =>
  [...losses, ...past.slice(-LOSSES).map(({ loss }) => loss)].slice(-LOSSES);

/** The largest absolute value of an element. */
const largestOf = (tensors: readonly Tensor[]): number =>
  noGrad(() => Math.max(0, ...tensors.flatMap((t) => (t.numel === 0 ? [] : [t.abs().max().item()]))));
