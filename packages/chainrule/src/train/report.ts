import { ChainruleError } from "../util/errors.ts";
import { checkNumber } from "./checking.ts";

/** What one epoch of training came to: plain numbers, for a table or a line of NDJSON. */
export interface EpochReport {
  /** Counts from 1. */
  epoch: number;
  /** Training risk: the mean of the loss over the rows of the epoch, each batch as it was before its step, in training mode. */
  loss: number;
  /** Validation risk, after the epoch, in evaluation mode. Left out without validation data. */
  validationLoss?: number;
  /** validationLoss − loss: what the model loses on data that it was not trained on. Left out without validation data. */
  gap?: number;
  /** Metrics of the validation data, or of the training data (in evaluation mode) where there are none. */
  metrics: Record<string, number>;
  /** ‖∇L‖ of the whole training risk after the epoch. Left out unless it was asked for. */
  gradientNorm?: number;
  /** Learning rate of the first parameter group, at the end of the epoch. */
  lr: number;
  /** Seconds that the epoch took, validation included. */
  seconds: number;
}

/** Figures of every report that can be watched. */
const figures = ["loss", "validationLoss", "gap", "gradientNorm"] as const;
/** A figure of every report that can be watched by its name. */
export type Figure = (typeof figures)[number];

/**
 * What to watch: a figure of the report ("loss", "validationLoss", "gap" or "gradientNorm"), the name of a metric, or a function of the
 * report.
 */
export type Monitor = Figure | (string & {}) | ((report: EpochReport) => number);

const isFigure = (name: unknown): name is Figure => (figures as readonly unknown[]).includes(name);

/** When training stops before its last epoch, and which weights stay. */
export interface EarlyStopping {
  /** Epochs without improvement after which training stops. Infinity never stops, but still restores the best weights. */
  patience: number;
  /** Smallest change that counts as an improvement. Default 0. */
  minDelta?: number;
  /** What is watched. Default "validationLoss", or "loss" without validation data. */
  monitor?: Monitor;
  /** Whether a lower or a higher figure is better. Default "min"; has to be said for metrics and functions. */
  mode?: "min" | "max";
  /** Go back to the best epoch's parameters and buffers at the end, however it came. Default true. */
  restoreBest?: boolean;
}

/** Follows one figure from epoch to epoch, and remembers the best. */
export class Tracker {
  readonly patience: number;
  readonly minDelta: number;
  readonly mode: "min" | "max";
  readonly #monitor: Monitor;
  best: { epoch: number; value: number } | null = null;
  /** Epochs since the last improvement. */
  waited = 0;

  /**
   * @param available - what a report will hold: whether there are validation data and gradient norms, and names of metrics
   */
  constructor(
    stopping: EarlyStopping | undefined,
    available: { validation: boolean; gradientNorm: boolean; metrics: readonly string[] },
  ) {
    const { patience = Number.POSITIVE_INFINITY, minDelta = 0, mode } = stopping ?? {};
    const monitor = stopping?.monitor ?? (available.validation ? "validationLoss" : "loss");
    checkNumber("earlyStopping.patience", patience, 0);
    checkNumber("earlyStopping.minDelta", minDelta, 0);
    checkMonitor(monitor, available);
    if (mode === undefined && !isFigure(monitor)) {
      throw new ChainruleError(
        "argument",
        `earlyStopping watches ${typeof monitor === "string" ? `"${monitor}"` : "a function"} and does not say what is better.`,
        'Say mode: "max" or "min".',
      );
    }
    if (mode !== undefined && mode !== "min" && mode !== "max") {
      throw new ChainruleError("argument", `There is no mode "${String(mode)}".`, 'Use "min" or "max".');
    }
    this.patience = patience;
    this.minDelta = minDelta;
    this.mode = mode ?? "min";
    this.#monitor = monitor;
  }

  /** The watched figure of a report; undefined in an epoch that does not have it. */
  figureOf(report: EpochReport): number | undefined {
    const monitor = this.#monitor;
    if (typeof monitor === "function") return monitor(report);
    return isFigure(monitor) ? report[monitor] : report.metrics[monitor];
  }

  /** Takes in an epoch, and says whether it is the best so far. NaN never is. */
  update(report: EpochReport): boolean {
    const value = this.figureOf(report);
    if (value === undefined) return false;
    const gain = this.best && (this.mode === "min" ? this.best.value - value : value - this.best.value);
    const better = gain === null ? !Number.isNaN(value) : gain > this.minDelta;
    if (better) this.best = { epoch: report.epoch, value };
    this.waited = better ? 0 : this.waited + 1;
    return better;
  }

  /** Whether patience is at an end. */
  get exhausted(): boolean {
    return this.waited > 0 && this.waited >= this.patience;
  }
}

function checkMonitor(
  monitor: Monitor,
  available: { validation: boolean; gradientNorm: boolean; metrics: readonly string[] },
): void {
  if (typeof monitor === "function") return;
  const lacks: Record<string, string> = {};
  if (!available.validation) {
    lacks.validationLoss = "Give validation data.";
    lacks.gap = lacks.validationLoss;
  }
  if (!available.gradientNorm) lacks.gradientNorm = "Ask for it after each epoch: optimality: true.";
  const remedy = lacks[monitor];
  if (remedy === undefined && (isFigure(monitor) || available.metrics.includes(monitor))) return;
  const names = [...figures, ...available.metrics].filter((name) => !(name in lacks));
  throw new ChainruleError(
    "argument",
    `earlyStopping watches "${monitor}", which the epochs do not report.`,
    remedy ?? `Watch one of ${names.map((name) => `"${name}"`).join(", ")}.`,
  );
}
