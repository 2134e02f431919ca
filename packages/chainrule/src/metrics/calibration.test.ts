import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tensor } from "../tensor/index.ts";
import { calibrationCurve, calibrationError } from "./calibration.ts";

describe("calibrationError", () => {
  test("a worked example of two classes", () => {
    // class 1 at 0.9, 0.8, 0.6; class 0 at 1 − 0.3 = 0.7. In halves of [0, 1] all are in the upper one:
    // right are 0.9 and 0.7, so |2/4 − (0.9 + 0.8 + 0.6 + 0.7)/4| = 0.25
    const p = [0.9, 0.8, 0.6, 0.3];
    const y = [1, 0, 0, 0];
    expect(calibrationError(p, y, { bins: 2 })).toBeCloseTo(0.25, 15);
    // in fifths: (0.8, 1] holds 0.9, right; (0.6, 0.8] holds 0.8, wrong, and 0.7, right; 0.6 is the upper end of (0.4, 0.6], wrong
    // 1/4 · 0.1 + 2/4 · |1/2 − 0.75| + 1/4 · 0.6
    expect(calibrationError(p, y, { bins: 5 })).toBeCloseTo(0.025 + 0.125 + 0.15, 15);
  });

  test("a worked example of three classes", () => {
    // biome-ignore-start format: rows
    const p = [
      [0.7, 0.2, 0.1],
      [0.1, 0.65, 0.25],
      [0.4, 0.3, 0.3],
      [0.05, 0.05, 0.9],
    ];
    // biome-ignore-end format: rows
    // of fifteenths: 0.7 (wrong), 0.65 (right), 0.4 (right) and 0.9 (right) are alone
    expect(calibrationError(p, [1, 1, 0, 2])).toBeCloseTo((0.7 + 0.35 + 0.6 + 0.1) / 4, 15);
    // the wrong one counts three of six
    const weights = [3, 1, 1, 1];
    expect(calibrationError(p, [1, 1, 0, 2], { weights })).toBeCloseTo((2.1 + 0.35 + 0.6 + 0.1) / 6, 15);
  });

  test("one column and two give the same", () => {
    const p = [0.9, 0.8, 0.6, 0.3, 0];
    const rows = tensor(
      p.map((x) => [1 - x, x]),
      { dtype: "float64" },
    );
    expect(calibrationError(rows, [1, 0, 0, 0, 1])).toBeCloseTo(calibrationError(p, [1, 0, 0, 0, 1]), 14);
  });

  test("is 0 for certainty that is right, 1 for certainty that is wrong, and between them else", () => {
    expect(calibrationError([0, 1], [0, 1])).toBe(0);
    expect(calibrationError([0, 1], [1, 0])).toBe(1);
    const rows = fc.array(fc.record({ p: fc.double({ min: 0, max: 1, noNaN: true }), y: fc.nat(1) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 40 }), (all, bins) => {
        const [p, y] = [all.map((row) => row.p), all.map((row) => row.y)];
        const found = calibrationError(p, y, { bins });
        expect(found).toBeGreaterThanOrEqual(0);
        expect(found).toBeLessThanOrEqual(1);
        expect(calibrationError([...p].reverse(), [...y].reverse(), { bins })).toBeCloseTo(found, 12);
      }),
    );
  });
});

describe("calibrationCurve", () => {
  test("counts all samples, and its gaps make up the error where the event is the top class", () => {
    // biome-ignore-start format: rows
    const p = [
      [0.7, 0.2, 0.1],
      [0.1, 0.65, 0.25],
      [0.4, 0.3, 0.3],
      [0.05, 0.05, 0.9],
      [0.3, 0.68, 0.02],
    ];
    // biome-ignore-end format: rows
    const y = [1, 1, 0, 2, 1];
    const { probTrue, probPred, counts } = calibrationCurve(p, y, { bins: 15 });
    expect(counts).toEqual([1, 1, 2, 1]);
    const gap = counts.reduce((sum, n, b) => sum + (n / 5) * Math.abs(probTrue[b] - probPred[b]), 0);
    expect(gap).toBeCloseTo(calibrationError(p, y), 15);
  });

  test("two columns count as the second", () => {
    const two = [[0.9, 0.1], [0.2, 0.8]]; // biome-ignore format: rows
    expect(calibrationCurve(two, [0, 1])).toEqual(calibrationCurve([0.1, 0.8], [0, 1]));
  });

  test("refuses what are no probabilities, and bins that are none", () => {
    expect(() => calibrationCurve([0.5, -0.1], [0, 1])).toThrow(/hold -0.1 at 1, which is no probability/);
    expect(() => calibrationCurve([Number.NaN], [0])).toThrow(/hold NaN at 0/);
    expect(() => calibrationError([[0.5, 0.2]], [1])).toThrow(/sample 0 add up to 0.7/);
    expect(() => calibrationCurve([], [])).toThrow(/nothing to score/);
    expect(() => calibrationError([0.5], [1], { bins: 0 })).toThrow(/bins is 0/);
    expect(() => calibrationCurve([0.5], [1], { strategy: "even" as "uniform" })).toThrow(
      /no strategy "even"/,
    );
  });
});
