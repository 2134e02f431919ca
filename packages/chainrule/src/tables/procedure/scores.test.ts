import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as metrics from "../../metrics/index.ts";
import { fromTypedArray, Generator } from "../../tensor/index.ts";
import { tableFromRows } from "../column.ts";
import { classResample, classScores } from "./class-scores.ts";
import { numberResample, numberScores } from "./number-scores.ts";
import { intervalsOf, resamplingFor } from "./resampling.ts";
import { headline, scoresOf } from "./scores.ts";

/** Probabilities [n, classes] that lean to the truth, and have ties; and how often each row counts. */
function sampleOf(n: number, classes: number, seed: number) {
  const generator = new Generator(seed);
  const u = () => generator.uniform53();
  const truth = Int32Array.from({ length: n }, (_, i) => (i < classes ? i : Math.floor(u() * classes)));
  const probabilities = new Float64Array(n * classes);
  for (let i = 0; i < n; i++) {
    const row = Array.from({ length: classes }, (_, c) => Math.ceil(10 * u()) + (truth[i] === c ? 4 : 0));
    const total = row.reduce((a, b) => a + b, 0);
    row.forEach((mass, c) => {
      probabilities[i * classes + c] = mass / total;
    });
  }
  const predicted = truth.map((_, i) => {
    const row = Array.from(probabilities.subarray(i * classes, (i + 1) * classes));
    return row.indexOf(Math.max(...row));
  });
  const counts = truth.map((_, i) => (i < classes ? 1 : Math.floor(3 * u())));
  return { truth, probabilities, predicted, counts };
}

