import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { ChainruleError } from "chainrule";
import { followed, meritOf, type Settings, type Task } from "chainrule/tables";
import type { EpochReport } from "chainrule/train";
import { fileError } from "../sources/file.ts";
import type { RunConfig } from "./config.ts";
import { names, readConfig } from "./run.ts";
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

/** Whether a folder has been made by `train`. */
export const isRun = (folder: string): Promise<boolean> =>
  stat(join(folder, names.config)).then(
    () => true,
    () => false,
  );

/**
 * The runs in a folder, in the order of their names. Folders without any of a run's files are passed over.
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
      const files = await readdir(path).catch(() => [...known]);
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
  const history = await readHistory(join(folder, names.history));
  const scores = state === "done" ? await readScores(join(folder, names.scores)) : null;
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
    bestEpoch: scores?.bestEpoch ?? bestOf(history, settings, task),
    score: all.find(({ name }) => name === followed(task)) ?? null,
    scores: all,
    seconds: scores?.seconds ?? history.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

interface ReadScores {
  readonly test: Readonly<Record<string, unknown>>;
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly seconds: number;
}

async function readScores(path: string): Promise<ReadScores> {
  try {
    const scores = JSON.parse(await readFile(path, "utf8")) as Partial<Record<keyof ReadScores, unknown>>;
    const numbers = [scores.epochs, scores.bestEpoch, scores.seconds];
    if (typeof scores.test === "object" && scores.test !== null && numbers.every(Number.isFinite))
      return scores as unknown as ReadScores;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw fileError(error, path);
  }
  throw new ChainruleError(
    "file",
    `${path} holds no scores.`,
    "Score the run again by `chainrule evaluate`.",
  );
}

function scoresIn(test: ReadScores["test"] = {}): Score[] {
  const intervals = (test.intervals ?? {}) as Readonly<Record<string, Partial<Score> | undefined>>;
  return Object.entries(test).flatMap(([name, value]) => {
    if (typeof value !== "number") return [];
    const { low, high } = intervals[name] ?? {};
    return [{ name, value, ...(low === undefined || high === undefined ? {} : { low, high }) }];
  });
}

/** The epochs that are written down. A line that was cut off when the process was killed is none. */
async function readHistory(path: string): Promise<EpochReport[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as EpochReport];
    } catch {
      return [];
    }
  });
}

function bestOf(history: readonly EpochReport[], { keepBest }: Settings, task: Task): number {
  const merit = (report: EpochReport): number => meritOf(report, keepBest, followed(task));
  let best: EpochReport | undefined;
  for (const report of history) if (best === undefined || merit(report) > merit(best)) best = report;
  return best?.epoch ?? 0;
}
