import { describe, expect, test } from "vitest";
import { mae, r2 } from "../../metrics/index.ts";
import { fromTypedArray, Generator } from "../../tensor/index.ts";
import { type Table, tableOf } from "../column.ts";
import { TableModel } from "../model.ts";
import { linearArchitecture } from "../network/architecture.ts";
import { layoutOf } from "../preparation.ts";
import { permutationImportance, sensitiveColumns } from "./importance.ts";
import { partialDependence } from "./partial-dependence.ts";

/** y = 3 s(a) + s(b) + 10, where s is 1 for true, −1 for false, and 0 where it is missing; `c` is read and has no weight. */
function linearModel(): TableModel {
  const features = ["a", "b", "c"].map((name) => ({ type: "boolean", name, missing: false }) as const);
  const model = new TableModel({
    version: 2,
    features,
    target: {
      task: "regression",
      name: "y",
      type: "number",
      transform: "none",
      center: 10,
      scale: 1,
      mean: 10,
      range: [0, 20],
    },
    network: linearArchitecture(layoutOf(features), 1),
  });
  model.network.loadStateDict({
    "layers.0.weight": fromTypedArray(Float32Array.of(3, 1, 0), [1, 3]),
    "layers.0.bias": fromTypedArray(Float32Array.of(0), [1]),
  });
  return model;
}

/** Half of the values of each column are true, independently. */
function balanced(n: number): Table {
  const generator = new Generator(1);
  const half = () => Float64Array.from({ length: n }, () => (generator.uniform53() < 0.5 ? 0 : 1));
  const [a, b, c] = [half(), half(), half()];
  const y = a.map((value, i) => 10 + 3 * (2 * value - 1) + (2 * b[i] - 1));
  return tableOf("t", [
    { type: "boolean", name: "a", values: a },
    { type: "boolean", name: "b", values: b },
    { type: "boolean", name: "c", values: c },
    { type: "number", name: "y", values: y },
  ]);
}

describe("permutationImportance", () => {
  test("of a linear model is twice the share of the variance that a column has", () => {
    // Shuffled, a column's part differs from the truth by twice its variance: R² falls from 1 by 2 w² / Σ w².
    const found = permutationImportance(linearModel(), balanced(4000), { repeats: 20 });
    expect(found.map(({ column }) => column)).toEqual(["a", "b", "c"]);
    expect(found[0].mean).toBeCloseTo((2 * 9) / 10, 1);
    expect(found[1].mean).toBeCloseTo((2 * 1) / 10, 2);
    expect(found[2]).toEqual({ column: "c", mean: 0, sd: 0, losses: new Array(20).fill(0) });
    const { losses, mean, sd } = found[0];
    expect(losses.length).toBe(20);
    expect(mean).toBeCloseTo(losses.reduce((a, b) => a + b, 0) / 20, 12);
    expect(sd).toBeCloseTo(Math.sqrt(losses.reduce((s, x) => s + (x - mean) ** 2, 0) / 20), 12);
  });

  test("with two rows a shuffle changes nothing or swaps them: the loss is exact", () => {
    const table = tableOf("t", [
      { type: "boolean", name: "a", values: Float64Array.of(0, 1) },
      { type: "boolean", name: "b", values: Float64Array.of(0, 0) },
      { type: "boolean", name: "c", values: Float64Array.of(0, 0) },
      { type: "number", name: "y", values: Float64Array.of(6, 12) },
    ]);
    const [{ column, losses }] = permutationImportance(linearModel(), table, { repeats: 12, seed: 4 });
    // Swapped, predictions are 12 and 6: R² = 1 − 72/18 = −3.
    expect(column).toBe("a");
    expect(new Set(losses.map((loss) => Math.round(loss)))).toEqual(new Set([0, 4]));
  });

  test("takes rows, a score and a seed", () => {
    const [model, table] = [linearModel(), balanced(200)];
    const rows = Int32Array.from({ length: 50 }, (_, i) => 3 * i);
    const options = {
      rows,
      score: (p: { task: string }, t: ArrayLike<number>) =>
        -mae((p as { values?: Float64Array }).values ?? [], t),
    };
    const one = permutationImportance(model, table, { ...options, seed: 1 });
    expect(permutationImportance(model, table, { ...options, seed: 1 })).toEqual(one);
    expect(permutationImportance(model, table, { ...options, seed: 2 })).not.toEqual(one);
    expect(one[0].mean).toBeGreaterThan(1);
    expect(() => permutationImportance(model, table, { rows: Int32Array.of(1) })).toThrow(
      "1 row can not be shuffled",
    );
  });
});

