/** What `fit` is told, and what it tells. */
import { Module } from "../nn/index.ts";
import type { Generator } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkChoice, checkOptions, type OptionNames } from "../util/options.ts";
import { type Average, checkAverage } from "./averages.ts";
import {
  type Batch,
  type Batches,
  type BatchOptions,
  checkBatches,
  countOf,
  type LossFunction,
  type Metric,
  reductionOf,
} from "./batches.ts";
import { checkNumber, checkWhole } from "./checking.ts";
import type { Checkpoint, CheckpointOptions } from "./checkpoint.ts";
import type { EarlyStopping, EpochReport } from "./report.ts";
import type { TrainingOptimizer } from "./state.ts";
import type { Lasso } from "./step.ts";

/** A learning-rate schedule; `optim.ReduceLROnPlateau` among them. */
export interface TrainingSchedule {
  /** Sets the rates of the next epoch, or batch. `figure`: what ReduceLROnPlateau watches. */
  step(figure?: number): void;
  /** Its state, as plain data, for a checkpoint. */
  stateDict(): object;
  /** Continues from `stateDict`. */
  loadStateDict(state: never): void;
}

/** Figures at which training is done: it stops after an epoch in which one of them is reached. */
export interface StopAt {
  /** ‖∇L‖ at most this. It is then computed after each epoch. Default: no limit. */
  gradientNorm?: number;
  /** Training risk at most this. Default: no limit. */
  loss?: number;
  /** Validation risk at most this; needs `validation`. Default: no limit. */
  validationLoss?: number;
}

/** What {@link fit} is told. */
export interface FitOptions<M extends Module, B extends Batch> extends BatchOptions {
  /** Training batches `[input, target]`, gone through once an epoch: a DataLoader, or an array of batches. */
  data: Batches<B>;
  /** The loss of a batch, such as `new nn.CrossEntropyLoss()`. */
  loss: LossFunction<M, B>;
  /** The optimizer, made of this model's parameters. */
  optimizer: TrainingOptimizer;
  /** How often to go through the data; with `resume`, epochs before count too. */
  epochs: number;
  /** Batches on which risk and metrics are taken after each epoch. Without it, reports have no validation risk. */
  validation?: Batches<B>;
  /** Scores such as `{ accuracy }`, taken on the validation data, or else on the training data in one more pass. Default: none. */
  metrics?: Readonly<Record<string, Metric<M>>>;
  /** Are told what happens, in their order. Default: none. */
  callbacks?: readonly Callback[];
  /** Steps after each epoch (ReduceLROnPlateau with the figure that early stopping watches). Without it, rates stay. */
  schedule?: TrainingSchedule;
  /** "batch" steps the schedule after each batch instead, as OneCycleLR and CyclicLR want it. Default "epoch". */
  scheduleEvery?: "epoch" | "batch";
  /** Largest norm of all gradients of a step together; larger ones are scaled down to it. Default: no limit. */
  clipNorm?: number;
  /** Largest absolute value of each element of a gradient; larger ones are cut, before `clipNorm`. Default: no limit. */
  clipValue?: number;
  /**
   * Factor λ of a penalty λ Σ|w| whose gradient is added to that of the loss, over the model's parameters of two or more dimensions (no
   * biases), or over those given. Reported losses do not count it. Default: no penalty.
   */
  l1?: Lasso;
  /**
   * Sets options by how far training has come, from 0 before the first step to below 1 before the last: called before each step, with
   * the number of steps done over that of all. It has to set them by that alone, as then a run that is resumed has the same. Options of
   * `optimizer.paramGroups` and a dropout's `p` are numbers that a compiled step reads anew. `data` must have a length. For
   * instance `(t) => void (dropout.p = 0.2 * (1 - t))`. Default: nothing is set.
   */
  anneal?: (progress: number, training: Training) => void;
  /**
   * Average the weights: `{ kind: "ema", decay: 0.999 }` after each step, `{ kind: "swa", start: 0.75 }` after each epoch from that share
   * of all epochs on. From the first average on, the averaged weights are what is validated, chosen from by the best epoch, and left
   * in the model at the end; `loss` of a report is still that of the steps. Buffers are not averaged: running moments of batch
   * normalization are those of the weights that were trained; where that matters, as after "swa", call {@link updateBatchNorm} at the end.
   * Default: no average.
   */
  average?: Average;
  /**
   * Changes each batch before its step, in training alone: {@link mixup}, {@link noise}, one after the other by {@link compose}. It is
   * told how many tensors of the batch are inputs, and should draw from the default generator, or one in `generators`. Default: batches
   * as they are.
   */
  transform?: (batch: B, inputs: number) => B;
  /** Stops when a figure has not improved for some epochs, and goes back to the best. Default: all epochs, and the last weights. */
  earlyStopping?: EarlyStopping;
  /** Keeps what training needs to go on. Default: only the checkpoint in the result. */
  checkpoint?: CheckpointOptions;
  /** Compute ‖∇L‖ of the whole training risk after every so many epochs, and at the end. True means after each. Default false. */
  optimality?: boolean | { every: number };
  /** Figures at which training is done. Default: none. */
  stopAt?: StopAt;
  /** Seeds the default generator at the start, as `manualSeed(seed)`; not when resuming. Without it, draws go on where they are. */
  seed?: number;
  /**
   * Generators that data or model draw from and that are kept elsewhere than in a DataLoader, its sampler or a layer: checkpoints
   * hold their states too. Default: none.
   */
  generators?: readonly Generator[];
  /** Aborting stops training after the batch at hand; `fit` then returns, and does not throw. Default: no signal. */
  signal?: AbortSignal;
  /** Goes on from a checkpoint. Default: training begins anew. */
  resume?: Checkpoint;
  /** Watch for values that are not finite, and keep the last good parameters. Default true. */
  guard?: boolean;
  /**
   * Run each step as one compiled program, see `compile` of chainrule. Default true. A step that cannot be compiled runs op by op, and one
   * line on the console says why.
   */
  compile?: boolean;
}

