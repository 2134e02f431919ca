import { manualSeed, randn } from "chainrule";
import { Linear, MSELoss, ReLU, Sequential } from "chainrule/nn";
import { trainTable } from "chainrule/tables";
import { health } from "chainrule/trace";
import { expect, test } from "vitest";
import type { ReportData, ReportRow } from "./data.d.ts";
import { unpacked } from "./packing.ts";
import { chartPicture, reportPage, searchPage } from "./page.tsx";

const evil = '<script>alert("x")</script>&';
const script = { code: "1;", sha256: "abc", css: ".x{}" };
const page = (data: ReportData): Promise<string> => reportPage(data, script);
const escaped = evil.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

function aHealth() {
  manualSeed(0);
  const model = new Sequential(new Linear(3, 4), new ReLU(), new Linear(4, 1));
  return health(model, randn([8, 3]), { target: randn([8, 1]), loss: new MSELoss() });
}

const row: ReportRow = {
  title: `Row 1 of ${evil}`,
  verdict: "wrong",
  truth: evil,
  predicted: "b",
  probabilities: [{ label: evil, probability: 0.5 }],
  cells: [{ name: evil, text: evil }],
  trace: null,
};

test("a report holds all sections, loads nothing, and lets no name become code", async () => {
  const rows = Array.from({ length: 120 }, (_, i) => ({
    [evil]: i % 17,
    kind: i % 3 === 0 ? evil : "b",
    y: (i % 17) + (i % 3) * 4,
  }));
  const { evaluation, result } = await trainTable(rows, {
    target: "y",
    hidden: [8],
    epochs: 3,
    task: "regression",
  });
  const html = await page({
    title: evil,
    target: evil,
    scored: "On 24 rows.",
    facts: [["data", evil]],
    history: result.history,
    explanation: {
      rows: 24,
      columns: 2,
      tested: 2,
      importance: [{ column: evil, mean: 0.2, sd: 0.1, losses: [0.1, 0.3] }],
      dependence: [
        {
          column: evil,
          type: "number",
          grid: [0, 1],
          outputs: [{ label: evil, mean: [1, 2], low: [0, 1], high: [2, 3] }],
        },
        {
          column: "kind",
          type: "text",
          grid: [evil, "b"],
          outputs: [{ label: "y", mean: [1, 2], low: [0, 1], high: [2, 3] }],
        },
      ],
    },
    health: { health: aHealth(), part: "validation rows" },
    points: { truth: [1, 2], predicted: [2, 1] },
    rows: [row],
    reproduce: { commands: [`chainrule train ${evil}`], facts: [["seed", "0"]], note: "n" },
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
    "Health",
    "Rows, one by one",
    "Configuration",
    "How to reproduce it",
  ])
    expect(html).toContain(`<h2>${name}</h2>`);
  expect(html).not.toContain("<script");
  expect(html).toContain(escaped);
  expect(html).toContain("script-src 'none'");
  expect(html).not.toMatch(/\b(src|href)=|url\(|@import|https?:/);
  expect(html).toContain("prefers-color-scheme: dark");
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
  // Tags are closed: sections, figures and pictures.
  for (const tag of ["section", "figure", "svg", "table", "div", "details"])
    expect(html.split(`<${tag}`).length, tag).toBe(html.split(`</${tag}>`).length);
});

test("a report of classes shows the confusion matrix and the calibration", async () => {
  const rows = Array.from({ length: 90 }, (_, i) => ({ x: i % 9, y: i % 9 > 4 ? "up" : "down" }));
  const { evaluation, calibration } = await trainTable(rows, { target: "y", hidden: [8], epochs: 5 });
  const html = await page({ title: "t", target: "y", scored: "", facts: [], ...evaluation, calibration });
  expect(html).toContain("<h2>Classes</h2>");
  expect(html).toContain('<td class="n hit"');
  expect(html).toContain("predicted probability of the class up");
  expect(html).toContain("temperature");
  expect(html).toContain("logistic regression on the same inputs");
});

test("a model without a test has a report of what is known", async () => {
  const html = await page({
    title: "xor",
    target: "y",
    scored: "4 training rows",
    facts: [],
    confusion: {
      labels: ["0", "1"],
      counts: [
        [2, 0],
        [1, 1],
      ],
    },
    curves: [
      { title: "Loss", x: "step", y: "loss", curves: [{ label: "training", x: [0, 1], y: [1, 0.5] }] },
    ],
  });
  expect(html).toContain("4 training rows");
  expect(html).toContain("<h2>Training</h2>");
  expect(html).toContain('<td class="n hit"');
  expect(html).not.toMatch(/NaN|undefined|<h2>Scores/);
});

test("traces are packed data, one script opens them, and what is too large is left out", async () => {
  // Stands for a trace: what is written is what was given.
  const trace = { model: "</script><script>alert(1)</script>" } as unknown as NonNullable<ReportRow["trace"]>;
  // Letters that no packing makes small.
  let state = 1;
  const letter = (): string => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return String.fromCharCode(33 + ((state >>> 16) % 90));
  };
  const noise = Array.from({ length: 900_000 }, letter).join("");
  const large = { model: noise } as unknown as NonNullable<ReportRow["trace"]>;
  const rows = [row, { ...row, trace }, { ...row, trace: large }];
  const html = await page({ title: "t", target: "y", scored: "", facts: [], rows });
  expect(html.match(/<script/g)).toHaveLength(2);
  expect(html.match(/data-trace/g)).toHaveLength(1);
  expect(html).toContain("script-src 'sha256-abc'");
  const json = /<script type="application\/json" id="traces">(.*?)<\/script>/s.exec(html)?.[1] ?? "";
  const [none, one, left] = JSON.parse(json);
  expect([none, left]).toEqual(["", ""]);
  expect(JSON.parse(await unpacked(one))).toEqual(trace);
  expect(html.length).toBeLessThan(1e6);
});

