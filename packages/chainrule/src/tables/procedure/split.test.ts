import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Column, tableFromRows } from "../column.ts";
import { splitRows } from "./split.ts";

const range = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i);
const columnOf = (values: (string | number)[]): Column =>
  tableFromRows(values.map((y) => ({ y }))).columns[0];
const sizes = { test: 0.2, validation: 0.25 };

describe("splitRows", () => {
  test("keeps the proportions of classes", () => {
    const values = Array.from({ length: 200 }, (_, i) => (i % 10 === 0 ? "rare" : "common"));
    const split = splitRows(columnOf(values), range(200), "classification", sizes, 1);
    const rare = (rows: Int32Array): number => rows.filter((row) => values[row] === "rare").length;
    expect([split.training.length, split.validation.length, split.test.length]).toEqual([120, 40, 40]);
    expect([rare(split.training), rare(split.validation), rare(split.test)]).toEqual([12, 4, 4]);
  });

  test("spreads numbers over all parts", () => {
    const values = Array.from({ length: 100 }, (_, i) => i);
    const { test: part } = splitRows(columnOf(values), range(100), "regression", sizes, 1);
    const tenths = [...part].map((row) => Math.floor(row / 10));
    expect(tenths.toSorted((a, b) => a - b)).toEqual([
      0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9,
    ]);
  });

  test("is repeated by its seed", () => {
    const column = columnOf(Array.from({ length: 50 }, (_, i) => i));
    const cut = (seed: number) => splitRows(column, range(50), "regression", sizes, seed);
    expect(cut(3)).toEqual(cut(3));
    expect(cut(3)).not.toEqual(cut(4));
  });

  test("cuts any rows into three parts, with each class in the training part", () => {
    const labels = fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 20, maxLength: 80 });
    fc.assert(
      fc.property(labels, fc.integer({ min: 0, max: 1000 }), (values, seed) => {
        const rows = range(values.length).filter((i) => i % 5 !== 1);
        const split = splitRows(columnOf(values), rows, "classification", sizes, seed);
        const all = [...split.training, ...split.validation, ...split.test].sort((a, b) => a - b);
        expect(all).toEqual([...rows]);
        const classes = (part: Iterable<number>) => new Set([...part].map((row) => values[row]));
        expect(classes(split.training)).toEqual(classes(rows));
      }),
      { numRuns: 50 },
    );
  });

  test("refuses too few rows, and parts without a row", () => {
    expect(() => splitRows(columnOf([1, 2]), range(2), "regression", sizes, 0)).toThrow(
      'There are 2 rows with a value of "y", where at least 10 are needed.',
    );
    const values = Array.from({ length: 10 }, (_, i) => i);
    const small = { test: 0.2, validation: 0.01 };
    expect(() => splitRows(columnOf(values), range(10), "regression", small, 0)).toThrow(
      "none of 10 rows is left for validation",
    );
  });
});
