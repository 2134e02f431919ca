import { expect, test } from "vitest";
import { Smoother } from "./smooth.ts";

/** With a value at each step from 0. */
const smoothed = (smoother: Smoother, values: Float64Array): Float64Array =>
  smoother.of(
    values.map((_, n) => n),
    values,
  );

test("smoothing leaves a constant as it is, from its first step on", () => {
  for (const value of smoothed(new Smoother(0.9), new Float64Array(50).fill(3)))
    expect(value).toBeCloseTo(3, 12);
});

test("two numbers by hand, and gaps stay gaps", () => {
  // (0.5·0.5·4 + 0.5·1) / (1 − 0.25) = 2
  expect([...smoothed(new Smoother(0.5), Float64Array.of(4, Number.NaN, 1))]).toEqual([4, Number.NaN, 2]);
});

test("a curve that grows is smoothed as if it had been there whole, also after it was cut", () => {
  const memory = Float64Array.from({ length: 3000 }, (_, n) => Math.sin(n) + n / 1000);
  const growing = new Smoother(0.95);
  for (const length of [1, 2, 700, 1500, 3000]) smoothed(growing, memory.subarray(0, length));
  expect([...smoothed(growing, memory)]).toEqual([...smoothed(new Smoother(0.95), memory)]);
  const cut = memory.slice(0, 100).fill(1, 50);
  expect([...smoothed(growing, cut)]).toEqual([...smoothed(new Smoother(0.95), cut)]);
});

test("a number after steps that are left out counts for all of them", () => {
  const whole = smoothed(new Smoother(0.8), Float64Array.of(1, 5, 5, 5, 2));
  const some = new Smoother(0.8).of(Float64Array.of(0, 3, 4), Float64Array.of(1, 5, 2));
  expect(some[1]).toBeCloseTo(whole[3] ?? 0, 12);
  expect(some[2]).toBeCloseTo(whole[4] ?? 0, 12);
});
