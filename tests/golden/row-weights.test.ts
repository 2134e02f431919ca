/** Scores, baselines and risk by a column of weights, against scikit-learn's `sample_weight`. */
import { metrics } from "chainrule";
import {
  baselinesOf,
  type Cell,
  chooseSettings,
  evaluatePlan,
  fitLinear,
  learn,
  makeModel,
  type Plan,
  type Predictions,
  planFor,
  riskOf,
  rowWeights,
  scoresOf,
  tableFromRows,
} from "chainrule/tables";
import { expect, test } from "vitest";
import { expectNumbers, golden } from "./golden.ts";

interface Golden {
  readonly rows: readonly Record<string, Cell>[];
  /** [test rows, 3] */
  readonly probabilities: readonly number[];
  readonly values: readonly number[];
  readonly scores: { readonly classes: Record<string, unknown>; readonly numbers: Record<string, unknown> };
  readonly baselines: { readonly majority: Record<string, number>; readonly mean: Record<string, number> };
  readonly linear: readonly {
    readonly s: number;
    readonly probabilities: readonly number[];
    readonly values: readonly number[];
  }[];
}

const wanted = golden<Golden>("row_weights");
const table = tableFromRows(wanted.rows);

const planOf = (target: "label" | "y", weights: "weight" | null = "weight"): Plan =>
  planFor(table, {
    target,
    exclude: [target === "y" ? "label" : "y", ...(weights === null ? ["weight"] : [])],
    split: { kind: "column", column: "part" },
    ...(weights === null ? {} : { weights }),
  });

/** The golden predictions of the test rows. */
function predictionsOf(target: "label" | "y"): Predictions {
  if (target === "y") return { task: "regression", values: Float64Array.from(wanted.values) };
  const probabilities = Float64Array.from(wanted.probabilities);
  const classes = Int32Array.from({ length: probabilities.length / 3 }, (_, i) => {
    const row = probabilities.subarray(3 * i, 3 * i + 3);
    return row.indexOf(Math.max(...row));
  });
  return { task: "classification", classes, probabilities };
}

function expectClose(found: object, figures: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(figures)) {
    const own = (found as Record<string, unknown>)[name];
    if (typeof value === "number") expectNumbers([own as number], [value], 1e-9, 1e-9, name);
    else if (Array.isArray(value))
      for (const [i, part] of value.entries()) expectClose({ part: (own as unknown[])[i] }, { part });
    else if (typeof value === "object") expectClose(own as object, value as Record<string, unknown>);
    else expect(own, name).toBe(value);
  }
}

test.each(["label", "y"] as const)("scores of %s are those of scikit-learn with sample_weight", (target) => {
  const plan = planOf(target);
  const predictions = predictionsOf(target);
  const { rows } = plan.test;
  const scores = scoresOf(plan.target, predictions, table, rows, { weights: plan.weights });
  expectClose(scores, target === "label" ? wanted.scores.classes : wanted.scores.numbers);
  expect([scores.weightedBy, scores.rows]).toEqual(["weight", 25]);
  const plain = scoresOf(plan.target, predictions, table, rows);
  expect(plain.weightedBy).toBeNull();
  for (const name of Object.keys(scores.intervals) as never[]) {
    expect(scores[name], name).not.toBe(plain[name]);
    const { low, high } = scores.intervals[name];
    expect([low < scores[name], scores[name] < high], name).toEqual([true, true]);
  }
});

test("intervals are of rows that are drawn alike and take their weights along", () => {
  const plan = planOf("y");
  const { values: weights } = rowWeights(table, "weight", plan.test.rows) ?? { values: new Float64Array() };
  const truth = Array.from(plan.test.rows, (row) => wanted.rows[row].y as number);
  const scores = scoresOf(plan.target, predictionsOf("y"), table, plan.test.rows, { weights: "weight" });
  const at = (of: ArrayLike<number>, rows: Int32Array): Float64Array =>
    Float64Array.from(rows, (row) => of[row]);
  const interval = metrics.bootstrap(truth.length, (rows) =>
    metrics.mae(at(wanted.values, rows), at(truth, rows), { weights: at(weights, rows) }),
  );
  if (scores.task !== "regression" || !scores.intervals.mae) throw new Error("no interval");
  expectClose(scores.intervals.mae, { low: interval.low, high: interval.high });
});

