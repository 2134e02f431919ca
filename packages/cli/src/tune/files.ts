import { join } from "node:path";
import { ChainruleError } from "chainrule";
import { checkSpace, type Point, type RungResult, type Space } from "chainrule/tables";
import { checkConfig, type RunConfig } from "../runs/config.ts";
import { bytesIfThere, isThere, readJson } from "../runs/files.ts";
import type { TrialState } from "./messages.ts";

/** The files of a search, beside its lock and the folder of the best run. */
export const tuneNames = {
  config: "tune.json",
  trials: "trials.ndjson",
  checkpoints: "checkpoints",
  report: "report.html",
  /** The run that the search came to. */
  best: "best",
} as const;

/** `tune.json`: what a search is made of. */
export interface TuneConfig {
  readonly format: "chainrule tune";
  readonly version: 1;
  /** The run that the settings without a search would make; its data and what was asked are those of all trials. */
  readonly run: RunConfig;
  readonly space: Space;
  /** How many trials there are to be at most; null where the time alone is limited. */
  readonly trials: number | null;
  /** Minutes that the search may take; null for no limit. */
  readonly minutes: number | null;
  /** One in `eta` trials goes on from rung to rung; these end after so many epochs. */
  readonly eta: number;
  readonly rungs: readonly number[];
}

/** A line of `trials.ndjson`: what a trial came to at the end of a rung. */
export interface TrialLine extends TrialState {
  readonly trial: number;
  /** Counts from 0. */
  readonly rung: number;
  /** Seconds since the search began, in all of its processes. */
  readonly elapsed: number;
  readonly values: Point;
}

export const checkpointOf = (folder: string, trial: number): string =>
  join(folder, tuneNames.checkpoints, `trial-${trial}.safetensors`);

/** What a line says to the search. */
export const resultOf = ({ trial, rung, score }: TrialLine): RungResult => ({
  trial,
  rung,
  score: score ?? Number.NEGATIVE_INFINITY,
});

/** Whether a folder has been made by `tune`. */
export const isTune = (folder: string): Promise<boolean> => isThere(join(folder, tuneNames.config));

/** Whether a search has come to its end, with its report: nothing is left to go on from. */
export const isDone = async (folder: string): Promise<boolean> =>
  !(await isThere(join(folder, tuneNames.checkpoints)));

/**
 * The configuration of a search, checked.
 *
 * @throws ChainruleError `file` for a folder that is no search
 */
export async function readTuneConfig(folder: string): Promise<TuneConfig> {
  const path = join(folder, tuneNames.config);
  const remedy = "Use the file as it was written, or begin a new search.";
  const wrong = (what: string): ChainruleError => new ChainruleError("file", `${path} ${what}.`, remedy);
  const parsed = (await readJson(path, {
    remedy,
    absent: (cause) =>
      new ChainruleError(
        "file",
        `${folder || '""'} is no search: there is no ${tuneNames.config} in it.`,
        "Name a folder that `chainrule tune` has written, such as tunes/digits-1.",
        { cause },
      ),
  })) as Partial<Record<keyof TuneConfig, unknown>> | null;
  if (parsed?.format !== "chainrule tune" || parsed.version !== 1)
    throw wrong("is not of a search of this version of chainrule");
  const { trials, minutes, eta, rungs } = parsed;
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;
  if (trials !== null && !isCount(trials)) throw wrong("has no number of trials");
  if (minutes !== null && !(typeof minutes === "number" && minutes > 0)) throw wrong("has no minutes");
  if (!(typeof eta === "number" && eta > 1)) throw wrong("has no eta above 1");
  const grows = (value: unknown, i: number): boolean =>
    isCount(value) && (i === 0 || (value as number) > (rungs as number[])[i - 1]);
  if (!Array.isArray(rungs) || rungs.length === 0 || !rungs.every(grows)) throw wrong("has no growing rungs");
  return {
    ...(parsed as TuneConfig),
    run: checkConfig(parsed.run),
    space: checkSpace(parsed.space, `space of ${path}`),
  };
}

/**
 * The lines of trials, in their order. A last line that a killed process did not write to its end is left out.
 *
 * @throws ChainruleError `file` for another line that can not be read
 */
export async function readTrials(folder: string): Promise<TrialLine[]> {
  const path = join(folder, tuneNames.trials);
  const bytes = await bytesIfThere(path);
  if (bytes === null) return [];
  // What follows the last end of a line is no line.
  return new TextDecoder()
    .decode(bytes)
    .split("\n")
    .slice(0, -1)
    .map((line, i) => lineOf(line, `line ${i + 1} of ${path}`));
}

function lineOf(text: string, place: string): TrialLine {
  try {
    const line = JSON.parse(text) as TrialLine;
    const { trial, rung, epochs, score, elapsed, seconds, values } = line;
    const counts = [trial, rung, epochs].every((n) => Number.isSafeInteger(n) && n >= 0);
    const numbers = [elapsed, seconds].every((n) => typeof n === "number");
    const scored = score === null || typeof score === "number";
    if (counts && numbers && scored && typeof values === "object" && values !== null) return line;
  } catch {
    // said below
  }
  throw new ChainruleError(
    "file",
    `${place} is not what a search writes.`,
    "Remove it and the lines after it: those trials are then trained again.",
  );
}

export const linesText = (lines: readonly TrialLine[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join("");
