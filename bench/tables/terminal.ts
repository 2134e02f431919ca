/** The results of one variant in the terminal. */
import {
  byReference,
  compare,
  meanRanks,
  meanScore,
  type OurRun,
  type ReferenceReport,
  type Run,
  references,
  runsOn,
  sameSeeds,
  standardError,
  standing,
  type VariantReport,
} from "./results.ts";
import type { TableEntry } from "./tables.ts";

/** One training, as soon as it is over. */
export const runLine = ({ table, seed, score, seconds, epochs, bestEpoch }: OurRun): string =>
  `  ${table.padEnd(15)} seed ${seed}  ${score.toFixed(4)}  epoch ${bestEpoch} of ${epochs}  ${seconds.toFixed(1)} s`;

export const marks = { better: "▲", equal: "", worse: "▼" } as const;

/** A line for each of the entries that has runs, and what they come to. */
export function lines(
  report: VariantReport,
  reference: ReferenceReport | null,
  entries: readonly TableEntry[],
): string[] {
  const runs = report.runs.filter(({ table }) => entries.some(({ name }) => name === table));
  const theirs = byReference(reference);
  const widths = [15, 19, 11, 11, 11, 11, 11, 9, 10];
  const aligned = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("");
  const head = aligned(["table", "chainrule ± s.e.", ...references, "seconds", "mlp", "boosting"]);
  const body = entries
    .filter(({ name }) => runsOn(runs, name).length > 0)
    .map(({ name }) => {
      const ours = runsOn(runs, name);
      const cells = references.map((other) => {
        const same = sameSeeds(theirs[other], ours, name);
        const mark = marks[compare(ours, same)?.verdict ?? "equal"];
        return same.length === 0 ? "–" : `${meanScore(same).toFixed(4)} ${mark.padEnd(1)}`;
      });
      const times = [ours, runsOn(theirs.mlp, name), runsOn(theirs.boosting, name)].map(seconds);
      return aligned([name, scoreText(ours), ...cells, ...times]);
    });
  return [head, ...body, "", ...summary(runs, theirs)];
}

/** The mean with its standard error over the seeds. */
export function scoreText(runs: readonly Run[]): string {
  const error = standardError(runs.map(({ score }) => score));
  return `${meanScore(runs).toFixed(4)} ± ${Number.isNaN(error) ? "–" : error.toFixed(4)}`;
}

/** Seconds of the quickest run: what else the machine does can only add to them. */
export const seconds = (runs: readonly Run[]): string =>
  runs.length === 0 ? "–" : Math.min(...runs.map((run) => run.seconds)).toFixed(2);

/** Against each reference: where better and worse, the ratio of average scores; then the mean ranks. */
export function summary(runs: readonly Run[], theirs: ReturnType<typeof byReference>): string[] {
  const against = references.flatMap((name) => {
    const { tables, better, worse, ratio } = standing(runs, theirs[name]);
    if (tables.length === 0) return [];
    const where = worse.length > 0 ? ` (${worse.join(", ")})` : "";
    return [
      `Beside ${name}, over ${tables.length} table${tables.length === 1 ? "" : "s"}: average score × ${ratio.toFixed(3)}, better ▲ on ${better.length}, worse ▼ on ${worse.length}${where} by more than two standard errors of the difference.`,
    ];
  });
  if (against.length === 0) return [];
  const ranks = Object.entries(meanRanks({ chainrule: runs, ...theirs }));
  return [...against, `Mean rank: ${ranks.map(([name, rank]) => `${name} ${rank.toFixed(2)}`).join(", ")}.`];
}