/** One step, for callbacks. */
export interface BatchReport {
  /** Counts from 1. */
  epoch: number;
  /** Counts from 1 within the epoch. */
  batch: number;
  /** Number of batches of an epoch, where it is known. */
  batches: number | undefined;
  /** Number of rows of the batch. */
  rows: number;
  /** Loss of the batch, before its step. */
  loss: number;
  /** Learning rate of the first parameter group in this step. */
  lr: number;
}

/** Training in progress, for callbacks. */
export interface Training {
  /** The model, in training mode but for `onTrainEnd`. */
  readonly model: Module;
  /** The optimizer; its options may be changed. */
  readonly optimizer: TrainingOptimizer;
  /** How many epochs there are to be. */
  readonly epochs: number;
  /** Reports of the complete epochs. */
  readonly history: readonly EpochReport[];
  /** Ends training after the batch or epoch at hand. */
  stop(): void;
}

/**
 * Is told what happens, by those of its functions that are there. Promises are waited for, save that of `onBatchEnd`, which must be
 * quick.
 */
export interface Callback {
  /** Before the first epoch, or the rest of it. Default: does nothing. */
  onTrainBegin?(training: Training): void | Promise<void>;
  /** Before epoch `epoch`, which counts from 1. Default: does nothing. */
  onEpochBegin?(epoch: number, training: Training): void | Promise<void>;
  /** After each step. Default: does nothing. */
  onBatchEnd?(report: BatchReport, training: Training): void;
  /** After each epoch, when its report is complete and before its checkpoint. Default: does nothing. */
  onEpochEnd?(report: EpochReport, training: Training): void | Promise<void>;
  /** At the end, when the best weights are restored and the model is in evaluation mode. Default: does nothing. */
  onTrainEnd?(result: FitResult, training: Training): void | Promise<void>;
}

/** Why training ended: all epochs are done; no improvement for too long; `stopAt` was reached; the signal; a callback. */
export type StopReason = "epochs" | "patience" | "target" | "signal" | "callback";

/** What {@link fit} returns. */
export interface FitResult {
  /** One report for each complete epoch, those before a resumption among them. */
  history: EpochReport[];
  /** Complete epochs. */
  epochs: number;
  /** Why training ended. */
  stopped: StopReason;
  /**
   * The best epoch by the figure that early stopping watches: by default the validation risk, or else the training risk. Null when no
   * epoch has such a figure.
   */
  best: { epoch: number; value: number } | null;
  /** ‖∇L‖ of the returned weights. Left out unless `optimality` or `stopAt.gradientNorm` ask for it. */
  gradientNorm?: number;
  /**
   * The state at the end of training, before the best weights were restored: `fit({ resume: result.checkpoint, epochs: more })`.
   */
  checkpoint: Checkpoint;
}

