import { columnNamed } from "../column.ts";
import type { Predictions } from "../model.ts";
import type { Plan } from "../procedure/plan.ts";
import { type ScoreOptions, type Scores, scoresOf } from "../procedure/scores.ts";
import { classNumbers } from "../target.ts";
import { fitLinear } from "./linear.ts";

/** What a model is to be held against. Plain data. */
export interface Baseline {
  readonly name: "majority" | "mean" | "linear";
  /** What it does, in words. */
  readonly meaning: string;
  /** Its scores on the test rows. */
  readonly scores: Scores;
}

/**
 * Models that know little, on the test rows of a plan: one that always says the most frequent class (with the classes' frequencies as
 * probabilities) or the mean, and a linear one on the same inputs. A network that is not better is not worth its weights.
 */
export function baselinesOf(plan: Plan, options?: ScoreOptions): Baseline[] {
  const { target, test } = plan;
  const score = (predictions: Predictions): Scores =>
    scoresOf(target, predictions, test.table, test.rows, options);
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

function constantPredictions({ target, table, split, test }: Plan): Predictions {
  const { length } = test.rows;
  if (target.task === "regression") {
    return { task: "regression", values: new Float64Array(length).fill(target.mean) };
  }
  const shares = new Float64Array(target.classes.length);
  for (const c of classNumbers(target, columnNamed(table, target.name), split.training, table.source))
    shares[c] += 1 / split.training.length;
  const probabilities = new Float64Array(length * shares.length);
  for (let i = 0; i < length; i++) probabilities.set(shares, i * shares.length);
  return {
    task: "classification",
    classes: new Int32Array(length).fill(shares.indexOf(Math.max(...shares))),
    probabilities,
  };
}
