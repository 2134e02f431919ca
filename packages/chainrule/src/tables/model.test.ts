import { describe, expect, test, vi } from "vitest";
import { manualSeed, type Tensor } from "../tensor/index.ts";
import { type Table, tableFromRows } from "./column.ts";
import { TableModel } from "./model.ts";
import type { Architecture } from "./network/architecture.ts";
import { TableNetwork } from "./network/network.ts";
import { fitFeatures, layoutOf } from "./preparation.ts";
import { checkSpec, type TableModelSpec } from "./spec.ts";
import {
  classNumbers,
  fitTarget,
  fromLearned,
  type NumberTarget,
  targetNumbers,
  toLearned,
} from "./target.ts";

const range = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i);
const table = tableFromRows(
  Array.from({ length: 12 }, (_, i) => ({
    x: i,
    plan: "abc"[i % 3],
    paid: i % 2 === 0,
    y: `class ${i % 2}`,
    z: 10 * i,
  })),
);
const pick = (...names: string[]) => table.columns.filter(({ name }) => names.includes(name));

const plain = {
  numberEncoding: "plain",
  embeddingSize: 8,
  frontScale: false,
  hidden: [4],
  activation: "relu",
  parametricActivation: false,
  normalization: "none",
  dropout: 0.5,
} as const satisfies Partial<Architecture>;

function specFor(target: string, task: "classification" | "regression"): TableModelSpec {
  const features = fitFeatures(pick("x", "plan", "paid"), range(12));
  return {
    version: 2,
    features,
    target: fitTarget(pick(target)[0], range(12), task),
    network: { ...plain, ...layoutOf(features), outputs: task === "regression" ? 1 : 2 },
  };
}

describe("TableModel", () => {
  manualSeed(0);
  const model = new TableModel(specFor("y", "classification"));

  test("leaves every layer in the mode that it was in", () => {
    model.network.train();
    model.network.layers.at(1).eval();
    model.predict(table);
    const modes = model.network.modules().map(({ training }) => training);
    expect(modes).toEqual([true, true, true, false, true, true]);
    model.network.train();
  });

  test("gives probabilities and the most probable class", () => {
    const predictions = model.predict(table);
    if (predictions.task !== "classification") throw new Error("no classes");
    for (let i = 0; i < 12; i++) {
      const [p, q] = predictions.probabilities.subarray(2 * i);
      expect(p + q).toBeCloseTo(1, 12);
      expect(predictions.classes[i]).toBe(q > p ? 1 : 0);
    }
  });

  test("predicts without dropout, row by row as all at once, and stays in its mode", () => {
    model.network.train();
    const all = model.predict(table);
    expect(model.network.training).toBe(true);
    const one = model.predict(table, Int32Array.of(7));
    if (all.task !== "classification" || one.task !== "classification") throw new Error("no classes");
    expect([...one.probabilities]).toEqual([...all.probabilities.subarray(14, 16)]);
  });

  test("gives many rows, which run compiled, the numbers of few", () => {
    const rows = Int32Array.from({ length: 20_000 }, (_, i) => i % 12);
    const [many, few] = [model.outputs(model.inputs(table, rows)), model.outputs(model.inputs(table))];
    for (let i = 0; i < many.length; i += 97) expect(many[i]).toBeCloseTo(few[i % few.length], 5);
  });

  test("shares its programs with what completes it, and runs op by op what can not be compiled", () => {
    expect(model.completed({ threshold: 0.2 }).forward).toBe(model.forward);
    class Reading extends TableNetwork {
      override forward(x: Tensor, codes?: Tensor): Tensor {
        x.sum().item();
        return super.forward(x, codes);
      }
    }
    const odd = new TableModel(model.spec, new Reading(model.spec.network));
    odd.network.loadStateDict(model.network.stateDict());
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    const found = odd.outputs(odd.inputs(table), { compile: true });
    expect(warn.mock.calls.map(String)).toEqual([expect.stringContaining("predict runs uncompiled")]);
    warn.mockRestore();
    model.outputs(model.inputs(table)).forEach((output, i) => {
      expect(found[i]).toBeCloseTo(output, 5);
    });
    model.dispose();
    expect(model.outputs(model.inputs(table), { compile: true }).length).toBe(found.length);
  });

  test("gives numbers in the target's units", () => {
    const regression = new TableModel(specFor("z", "regression"));
    const { data, inputs } = regression.inputs(table);
    expect([data.length, inputs]).toEqual([60, 5]);
    for (const parameter of regression.network.parameters()) parameter.data.fill(0);
    const predictions = regression.predict(table);
    expect(predictions.task === "regression" && [...predictions.values]).toEqual(new Array(12).fill(55));
  });

  test("divides logits by the temperature of its calibration", () => {
    const cool = new TableModel({ ...model.spec, calibration: { temperature: 4 } });
    cool.network.loadStateDict(model.network.stateDict());
    const [before, after] = [model.predict(table), cool.predict(table)];
    if (before.task !== "classification" || after.task !== "classification") throw new Error("no classes");
    const odds = (p: Float64Array, i: number) => Math.log(p[2 * i] / p[2 * i + 1]);
    for (let i = 0; i < 12; i++)
      expect(odds(after.probabilities, i)).toBeCloseTo(odds(before.probabilities, i) / 4, 10);
    expect(after.classes).toEqual(before.classes);
  });

  test("takes columns by name, ignores others, and says what is missing", () => {
    const reversed: Table = { ...table, columns: table.columns.toReversed() };
    expect(model.predict(reversed)).toEqual(model.predict(table));
    const renamed = tableFromRows([{ x: 1, plann: "a", other: 5 }], "new.csv");
    expect(() => model.predict(renamed)).toThrow(
      'new.csv lacks 2 columns "plan" and "paid", which the model was trained with. Did you mean "plann"?',
    );
  });

  test("takes an empty column for any type, and 0 and 1 for truth", () => {
    const rows = tableFromRows([{ x: null, plan: null, paid: 1 }]);
    const inputs = model.inputs(rows).data;
    expect([...inputs.subarray(1)]).toEqual([0, 0, 0, 1]);
  });

  test.each([
    [
      { x: "abc", plan: "a", paid: true },
      'Data row 1 of t.csv has "abc" in column "x", where a number must be.',
    ],
    [
      { x: 1, plan: 5, paid: true },
      'Column "plan" of t.csv holds numbers where the model was trained with texts.',
    ],
    [
      { x: 1, plan: "a", paid: 3 },
      'Column "paid" of t.csv holds numbers where the model was trained with truth values.',
    ],
    [
      { x: 1, plan: "a", paid: "maybe" },
      'has "maybe" in column "paid", where a truth value, such as yes or no, must be',
    ],
    [{ x: new Date(0), plan: "a", paid: true }, 'Column "x" of t.csv holds dates'],
  ])("refuses other types %#", (row, message) => {
    expect(() => model.predict(tableFromRows([row], "t.csv"))).toThrow(message);
  });
});

