import type { FitResult } from "../../train/index.ts";
import { asTable, type Cell, type Table } from "../column.ts";
import { evaluatePlan, type PlanEvaluation } from "../evaluation/evaluate.ts";
import type { CalibrationReport } from "../evaluation/finish.ts";
import type { TableModel } from "../model.ts";
import type { LearnOptions } from "./learn.ts";
import { type Plan, type PlanOptions, planFor } from "./plan.ts";
import type { Scores } from "./scores.ts";
import type { Settings } from "./settings.ts";
import { checkTrainingOptions, type TrainPlanOptions, trainPlan } from "./train-plan.ts";

/** Aborting the `signal` stops training after the step at hand; the best weights so far are kept. */
export interface TrainTableOptions extends PlanOptions, TrainPlanOptions, LearnOptions {}

const learnOptionNames = Object.keys({
  checkpoint: true,
  resume: true,
  guard: true,
  compile: true,
} satisfies Record<keyof LearnOptions, true>);

export interface TrainedTable {
  /** Ready to predict: `model.predict(table)`. */
  readonly model: TableModel;
  /** What was decided on the data. */
  readonly plan: Plan;
  /** What was decided on network and training. */
  readonly settings: Settings;
  /** The epochs of training. */
  readonly result: FitResult;
  /** Scores on the test rows, which training never saw. */
  readonly scores: Scores;
  /** The same scores, and what they are to be held against: baselines, and the risk on the rows of training. */
  readonly evaluation: PlanEvaluation;
  /** Classes: what a temperature does to the probabilities. */
  readonly calibration: CalibrationReport | null;
}

/**
 * Trains a network to predict one column of a table from the others, and tests it: what `chainrule train` does, without files.
 * What is not said follows from the data, see {@link planFor} and `chooseSettings`. Same data, options and seed give the same
 * bits.
 *
 * @param data a table, or rows as objects
 * @throws ChainruleError `data` for a table from which the target can not be predicted, `argument` for options that can not be
 *
 * @example
 * const rows = [{ area: 71, city: "Bonn", price: 210 }, …];
 * const { model, scores } = await trainTable(rows, { target: "price" });
 * model.predict(tableFromRows([{ area: 54, city: "Ulm" }]));
 */
export async function trainTable(
  data: Table | readonly Readonly<Record<string, Cell>>[],
  options: TrainTableOptions,
): Promise<TrainedTable> {
  checkTrainingOptions(options, learnOptionNames);
  const table = asTable(data);
  const plan = planFor(table, options);
  const { model, settings, result, calibration } = await trainPlan(plan, options, options.seed);
  const evaluation = evaluatePlan(model, plan);
  return { model, plan, settings, result, scores: evaluation.scores, evaluation, calibration };
}
