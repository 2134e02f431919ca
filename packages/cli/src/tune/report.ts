import type { ChartOptions, Curve, Picture } from "@chainrule/studio/report";
import type { Scores, Value } from "chainrule/tables";
import { counted, duration, percent, significant } from "../terminal/format.ts";
import { mainScore, scoreName, scoreText } from "../terminal/score.ts";
import type { TrialLine } from "./files.ts";
import { firstRung, groupText, type Matter, mattersOf } from "./matter.ts";
import type { Search } from "./search.ts";
import { standings, valueText } from "./table.ts";

/**
 * The report of a search as a page: scores against each setting, and all trials.
 *
 * @param test the scores of the test rows; null before there are some
 */
export async function reportPage(search: Search, test: Scores | null): Promise<string> {
  const { config, lines, plan, asha } = search;
  const { task } = plan;
  const score = scoreName(task);
  const matters = mattersOf(search);
  const rows = standings(asha, lines);
  const names = matters.map(({ name }) => name);
  const title = `Search for ${config.run.asked.target} of ${config.run.data.file}`;
  const [best] = rows;
  const head = ["rank", "trial", `validation ${score}`, "loss", "epochs", "best epoch", ...names, "time"];
  const cells = (row: TrialLine, i: number): string[] => [
    String(i + 1),
    row.trial === 0 ? "default" : String(row.trial),
    scoreText(task, row.metric),
    row.loss === null ? "failed" : significant(row.loss),
    String(row.epochs),
    String(row.bestEpoch),
    ...names.map((name) => valueText(row.values[name])),
    duration(row.seconds),
  ];
  const trials = counted(firstRung(lines).length, "trial");
  const found =
    best === undefined
      ? ""
      : `The best one is ${best.trial === 0 ? "the default" : `trial ${best.trial}`}: validation ${score} ${scoreText(task, best.metric)}.`;
  const tested =
    test === null
      ? ""
      : `On the test rows, which the search did not see: ${score} ${scoreText(task, mainScore(test))}.`;
  const { searchHtml } = await import("@chainrule/studio/report");
  return searchHtml({
    title,
    sentences: [
      `${trials} in ${duration(search.elapsed)}; rungs after ${config.rungs.join(", ")} epochs, of each the best 1 in ${config.eta} goes on.`,
      `${found} ${tested}`.trim(),
    ].filter((text) => text !== ""),
    notes: [
      "The validation score of the best of many is better than what it will be on other rows; the test score is not.",
    ],
    mattersNote: `The share of the variance of the trials’ ranks after ${config.rungs[0]} epochs that lies between groups of like values, less what chance puts there (Kelley’s ε²). A point is a trial that did not fail; the default has another colour.`,
    matters: matters.map((matter) => scatter(matter, search)),
    trials: { head, rows: rows.map(cells) },
  });
}

/** The scores of the first rung against one setting. */
function scatter({ name, importance, groups, log }: Matter, { lines, plan: { task } }: Search): Picture {
  const rows = firstRung(lines).filter(({ metric }) => metric !== null);
  const numeric = rows.every(({ values }) => typeof values[name] === "number");
  const levels = groups.map(({ values }) => JSON.stringify(values[0]));
  const spot = (value: Value): number => {
    if (!numeric) return levels.indexOf(JSON.stringify(value));
    return log ? Math.log10(value as number) : (value as number);
  };
  const points = (label: string, some: readonly TrialLine[]): Curve => ({
    label,
    x: some.map(({ values }) => spot(values[name] as Value)),
    y: some.map(({ metric }) => metric as number),
    line: false,
    points: true,
    titles: some.map(
      ({ trial, values, metric }) =>
        `trial ${trial}: ${name} ${valueText(values[name])}, ${scoreText(task, metric)}`,
    ),
  });
  const axis: Partial<ChartOptions> = numeric
    ? { labelX: (x) => valueText(log ? 10 ** x : x) }
    : {
        spanX: [-0.5, levels.length - 0.5],
        ticksX: levels.map((_, i) => i),
        labelX: (x) => groupText(groups[x].values),
      };
  return {
    title: `${name}: ${importance > 0 ? percent(importance) : "–"}`,
    curves: [
      points(
        "trials",
        rows.filter(({ trial }) => trial !== 0),
      ),
      points(
        "default",
        rows.filter(({ trial }) => trial === 0),
      ),
    ],
    x: name,
    y: `validation ${scoreName(task)}`,
    // No more than all rows are told right.
    labelY: (y) => (task === "classification" && y > 1 ? "" : scoreText(task, y)),
    ...axis,
  };
}
