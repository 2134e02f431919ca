import { describe, expect, test } from "vitest";
import { Generator } from "../../tensor/index.ts";
import { type Cell, columnNamed, tableFromRows } from "../column.ts";
import { planFor } from "../procedure/plan.ts";
import { trainTable } from "../procedure/train-table.ts";
import { checkSpec } from "../spec.ts";
import { classNumbers } from "../target.ts";
import { baselinesOf } from "./baselines.ts";
import { evaluatePlan } from "./evaluate.ts";
import { finishModel } from "./finish.ts";
import { fitLinear } from "./linear.ts";

/** A number and a class that follow a line of two columns, with noise, and a level of many. */
function rowsOf(n: number, seed = 1): Record<string, Cell>[] {
  const generator = new Generator(seed);
  const u = () => generator.uniform53();
  return Array.from({ length: n }, () => {
    const [x, paid, city] = [u() - 0.5, u() < 0.5, Math.floor(12 * u())];
    const y = 4 * x + (paid ? 1 : -1) + (city === 3 ? 2 : 0) + 0.3 * (u() - 0.5);
    return { x, paid, city: `city ${city}`, y: y + 50, class: y + 2 * (u() - 0.5) > 0 ? "high" : "low" };
  });
}

const small = { hidden: [16], epochs: 20, batchSize: 32, seed: 2 } as const;

describe("fitLinear", () => {
  test("finds a line, with one input for each level", () => {
    const plan = planFor(tableFromRows(rowsOf(600)), { target: "y", exclude: ["class"] });
    const { model } = fitLinear(plan);
    expect(model.spec.network).toMatchObject({ hidden: [], levels: [], inputs: 14 });
    const [mean, linear] = baselinesOf(plan, { samples: 0 });
    expect([mean.name, linear.name]).toEqual(["mean", "linear"]);
    // The noise has the variance 0.09/12, y about 4.
    expect(linear.scores.task === "regression" && linear.scores.r2).toBeGreaterThan(0.98);
    expect(mean.scores.task === "regression" && mean.scores.rmse).toBe(
      mean.scores.task === "regression" && mean.scores.baseline,
    );
  });

  test("is at the minimum of its loss: ∂/∂W (mean cross-entropy + λ‖W‖²) is 0", () => {
    const plan = planFor(tableFromRows(rowsOf(300)), { target: "class", exclude: ["y", "city"] });
    const { model, strength, rows } = fitLinear(plan);
    expect(rows).toBe(plan.split.training.length);
    const { data, inputs } = model.inputs(plan.table, plan.split.training);
    const predictions = model.predict(plan.table, plan.split.training);
    if (predictions.task !== "classification" || plan.target.task !== "classification")
      throw new Error("no classes");
    const { probabilities } = predictions;
    const truth = classNumbers(plan.target, columnNamed(plan.table, "class"), plan.split.training, "t");
    const weight = model.network.stateDict()["layers.0.weight"];
    for (let c = 0; c < 2; c++) {
      for (let j = 0; j < inputs; j++) {
        let slope = 2 * strength * Number(weight.data[c * inputs + j]);
        truth.forEach((t, i) => {
          slope += ((probabilities[2 * i + c] - (t === c ? 1 : 0)) * data[i * inputs + j]) / rows;
        });
        expect(Math.abs(slope)).toBeLessThan(1e-4);
      }
    }
  });
});

test("majority says the frequencies of the training rows", () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({ x: i % 7, class: i % 4 === 0 ? "a" : "b" }));
  const plan = planFor(tableFromRows(rows), { target: "class" });
  const [{ name, scores }] = baselinesOf(plan, { samples: 0 });
  expect(name).toBe("majority");
  const share = plan.split.training.filter((row) => row % 4 === 0).length / plan.split.training.length;
  if (scores.task !== "classification") throw new Error("no classes");
  expect(scores.accuracy).toBe(0.75);
  expect(scores.logLoss).toBeCloseTo(-0.25 * Math.log(share) - 0.75 * Math.log(1 - share), 12);
});