test.each(["label", "y"] as const)("baselines of %s are fitted and scored by the weights", (target) => {
  const plan = planOf(target);
  const [constant, linear] = baselinesOf(plan, { samples: 0 });
  expectClose(constant.scores, target === "label" ? wanted.baselines.majority : wanted.baselines.mean);
  expect([constant.scores.weightedBy, linear.scores.weightedBy]).toEqual(["weight", "weight"]);
  const { model, strength, rows } = fitLinear(plan);
  const fitted = wanted.linear.find(({ s }) => Math.abs(s / rows - strength) < 1e-12);
  if (fitted === undefined) throw new Error(`no strength ${strength}`);
  const found = model.predict(table, plan.test.rows);
  // What LBFGS finds in float32 is this near to the minimum.
  if (found.task === "classification")
    expectNumbers([...found.probabilities], [...fitted.probabilities], 2e-3, 2e-3);
  else expectNumbers([...found.values], [...fitted.values], 2e-3, 2e-3);
  const plain = fitLinear(planOf(target, null)).model.predict(table, plan.test.rows);
  const numbers = (of: Predictions): Float64Array =>
    of.task === "regression" ? of.values : of.probabilities;
  const moved = numbers(found).map((value, i) => Math.abs(value - numbers(plain)[i]));
  expect(Math.max(...moved)).toBeGreaterThan(0.02);
});

test("the score of an epoch is by the weights of the validation rows", async () => {
  const plan = planOf("label");
  const settings = chooseSettings(
    { hidden: [8], epochs: 3, keepBest: "last", average: "none" },
    plan.split.training.length,
    plan.task,
  );
  const model = makeModel(plan, settings);
  const { history } = await learn(model, plan, settings);
  const found = model.predict(table, plan.split.validation);
  const scores = scoresOf(plan.target, found, table, plan.split.validation, {
    samples: 0,
    weights: "weight",
  });
  const plain = scoresOf(plan.target, found, table, plan.split.validation, { samples: 0 });
  if (scores.task !== "classification" || plain.task !== "classification") throw new Error("no classes");
  expect(history[2].metrics.accuracy).toBeCloseTo(scores.accuracy, 12);
  expect(scores.accuracy).not.toBeCloseTo(plain.accuracy, 3);
});

test("risk, gap and coverage count rows by their weights", () => {
  const plan = planOf("y");
  const { model } = fitLinear(plan);
  const risk = riskOf(model, plan);
  for (const part of ["training", "validation", "test"] as const) {
    const rows = plan.split[part];
    const predictions = model.predict(table, rows);
    if (predictions.task !== "regression") throw new Error("no numbers");
    let [sum, all] = [0, 0];
    rows.forEach((row, i) => {
      const { y, weight } = wanted.rows[row] as { y: number; weight: number };
      sum += weight * (y - predictions.values[i]) ** 2;
      all += weight;
    });
    expect(risk[part].risk).toBeCloseTo(sum / all, 9);
  }
  expect(risk.gap).toBe(risk.test.risk - risk.training.risk);
  const intervals = { rows: 20, levels: [{ level: 0.8, halfWidth: 1 }] };
  const { coverage, scores } = evaluatePlan(model.completed({ intervals }), plan);
  const predicted = model.predict(table, plan.test.rows) as { values: Float64Array };
  let [within, all] = [0, 0];
  plan.test.rows.forEach((row, i) => {
    const { y, weight } = wanted.rows[row] as { y: number; weight: number };
    if (Math.abs(y - predicted.values[i]) <= 1) within += weight;
    all += weight;
  });
  expect(coverage).toEqual([{ level: 0.8, covered: within / all, width: expect.closeTo(2, 12) }]);
  expect(scores.weightedBy).toBe("weight");
  expect(evaluatePlan(model, plan, { weights: null, samples: 0 }).scores.weightedBy).toBeNull();
});

test("a column of weights is checked in every part, and rows of a test table without it count the same", () => {
  const options = { target: "y", exclude: ["label", "part"], weights: "weight" } as const;
  const withWeights = (weight: (row: Record<string, Cell>) => Cell): ReturnType<typeof tableFromRows> =>
    tableFromRows(wanted.rows.map((row) => ({ ...row, weight: weight(row) })));
  const byPart = {
    target: "y",
    exclude: ["label"],
    split: { kind: "column", column: "part" },
    weights: "weight",
  } as const;
  const noTest = withWeights((row) => (row.part === "test" ? 0 : 1));
  expect(() => planFor(noTest, byPart)).toThrow('The column of weights "weight" is 0 in all 25 test rows.');
  const negative = withWeights((row) => (row === wanted.rows[3] ? -1 : 1));
  expect(() => planFor(negative, options)).toThrow('The column of weights "weight" has -1 in data row 4');
  expect(() => planFor(table, { ...options, weights: "heft" })).toThrow("heft");
  expect(() => planFor(table, { ...options, weights: "y" })).toThrow(
    'The column of weights "y" is the target.',
  );
  const bare = tableFromRows(wanted.rows.map(({ weight: _, ...row }) => row));
  const plan = planFor(table, { ...options, test: bare });
  const { model } = fitLinear(plan);
  const { scores } = evaluatePlan(model, plan, { samples: 0 });
  expect([scores.weightedBy, scores.rows]).toEqual([null, 90]);
});
