import { describe, expect, test } from "vitest";
import { draws, Generator } from "../tensor/index.ts";
import { bootstrap } from "./bootstrap.ts";
import { accuracy } from "./classes.ts";
import { quantile } from "./quantile.ts";
import { rocAuc } from "./ranking.ts";

const meanOf =
  (values: ArrayLike<number>) =>
  (rows: Int32Array): number =>
    rows.reduce((sum, i) => sum + values[i], 0) / rows.length;

describe("bootstrap", () => {
  test("a worked example: the mean of two rows is 0, ½ and 1 in a quarter, a half and a quarter of the resamples", () => {
    const score = meanOf([0, 1]);
    expect(bootstrap(2, score, { level: 0.4 })).toEqual({ low: 0.5, high: 0.5 });
    expect(bootstrap(2, score, { level: 0.6 })).toEqual({ low: 0, high: 1 });
  });

  test("draws row numbers modulo their count, one after the other, and takes percentiles of the scores", () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6];
    const generator = new Generator(7);
    const scores = Array.from({ length: 50 }, () =>
      meanOf(values)(Int32Array.from(values, () => generator.next32() % values.length)),
    );
    const [low, high] = quantile(scores, [0.05, 0.95]);
    const found = bootstrap(8, meanOf(values), { samples: 50, level: 0.9, seed: 7 });
    expect(found.low).toBeCloseTo(low, 12);
    expect(found.high).toBeCloseTo(high, 12);
  });

  test("the same seed gives the same interval, another one another", () => {
    const values = draws.randperm(100, new Generator(1));
    const score = meanOf(values);
    expect(bootstrap(100, score)).toEqual(bootstrap(100, score, { seed: 0 }));
    expect(bootstrap(100, score, { seed: 1 })).not.toEqual(bootstrap(100, score));
  });

  test("of a mean is the normal interval, for many rows", () => {
    const values = new Float64Array(400);
    draws.fillNormal(values, new Generator(2));
    const mean = values.reduce((a, b) => a + b) / 400;
    const spread = 1.96 * Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 400 / 400);
    const { low, high } = bootstrap(400, meanOf(values), { samples: 4000 });
    expect(low).toBeGreaterThan(mean - 1.1 * spread);
    expect(low).toBeLessThan(mean - 0.9 * spread);
    expect(high).toBeGreaterThan(mean + 0.9 * spread);
    expect(high).toBeLessThan(mean + 1.1 * spread);
  });

  test("stratified, each resample has as many rows of each class", () => {
    const labels = [..."aabaaacaab"];
    const seen = new Set<string>();
    const rows = labels.map((_, i) => 100 + i);
    bootstrap(
      rows,
      (drawn) => {
        seen.add(
          [...drawn]
            .map((row) => labels[row - 100])
            .sort()
            .join(""),
        );
        return 0;
      },
      { stratify: labels, samples: 50 },
    );
    expect([...seen]).toEqual(["aaaaaaabbc"]);
  });

  test("rocAuc of a rare class needs it", () => {
    const y = Array.from({ length: 30 }, (_, i) => (i === 4 ? 1 : 0));
    const scores = y.map((label, i) => label + (i % 7));
    const score = (rows: Int32Array): number =>
      rocAuc(rows.map((i) => scores[i]), rows.map((i) => y[i])); // biome-ignore format: rows
    expect(() => bootstrap(30, score)).toThrow(/bootstrap sample \d+: .*class 1 needs samples/);
    const { low, high } = bootstrap(30, score, { stratify: y });
    expect(low).toBeLessThanOrEqual(rocAuc(scores, y));
    expect(high).toBeGreaterThanOrEqual(rocAuc(scores, y));
  });

  test("what cannot be drawn or scored says why", () => {
    const score = (rows: Int32Array): number => accuracy(rows, rows);
    expect(() => bootstrap(0, score)).toThrow(/0 rows cannot be drawn from/);
    expect(() => bootstrap([], score)).toThrow(/0 rows/);
    expect(() => bootstrap(1.5, score)).toThrow(/1.5 rows/);
    expect(() => bootstrap(3, score, { samples: 0 })).toThrow(/samples is 0/);
    expect(() => bootstrap(3, score, { level: 1 })).toThrow(/level is 1/);
    expect(() => bootstrap(3, score, { stratify: [1, 2] })).toThrow(/2 labels were given for 3 rows/);
    expect(() => bootstrap(3, () => Number.NaN)).toThrow(/bootstrap sample 0: The score is NaN/);
  });
});
