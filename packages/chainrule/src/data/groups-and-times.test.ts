import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Generator, tensor } from "../tensor/index.ts";
import { groupKFold, stratifiedGroupKFold, timeSeriesSplit } from "./folds.ts";
import { groupSplit, timeSplit } from "./split.ts";

const generator = (): Generator => new Generator(3);
const sorted = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Groups of random sizes, with labels. */
const grouped = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 2 })), {
    minLength: 3,
    maxLength: 20,
  })
  .map((sizes) => ({
    groups: sizes.flatMap(([size], g) => new Array<string>(size).fill(`g${g}`)),
    labels: sizes.flatMap(([size, label]) => new Array<number>(size).fill(label)),
  }));

describe("groupSplit", () => {
  test("keeps groups together, uses each sample once, and leaves no part empty", () => {
    fc.assert(
      fc.property(grouped, fc.boolean(), ({ groups, labels }, withLabels) => {
        const parts = groupSplit(withLabels ? labels : null, groups, [0.6, 0.2, 0.2], {
          generator: generator(),
        });
        expect(sorted(parts.flatMap((part) => [...part]))).toEqual(upTo(groups.length));
        const names = parts.map((part) => new Set(Array.from(part, (i) => groups[i])));
        for (const [p, set] of names.entries()) {
          expect(set.size).toBeGreaterThan(0);
          for (const [q, other] of names.entries())
            if (p < q) for (const g of set) expect(other.has(g)).toBe(false);
        }
      }),
    );
  });

  test("parts have their sizes and the classes their shares, as groups allow", () => {
    const groups = upTo(400).map((i) => Math.floor(i / 4));
    const labels = tensor(groups.map((g) => Number(g % 4 === 0)));
    const parts = groupSplit(labels, groups, [0.7, 0.2, 0.1], { generator: generator() });
    expect(parts.map((part) => part.length)).toEqual([280, 80, 40]);
    const positives = parts.map((part) => [...part].filter((i) => labels.data[i] === 1).length);
    expect(positives.map((n, p) => Math.abs(n - 100 * [0.7, 0.2, 0.1][p]) <= 4)).toEqual([true, true, true]);
    const other = groupSplit(labels, groups, [0.7, 0.2, 0.1], { generator: new Generator(4) });
    expect(other).not.toEqual(parts);
    expect(groupSplit(labels, groups, [0.7, 0.2, 0.1], { generator: generator() })).toEqual(parts);
  });

  test("refuses what cannot be split", () => {
    expect(() => groupSplit(null, ["a", "b"], [0.5, 0.25, 0.25])).toThrow(
      "2 groups cannot be cut into 3 parts",
    );
    expect(groupSplit(null, ["a", "b"], [0.5, 0.5, 0]).map((part) => part.length)).toEqual([1, 1, 0]);
    expect(() => groupSplit([1], ["a", "b"], [0.5, 0.5])).toThrow("The samples have 1 label and 2 groups.");
    expect(() => groupSplit(null, ["a", "b"], [0.5, 0.6])).toThrow("add up to 1.1");
  });
});

describe("timeSplit", () => {
  test("the oldest train and the newest test; one time is never cut", () => {
    expect(timeSplit([5, 1, 4, 2, 3], [0.6, 0.4]).map((part) => [...part])).toEqual([[1, 3, 4], [0, 2]]); // biome-ignore format: rows
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 40, maxLength: 90 }), (times) => {
        let parts: Int32Array[];
        try {
          parts = timeSplit(tensor(times), [0.5, 0.25, 0.25]);
        } catch {
          return; // too many of one time
        }
        expect(sorted(parts.flatMap((part) => [...part]))).toEqual(upTo(times.length));
        const latest = parts.map((part) => Math.max(...Array.from(part, (i) => times[i])));
        const oldest = parts.map((part) => Math.min(...Array.from(part, (i) => times[i])));
        expect(latest[0] < oldest[1] && latest[1] < oldest[2]).toBe(true);
        // Each end is off by half of the samples of one time at most.
        const most = Math.max(...upTo(31).map((t) => times.filter((x) => x === t).length));
        expect(Math.abs(parts[0].length - times.length / 2)).toBeLessThanOrEqual(most / 2 + 0.5);
      }),
    );
  });

  test("refuses times that are missing or too few", () => {
    expect(() => timeSplit([1, Number.NaN], [0.5, 0.5])).toThrow("The time of sample 1 is missing");
    expect(() => timeSplit([7, 7, 7], [0.5, 0.5])).toThrow("too few, or too often the same, for 2 parts");
  });
});

describe("folds", () => {
  test("stratifiedGroupKFold keeps groups together; classes are spread better than by groups alone", () => {
    const groups = upTo(300).map((i) => Math.floor(i / 5));
    const labels = groups.map((g) => Number(g < 15));
    const spread = (folds: readonly { test: Int32Array }[]): number => {
      const shares = folds.map(
        ({ test: part }) => [...part].filter((i) => labels[i] === 1).length / part.length,
      );
      return Math.max(...shares) - Math.min(...shares);
    };
    for (const shuffle of [false, true]) {
      const folds = stratifiedGroupKFold(labels, groups, 3, { shuffle, generator: generator() });
      expect(sorted(folds.flatMap((f) => [...f.test]))).toEqual(upTo(300));
      for (const { train, test: part } of folds) {
        const inside = new Set(Array.from(part, (i) => groups[i]));
        expect([...train].some((i) => inside.has(groups[i]))).toBe(false);
      }
      expect(spread(folds)).toBeLessThan(0.02);
    }
    expect(spread(groupKFold(groups, 3))).toBeLessThan(1);
    expect(() => stratifiedGroupKFold([1, 2], [1], 2)).toThrow("2 labels and 1 group.");
  });

  test("timeSeriesSplit refuses what leaves nothing to train on", () => {
    expect(() => timeSeriesSplit(4, 4)).toThrow("3 samples after the first cannot be cut into 4 folds");
    expect(() => timeSeriesSplit(10, 3, { testSize: 3, gap: 1 })).toThrow("leave none of 10 samples");
    expect(() => timeSeriesSplit(10, 3, { gap: -1 })).toThrow("after a gap of -1");
  });
});
