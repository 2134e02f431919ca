import type {
  Baseline,
  CalibrationReport,
  ClassScores,
  Coverage,
  NumberScores,
  PartialDependence,
  Risk,
  Scores,
} from "chainrule/tables";
import type { EpochReport } from "chainrule/train";
import { percent, significant } from "../terminal/format.ts";
import { mainScore, scoreText, scoreTitle } from "../terminal/score.ts";
import { bars, type Curve, chart } from "./charts.ts";
import type { Explanation } from "./explain.ts";
import { escaped, page, table } from "./html.ts";

/** What a report tells. What is not known is left out. */
export interface ReportData {
  readonly title: string;
  /** Names and values: what was trained on what, and how. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** The target's name. */
  readonly target: string;
  /** Of which rows the scores are. */
  readonly scored: string;
  readonly scores: Scores;
  readonly baselines?: readonly Baseline[];
  readonly risk?: Risk;
  readonly coverage?: readonly Coverage[];
  readonly calibration?: CalibrationReport | null;
  readonly history?: readonly EpochReport[];
  readonly explanation?: Explanation;
  /** Columns that are not used, with the reason. */
  readonly dropped?: readonly { readonly name: string; readonly detail: string }[];
}

/** A report of a run as one HTML file that loads nothing, in light and dark. */
export function reportHtml(data: ReportData): string {
  const { title, scores } = data;
  const sections = [
    headline(data),
    scoreTable(data),
    risk(data),
    history(data),
    ...(scores.task === "classification" ? classSections(scores, data) : numberSections(scores, data)),
    explanation(data),
    facts(data),
  ];
  return page(title, [`<h1>${escaped(title)}</h1>`, ...sections.filter((text) => text !== "")].join("\n\n"));
}

const section = (name: string, ...parts: readonly string[]): string =>
  `<section>\n<h2>${escaped(name)}</h2>\n${parts.filter((part) => part !== "").join("\n")}\n</section>`;

const note = (text: string): string => `<p class="dim">${escaped(text)}</p>`;

const figure = (picture: string, caption = ""): string =>
  `<figure>${caption === "" ? "" : `<figcaption>${escaped(caption)}</figcaption>`}${picture}</figure>`;

const row = (...figures: readonly string[]): string => `<div class="row">${figures.join("\n")}</div>`;

function headline({ scores, scored }: ReportData): string {
  const { task } = scores;
  const interval = scores.task === "classification" ? scores.intervals.accuracy : scores.intervals.r2;
  const bounds = interval
    ? ` <span class="dim">(95 % interval ${scoreText(task, interval.low)} to ${scoreText(task, interval.high)})</span>`
    : "";
  return `<p class="dim">${escaped(scored)}</p>\n<p class="big">${scoreTitle(task)} <b>${scoreText(task, mainScore(scores))}</b>${bounds}</p>`;
}

const significantOr = (x: number | null, digits = 3): string => (x === null ? "–" : significant(x, digits));

const classRows = [
  ["accuracy", "Accuracy", "share told right"],
  ["balancedAccuracy", "Balanced accuracy", "mean over the classes of the share told right"],
  ["precision", "Macro precision", "mean over the classes"],
  ["recall", "Macro recall", "mean over the classes"],
  ["f1", "Macro F1", "mean over the classes"],
  ["rocAuc", "ROC AUC", "chance to rank a row of a class above another"],
  ["prAuc", "PR AUC", "average precision"],
  ["logLoss", "Log loss", "lower is better"],
  ["brier", "Brier", "lower is better"],
  ["calibrationError", "Calibration error", "how far probabilities are from frequencies"],
] as const;

const numberRows = [
  ["r2", "R²", "share of the variance explained"],
  ["rmse", "RMSE", "root of the mean squared error"],
  ["mae", "MAE", "mean absolute error"],
  ["medianAbsoluteError", "Median error", "half of the errors are smaller"],
] as const;

