import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Generator } from "../../tensor/index.ts";
import type { Checkpoint } from "../../train/index.ts";
import { type Cell, type Table, tableFromRows } from "../column.ts";
import { learn, makeModel } from "./learn.ts";
import { planFor } from "./plan.ts";
import { chooseSettings, type GivenSettings } from "./settings.ts";
import { trainTable } from "./train-table.ts";

type Row = Record<string, Cell>;

/** Numbers, truth values, dates, few and many levels, and missing ones; what is to be predicted follows from them. */
function rowsOf(n: number, seed = 1): Row[] {
  const generator = new Generator(seed);
  const u = () => generator.uniform53();
  return Array.from({ length: n }, () => {
    const city = Math.floor(12 * u());
    const row = {
      area: u() < 0.05 ? null : 40 + 60 * u(),
      garden: u() < 0.5,
      sold: new Date(Date.UTC(2020, 0, 1) + 1e11 * u()),
      city: `city ${city}`,
      kind: u() < 0.5 ? "house" : "flat",
    };
    const price = (row.area ?? 70) * (row.kind === "house" ? 3 : 2) + 10 * city + (row.garden ? 40 : 0);
    return { ...row, price, dear: price > 260 ? "yes" : "no" };
  });
}

const small: GivenSettings = { hidden: [16], epochs: 30, batchSize: 32 };
const same = (a: Iterable<{ readonly data: ArrayLike<number> }>) =>
  [...a].map(({ data }) => [...Array.from(data)]);

describe("trainTable", () => {
  test("predicts numbers from columns of all kinds", async () => {
    const rows = rowsOf(400);
    const { model, scores, settings, result } = await trainTable(rows, {
      ...small,
      target: "price",
      exclude: ["dear"],
    });
    if (scores.task !== "regression") throw new Error("no numbers");
    expect(scores.r2).toBeGreaterThan(0.9);
    expect(settings).toMatchObject({ hidden: [16], activation: "mish", lr: 0.2, epochs: 30 });
    expect(result.epochs).toBe(30);
    expect(model.spec.network).toMatchObject({ numbers: 2, levels: [13] });
    const one = model.predict(tableFromRows([{ ...rows[0], city: "elsewhere" }]));
    expect(one.task === "regression" && Number.isFinite(one.values[0])).toBe(true);
  });

  test("predicts classes, and gives the same bits for the same seed", async () => {
    const rows = rowsOf(300);
    const options = { ...small, target: "dear", exclude: ["price"], seed: 3 };
    const [one, other] = [await trainTable(rows, options), await trainTable(rows, options)];
    expect(one.scores.task === "classification" && one.scores.accuracy).toBeGreaterThan(0.85);
    expect(same(one.model.network.parameters())).toEqual(same(other.model.network.parameters()));
    expect(one.scores).toEqual(other.scores);
  });

  const variants: [string, GivenSettings][] = [
    [
      "plain",
      {
        numberEncoding: "plain",
        frontScale: false,
        parametricActivation: false,
        parametrization: "standard",
        epochs: 40,
      },
    ],
    ["batch normalization, one row left over", { normalization: "batch", batchSize: 29 }],
    ["layer normalization", { normalization: "layer", parametrization: "standard" }],
    ["mixup and noise", { mixup: 0.2, noise: 0.05 }],
    ["l1 and clipped gradients", { l1: 1e-4, clipNorm: 1 }],
    ["an exponential average", { average: "ema", averageDecay: 0.95 }],
    ["an average of the last epochs", { average: "swa" }],
    ["balanced classes, without label smoothing", { classWeights: "balanced", labelSmoothing: 0 }],
    ["a rate that follows the loss", { schedule: "plateau" }],
    ["plain gradient steps", { optimizer: "sgd" }],
    ["the lowest loss", { keepBest: "loss", schedule: "one-cycle" }],
    ["the last epoch", { keepBest: "last" }],
    ["no hidden layer", { hidden: [] }],
  ];
  test.each(variants)("trains with %s", async (_, change) => {
    const options = { ...small, epochs: 12, target: "dear", exclude: ["price"], ...change };
    const { scores } = await trainTable(rowsOf(300), options);
    if (scores.task !== "classification") throw new Error("no classes");
    expect(scores.accuracy).toBeGreaterThan(scores.baseline + 0.1);
  });

  test("counts rows by their weights", async () => {
    // The same inputs with two answers: what is learned is the weighted mean, 30.
    const rows = Array.from({ length: 200 }, (_, i) => ({
      x: (i >> 1) % 3,
      y: i % 2 ? 40 : 0,
      w: i % 2 ? 3 : 1,
    }));
    const options = {
      ...small,
      epochs: 40,
      target: "y",
      task: "regression",
      weights: "w",
      keepBest: "loss",
    } as const;
    const { model, plan } = await trainTable(rows, options);
    expect(plan.features.map(({ name }) => name)).toEqual(["x"]);
    const predictions = model.predict(tableFromRows([{ x: 0 }, { x: 1 }, { x: 2 }]));
    if (predictions.task !== "regression") throw new Error("no numbers");
    for (const value of predictions.values) expect(Math.abs(value - 30)).toBeLessThan(3);
    const bad = rows.map((row, i) => (i === 7 ? { ...row, w: -1 } : row));
    await expect(trainTable(bad, options)).rejects.toThrow('The column of weights "w" has -1 in data row 8.');
  });

  test("balanced classes find the rare one more often", async () => {
    const generator = new Generator(0);
    const rows = Array.from({ length: 600 }, (_, i) => ({
      x: generator.uniform53() + (i % 10 === 0 ? 0.5 : 0),
      y: i % 10 === 0 ? "rare" : "common",
    }));
    const found = async (classWeights: "none" | "balanced"): Promise<number> => {
      const { model } = await trainTable(rows, {
        ...small,
        target: "y",
        classWeights,
        keepBest: "loss",
        epochs: 15,
      });
      const predictions = model.predict(tableFromRows(rows));
      return predictions.task === "classification" ? predictions.classes.reduce((n, c) => n + c, 0) : 0;
    };
    expect(await found("balanced")).toBeGreaterThan(100 + (await found("none")));
  });
});