describe("scores of classes", () => {
  test("a resample has the scores that metrics gives with its counts as weights", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 0, max: 1e6 }), (classes, seed) => {
        const { truth, probabilities, predicted, counts } = sampleOf(40, classes, seed);
        const found = classResample(classes, predicted, probabilities, truth)(counts);
        const scores = fromTypedArray(probabilities, [truth.length, classes]);
        const ranked = classes === 2 ? probabilities.filter((_, k) => k % 2 === 1) : scores;
        const weights = { weights: counts };
        const wanted = {
          accuracy: metrics.accuracy(predicted, truth, weights),
          balancedAccuracy: metrics.balancedAccuracy(predicted, truth, weights),
          logLoss: metrics.logLoss(scores, truth, weights),
          brier: metrics.brier(scores, truth, weights),
          rocAuc: metrics.rocAuc(ranked, truth, weights),
          prAuc: metrics.prAuc(ranked, truth, weights),
          f1: metrics.f1(predicted, truth, { average: "macro", weights: counts }),
        };
        for (const [name, value] of Object.entries(wanted))
          expect(found[name as keyof typeof wanted], name).toBeCloseTo(value, 10);
        // Probabilities on an edge may fall into either bin.
        expect(found.calibrationError).toBeCloseTo(metrics.calibrationError(scores, truth, weights), 1);
      }),
      { numRuns: 60 },
    );
  });

  test("intervals are those of metrics.bootstrap", () => {
    const { truth, probabilities, predicted } = sampleOf(80, 3, 7);
    const { intervals, ...scores } = classScores(
      ["a", "b", "c"],
      predicted,
      probabilities,
      truth,
      resamplingFor(80),
      null,
    );
    const at = (rows: Int32Array, of: Int32Array): Int32Array => rows.map((i) => of[i]);
    const wanted = metrics.bootstrap(80, (rows) => metrics.accuracy(at(rows, predicted), at(rows, truth)));
    expect(intervals.accuracy?.low).toBeCloseTo(wanted.low, 12);
    expect(intervals.accuracy?.high).toBeCloseTo(wanted.high, 12);
    for (const [name, interval] of Object.entries(intervals)) {
      const value = scores[name as "accuracy"];
      expect(interval.low, name).toBeLessThan(value);
      expect(interval.high, name).toBeGreaterThan(value);
    }
  });

  test("where all is right, the accuracy has the exact interval", () => {
    // Of 69 rows all are right in one case of 40 if the accuracy is 0.025^(1/69).
    const truth = Int32Array.from({ length: 69 }, (_, i) => i % 2);
    const probabilities = Float64Array.from({ length: 138 }, (_, k) => (k % 2 === truth[k >> 1] ? 0.9 : 0.1));
    const { intervals } = classScores(["no", "yes"], truth, probabilities, truth, resamplingFor(69), null);
    expect(intervals.accuracy).toEqual({ low: 0.025 ** (1 / 69), high: 1 });
  });

  test("rows of different weights, all told right, tell as much as fewer of one weight", () => {
    const truth = Int32Array.from({ length: 40 }, (_, i) => i % 2);
    const probabilities = Float64Array.from({ length: 80 }, (_, k) => (k % 2 === truth[k >> 1] ? 0.9 : 0.1));
    const low = (weight: (i: number) => number): number | undefined => {
      const values = Float64Array.from({ length: 40 }, (_, i) => weight(i));
      const weights = { column: "w", values };
      const plan = resamplingFor(40);
      return classScores(["no", "yes"], truth, probabilities, truth, plan, null, weights).intervals.accuracy
        ?.low;
    };
    expect(low(() => 3)).toBeCloseTo(0.025 ** (1 / 40), 12);
    // (20 · 3 + 20)² / (20 · 9 + 20) = 32 rows
    expect(low((i) => (i < 20 ? 3 : 1))).toBeCloseTo(0.025 ** (1 / 32), 12);
    expect(low((i) => (i < 20 ? 1 : 0))).toBeCloseTo(0.025 ** (1 / 20), 12);
  });

  test("a worked example, by class", () => {
    const truth = Int32Array.of(0, 0, 0, 1);
    const probabilities = Float64Array.of(0.8, 0.2, 0.6, 0.4, 0.3, 0.7, 0.1, 0.9);
    const scores = classScores(["no", "yes"], Int32Array.of(0, 0, 1, 1), probabilities, truth, null, null);
    expect(scores).toMatchObject({
      accuracy: 0.75,
      baseline: 0.75,
      precision: 0.75, // no 2/2, yes 1/2
      recall: (2 / 3 + 1) / 2,
      weightedRecall: 0.75,
      brier: (0.04 + 0.16 + 0.49 + 0.01) / 4,
      rocAuc: 1,
      confusion: [
        [2, 1],
        [0, 1],
      ],
      intervals: {},
      resampling: null,
    });
    expect(scores.byClass[1]).toMatchObject({ class: "yes", precision: 0.5, recall: 1, support: 1 });
    expect(headline(scores)).not.toHaveProperty("confusion");
  });

  test("an area without one of the classes is null, and has no interval", () => {
    const truth = new Int32Array(10);
    const probabilities = Float64Array.from({ length: 20 }, (_, k) => (k % 2 === 0 ? 0.7 : 0.3));
    const scores = classScores(["a", "b"], truth, probabilities, truth, resamplingFor(10), null);
    expect([scores.rocAuc, scores.intervals.rocAuc]).toEqual([null, undefined]);
  });
});

