import { inspect } from "node:util";
import { afterEach, describe, expect, test, vi } from "vitest";
import { defaultGenerator } from "../../tensor/index.ts";
import { tableFromRows } from "../column.ts";
import { TableModel } from "../model.ts";
import type { TableModelSpec } from "../spec.ts";
import type { RowError } from "./cells.ts";
import { modelBytes } from "./file.ts";
import { type ClassPrediction, LoadedModel, load, type NumberPrediction } from "./loaded.ts";
import { classTarget, numberTarget, sampleModel } from "./testing/model.ts";

const rowOf = (i: number) => ({
  plan: ["basic", "pro", "7", null, "gold"][i % 5],
  age: i % 7 === 0 ? null : 20 + ((i * 13) % 50),
  paid: i % 3 === 0,
  since: new Date(1.5e12 + i * 1e9),
  city: ["Bonn", "Ulm", "Köln", "Aachen"][i % 4],
  constructor: (i % 11) / 5,
});
const rows = Array.from({ length: 600 }, (_, i) => rowOf(i));
const table = tableFromRows(rows);

const withSpec = (model: TableModel, more: Partial<TableModelSpec>): TableModel => {
  const changed = new TableModel({ ...model.spec, ...more });
  changed.network.loadStateDict(model.network.stateDict());
  return changed;
};

afterEach(() => void vi.unstubAllGlobals());

describe("LoadedModel", () => {
  test.each([
    ["plainly", {}],
    ["with a temperature", { calibration: { temperature: 2.5 } }],
  ])("predicts classes as the model does, %s", (_, more) => {
    const model = withSpec(sampleModel(), more);
    const loaded = new LoadedModel<object, ClassPrediction<string>>(model);
    const { classes } = classTarget;
    const wanted = model.predict(table);
    if (wanted.task !== "classification") throw new Error("no classes");
    const all = loaded.predictAll(rows);
    expect(all).toHaveLength(600);
    all.forEach((found, i) => {
      const one = loaded.predict(rows[i]);
      for (const { prediction, probability, probabilities } of [found, one]) {
        expect(prediction).toBe(classes[wanted.classes[i]]);
        expect(Object.keys(probabilities)).toEqual(classes);
        expect(probability).toBe(probabilities[prediction]);
        classes.forEach((label, j) => {
          expect(probabilities[label]).toBeCloseTo(wanted.probabilities[i * 3 + j], 6);
        });
      }
    });
    const found = loaded.predictTable(table);
    if (found.task !== "classification") throw new Error("no classes");
    expect(found.classes).toEqual(wanted.classes);
    found.probabilities.forEach((p, i) => void expect(p).toBeCloseTo(wanted.probabilities[i], 6));
  });

  test("prints its target and columns, not its insides", () => {
    const { features, target } = sampleModel().spec;
    const text = `LoadedModel(${target.name} from ${features.map(({ name }) => name).join(", ")})`;
    expect(inspect([new LoadedModel(sampleModel())])).toContain(text);
  });

  test("predicts numbers in their own units, within the range of training", () => {
    const model = sampleModel({ ...numberTarget, range: [190, 210] });
    const loaded = new LoadedModel<object, NumberPrediction>(model);
    const wanted = model.predict(table);
    if (wanted.task !== "regression") throw new Error("no numbers");
    const found = loaded.predictAll(rows).map(({ prediction }) => prediction);
    found.forEach((value, i) => void expect(value).toBeCloseTo(wanted.values[i], 3));
    expect(Math.min(...found)).toBe(190);
    expect(loaded.predict(rows[5]).prediction).toBeCloseTo(wanted.values[5], 3);
  });

  test("gives intervals: of 0.9 by default, or of the level asked for", () => {
    const levels = [
      { level: 0.8, halfWidth: 10 },
      { level: 0.9, halfWidth: 20 },
    ];
    const model = withSpec(sampleModel(numberTarget), { intervals: { rows: 99, levels } });
    const { prediction, low, high } = new LoadedModel<object, NumberPrediction>(model).predict(rows[1]);
    expect([low, high]).toEqual([prediction - 20, prediction + 20]);
    const narrow = new LoadedModel<object, NumberPrediction>(model, { level: 0.8 });
    expect(narrow.predictAll(rows.slice(1, 2))).toEqual([
      { prediction, low: prediction - 10, high: prediction + 10 },
    ]);
    expect(() => new LoadedModel(model, { level: 0.5 })).toThrow("has no intervals of level 0.5");
    const { interval } = narrow.predictTable(table, { level: 0.8 }) as { interval?: { low: Float64Array } };
    expect(interval?.low).toHaveLength(600);
  });

  test("tells the second of two classes by the threshold", () => {
    const target = { ...classTarget, classes: ["no", "yes"] };
    for (const threshold of [0.1, 0.5, 0.9]) {
      const model = withSpec(sampleModel(target), { threshold });
      const found = new LoadedModel<object, ClassPrediction<string>>(model).predictAll(rows);
      for (const { prediction, probability, probabilities } of found) {
        expect(prediction).toBe(probabilities.yes > threshold ? "yes" : "no");
        expect(probability).toBe(probabilities[prediction]);
      }
      const wanted = model.predict(table);
      if (wanted.task !== "classification") throw new Error("no classes");
      expect(found.map(({ prediction }) => target.classes.indexOf(prediction))).toEqual([...wanted.classes]);
    }
  });

  test("gives classes that are numbers as numbers", () => {
    const model = sampleModel({
      ...classTarget,
      type: "number",
      classes: ["0", "1", "2.5"],
    });
    const { prediction, probabilities } = new LoadedModel(model).predict(rows[1]) as ClassPrediction;
    expect([0, 1, 2.5]).toContain(prediction);
    expect(Object.keys(probabilities)).toEqual(["0", "1", "2.5"]);
  });

  test("reads models without numbers, and without anything but codes", () => {
    const features = [
      { type: "text", name: "city", missing: false, encoding: "embedding", levels: ["Bonn", "Ulm"] },
    ] as const;
    const { spec } = sampleModel();
    const model = new TableModel({
      ...spec,
      features,
      network: { ...spec.network, inputs: 0, numbers: 0, levels: [3] },
    });
    const cities = rows.slice(0, 9).map(({ city }) => ({ city }));
    const wanted = model.predict(tableFromRows(cities));
    const found = new LoadedModel<{ city: string }, ClassPrediction>(model).predictAll(cities);
    expect(found.flatMap(({ probabilities }) => Object.values(probabilities))).toEqual(
      wanted.task === "classification"
        ? [...wanted.probabilities].map((p) => expect.closeTo(p, 6) as number)
        : [],
    );
  });

  test("normalizes by the averages of training, and leaves nothing out", () => {
    const model = sampleModel(classTarget, { normalization: "batch", dropout: 0.5 });
    model.network.train();
    const loaded = new LoadedModel(model);
    expect(loaded.predict(rows[3])).toEqual(loaded.predict(rows[3]));
  });

  test("names the row at fault", () => {
    const loaded = new LoadedModel(sampleModel());
    const bad = rows.map((row, i) => (i === 571 ? { ...row, age: "old" } : row));
    expect(() => loaded.predictAll(bad)).toThrow('rows[571]: Column "age" is the text "old"');
    try {
      loaded.predictAll(bad);
    } catch (error) {
      expect(error).toMatchObject({ row: 571, column: "age" } satisfies Partial<RowError>);
    }
    expect(loaded.predictAll([])).toEqual([]);
    // What failed leaves nothing behind.
    expect(loaded.predict(rows[0])).toEqual(new LoadedModel(sampleModel()).predict(rows[0]));
  });

  test("refuses to say what is no number", () => {
    const model = sampleModel();
    for (const p of model.network.parameters()) p.data.fill(3e38);
    expect(() => new LoadedModel(model).predict(rows[1])).toThrow("are not all finite numbers");
  });
});

