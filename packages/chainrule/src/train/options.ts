/** What `fit` is told, and what it tells. */
import { Module } from "../nn/index.ts";
import type { Generator } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { type Average, checkAverage } from "./averages.ts";
import {
  type Batch,
  type Batches,
  type BatchOptions,
  checkBatches,
  countOf,
  type LossFunction,
  type Metric,
} from "./batches.ts";
import { checkNumber, checkWhole } from "./checking.ts";
import type { Checkpoint, CheckpointOptions } from "./checkpoint.ts";
import type { EarlyStopping, EpochReport } from "./report.ts";
import type { TrainingOptimizer } from "./state.ts";
import type { Lasso } from "./step.ts";

/** A learning-rate schedule; {@link ReduceLROnPlateau} among them. */
export interface TrainingSchedule {
  step(figure?: number): void;
  stateDict(): object;
  loadStateDict(state: never): void;
}

/** Figures at which training is done: it stops after an epoch in which one of them is reached. */
export interface StopAt {
  /** ‖∇L‖ at most this. It is then computed after each epoch. */
  gradientNorm?: number;
  /** Training risk at most this. */
  loss?: number;
  /** Validation risk at most this. */
  validationLoss?: number;
}

export interface FitOptions<M extends Module, B extends Batch> extends BatchOptions {
  /** Training batches `[input, target]`, gone through once an epoch: a DataLoader, or an array of batches. */
  data: Batches<B>;
  /** The loss of a batch, such as `new nn.CrossEntropyLoss()`. */
  loss: LossFunction<M, B>;
  optimizer: TrainingOptimizer;
  /** How often to go through the data; with `resume`, epochs before count too. */
  epochs: number;
  /** Batches on which risk and metrics are taken after each epoch. */
  validation?: Batches<B>;
  /** Scores such as `{ accuracy }`, taken on the validation data, or else on the training data in one more pass. */
  metrics?: Readonly<Record<string, Metric<M>>>;
  callbacks?: readonly Callback[];
  /** Steps after each epoch (ReduceLROnPlateau with the figure that early stopping watches). */
  schedule?: TrainingSchedule;
  /** "batch" steps the schedule after each batch instead, as OneCycleLR and CyclicLR want it. Default "epoch". */
  scheduleEvery?: "epoch" | "batch";
  /** Largest norm of all gradients of a step together; larger ones are scaled down to it. */
  clipNorm?: number;
  /** Largest absolute value of each element of a gradient; larger ones are cut, before `clipNorm`. */
  clipValue?: number;
  /**
   * Factor λ of a penalty λ Σ|w| whose gradient is added to that of the loss, over the model's parameters of two or more dimensions (no
   * biases), or over those given. Reported losses are without it.
   */
  l1?: Lasso;
  /**
   * Sets options by how far training has come, from 0 before the first step to below 1 before the last: called before each step, with
   * the number of steps done over that of all. It has to set them by that alone, as then a run that is resumed has the same. Options of
   * `optimizer.paramGroups` and a dropout's `p` are numbers that a compiled step reads anew. `data` must have a length.
   *
   * @example
   * anneal: (t) => {
   *   dropout.p = 0.15 * (1 - t);
   *   for (const group of optimizer.paramGroups) group.weightDecay = 0.02 * (1 - t);
   * }
   */
  anneal?: (progress: number, training: Training) => void;
  /**
   * Average the weights: `{ kind: "ema", decay: 0.999 }` after each step, `{ kind: "swa", start: 0.75 }` after each epoch from that share
   * of all epochs on. From the first average on, the averaged weights are what is validated, chosen from by the best epoch, and left
   * in the model at the end; `loss` of a report is still that of the steps. Buffers are not averaged: running moments of batch
   * normalization are those of the weights that were trained; where that matters, as after "swa", call {@link updateBatchNorm} at the end.
   */
  average?: Average;
  /**
   * Changes each batch before its step, in training alone: {@link mixup}, {@link noise}, one after the other by {@link compose}. It is
   * told how many tensors of the batch are inputs, and should draw from the default generator, or one in `generators`.
   */
  transform?: (batch: B, inputs: number) => B;
  earlyStopping?: EarlyStopping;
  checkpoint?: CheckpointOptions;
  /** Compute ‖∇L‖ of the whole training risk after every so many epochs, and at the end. True means after each. */
  optimality?: boolean | { every: number };
  stopAt?: StopAt;
  /** Seeds the default generator at the start, as `manualSeed(seed)`; not when resuming. */
  seed?: number;
  /**
   * Generators that data or model draw from and that are kept elsewhere than in a DataLoader, its sampler or a layer: checkpoints
   * hold their states too.
   */
  generators?: readonly Generator[];
  /** Aborting stops training after the batch at hand. */
  signal?: AbortSignal;
  /** Goes on from a checkpoint. */
  resume?: Checkpoint;
  /** Watch for values that are not finite, and keep the last good parameters. Default true. */
  guard?: boolean;
  /**
   * Run each step as one compiled program, see {@link compile}. Default true. A step that cannot be compiled runs op by op, and one
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
  rows: number;
  loss: number;
  lr: number;
}

/** Training in progress, for callbacks. */
export interface Training {
  readonly model: Module;
  readonly optimizer: TrainingOptimizer;
  readonly epochs: number;
  /** Reports of the complete epochs. */
  readonly history: readonly EpochReport[];
  /** Ends training after the batch or epoch at hand. */
  stop(): void;
}

/** Is told what happens. Promises are waited for, save that of `onBatchEnd`, which must be quick. */
export interface Callback {
  onTrainBegin?(training: Training): void | Promise<void>;
  /** Before epoch `epoch`, which counts from 1. */
  onEpochBegin?(epoch: number, training: Training): void | Promise<void>;
  onBatchEnd?(report: BatchReport, training: Training): void;
  onEpochEnd?(report: EpochReport, training: Training): void | Promise<void>;
  onTrainEnd?(result: FitResult, training: Training): void | Promise<void>;
}

/** Why training ended: all epochs are done; no improvement for too long; `stopAt` was reached; the signal; a callback. */
export type StopReason = "epochs" | "patience" | "target" | "signal" | "callback";

export interface FitResult {
  /** One report for each complete epoch, those before a resumption among them. */
  history: EpochReport[];
  /** Complete epochs. */
  epochs: number;
  stopped: StopReason;
  /** The best epoch by the watched figure. */
  best: { epoch: number; value: number } | null;
  /** ‖∇L‖ of the returned weights, where `optimality` or `stopAt.gradientNorm` ask for it. */
  gradientNorm?: number;
  /** The state at the end of training, before the best weights were restored: `fit({ resume: result.checkpoint, epochs: more })`. */
  checkpoint: Checkpoint;
}

/** Throws on the first option that cannot be. */
export function checkOptions<M extends Module, B extends Batch>(model: M, options: FitOptions<M, B>): void {
  const { data, loss, optimizer, epochs, validation, clipNorm, checkpoint, optimality, stopAt } = options;
  if (!(model instanceof Module)) {
    throw new ChainruleError("argument", "fit was given something that is no model.", "Pass an nn.Module.");
  }
  checkBatches(data, "data");
  if ("validation" in options && validation !== undefined) checkBatches(validation, "validation");
  if (typeof loss !== "function") {
    throw new ChainruleError("argument", "loss is not a function.", "Pass one, such as new nn.MSELoss().");
  }
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
