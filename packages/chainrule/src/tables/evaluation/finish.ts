import * as metrics from "../../metrics/index.ts";
import { fromTypedArray } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { columnNamed } from "../column.ts";
import { fitIntervals } from "../intervals.ts";
import { softmax, type TableModel } from "../model.ts";
import type { Plan } from "../procedure/plan.ts";
import { classNumbers, fromLearned, type TargetPreparation, targetNumbers } from "../target.ts";
import { fitTemperature } from "./temperature.ts";

/** What is done with a trained model before it is used. */
export interface FinishOptions {
  /**
   * Classes: whether probabilities are corrected by a temperature. "auto" does where it helps on rows that it was not fitted on: fitted on
   * each half of the calibration rows (the validation rows where there are none), it lowers the log loss of the other, taken together.
   * Default "auto".
   */
  readonly calibrate?: boolean | "auto";
  /**
   * Two classes: above which probability the second is told. "f1" and "youden" choose it on the same rows, see
   * `metrics.bestThreshold`. Default: the most probable class is told, which is a threshold of 0.5.
   */
  readonly threshold?: number | "f1" | "youden";
}

/** What a temperature does on the rows that it was fitted on. */
export interface CalibrationReport {
  /** T of softmax(z / T), by {@link fitTemperature}: above 1 where the model was too sure. */
  readonly temperature: number;
  /** Whether the model has it. */
  readonly applied: boolean;
  /** How many rows it was fitted on. */
  readonly rows: number;
  /** With the probabilities of the network itself. */
  readonly before: CalibrationFigures;
  /** With the temperature, whether or not it is applied. */
  readonly after: CalibrationFigures;
}

/** How well probabilities tell of some rows. Less is better. */
export interface CalibrationFigures {
  /** Mean cross-entropy in nats. */
  readonly logLoss: number;
  /** How far probabilities are from frequencies, on average, in 15 bins of the confidence: `metrics.calibrationError`. */
  readonly calibrationError: number;
}

/** A model that is ready to use. */
export interface FinishedModel {
  /** The same network, with what was measured on the calibration or validation rows in its `spec`. */
  readonly model: TableModel;
  /** Null for numbers. */
  readonly calibration: CalibrationReport | null;
}

/**
 * Completes a trained model by what rows tell that it was not trained on: the temperature and the threshold of classes, the intervals of
 * numbers. These are the calibration rows of the plan where it has some, else the validation rows, which have chosen the best epoch
 * and so are told a little better than others.
 *
 * The weights stay as they are, and the model that was given is left as it was.
 *
 * @throws ChainruleError `argument` for a threshold where there are not two classes, or one that is no probability
 *
 * @example
 * const ages = Array.from({ length: 80 }, (_, i) => 20 + ((7 * i) % 60));
 * const rows = ages.map((age) => ({ age, buys: age > 60 }));
 * const plan = planFor(tableFromRows(rows), { target: "buys" });
 * const settings = chooseSettings({ hidden: [8], epochs: 20 }, plan.split.training.length, plan.task);
 * const model = makeModel(plan, settings);
 * await learn(model, plan, settings);
 * const finished = finishModel(model, plan, { calibrate: true, threshold: 0.3 });
 * finished.model.spec.threshold; // → 0.3
 * finished.calibration?.rows === plan.split.validation.length; // → true
 */
