import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Cell, type Column, tableFromRows } from "../column.ts";
import { planFor } from "./plan.ts";
import { everyNth, type SplitKind, splitRows, splitTable } from "./split.ts";

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

describe("splitTable", () => {
  /** Ten people, each with rows of one class; days fall from the first row to the last. */
  const rows = Array.from(
    { length: 100 },
    (_, i): Record<string, Cell> => ({
      person: `p${i % 10}`,
      day: 100 - i,
      part: i < 60 ? "train" : i < 80 ? "Valid" : "test",
      odd: i === 5 ? "" : "train",
      y: i % 2 === 0 ? "a" : "b",
    }),
  );
  const table = tableFromRows(rows);
  const of = { table, target: table.columns[4], rows: range(100), task: "classification" } as const;
  const cut = (split: SplitKind, calibration?: number) => splitTable(of, split, { ...sizes, calibration }, 1);

  test("keeps groups together, with the classes in all parts", () => {
    const { training, validation, test: part } = cut({ kind: "group", column: "person" });
    const people = [training, validation, part].map((rows) => new Set(Array.from(rows, (row) => row % 10)));
    expect(people.map(({ size }) => size)).toEqual([6, 2, 2]);
    expect(new Set(people.flatMap((set) => [...set])).size).toBe(10);
    for (const set of people) expect(new Set([...set].map((person) => person % 2)).size).toBe(2);
  });

  test("trains on the oldest rows and tests on the newest", () => {
    const { training, validation, test: part } = cut({ kind: "time", column: "day" });
    expect([...part]).toEqual([...range(20)]);
    expect([...validation]).toEqual([...range(40).slice(20)]);
    expect([...training]).toEqual([...range(100).slice(40)]);
  });

  test("takes parts as a column says them", () => {
    const { training, validation, test: part } = cut({ kind: "column", column: "part" });
    expect([training.length, validation.length, part.length, part[0]]).toEqual([60, 20, 20, 80]);
    const own = tableFromRows(rows.map((row) => ({ ...row, part: row.part === "test" ? "test" : "train" })));
    const without = splitTable({ ...of, table: own }, { kind: "column", column: "part" }, sizes, 1);
    expect([without.training.length, without.validation.length, without.test.length]).toEqual([60, 20, 20]);
  });

  test("keeps a calibration part", () => {
    const { training, validation, calibration, test: part } = cut({ kind: "stratified" }, 0.25);
    expect([training.length, validation.length, calibration.length, part.length]).toEqual([40, 20, 20, 20]);
    expect(cut({ kind: "stratified" })).toEqual(splitRows(of.target, of.rows, of.task, sizes, 1));
    expect(cut({ kind: "random" }).calibration.length).toBe(0);
  });

  test("refuses rows that the column says nothing of", () => {
    expect(() => cut({ kind: "column", column: "odd" })).toThrow(
      'Data row 6 of the table has nothing in "odd"',
    );
    expect(() => cut({ kind: "group", column: "odd" })).toThrow('1 row of the table has no group in "odd"');
    expect(() => cut({ kind: "time", column: "person" })).toThrow(
      'The column of times "person" holds texts.',
    );
    expect(() => cut({ kind: "group", column: "persons" })).toThrow('Did you mean "person"?');
    expect(() => cut({ kind: "stratified" }, 0.8)).toThrow("none of 100 rows is left for training");
  });

  test("a plan does not read the column of its split, and names classes that no training row has", () => {
    const late = rows.map((row, i) => ({ ...row, x: i % 7, y: i < 5 ? "c" : row.y }));
    const options = {
      target: "y",
      exclude: ["person", "part", "odd"],
      split: { kind: "time", column: "day" },
    } as const;
    const plan = planFor(tableFromRows(late), options);
    expect(plan.features.map(({ name }) => name)).toEqual(["x"]);
    expect(plan.unlearned).toEqual([{ part: "test", label: "c", rows: 5 }]);
    expect(plan.target).toMatchObject({ classes: ["a", "b", "c"] });
    const read = planFor(tableFromRows(late), { ...options, include: ["day"] });
    expect(read.features.map(({ name }) => name)).toEqual(["day", "x"]);
    expect(() =>
      planFor(tableFromRows(late), { target: "y", split: { kind: "group", column: "y" } }),
    ).toThrow("can not split the rows");
  });
});

test("everyNth spaces rows evenly", () => {
  expect([...everyNth(range(10), 3)]).toEqual([0, 3, 6]);
  expect([...everyNth(range(3), 10)]).toEqual([0, 1, 2]);
});
