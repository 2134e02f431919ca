import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { EpochReport } from "chainrule/train";
import { names } from "./names.ts";

/** `history.ndjson` of a run: a line for each epoch. */
export const historyText = (history: readonly EpochReport[]): string =>
  history.map((report) => `${JSON.stringify(report)}\n`).join("");

/** The epochs that are written down. A line that was cut off when the process was killed is none. */
export async function readHistory(folder: string): Promise<EpochReport[]> {
  const text = await readFile(join(folder, names.history), "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as EpochReport];
    } catch {
      return [];
    }
  });
}

/** Seconds that epochs took. */
export const secondsOf = (history: readonly EpochReport[]): number =>
  history.reduce((sum, { seconds }) => sum + seconds, 0);
