import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Cell, type Table, tableFromRows, tableOf } from "./column.ts";
import { type FeaturePreparation, fitFeatures, inputNames, layoutOf } from "./preparation.ts";
import { prepareInputs, scaled, squash } from "./preparation-inputs.ts";

const range = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i);
const fitAll = (table: Table): FeaturePreparation[] => fitFeatures(table.columns, range(table.rows));
const inputsOf = (features: FeaturePreparation[], table: Table): number[][] => {
  const { data, inputs } = prepareInputs(features, table.columns, range(table.rows));
  return Array.from({ length: table.rows }, (_, i) => [...data.subarray(i * inputs, (i + 1) * inputs)]);
};

describe("preparation", () => {
  test("scales numbers by their quartiles, fills the median in and tells what was missing", () => {
    const table = tableFromRows([1, 2, 6, 7, 1000, null].map((x) => ({ x })));
    const features = fitAll(table);
    expect(features).toEqual([{ type: "number", name: "x", missing: true, median: 6, scale: 5 }]);
    const z = (x: number) => Math.fround(squash((x - 6) / 5));
    expect(inputsOf(features, table)).toEqual([
      [z(1), 0],
      [z(2), 0],
      [0, 0],
      [z(7), 0],
      [z(1000), 0],
      [0, 1],
    ]);
    expect(inputNames(features)).toEqual(["x", "x is missing"]);
  });

  test("takes half of the range where the quartiles are equal, and nothing where all is", () => {
    const scale = (values: number[]) => fitAll(tableFromRows(values.map((x) => ({ x }))))[0];
    expect(scale([0, 0, 0, 0, 0, 10])).toMatchObject({ median: 0, scale: 5 });
    const constant = scale([3, 3, 3]);
    expect(constant).toMatchObject({ median: 3, scale: 0 });
    expect(inputsOf([constant], tableFromRows([{ x: 3 }, { x: 1e9 }]))).toEqual([[0], [0]]);
  });

  test("gives each of few levels an input, the most frequent first; unseen and missing ones have none", () => {
    const features = fitAll(tableFromRows(["b", "a", "b", "c"].map((x) => ({ x }))));
    expect(features).toEqual([
      { type: "text", name: "x", missing: false, encoding: "one-hot", levels: ["b", "a", "c"] },
    ]);
    const other = tableFromRows(["a", "zebra", "", "c", "zebra"].map((x) => ({ x })));
    expect(inputsOf(features, other)).toEqual([
      [0, 1, 0],
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 1],
      [0, 0, 0],
    ]);
    const { unseen } = prepareInputs(features, other.columns, range(5));
    expect(unseen).toEqual([{ name: "x", rows: 2, examples: ["zebra"] }]);
    expect(inputNames(features)).toEqual(["x = b", "x = a", "x = c"]);
  });

  test("gives each of many levels a code; 0 is for rare, unseen and missing ones", () => {
    // Twice each of nine levels, and one level once.
    const rows = Array.from({ length: 19 }, (_, i) => ({ x: `level ${Math.floor(i / 2)}`, n: i }));
    const table = tableFromRows(rows);
    const features = fitAll(table);
    expect(features[0]).toMatchObject({ encoding: "embedding" });
    expect(layoutOf(features)).toEqual({ inputs: 1, numbers: 1, levels: [10] });
    const other = tableFromRows(["level 0", "level 8", "level 9", "zebra", null].map((x) => ({ x, n: 0 })));
    const prepared = prepareInputs(features, other.columns, range(5));
    expect([...prepared.codes]).toEqual([1, 9, 0, 0, 0]);
    expect(prepared).toMatchObject({ embedded: 1, inputs: 1 });
    expect(prepared.unseen).toEqual([{ name: "x", rows: 2, examples: ["level 9", "zebra"] }]);
  });

  test("keeps the 1000 most frequent levels", () => {
    const rows = Array.from({ length: 3000 }, (_, i) => ({
      x: `level ${i < 2200 ? Math.floor(i / 2) : (i - 2200) % 300}`,
    }));
    const [feature] = fitAll(tableFromRows(rows));
    expect(feature.type === "text" && feature.levels.length).toBe(1000);
    expect(feature.type === "text" && feature.levels).toContain("level 299");
  });

  test("puts numbers and times before all others", () => {
    const days = ["2021-01-01", "2021-04-02", "2021-07-02", "2021-10-01"];
    const table = tableFromRows(days.map((day, i) => ({ paid: i > 1, day: new Date(day), n: i })));
    const features = fitAll(table);
    expect(inputNames(features)).toEqual(["day", "n", "paid", "day: year (sin)", "day: year (cos)"]);
    const [first] = inputsOf(features, table);
    expect(first[1]).toBe(Math.fround(squash(-1)));
    expect(first[2]).toBe(-1);
    expect(Math.hypot(first[3], first[4])).toBeCloseTo(1, 6);
    expect(layoutOf(features)).toEqual({ inputs: 5, numbers: 2, levels: [] });
  });

  test("truth values are 1 and −1, and 0 where they are missing", () => {
    const table = tableFromRows([{ x: true }, { x: false }, { x: null }]);
    expect(inputsOf(fitAll(table), table)).toEqual([
      [1, 0],
      [-1, 0],
      [0, 1],
    ]);
  });

  test("dates are times and phases of the cycles that they span", () => {
    const days = ["2021-01-01", "2021-04-02", "2021-07-02", "2021-10-01"];
    const table = tableFromRows(days.map((x) => ({ x: new Date(x) })));
    const features = fitAll(table);
    expect(features).toMatchObject([{ type: "date", cycles: ["year"] }]); // all of them are Fridays
    const rows = inputsOf(features, table);
    for (const [, sine, cosine] of rows) expect(Math.hypot(sine, cosine)).toBeCloseTo(1, 6);
    expect(rows[0][1] * rows[2][1] + rows[0][2] * rows[2][2]).toBeCloseTo(-1, 2); // half a year apart
    const hours = tableFromRows([0, 1e8, 2e8].map((t) => ({ x: new Date(t) })));
    expect(fitAll(hours)).toMatchObject([{ cycles: ["week", "day"] }]);
  });

  test("outliers are squashed, and nothing is ever infinite", () => {
    expect(squash(0.1)).toBeCloseTo(0.1, 3);
    expect(squash(1e6)).toBeCloseTo(3, 6);
    expect(scaled(1.7e308, -1.7e308, 1e-300)).toBe(1e6);
    const table = tableFromRows([-1.7e308, 1.7e308, 5e-324, 0].map((x) => ({ x })));
    for (const row of inputsOf(fitAll(table), table))
      for (const z of row) expect(Math.abs(z)).toBeLessThan(3);
  });

  const cell = fc.oneof(
    fc.constant(null),
    fc.double(),
    fc.constantFrom<Cell>("red", "green", "blue"),
    fc.boolean(),
    fc.date({ noInvalidDate: true }),
  );

  test("rows beside the training rows have no influence", () => {
    const types = ["number", "text", "boolean", "date"] as const;
    const values = {
      number: fc.option(fc.double(), { nil: null }),
      text: fc.option(fc.constantFrom("red", "green", "blue"), { nil: null }),
      boolean: fc.option(fc.boolean(), { nil: null }),
      date: fc.option(fc.date({ noInvalidDate: true }), { nil: null }),
    } satisfies Record<(typeof types)[number], fc.Arbitrary<Cell>>;
    const row = fc.record({ n: values.number, t: values.text, b: values.boolean, d: values.date });
    const part = (n: number) => fc.array(row, { minLength: n, maxLength: n + 5 });
    fc.assert(
      fc.property(part(5), part(3), part(3), (training, test1, test2) => {
        const fitted = (test: typeof training) =>
          fitFeatures(
            tableFromTyped([...test, ...training]).columns,
            range(training.length).map((i) => i + test.length),
          );
        expect(fitted(test1)).toEqual(fitted(test2));
      }),
      { numRuns: 100 },
    );
  });

  test("all inputs of all tables are finite, as many as said, and survive JSON", () => {
    const rows = fc.array(fc.record({ a: cell, b: cell }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(rows, (records) => {
        const table = tableFromRows(records);
        const features = fitAll(table).filter(({ type }, i) => type === "text" || isThere(table, i));
        const columns = table.columns.filter(({ name }) => features.some((f) => f.name === name));
        const again: FeaturePreparation[] = JSON.parse(JSON.stringify(features));
        const { data, inputs } = prepareInputs(features, columns, range(table.rows));
        expect(inputs).toBe(layoutOf(features).inputs);
        expect(inputNames(features)).toHaveLength(inputs);
        expect(data.every(Number.isFinite)).toBe(true);
        expect(prepareInputs(again, columns, range(table.rows)).data).toEqual(data);
      }),
      { numRuns: 200 },
    );
  });
});

const isThere = (table: Table, i: number): boolean => {
  const column = table.columns[i];
  return column.type === "text" || column.values.some(Number.isFinite);
};

/** Columns of a known type, even where all of their values are missing. */
function tableFromTyped(
  rows: { n: number | null; t: string | null; b: boolean | null; d: Date | null }[],
): Table {
  const numbers = (get: (row: (typeof rows)[number]) => number | boolean | Date | null): Float64Array =>
    Float64Array.from(rows, (row) => Number(get(row) ?? Number.NaN));
  const levels = ["red", "green", "blue"];
  return tableOf("rows", [
    { type: "number", name: "n", values: numbers(({ n }) => n) },
    { type: "boolean", name: "b", values: numbers(({ b }) => b) },
    { type: "date", name: "d", values: numbers(({ d }) => d) },
    { type: "text", name: "t", levels, codes: Int32Array.from(rows, ({ t }) => levels.indexOf(t ?? "")) },
  ]);
}