describe("load", () => {
  const bytes = modelBytes(sampleModel());
  const wanted = new LoadedModel(sampleModel()).predict(rows[2]);

  test("takes bytes", async () => {
    expect((await load(bytes)).predict(rows[2])).toEqual(wanted);
    expect((await load(bytes.slice().buffer as ArrayBuffer)).predict(rows[2])).toEqual(wanted);
    const strict = await load(bytes, { strict: true });
    expect(() => strict.predict({ ...rows[2], extra: 1 })).toThrow('The model knows no column "extra".');
  });

  test("draws no random numbers", async () => {
    const before = defaultGenerator.getState();
    await load(bytes);
    expect(defaultGenerator.getState()).toEqual(before);
  });

  test("fetches a run or a file by its URL", async () => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", async (url: string) => {
      asked.push(url);
      return url.includes("gone") ? new Response("", { status: 404 }) : new Response(bytes as BodyInit);
    });
    for (const url of [
      "https://a.org/run",
      "https://a.org/run/?v=1",
      "https://a.org/x.safetensors#y",
      new URL("https://a.org/r"),
    ])
      expect((await load(url)).predict(rows[2])).toEqual(wanted);
    expect(asked).toEqual([
      "https://a.org/run/model.safetensors",
      "https://a.org/run/model.safetensors?v=1",
      "https://a.org/x.safetensors#y",
      "https://a.org/r/model.safetensors",
    ]);
    await expect(load("https://a.org/gone")).rejects.toMatchObject({
      code: "file",
      problem: "https://a.org/gone/model.safetensors can not be loaded: its server answers 404.",
    });
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("fetch failed")));
    await expect(load("https://a.org/run")).rejects.toMatchObject({ code: "file" });
  });

  test("says what is not there", async () => {
    await expect(load("nowhere/at-all")).rejects.toMatchObject({
      code: "file",
      problem: "nowhere/at-all does not exist.",
    });
    await expect(load("")).rejects.toMatchObject({ code: "argument" });
  });
});
