import type { Interval } from "chainrule/metrics";
import type {
  Baseline,
  ClassScores,
  Coverage,
  NumberScores,
  Risk,
  Scores,
  TargetPreparation,
  Task,
} from "chainrule/tables";
import { confusionLines } from "./confusion.ts";
import { clip, percent, significant } from "./format.ts";
import type { Output } from "./output.ts";
import { mainScore, namedScore, scoreText } from "./score.ts";

/** What is said of a model: its scores, and what they are to be held against. */
export interface Evaluated {
  readonly scores: Scores;
  readonly baselines?: readonly Baseline[];
  readonly risk?: Risk;
  readonly coverage?: readonly Coverage[];
}

/** Prints an evaluation: for classes the confusion matrix, the headline with its interval, baselines, and what it loses on new rows. */
export function sayScores(
  output: Output,
  evaluated: Evaluated,
  target: TargetPreparation,
  rows: string,
): void {
  const { scores } = evaluated;
  output.say();
  if (scores.task === "classification" && target.task === "classification") {
    const confusion = {
      classes: target.classes,
      counts: scores.confusion,
      weighted: Boolean(scores.weightedBy),
    };
    for (const line of confusionLines(confusion, output.width, output.style)) output.say(line);
    // Last, so that it is still there when a small terminal has scrolled.
    output.say();
    sayClasses(output, scores, target.classes, rows);
  } else if (scores.task === "regression") sayNumbers(output, scores, target.name, rows);
  sayComparison(output, evaluated);
}

function sayClasses(output: Output, scores: ClassScores, classes: readonly string[], rows: string): void {
  const { bold, dim } = output.style;
  const { accuracy, intervals, rocAuc, threshold } = scores;
  // Under weights it is no count.
  const right = scores.weightedBy ? "" : `${Math.round(accuracy * scores.rows).toLocaleString("en-US")} of `;
  output.say(
    `  ${bold(`Test accuracy ${scoreText("classification", accuracy)}`)}  ${dim(`(${right}${rows})`)}`,
  );
  if (intervals.accuracy) {
    const { low, high } = intervals.accuracy;
    sayInterval(output, "classification", low, high);
  }
  const figures = [
    ...(classes.length === 2 ? [`F1 of ${clip(classes[1], 24)} ${scores.byClass[1].f1.toFixed(3)}`] : []),
    `macro F1 ${scores.f1.toFixed(3)}`,
    ...(rocAuc === null ? [] : [`ROC AUC ${rocAuc.toFixed(4)}`]),
    `log loss ${scores.logLoss.toFixed(4)}`,
    `calibration error ${percent(scores.calibrationError)}`,
  ];
  output.fact("also", figures.join(", "));
  if (threshold !== null)
    output.fact(
      "threshold",
      `${clip(classes[1])} where its probability is above ${significant(threshold, 3)}`,
    );
}

function sayNumbers(output: Output, scores: NumberScores, target: string, rows: string): void {
  const { bold, dim } = output.style;
  const { r2, intervals } = scores;
  output.say(`  ${bold(`Test R² ${scoreText("regression", r2)}`)}  ${dim(`(${rows})`)}`);
  if (intervals.r2) sayInterval(output, "regression", intervals.r2.low, intervals.r2.high);
  const numbers: [string, number, Interval | undefined, string][] = [
    ["RMSE", scores.rmse, intervals.rmse, `root of the mean squared error of ${clip(target)}`],
    ["MAE", scores.mae, intervals.mae, "mean absolute error"],
    ["median", scores.medianAbsoluteError, intervals.medianAbsoluteError, "half of the errors are smaller"],
  ];
  for (const [name, value, interval, meaning] of numbers) {
    const between = interval ? ` (${significant(interval.low, 3)} to ${significant(interval.high, 3)})` : "";
    output.fact(name, `${significant(value)}${between}, ${meaning}`);
  }
}

function sayComparison(output: Output, { scores, baselines = [], risk, coverage = [] }: Evaluated): void {
  const held = baselines.map(
    ({ scores: theirs, meaning }) => `${namedScore(theirs.task, mainScore(theirs))} ${meaning}`,
  );
  if (held.length > 0) output.fact("baselines", held.join("; "));
  else if (scores.task === "classification")
    output.fact("baseline", `${percent(scores.baseline)} always the same class`);
  else output.fact("baseline", `RMSE ${significant(scores.baseline)} always the mean`);
  if (risk) {
    const { loss, training, validation, test, gap } = risk;
    const parts = `${significant(training.risk, 3)} on training rows, ${significant(validation.risk, 3)} on validation, ${significant(test.risk, 3)} on test rows`;
    output.fact("risk", `${loss} ${parts}: a gap of ${significant(gap, 3)}`);
  }
  if (coverage.length > 0) {
    const parts = coverage.map(({ level, covered }) => `${100 * level} % hold ${percent(covered)}`);
    output.fact("intervals", `those of ${parts.join(", ")} of the test rows`);
  }
}

/** How sure the headline is. */
const sayInterval = (output: Output, task: Task, low: number, high: number): void =>
  output.fact("interval", `${scoreText(task, low)} to ${scoreText(task, high)} with 95 % confidence`);
