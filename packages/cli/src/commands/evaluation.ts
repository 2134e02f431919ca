import {
  evaluatePlan,
  type FinishedModel,
  finishModel,
  headline,
  type Plan,
  type PlanEvaluation,
  type TableModel,
} from "chainrule/tables";
import type { EpochReport } from "chainrule/train";
import { explain } from "../report/explain.ts";
import { type ReportData, reportHtml } from "../report/report.ts";
import { type CutOptions, finishOf } from "../runs/asked.ts";
import type { RunConfig } from "../runs/config.ts";
import { counted, significant } from "../terminal/format.ts";

/** A trained model with all that is known of it. */
export interface FinishedRun extends FinishedModel {
  readonly evaluation: PlanEvaluation;
  /** The test rows, in words. */
  readonly rows: string;
}

/** Completes a model that was trained by a plan, and tests it. */
export function finishRun(model: TableModel, plan: Plan, asked: CutOptions): FinishedRun {
  const finished = finishModel(model, plan, finishOf(asked));
  return { ...finished, evaluation: evaluatePlan(finished.model, plan), rows: testedRows(plan) };
}

/** The test rows in words. */
export const testedRows = ({ table, test }: Plan): string =>
  `${counted(test.rows.length, "row")} ${test.table === table ? "that training never saw" : `of ${test.table.source}`}`;

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
  const explanation = await explain(model, plan, evaluation.scores, config.settings.seed, signal);
  if (explanation === null) return null;
  return reportHtml({
    ...reportHead(config),
    scored: `On ${rows}.`,
    ...evaluation,
    calibration,
    history,
    explanation,
  });
}

/** What a configuration tells. */
export function reportHead({
  data,
  settings,
  model,
  versions,
  created,
  asked,
}: RunConfig): Pick<ReportData, "title" | "facts" | "target" | "dropped"> {
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
    facts: [
      ["data", `${data.file}: ${counted(data.rows, "row")}, ${counted(data.columns, "column")}`],
      ["SHA-256", data.sha256],
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
      ["made", `${created} by chainrule ${versions.chainrule}, Node ${versions.node}`],
    ],
  };
}
