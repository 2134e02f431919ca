import type { TrialJob } from "chainrule/tables";
import { duration, percent } from "../terminal/format.ts";
import type { Output } from "../terminal/output.ts";
import { scoreText } from "../terminal/score.ts";
import type { TrialLine } from "./files.ts";
import type { Search, Watcher } from "./search.ts";
import { standings, trialLines, valueText } from "./table.ts";

/** Milliseconds between two pictures. */
const EVERY = 100;
/** So many of the best trials are shown. */
const SHOWN = 8;

/** A search as it goes: the best trials, rewritten in place; elsewhere a line for each new best one, and for each tenth of the search. */
export class SearchBoard implements Watcher {
  readonly #output: Output;
  readonly #search: Search;
  /** Epochs of the jobs at hand, by trial. */
  readonly #now = new Map<number, number>();
  #shown = 0;
  #tenth: number;

  constructor(output: Output, search: Search) {
    this.#output = output;
    this.#search = search;
    this.#tenth = Math.floor(10 * this.#share);
  }

  onEpoch({ trial }: TrialJob, { epoch }: { epoch: number }): void {
    this.#now.set(trial, epoch);
    this.#show();
  }

  onRung(line: TrialLine): void {
    this.#now.delete(line.trial);
    const [best] = this.#standings();
    const isBetter = best === line;
    if (this.#output.live) this.#show(isBetter);
    else if (isBetter || Math.floor(10 * this.#share) > this.#tenth)
      this.#output.say(this.#plain(line, isBetter));
    this.#tenth = Math.floor(10 * this.#share);
  }

  /** Takes the picture away. */
  clear(): void {
    this.#output.clearStatus();
  }

  #standings(): TrialLine[] {
    return standings(this.#search.asha, this.#search.lines);
  }

  /** How much of the search is done: of the trials, or of the time. */
  get #share(): number {
    const { trials, minutes } = this.#search.config;
    const begun = this.#search.lines.filter(({ rung }) => rung === 0).length;
    const byTrials = trials === null ? 0 : begun / trials;
    const byTime = minutes === null ? 0 : this.#search.elapsed / (60 * minutes);
    return Math.min(1, Math.max(byTrials, byTime));
  }

  #plain(line: TrialLine, isBest: boolean): string {
    const { config, plan, elapsed } = this.#search;
    const values = Object.entries(line.values).map(([name, value]) => `${name} ${valueText(value)}`);
    const begun = this.#search.lines.filter(({ rung }) => rung === 0).length;
    const of = config.trials === null ? "" : `/${config.trials}`;
    return `  ${duration(elapsed)}  ${begun}${of} trials  ${isBest ? "best so far" : "trial"} ${line.trial}: ${scoreText(plan.task, line.metric)} after ${line.epochs} epochs (${values.join(", ")})`;
  }

  #show(now = false): void {
    const time = performance.now();
    if (!this.#output.live || (!now && time - this.#shown < EVERY)) return;
    this.#shown = time;
    const { config, plan, lines, elapsed } = this.#search;
    const { dim } = this.#output.style;
    const epochs = config.rungs[config.rungs.length - 1];
    const table = trialLines(this.#standings().slice(0, SHOWN), {
      space: config.space,
      task: plan.task,
      epochs,
      width: this.#output.width - 1,
    });
    const begun = lines.filter(({ rung }) => rung === 0).length;
    const running = [...this.#now].map(([trial, epoch]) => `${trial}: ${epoch}`).slice(0, 6);
    const parts = [
      config.trials === null ? `${begun} trials` : `${begun} of ${config.trials} trials`,
      duration(elapsed),
      ...(config.minutes === null ? [] : [`${percent(elapsed / (60 * config.minutes))} of the time`]),
      ...(running.length > 0 ? [`training ${running.join(", ")}`] : []),
    ];
    const status = `  ${parts.join("  ")}`.slice(0, this.#output.width - 1);
    this.#output.setStatus([...(table.length > 1 ? table : []), dim(status)].join("\n"));
  }
}
