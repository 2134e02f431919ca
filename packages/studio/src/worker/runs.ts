/** Trainings that were kept for the comparison. */
import { wording } from "chainrule/tables";
import type { Measured, RunSummary, TrainingConfig } from "../protocol.ts";
import type { RunHistory } from "./project/history.ts";
import type { OpenModel } from "./project/run.ts";
import { refusal } from "./sentence.ts";
import type { Problem } from "./session/problem.ts";
import type { Kept } from "./session/session.ts";

const MOST_RUNS = 50;
/** Points of a curve that is kept. */
const MOST_POINTS = 500;

export interface KeptRun {
  readonly summary: RunSummary;
  readonly problem: Problem;
  /** Null for a run that was opened: it starts from its weights. */
  readonly kept: Kept | null;
}

export class Runs {
  readonly #runs = new Map<string, KeptRun>();
  #next = 1;

  /** A number for a run that is new. */
  newId(): string {
    return `run-${this.#next++}`;
  }

  add(run: KeptRun): void {
    if (this.#runs.size >= MOST_RUNS) {
      throw refusal("argument", `${MOST_RUNS} runs are kept already.`, "Drop one of them first.");
    }
    this.#runs.set(run.summary.id, run);
  }

  /** A run that was opened, by how it went when it was trained. The same one twice is one. */
  addOpened(
    { title, model, trainedWith }: OpenModel & { readonly trainedWith: Partial<TrainingConfig> },
    history: RunHistory,
    problem: Problem,
  ): void {
    const id = `opened-${title}`;
    this.#runs.delete(id);
    const { steps, score, loss, seconds, curve } = history;
    const weights = model.network.numParameters();
    this.add({
      summary: {
        id,
        name: title,
        config: trainedWith,
        steps,
        weights,
        score,
        loss,
        seconds,
        curve: thinned(curve),
      },
      problem,
      kept: null,
    });
  }

  get summaries(): RunSummary[] {
    return [...this.#runs.values()].map(({ summary }) => summary);
  }

  /** @throws ChainruleError `argument` for a run that is not kept */
  named(id: string): KeptRun {
    const run = this.#runs.get(id);
    if (run) return run;
    throw refusal("argument", `There is no run "${wording.clip(String(id))}".`, "It may have been dropped.");
  }

  drop(id: string): void {
    this.#runs.delete(id);
  }
}

/** Few points of many, the last one among them. */
const few = <T>(points: readonly T[]): T[] => {
  const stride = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, i) => i % stride === 0 || i === points.length - 1);
};

const thinned = ({ steps, training, validation }: RunSummary["curve"]): RunSummary["curve"] => ({
  steps: few(steps),
  training: few(training),
  validation: few(validation),
});

/** Measurements as curves of few points, the last one among them. */
export function curveOf(measured: readonly Measured[]): RunSummary["curve"] {
  const points = few(measured);
  return {
    steps: points.map(({ step }) => step),
    training: points.map(({ training }) => training.loss),
    validation: points.every(({ validation }) => validation !== null)
      ? points.map(({ validation }) => validation?.loss ?? Number.NaN)
      : [],
  };
}