export function finishModel(model: TableModel, plan: Plan, options: FinishOptions = {}): FinishedModel {
  const { target } = model.spec;
  const { table, split } = plan;
  const rows = split.calibration.length > 0 ? split.calibration : split.validation;
  const column = columnNamed(table, target.name, "target");
  checkThreshold(target, options);
  const outputs = model.outputs(model.inputs(table, rows));
  if (target.task === "regression") {
    const truth = targetNumbers(column, rows, table.source);
    const intervals = fitIntervals(target, fromLearned(target, outputs), truth);
    return { model: model.completed({ intervals }), calibration: null };
  }
  const { length } = target.classes;
  const truth = classNumbers(target, column, rows, table.source);
  const calibration = calibrate(outputs, truth, length, options.calibrate ?? "auto");
  const temperature = calibration.applied ? calibration.temperature : 1;
  const threshold =
    typeof options.threshold === "string"
      ? chooseThreshold(softmax(outputs, length, temperature), truth, options.threshold)
      : (options.threshold ?? null);
  const known = { calibration: calibration.applied ? { temperature } : null, threshold };
  return { model: model.completed(known), calibration };
}

/**
 * Checks that a target can have a threshold, which is known before training.
 *
 * @throws ChainruleError `argument` for a threshold where there are not two classes, or one that is no probability
 *
 * @example
 * const classes = ["basic", "plus", "pro"];
 * const target = { task: "classification", name: "plan", type: "text", classes } as const;
 * checkThreshold(target, {}); // nothing to check
 * checkThreshold(target, { threshold: 0.3 }); // throws argument: … for two classes, and "plan" has 3.
 */
export function checkThreshold(target: TargetPreparation, { threshold }: FinishOptions): void {
  if (threshold === undefined) return;
  if (target.task !== "classification" || target.classes.length !== 2) {
    throw new ChainruleError(
      "argument",
      `A threshold is for two classes, and "${target.name}" ${target.task === "regression" ? "is a number" : `has ${target.classes.length}`}.`,
      "Leave it out.",
    );
  }
  if (threshold === "f1" || threshold === "youden" || (threshold >= 0 && threshold <= 1)) return;
  throw new ChainruleError(
    "argument",
    `The threshold is ${threshold}.`,
    'Give a probability, from 0 to 1, "f1" or "youden".',
  );
}

function calibrate(
  logits: Float64Array,
  truth: Int32Array,
  classes: number,
  wanted: boolean | "auto",
): CalibrationReport {
  const temperature = fitTemperature(logits, truth, classes);
  const figures = (t: number): CalibrationFigures => {
    const probabilities = fromTypedArray(softmax(logits, classes, t), [truth.length, classes]);
    return {
      logLoss: metrics.logLoss(probabilities, truth),
      calibrationError: metrics.calibrationError(probabilities, truth),
    };
  };
  return {
    temperature,
    applied: wanted === "auto" ? helpsOthers(logits, truth, classes) : wanted,
    rows: truth.length,
    before: figures(1),
    after: figures(temperature),
  };
}

/** Whether temperatures that are fitted on one half of the rows lower the log loss of the other: every second row is in a half. */
function helpsOthers(logits: Float64Array, truth: Int32Array, classes: number): boolean {
  const half = (which: number): { logits: Float64Array; truth: Int32Array } => ({
    logits: logits.filter((_, k) => Math.floor(k / classes) % 2 === which),
    truth: truth.filter((_, i) => i % 2 === which),
  });
  const [even, odd] = [half(0), half(1)];
  if (odd.truth.length === 0) return false;
  const change = (fit: typeof even, test: typeof even): number => {
    const temperature = fitTemperature(fit.logits, fit.truth, classes);
    const loss = (t: number): number =>
      metrics.logLoss(
        fromTypedArray(softmax(test.logits, classes, t), [test.truth.length, classes]),
        test.truth,
      );
    return (loss(temperature) - loss(1)) * test.truth.length;
  };
  return change(even, odd) + change(odd, even) < 0;
}

function chooseThreshold(
  probabilities: Float64Array,
  truth: Int32Array,
  goal: "f1" | "youden",
): number | null {
  const second = probabilities.filter((_, k) => k % 2 === 1);
  // Rows of one class do not tell.
  if (new Set(truth).size < 2) return null;
  const { threshold } = metrics.bestThreshold(second, truth, { for: goal });
  return Math.min(1, Math.max(0, threshold));
}
