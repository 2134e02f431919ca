import { expect, test } from "vitest";
import { Generator } from "../../tensor/index.ts";
import { tableFromRows } from "../column.ts";
import { learn, makeModel } from "../procedure/learn.ts";
import { planFor } from "../procedure/plan.ts";
import { chooseSettings } from "../procedure/settings.ts";
import { findRate } from "./find-rate.ts";

const generator = new Generator(0);
const table = tableFromRows(
  Array.from({ length: 300 }, (_, i) => {
    const [a, b] = [generator.uniform53(), generator.uniform53()];
    return { a, b, city: ["Bonn", "Ulm", "Jena"][i % 3], y: a * b + (i % 3) + 0.1 * generator.uniform53() };
  }),
);

test("rates are those of the settings, and the model stays as it was", async () => {
  const plan = planFor(table, { target: "y" });
  const settings = chooseSettings({ hidden: [16], epochs: 40, batchSize: 32 }, 200, "regression");
  const model = makeModel(plan, settings);
  const weights = (): unknown => model.network.parameters().map((p) => p.toArray());
  const before = weights();
  const { rates, smoothed, suggestion } = await findRate(model, plan, settings, { steps: 60 });
  expect(rates[0]).toBeCloseTo(settings.lr / 1000, 12);
  expect(rates[59] ?? 0).toBeLessThanOrEqual(settings.lr * 100.001);
  expect(weights()).toEqual(before);
  // With the rate that was found, training goes well.
  expect(suggestion).toBe(rates[smoothed.indexOf(Math.min(...smoothed)) - 9]);
  const { history } = await learn(model, plan, { ...settings, lr: suggestion as number });
  expect(Math.max(...history.map(({ metrics }) => metrics.r2))).toBeGreaterThan(0.8);
});

test("a range can be given, and must grow", async () => {
  const plan = planFor(table, { target: "city" });
  const settings = chooseSettings({ hidden: [8] }, 200, "classification");
  const model = makeModel(plan, settings);
  const { rates } = await findRate(model, plan, settings, { from: 0.001, to: 0.01, steps: 11 });
  expect([rates.length, rates[0], rates[5], rates[10]].map((x) => Number(x.toPrecision(6)))).toEqual([
    11, 0.001, 0.00316228, 0.01,
  ]);
  await expect(findRate(model, plan, settings, { from: 1, to: 0.1 })).rejects.toThrow("do not grow");
});