describe("a trained model", () => {
  test("of numbers has intervals, and its evaluation says how often they hold", async () => {
    const { model, plan, evaluation, calibration } = await trainTable(rowsOf(400), {
      ...small,
      target: "y",
      exclude: ["class"],
      calibrationSize: 0.2,
    });
    expect(calibration).toBeNull();
    expect(plan.split.calibration.length).toBe(64);
    expect(model.spec.intervals?.rows).toBe(64);
    expect(checkSpec(JSON.parse(JSON.stringify(model.spec)))).toEqual(model.spec);
    const { interval } = model.predict(plan.table, plan.test.rows, { level: 0.9 }) as {
      interval?: { low: Float64Array; high: Float64Array };
    };
    const y = columnNamed(plan.table, "y");
    const within = Array.from(plan.test.rows).filter(
      (row, i) =>
        y.type === "number" &&
        interval &&
        y.values[row] >= interval.low[i] &&
        y.values[row] <= interval.high[i],
    ).length;
    expect(evaluation.coverage.map(({ level }) => level)).toEqual([0.8, 0.9, 0.95]);
    expect(evaluation.coverage[1].covered).toBeCloseTo(within / plan.test.rows.length, 12);
    expect(within / plan.test.rows.length).toBeGreaterThan(0.75);
    const { risk, scores } = evaluation;
    expect(risk).toMatchObject({ loss: "mean squared error", gap: risk.test.risk - risk.training.risk });
    expect(scores.task === "regression" && scores.rmse ** 2).toBeCloseTo(risk.test.risk, 9);
    expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
  });

  test("of classes is calibrated where that helps, or as asked for", async () => {
    const table = tableFromRows(rowsOf(500));
    const trained = await trainTable(table, { ...small, target: "class", exclude: ["y"], calibrate: false });
    const { model, plan } = trained;
    expect(model.spec.calibration).toBeNull();
    const always = finishModel(model, plan, { calibrate: true });
    const { before, after, temperature, applied } = always.calibration ?? {};
    expect([applied, always.model.spec.calibration]).toEqual([true, { temperature }]);
    expect(after?.logLoss).toBeLessThan(before?.logLoss ?? 0);
    expect(always.model.network).toBe(model.network);
    const [one, other] = [model, always.model].map((m) => m.predict(table));
    if (one.task !== "classification" || other.task !== "classification") throw new Error("no classes");
    expect(other.classes).toEqual(one.classes);
    expect(other.probabilities).not.toEqual(one.probabilities);
    const auto = finishModel(model, plan);
    expect(auto.calibration?.temperature).toBe(temperature);
    expect(auto.model.spec.calibration === null).toBe(!auto.calibration?.applied);
  });

  test("of two classes tells the second by a threshold", async () => {
    const table = tableFromRows(rowsOf(300));
    const { model, plan } = await trainTable(table, {
      ...small,
      target: "class",
      exclude: ["y"],
      threshold: 0.8,
    });
    expect(checkSpec(JSON.parse(JSON.stringify(model.spec))).threshold).toBe(0.8);
    const { classes, probabilities } = model.predict(table) as {
      classes: Int32Array;
      probabilities: Float64Array;
    };
    expect([...classes]).toEqual(Array.from(classes, (_, i) => (probabilities[2 * i + 1] > 0.8 ? 1 : 0)));
    expect(evaluatePlan(model, plan).scores).toMatchObject({ threshold: 0.8 });
    const chosen = finishModel(model, plan, { threshold: "f1" }).model.spec.threshold;
    expect(chosen).toBeGreaterThan(0);
    expect(chosen).toBeLessThan(1);
    expect(() => finishModel(model, plan, { threshold: 2 })).toThrow("The threshold is 2.");
  });
});

test("weights that are undefined are the plan's, and null is none", () => {
  const rows = rowsOf(80).map((row, i) => ({ ...row, weight: 1 + (i % 3) }));
  const plan = planFor(tableFromRows(rows), { target: "y", exclude: ["class"], weights: "weight" });
  const { model } = fitLinear(plan);
  const scored = (weights?: string | null): unknown => {
    const { scores, baselines } = evaluatePlan(model, plan, { samples: 0, weights });
    return [scores, baselines, baselinesOf(plan, { samples: 0, weights })];
  };
  expect(scored(undefined)).toEqual(scored("weight"));
  expect(scored(null)).not.toEqual(scored("weight"));
});
