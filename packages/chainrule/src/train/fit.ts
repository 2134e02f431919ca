import type { Module, StateDict } from "../nn/index.ts";
import { ReduceLROnPlateau } from "../optim/index.ts";
import { type Generator, manualSeed, noGrad, type Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { Averages } from "./averages.ts";
import {
  type Batch,
  countOf,
  forEachBatch,
  generatorsOf,
  noBatches,
  type Output,
  partsOf,
  run,
  wholeOf,
} from "./batches.ts";
import { type Checkpoint, checkCheckpoint, Saving } from "./checkpoint.ts";
import { evaluateBy, gradientNorm, weightOf } from "./evaluate.ts";
import { Guard } from "./guard.ts";
import {
  type Callback,
  checkFit,
  type FitOptions,
  type FitResult,
  type StopReason,
  type Training,
} from "./options.ts";
import { pause } from "./pause.ts";
import { type EpochReport, Tracker } from "./report.ts";
import { copyOf, copyState, generatorsIn, Snapshot, setStates, statesOf, withoutDraws } from "./state.ts";
import { makeStep, whereItCompiles } from "./step.ts";

/**
 * Trains a model: for each epoch goes through the data once, makes a step for each batch, and reports the training risk, the
 * validation risk, their gap and metrics.
 *
 * - Draws from the random generators are those of a PyTorch loop over the same loaders, so the numbers are too.
 * - With `average`, the averaged weights are those that are validated and kept: see {@link FitOptions.average}.
 * - Early stopping goes back to the best epoch's weights. A checkpoint goes on with the same bits as if nothing had happened.
 * - When a loss, a gradient or a parameter is not finite, the parameters of before that step are restored, and a
 *   `ChainruleError` of code "non-finite" names the op and the layer.
 * - It yields to the event loop every few milliseconds: progress lines and pages stay alive, and `signal` is heard within a batch.
 *
 * Afterwards the model is in evaluation mode, ready to predict.
 *
 * @throws ChainruleError `argument` for options that cannot be, `data` when there are no batches, or they are no `[input, target]`,
 * `state` for a checkpoint of another training, `non-finite` as above
 *
 * @example
 * // Two classes of points, around −1 and around 1
 * const y = randint(0, 2, [200]);
 * const x = randn([200, 2]).add(y.mul(2).sub(1).reshape([200, 1]));
 * const [training, held] = randomSplit(new TensorDataset(x, y), [0.75, 0.25]);
 * const model = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 2));
 * const { stopped, best, history } = await fit(model, {
 *   data: new DataLoader(training, { batchSize: 32, shuffle: true }),
 *   validation: new DataLoader(held, { batchSize: 256 }),
 *   loss: new nn.CrossEntropyLoss(),
 *   optimizer: new optim.Adam(model.parameters(), { lr: 0.01 }),
 *   epochs: 100,
 *   metrics: { accuracy },
 *   earlyStopping: { patience: 5 },
 *   callbacks: [{ onEpochEnd: (report) => console.log(report) }],
 * });
 * stopped; // → 'patience'
 * best; // → { epoch: 13, value: 0.1434 }
 * history.length; // → 18
 *
 * @example
 * // Dropout that fades over training
 * const dropout = new nn.Dropout(0.2);
 * const model = new nn.Sequential(dropout, new nn.Linear(1, 1));
 * const shares: number[] = [];
 * await fit(model, {
 *   data: [[tensor([[1]]), tensor([[2]])]],
 *   loss: new nn.MSELoss(),
 *   optimizer: new optim.SGD(model.parameters()),
 *   epochs: 4,
 *   anneal: (t) => void (dropout.p = 0.2 * (1 - t)),
 *   callbacks: [{ onBatchEnd: () => void shares.push(dropout.p) }],
 * });
 * shares; // → [0.2, 0.15, 0.1, 0.05]
 */
export async function fit<M extends Module, B extends Batch>(
  model: M,
  options: FitOptions<M, B>,
): Promise<FitResult> {
  checkFit(model, options);
  return new Fit(model, options).train();
}

/** The state of one call of {@link fit}. */
class Fit<M extends Module, B extends Batch> implements Training {
  readonly model: M;
  readonly options: FitOptions<M, B>;
  readonly optimizer: FitOptions<M, B>["optimizer"];
  readonly epochs: number;
  readonly history: EpochReport[] = [];
  readonly #callbacks: readonly Callback[];
  readonly #tracker: Tracker;
  readonly #generators: readonly Generator[];
  readonly #runStep: (batch: B, epoch: number, number: number) => number;
  readonly #guard: Guard<B> | null;
  readonly #averages: Averages | undefined;
  readonly #saving: Saving;
  /** What the model gives, for scores. */
  readonly #forward: (...inputs: readonly Tensor[]) => Output<M>;
  /** Batches done of the epoch at hand, and what they came to. */
  #batch = 0;
  #running = { loss: 0, rows: 0, seconds: 0 };
  /** Where the generators stood when the epoch at hand began. */
  #epochGenerators: readonly Uint8Array[] | null = null;
  #bestModel: StateDict | null = null;
  #stopRequested = false;

  constructor(model: M, options: FitOptions<M, B>) {
    const {
      data,
      validation,
      optimizer,
      metrics = {},
      earlyStopping,
      callbacks = [],
      guard = true,
    } = options;
    const given = [...generatorsOf(data), ...generatorsOf(validation), ...(options.generators ?? [])];
    this.model = model;
    this.options = options;
    this.optimizer = optimizer;
    this.epochs = options.epochs;
    this.#callbacks = callbacks;
    this.#saving = new Saving(options.checkpoint);
    this.#tracker = new Tracker(earlyStopping, {
      validation: validation !== undefined,
      gradientNorm: this.#optimalityEvery === 1,
      metrics: Object.keys(metrics),
    });
    this.#generators = generatorsIn(model, given);
    this.#averages = options.average && new Averages(model, options.average);
    const step = makeStep<M, B>(model, options, this.#averages);
    const prepare = this.#anneal.bind(this);
    const forward = (...inputs: readonly Tensor[]): Output<M> => run(model, inputs);
    this.#forward = (options.compile ?? true) ? whereItCompiles(forward) : forward;
    this.#guard = guard
      ? new Guard({ model, optimizer, generators: this.#generators, averages: this.#averages, step, prepare })
      : null;
    this.#runStep =
      this.#guard?.step.bind(this.#guard) ??
      ((batch, epoch, number) => {
        prepare(epoch, number);
        return step(batch).item();
      });
  }

  stop(): void {
    this.#stopRequested = true;
  }

  /** The number of complete epochs. */
  get #epoch(): number {
    return this.history.length;
  }

  /** After how many epochs each the optimality is computed; 0 for never. */
  get #optimalityEvery(): number {
    const { optimality = false, stopAt } = this.options;
    if (stopAt?.gradientNorm !== undefined || optimality === true) return 1;
    return optimality === false ? 0 : optimality.every;
  }

  async train(): Promise<FitResult> {
    const { seed, resume } = this.options;
    if (resume) this.#resume(resume);
    else if (seed !== undefined) manualSeed(seed);
    this.model.train();
    await this.#tell((callback) => callback.onTrainBegin?.(this));
    let stopped = this.#reasonToStop();
    while (stopped === null) {
      await this.#trainEpoch();
      stopped = this.#reasonToStop();
    }
    return this.#finish(stopped);
  }

  #reasonToStop(): StopReason | null {
    const { signal, stopAt = {} } = this.options;
    const last = this.history.at(-1);
    if (last && this.#batch === 0) {
      for (const figure of ["gradientNorm", "loss", "validationLoss"] as const) {
        const [limit, value] = [stopAt[figure], last[figure]];
        if (limit !== undefined && value !== undefined && value <= limit) return "target";
      }
      if (this.#tracker.exhausted) return "patience";
      if (this.#epoch >= this.epochs) return "epochs";
    }
    if (signal?.aborted) return "signal";
    return this.#stopRequested ? "callback" : null;
  }

  /** Goes through the data once, or up to where something stops it. */
  async #trainEpoch(): Promise<void> {
    const begun = performance.now() - 1000 * this.#running.seconds;
    if (this.#batch === 0) await this.#tell((callback) => callback.onEpochBegin?.(this.#epoch + 1, this));
    const complete = await this.#trainBatches();
    this.#running.seconds = (performance.now() - begun) / 1000;
    if (!complete) return;
    if (this.#batch === 0) throw noBatches("data", this.#epoch > 0);
    this.#guard?.check();
    this.#averages?.endEpoch(this.#epoch + 1, this.epochs);
    let better = false;
    const report = await this.#averaged(async () => {
      const measured = await this.#measure();
      better = this.#tracker.update(measured);
      if (better && this.#keepsBest) this.#bestModel = copyOf(this.model);
      return measured;
    });
    report.seconds = (performance.now() - begun) / 1000;
    this.history.push(report);
    this.#batch = 0;
    this.#running = { loss: 0, rows: 0, seconds: 0 };
    this.#epochGenerators = null;
    this.#stepSchedule("epoch", this.#tracker.figureOf(report));
    await this.#tell((callback) => callback.onEpochEnd?.(report, this));
    const event = this.#saving.eventOf(this.#epoch, better);
    if (event) await this.#saving.save(this.#epoch, event, () => this.#checkpoint());
  }

  get #keepsBest(): boolean {
    const { earlyStopping } = this.options;
    return earlyStopping !== undefined && earlyStopping.restoreBest !== false;
  }

  /** Runs `body` with the averaged weights, where weights are averaged. */
  #averaged<R>(body: () => Promise<R>): Promise<R> {
    return this.#averages ? this.#averages.during(body) : body();
  }

  /** Makes a step for each batch that is left of the epoch; false when something stopped it before the end. */
  async #trainBatches(): Promise<boolean> {
    const { data, signal } = this.options;
    // After a resumption within an epoch, what is done is passed over by the draws of that epoch's beginning.
    const done = this.#batch;
    const now = done > 0 ? statesOf(this.#generators) : null;
    if (this.#epochGenerators) setStates(this.#generators, this.#epochGenerators);
    else this.#epochGenerators = statesOf(this.#generators);
    let seen = 0;
    let complete = true;
    await forEachBatch(data, (batch) => {
      if (seen++ < done) {
        if (seen === done && now) setStates(this.#generators, now);
        return undefined;
      }
      this.#trainBatch(batch);
      if (signal?.aborted || this.#stopRequested) {
        complete = false;
        return false;
      }
      return pause();
    });
    if (seen < done) {
      throw new ChainruleError(
        "state",
        `The checkpoint was made after batch ${done} of its epoch, and the data gave ${seen}.`,
        "Resume with the same data and batch size.",
      );
    }
    return complete;
  }

  #trainBatch(given: B): void {
    const epoch = this.#epoch + 1;
    const { transform } = this.options;
    const { inputs, rows } = partsOf(given, this.options);
    const batch = transform ? noGrad(() => transform(given, inputs.length)) : given;
    const loss = this.#runStep(batch, epoch, this.#batch + 1);
    this.#batch++;
    const { factor, mass } = weightOf(batch, this.options);
    this.#running.loss += loss * factor;
    this.#running.rows += mass;
    for (const callback of this.#callbacks) {
      callback.onBatchEnd?.(
        { epoch, batch: this.#batch, batches: countOf(this.options.data), rows, loss, lr: this.#lr },
        this,
      );
    }
    this.#stepSchedule("batch", loss);
  }

  /** Tells the caller how far training has come, before the step `number` of an epoch; both count from 1. */
  #anneal(epoch: number, number: number): void {
    const { anneal, data } = this.options;
    if (!anneal) return;
    const batches = countOf(data) as number; // checked
    anneal(((epoch - 1) * batches + number - 1) / (this.epochs * batches), this);
  }

  /** Learning rate of the first group. */
  get #lr(): number {
    return this.optimizer.paramGroups[0].lr;
  }

  #stepSchedule(when: "epoch" | "batch", figure: number | undefined): void {
    const { schedule, scheduleEvery = "epoch" } = this.options;
    if (!schedule || when !== scheduleEvery) return;
    // Others would take a number for an epoch to jump to.
    if (!(schedule instanceof ReduceLROnPlateau)) schedule.step();
    else if (figure !== undefined) schedule.step(figure);
  }

  /** The report of the epoch whose batches are done. */
  async #measure(): Promise<EpochReport> {
    const { data, validation, metrics, loss, inputs, reduction } = this.options;
    const { model } = this;
    const risk = this.#running.loss / this.#running.rows;
    const report: EpochReport = { epoch: this.#epoch + 1, loss: risk, metrics: {}, lr: this.#lr, seconds: 0 };
    if (validation) {
      const found = await evaluateBy<M, B>(model, this.#forward, {
        data: validation,
        loss,
        metrics,
        inputs,
        reduction,
      });
      report.validationLoss = found.loss;
      report.gap = found.loss - risk;
      report.metrics = found.metrics;
    } else if (metrics) {
      // This pass is not one that PyTorch's loop has: it must not move the random stream.
      const pass = (): Promise<{ metrics: Record<string, number> }> =>
        evaluateBy<M, B>(model, this.#forward, { data: wholeOf(data), metrics, inputs, reduction });
      report.metrics = (await withoutDraws(this.#generators, pass)).metrics;
    }
    const every = this.#optimalityEvery;
    if (every > 0 && report.epoch % every === 0) report.gradientNorm = await this.#optimality();
    return report;
  }

  async #optimality(): Promise<number> {
    const { data, loss, inputs, reduction } = this.options;
    return (await gradientNorm<M, B>(this.model, { data, loss, inputs, reduction })).gradientNorm;
  }

  async #finish(stopped: StopReason): Promise<FitResult> {
    const checkpoint = this.#checkpoint();
    const event = this.#batch > 0 ? "interrupted" : "end";
    if (event === "interrupted" || !this.#saving.has(this.#epoch))
      await this.#saving.save(this.#epoch, event, () => checkpoint);
    const { best } = this.#tracker;
    const restores = this.#bestModel !== null && (best?.epoch !== this.#epoch || this.#batch > 0);
    this.#averages?.apply();
    if (this.#bestModel && restores) this.model.loadStateDict(this.#bestModel);
    this.model.eval();
    const result: FitResult = { history: this.history, epochs: this.#epoch, stopped, best, checkpoint };
    if (this.#optimalityEvery > 0) {
      const known = restores || this.#batch > 0 ? undefined : this.history.at(-1)?.gradientNorm;
      result.gradientNorm = known ?? (await this.#optimality());
    }
    await this.#tell((callback) => callback.onTrainEnd?.(result, this));
    return result;
  }

  #checkpoint(): Checkpoint {
    return copyState({
      format: 1 as const,
      epoch: this.#epoch,
      batch: this.#batch,
      running: this.#running,
      generators: statesOf(this.#generators),
      epochGenerators: this.#batch > 0 ? this.#epochGenerators : null,
      model: this.model.stateDict(),
      optimizer: this.optimizer.stateDict(),
      schedule: this.options.schedule?.stateDict() ?? null,
      history: this.history,
      best: this.#tracker.best,
      waited: this.#tracker.waited,
      bestModel: this.#bestModel,
      average: this.#averages?.state() ?? null,
    });
  }

  /** Takes over a checkpoint, or throws and changes nothing. */
  #resume(from: Checkpoint): void {
    const { schedule } = this.options;
    checkCheckpoint(from, schedule !== undefined, this.#averages !== undefined);
    const before = new Snapshot(this.model, this.optimizer, this.#generators, this.#averages);
    before.take();
    try {
      this.model.loadStateDict(from.model);
      this.optimizer.loadStateDict(copyState(from.optimizer));
      setStates(this.#generators, from.generators);
      if (from.average) this.#averages?.load(from.average);
      schedule?.loadStateDict(copyState(from.schedule) as never);
    } catch (error) {
      before.restore();
      throw error;
    }
    this.history.push(...copyState([...from.history]));
    this.#batch = from.batch;
    this.#running = { ...from.running };
    this.#epochGenerators = from.epochGenerators;
    this.#tracker.best = copyState(from.best);
    this.#tracker.waited = from.waited;
    this.#bestModel = copyState(from.bestModel);
  }

  async #tell(what: (callback: Callback) => void | Promise<void>): Promise<void> {
    for (const callback of this.#callbacks) await what(callback);
  }
}
