import type { Module } from "../nn/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkOptions, type OptionNames } from "../util/options.ts";
import { powerOf } from "../util/power.ts";
import {
  type Batch,
  type Batches,
  type BatchOptions,
  checkBatches,
  forEachBatch,
  generatorsOf,
  type LossFunction,
  noBatches,
} from "./batches.ts";
import { checkWhole } from "./checking.ts";
import { pause } from "./pause.ts";
import { generatorsIn, Snapshot, type TrainingOptimizer } from "./state.ts";
import { makeStep, type StepOptions } from "./step.ts";

/** Options of {@link findLr}: those of a training step, and the range of rates. */
export interface FindLrOptions<M extends Module, B extends Batch>
  extends BatchOptions,
    Pick<StepOptions<M, B>, "clipNorm" | "clipValue" | "l1" | "compile"> {
  /** Training batches, gone through again and again. */
  data: Batches<B>;
  /** The loss of a batch, such as `new nn.CrossEntropyLoss()`. */
  loss: LossFunction<M, B>;
  /** Groups keep their rates in the proportion that they have. */
  optimizer: TrainingOptimizer;
  /** The first rate of the first group. Default 1e-6. */
  from?: number;
  /** Its last rate. Default 1. */
  to?: number;
  /** Number of steps, if the loss does not diverge before. Default 100. */
  steps?: number;
  /** Aborting throws the signal's reason before the next step. Without it, nothing stops the test. */
  signal?: AbortSignal;
}

// biome-ignore format: a list of names
const names: OptionNames<FindLrOptions<Module, Batch>> = {
  data: 0, loss: 0, optimizer: 0, from: 0, to: 0, steps: 0, signal: 0, clipNorm: 0, clipValue: 0, l1: 0, compile: 0, inputs: 0,
  reduction: 0,
};

/** What a range test found: one entry for each step, oldest first. */
export interface RateTest {
  /** The rate of each step, of the first group. */
  readonly rates: readonly number[];
  /** The loss of each batch, before its step. */
  readonly losses: readonly number[];
  /** The losses as an exponential average, without the bias of its beginning. */
  readonly smoothed: readonly number[];
  /**
   * A rate to train with, null when the loss never falls. That of `findLr` is where the smoothed loss falls steepest over log(rate),
   * on the way to its least value and after the first tenth of the steps, whose averages are of too few batches to judge by; what else
   * makes range tests says how it chooses.
   */
  readonly suggestion: number | null;
  /** Whether the loss diverged, so that the test ended before its last rate. */
  readonly diverged: boolean;
}

/** Share of the losses before in the smoothed loss. */
const MEMORY = 0.9;
/** The test ends when the smoothed loss is so much further above its least value than the first one is. */
const DIVERGENCE = 4;

/** How many steps of a test its smoothed losses are not judged by, as in fastai: averages of a few batches are noise. */
export const warmUp = (steps: number): number => Math.floor(steps / 10);

/**
 * The learning-rate range test (L. N. Smith, WACV 2017): trains with a rate that grows from `from` to `to`, by one factor at each step,
 * until the loss diverges. A good rate lies where the loss falls steepest, well below where it diverges. Afterwards parameters, buffers,
 * optimizer, modes and generators are exactly what they were.
 *
 * @throws ChainruleError `argument` for rates that do not grow, and for fewer than 3 steps, `data` when there are no batches
 *
 * @example
 * const x = randn([256, 3]);
 * const y = x.matmul(tensor([[1], [-2], [0.5]]));
 * const model = new nn.Linear(3, 1);
 * const optimizer = new optim.SGD(model.parameters());
 * const test = await findLr(model, { data: [[x, y]], loss: new nn.MSELoss(), optimizer, to: 100 });
 * test.suggestion; // → 0.1024
 * test.diverged; // → true
 * test.rates.at(-1); // → 7.391
 */
