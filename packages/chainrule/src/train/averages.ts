import type { Module } from "../nn/index.ts";
import { checkAveraging, moveAverages } from "../optim/averaging.ts";
import { noGrad, sameShape, type Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkNumber } from "./checking.ts";

/**
 * Weights averaged over training. "ema": after each step, with what was before fading by `decay`. "swa": the mean of the weights
 * after each epoch, from the share `start` of all epochs on (0.75: over the last quarter). `decay` and `start` lie in [0, 1).
 */
export type Average =
  | { readonly kind: "ema"; readonly decay: number }
  | { readonly kind: "swa"; readonly start: number };

/** Averages of weights in a checkpoint. */
export interface SavedAverages {
  /** How many updates went in. */
  readonly count: number;
  /** The averages, in the order of `model.parameters()`. */
  readonly values: readonly Tensor[];
}

/** Throws unless a model can be averaged so. */
export function checkAverage(average: Average): void {
  checkAveraging(average);
  if (average.kind === "ema") return;
  checkNumber("average.start", average.start, 0);
  if (average.start < 1) return;
  throw new ChainruleError(
    "argument",
    `average.start is ${average.start}, after the last epoch.`,
    "Give a share of the epochs below 1, such as 0.75.",
  );
}

/** The averages of a model in training. */
export class Averages {
  readonly #average: Average;
  readonly #parameters: readonly Tensor[];
  readonly values: readonly Tensor[];
  /** How many updates went in. */
  count = 0;

  constructor(model: Module, average: Average) {
    this.#average = average;
    this.#parameters = model.parameters();
    this.values = this.#parameters.map((p) => p.detach().clone());
  }

  /** Belongs to a training step, at its end: by tensor operations alone. `count` is to be raised outside of it. */
  follow(): void {
    if (this.#average.kind === "ema") this.#move();
  }

  /** After a step that went through {@link follow}. */
  stepped(): void {
    if (this.#average.kind === "ema") this.count++;
  }

  /** After an epoch, which counts from 1. */
  endEpoch(epoch: number, epochs: number): void {
    if (this.#average.kind !== "swa" || (epoch - 1) / epochs < this.#average.start) return;
    this.#move();
    this.count++;
  }

  #move(): void {
    moveAverages(this.values, this.#parameters, this.#average, () => this.count);
  }

  /** Runs `body` while the model has the averages for its weights; before there are any, with the weights themselves. */
  async during<R>(body: () => Promise<R>): Promise<R> {
    if (this.count === 0) return body();
    const own = this.#parameters.map((p) => p.detach().clone());
    this.apply();
    try {
      return await body();
    } finally {
      copyAll(this.#parameters, own);
    }
  }

  /** Gives the model the averages for its weights, for good. */
  apply(): void {
    if (this.count > 0) copyAll(this.#parameters, this.values);
  }

  state(): SavedAverages {
    return { count: this.count, values: this.values };
  }

  load({ count, values }: SavedAverages): void {
    if (
      values.length !== this.values.length ||
      values.some((v, i) => !sameShape(v.shape, this.values[i].shape))
    ) {
      throw new ChainruleError(
        "state",
        "The averages of the checkpoint do not fit the model's parameters.",
        "Resume with the same model as before.",
      );
    }
    copyAll(this.values, values);
    this.count = count;
  }
}

const copyAll = (targets: readonly Tensor[], sources: readonly Tensor[]): void =>
  noGrad(() => targets.forEach((target, i) => void target.copy_(sources[i])));
