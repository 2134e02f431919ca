import type { ClassScores, NumberScores, Scores } from "chainrule/tables";
import { Chart } from "../parts/charts/Chart.tsx";
import { Figure, tableOfCurves } from "../parts/charts/Figure.tsx";
import { Confusion, DataTable, MOST_CLASSES, Scatter } from "../parts/charts/index.ts";
import { formatCount, formatNumber, formatPercent } from "../parts/number.ts";
import type { ReportData } from "./data.d.ts";
import { Note, Section } from "./Section.tsx";

const scoreText = (task: Scores["task"], value: number | null): string => {
  if (value === null || !Number.isFinite(value)) return "–";
  return task === "classification" ? formatPercent(value) : value.toFixed(3).replace("-", "−");
};

/** The score that models of a task are compared by, large. */
export function Headline({ scores, scored }: ReportData) {
  if (scores === undefined) return <Note>{scored}</Note>;
  const { task } = scores;
  const interval = scores.task === "classification" ? scores.intervals.accuracy : scores.intervals.r2;
  return (
    <>
      <Note>{scored}</Note>
      <p class="big">
        {task === "classification" ? "Accuracy" : "R²"}{" "}
        <b>{scoreText(task, scores.task === "classification" ? scores.accuracy : scores.r2)}</b>
        {interval && (
          <span class="dim">
            {" "}
            (95 % interval {scoreText(task, interval.low)} to {scoreText(task, interval.high)})
          </span>
        )}
      </p>
    </>
  );
}

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

export function ScoreTable({ scores, baselines = [] }: ReportData) {
  if (scores === undefined) return null;
  const rows = scores.task === "classification" ? classRows : numberRows;
  const scoreOf = (of: Scores, name: string): number | null =>
    (of as unknown as Record<string, number | null>)[name] ?? null;
  const lines = rows.map(([name, label, meaning]) => {
    const interval = (scores.intervals as Record<string, { low: number; high: number } | undefined>)[name];
    const bounds = interval ? `${formatNumber(interval.low, 3)} – ${formatNumber(interval.high, 3)}` : "";
    return [
      label,
      scoreOf(scores, name),
      bounds,
      ...baselines.map((one) => scoreOf(one.scores, name)),
      meaning,
    ];
  });
  const { resampling } = scores;
  return (
    <Section title="Scores">
      <DataTable
        name="Scores"
        head={["score", "model", "95 % interval", ...baselines.map(({ name }) => name), "what it is"]}
        rows={lines}
      />
      {resampling && (
        <Note>
          Intervals by the bootstrap: {resampling.samples} resamples of {formatCount(resampling.rows)} rows.
        </Note>
      )}
      {baselines.map(({ name, meaning }) => (
        <Note key={name}>
          {name}: {meaning}.
        </Note>
      ))}
    </Section>
  );
}

export function RiskTable({ risk }: ReportData) {
  if (risk === undefined) return null;
  const lines = (["training", "validation", "test"] as const).map((part) => [
    part,
    formatCount(risk[part].rows),
    risk[part].risk,
    part === "training" ? "" : formatNumber(risk[part].risk - risk.training.risk),
  ]);
  return (
    <Section title="Generalization">
      <DataTable
        name="Risk by part"
        head={["part", "rows", `risk (${risk.loss})`, "gap to training"]}
        rows={lines}
      />
      <Note>A wide gap says that the model has learned its training rows by heart.</Note>
    </Section>
  );
}

export function Outcome(data: ReportData) {
  const { scores, confusion, points, target } = data;
  if (scores?.task === "classification") return <ClassSections {...data} scores={scores} />;
  if (scores?.task === "regression") return <NumberSections {...data} scores={scores} />;
  return (
    <>
      {confusion && (
        <Section title="Classes">
          <Confusion {...confusion} />
        </Section>
      )}
      {points && (
        <Section title="Errors">
          <Figure title="Predicted against true">
            <Scatter {...points} name={target} />
          </Figure>
        </Section>
      )}
    </>
  );
}