export async function findLr<M extends Module, B extends Batch>(
  model: M,
  options: FindLrOptions<M, B>,
): Promise<RateTest> {
  checkOptions("findLr", options, names);
  const { data, optimizer, from = 1e-6, to = 1, steps = 100, signal } = options;
  checkBatches(data, "data");
  checkWhole("steps", steps, 3);
  if (!(from > 0 && from < to && to < Number.POSITIVE_INFINITY)) {
    throw new ChainruleError(
      "argument",
      `Rates from ${from} to ${to} do not grow.`,
      "Give from and to with 0 < from < to.",
    );
  }
  const generators = generatorsIn(model, generatorsOf(data));
  const before = new Snapshot(model, optimizer, generators);
  const modes = model.modules().map((module) => [module, module.training] as const);
  const gradients = model
    .parameters()
    .map((p) => [p, p.gradStorage === undefined ? undefined : p.grad] as const);
  before.take();
  const curve = new Curve(warmUp(steps));
  try {
    model.train();
    const proportions = proportionsOf(optimizer);
    const step = makeStep<M, B>(model, options);
    const visit = (batch: B): false | Promise<void> | undefined => {
      signal?.throwIfAborted();
      const rate = from * powerOf(to / from, curve.rates.length / (steps - 1));
      optimizer.paramGroups.forEach((group, i) => {
        group.lr = rate * proportions[i];
      });
      curve.add(rate, step(batch).item());
      return curve.diverged || curve.rates.length === steps ? false : pause();
    };
    while (!curve.diverged && curve.rates.length < steps) {
      const { length } = curve.rates;
      await forEachBatch(data, visit);
      if (curve.rates.length === length && !curve.diverged) throw noBatches("data", length > 0);
    }
  } finally {
    before.restore();
    for (const [p, gradient] of gradients) {
      if (gradient === undefined) p.dropGrad();
      else p.grad = gradient;
    }
    for (const [module, training] of modes) module.training = training;
  }
  const { rates, losses, smoothed, diverged } = curve;
  return { rates, losses, smoothed, diverged, suggestion: steepest(rates, smoothed, steps) };
}

/** The rates of the groups in units of that of the first. */
function proportionsOf({ paramGroups }: TrainingOptimizer): number[] {
  const [first] = paramGroups;
  return paramGroups.map(({ lr }) => (first.lr > 0 ? lr / first.lr : 1));
}

/** Losses over rates as they come in. */
class Curve {
  readonly rates: number[] = [];
  readonly losses: number[] = [];
  readonly smoothed: number[] = [];
  diverged = false;
  readonly #warmUp: number;
  #average = 0;
  #weight = 0;

  constructor(warmUp: number) {
    this.#warmUp = warmUp;
  }

  add(rate: number, loss: number): void {
    this.#average = MEMORY * this.#average + (1 - MEMORY) * loss;
    this.#weight = MEMORY * this.#weight + (1 - MEMORY);
    const smooth = this.#average / this.#weight;
    if (!Number.isFinite(smooth)) {
      this.diverged = true;
      return;
    }
    this.rates.push(rate);
    this.losses.push(loss);
    this.smoothed.push(smooth);
    const judged = this.smoothed.slice(this.#warmUp);
    if (judged.length === 0) return;
    const least = Math.min(...judged);
    this.diverged = smooth - least > DIVERGENCE * Math.max(judged[0] - least, Math.abs(least) / 2);
  }
}

/**
 * The rate before the least loss at which the loss falls most, between steps on both sides that are a twentieth of the test away: the
 * rates grow by one factor, and one batch to the next is mostly noise.
 */
function steepest(rates: readonly number[], losses: readonly number[], steps: number): number | null {
  const start = warmUp(steps);
  const end = losses.indexOf(Math.min(...losses.slice(start)), start);
  const reach = Math.max(1, Math.round(steps / 20));
  let [most, at] = [0, -1];
  for (let i = start + 1; i < end; i++) {
    const [left, right] = [Math.max(start, i - reach), Math.min(end, i + reach)];
    const fall = (losses[left] - losses[right]) / (right - left);
    if (fall > most) [most, at] = [fall, i];
  }
  return at < 0 ? null : rates[at];
}
