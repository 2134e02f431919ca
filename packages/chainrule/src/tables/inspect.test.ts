import { describe, expect, test } from "vitest";
import { type Cell, type Table, tableFromRows } from "./column.ts";
import { duplicateColumns, duplicateRows } from "./duplicates.ts";
import { inspectTable } from "./inspect.ts";
import { findLeaks } from "./leaks.ts";

const tableOf = (n: number, row: (i: number) => Record<string, Cell>): Table =>
  tableFromRows(Array.from({ length: n }, (_, i) => row(i)));
/** Numbers without order: the fractional parts of multiples of the golden ratio. */
const noise = (i: number, times = 1): number => (i * times * 0.6180339887498949) % 1;

describe("inspectTable", () => {
  const table = tableOf(60, (i) => ({
    id: i,
    size: i % 30 === 0 ? null : noise(i) * 10,
    copy: i % 30 === 0 ? null : noise(i) * 10,
    few: i % 4,
    color: ["red", "green", "blue"][i % 7 < 4 ? 0 : (i % 7) - 4],
    rate: i === 9 ? Number.POSITIVE_INFINITY : noise(i, 3),
    sparse: i % 5 === 0 ? noise(i, 7) : null,
    same: 1,
    empty: null,
    note: `text ${i}`,
    day: new Date(Date.UTC(2020, 0, 1 + i)),
    y: i < 3 ? "rare" : noise(i, 11) < 0.7 ? "no" : "yes",
  }));
  const found = inspectTable(table, { target: "y", exclude: ["few"] });
  const column = (name: string) => found.columns.find((c) => c.name === name);

  test("says what becomes of each column", () => {
    expect(Object.fromEntries(found.columns.map(({ name, use }) => [name, use]))).toEqual({
      id: "unused",
      size: "number",
      copy: "number",
      few: "unused",
      color: "category",
      rate: "number",
      sparse: "number",
      same: "unused",
      empty: "unused",
      note: "unused",
      day: "date",
      y: "target",
    });
    expect(column("few")?.reason).toBe("excluded");
    expect(column("id")?.reason).toContain("like an identifier");
  });

  test("counts, ranges, histograms and levels", () => {
    expect(column("few")).toMatchObject({
      missing: 0,
      distinct: 4,
      range: { min: 0, q1: 0.75, median: 1.5, q3: 2.25, max: 3 },
      histogram: { low: -0.5, high: 3.5, counts: [15, 15, 15, 15] },
    });
    expect(column("size")).toMatchObject({ missing: 2, distinct: 58 });
    const { histogram } = column("size") ?? {};
    expect(histogram?.counts).toHaveLength(12);
    expect(histogram?.counts.reduce((a, b) => a + b)).toBe(58);
    expect(column("rate")).toMatchObject({ infinite: 1, missing: 1 });
    expect(column("color")?.frequent.map(([, count]) => count)).toEqual([44, 8, 8]);
    expect(found.target).toMatchObject({ name: "y", task: "classification", missing: 0 });
    expect(found.target?.classes?.at(-1)).toEqual({ label: "rare", rows: 3 });
  });

  test("warns, the most urgent first", () => {
    expect(found.warnings.map(({ kind, columns }) => `${kind}: ${columns.join()}`)).toEqual([
      "rare class: y",
      "infinite: rate",
      "duplicate column: copy,size",
      "mostly missing: sparse",
      "dates: day",
      "identifier: id",
      "free text: note",
      "constant: same",
      "empty: empty",
    ]);
  });

  test("a target that can not be one is a warning, and a name that is no column an error", () => {
    const { target, warnings } = inspectTable(table, { target: "same" });
    expect(target).toBeNull();
    expect(warnings[0]).toMatchObject({ kind: "target", columns: ["same"] });
    expect(() => inspectTable(table, { target: "colour" })).toThrow('Did you mean "color"?');
  });

  test("a table without rows", () => {
    const { columns } = inspectTable({ ...tableOf(0, () => ({})), columns: [] });
    expect(columns).toEqual([]);
    const empty = { type: "number", name: "a", values: new Float64Array() } as const;
    expect(inspectTable({ source: "t", rows: 0, columns: [empty] }).columns[0].range).toBeNull();
  });

  test("huge numbers and one value have histograms", () => {
    const [huge, one] = inspectTable(
      tableOf(4, (i) => ({ huge: (i % 2 ? -1 : 1) * 1.7e308, one: 5 })),
    ).columns;
    expect(huge.histogram?.counts).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    expect(one.histogram).toEqual({ low: 4.5, high: 5.5, counts: [4] });
  });
});

describe("findLeaks", () => {
  const classes = tableOf(200, (i) => {
    const y = noise(i) < 0.4 ? "yes" : "no";
    return {
      code: y === "yes" ? i % 3 : 10 + (i % 4),
      group: `${y}-${i % 2}`,
      score: (y === "yes" ? 1 : 0) + noise(i, 7) * 0.9,
      paid: y === "yes" ? noise(i, 5) : null,
      id: `n${i}`,
      honest: noise(i, 7) + (y === "yes" ? 0.3 : 0),
      letter: "abc"[i % 3],
      y,
    };
  });

  test("of classes", () => {
    expect(findLeaks(classes, "y").map(({ name, how }) => [name, how])).toEqual([
      ["code", "values"],
      ["group", "values"],
      ["score", "ranges"],
      ["paid", "missing"],
    ]);
  });

  test("of numbers", () => {
    const numbers = tableOf(300, (i) => {
      const y = noise(i) * 100;
      return {
        twice: Math.exp(y / 30),
        rounded: -Math.round(y * 10),
        noisy: y + noise(i, 7) * 40,
        y,
        bin: i % 5,
      };
    });
    expect(findLeaks(numbers, "y").map(({ name, how }) => [name, how])).toEqual([
      ["twice", "rank"],
      ["rounded", "rank"],
    ]);
    const priced = tableOf(300, (i) => ({ product: `p${i % 40}`, y: ((i % 40) * 7919) % 1000 }));
    expect(findLeaks(priced, "y", undefined, "regression")).toMatchObject([
      { name: "product", how: "values" },
    ]);
  });

  test("looks at the rows given, and at none where there are few", () => {
    const half = Int32Array.from({ length: 100 }, (_, i) => 2 * i);
    const mixed = tableOf(200, (i) => ({ a: i % 2 ? noise(i) : i % 4, y: i % 4 < 2 ? "u" : "v" }));
    expect(findLeaks(mixed, "y")).toEqual([]);
    expect(findLeaks(mixed, "y", half)).toMatchObject([{ name: "a", how: "values" }]);
    expect(findLeaks(mixed, "y", half.subarray(0, 19))).toEqual([]);
  });
});

describe("duplicates", () => {
  test("of columns: equal numbers, and texts that go with each other", () => {
    const table = tableOf(20, (i) => ({
      a: i % 3 === 0 ? null : i,
      b: "xyz"[i % 3],
      c: ["one", "two", "three"][i % 3],
      d: i % 3 === 0 ? null : i,
      e: i % 3 === 0 ? 0 : i,
      f: "same",
      g: "same",
    }));
    expect(duplicateColumns(table)).toEqual([
      ["c", "b"],
      ["d", "a"],
    ]);
  });

  test("of rows", () => {
    expect(duplicateRows(tableOf(30, (i) => ({ a: i % 10 || null, b: `${i % 5}` })))).toBe(20);
    expect(duplicateRows(tableOf(1000, (i) => ({ a: i, b: noise(i) })))).toBe(0);
  });
});
