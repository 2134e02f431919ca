import { describe, expect, test } from "vitest";
import { exprText } from "../../trace/index.ts";
import { tableFromRows } from "../column.ts";
import { toLearned } from "../target.ts";
import { classTarget, numberTarget, sampleModel } from "./testing/model.ts";
import { traceTable } from "./trace-rows.ts";

const rowOf = (i: number) => ({
  plan: ["basic", "pro", "7", null, "gold"][i % 5],
  age: i % 7 === 0 ? null : 20 + ((i * 13) % 50),
  paid: i % 3 === 0,
  since: new Date(1.5e12 + i * 1e9),
  city: ["Bonn", "Ulm", "Köln", "Aachen"][i % 4],
  constructor: (i % 11) / 5,
});
const plain = tableFromRows(Array.from({ length: 20 }, (_, i) => rowOf(i)));
const { classes } = classTarget;
const labelled = tableFromRows(
  Array.from({ length: 20 }, (_, i) => ({
    ...rowOf(i),
    [classTarget.name]: i === 9 ? null : classes[i % 3],
  })),
);
const rows = Int32Array.of(3, 8, 11);

describe("traceTable", () => {
  test("gives the logits and the probabilities of the model", () => {
    const model = sampleModel();
    const t = traceTable(model, plain, rows);
    expect([t.data.rows, t.data.loss, t.data.target, t.data.mode]).toEqual([3, null, null, "eval"]);
    const wanted = model.predict(plain, rows);
    const found = model.predictionsOf(t.read(t.data.output, "value"));
    if (wanted.task !== "classification" || found.task !== "classification") throw new Error("no classes");
    expect(found.classes).toEqual(wanted.classes);
    found.probabilities.forEach((p, i) => void expect(p).toBeCloseTo(wanted.probabilities[i], 6));
  });

  test("names inputs by their columns, codes too, and outputs by classes", () => {
    const { data } = traceTable(sampleModel(), plain, rows);
    const [x, codes] = data.inputs.map((id) => data.unitNames[id]);
    expect(x).toContain("age");
    expect(codes.length).toBeGreaterThan(0);
    expect(data.unitNames[data.output]).toEqual(classes);
    expect(data.inputs.map((id) => exprText(data.values[id].symbol))).toContain("codes");
  });

  test("with the target: cross-entropy of the classes", () => {
    const model = sampleModel();
    const t = traceTable(model, labelled, rows);
    const wanted = model.predict(labelled, rows);
    if (wanted.task !== "classification") throw new Error("no classes");
    const losses = Array.from(rows, (row, i) => -Math.log(wanted.probabilities[i * 3 + (row % 3)]));
    expect(t.data.loss?.number).toBeCloseTo(losses.reduce((sum, loss) => sum + loss) / 3, 5);
    expect(t.read(t.data.target ?? -1, "value")).toEqual(Float64Array.from(rows, (row) => row % 3));
    expect(traceTable(model, labelled, rows, { target: false }).data.loss).toBe(null);
  });

  test("of numbers: the squared error as it is learned", () => {
    const model = sampleModel(numberTarget);
    const truth = [199, 204.5, 210];
    const table = tableFromRows(
      Array.from({ length: 20 }, (_, i) => ({ ...rowOf(i), [numberTarget.name]: truth[i % 3] })),
    );
    const t = traceTable(model, table, rows, { lr: 0.01 });
    const outputs = model.outputs(model.inputs(table, rows));
    const learned = toLearned(
      numberTarget,
      Float64Array.from(rows, (row) => truth[row % 3]),
    );
    const squares = outputs.map((y, i) => (y - learned[i]) ** 2);
    expect(t.data.loss?.number).toBeCloseTo(squares.reduce((sum, s) => sum + s) / 3, 4);
    expect(t.data.loss?.after).toBeLessThan(t.data.loss?.number ?? 0);
  });

  test("without a value of the target: no loss, or an error where it is wanted", () => {
    const model = sampleModel();
    expect(traceTable(model, labelled, Int32Array.of(9)).data.loss).toBe(null);
    expect(() => traceTable(model, labelled, Int32Array.of(9), { target: true })).toThrow(
      /Data row 10 .* has no/,
    );
    expect(() => traceTable(model, plain, rows, { target: true })).toThrow(/has no column/);
  });
});
