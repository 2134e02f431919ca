import type { Asha, Point, Space, Task, TunableName, Value } from "chainrule/tables";
import { duration, significant } from "../terminal/format.ts";
import { scoreName, scoreText } from "../terminal/score.ts";
import { type TableColumn, tableLines } from "../terminal/table.ts";
import type { TrialLine } from "./files.ts";

/** A value as a table shows it. */
export function valueText(value: Value | undefined): string {
  if (typeof value === "number") return String(Number(value.toPrecision(3)));
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join("-");
  return value === null || value === undefined ? "none" : String(value);
}

/** The latest line of each trial, the furthest and best first; those that failed come last. */
export function standings(asha: Asha, lines: readonly TrialLine[]): TrialLine[] {
  const ranked = asha
    .standings()
    .map(({ trial, rung }) => lines.find((line) => line.trial === trial && line.rung === rung) as TrialLine);
  return [
    ...ranked,
    ...lines.filter(({ score, trial }) => score === null && !ranked.some((r) => r.trial === trial)),
  ];
}

/** The table of trials: rank, settings, score, epochs, seconds. */
export function trialLines(
  rows: readonly TrialLine[],
  { space, task, epochs, width }: { space: Space; task: Task; epochs: number; width: number },
): string[] {
  const value = (name: TunableName): TableColumn<TrialLine> => ({
    title: name,
    text: ({ values }) => valueText((values as Point)[name]),
    align: "right",
    importance: 4,
  });
  const ranks = new Map(rows.map((row, i) => [row, i + 1]));
  const columns: TableColumn<TrialLine>[] = [
    { title: "rank", text: (row) => String(ranks.get(row)), align: "right", importance: 1 },
    {
      title: "trial",
      text: ({ trial }) => (trial === 0 ? "default" : String(trial)),
      align: "right",
      importance: 3,
    },
    {
      title: scoreName(task),
      text: ({ metric }) => scoreText(task, metric),
      align: "right",
      importance: 0,
    },
    {
      title: "loss",
      text: ({ loss }) => (loss === null ? "failed" : significant(loss)),
      align: "right",
      importance: 5,
    },
    {
      title: "epochs",
      text: (row) => `${row.epochs}/${epochs}`,
      align: "right",
      importance: 2,
    },
    ...(Object.keys(space) as TunableName[]).map(value),
    { title: "time", text: ({ seconds }) => duration(seconds), align: "right", importance: 6 },
  ];
  return tableLines(columns, rows, width);
}
