import type { Callback, FitResult } from "../../train/index.ts";
import {
  type CalibrationReport,
  checkThreshold,
  type FinishOptions,
  finishModel,
} from "../evaluation/finish.ts";
import type { TableModel } from "../model.ts";
import { type LearnOptions, learn, makeModel } from "./learn.ts";
import { type Plan, planOptionNames } from "./plan.ts";
import { checkNames, settingNames, settingsIn } from "./setting-checks.ts";
import { chooseSettings, type GivenSettings, type Settings } from "./settings.ts";

/** What every training is told, beside what its plan is told. */
export interface TrainPlanOptions extends Omit<GivenSettings, "seed">, FinishOptions {
  /** Are told of the epochs. Default none. */
  readonly callbacks?: readonly Callback[];
  /** Aborting stops training after the step at hand. Without it, training goes on to its end. */
  readonly signal?: AbortSignal;
}

export interface TrainedPlan {
  /** Completed by its validation or calibration rows, see {@link finishModel}. */
  readonly model: TableModel;
  readonly settings: Settings;
  readonly result: FitResult;
  readonly calibration: CalibrationReport | null;
}

/** Makes, trains and completes the model of a plan. Whatever can not be is found before training. */
export async function trainPlan(
  plan: Plan,
  options: TrainPlanOptions & LearnOptions,
  seed = 0,
): Promise<TrainedPlan> {
  const { callbacks, signal, checkpoint, resume, guard, compile } = options;
  checkThreshold(plan.target, options);
  const given = { ...settingsIn(options), seed };
  const settings = chooseSettings(given, plan.split.training.length, plan.task);
  const more = { checkpoint, resume, guard, compile };
  const model = makeModel(plan, settings);
  const result = await learn(model, plan, settings, callbacks, signal, more);
  return { ...finishModel(model, plan, options), settings, result };
}

const trainPlanOptionNames = [
  ...settingNames,
  ...Object.keys({
    calibrate: true,
    threshold: true,
    callbacks: true,
    signal: true,
  } satisfies Record<keyof FinishOptions | "callbacks" | "signal", true>),
];

/**
 * Checks the names of the options of a function that plans and trains.
 *
 * @param own the names of those that it alone has
 * @throws ChainruleError `argument` for an option that there is not
 */
export const checkTrainingOptions = (options: object, own: readonly string[]): void =>
  checkNames(Object.keys(options), [...planOptionNames, ...trainPlanOptionNames, ...own], "option");
