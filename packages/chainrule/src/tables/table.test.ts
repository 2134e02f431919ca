import { describe, expect, test } from "vitest";
import {
  columnNamed,
  isMissing,
  type Table,
  tableFromRows,
  tableOf,
  takeRows,
  textAt,
  textColumn,
} from "./column.ts";
import { chooseFeatures } from "./features.ts";
import { profileColumn } from "./profile.ts";
import { meanAndScale, quantile } from "./statistics.ts";
import { detectTask } from "./task.ts";

const range = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i);

describe("tables", () => {
  const table = tableFromRows([
    { age: 41, plan: "basic", since: new Date("2020-01-02"), paid: true },
    { age: null, plan: "pro", since: new Date("2021-05-06T07:08:09Z"), paid: false },
    { age: Number.NaN, plan: "" },
  ]);

  test("take types from values, and know what is missing", () => {
    expect(table.columns.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      "age: number",
      "plan: text",
      "since: date",
      "paid: boolean",
    ]);
    expect(table.columns.map((column) => [0, 1, 2].map((row) => textAt(column, row)))).toEqual([
      ["41", "", ""],
      ["basic", "pro", ""],
      ["2020-01-02", "2021-05-06T07:08:09.000Z", ""],
      ["true", "false", ""],
    ]);
    expect(isMissing(columnNamed(table, "age"), 2)).toBe(true);
  });

  test("give rows in any order", () => {
    const part = takeRows(table, Int32Array.of(1, 0));
    expect(part.rows).toBe(2);
    expect(part.columns.map((column) => textAt(column, 0))).toEqual([
      "",
      "pro",
      "2021-05-06T07:08:09.000Z",
      "false",
    ]);
  });

  test("propose the column that was meant", () => {
    expect(() => columnNamed(table, "aeg", "target")).toThrow(
      'the table has no column "aeg" to be the target. Did you mean "age"? Its columns are "age", "plan", "since" and "paid".',
    );
  });

  test("refuse columns that do not fit each other", () => {
    const values = new Float64Array(2);
    const a = { type: "number", name: "a", values } as const;
    expect(() => tableOf("t", [a, { ...a, name: "b", values: new Float64Array(3) }])).toThrow(
      'Column "b" of t has 3 rows where "a" has 2.',
    );
    expect(() => tableOf("t", [a, a])).toThrow('t has two columns named "a".');
  });
});

test("a profile counts what is there", () => {
  const [column] = tableFromRows([2, 1, 2, null, Number.POSITIVE_INFINITY, 5].map((x) => ({ x }))).columns;
  expect(profileColumn(column)).toMatchObject({
    rows: 6,
    missing: 2,
    distinct: 3,
    whole: true,
    range: { min: 1, q1: 1.75, median: 2, q3: 2.75, max: 5 },
  });
  const [words] = tableFromRows(["b", "a", "b", "c"].map((x) => ({ x }))).columns;
  expect(profileColumn(words).frequent).toEqual([
    ["b", 2],
    ["a", 1],
    ["c", 1],
  ]);
});

test("a profile of very many texts keeps the most frequent, and counts all", () => {
  const names = Array.from({ length: 30_000 }, (_, i) => (i < 20_000 ? `once ${i}` : `often ${i % 1000}`));
  const column = textColumn("x", names);
  const { distinct, frequent } = profileColumn(column);
  expect(distinct).toBe(21_000);
  expect(frequent).toHaveLength(10_000);
  expect(frequent[0]).toEqual(["often 0", 10]);
  expect(frequent[999]).toEqual(["often 999", 10]);
  expect(frequent.slice(1000).every(([name, count]) => count === 1 && Number(name.slice(5)) < 9000)).toBe(
    true,
  );
  expect(profileColumn(column, Int32Array.of(0, 20_000, 21_000)).frequent).toEqual([
    ["often 0", 2],
    ["once 0", 1],
  ]);
});

