import type { Scores, Task } from "chainrule/tables";
import { percent } from "./format.ts";

/** What models of a task are compared by. */
export const scoreName = (task: Task): string => (task === "classification" ? "accuracy" : "R²");

/** The same where a line begins with it. */
export const scoreTitle = (task: Task): string => scoreName(task).replace(/^a/, "A");

/** A score of a task: `96.2 %`, `0.512`; `–` where there is none. */
export function scoreText(task: Task, value: number | null): string {
  if (value === null || !Number.isFinite(value)) return "–";
  return task === "classification" ? percent(value) : value.toFixed(3);
}

/** A score that says by itself what it is: `96.2 %`, `R² 0.512`. */
export const namedScore = (task: Task, value: number | null): string =>
  task === "classification" ? scoreText(task, value) : `R² ${scoreText(task, value)}`;

/** The one among scores that models are compared by. */
export const mainScore = (scores: Scores): number | null =>
  scores.task === "classification" ? scores.accuracy : scores.r2;
