import { importanceOf, type SettingImportance, type TunableName, type Value } from "chainrule/tables";
import { shareBar } from "../terminal/blocks.ts";
import { padEnd, padStart, percent } from "../terminal/format.ts";
import type { Output } from "../terminal/output.ts";
import { plotLines } from "../terminal/plot.ts";
import { scoreName, scoreText } from "../terminal/score.ts";
import type { TrialLine } from "./files.ts";
import type { Search } from "./search.ts";
import { valueText } from "./table.ts";

/** A searched setting, and what it had to do with the scores. */
export interface Matter extends SettingImportance {
  readonly name: TunableName;
  /** Whether its values are shown by their logarithm. */
  readonly log: boolean;
}

/** The trials' lines of the first rung: there all of them can be compared. */
export const firstRung = (lines: readonly TrialLine[]): TrialLine[] => lines.filter(({ rung }) => rung === 0);

/** The searched settings, the most important first. */
export function mattersOf({ lines, config }: Search): Matter[] {
  const rows = firstRung(lines);
  const scores = rows.map(({ score }) => score ?? Number.NEGATIVE_INFINITY);
  return (Object.keys(config.space) as TunableName[])
    .map((name) => {
      const range = config.space[name] ?? [];
      const values = rows.map(({ values: point }) => point[name] as Value);
      return { name, log: "log" in range, ...importanceOf(values, scores) };
    })
    .sort((a, b) => b.importance - a.importance);
}

const BAR = 12;
const PLOT = 8;

/** The values of a group: `relu`, or `0.01 to 0.04`. */
export const groupText = (values: readonly Value[]): string =>
  values.length === 2 && values[0] !== values[1] ? values.map(valueText).join(" to ") : valueText(values[0]);

/** Prints what mattered: a bar and the best values for each setting, and the scores against the most important one of numbers. */
export function sayMatters(output: Output, search: Search): void {
  const matters = mattersOf(search);
  const rows = firstRung(search.lines);
  if (rows.length < 4 || matters.length === 0) return;
  const { unicode } = output;
  const { bold, cyan, dim } = output.style;
  output.say();
  output.say(
    `  ${bold("What mattered")} ${dim(`(share of the variance of ranks, after ${search.config.rungs[0]} epochs)`)}`,
  );
  const width = Math.max(...matters.map(({ name }) => name.length));
  for (const { name, importance, groups } of matters) {
    const bar = padEnd(shareBar(importance, BAR, unicode), BAR);
    const best = groups.toSorted((a, b) => b.rank - a.rank)[0];
    const share = padStart(importance > 0 ? percent(importance) : "–", 6);
    output.say(
      `  ${padEnd(name, width)}  ${cyan(bar)}  ${share}  ${importance > 0 ? dim(`best: ${groupText(best.values)}`) : ""}`.trimEnd(),
    );
  }
  const numeric = matters.find(
    ({ name, importance }) => importance > 0 && rows.every(({ values }) => typeof values[name] === "number"),
  );
  if (numeric === undefined) return;
  const points = rows.filter(({ metric }) => metric !== null);
  const lines = plotLines(
    [
      {
        x: points.map(({ values }) => values[numeric.name] as number),
        y: points.map(({ metric }) => metric as number),
        points: true,
        paint: cyan,
      },
    ],
    {
      width: Math.min(output.width, 70) - 4,
      height: PLOT,
      unicode,
      logX: numeric.log,
      labelY: (y) => scoreText(search.plan.task, y),
    },
  );
  output.say();
  output.say(
    dim(`  validation ${scoreName(search.plan.task)} against ${numeric.name}, a point for each trial`),
  );
  for (const line of lines) output.say(`  ${line}`);
}
