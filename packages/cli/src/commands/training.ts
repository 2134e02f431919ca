import { setImmediate } from "node:timers/promises";
import { ChainruleError } from "chainrule";
import { chooseSettings, learn, type Plan, type Settings, type TableModel } from "chainrule/tables";
import type { Checkpoint, FitResult } from "chainrule/train";
import { Interrupted, type Io } from "../io.ts";
import { hasCheckpoint, lastCheckpoint } from "../runs/checkpoints.ts";
import type { RunConfig } from "../runs/config.ts";
import { secondsOf } from "../runs/history.ts";
import { unlock } from "../runs/lock.ts";
import { Recorder } from "../runs/recorder.ts";
import { isStandardInput } from "../sources/input.ts";
import { counted, duration } from "../terminal/format.ts";
import { programName, resumption, sayNext, shortPath } from "../terminal/next.ts";
import type { Output } from "../terminal/output.ts";
import { Progress } from "../terminal/progress.ts";
import { sayScores } from "../terminal/report.ts";
import { finishRun, runReport, shortEvaluation } from "./evaluation.ts";

/** A run in its folder, which this process has locked, and all that is needed to train it. */
export interface Job {
  readonly folder: string;
  readonly config: RunConfig;
  readonly plan: Plan;
  readonly settings: Settings;
  readonly model: TableModel;
  /** Where to go on; null to begin. */
  readonly from: Checkpoint | null;
  /** The files of the test rows, for commands to try next; none where they come from a query. */
  readonly paths: readonly string[];
  /** When the command began, by `performance.now()`. */
  readonly begun: number;
  /** Says what is going to be done. */
  readonly sayHeading: () => void;
}

/** Trains a run up to its end, tests it, writes all of it down, and says so. */
export async function trainRun(job: Job, output: Output, io: Io, json: boolean): Promise<void> {
  const { folder, config, plan, model, from } = job;
  const recorder = new Recorder(folder, config.asked);
  // From before the first word on, Ctrl-C ends training after the step at hand.
  const abort = new AbortController();
  const release = io.onInterrupt(() => abort.abort());
  try {
    await recorder.begin(from);
    job.sayHeading();
    const result = await trainWatched(job, recorder, output, abort.signal);
    if (result.stopped === "signal") {
      await recorder.stop(model, result);
      sayStopped(job, result, output, io);
      if (json) output.result({ ...resultOf(job, result), test: null });
      throw new Interrupted();
    }
    output.setStatus("  testing …");
    await setImmediate();
    const { history, epochs, best, stopped } = result;
    const finished = finishRun(model, plan, config.asked);
    const { evaluation, calibration } = finished;
    const { scores, ...comparison } = evaluation;
    output.setStatus("  explaining …");
    await recorder.keepModel(finished.model);
    const report = await runReport(finished, plan, config, history, abort.signal);
    release();
    if (report === null) {
      await recorder.leave();
      sayUnexplained(job, output, io);
      throw new Interrupted();
    }
    const seconds = secondsSoFar(job);
    await recorder.finish(
      config,
      finished.model,
      { test: scores, ...comparison, calibration, epochs, bestEpoch: best?.epoch ?? 0, stopped, seconds },
      history,
      report,
    );
    sayScores(output, evaluation, plan.target, finished.rows);
    sayDone(job, output, io, json);
    if (json) output.result({ ...resultOf(job, result), ...shortEvaluation(evaluation) });
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const diverged = error instanceof ChainruleError && error.code === "non-finite";
    if (diverged) await restoreBest(job);
    await recorder.fail(error, diverged ? model : null);
    throw error instanceof ChainruleError && error.code !== "argument"
      ? await withNextStep(error, job, io)
      : error;
  } finally {
    release();
    await recorder.close();
    await unlock(folder);
  }
}