test("a chart goes from corner to corner, and leaves gaps where there is no number", () => {
  const svg = chartPicture([{ label: "a", x: [0, 1, 2], y: [0, 2, 1] }], { x: "x", y: "y" });
  expect(svg).toContain('d="M58 220L233 36L408 128"');
  const gap = chartPicture([{ label: "a", x: [0, 1, 2, 3], y: [0, Number.NaN, 1, 1] }], { x: "x", y: "y" });
  expect(gap).toContain('d="M58 220M291.3 36L408 36"');
  const ticks = [...svg.matchAll(/text-anchor="(?:end|middle)">([\d.]+)</g)].map(([, text]) => text);
  expect(ticks).toEqual(["0", "0.5", "1", "1.5", "2", "0", "0.5", "1", "1.5", "2"]);
  expect(chartPicture([], { x: "x", y: "y" })).not.toContain("NaN");
});

test("a logarithmic axis has powers of ten, equally far apart, and no place for zero", () => {
  const svg = chartPicture([{ label: "a", x: [0, 1, 2, 3], y: [0, 1, 10, 100] }], {
    x: "x",
    y: "y",
    logY: true,
  });
  expect(svg).toContain('d="M174.7 220L291.3 128L408 36"');
  const ticks = [...svg.matchAll(/text-anchor="end">([\d.]+)</g)].map(([, text]) => text);
  expect(ticks).toEqual(["1", "10", "100"]);
});

test("a picture of its own has its own colours", () => {
  const alone = chartPicture([{ label: "a", x: [0, 1], y: [0, 1] }], { x: "x", y: "y" });
  expect(alone).toContain('xmlns="http://www.w3.org/2000/svg"');
  expect(alone).toContain("#1a63d8");
  expect(alone).not.toContain("var(");
});

test("the report of a search shows what mattered and all trials", () => {
  const html = searchPage({
    title: evil,
    sentences: ["s"],
    notes: [],
    mattersNote: "m",
    matters: [
      {
        title: "lr: 40 %",
        x: "lr",
        y: "score",
        curves: [{ label: "trials", x: [1, 2], y: [3, 4], line: false, points: true, titles: [evil, "b"] }],
      },
    ],
    trials: { head: ["rank", "trial"], rows: [["1", "default"]] },
  });
  expect(html).toContain(`<title>${escaped}</title>`);
  expect(html).not.toContain("<script");
  // Two points, and their sign beside the name.
  expect(html.match(/<circle/g)).toHaveLength(3);
});
