import { trainTable } from "chainrule/tables";
import { expect, test } from "vitest";
import { bars, chart } from "./charts.ts";
import { explain } from "./explain.ts";
import { escaped } from "./html.ts";
import { reportHtml } from "./report.ts";

const evil = '<script>alert("x")</script>&';

test("a report holds all sections, loads nothing, and lets no name become code", async () => {
  const rows = Array.from({ length: 120 }, (_, i) => ({
    [evil]: i % 17,
    kind: i % 3 === 0 ? evil : "b",
    y: (i % 17) + (i % 3) * 4,
  }));
  const { model, plan, evaluation, result } = await trainTable(rows, {
    target: "y",
    hidden: [8],
    epochs: 3,
    task: "regression",
  });
  const html = reportHtml({
    title: evil,
    target: "y",
    scored: "On 24 rows.",
    facts: [["data", evil]],
    history: result.history,
    explanation: (await explain(model, plan, evaluation.scores, 0)) ?? undefined,
    dropped: [{ name: evil, detail: "constant" }],
    ...evaluation,
  });
  for (const name of [
    "Scores",
    "Generalization",
    "Training",
    "Errors",
    "Prediction intervals",
    "What predictions depend on",
    "Configuration",
  ])
    expect(html).toContain(`<h2>${name}</h2>`);
  expect(html).not.toContain("<script");
  expect(html).toContain(escaped(evil));
  expect(html).not.toMatch(/\b(src|href)=|url\(|@import|https?:/);
  expect(html).toContain("prefers-color-scheme: dark");
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
  // Tags are closed: sections, figures and pictures.
  for (const tag of ["section", "figure", "svg", "table", "div"])
    expect(html.split(`<${tag}`).length, tag).toBe(html.split(`</${tag}>`).length);
});

test("a report of classes shows the confusion matrix and the calibration", async () => {
  const rows = Array.from({ length: 90 }, (_, i) => ({ x: i % 9, y: i % 9 > 4 ? "up" : "down" }));
  const { evaluation, calibration } = await trainTable(rows, { target: "y", hidden: [8], epochs: 5 });
  const html = reportHtml({ title: "t", target: "y", scored: "", facts: [], ...evaluation, calibration });
  expect(html).toContain("<h2>Classes</h2>");
  expect(html).toContain('<td class="n hit">');
  expect(html).toContain("predicted probability of the class up");
  expect(html).toContain("temperature");
  expect(html).toContain("logistic regression on the same inputs");
});

test("a chart goes from corner to corner, and leaves gaps where there is no number", () => {
  const svg = chart([{ label: "a", x: [0, 1, 2], y: [0, 2, 1] }], { x: "x", y: "y" });
  expect(svg).toContain('d="M58 220L233 36L408 128"');
  expect(chart([{ label: "a", x: [0, 1, 2, 3], y: [0, Number.NaN, 1, 1] }], { x: "x", y: "y" })).toContain(
    'd="M58 220M291.3 36L408 36"',
  );
  const ticks = [...svg.matchAll(/text-anchor="(?:end|middle)">([\d.]+)</g)].map(([, text]) => text);
  expect(ticks).toEqual(["0", "0.5", "1", "1.5", "2", "0", "0.5", "1", "1.5", "2"]);
  expect(chart([], { x: "x", y: "y" })).not.toContain("NaN");
});

test("a chart of its own has its own colours, and bars go to both sides of zero", () => {
  const alone = chart([{ label: "a", x: [0, 1], y: [0, 1] }], { x: "x", y: "y", alone: true });
  expect(alone).toContain("xmlns=");
  expect(alone).not.toContain("var(");
  const picture = bars(
    [
      { label: "up", value: 1 },
      { label: "down", value: -1 },
    ],
    "t",
  );
  expect(picture).toContain('<rect x="263" y="8" width="93"');
  expect(picture).toContain('<rect x="170" y="28" width="93"');
});
