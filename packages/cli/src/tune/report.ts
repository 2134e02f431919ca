import type { Value } from "chainrule/tables";
import { escaped, page, table } from "../report/html.ts";
import { counted, duration, percent, significant } from "../terminal/format.ts";
import type { TrialLine } from "./files.ts";
import { firstRung, groupText, type Matter, mattersOf } from "./matter.ts";
import type { Search } from "./search.ts";
import { metricText, standings, valueText } from "./table.ts";

/**
 * The report of a search as a page: scores against each setting, and all trials.
 *
 * @param test the score of the test rows in words; null before there is one
 */
export function reportPage(search: Search, test: string | null): string {
  const { config, lines, plan, asha } = search;
  const score = plan.task === "classification" ? "accuracy" : "R²";
  const matters = mattersOf(search);
  const rows = standings(asha, lines);
  const names = matters.map(({ name }) => name);
  const title = `Search for ${config.run.asked.target} of ${config.run.data.file}`;
  const [best] = rows;
  const head = ["rank", "trial", `validation ${score}`, "loss", "epochs", "best epoch", ...names, "time"];
  const cells = (row: TrialLine, i: number): string[] => [
    String(i + 1),
    row.trial === 0 ? "default" : String(row.trial),
    metricText(row.metric, plan.task),
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
      : `The best one is ${best.trial === 0 ? "the default" : `trial ${best.trial}`}: validation ${score} ${metricText(best.metric, plan.task)}.`;
  const tested = test === null ? "" : `On the test rows, which the search did not see: ${test}.`;
  return page(
    title,
    `<h1>${escaped(title)}</h1>
<p>${trials} in ${escaped(duration(search.elapsed))}; rungs after ${config.rungs.join(", ")} epochs, of each the best 1 in ${config.eta} goes on.</p>
<p>${escaped(`${found} ${tested}`)}</p>
<p class="dim">The validation score of the best of many is better than what it will be on other rows; the test score is not.</p>
<h2>What mattered</h2>
<p class="dim">The share of the variance of the trials’ ranks after ${config.rungs[0]} epochs that lies between groups of like values, less what
chance puts there (Kelley’s ε²). A point is a trial that did not fail; the default has another colour.</p>
<div class="row">
${matters.map((matter) => scatter(matter, search)).join("\n")}
</div>
<h2>Trials</h2>
${table(head, rows.map(cells))}`,
  );
}

const WIDTH = 300;
const HEIGHT = 150;
const BOX = { left: 52, right: WIDTH - 6, top: 6, bottom: HEIGHT - 22 };

/** The scores of the first rung against one setting, as SVG. */
function scatter(matter: Matter, { lines, plan }: Search): string {
  const { name, importance, groups } = matter;
  const rows = firstRung(lines).filter(({ metric }) => metric !== null);
  const metrics = rows.map(({ metric }) => metric as number);
  const numeric = rows.every(({ values }) => typeof values[name] === "number");
  const levels = groups.map(({ values }) => JSON.stringify(values[0]));
  const spot = (value: Value): number => {
    if (!numeric) return levels.indexOf(JSON.stringify(value));
    return matter.log ? Math.log10(value as number) : (value as number);
  };
  const spots = rows.map(({ values }) => spot(values[name] as Value));
  const across = scale(numeric ? spots : [-0.5, levels.length - 0.5], BOX.left, BOX.right);
  const down = scale(metrics, BOX.bottom - 6, BOX.top);
  const circles = rows.map((row, i) => {
    const words = `trial ${row.trial}: ${name} ${valueText(row.values[name])}, ${metricText(row.metric, plan.task)}`;
    const colour = row.trial === 0 ? "--c1" : "--c0";
    return `<circle cx="${fixed(across(spots[i]))}" cy="${fixed(down(metrics[i]))}" r="3.5" fill="var(${colour})" fill-opacity=".75"><title>${escaped(words)}</title></circle>`;
  });
  const label = (x: number, y: number, anchor: string, text: string): string =>
    `<text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}">${escaped(text)}</text>`;
  const numbers = rows.map(({ values }) => values[name] as number);
  const below = numeric
    ? [
        label(BOX.left, HEIGHT - 6, "start", valueText(Math.min(...numbers))),
        label(BOX.right, HEIGHT - 6, "end", valueText(Math.max(...numbers))),
      ]
    : groups.map(({ values }, i) => label(across(i), HEIGHT - 6, "middle", groupText(values)));
  const ends = [...new Set([Math.max(...metrics), Math.min(...metrics)])].filter(Number.isFinite);
  const beside = ends.map((y) => label(BOX.left - 6, down(y) + 4, "end", metricText(y, plan.task)));
  return `<figure><figcaption>${escaped(name)}: ${importance > 0 ? percent(importance) : "–"}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="score against ${escaped(name)}">
<path d="M${BOX.left - 2} 2V${BOX.bottom}H${WIDTH}" stroke="var(--line)" fill="none"/>
${[...(rows.length > 0 ? below : []), ...beside, ...circles].join("\n")}
</svg></figure>`;
}

/** A linear map of the numbers' range onto from … to; of equal numbers onto the middle. */
function scale(numbers: readonly number[], from: number, to: number): (x: number) => number {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  return (x) => (high > low ? from + ((x - low) / (high - low)) * (to - from) : (from + to) / 2);
}

const fixed = (x: number): string => x.toFixed(1);
