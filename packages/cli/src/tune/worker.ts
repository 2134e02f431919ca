/** A thread that trains one trial after the other, each on one core. */
import { parentPort, workerData } from "node:worker_threads";
import { ChainruleError, setNumThreads } from "chainrule";
import { followed, learn, makeModel, meritOf, type Settings } from "chainrule/tables";
import { type Callback, encodeCheckpoint, type FitResult } from "chainrule/train";
import { readCheckpoint } from "../runs/checkpoints.ts";
import { replaceWhole } from "../runs/folder.ts";
import { secondsOf } from "../runs/history.ts";
import type { Failure, FromWorker, ToWorker, TrainTrial, TrialState, WorkerStart } from "./messages.ts";

/** So much of a trial, at most, has to be done again when the process is killed. */
const SECONDS_BETWEEN_CHECKPOINTS = 10;

const { plan } = workerData as WorkerStart;
const port = parentPort;
if (port === null) throw new Error("this file is the program of a worker thread");
setNumThreads(1);
let abort = new AbortController();

const tell = (message: FromWorker): void => port.postMessage(message);

port.on("message", (message: ToWorker) => {
  if (message.kind === "stop") abort.abort();
  else {
    abort = new AbortController();
    train(message, abort.signal).then(tell, (error: unknown) =>
      tell({ kind: "failed", error: failureOf(error) }),
    );
  }
});

async function train(job: TrainTrial, signal: AbortSignal): Promise<FromWorker> {
  const { settings, epochs, checkpoint: path } = job;
  const resume = await readCheckpoint(path);
  const model = makeModel(plan, settings);
  const untilRung: Callback = {
    // The process may have been killed between this rung's checkpoint and its line.
    onTrainBegin: (training) => {
      if (training.history.length >= epochs) training.stop();
    },
    onEpochEnd: (report, training) => {
      tell({ kind: "epoch", report });
      if (report.epoch >= epochs) training.stop();
    },
  };
  try {
    const result = await learn(model, plan, settings, untilRung, signal, {
      resume: resume ?? undefined,
      checkpoint: {
        every: { seconds: SECONDS_BETWEEN_CHECKPOINTS },
        save: (checkpoint) => replaceWhole(path, encodeCheckpoint(checkpoint)),
      },
    });
    return result.stopped === "signal"
      ? { kind: "stopped" }
      : { kind: "done", state: stateOf(result, settings) };
  } catch (error) {
    if (!(error instanceof ChainruleError && error.code === "non-finite")) throw error;
    // Such a rate or such a network is no good: that is a result, too.
    const seconds = secondsOf(resume?.history ?? []);
    const nothing = { score: null, metric: null, loss: null, bestEpoch: 0 };
    return { kind: "done", state: { ...nothing, epochs: resume?.epoch ?? 0, seconds, error: error.problem } };
  }
}

function stateOf({ history, best, epochs }: FitResult, { keepBest }: Settings): TrialState {
  const report = best === null ? undefined : history[best.epoch - 1];
  const score = followed(plan.task);
  // Where the last epoch is kept, trials are compared by its score.
  const compared = keepBest === "loss" ? "loss" : "score";
  return {
    epochs,
    bestEpoch: best?.epoch ?? 0,
    score: report === undefined ? null : meritOf(report, compared, score),
    metric: report?.metrics[score] ?? null,
    loss: report?.validationLoss ?? null,
    seconds: secondsOf(history),
  };
}

function failureOf(error: unknown): Failure {
  if (error instanceof ChainruleError) {
    const place = error.where.length > 0 ? `${error.where.join(" › ")}: ` : "";
    return { code: error.code, problem: place + error.problem, remedy: error.remedy };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: null, problem: text, remedy: "" };
}
