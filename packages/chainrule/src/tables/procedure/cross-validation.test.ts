import { describe, expect, test } from "vitest";
import { Generator } from "../../tensor/index.ts";
import { type Cell, tableFromRows } from "../column.ts";
import { crossValidate, foldSplits, labelledRows } from "./cross-validation.ts";
import { learningCurve } from "./learning-curve.ts";

function rowsOf(n: number): Record<string, Cell>[] {
  const generator = new Generator(1);
  return Array.from({ length: n }, (_, i) => {
    const x = generator.uniform53() - 0.5;
    const class_ = x + 0.1 * (generator.uniform53() - 0.5) > 0 ? "up" : "down";
    return { x, person: `p${i % 10}`, day: new Date(864e5 * (n - i)), class: class_, y: 2 * x + 5 };
  });
}

const small = { hidden: [8], epochs: 8, batchSize: 32 } as const;

describe("foldSplits", () => {
  const table = tableFromRows(rowsOf(100));
  const options = { target: "class" };
  const of = labelledRows(table, options);
  const splits = (split: Parameters<typeof foldSplits>[1]["split"]) =>
    foldSplits(of, { ...options, split }, 4, 0);

  test.each([[{ kind: "stratified" }], [{ kind: "random" }], [{ kind: "group", column: "person" }]] as const)(
    "%j: every row is tested once, and is in one part of each fold",
    (kind) => {
      const all = splits(kind);
      const tested = all.flatMap(({ test: part }) => [...part]).sort((a, b) => a - b);
      expect(tested).toEqual([...of.rows]);
      for (const { training, validation, test: part } of all) {
        expect([...training, ...validation, ...part].sort((a, b) => a - b)).toEqual([...of.rows]);
        expect(validation.length).toBeGreaterThan(0);
      }
    },
  );

  test("groups stay together", () => {
    for (const { training, validation, test: part } of splits({ kind: "group", column: "person" })) {
      const people = [training, validation, part].map((rows) => new Set(Array.from(rows, (row) => row % 10)));
      expect(people[0].size + people[1].size + people[2].size).toBe(10);
    }
  });

  test("by time each part comes after the one before", () => {
    const all = splits({ kind: "time", column: "day" });
    expect(all.length).toBe(4);
    for (const { training, validation, test: part } of all) {
      // Later days stand first.
      expect(Math.min(...training)).toBeGreaterThan(Math.max(...validation));
      expect(Math.min(...validation)).toBeGreaterThan(Math.max(...part));
    }
  });

  test("there are no folds of parts that are given", () => {
    expect(() => splits({ kind: "column", column: "person" })).toThrow("have one test part, and no folds");
  });
});

describe("crossValidate", () => {
  test("scores each fold, with mean and standard deviation", async () => {
    const seen: number[] = [];
    const options = {
      ...small,
      target: "class",
      exclude: ["y", "day"],
      folds: 3,
      onFold: ({ fold }: { fold: number }) => seen.push(fold),
    };
    const found = await crossValidate(rowsOf(120), options);
    expect(seen).toEqual([1, 2, 3]);
    expect(found.folds.map(({ rows }) => rows.test)).toEqual([40, 40, 40]);
    const values = found.folds.map(({ scores }) => (scores.task === "classification" ? scores.accuracy : 0));
    const mean = values.reduce((a, b) => a + b, 0) / 3;
    expect(found.summary.accuracy.mean).toBeCloseTo(mean, 12);
    const sd = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / 2);
    expect(found.summary.accuracy.sd).toBeCloseTo(sd, 12);
    expect(mean).toBeGreaterThan(0.7);
    expect(await crossValidate(rowsOf(120), options)).toEqual(found);
  });

  test("repeats with other folds, and does not read the column of groups", async () => {
    const found = await crossValidate(rowsOf(100), {
      ...small,
      epochs: 2,
      target: "y",
      exclude: ["class", "day"],
      split: { kind: "group", column: "person" },
      folds: 2,
      repeats: 2,
    });
    expect(found.folds.map(({ repeat, fold }) => [repeat, fold])).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
    ]);
    expect(found.summary).toHaveProperty("rmse");
  });
});

describe("learningCurve", () => {
  test("trains on more and more rows, and tests on the same", async () => {
    const seen: unknown[] = [];
    const curve = await learningCurve(rowsOf(150), {
      ...small,
      target: "class",
      exclude: ["y", "day"],
      sizes: [0.2, 50, 1],
      seeds: 2,
      onPoint: ({ rows, seed }) => seen.push([rows, seed]),
    });
    expect(curve).toMatchObject({ score: "accuracy", seeds: 2, testRows: 30 });
    expect(curve.points.map(({ rows }) => rows)).toEqual([20, 50, 102]);
    expect(seen).toEqual(
      [20, 50, 102].flatMap((rows) => [
        [rows, 0],
        [rows, 1],
      ]),
    );
    const [first, , last] = curve.points;
    expect(last.test.mean).toBeGreaterThan(0.7);
    expect(first.training.mean).toBeGreaterThan(0.5);
  });

  test("refuses sizes that there are no rows for", async () => {
    const options = { ...small, target: "class" };
    await expect(learningCurve(rowsOf(100), { ...options, sizes: [1000] })).rejects.toThrow(
      "There are no 1000 rows to learn from",
    );
    await expect(learningCurve(rowsOf(100), { ...options, sizes: [5] })).rejects.toThrow("below 10 rows");
  });

  test("refuses no seeds, and options that there are not", async () => {
    const options = { ...small, target: "class" };
    await expect(learningCurve(rowsOf(100), { ...options, seeds: 0 })).rejects.toThrow("seeds is 0");
    const typo = { ...options, size: [0.5] };
    await expect(learningCurve(rowsOf(100), typo)).rejects.toThrow('Did you mean "sizes"?');
  });
});

test("crossValidate refuses no repeats, and options that there are not", async () => {
  const options = { ...small, target: "class" };
  for (const repeats of [0, -1, 0.5])
    await expect(crossValidate(rowsOf(60), { ...options, repeats })).rejects.toThrow(`repeats is ${repeats}`);
  const typo = { ...options, fold: 3 };
  await expect(crossValidate(rowsOf(60), typo)).rejects.toThrow('Did you mean "folds"?');
});
