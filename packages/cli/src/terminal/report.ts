import { basename, relative, resolve } from "node:path";
import type { Scores, TargetPreparation } from "chainrule/tables";
import type { Io } from "../io.ts";
import { confusionLines } from "./confusion.ts";
import { percent, shellWord, significant } from "./format.ts";
import type { Output } from "./output.ts";

/** Prints scores: the headline, what it compares with, and for classes the confusion matrix. */
export function sayScores(output: Output, scores: Scores, target: TargetPreparation, rows: string): void {
  const { style } = output;
  output.say();
  if (scores.task === "classification" && target.task === "classification") {
    const confusion = { classes: target.classes, counts: scores.confusion };
    for (const line of confusionLines(confusion, output.width, style)) output.say(line);
    // Last, so that it is still there when a small terminal has scrolled.
    const right = Math.round(scores.accuracy * scores.rows).toLocaleString("en-US");
    output.say();
    output.say(
      `  ${style.bold(`Test accuracy ${percent(scores.accuracy)}`)}  ${style.dim(`(${right} of ${rows})`)}`,
    );
    const auc = scores.rocAuc === null ? "" : `, ROC AUC ${scores.rocAuc.toFixed(4)}`;
    const figures = `F1 ${scores.f1.toFixed(3)}${auc}, log loss ${scores.logLoss.toFixed(4)}`;
    const baseline = `always the same class: ${percent(scores.baseline)}`;
    output.say(style.dim(`  ${figures}; ${baseline}`));
    return;
  }
  if (scores.task !== "regression") return;
  output.say(
    `  ${style.bold(`Test R² ${scores.r2 === null ? "–" : scores.r2.toFixed(3)}`)}  ${style.dim(`(${rows})`)}`,
  );
  const numbers: [string, number, string][] = [
    ["RMSE", scores.rmse, `root of the mean squared error of ${target.name}`],
    ["MAE", scores.mae, "mean absolute error"],
    ["baseline", scores.baseline, "RMSE of always saying the mean"],
  ];
  const width = Math.max(...numbers.map(([, value]) => significant(value).length));
  for (const [name, value, meaning] of numbers) {
    output.say(
      `  ${style.dim(name.padEnd(8))}  ${significant(value).padStart(width)}  ${style.dim(meaning)}`,
    );
  }
}

/** How the user calls this program, as far as can be told. */
export function programName(io: Io): string {
  const called = process.argv[1] === undefined ? "" : basename(process.argv[1]);
  const byNpm = io.env.npm_command !== undefined || called !== "chainrule";
  return byNpm ? "npx chainrule" : "chainrule";
}

/** A path as it is shortest to type from here. */
export function shortPath(path: string): string {
  const near = relative("", resolve(path));
  return near === "" ? "." : near.length < path.length && !near.startsWith("../../..") ? near : path;
}

/** Commands to try next, fit to be copied. */
export function sayNext(
  output: Output,
  commands: readonly (readonly [command: readonly string[], meaning: string])[],
): void {
  output.say();
  output.say("  Next:");
  const lines = commands.map(([words, meaning]) => [words.map(shellWord).join(" "), meaning] as const);
  const width = Math.max(...lines.map(([command]) => command.length));
  const aside = lines.every(([, meaning]) => width + meaning.length + 7 <= output.width);
  for (const [command, meaning] of lines) {
    const { cyan, dim } = output.style;
    if (aside) output.say(`    ${cyan(command.padEnd(width))}  ${dim(meaning)}`);
    else {
      output.say(`    ${dim(`# ${meaning}`)}`);
      output.say(`    ${cyan(command)}`);
    }
  }
}