test("moments do not overflow", () => {
  const huge = Float64Array.of(-1.7e308, 1.7e308, Number.NaN);
  expect(meanAndScale(huge, range(3))).toEqual({ mean: 0, scale: 1.7e308 });
  expect(quantile(Float64Array.of(1.6e308, 1.7e308), 0.5) / 1e308).toBeCloseTo(1.65, 12);
  expect(meanAndScale(Float64Array.of(1, 2, 3, 4), range(4))).toEqual({ mean: 2.5, scale: Math.sqrt(1.25) });
  expect(meanAndScale(Float64Array.of(Number.NaN), range(1)).mean).toBeNaN();
});

describe("detectTask", () => {
  const task = (values: (number | string | boolean | null)[], wanted?: "classification" | "regression") => {
    const [column] = tableFromRows(values.map((y) => ({ y }))).columns;
    const rows = range(values.length).filter((row) => !isMissing(column, row));
    return detectTask(column, rows, wanted).task;
  };
  const repeat = <T>(values: T[], times: number): T[] => Array.from({ length: times }, () => values).flat();

  test.each([
    ["texts", repeat(["a", "b"], 5), "classification"],
    ["truth values", repeat([true, false], 5), "classification"],
    ["few whole numbers", repeat([0, 1, 2], 5), "classification"],
    ["few whole numbers in too few rows", repeat([0, 1, 2], 4), "regression"],
    [
      "more than 20 whole numbers",
      repeat(
        [...range(21)].map((i) => i),
        5,
      ),
      "regression",
    ],
    ["numbers with fractions", repeat([0, 0.5], 20), "regression"],
  ])("%s", (_, values, expected) => {
    expect(task(values)).toBe(expected);
  });

  test("does what it is told", () => {
    expect(task(repeat([0, 1], 10), "regression")).toBe("regression");
    expect(task(repeat([0, 0.5], 10), "classification")).toBe("classification");
  });

  test.each([
    ["one value", repeat(["a"], 5), undefined, "the same value in all 5 rows"],
    ["no value", repeat([null], 5), undefined, "no value in any row"],
    ["texts as numbers", repeat(["a", "b"], 5), "regression", 'holds texts, such as "a"'],
    ["names of rows", [...range(30)].map((i) => `row ${i}`), undefined, "too many to be classes"],
    ["numbers as classes", [...range(30)].map((i) => i / 2), "classification", "too many to be classes"],
  ] as const)("refuses %s", (_, values, wanted, message) => {
    expect(() => task([...values], wanted)).toThrow(message);
  });
});

describe("chooseFeatures", () => {
  const n = 60;
  const row = (i: number) => ({
    id: i + 1,
    customerId: (i * 37) % 1009,
    name: `person ${i}`,
    city: ["Bonn", "Kiel", "Ulm"][i % 3],
    age: 20 + ((i * 7) % 50) / 3,
    constant: 5,
    nothing: null,
    sometimes: i % 4 === 0 ? 1 : null,
    y: i % 2,
  });
  const table: Table = tableFromRows(Array.from({ length: n }, (_, i) => row(i)));
  const choose = (choice = {}, rows = range(n)) => {
    const { features, dropped } = chooseFeatures(table, "y", rows, choice);
    return {
      features: features.map(({ name }) => name),
      dropped: dropped.map(({ name, reason }) => `${name}: ${reason}`),
    };
  };

  test("drops what can not help, and says why", () => {
    expect(choose()).toEqual({
      features: ["city", "age", "sometimes"],
      dropped: [
        "id: identifier",
        "customerId: identifier",
        "name: free text",
        "constant: constant",
        "nothing: empty",
      ],
    });
  });

  test("keeps what it is told to, and leaves out what it is told to", () => {
    const { features } = choose({ include: ["id", "name"], exclude: ["city"] });
    expect(features).toEqual(["id", "name", "age", "sometimes"]);
  });

  test("looks at training rows alone", () => {
    const { dropped } = choose(
      {},
      range(n).filter((i) => i % 3 === 0),
    );
    expect(dropped).toContain("city: constant");
  });

  test("refuses unknown names, and a table without a column to learn from", () => {
    expect(() => choose({ exclude: ["ciyt"] })).toThrow('Did you mean "city"?');
    expect(() => choose({ exclude: ["city", "age", "sometimes"] })).toThrow(
      'no column from which to predict "y": "id" is a number for each row',
    );
  });
});
