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

/** What {@link trainTable} gives. */
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
  /** Classes: what a temperature does to the probabilities. Null for numbers. */
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
 * const areas = Array.from({ length: 80 }, (_, i) => 30 + ((7 * i) % 60));
 * const rows = areas.map((area, i) => ({ area, city: ["Bonn", "Ulm"][i % 2], rent: 100 + 10 * area }));
 * const options = { target: "rent", hidden: [16, 16], epochs: 60 };
 * const { model, plan, scores } = await trainTable(rows, options);
 * plan.features.map(({ name }) => name); // → ['area', 'city']
 * "rmse" in scores && scores.rmse < scores.baseline / 2; // → true
 * const predictions = model.predict(tableFromRows([{ area: 54, city: "Ulm" }]));
 * predictions.task; // → 'regression'
 * await trainTable(rows, { ...options, epochs: 0 }); // throws argument: The setting epochs is 0.
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
