import { expect, test } from "vitest";
import { Losses } from "./losses.ts";

test("few are all there, in their order", () => {
  const losses = new Losses();
  for (let step = 0; step < 5000; step++) losses.add(step, 1 / (step + 1));
  const { steps, losses: values } = losses.all;
  expect(steps).toEqual(Float64Array.from({ length: 5000 }, (_, i) => i));
  expect(values).toEqual(Float64Array.from({ length: 5000 }, (_, i) => 1 / (i + 1)));
  expect(losses.since(4998)).toEqual({
    steps: Float64Array.of(4998, 4999),
    losses: Float64Array.of(1 / 4999, 1 / 5000),
  });
});

test("of very many, bounded ones stay: each with its own step, the peaks among them, and the last steps whole", () => {
  const losses = new Losses(6000);
  const lossAt = (step: number): number =>
    step === 123_457 ? 99 : step === 654_321 ? -99 : Math.sin(step * 12.9898) + 1 / (step + 1);
  for (let step = 0; step < 1_000_000; step++) losses.add(step, lossAt(step));
  const { steps, losses: values } = losses.all;
  expect(steps.length).toBeLessThanOrEqual(6000);
  expect(steps.length).toBeGreaterThan(1500);
  expect(steps.every((step, i) => i === 0 || step > (steps[i - 1] ?? 0))).toBe(true);
  expect(values.every((loss, i) => loss === lossAt(steps[i] ?? -1))).toBe(true);
  expect(values.reduce((a, b) => Math.max(a, b))).toBe(99);
  expect(values.reduce((a, b) => Math.min(a, b))).toBe(-99);
  expect(steps[0]).toBe(0);
  expect(losses.since(999_998).steps).toEqual(Float64Array.of(999_998, 999_999));
});

test("cutting forgets what came later, and leaves what was handed out", () => {
  const losses = new Losses();
  for (let step = 0; step < 10; step++) losses.add(step, step);
  const before = losses.all;
  losses.cut(4);
  losses.add(4, 44);
  expect([...losses.all.losses]).toEqual([0, 1, 2, 3, 44]);
  expect([...before.losses]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("numbers that are not finite do not hide the others", () => {
  const losses = new Losses(1024);
  for (let step = 0; step < 5000; step++) losses.add(step, step % 3 === 0 ? Number.NaN : step);
  expect(losses.all.losses.some((loss) => loss > 4000)).toBe(true);
});
