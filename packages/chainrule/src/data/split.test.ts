import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arange, Generator, tensor, zeros } from "../tensor/index.ts";
import { TensorDataset } from "./dataset.ts";
import { groupKFold, kFold, stratifiedKFold } from "./folds.ts";
import { groupSplit, randomSplit, stratifiedSplit, timeSplit } from "./split.ts";

const generator = (): Generator => new Generator(0);
const count = <T>(values: Iterable<T>): Map<T, number> => {
  const counts = new Map<T, number>();
  for (const v of values) counts.set(v, (counts.get(v) ?? 0) + 1);
  return counts;
};
const sorted = (indices: Iterable<number>): number[] => [...indices].sort((a, b) => a - b);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe("randomSplit", () => {
  const dataset = new TensorDataset(arange(10));

  test("parts are disjoint and cover everything", () => {
    const parts = randomSplit(dataset, [0.5, 0.3, 0.2], { generator: generator() });
    expect(parts.map((p) => p.length)).toEqual([5, 3, 2]);
    expect(sorted(parts.flatMap((p) => [...p.indices]))).toEqual(upTo(10));
    expect(parts[0].get(0)[0].item()).toBe(parts[0].indices[0]);
  });

  test("refuses lengths that do not add up", () => {
    expect(() => randomSplit(dataset, [5, 4])).toThrow(/Lengths 5, 4 do not make up a dataset of 10/);
    expect(() => randomSplit(dataset, [0.5, 0.6])).toThrow(/Lengths 0.5, 0.6/);
    expect(() => randomSplit(dataset, [12, -2])).toThrow(/12, -2/);
  });
});

describe("stratifiedSplit", () => {
  test("keeps the proportions of named classes", () => {
    const labels = upTo(100).map((i) => (i % 10 === 0 ? "rare" : i % 2 === 0 ? "even" : "odd"));
    const [train, test] = stratifiedSplit(labels, [0.8, 0.2], { generator: generator() });
    expect(count([...train].map((i) => labels[i]))).toEqual(new Map([["rare", 8], ["odd", 40], ["even", 32]])); // biome-ignore format: counts
    expect(test.length).toBe(20);
    expect(sorted([...train, ...test])).toEqual(upTo(100));
  });

  test("every part of every class and of the whole is right to one sample or two", () => {
    const labelsOf = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 120 });
    const weightsOf = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(labelsOf, weightsOf, fc.integer({ min: 0, max: 99 }), (labels, weights, seed) => {
        const total = weights.reduce((a, b) => a + b, 0);
        const fractions = weights.map((w) => w / total);
        const parts = stratifiedSplit(labels, fractions, { generator: new Generator(seed) });
        expect(sorted(parts.flatMap((p) => [...p]))).toEqual(upTo(labels.length));
        const sizes = count(labels);
        parts.forEach((part, p) => {
          expect(Math.abs(part.length - fractions[p] * labels.length)).toBeLessThan(1.0001);
          const found = count([...part].map((i) => labels[i]));
          for (const [label, size] of sizes)
            expect(Math.abs((found.get(label) ?? 0) - fractions[p] * size)).toBeLessThan(2);
        });
      }),
    );
  });

  test("the choice within a class is random, and repeatable", () => {
    const labels = zeros([40]);
    const [a] = stratifiedSplit(labels, [0.5, 0.5], { generator: new Generator(1) });
    const [b] = stratifiedSplit(labels, [0.5, 0.5], { generator: new Generator(2) });
    const [c] = stratifiedSplit(labels, [0.5, 0.5], { generator: new Generator(1) });
    expect(a).not.toEqual(b);
    expect(a).toEqual(c);
  });

  test("refuses what cannot be split", () => {
    expect(() => stratifiedSplit([0, 1], [0.5, 0.6])).toThrow(/add up to 1\.1/);
    expect(() => stratifiedSplit([], [0.5, 0.5])).toThrow(/no labels/);
    expect(() => stratifiedSplit(zeros([3, 2]), [0.5, 0.5])).toThrow(/\[3, 2\] are not one for each sample/);
  });
});

