import { columnNamed } from "../column.ts";
import { intervalAround } from "../intervals.ts";
import type { TableModel } from "../model.ts";
import type { Plan } from "../procedure/plan.ts";
import { type ScoreOptions, type Scores, scoresOf } from "../procedure/scores.ts";
import { targetNumbers } from "../target.ts";
import { type Baseline, baselinesOf } from "./baselines.ts";
import { type Risk, riskOf } from "./risk.ts";

/** How often the test rows lie within the model's intervals. */
export interface Coverage {
  readonly level: number;
  /** The share of test rows within. */
  readonly covered: number;
  /** Mean width of the intervals, in the target's own units. */
  readonly width: number;
}

/** What is known of a trained model. Plain data. */
export interface PlanEvaluation {
  /** Scores on the test rows, with intervals. */
  readonly scores: Scores;
  /** Their scores have no intervals. */
  readonly baselines: readonly Baseline[];
  readonly risk: Risk;
  /** Numbers: of each level that the model has intervals for. */
  readonly coverage: readonly Coverage[];
}

/** Tests a model on the test rows of its plan, which training never saw, and holds it against models that know little. */
export function evaluatePlan(model: TableModel, plan: Plan, options?: ScoreOptions): PlanEvaluation {
  const { table, rows } = plan.test;
  const predictions = model.predict(table, rows);
  return {
    scores: scoresOf(plan.target, predictions, table, rows, options),
    baselines: baselinesOf(plan, { samples: 0 }),
    risk: riskOf(model, plan),
    coverage: predictions.task === "regression" ? coverageOf(model, plan, predictions.values) : [],
  };
}

function coverageOf({ spec }: TableModel, { test: { table, rows } }: Plan, values: Float64Array): Coverage[] {
  const { target, intervals } = spec;
  if (target.task !== "regression" || !intervals) return [];
  const truth = targetNumbers(columnNamed(table, target.name, "target"), rows, table.source);
  return intervals.levels.map(({ level }) => {
    const { low, high } = intervalAround(values, level, target, intervals);
    const within = truth.reduce((n, y, i) => (y >= low[i] && y <= high[i] ? n + 1 : n), 0);
    const width = high.reduce((sum, top, i) => sum + (top - low[i]) / rows.length, 0);
    return { level, covered: within / rows.length, width };
  });
}