describe("scores of numbers", () => {
  test("a resample has the scores that metrics gives with its counts as weights", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const generator = new Generator(seed);
        const truth = Float64Array.from({ length: 30 }, () => 1e3 + Math.round(20 * generator.uniform53()));
        const predicted = truth.map((y) => y + Math.round(10 * (generator.uniform53() - 0.5)));
        const counts = Int32Array.from(truth, () => Math.floor(3 * generator.uniform53()));
        const found = numberResample(predicted, truth)(counts);
        const all = Array.from(counts, (count, i) => new Array<number>(count).fill(i)).flat();
        const [p, t] = [all.map((i) => predicted[i]), all.map((i) => truth[i])];
        expect(found.rmse).toBeCloseTo(metrics.rmse(p, t), 10);
        expect(found.mae).toBeCloseTo(metrics.mae(p, t), 10);
        expect(found.r2).toBeCloseTo(metrics.r2(p, t), 9);
        expect(found.medianAbsoluteError).toBeCloseTo(metrics.medianAbsoluteError(p, t), 10);
      }),
      { numRuns: 60 },
    );
  });

  test("a worked example", () => {
    const truth = Float64Array.from({ length: 20 }, (_, i) => i);
    const predicted = truth.map((y) => (y < 10 ? y - 1 : y + 3));
    const scores = numberScores(predicted, truth, 9.5, null);
    expect(scores.mae).toBe(2);
    expect(scores.errorQuantiles).toEqual([
      { share: 0.5, error: 2 },
      { share: 0.9, error: 3 },
      { share: 0.95, error: 3 },
      { share: 0.99, error: 3 },
    ]);
    expect(scores.residuals.map(({ rows, mean, median }) => [rows, mean, median])).toEqual([
      [5, expect.closeTo(1, 12), 1],
      [5, expect.closeTo(1, 12), 1],
      [5, expect.closeTo(-3, 12), -3],
      [5, expect.closeTo(-3, 12), -3],
    ]);
    expect(scores.residuals[0].prediction).toBeCloseTo(1, 12);
  });

  test("truth of one value has no R²", () => {
    const scores = numberScores(Float64Array.of(1, 2, 3), Float64Array.of(2, 2, 2), 2, resamplingFor(3));
    expect([scores.r2, scores.intervals.r2]).toEqual([null, undefined]);
    expect(JSON.parse(JSON.stringify(scores))).toEqual(scores);
  });
});

describe("resampling", () => {
  test("takes fewer resamples, and then fewer rows, of many", () => {
    expect(resamplingFor(100)).toEqual({ samples: 1000, rows: 100, level: 0.95 });
    expect(resamplingFor(10_000)).toMatchObject({ samples: 400, rows: 10_000 });
    expect(resamplingFor(3_000_000)).toMatchObject({ samples: 200, rows: 20_000 });
    expect(resamplingFor(10_000, undefined, 100)).toMatchObject({ samples: 200, rows: 2000 });
  });

  test("some of the rows give about the interval of all", () => {
    const generator = new Generator(3);
    const values = Float64Array.from({ length: 4000 }, () => generator.uniform53());
    const scorer = (rows: Int32Array) => (counts: ArrayLike<number>) => {
      const [sum, total] = Array.from(counts).reduce(
        ([s, n], count, i) => [s + count * values[rows[i]], n + count],
        [0, 0],
      );
      return { mean: sum / total };
    };
    const exact = { mean: values.reduce((sum, x) => sum + x / 4000, 0) };
    const width = (rows: number): number => {
      const { mean } = intervalsOf(exact, 4000, scorer, { samples: 400, rows, level: 0.95 });
      if (mean === undefined) throw new Error("no interval");
      expect(mean.low).toBeLessThan(exact.mean);
      expect(mean.high).toBeGreaterThan(exact.mean);
      return mean.high - mean.low;
    };
    const [all, some] = [width(4000), width(400)];
    // A mean of n uniform numbers: 2 · 1.96 · √(1/12 / n).
    expect(all).toBeCloseTo(2 * 1.96 * Math.sqrt(1 / 12 / 4000), 2);
    expect(Math.abs(some / all - 1)).toBeLessThan(0.2);
  });
});

test("a table's rows are scored, without intervals where none are asked for", () => {
  const table = tableFromRows([{ y: 1 }, { y: 2 }, { y: 4 }]);
  const target = {
    task: "regression",
    name: "y",
    type: "number",
    transform: "none",
    center: 0,
    scale: 1,
    mean: 2,
    range: [0, 9],
  } as const;
  const values = Float64Array.of(1, 3);
  const scores = scoresOf(target, { task: "regression", values }, table, Int32Array.of(0, 2), { samples: 0 });
  const classes = {
    task: "classification",
    classes: Int32Array.of(0, 1),
    probabilities: new Float64Array(4),
  } as const;
  expect(() => scoresOf(target, classes, table, Int32Array.of(0, 2))).toThrow(
    "These are predictions of classification, and the target is one of regression.",
  );
  expect(scores).toMatchObject({ rows: 2, mae: 0.5, baseline: Math.sqrt((1 + 4) / 2), intervals: {} });
});
