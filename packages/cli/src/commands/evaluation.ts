import { basename } from "node:path";
import type { ReportData, Reproduction } from "@chainrule/studio/report";
import {
  evaluatePlan,
  type FinishedModel,
  finishModel,
  headline,
  type Plan,
  type PlanEvaluation,
  type Scores,
  type TableModel,
} from "chainrule/tables";
import type { EpochReport } from "chainrule/train";
import { wordsOf } from "../report/command.ts";
import { explain } from "../report/explain.ts";
import { networkHealth } from "../report/network.ts";
import { chosenRows, predictedPoints } from "../report/rows.ts";
import { type CutOptions, finishOf } from "../runs/asked.ts";
import type { RunConfig } from "../runs/config.ts";
import { counted, shellWord, significant } from "../terminal/format.ts";
import { weightedBy } from "./weights.ts";

/** A trained model with all that is known of it. */
export interface FinishedRun extends FinishedModel {
  readonly evaluation: PlanEvaluation;
  /** The test rows, in words. */
  readonly rows: string;
}

/** Completes a model that was trained by a plan, and tests it. */
export function finishRun(model: TableModel, plan: Plan, asked: CutOptions): FinishedRun {
  const finished = finishModel(model, plan, finishOf(asked));
  const evaluation = evaluatePlan(finished.model, plan);
  return { ...finished, evaluation, rows: testedRows(plan, evaluation.scores) };
}

/** The test rows in words. */
export const testedRows = ({ table, test }: Plan, scores: Scores): string =>
  `${counted(test.rows.length, "row")} ${test.table === table ? "that training never saw" : `of ${test.table.source}`}${weightedBy(scores)}`;

/** An evaluation for programs, in one line: without what is large. */
export const shortEvaluation = ({ scores, baselines, risk, coverage }: PlanEvaluation): object => ({
  test: headline(scores),
  baselines: Object.fromEntries(baselines.map(({ name, scores: theirs }) => [name, headline(theirs)])),
  risk,
  ...(coverage.length > 0 ? { coverage } : {}),
});

/** The report of a run that was trained by a plan, as HTML; null where it was aborted. */
export async function runReport(
  run: FinishedRun,
  plan: Plan,
  config: RunConfig,
  history: readonly EpochReport[],
  signal: AbortSignal,
): Promise<string | null> {
  const { model, evaluation, calibration, rows } = run;
  const seen = await insights(model, plan, evaluation, config.settings.seed, signal);
  if (seen === null) return null;
  const { reportHtml } = await import("@chainrule/studio/report");
  return reportHtml({
    ...reportHead(config),
    scored: `On ${rows}.`,
    ...evaluation,
    ...seen,
    calibration,
    history,
  });
}

/** What the rows of a plan show of a trained model, beside its scores; null where it was aborted. */
export async function insights(
  model: TableModel,
  plan: Plan,
  { scores }: PlanEvaluation,
  seed: number,
  signal?: AbortSignal,
): Promise<Pick<ReportData, "explanation" | "health" | "points" | "rows"> | null> {
  const explanation = await explain(model, plan, scores, seed, signal);
  if (explanation === null) return null;
  return {
    explanation,
    health: networkHealth(model, plan) ?? undefined,
    points: predictedPoints(model, plan),
    rows: chosenRows(model, plan),
  };
}

/** What a configuration tells. */
export function reportHead(
  config: RunConfig,
): Pick<ReportData, "title" | "facts" | "target" | "dropped" | "reproduce"> {
  const { data, settings, model, asked } = config;
  const { parts } = data;
  const { hidden, activation, optimizer, lr, schedule, weightDecay, dropout, batchSize, epochs, seed } =
    settings;
  const { split } = asked;
  const cut =
    split === undefined ? "stratified" : "column" in split ? `${split.kind}, by ${split.column}` : split.kind;
  return {
    title: `${model.target.name} from ${data.file}`,
    target: model.target.name,
    dropped: data.dropped,
    reproduce: reproduction(config),
    facts: [
      ["data", `${data.file}: ${counted(data.rows, "row")}, ${counted(data.columns, "column")}`],
      ["inputs", counted(model.features.length, "column")],
      [
        "rows",
        `${counted(parts.training, "row")} to train, ${parts.validation.toLocaleString("en-US")} to validate, ${parts.test.toLocaleString("en-US")} to test (${cut})`,
      ],
      [
        "network",
        hidden.length === 0 ? "linear" : `hidden layers of ${hidden.join(", ")} units, ${activation}`,
      ],
      ["dropout", significant(dropout)],
      [
        "optimizer",
        `${optimizer}, highest rate ${significant(lr)}, ${schedule}, weight decay ${significant(weightDecay)}`,
      ],
      ["training", `at most ${counted(epochs, "epoch")}, batches of ${counted(batchSize, "row")}`],
      ["seed", String(seed)],
    ],
  };
}

/** How the same model is made again. Paths on this machine are nobody else's business: files are called by their names. */
function reproduction({ data, asked, settings, versions, engine, created }: RunConfig): Reproduction {
  const names = data.files.map(({ path }) => basename(path));
  const test = data.test?.files.map(({ path }) => basename(path))[0];
  const words = ["npx", "chainrule", "train", ...names, ...wordsOf({ ...asked, test })];
  return {
    commands: [words.map(shellWord).join(" ")],
    facts: [
      ["seed", String(settings.seed)],
      ["data", `${data.file}, SHA-256 ${data.sha256}`],
      ...(data.test === null
        ? []
        : [["test data", `${data.test.file}, SHA-256 ${data.test.sha256}`] as const]),
      ["made", created],
      ["versions", `chainrule ${versions.chainrule}, Node ${versions.node}`],
      ["engine", engine.tier],
    ],
    note: "The same data, options, seed and engine give the same model to the last bit. Another engine may give other last bits.",
  };
}
