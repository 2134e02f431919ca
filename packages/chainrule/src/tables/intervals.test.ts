import { describe, expect, test } from "vitest";
import { Generator } from "../tensor/index.ts";
import { fitIntervals, intervalAround } from "./intervals.ts";
import type { NumberTarget } from "./target.ts";

const target: NumberTarget = {
  task: "regression",
  name: "y",
  type: "number",
  transform: "none",
  center: 0,
  scale: 1,
  mean: 0,
  range: [-10, 10],
};

describe("fitIntervals", () => {
  test("takes the ⌈(n + 1) · level⌉-th smallest distance", () => {
    // 19 distances, 1 to 19: 20 · 0.8 = 16, 20 · 0.9 = 18, 20 · 0.95 = 19.
    const truth = Float64Array.from({ length: 19 }, (_, i) => (i % 2 === 0 ? i + 1 : -i - 1));
    expect(fitIntervals(target, new Float64Array(19), truth)).toEqual({
      rows: 19,
      levels: [
        { level: 0.8, halfWidth: 16 },
        { level: 0.9, halfWidth: 18 },
        { level: 0.95, halfWidth: 19 },
      ],
    });
  });

  test("leaves out levels that there are too few rows for", () => {
    const levels = (n: number) =>
      fitIntervals(target, new Float64Array(n), new Float64Array(n)).levels.map(({ level }) => level);
    expect([levels(3), levels(4), levels(9), levels(18), levels(19)]).toEqual([
      [],
      [0.8],
      [0.8, 0.9],
      [0.8, 0.9],
      [0.8, 0.9, 0.95],
    ]);
  });

  test("of numbers that are learned as logarithms, factors", () => {
    const log = { ...target, transform: "log" } as const;
    const intervals = fitIntervals(log, Float64Array.of(10, 10, 10, 10), Float64Array.of(20, 5, 10, 11));
    const { low, high } = intervalAround(Float64Array.of(100), 0.8, log, intervals);
    expect([low[0], high[0]]).toEqual([expect.closeTo(50, 9), expect.closeTo(200, 9)]);
  });

  test("covers new rows as often as it says, whatever the model", () => {
    // A model that knows nothing of heavy-tailed noise; coverage lies in [level, level + 1/(n + 1)] on average.
    const generator = new Generator(5);
    const draw = (n: number): Float64Array =>
      Float64Array.from({ length: n }, () => Math.tan(3 * (generator.uniform53() - 0.5)));
    const [repeats, n] = [2000, 39];
    const covered = new Map([0.8, 0.9, 0.95].map((level) => [level, 0]));
    for (let r = 0; r < repeats; r++) {
      const { levels } = fitIntervals(target, new Float64Array(n), draw(n));
      const fresh = draw(10);
      for (const { level, halfWidth } of levels) {
        const within = fresh.filter((y) => Math.abs(y) <= halfWidth).length;
        covered.set(level, (covered.get(level) ?? 0) + within / 10 / repeats);
      }
    }
    // (n + 1) · level is whole, so coverage is the level itself; its standard error here is below 0.002.
    for (const [level, share] of covered) expect(Math.abs(share - level)).toBeLessThan(0.006);
  });
});

test("a level that the model lacks is named", () => {
  const intervals = { rows: 9, levels: [{ level: 0.8, halfWidth: 1 }] };
  expect(() => intervalAround(Float64Array.of(1), 0.5, target, intervals)).toThrow("It has those of 0.8.");
  expect(() => intervalAround(Float64Array.of(1), 0.9, target, null)).toThrow("too few validation rows");
});
