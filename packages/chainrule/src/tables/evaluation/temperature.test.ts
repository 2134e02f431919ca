import { describe, expect, test } from "vitest";
import { logLoss } from "../../metrics/index.ts";
import { fromTypedArray, Generator } from "../../tensor/index.ts";
import { fitTemperature } from "./temperature.ts";

describe("fitTemperature", () => {
  test("two classes with logits ±1 get the logit of the share that is right", () => {
    // 75 of 100 rows are right, with the smoothing q = (1 − s) · 0.75 + s/2, s = 1/101; σ(2/T) = q.
    const logits = Float64Array.from({ length: 200 }, (_, k) => (k % 2 === 0 ? 1 : -1));
    const truth = Int32Array.from({ length: 100 }, (_, i) => (i < 75 ? 0 : 1));
    const q = (1 - 1 / 101) * 0.75 + 1 / 202;
    expect(fitTemperature(logits, truth, 2)).toBeCloseTo(2 / Math.log(q / (1 - q)), 9);
  });

  test("finds the temperature that labels were drawn with", () => {
    const generator = new Generator(2);
    const n = 20_000;
    const logits = Float64Array.from({ length: 3 * n }, () => 6 * (generator.uniform53() - 0.5));
    const truth = Int32Array.from({ length: n }, (_, i) => {
      const masses = [0, 1, 2].map((c) => Math.exp(logits[3 * i + c] / 2.5));
      let u = generator.uniform53() * masses.reduce((a, b) => a + b, 0);
      return masses.findIndex((mass) => {
        u -= mass;
        return u < 0;
      });
    });
    const found = fitTemperature(logits, truth, 3);
    expect(Math.abs(found - 2.5)).toBeLessThan(0.1);
    const loss = (t: number): number =>
      logLoss(
        fromTypedArray(
          logits.map((z) => z / t),
          [n, 3],
        ),
        truth,
        { fromLogits: true },
      );
    for (const other of [0.98, 1.02]) expect(loss(found)).toBeLessThan(loss(found * other));
  });

  test("stays finite where all is right, all is wrong, or nothing is known", () => {
    const logits = Float64Array.of(5, -5, -5, 5);
    const right = fitTemperature(logits, Int32Array.of(0, 1), 2);
    // Two rows that are right: σ(10/T) = (1 − 1/3) + 1/6.
    expect(right).toBeCloseTo(10 / Math.log(5), 9);
    const wrong = fitTemperature(logits, Int32Array.of(1, 0), 2);
    expect(wrong).toBeGreaterThan(99);
    expect(wrong).toBeLessThanOrEqual(101);
    expect(fitTemperature(new Float64Array(4), Int32Array.of(0, 1), 2)).toBeGreaterThan(0);
    expect(fitTemperature([], [], 2)).toBe(1);
  });
});
