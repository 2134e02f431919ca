import type { ActivationName, Normalization, NumberEncoding } from "../network/architecture.ts";
import type { BiasInit, WeightInit } from "../network/initialize.ts";
import type { Task } from "../task.ts";
import { checkTaken, type OptimizerName, optimizers, takes } from "./optimizers.ts";
import type { FadeName, ScheduleName } from "./schedules.ts";
import {
  type averages,
  checkSettings,
  type classWeightings,
  type keepBests,
  type parametrizations,
} from "./setting-checks.ts";

/** What the learning rate is of: one of {@link parametrizations}. */
export type Parametrization = (typeof parametrizations)[number];

/** How the network is made and trained, all decided; what it is where nothing is said, see {@link chooseSettings}. Flat plain data. */
export interface Settings {
  /** Units of each hidden layer; none makes a linear model. Default [256, 256, 256]. */
  readonly hidden: readonly number[];
  /** What follows each hidden layer. Default "selu" for classes, "mish" for numbers. */
  readonly activation: ActivationName;
  /** Each unit learns how much of the activation it has. Default true. */
  readonly parametricActivation: boolean;
  /** How numbers enter the network: as they are, or with learned periodic features. Default "pbld". */
  readonly numberEncoding: NumberEncoding;
  /** Length of the learned vectors of text columns with many levels. Default 8. */
  readonly embeddingSize: number;
  /** A learned factor for each input, before the first layer. Default true. */
  readonly frontScale: boolean;
  /** What normalizes the hidden layers. Default "none". */
  readonly normalization: Normalization;
  /** The highest share of hidden units left out in a step, 0 to 0.999. Default 0.15. */
  readonly dropout: number;
  /** How dropout goes over the training. Default "flat-cosine". */
  readonly dropoutSchedule: FadeName;
  /**
   * How weights start: as PyTorch's, or so that each unit's input has unit variance over the training rows. Default "unit" with "ntk",
   * else "standard".
   */
  readonly weightInit: WeightInit;
  /**
   * How biases start: as PyTorch's, or so that each unit has its kink inside the training rows. Default "he+5" with "ntk", else
   * "standard".
   */
  readonly biasInit: BiasInit;
  /**
   * "ntk": weights are W/√in with W learned at the rate `lr`, and biases at a tenth of it, so that one rate fits all widths. It is
   * done by rates and decays of their own; the weights of the model are plain ones. "standard": the rate is the weights' own.
   * Default "ntk" for optimizers whose steps do not grow with the gradient, such as AdamW; "standard" for sgd, asgd, adadelta, rprop and
   * lbfgs.
   */
  readonly parametrization: Parametrization;
  /** What makes the steps. Default "adamw". */
  readonly optimizer: OptimizerName;
  /** The highest rate. Default with "ntk" 0.04 for classes and 0.2 for numbers; else by the optimizer, such as 0.003 for adamw. */
  readonly lr: number;
  /** How the rate goes over the training. Default "coslog4". */
  readonly schedule: ScheduleName;
  /** Decay rate of the average of gradients. Default 0.9; 0 for rmsprop, and for optimizers that have none. */
  readonly momentum: number;
  /** Decay rate of the average of squared gradients. Default 0.95; 0 for optimizers that have none. */
  readonly beta2: number;
  /** The highest pull of weights (not of biases) toward zero. Default 0.02; 0 for lbfgs, which has none. */
  readonly weightDecay: number;
  /** How the decay goes over the training. Default "flat-cosine". */
  readonly weightDecaySchedule: FadeName;
  /** Classes: the share of certainty that is taken from the true class, 0 to 0.999. Default 0.1. */
  readonly labelSmoothing: number;
  /** Classes: "balanced" weighs the loss of a class by the inverse of its frequency, as scikit-learn does. Default "none". */
  readonly classWeights: (typeof classWeightings)[number];
  /** Largest norm of all gradients together; null, the default, for no limit. */
  readonly clipNorm: number | null;
  /** Factor of a penalty on the absolute values of weights. Default 0. */
  readonly l1: number;
  /** Each batch is mixed with itself in another order, by a share drawn from Beta(mixup, mixup); 0, the default, does not. */
  readonly mixup: number;
  /** Standard deviation of normal noise that is added to the inputs of each step. Default 0. */
  readonly noise: number;
  /**
   * Weights averaged over training: "ema" after each step with `averageDecay`, "swa" after each epoch from the share `averageStart` on.
   * Default "none".
   */
  readonly average: (typeof averages)[number];
  /** How much of the average stays at a step of "ema". Default 0.999. */
  readonly averageDecay: number;
  /** The share of the epochs after which "swa" begins, 0 to 0.999. Default 0.75. */
  readonly averageStart: number;
  /** Rows of a step. Default by the number of training rows, from 64 to 2,048: see {@link sizes}. */
  readonly batchSize: number;
  /** How often the training rows are gone through at most. Default by their number, from 64 to 4: see {@link sizes}. */
  readonly epochs: number;
  /** Epochs without a better validation figure after which training ends. Default: {@link patienceFor}. */
  readonly patience: number;
  /**
   * Which epoch's weights are kept: that of the lowest validation loss, of the best score (accuracy, or R²), or the last. Default
   * "score".
   */
  readonly keepBest: (typeof keepBests)[number];
  /** What weights, batches and dropout are drawn by: a whole number. Default 0. */
  readonly seed: number;
}

