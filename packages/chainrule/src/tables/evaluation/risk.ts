import * as metrics from "../../metrics/index.ts";
import { fromTypedArray } from "../../tensor/index.ts";
import { columnNamed, type Table } from "../column.ts";
import type { TableModel } from "../model.ts";
import type { Plan } from "../procedure/plan.ts";
import { otherTask } from "../procedure/scores.ts";
import { everyNth } from "../procedure/split.ts";
import { rowWeights } from "../row-weights.ts";
import { classNumbers, targetNumbers } from "../target.ts";

/** The mean loss over some rows. */
export interface PartRisk {
  /** How many rows: all, or 50,000 of more, spaced evenly. */
  readonly rows: number;
  /** Their mean loss, by their weights where there are some. */
  readonly risk: number;
}

/**
 * The empirical risk of a trained model on the rows that it learned from, on those that chose its best epoch, and on those it never saw;
 * all of them predicted in the same way, without dropout. Plain data.
 */
export interface Risk {
  /** The log loss of classes in nats, or the mean squared error of numbers in squared units of the target. */
  readonly loss: "log loss" | "mean squared error";
  /** On the rows that it learned from. */
  readonly training: PartRisk;
  /** On the rows that chose its best epoch. */
  readonly validation: PartRisk;
  /** On the rows that it never saw. */
  readonly test: PartRisk;
  /** Test risk − training risk: what the model loses on new rows. */
  readonly gap: number;
  /** Validation risk − training risk. */
  readonly validationGap: number;
}

/** Of a larger part so many rows are taken, spaced evenly. */
const MOST_ROWS = 50_000;

/**
 * The mean loss of a model on the three parts of its plan, by its column of weights where it has one. Class weights, label smoothing and
 * penalties are not in it; probabilities are those that the model gives, with its temperature.
 *
 * @example
 * const ages = Array.from({ length: 80 }, (_, i) => 20 + ((7 * i) % 60));
 * const rows = ages.map((age) => ({ age, buys: age > 60 }));
 * const plan = planFor(tableFromRows(rows), { target: "buys" });
 * const { loss, training, test, gap } = riskOf(fitLinear(plan).model, plan);
 * loss; // → 'log loss'
 * [training.rows, test.rows]; // → [54, 16]
 * gap === test.risk - training.risk; // → true
 */
export function riskOf(model: TableModel, plan: Plan): Risk {
  const part = (table: Table, all: Int32Array): PartRisk => {
    const rows = everyNth(all, MOST_ROWS);
    return { rows: rows.length, risk: meanLoss(model, table, rows, plan.weights) };
  };
  const training = part(plan.table, plan.split.training);
  const validation = part(plan.table, plan.split.validation);
  const test = part(plan.test.table, plan.test.rows);
  return {
    loss: plan.task === "classification" ? "log loss" : "mean squared error",
    training,
    validation,
    test,
    gap: test.risk - training.risk,
    validationGap: validation.risk - training.risk,
  };
}

function meanLoss(model: TableModel, table: Table, rows: Int32Array, weights: string | null): number {
  const { target } = model.spec;
  const column = columnNamed(table, target.name, "target");
  const predictions = model.predict(table, rows);
  const by = { weights: rowWeights(table, weights, rows)?.values };
  if (target.task === "classification" && predictions.task === "classification") {
    const shape = [rows.length, target.classes.length];
    const truth = classNumbers(target, column, rows, table.source);
    return metrics.logLoss(fromTypedArray(predictions.probabilities, shape), truth, by);
  }
  if (predictions.task !== "regression") throw otherTask(predictions.task, target.task);
  return metrics.mse(predictions.values, targetNumbers(column, rows, table.source), by);
}