/** Trains with progress in sight. */
async function trainWatched(
  job: Job,
  recorder: Recorder,
  output: Output,
  signal: AbortSignal,
): Promise<FitResult> {
  const { plan, settings, model, from } = job;
  const progress = new Progress(output, {
    epochs: settings.epochs,
    rows: plan.split.training.length,
    task: plan.task,
    keepBest: settings.keepBest,
    history: from?.history ?? [],
  });
  try {
    const watcher = {
      onBatchEnd: ({
        epoch,
        batch,
        batches,
      }: {
        epoch: number;
        batch: number;
        batches: number | undefined;
      }) => progress.batch(epoch, batch / (batches ?? batch)),
      onEpochEnd: progress.epoch.bind(progress),
    };
    const result = await learn(model, plan, settings, [...recorder.callbacks, watcher], signal, {
      checkpoint: recorder.checkpoint,
      resume: from ?? undefined,
    });
    progress.end(result);
    return result;
  } finally {
    progress.clear();
  }
}

/**
 * After values that are not finite, the model has the weights of before that step, which may be good for nothing any more: those of
 * the best epoch that was saved are better.
 */
async function restoreBest({ folder, model }: Job): Promise<void> {
  const { checkpoint } = await lastCheckpoint(folder);
  if (checkpoint?.bestModel) model.network.loadStateDict(checkpoint.bestModel);
}

/** Seconds that went into the run, in processes before this one too. */
const secondsSoFar = ({ begun, from }: Job): number => {
  const before = secondsOf(from?.history ?? []);
  return Math.round(performance.now() - begun + 1000 * before) / 1000;
};

const resultOf = (job: Job, { epochs }: FitResult): object => ({
  task: job.plan.task,
  target: job.plan.target.name,
  run: job.folder,
  epochs,
  seconds: secondsSoFar(job),
});

function sayUnexplained({ folder }: Job, output: Output, io: Io): void {
  const { bold, cyan } = output.style;
  output.say();
  output.say(`  Training is done, and its model is in ${bold(folder)}. For its scores and report:`);
  output.say(`    ${cyan(resumption(folder, io))}`);
}

function sayStopped(job: Job, { epochs, checkpoint }: FitResult, output: Output, io: Io): void {
  const { bold, cyan } = output.style;
  const part = checkpoint.batch > 0 ? ` and ${counted(checkpoint.batch, "step")}` : "";
  output.say();
  output.say(`  Saved in ${bold(job.folder)} after ${counted(epochs, "epoch")}${part}. To go on:`);
  output.say(`    ${cyan(resumption(job.folder, io))}`);
}

function sayDone(job: Job, output: Output, io: Io, json: boolean): void {
  const { bold, dim, green } = output.style;
  const files = dim(`model, scores and report; ${duration(secondsSoFar(job))} in all`);
  output.say();
  output.say(`  ${green("✓")} ${bold(job.folder)}  ${files}`);
  // A program that reads the result knows what comes next.
  if (json) return;
  const program = programName(io).split(" ");
  const [path] = job.paths;
  const data = job.paths.length === 1 && !isStandardInput(path) ? shortPath(path) : "DATA";
  const run = shortPath(job.folder);
  sayNext(output, [
    [[...program, "predict", run, data], "predict each row"],
    [[...program, "evaluate", run, data], "the scores again"],
    io.env.npm_lifecycle_event === "start"
      ? [["npm", "start", "--", "my.csv", "--target", "price"], "a table of your own"]
      : [[...program, "train", "--help"], "all options"],
  ]);
}

/** An error that ended training, with what can be done with its run. */
async function withNextStep(error: ChainruleError, job: Job, io: Io): Promise<ChainruleError> {
  const resume = `\`${resumption(job.folder, io)}\``;
  const advice =
    error.code === "non-finite"
      ? `${job.folder} keeps them, or those of the best epoch before. Try a lower rate: --lr ${lowerRate(job)}.`
      : (await hasCheckpoint(job.folder))
        ? `What was trained so far is kept: ${resume} goes on with it.`
        : `Nothing that was trained is kept yet: ${resume} begins anew.`;
  const extended = new ChainruleError(error.code, error.problem, `${error.remedy} ${advice}`, {
    cause: error,
  });
  for (const place of error.where.toReversed()) extended.within(place);
  return extended;
}

/** A tenth of the rate, or the default where that is lower still. */
function lowerRate({ settings, plan }: Job): number {
  const rows = plan.split.training.length;
  const { lr: usual } = chooseSettings({ ...settings, lr: undefined }, rows, plan.task);
  return Math.min(Number((settings.lr / 10).toPrecision(2)), settings.lr > usual ? usual : settings.lr);
}