// biome-ignore format: a list of names
const fitNames: OptionNames<FitOptions<Module, Batch>> = {
  data: 0, loss: 0, optimizer: 0, epochs: 0, validation: 0, metrics: 0, callbacks: 0, schedule: 0, scheduleEvery: 0, clipNorm: 0,
  clipValue: 0, l1: 0, anneal: 0, average: 0, transform: 0, earlyStopping: 0, checkpoint: 0, optimality: 0, stopAt: 0, seed: 0,
  generators: 0, signal: 0, resume: 0, guard: 0, compile: 0, inputs: 0, reduction: 0,
};
// biome-ignore format: a list of names
const stoppingNames: OptionNames<EarlyStopping> = { patience: 0, minDelta: 0, monitor: 0, mode: 0, restoreBest: 0 };
const checkpointNames: OptionNames<CheckpointOptions> = { save: 0, every: 0, best: 0 };
const stopAtNames: OptionNames<StopAt> = { gradientNorm: 0, loss: 0, validationLoss: 0 };

/** Throws on the first option that cannot be. */
export function checkFit<M extends Module, B extends Batch>(model: M, options: FitOptions<M, B>): void {
  const { data, loss, optimizer, epochs, validation, clipNorm, checkpoint, optimality, stopAt } = options;
  if (!(model instanceof Module)) {
    throw new ChainruleError("argument", "fit was given something that is no model.", "Pass an nn.Module.");
  }
  checkOptions("fit", options, fitNames);
  checkOptions("earlyStopping", options.earlyStopping, stoppingNames);
  checkOptions("checkpoint", checkpoint, checkpointNames);
  checkOptions("stopAt", stopAt, stopAtNames);
  checkChoice("scheduleEvery", options.scheduleEvery, ["epoch", "batch"]);
  checkBatches(data, "data");
  if ("validation" in options && validation !== undefined) checkBatches(validation, "validation");
  if (typeof loss !== "function") {
    throw new ChainruleError("argument", "loss is not a function.", "Pass one, such as new nn.MSELoss().");
  }
  reductionOf(options);
  if (typeof optimizer?.step !== "function") {
    throw new ChainruleError(
      "argument",
      "optimizer is not an optimizer.",
      "Pass one, such as new optim.Adam(model.parameters()).",
    );
  }
  checkWhole("epochs", epochs, 1);
  const { clipValue, l1, anneal, average, transform } = options;
  if (clipNorm !== undefined) checkNumber("clipNorm", clipNorm, 0);
  if (clipValue !== undefined) checkNumber("clipValue", clipValue, 0);
  if (l1 !== undefined) checkNumber("l1", typeof l1 === "number" ? l1 : l1.strength, 0);
  if (average !== undefined) checkAverage(average);
  checkFunction("anneal", anneal);
  checkFunction("transform", transform);
  if (anneal && countOf(data) === undefined) {
    throw new ChainruleError(
      "argument",
      "anneal needs the number of batches of an epoch, and data does not have it.",
      "Pass a DataLoader, or an array of batches.",
    );
  }
  const { every } = checkpoint ?? {};
  if (typeof every === "object") checkNumber("checkpoint.every.seconds", every.seconds, 0);
  else if (every !== undefined) checkWhole("checkpoint.every", every, 1);
  if (typeof optimality === "object") checkWhole("optimality.every", optimality.every, 1);
  if (stopAt?.validationLoss !== undefined && validation === undefined) {
    throw new ChainruleError(
      "argument",
      "stopAt.validationLoss needs validation data.",
      "Pass validation, or stop at the training loss.",
    );
  }
  checkTrained(model, optimizer);
}

function checkFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  throw new ChainruleError("argument", `${name} is not a function.`, "Pass one, or leave it out.");
}

/** An optimizer that was made of other parameters would train nothing, silently. */
function checkTrained(model: Module, optimizer: TrainingOptimizer): void {
  const own = new Set<unknown>(model.parameters());
  const params = optimizer.paramGroups.flatMap((group) => group.params);
  if (params.some((p) => own.has(p))) return;
  throw new ChainruleError(
    "argument",
    own.size === 0 ? "The model has no parameters." : "The optimizer moves no parameter of this model.",
    "Make it of model.parameters(), after the model.",
  );
}