describe("targets", () => {
  test("order classes by number, by truth, or by letters", () => {
    const classes = (values: (string | number | boolean)[]) => {
      const [column] = tableFromRows(values.map((y) => ({ y }))).columns;
      const target = fitTarget(column, range(values.length), "classification");
      return target.task === "classification" ? target.classes : [];
    };
    expect(classes([10, 9, 2])).toEqual(["2", "9", "10"]);
    expect(classes(["b", "a", "B"])).toEqual(["B", "a", "b"]);
    expect(classes([true, false])).toEqual(["false", "true"]);
  });

  test("name the row of a label outside the classes", () => {
    const target = fitTarget(pick("y")[0], range(12), "classification");
    if (target.task !== "classification") throw new Error("no classes");
    const other = tableFromRows([{ y: "class 0" }, { y: "clas 1" }], "t.csv").columns[0];
    expect([...classNumbers(target, other, Int32Array.of(0), "t.csv")]).toEqual([0]);
    expect(() => classNumbers(target, other, range(2), "t.csv")).toThrow(
      'Data row 2 of t.csv has the y "clas 1", which is none of the 2 classes of the model. Did you mean "class 1"? The classes are "class 0" and "class 1".',
    );
  });

  test("go to what is learned and back, within the range of the training rows", () => {
    const numbers = Float64Array.of(1, 10, 100, 1000);
    const column = { type: "number", name: "y", values: numbers } as const;
    const target = fitTarget(column, range(4), "regression") as NumberTarget;
    expect(target).toMatchObject({ transform: "none", mean: 277.75, center: 277.75, range: [1, 1000] });
    const log = fitTarget(column, range(4), "regression", "log") as NumberTarget;
    expect(log).toMatchObject({ transform: "log", mean: 277.75, range: [1, 1000] });
    expect(log.center).toBeCloseTo(Math.log(10) * 1.5, 12);
    for (const each of [target, log]) {
      const learned = toLearned(each, numbers);
      expect(learned.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 6);
      expect(learned.reduce((a, b) => a + b * b, 0) / 4).toBeCloseTo(1, 6);
      const back = fromLearned(each, Float64Array.from(learned));
      back.forEach((y, i) => {
        expect(y / numbers[i]).toBeCloseTo(1, 4);
      });
      expect([...fromLearned(each, Float64Array.of(-50, 50))]).toEqual([1, 1000]);
      // What lies below all training rows has no logarithm perhaps, but a finite place.
      expect(toLearned(each, Float64Array.of(-5)).every(Number.isFinite)).toBe(true);
    }
  });

  test("of numbers with a long tail are learned by their logarithm where that is left to the data", () => {
    const fit = (values: number[]) => {
      const column = { type: "number", name: "y", values: Float64Array.from(values) } as const;
      return fitTarget(column, range(values.length), "regression", "auto");
    };
    const exponents = Array.from({ length: 50 }, (_, i) => i / 5);
    expect(fit(exponents.map(Math.exp))).toMatchObject({ transform: "log" });
    expect(fit(exponents.map((x) => x + 1))).toMatchObject({ transform: "none" });
    expect(fit(exponents.map((x) => Math.exp(x) - 1))).toMatchObject({ transform: "none" }); // one is 0
    const zero = { type: "number", name: "y", values: Float64Array.of(0, 1) } as const;
    expect(() => fitTarget(zero, range(2), "regression", "log")).toThrow("only positive numbers");
  });

  test("refuse what can not be learned", () => {
    expect(() => fitTarget(pick("y")[0], Int32Array.of(0, 2, 4), "classification")).toThrow("one class only");
    expect(() => fitTarget(pick("z")[0], Int32Array.of(3), "regression")).toThrow("does not vary");
    const large = { type: "number", name: "y", values: Float64Array.of(0, -1e308, 1e308) } as const;
    expect(() => fitTarget(large, range(3), "regression")).toThrow("square is larger than any number");
    expect(() => targetNumbers(pick("y")[0], range(2), "t.csv")).toThrow(
      "holds texts where the model predicts numbers",
    );
  });
});

