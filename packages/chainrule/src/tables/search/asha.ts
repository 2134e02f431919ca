import { ChainruleError } from "../../util/errors.ts";

/** Work to be done: training of a trial up to a rung. Both count from 0. */
export interface TrialJob {
  /** The trial, from 0. */
  readonly trial: number;
  /** The rung up to whose end it is trained, from 0. */
  readonly rung: number;
}

/** What a job came to. Higher is better; −∞ or NaN for a trial that failed, which is never promoted. */
export interface RungResult extends TrialJob {
  /** The score at the end of the rung. */
  readonly score: number;
}

/** How large a search is, and how fast it halves. */
export interface AshaOptions {
  /** How many trials there are to be; Infinity where the time alone is limited. */
  readonly trials: number;
  /** How many rungs there are: 1 or more. */
  readonly rungs: number;
  /** One in `eta` trials of a rung goes on to the next: above 1. Default 2. */
  readonly eta?: number;
}

/**
 * Epochs at which rungs end, the last at all of them: each stretch is `eta` times as long as the one before, but for rounding. With
 * eta = 2 and four rungs these are the ends of the waves of the schedule coslog4, where the rate is 0 and weights are settled, so that
 * scores can be compared. Fewer epochs than rungs have fewer rungs.
 *
 * @example
 * rungsFor(60); // → [4, 12, 28, 60]
 * rungsFor(81, { rungs: 3, eta: 3 }); // → [6, 25, 81]
 * rungsFor(2); // → [1, 2]
 */
export function rungsFor(epochs: number, { rungs = 4, eta = 2 } = {}): number[] {
  const shareAt = (k: number): number =>
    eta === 1 ? (k + 1) / rungs : (eta ** (k + 1) - 1) / (eta ** rungs - 1);
  const ends = Array.from({ length: rungs }, (_, k) => Math.max(1, Math.round(epochs * shareAt(k))));
  return [...new Set(ends)];
}

/**
 * Asynchronous successive halving (L. Li et al., A System for Massively Parallel Hyperparameter Tuning, MLSys 2020, algorithm 2):
 * whoever is free asks for the next job. It is the promotion of a trial that is among the best 1/eta of its rung, of the highest
 * rung that has one; else a new trial. Nobody waits for a rung to be complete.
 *
 * What was decided follows from the results, the jobs that run, and their order; there are no draws.
 *
 * @example
 * const asha = new Asha({ trials: 4, rungs: 2 });
 * for (const score of [0.7, 0.9]) {
 *   const job = asha.next();
 *   if (job !== null) asha.report({ ...job, score }); // trained up to the end of its rung
 * }
 * asha.next(); // → { trial: 1, rung: 1 }
 * asha.next(); // → { trial: 2, rung: 0 }
 * asha.report({ trial: 3, rung: 1, score: 0.8 }); // throws state: … none at the rung before
 */
export class Asha {
  /** How many rungs there are. */
  readonly rungs: number;
  /** How many trials there are to be. */
  readonly trials: number;
  /** One in so many trials of a rung goes on to the next. */
  readonly eta: number;
  /** Scores by rung and trial, in the order in which they came. */
  readonly #scores: readonly Map<number, number>[];
  readonly #running = new Map<string, TrialJob>();

  /** @throws ChainruleError `argument` for an eta that is not above 1 */
  constructor({ trials, rungs, eta = 2 }: AshaOptions) {
    if (!(eta > 1)) {
      throw new ChainruleError("argument", `eta is ${eta}.`, "Give a number above 1, such as 2 or 4.");
    }
    this.trials = trials;
    this.rungs = rungs;
    this.eta = eta;
    this.#scores = Array.from({ length: rungs }, () => new Map<number, number>());
  }

  /** The next job, which then counts as running; null when there is none until others are done, or at all. */
  next(): TrialJob | null {
    const job = this.#promotion() ?? this.#newTrial();
    if (job !== null) this.#running.set(keyOf(job), job);
    return job;
  }

  #promotion(): TrialJob | null {
    for (let rung = this.rungs - 2; rung >= 0; rung--) {
      const ranked = this.ranking(rung);
      const free = ranked
        .slice(0, Math.floor(this.#scores[rung].size / this.eta))
        .find(({ trial }) => !this.#isBegun({ trial, rung: rung + 1 }));
      if (free) return { trial: free.trial, rung: rung + 1 };
    }
    return null;
  }

  #newTrial(): TrialJob | null {
    for (let trial = 0; trial < this.trials; trial++)
      if (!this.#isBegun({ trial, rung: 0 })) return { trial, rung: 0 };
    return null;
  }

  #isBegun(job: TrialJob): boolean {
    return this.#scores[job.rung].has(job.trial) || this.#running.has(keyOf(job));
  }

  /**
   * Takes in what a job came to: one that ran, or one of an earlier search that goes on.
   *
   * @throws ChainruleError `state` for a rung that there is not, and for a trial without a result at the rung before
   */
  report({ trial, rung, score }: RungResult): void {
    if (!(rung in this.#scores) || (rung > 0 && !this.#scores[rung - 1].has(trial))) {
      throw new ChainruleError(
        "state",
        `There is a result of trial ${trial} at rung ${rung + 1}, and none at the rung before.`,
        "Report the rungs of a trial in their order.",
      );
    }
    this.#running.delete(keyOf({ trial, rung }));
    this.#scores[rung].set(trial, score);
  }

  /** Takes back a job that was given up: it may be given out again. */
  drop(job: TrialJob): void {
    this.#running.delete(keyOf(job));
  }

  /** Results of a rung that did not fail, the best first; of equal ones the earlier trial. */
  ranking(rung: number): RungResult[] {
    return Array.from(this.#scores[rung], ([trial, score]) => ({ trial, rung, score }))
      .filter(({ score }) => score > Number.NEGATIVE_INFINITY)
      .sort((a, b) => b.score - a.score || a.trial - b.trial);
  }

  /** The latest result of each trial: those of the highest rung first, in a rung the best first. */
  standings(): RungResult[] {
    const seen = new Set<number>();
    const found: RungResult[] = [];
    for (let rung = this.rungs - 1; rung >= 0; rung--) {
      for (const result of this.ranking(rung)) {
        if (!seen.has(result.trial)) found.push(result);
        seen.add(result.trial);
      }
    }
    return found;
  }

  /** Jobs that run. */
  get running(): readonly TrialJob[] {
    return [...this.#running.values()];
  }
}

const keyOf = ({ trial, rung }: TrialJob): string => `${trial} ${rung}`;
