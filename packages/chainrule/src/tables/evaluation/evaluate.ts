import { merged } from "../../util/options.ts";
import { columnNamed } from "../column.ts";
import { intervalAround } from "../intervals.ts";
import type { TableModel } from "../model.ts";
import type { Plan } from "../procedure/plan.ts";
import { type ScoreOptions, type Scores, scoresOf } from "../procedure/scores.ts";
import { rowWeights } from "../row-weights.ts";
import { targetNumbers } from "../target.ts";
import { type Baseline, baselinesOf } from "./baselines.ts";
import { type Risk, riskOf } from "./risk.ts";

/** How often the test rows lie within the model's intervals. */
export interface Coverage {
  /** The share of rows that the intervals are made for, 0 < level < 1. */
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
  /** The mean loss on training, validation and test rows. */
  readonly risk: Risk;
  /** Numbers: of each level that the model has intervals for. Empty for classes. */
  readonly coverage: readonly Coverage[];
}

/**
 * Tests a model on the test rows of its plan, which training never saw, and holds it against models that know little.
 *
 * Rows count by the plan's column of weights, where it has one and the test table too: in scores, their intervals, baselines, risk and
 * coverage.
 *
 * @param options of the model's scores; those of the baselines have no intervals. `weights: null` lets all rows count the same in both.
 * @throws ChainruleError `data` for a test table that lacks a column of the model
 *
 * @example
 * const areas = Array.from({ length: 60 }, (_, i) => 30 + ((7 * i) % 60));
 * const rows = areas.map((area, i) => ({ area, rent: 100 + 10 * area + (i % 7) }));
 * const { model, plan } = await trainTable(rows, { target: "rent", hidden: [8], epochs: 20 });
 * const { coverage, baselines } = evaluatePlan(model, plan);
 * coverage.map(({ level }) => level); // → [0.8]
 * baselines.map(({ name }) => name); // → ['mean', 'linear']
 */
export function evaluatePlan(model: TableModel, plan: Plan, options?: ScoreOptions): PlanEvaluation {
  const { table, rows } = plan.test;
  const predictions = model.predict(table, rows);
  const scoring: ScoreOptions = merged({ weights: plan.weights }, options);
  return {
    scores: scoresOf(plan.target, predictions, table, rows, scoring),
    baselines: baselinesOf(plan, { ...scoring, samples: 0 }),
    risk: riskOf(model, plan),
    coverage: predictions.task === "regression" ? coverageOf(model, plan, predictions.values) : [],
  };
}

function coverageOf(
  { spec }: TableModel,
  { test: { table, rows }, weights }: Plan,
  values: Float64Array,
): Coverage[] {
  const { target, intervals } = spec;
  if (target.task !== "regression" || !intervals) return [];
  const truth = targetNumbers(columnNamed(table, target.name, "target"), rows, table.source);
  const counts = rowWeights(table, weights, rows)?.values ?? new Float64Array(rows.length).fill(1);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return intervals.levels.map(({ level }) => {
    const { low, high } = intervalAround(values, level, target, intervals);
    const within = truth.reduce((sum, y, i) => (y >= low[i] && y <= high[i] ? sum + counts[i] : sum), 0);
    const width = high.reduce((sum, top, i) => sum + (counts[i] * (top - low[i])) / total, 0);
    return { level, covered: within / total, width };
  });
}