describe("checkSpec", () => {
  const spec = specFor("y", "classification");

  test("gives back what was written", () => {
    expect(checkSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
    const dates = tableFromRows([{ d: new Date(0) }, { d: new Date(1e11) }, { d: null }]);
    const other = {
      ...specFor("z", "regression"),
      features: fitFeatures(dates.columns, range(3)),
      network: { ...plain, ...layoutOf(fitFeatures(dates.columns, range(3))), hidden: [], outputs: 1 },
    };
    expect(checkSpec(JSON.parse(JSON.stringify(other)))).toEqual(other);
  });

  test.each([
    ["nothing", null, "model is null where an object must be."],
    ["another version", { ...spec, version: 1 }, "model.version is 1, and this chainrule reads version 2."],
    ["no features", { ...spec, features: undefined }, "model.features is missing where a list must be."],
    [
      "a scale below 0",
      withFeature({ scale: -1 }),
      "model.features[0].scale is -1 where a number from 0 must be.",
    ],
    [
      "a median that is no number",
      withFeature({ median: "3" }),
      'model.features[0].median is "3" where a number must be.',
    ],
    [
      "an unknown type",
      withFeature({ type: "image" }),
      'model.features[0].type is "image" where one of number,',
    ],
    ["a name twice", withFeature({ name: "plan" }), "where no name twice must be"],
    ["too few inputs", withNetwork({ inputs: 4 }), "model.network.inputs is 4 where the features ask for 5."],
    [
      "too many numbers",
      withNetwork({ numbers: 2 }),
      "model.network.numbers is 2 where the features ask for 1.",
    ],
    [
      "vectors without a feature",
      withNetwork({ levels: [9] }),
      "model.network.levels is [9] where the features",
    ],
    [
      "too many outputs",
      withNetwork({ outputs: 3 }),
      "model.network.outputs is 3 where the target asks for 2.",
    ],
    ["no temperature", { ...spec, calibration: { temperature: 0 } }, "model.calibration.temperature is 0"],
    ["a huge layer", withNetwork({ hidden: [1e9] }), "model.network.hidden[0] is 1000000000"],
    ["an unknown activation", withNetwork({ activation: "constructor" }), "model.network.activation"],
  ])("refuses %s", (_, value, message) => {
    expect(() => checkSpec(value)).toThrow(message);
  });

  function withFeature(change: object): unknown {
    const spec = specFor("y", "classification");
    return { ...spec, features: [{ ...spec.features[0], ...change }, ...spec.features.slice(1)] };
  }
  function withNetwork(change: object): unknown {
    const spec = specFor("y", "classification");
    return { ...spec, network: { ...spec.network, ...change } };
  }
});