function scoreTable({ scores, baselines = [] }: ReportData): string {
  const rows = scores.task === "classification" ? classRows : numberRows;
  const shownOf = (of: Scores, name: string): string => {
    const value = (of as unknown as Record<string, number | null>)[name];
    return significantOr(value, 4);
  };
  const lines = rows.map(([name, label, meaning]) => {
    const interval = (scores.intervals as Record<string, { low: number; high: number } | undefined>)[name];
    const bounds = interval ? `${significant(interval.low, 3)} – ${significant(interval.high, 3)}` : "";
    const others = baselines.map((baseline) => shownOf(baseline.scores, name));
    return [label, shownOf(scores, name), bounds, ...others, meaning];
  });
  const { resampling } = scores;
  return section(
    "Scores",
    table(["", "model", "95 % interval", ...baselines.map(({ name }) => name), ""], lines),
    resampling
      ? note(
          `Intervals by the bootstrap: ${resampling.samples} resamples of ${resampling.rows.toLocaleString("en-US")} rows.`,
        )
      : "",
    ...baselines.map(({ name, meaning }) => note(`${name}: ${meaning}.`)),
  );
}

function risk({ risk: found }: ReportData): string {
  if (found === undefined) return "";
  const parts = (["training", "validation", "test"] as const).map((part) => [
    part,
    found[part].rows.toLocaleString("en-US"),
    significant(found[part].risk),
    part === "training" ? "" : significant(found[part].risk - found.training.risk),
  ]);
  return section(
    "Generalization",
    table(["", "rows", `risk (${found.loss})`, "gap to training"], parts),
    note("A wide gap says that the model has learned its training rows by heart."),
  );
}

function history({ history: epochs = [] }: ReportData): string {
  if (epochs.length === 0) return "";
  const x = epochs.map(({ epoch }) => epoch);
  const curve = (label: string, y: readonly number[]): Curve => ({ label, x, y });
  const names = Object.keys(epochs[0].metrics);
  const losses = [
    curve(
      "training",
      epochs.map(({ loss }) => loss),
    ),
  ];
  const validation = epochs.map(({ validationLoss = Number.NaN }) => validationLoss);
  if (validation.some(Number.isFinite)) losses.push(curve("validation", validation));
  return section(
    "Training",
    row(
      figure(chart(losses, { x: "epoch", y: "loss" })),
      ...names.map((name) =>
        figure(
          chart(
            [
              curve(
                "validation",
                epochs.map(({ metrics }) => metrics[name]),
              ),
            ],
            { x: "epoch", y: name },
          ),
        ),
      ),
    ),
    note(
      "The training loss is of rows in training mode, with dropout and label smoothing where there are any.",
    ),
  );
}

function classSections(scores: ClassScores, { calibration }: ReportData): string[] {
  const { confusion, byClass, calibration: curve } = scores;
  const labels = byClass.map(({ class: label }) => label);
  const head = `<tr><th>true \\ predicted</th>${labels.map((label) => `<th class="n">${escaped(label)}</th>`).join("")}</tr>`;
  const lines = confusion.map(
    (counts, i) =>
      `<tr><th>${escaped(labels[i])}</th>${counts.map((n, j) => `<td class="n${i === j ? " hit" : ""}">${n === 0 ? "·" : n}</td>`).join("")}</tr>`,
  );
  const figures = byClass.map(({ class: label, precision, recall, f1, support }) => [
    label,
    significant(precision, 3),
    significant(recall, 3),
    significant(f1, 3),
    support.toLocaleString("en-US"),
  ]);
  const event = labels.length === 2 ? `the class ${labels[1]}` : "the most probable class";
  return [
    section(
      "Classes",
      labels.length <= 30
        ? `<div class="wide"><table>\n${head}\n${lines.join("\n")}\n</table></div>`
        : note(`${labels.length} classes: too many for a confusion matrix.`),
      table(["class", "precision", "recall", "F1", "rows"], figures),
      scores.threshold === null
        ? ""
        : note(`${labels[1]} is told where its probability is above ${significant(scores.threshold)}.`),
    ),
    section(
      "Calibration",
      figure(
        chart([{ label: "", x: curve.probPred, y: curve.probTrue, points: true }], {
          x: `predicted probability of ${event}`,
          y: "how often it is true",
          spanX: [0, 1],
          spanY: [0, 1],
          reference: [
            [0, 0],
            [1, 1],
          ],
        }),
      ),
      calibration ? note(temperatureText(calibration)) : "",
    ),
  ];
}