describe("what can not be is found before training", () => {
  const rows = rowsOf(90).map((row, i) => ({ ...row, size: ["s", "m", "l"][i % 3] }));
  const refused = async (options: object): Promise<unknown> => {
    const epochs: number[] = [];
    const onEpochBegin = (epoch: number): void => void epochs.push(epoch);
    const found = await trainTable(rows, {
      target: "size",
      ...small,
      ...options,
      callbacks: [{ onEpochBegin }],
    }).then(
      () => "trained",
      (error: unknown) => error,
    );
    expect(epochs).toEqual([]);
    return found;
  };
  test.each([
    [{ threshold: 0.3 }, 'A threshold is for two classes, and "size" has 3.'],
    [{ target: "price", threshold: "f1" }, '"price" is a number'],
    [{ target: "dear", threshold: 1.5 }, "The threshold is 1.5."],
    [{ target: "dear", threshold: "f2" }, "The threshold is f2."],
    [{ optimizer: "adamm" }, 'The setting optimizer is "adamm".'],
    [{ epochz: 3 }, 'There is no option "epochz".'],
  ])("%j", async (options, problem) => {
    expect(await refused(options)).toMatchObject({
      code: "argument",
      problem: expect.stringContaining(problem),
    });
  });
});

describe("learn", () => {
  test("goes on from a checkpoint with the bits of a training that was not interrupted", async () => {
    const table = tableFromRows(rowsOf(120));
    const plan = planFor(table, { target: "price", exclude: ["dear"] });
    const settings = chooseSettings({ ...small, epochs: 4, average: "ema", mixup: 0.2 }, 80, plan.task);
    const kept: Checkpoint[] = [];
    const save = (checkpoint: Checkpoint): void => void kept.push(checkpoint);
    const whole = makeModel(plan, settings);
    await learn(whole, plan, settings, [], undefined, { checkpoint: { save } });
    const resumed = makeModel(plan, settings);
    await learn(resumed, plan, settings, [], undefined, { resume: kept[1] });
    expect(kept[1].epoch).toBe(2);
    expect(same(resumed.network.parameters())).toEqual(same(whole.network.parameters()));
  });

  test("rows beside the training rows have no influence on preparation and first weights", () => {
    const rows = rowsOf(60);
    const { split } = planFor(tableFromRows(rows), { target: "price", exclude: ["dear"] });
    const training = new Set(split.training);
    const settings = chooseSettings(small, 40, "regression");
    const fitted = (table: Table) => {
      // Prices stay, so that the split does.
      const plan = planFor(table, { target: "price", exclude: ["dear"] });
      expect(plan.split.training).toEqual(split.training);
      return { features: plan.features, weights: same(makeModel(plan, settings).network.parameters()) };
    };
    const before = fitted(tableFromRows(rows));
    const others = fc.array(fc.integer({ min: 2, max: 1000 }), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(others, (seeds) => {
        const changed = rows.map((row, i) =>
          training.has(i) ? row : { ...rowsOf(1, seeds[i % 20])[0], price: row.price, dear: row.dear },
        );
        expect(fitted(tableFromRows(changed))).toEqual(before);
      }),
      { numRuns: 10 },
    );
  });
});
