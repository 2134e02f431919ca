import { merged } from "../../util/options.ts";
import { columnNamed } from "../column.ts";
import type { Predictions } from "../model.ts";
import type { Plan } from "../procedure/plan.ts";
import { type ScoreOptions, type Scores, scoresOf } from "../procedure/scores.ts";
import { rowWeights, sharesOf } from "../row-weights.ts";
import { classNumbers } from "../target.ts";
import { fitLinear } from "./linear.ts";

/** What a model is to be held against. Plain data. */
export interface Baseline {
  /** "majority" for classes, "mean" for numbers, and "linear" for both. */
  readonly name: "majority" | "mean" | "linear";
  /** What it does, in words. */
  readonly meaning: string;
  /** Its scores on the test rows. */
  readonly scores: Scores;
}

/**
 * Models that know little, on the test rows of a plan: one that always says the most frequent class (with the classes' frequencies as
 * probabilities) or the mean, and a linear one on the same inputs (see {@link fitLinear}). A network that is not better is not worth its
 * weights.
 *
 * They are fitted by the plan's column of weights, where it has one, and scored by it too.
 *
 * @param options of the scores; by default with bootstrap intervals
 * @returns two: the constant one, and the linear one
 *
 * @example
 * const ages = Array.from({ length: 80 }, (_, i) => 20 + ((7 * i) % 60));
 * const rows = ages.map((age) => ({ age, buys: age > 60 }));
 * const plan = planFor(tableFromRows(rows), { target: "buys" });
 * const [majority, linear] = baselinesOf(plan, { samples: 0 });
 * majority.meaning; // → 'always the most frequent class'
 * majority.scores.task === "classification" && majority.scores.accuracy; // → 0.6875
 * linear.scores.task === "classification" && linear.scores.accuracy > 0.9; // → true
 */
export function baselinesOf(plan: Plan, options?: ScoreOptions): Baseline[] {
  const { target, test } = plan;
  const scoring: ScoreOptions = merged({ weights: plan.weights }, options);
  const score = (predictions: Predictions): Scores =>
    scoresOf(target, predictions, test.table, test.rows, scoring);
  const linear = fitLinear(plan);
  const classes = plan.task === "classification";
  return [
    {
      name: classes ? "majority" : "mean",
      meaning: classes ? "always the most frequent class" : "always the mean",
      scores: score(constantPredictions(plan)),
    },
    {
      name: "linear",
      meaning: classes ? "logistic regression on the same inputs" : "ridge regression on the same inputs",
      scores: score(linear.model.predict(test.table, test.rows)),
    },
  ];
}

function constantPredictions({ target, table, weights, split, test }: Plan): Predictions {
  const { length } = test.rows;
  if (target.task === "regression") {
    return { task: "regression", values: new Float64Array(length).fill(target.mean) };
  }
  const shares = new Float64Array(target.classes.length);
  const counts = rowWeights(table, weights, split.training);
  const each = counts === null ? null : sharesOf(counts);
  classNumbers(target, columnNamed(table, target.name), split.training, table.source).forEach((c, i) => {
    shares[c] += each === null ? 1 / split.training.length : each[i];
  });
  const probabilities = new Float64Array(length * shares.length);
  for (let i = 0; i < length; i++) probabilities.set(shares, i * shares.length);
  return {
    task: "classification",
    classes: new Int32Array(length).fill(shares.indexOf(Math.max(...shares))),
    probabilities,
  };
}
