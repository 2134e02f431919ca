import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { ChainruleError } from "chainrule";
import { bestEpoch, followed, type Scores, type Settings, type Task } from "chainrule/tables";
import { fileError } from "../sources/file.ts";
import type { RunConfig } from "./config.ts";
import { readHistory, secondsOf } from "./history.ts";
import { names } from "./names.ts";
import { readConfig } from "./run.ts";
import { readScores } from "./scores.ts";
import { type Standing, standingOf } from "./state.ts";

/** A score, and between what bounds it is with the confidence that its interval has, where there is one. */
export interface Score {
  readonly name: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** What there is to know of a run without its model. */
export interface RunSummary {
  readonly name: string;
  readonly folder: string;
  readonly state: Standing;
  /** Since when there is the run. */
  readonly created: string;
  readonly data: string;
  readonly task: Task;
  readonly target: string;
  readonly settings: Settings;
  readonly config: RunConfig;
  /** Complete epochs, and how many there may be. */
  readonly epochs: number;
  /** The epoch whose weights are kept; 0 for none. */
  readonly bestEpoch: number;
  /** Accuracy or R² of the test rows, and then all scores; none before the end of training. */
  readonly score: Score | null;
  readonly scores: readonly Score[];
  readonly seconds: number;
}

/** A folder that looks like a run and can not be read. */
export interface Unreadable {
  readonly name: string;
  readonly folder: string;
  readonly problem: string;
}

export const isReadable = (run: RunSummary | Unreadable): run is RunSummary => !("problem" in run);

/**
 * The runs in a folder, in the order of their names. Folders without any of a run's files are passed over, and links to files.
 *
 * @throws ChainruleError `file` for a folder that can not be read
 */
export async function runsIn(folder: string): Promise<(RunSummary | Unreadable)[]> {
  let found: string[];
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    found = entries.filter((entry) => !entry.isFile() && !entry.name.startsWith(".")).map(({ name }) => name);
  } catch (error) {
    throw fileError(error, folder);
  }
  const known = new Set<string>(Object.values(names));
  const runs = found.sort(inOrder).map(async (name) => {
    const path = join(folder, name);
    try {
      return await summaryOf(path);
    } catch (error) {
      if (!(error instanceof ChainruleError)) throw error;
      const files = await readdir(path).catch(({ code }: NodeJS.ErrnoException) =>
        code === "ENOTDIR" || code === "ENOENT" ? [] : [...known],
      );
      if (!files.some((file) => known.has(file))) return null;
      return { name, folder: path, problem: [...error.where, error.problem].join(": ") };
    }
  });
  return (await Promise.all(runs)).filter((run) => run !== null);
}

/** Names with numbers in the order of these: `digits-2` before `digits-10`. */
const inOrder = new Intl.Collator("en", { numeric: true }).compare;

/** @throws ChainruleError `file` for a folder that holds no run that can be read */
export async function summaryOf(folder: string): Promise<RunSummary> {
  const config = await readConfig(folder);
  const state = await standingOf(folder);
  const { created, data, model, settings } = config;
  const { task, name: target } = model.target;
  const history = await readHistory(folder);
  const scores = state === "done" ? await readScores(folder) : null;
  const all = scoresIn(scores?.test);
  return {
    name: basename(folder),
    folder,
    state,
    created,
    data: data.file,
    task,
    target,
    settings,
    config,
    epochs: scores?.epochs ?? history.length,
    bestEpoch: scores?.bestEpoch ?? bestEpoch(history, settings.keepBest, task)?.epoch ?? 0,
    score: all.find(({ name }) => name === followed(task)) ?? null,
    scores: all,
    seconds: scores?.seconds ?? secondsOf(history),
  };
}

/** All single numbers among scores. */
function scoresIn(test: Partial<Scores> = {}): Score[] {
  const intervals = (test.intervals ?? {}) as Readonly<Record<string, Partial<Score> | undefined>>;
  return Object.entries(test).flatMap(([name, value]) => {
    if (typeof value !== "number") return [];
    const { low, high } = intervals[name] ?? {};
    return [{ name, value, ...(low === undefined || high === undefined ? {} : { low, high }) }];
  });
}
