import { expect, test } from "vitest";
import { Smoother } from "./smooth.ts";

test("smoothing leaves a constant as it is, from its first step on", () => {
  for (const value of new Smoother(0.9).of(new Float64Array(50).fill(3))) expect(value).toBeCloseTo(3, 12);
});

test("two numbers by hand, and gaps stay gaps", () => {
  // (0.5·0.5·4 + 0.5·1) / (1 − 0.25) = 2
  expect([...new Smoother(0.5).of(Float64Array.of(4, Number.NaN, 1))]).toEqual([4, Number.NaN, 2]);
});

test("a curve that grows is smoothed as if it had been there whole, also after it was cut", () => {
  const memory = Float64Array.from({ length: 3000 }, (_, n) => Math.sin(n) + n / 1000);
  const growing = new Smoother(0.95);
  for (const length of [1, 2, 700, 1500, 3000]) growing.of(memory.subarray(0, length));
  expect([...growing.of(memory)]).toEqual([...new Smoother(0.95).of(memory)]);
  const cut = memory.slice(0, 100).fill(1, 50);
  expect([...growing.of(cut)]).toEqual([...new Smoother(0.95).of(cut)]);
});