/** What the user said; the rest follows from the task, the size of the data and the other settings. */
export type GivenSettings = { readonly [K in keyof Settings]?: Settings[K] | undefined };

/**
 * Defaults by the number of training rows. RealMLP takes 256 rows a step and 256 epochs for all; fewer epochs of smaller steps were
 * as good on small tables, and large ones get about as many steps, of more rows each.
 */
export const sizes = [
  { below: 2_000, hidden: [256, 256, 256], batchSize: 64, epochs: 64 },
  { below: 10_000, hidden: [256, 256, 256], batchSize: 128, epochs: 48 },
  { below: 50_000, hidden: [256, 256, 256], batchSize: 256, epochs: 32 },
  { below: 200_000, hidden: [256, 256, 256], batchSize: 512, epochs: 16 },
  { below: 1_000_000, hidden: [256, 256, 256], batchSize: 1024, epochs: 8 },
  { below: Number.POSITIVE_INFINITY, hidden: [256, 256, 256], batchSize: 2048, epochs: 4 },
] as const;

/**
 * Epochs without improvement after which training ends, if nothing else was said: a third of all, at least 5. Schedules that rise
 * again, such as coslog4, go through to their end: what comes last is often the best.
 *
 * @param schedule default "coslog4"
 *
 * @example
 * patienceFor(60, "cosine"); // → 20
 * patienceFor(60, "coslog4"); // → 60
 */
export const patienceFor = (epochs: number, schedule: ScheduleName = "coslog4"): number =>
  risesAgain.has(schedule) ? epochs : Math.min(epochs, Math.max(5, Math.ceil(epochs / 3)));

const risesAgain: ReadonlySet<ScheduleName> = new Set<ScheduleName>(["coslog4", "warm-restarts", "cyclic"]);

/**
 * Settings where nothing was said, after RealMLP-TD (Holzmüller, Grinsztajn and Steinwart 2024, arXiv 2407.04491), by the task and
 * the number of training rows.
 *
 * @param given what was said, which stays as it is
 * @param rows how many training rows there are
 * @throws ChainruleError `argument` for a setting that there is not, that can not be, or that the optimizer does not have
 *
 * @example
 * const { hidden, batchSize, epochs, lr } = chooseSettings({ hidden: [64] }, 5_000, "classification");
 * hidden; // → [64]
 * [batchSize, epochs, lr]; // → [128, 48, 0.04]
 * chooseSettings({ optimizer: "sgd", beta2: 0.9 }, 5_000, "regression"); // throws argument: … no beta2
 */
export function chooseSettings(given: GivenSettings, rows: number, task: Task): Settings {
  checkSettings(given);
  const bySize = sizes.find(({ below }) => rows < below) ?? sizes[sizes.length - 1];
  const classes = task === "classification";
  const optimizer = given.optimizer ?? "adamw";
  checkTaken(optimizer, given);
  // Plain gradient steps would be far too small for some widths and too large for others.
  const parametrization =
    given.parametrization ?? (optimizers[optimizer].scaling === "none" ? "ntk" : "standard");
  const ntk = parametrization === "ntk";
  const epochs = given.epochs ?? bySize.epochs;
  const schedule = given.schedule ?? "coslog4";
  return {
    hidden: given.hidden ?? bySize.hidden,
    activation: given.activation ?? (classes ? "selu" : "mish"),
    parametricActivation: given.parametricActivation ?? true,
    numberEncoding: given.numberEncoding ?? "pbld",
    embeddingSize: given.embeddingSize ?? 8,
    frontScale: given.frontScale ?? true,
    normalization: given.normalization ?? "none",
    dropout: given.dropout ?? 0.15,
    dropoutSchedule: given.dropoutSchedule ?? "flat-cosine",
    weightInit: given.weightInit ?? (ntk ? "unit" : "standard"),
    biasInit: given.biasInit ?? (ntk ? "he+5" : "standard"),
    parametrization,
    optimizer,
    lr: given.lr ?? (ntk ? (classes ? 0.04 : 0.2) : optimizers[optimizer].lr),
    schedule,
    momentum: given.momentum ?? (takes(optimizer, "momentum") && optimizer !== "rmsprop" ? 0.9 : 0),
    beta2: given.beta2 ?? (takes(optimizer, "beta2") ? 0.95 : 0),
    weightDecay: given.weightDecay ?? (takes(optimizer, "weightDecay") ? 0.02 : 0),
    weightDecaySchedule: given.weightDecaySchedule ?? "flat-cosine",
    labelSmoothing: given.labelSmoothing ?? 0.1,
    classWeights: given.classWeights ?? "none",
    clipNorm: given.clipNorm ?? null,
    l1: given.l1 ?? 0,
    mixup: given.mixup ?? 0,
    noise: given.noise ?? 0,
    average: given.average ?? "none",
    averageDecay: given.averageDecay ?? 0.999,
    averageStart: given.averageStart ?? 0.75,
    batchSize: given.batchSize ?? bySize.batchSize,
    epochs,
    patience: given.patience ?? patienceFor(epochs, schedule),
    keepBest: given.keepBest ?? "score",
    seed: given.seed ?? 0,
  };
}