test("splits by values refuse the dataset that randomSplit takes, and say what to give", () => {
  const dataset = new TensorDataset(arange(10)) as never;
  const labels = zeros([10]) as never;
  const asRandomSplit: [string, () => unknown][] = [
    ["labels", () => stratifiedSplit(dataset, [0.5, 0.5])],
    ["labels", () => stratifiedSplit(dataset, labels, [0.5, 0.5] as never)],
    ["labels", () => groupSplit(dataset, labels, [0.5, 0.5])],
    ["groups", () => groupSplit(labels, dataset, [0.5, 0.5])],
    ["times", () => timeSplit(dataset, [0.5, 0.5])],
    ["labels", () => stratifiedKFold(dataset, 2)],
    ["groups", () => groupKFold(dataset, 2)],
  ];
  for (const [what, split] of asRandomSplit) {
    const problem = `The ${what} are a dataset, not one value for each sample.`;
    const remedy = expect.stringMatching(
      new RegExp(`^Give the ${what} .* new Subset\\(dataset, part\\)\\.$`),
    );
    expect(split).toThrow(expect.objectContaining({ code: "argument", problem, remedy }));
  }
  expect(() => stratifiedSplit(labels, labels, [0.5, 0.5] as never)).toThrow(
    "The fractions of the parts are no array.",
  );
  expect(() => stratifiedSplit(null as never, [1])).toThrow("The labels are null");
  expect(() => stratifiedSplit(3 as never, [1])).toThrow("The labels are of type number");
  expect(stratifiedSplit({ length: 2, 0: "a", 1: "b" }, [1])).toEqual([Int32Array.of(0, 1)]);
});

describe("folds", () => {
  const covers = (folds: readonly { train: Int32Array; test: Int32Array }[], n: number): void => {
    expect(sorted(folds.flatMap((f) => [...f.test]))).toEqual(upTo(n));
    for (const { train, test } of folds) expect(sorted([...train, ...test])).toEqual(upTo(n));
  };

  test("kFold cuts stretches of neighbours, or shuffles", () => {
    const plain = kFold(7, 3);
    expect(plain.map((f) => [...f.test])).toEqual([[0, 1, 2], [3, 4], [5, 6]]); // biome-ignore format: rows
    covers(plain, 7);
    const shuffled = kFold(50, 5, { shuffle: true, generator: generator() });
    covers(shuffled, 50);
    expect([...shuffled[0].test]).not.toEqual(upTo(10));
    expect(shuffled).toEqual(kFold(50, 5, { shuffle: true, generator: generator() }));
  });

  test("stratifiedKFold deals each class evenly", () => {
    const labels = tensor(upTo(31).map((i) => (i < 6 ? 1 : 0)));
    for (const shuffle of [false, true]) {
      const folds = stratifiedKFold(labels, 3, { shuffle, generator: generator() });
      covers(folds, 31);
      for (const { test } of folds) {
        expect([...test].filter((i) => i < 6).length).toBe(2);
        expect(Math.abs(test.length - 31 / 3)).toBeLessThan(1);
      }
    }
  });

  test("groupKFold keeps groups together and folds even", () => {
    const groups = ["a", "b", "a", "c", "b", "a", "d", "e"];
    const folds = groupKFold(groups, 2);
    covers(folds, 8);
    for (const { train, test } of folds) {
      const inside = new Set([...test].map((i) => groups[i]));
      expect([...train].some((i) => inside.has(groups[i]))).toBe(false);
    }
    expect(folds.map((f) => f.test.length)).toEqual([4, 4]);
  });

  test("refuse numbers of folds that do not work", () => {
    expect(() => kFold(10, 1)).toThrow(/10 samples cannot be cut into 1 folds/);
    expect(() => kFold(3, 4)).toThrow(/Give a whole number from 2 to 3/);
    expect(() => kFold(1, 2)).toThrow(/at least 2 samples/);
    expect(() => kFold(3.5, 2)).toThrow(/3\.5 samples cannot .* Give a whole number of samples/);
    expect(() => groupKFold(["a", "a"], 2)).toThrow(/1 group cannot/);
  });
});