function ClassSections({ scores, calibration }: ReportData & { readonly scores: ClassScores }) {
  const { confusion, byClass, calibration: curve, threshold, weightedBy } = scores;
  const labels = byClass.map(({ class: label }) => label);
  const figures = byClass.map(({ class: label, precision, recall, f1, support }) => [
    label,
    precision,
    recall,
    f1,
    formatCount(support),
  ]);
  const event = labels.length === 2 ? `the class ${labels[1]}` : "the most probable class";
  const x = `predicted probability of ${event}`;
  const frequencies = [{ label: "how often it is true", x: curve.probPred, y: curve.probTrue, points: true }];
  return (
    <>
      <Section title="Classes">
        {labels.length <= MOST_CLASSES ? (
          <Confusion labels={labels} counts={confusion} />
        ) : (
          <Note>{labels.length} classes: too many for a confusion matrix.</Note>
        )}
        <DataTable
          name="Scores by class"
          head={["class", "precision", "recall", "F1", weightedBy ? "weight" : "rows"]}
          rows={figures}
        />
        {threshold !== null && (
          <Note>
            {labels[1]} is told where its probability is above {formatNumber(threshold)}.
          </Note>
        )}
      </Section>
      <Section title="Calibration">
        <Figure
          caption="On the dashed line, probabilities are as often true as they say."
          table={tableOfCurves(x, frequencies)}
        >
          <Chart
            curves={frequencies.map((one) => ({ ...one, label: "" }))}
            x={x}
            y="how often it is true"
            spanX={[0, 1]}
            spanY={[0, 1]}
            reference={[
              [0, 0],
              [1, 1],
            ]}
          />
        </Figure>
        {calibration && <Note>{temperatureText(calibration)}</Note>}
      </Section>
    </>
  );
}

/** What a temperature does, in a sentence. */
function temperatureText({
  temperature,
  applied,
  before,
  after,
  rows,
}: NonNullable<ReportData["calibration"]>): string {
  const change = `log loss from ${formatNumber(before.logLoss, 3)} to ${formatNumber(after.logLoss, 3)}, calibration error from ${formatPercent(before.calibrationError)} to ${formatPercent(after.calibrationError)} on the ${formatCount(rows)} rows that it was fitted on`;
  return applied
    ? `Probabilities are corrected by the temperature ${formatNumber(temperature, 3)}: ${change}.`
    : `A temperature of ${formatNumber(temperature, 3)} was not applied: ${change}.`;
}

function NumberSections({
  scores,
  target,
  points,
  coverage = [],
}: ReportData & { readonly scores: NumberScores }) {
  const { residuals, errorQuantiles } = scores;
  const x = residuals.map(({ prediction }) => prediction);
  const errors = {
    label: "",
    x,
    y: residuals.map(({ mean }) => mean),
    low: residuals.map(({ low }) => low),
    high: residuals.map(({ high }) => high),
    points: true,
  };
  return (
    <>
      <Section title="Errors">
        <div class="figures">
          {points && (
            <Figure title="Predicted against true" caption="On the dashed line, a prediction is right.">
              <Scatter {...points} name={target} />
            </Figure>
          )}
          <Figure
            title="Errors by what is predicted"
            caption="Truth − prediction: the mean, and a band that holds 80 % of the rows."
            table={{
              head: [`predicted ${target}`, "mean error", "10 % below", "90 % below"],
              rows: residuals.map(({ prediction, mean, low, high }) => [prediction, mean, low, high]),
            }}
          >
            <Chart
              curves={[errors]}
              x={`predicted ${target}`}
              y="truth − prediction"
              reference={[
                [Math.min(...x), 0],
                [Math.max(...x), 0],
              ]}
            />
          </Figure>
        </div>
        <DataTable
          name="Sizes of errors"
          head={["share of rows", "error at most"]}
          rows={errorQuantiles.map(({ share, error }) => [formatPercent(share), error])}
        />
      </Section>
      {coverage.length > 0 && (
        <Section title="Prediction intervals">
          <DataTable
            name="Prediction intervals"
            head={["level", "test rows within", "mean width"]}
            rows={coverage.map(({ level, covered, width }) => [
              formatPercent(level),
              formatPercent(covered),
              width,
            ])}
          />
          <Note>By split conformal prediction on rows that the network was not trained on.</Note>
        </Section>
      )}
    </>
  );
}
