import type { Callback, FitResult } from "../../train/index.ts";
import { asTable, type Cell, type Table } from "../column.ts";
import { type Evaluation, evaluatePlan } from "../evaluation/evaluate.ts";
import { type CalibrationReport, type FinishOptions, finishModel } from "../evaluation/finish.ts";
import type { TableModel } from "../model.ts";
import { type LearnOptions, learn, makeModel } from "./learn.ts";
import { type Plan, type PlanOptions, planFor } from "./plan.ts";
import type { Scores } from "./scores.ts";
import { chooseSettings, type GivenSettings, type Settings } from "./settings.ts";

export interface TrainTableOptions
  extends PlanOptions,
    Omit<GivenSettings, "seed">,
    LearnOptions,
    FinishOptions {
  /** Are told of the progress. */
  readonly callbacks?: readonly Callback[];
  /** Aborting stops training after the step at hand; the best weights so far are kept. */
  readonly signal?: AbortSignal;
}

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
  readonly evaluation: Evaluation;
  /** Classes: what a temperature does to the probabilities. */
  readonly calibration: CalibrationReport | null;
}

/**
 * Trains a network to predict one column of a table from the others, and tests it: what `chainrule train` does, without files.
 * What is not said follows from the data, see {@link planFor} and {@link chooseSettings}. Same data, options and seed give the same
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
  const table = asTable(data);
  const plan = planFor(table, options);
  const settings = chooseSettings(options, plan.split.training.length, plan.task);
  const trained = makeModel(plan, settings);
  const { callbacks, signal, checkpoint, resume, guard, compile } = options;
  const result = await learn(trained, plan, settings, callbacks, signal, {
    checkpoint,
    resume,
    guard,
    compile,
  });
  const { model, calibration } = finishModel(trained, plan, options);
  const evaluation = evaluatePlan(model, plan);
  return { model, plan, settings, result, scores: evaluation.scores, evaluation, calibration };
}
