import { zeros } from "chainrule";
import { expect, test } from "vitest";
import { type Moment, Moments } from "./moments.ts";

/** A moment of so many float32 numbers. */
const moment = (step: number, numbers: number): Moment => ({
  step,
  tensors: [zeros([numbers])],
  optimizer: { state: { 0: { step, average: zeros([numbers]) } }, paramGroups: [] },
  draws: new Uint8Array(5056),
  batches: { order: null, place: 0 },
});

/** Adds the moments that are due among the steps. */
function kept(numbers: number, steps: number): Moments {
  const moments = new Moments();
  moments.add(moment(0, numbers));
  for (let step = 1; step <= steps; step++) if (moments.isDue(step)) moments.add(moment(step, numbers));
  return moments;
}

test("many small moments: any step is near one", () => {
  const moments = kept(10, 200_000);
  expect(moments.bytes).toBeLessThan(16 << 20);
  for (const step of [0, 1, 777, 54_321, 199_999]) {
    const before = moments.before(step).step;
    expect(before).toBeLessThanOrEqual(step);
    expect(step - before).toBeLessThan(512);
  }
});

test("large ones stay below 64 MB, and are further apart", () => {
  const moments = kept(300_000, 5000);
  expect(moments.bytes).toBeLessThanOrEqual(64 << 20);
  expect(moments.bytes).toBeGreaterThan(24 << 20);
  expect(moments.before(0).step).toBe(0);
  expect(4999 - moments.before(4999).step).toBeLessThan(512);
});

test("of those beyond the limit the first stays", () => {
  const moments = kept(12_000_000, 64);
  expect(moments.before(1e6).step).toBe(0);
  expect(moments.isDue(128)).toBe(false);
});

test("what is cut is forgotten, and kept again when it is due", () => {
  const moments = kept(10, 640);
  moments.cut(100);
  expect(moments.before(1000).step).toBe(96);
  expect(moments.isDue(96)).toBe(false);
  expect(moments.isDue(128)).toBe(true);
  expect(moments.some(2, 96).map(({ step }) => step)).toEqual([0, 64]);
});
