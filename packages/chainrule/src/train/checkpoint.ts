import type { StateDict } from "../nn/index.ts";
import type { OptimizerStateDict } from "../optim/index.ts";
import { ChainruleError } from "../util/errors.ts";
import type { SavedAverages } from "./averages.ts";
import type { EpochReport } from "./report.ts";

/**
 * All that training needs to go on as if it had never stopped: tensors, bytes and plain values. `fit({ resume })` with the same model,
 * optimizer, schedule, data and options then gives the same bits as a run without interruption.
 */
export interface Checkpoint {
  /** The version of this form. */
  readonly format: 1;
  /** Complete epochs. */
  readonly epoch: number;
  /** Batches done of the epoch after them. */
  readonly batch: number;
  /** What those batches came to so far: the sum of losses, the rows or their weights, the seconds that it took. */
  readonly running: { readonly loss: number; readonly rows: number; readonly seconds: number };
  /** States of the random generators, the default one first. */
  readonly generators: readonly Uint8Array[];
  /** Their states when the unfinished epoch began; null between epochs. */
  readonly epochGenerators: readonly Uint8Array[] | null;
  /** Parameters and buffers of the model, as the last step left them. */
  readonly model: StateDict;
  /** State and options of the optimizer. */
  readonly optimizer: OptimizerStateDict;
  /** The state of the schedule; null without one. */
  readonly schedule: object | null;
  /** The reports of the complete epochs. */
  readonly history: readonly EpochReport[];
  /** The best epoch so far, by the figure that early stopping watches; null before there is one. */
  readonly best: { readonly epoch: number; readonly value: number } | null;
  /** The epochs since the best one. */
  readonly waited: number;
  /** Parameters and buffers of the best epoch; null before there is one, and where early stopping does not restore it. */
  readonly bestModel: StateDict | null;
  /** The averages of the weights. Null, or left out by earlier versions, without any. */
  readonly average?: SavedAverages | null;
}

/** Why a checkpoint is handed over. */
export type CheckpointEvent =
  | "epoch" // it was its turn
  | "best" // the watched figure is the best so far
  | "interrupted" // stopped within an epoch
  | "end"; // training is over

/** Where checkpoints go, and when. */
export interface CheckpointOptions {
  /** Keeps a checkpoint, which is a copy that nobody changes; it is waited for. */
  save(checkpoint: Checkpoint, event: CheckpointEvent): void | Promise<void>;
  /**
   * Save after every so many epochs; or after the first one and from then on when so many seconds have passed since the last
   * save, or ten times what that took. Default 1. The end of training is always saved.
   */
  every?: number | { readonly seconds: number };
  /** Save also after each epoch that is the best so far. Default false. */
  best?: boolean;
}

/** Hands checkpoints over, and knows when the next one is due. */
export class Saving {
  readonly #options: CheckpointOptions | undefined;
  /** The epoch that was saved last. */
  #epoch = -1;
  /** When the next checkpoint is due, where that is a matter of time. */
  #after = 0;

  constructor(options: CheckpointOptions | undefined) {
    this.#options = options;
  }

  /** What to save an epoch for, if at all. */
  eventOf(epoch: number, better: boolean): CheckpointEvent | null {
    if (!this.#options) return null;
    const { every = 1, best } = this.#options;
    if (better && best) return "best";
    const due = typeof every === "number" ? epoch % every === 0 : performance.now() >= this.#after;
    return due ? "epoch" : null;
  }

  /** Whether an epoch is what was saved last. */
  has(epoch: number): boolean {
    return epoch === this.#epoch;
  }

  /** Saves the checkpoint that `make` makes. */
  async save(epoch: number, event: CheckpointEvent, make: () => Checkpoint): Promise<void> {
    this.#epoch = epoch;
    if (!this.#options) return;
    const { every } = this.#options;
    const begun = performance.now();
    await this.#options.save(make(), event);
    const now = performance.now();
    // However large a model is, saving it takes a small part of the time.
    if (typeof every === "object") this.#after = now + Math.max(1000 * every.seconds, 10 * (now - begun));
  }
}

/** Throws unless a value is a checkpoint of this version, of training like this one: with a schedule and averages, or without. */
export function checkCheckpoint(checkpoint: Checkpoint, scheduled: boolean, averaged: boolean): void {
  const found = checkpoint as Partial<Checkpoint> | null;
  if (found?.format !== 1 || !found.model || !found.optimizer || !Array.isArray(found.history)) {
    throw new ChainruleError(
      "state",
      found?.format === undefined
        ? "resume was given something that is not a checkpoint."
        : `The checkpoint has format ${found.format}, and this version of chainrule reads format 1.`,
      "Pass what checkpoint.save received, or the checkpoint of a result of fit.",
    );
  }
  checkPart("a schedule", checkpoint.schedule !== null, scheduled);
  checkPart("averages of weights", hasAverages(checkpoint), averaged);
}

/** Whether a checkpoint holds averages; those of earlier versions have no such entry. */
const hasAverages = ({ average }: Pick<Checkpoint, "average">): boolean =>
  average !== undefined && average !== null;

function checkPart(part: string, found: boolean, wanted: boolean): void {
  if (found === wanted) return;
  const word = (has: boolean): string => (has ? "with" : "without");
  throw new ChainruleError(
    "state",
    `The checkpoint is of training ${word(found)} ${part}, and this one is ${word(wanted)}.`,
    "Pass the same options as before.",
  );
}
