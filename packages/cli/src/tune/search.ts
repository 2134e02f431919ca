import { type FileHandle, mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import {
  Asha,
  chooseSettings,
  drawPoint,
  type Plan,
  type Point,
  pointOf,
  type Settings,
  settingsIn,
  type TrialJob,
  withPoint,
} from "chainrule/tables";
import type { EpochReport } from "chainrule/train";
import { replaceWhole } from "../runs/folder.ts";
import { fileError } from "../sources/file.ts";
import { planForWorkers, Trainer } from "./crew.ts";
import {
  checkpointOf,
  linesText,
  readTrials,
  resultOf,
  type TrialLine,
  type TuneConfig,
  tuneNames,
} from "./files.ts";
import type { TrialState } from "./messages.ts";

/** Is told how a search goes. */
export interface Watcher {
  onEpoch(job: TrialJob, report: EpochReport): void;
  onRung(line: TrialLine): void;
}

/** Why a search ended: no trial is left to be trained, its time is over, or the user stopped it. */
export type SearchEnd = "done" | "time" | "stopped";

/** The longest that a timer can wait, in milliseconds. */
const MOST_DELAY = 2 ** 31 - 1;

/** A search in its folder: what was found, and what is to be trained next. */
export class Search {
  readonly folder: string;
  readonly config: TuneConfig;
  readonly plan: Plan;
  readonly lines: TrialLine[] = [];
  readonly asha: Asha;
  #before = 0;
  readonly #begun = performance.now();
  /** Called when a job is done, for those who wait for something to do. */
  readonly #waiting = new Set<() => void>();
  #end: SearchEnd | null = null;
  #file: FileHandle | null = null;

  constructor(folder: string, config: TuneConfig, plan: Plan) {
    this.folder = folder;
    this.config = config;
    this.plan = plan;
    const { trials, rungs, eta } = config;
    this.asha = new Asha({ trials: trials ?? Number.POSITIVE_INFINITY, rungs: rungs.length, eta });
  }

  /** Takes up what earlier processes found; half a line is cut off. */
  async open(): Promise<void> {
    for (const line of await readTrials(this.folder)) {
      this.lines.push(line);
      this.asha.report(resultOf(line));
    }
    this.#before = this.lines.at(-1)?.elapsed ?? 0;
    const path = join(this.folder, tuneNames.trials);
    await replaceWhole(path, linesText(this.lines));
    try {
      await mkdir(join(this.folder, tuneNames.checkpoints), { recursive: true });
      this.#file = await open(path, "a");
    } catch (error) {
      throw fileError(error, path);
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }

  /** Seconds that the search took so far, in all of its processes. */
  get elapsed(): number {
    return this.#before + (performance.now() - this.#begun) / 1000;
  }

  /** The settings of a trial. The first has those that there would be without a search. */
  settingsOf(trial: number): Settings {
    const { run, space } = this.config;
    const point = trial === 0 ? {} : drawPoint(space, run.settings.seed, trial);
    const given = withPoint(settingsIn(run.asked), point, run.settings);
    return chooseSettings(given, this.plan.split.training.length, this.plan.task);
  }

  /** The values of a trial. */
  pointOf(trial: number): Point {
    return pointOf(this.settingsOf(trial), this.config.space);
  }

  /**
   * Trains trials until none is left to be trained, the time is over, or the signal says to stop. What is at hand then is saved, and goes
   * on in a later process.
   */
  async run(workers: number, watcher: Watcher, signal: AbortSignal): Promise<SearchEnd> {
    const { minutes } = this.config;
    const left = minutes === null ? null : 60 * minutes - this.elapsed;
    this.#end = signal.aborted ? "stopped" : left !== null && left <= 0 ? "time" : null;
    const plan = planForWorkers(this.plan);
    const trainers: Trainer[] = [];
    const stop = (end: SearchEnd): void => {
      this.#end ??= end;
      for (const trainer of trainers) trainer.stop();
      this.#wake();
    };
    const onAbort = (): void => stop("stopped");
    signal.addEventListener("abort", onAbort);
    const timer =
      left === null
        ? undefined
        : setTimeout(() => stop("time"), Math.min(1000 * Math.max(0, left), MOST_DELAY));
    try {
      const member = async (): Promise<void> => {
        let trainer: Trainer | null = null;
        for (;;) {
          const job = await this.#nextJob();
          if (job === null) return;
          if (trainer === null) {
            trainer = new Trainer(plan);
            trainers.push(trainer);
          }
          await this.#train(trainer, job, watcher);
        }
      };
      const members = Array.from({ length: workers }, member);
      try {
        await Promise.all(members);
      } catch (error) {
        // One trial's error ends the search; the others are saved first.
        stop("stopped");
        await Promise.allSettled(members);
        throw error;
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      await Promise.all(trainers.map((trainer) => trainer.close()));
    }
    return this.#end ?? "done";
  }

  /** The next job; null when the search is at its end. Where others may still give rise to one, it waits. */
  async #nextJob(): Promise<TrialJob | null> {
    for (;;) {
      if (this.#end !== null) return null;
      const job = this.asha.next();
      if (job !== null) return job;
      if (this.asha.running.length === 0) return null;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  async #train(trainer: Trainer, job: TrialJob, watcher: Watcher): Promise<void> {
    const { trial, rung } = job;
    try {
      const state = await trainer.train(
        {
          settings: this.settingsOf(trial),
          epochs: this.config.rungs[rung],
          checkpoint: checkpointOf(this.folder, trial),
        },
        (report) => watcher.onEpoch(job, report),
      );
      if (state === null) this.asha.drop(job);
      else await this.#add(job, state, watcher);
    } catch (error) {
      this.asha.drop(job);
      throw error;
    } finally {
      this.#wake();
    }
  }

  async #add({ trial, rung }: TrialJob, state: TrialState, watcher: Watcher): Promise<void> {
    const elapsed = Math.round(1000 * this.elapsed) / 1000;
    const line: TrialLine = { trial, rung, ...state, elapsed, values: this.pointOf(trial) };
    // The line first: what the search builds on is then on the disk.
    try {
      await this.#file?.appendFile(linesText([line]));
      await this.#file?.datasync();
    } catch (error) {
      throw fileError(error, join(this.folder, tuneNames.trials));
    }
    this.lines.push(line);
    this.asha.report(resultOf(line));
    watcher.onRung(line);
  }
}