describe("partialDependence", () => {
  test("of a linear model is its line, and the band that of the other columns", () => {
    const table = balanced(400);
    const { grid, outputs, type } = partialDependence(linearModel(), table, "a");
    expect([type, grid]).toEqual(["boolean", ["false", "true"]]);
    const b = table.columns[1];
    const share = b.type === "boolean" ? b.values.reduce((sum, v) => sum + v / 400, 0) : 0;
    const rest = 10 + 2 * share - 1;
    const [{ label, mean, low, high }] = outputs;
    expect(label).toBe("y");
    expect(mean).toEqual([expect.closeTo(rest - 3, 5), expect.closeTo(rest + 3, 5)]);
    expect([...low, ...high]).toEqual([6, 12, 8, 14].map((y) => expect.closeTo(y, 5)));
  });

  test("goes through quantiles of numbers, or a grid of one's own, and refuses unknown columns", () => {
    const features = [{ type: "number", name: "x", missing: false, median: 0, scale: 1 }] as const;
    const { spec } = linearModel();
    const network = { ...spec.network, ...layoutOf(features) };
    const model = new TableModel({ ...spec, features, network });
    const values = Float64Array.from({ length: 101 }, (_, i) => i / 100);
    const table = tableOf("t", [{ type: "number", name: "x", values }]);
    expect(partialDependence(model, table, "x", { grid: 3 }).grid).toEqual(
      [0.05, 0.5, 0.95].map((x) => expect.closeTo(x, 9)),
    );
    expect(partialDependence(model, table, "x", { grid: [0, 2] }).grid).toEqual([0, 2]);
    const few = tableOf("t", [{ type: "number", name: "x", values: Float64Array.of(3, 1, 3, Number.NaN) }]);
    expect(partialDependence(model, few, "x").grid).toEqual([1, 3]);
    expect(() => partialDependence(model, table, "xx")).toThrow('Did you mean "x"?');
  });
});

test("the linear model is what it says", () => {
  const table = balanced(50);
  const predictions = linearModel().predict(table);
  const y = table.columns[3];
  if (predictions.task !== "regression" || y.type !== "number") throw new Error("no numbers");
  expect(r2(predictions.values, y.values)).toBeCloseTo(1, 10);
});

test("explaining leaves the model in its mode, also where it fails", () => {
  const [model, table] = [linearModel(), balanced(20)];
  const fails = (): number => {
    throw new Error("no score");
  };
  for (const training of [true, false]) {
    model.network.train(training);
    permutationImportance(model, table);
    partialDependence(model, table, "a");
    expect(() => permutationImportance(model, table, { score: fails })).toThrow("no score");
    expect(model.network.modules().map((layer) => layer.training)).toEqual(
      model.network.modules().map(() => training),
    );
  }
});

test("the columns that move predictions most are found by a few rows; those alone can be shuffled", () => {
  const [model, table] = [linearModel(), balanced(40)];
  const rows = Int32Array.from({ length: 16 }, (_, i) => i);
  expect(sensitiveColumns(model, table, rows, 2)).toEqual(["a", "b"]);
  const all = permutationImportance(model, table);
  const some = permutationImportance(model, table, { columns: ["b", "a"] });
  expect(some).toEqual(all.slice(0, 2));
});

test("of classes there are the curves that are asked for", () => {
  const { spec } = linearModel();
  const target = { task: "classification", name: "y", type: "text", classes: ["u", "v", "w"] } as const;
  const model = new TableModel({ ...spec, target, network: { ...spec.network, outputs: 3 } });
  const all = partialDependence(model, balanced(30), "a");
  const some = partialDependence(model, balanced(30), "a", { classes: [2, 0] });
  expect(all.outputs.map(({ label }) => label)).toEqual(["u", "v", "w"]);
  expect(some.outputs).toEqual([all.outputs[2], all.outputs[0]]);
  // The probabilities of a point add up to 1.
  expect(all.outputs.reduce((sum, { mean }) => sum + mean[0], 0)).toBeCloseTo(1, 6);
});