/** What a temperature does, in a sentence. */
function temperatureText({ temperature, applied, before, after, rows }: CalibrationReport): string {
  const change = `log loss from ${significant(before.logLoss, 3)} to ${significant(after.logLoss, 3)}, calibration error from ${percent(before.calibrationError)} to ${percent(after.calibrationError)} on the ${rows.toLocaleString("en-US")} rows that it was fitted on`;
  return applied
    ? `Probabilities are corrected by the temperature ${significant(temperature, 3)}: ${change}.`
    : `A temperature of ${significant(temperature, 3)} was not applied: ${change}.`;
}

function numberSections(scores: NumberScores, { target, coverage = [] }: ReportData): string[] {
  const { residuals, errorQuantiles } = scores;
  const x = residuals.map(({ prediction }) => prediction);
  return [
    section(
      "Errors",
      row(
        figure(
          chart(
            [
              {
                label: "",
                x,
                y: residuals.map(({ mean }) => mean),
                low: residuals.map(({ low }) => low),
                high: residuals.map(({ high }) => high),
                points: true,
              },
            ],
            {
              x: `predicted ${target}`,
              y: "truth − prediction: mean, and 80 % of the rows",
              reference: [
                [Math.min(...x), 0],
                [Math.max(...x), 0],
              ],
            },
          ),
        ),
        table(
          ["share of rows", "error at most"],
          errorQuantiles.map(({ share, error }) => [percent(share), significant(error)]),
        ),
      ),
    ),
    coverage.length === 0
      ? ""
      : section(
          "Prediction intervals",
          table(
            ["level", "test rows within", "mean width"],
            coverage.map(({ level, covered, width }) => [
              percent(level),
              percent(covered),
              significant(width),
            ]),
          ),
          note("By split conformal prediction on rows that the network was not trained on."),
        ),
  ];
}

function explanation({ explanation: found, scores, target }: ReportData): string {
  if (found === undefined || found.importance.length === 0) return "";
  const { rows, columns, tested, importance, dependence } = found;
  return section(
    "What predictions depend on",
    figure(
      bars(
        importance.map(({ column, mean, sd }) => ({
          label: column,
          value: mean,
          low: mean - sd,
          high: mean + sd,
        })),
        "permutation importance",
      ),
      `What the score loses when a column is shuffled over ${rows.toLocaleString("en-US")} test rows`,
    ),
    tested < columns
      ? note(
          `Of ${columns.toLocaleString("en-US")} columns ${tested.toLocaleString("en-US")} were tested: those that move predictions most.`,
        )
      : "",
    note("Columns that tell the same can each look unimportant."),
    row(
      ...dependence.map((one) =>
        figure(dependencePicture(one, scores.task === "regression" ? target : null), one.column),
      ),
    ),
    dependence.length > 0
      ? note(
          "What is predicted on average if the column had a value in every row; the band holds 80 % of the rows.",
        )
      : "",
  );
}

/** @param number the target, where it is a number */
function dependencePicture(
  { column, type, grid, outputs }: PartialDependence,
  number: string | null,
): string {
  const moving = [...outputs].sort((a, b) => spread(b.mean) - spread(a.mean)).slice(0, 4);
  if (type === "text" || type === "boolean") {
    const [{ label: output, mean, low, high }] = moving;
    const picture = bars(
      grid.map((label, i) => ({ label: String(label), value: mean[i], low: low[i], high: high[i] })),
      column,
    );
    return number === null ? note(`probability of ${output}`) + picture : picture;
  }
  // In the order of the classes, so that a class has one colour in all pictures.
  const shown = outputs.filter((output) => moving.includes(output));
  const x = grid.map(Number);
  const band = shown.length === 1;
  return chart(
    shown.map(({ label, mean, low, high }) => ({ label, x, y: mean, ...(band ? { low, high } : {}) })),
    {
      x: column,
      y: number ?? (band ? `probability of ${shown[0].label}` : "probability"),
      ...(type === "date" ? { labelX: (at: number) => new Date(at).toISOString().slice(0, 10) } : {}),
    },
  );
}

const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

function facts({ facts: all, dropped = [] }: ReportData): string {
  return section(
    "Configuration",
    table(
      ["", ""],
      all.map(([name, value]) => [name, value]),
    ),
    dropped.length === 0
      ? ""
      : table(
          ["columns not used", ""],
          dropped.map(({ name, detail }) => [name, detail]),
        ),
  );
}
