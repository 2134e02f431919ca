import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Pace } from "./pace.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

/** Steps in so many milliseconds, looked at every `every` of them. */
function stepsIn(pace: Pace, milliseconds: number, every: number): number {
  let steps = 0;
  for (let time = 0; time < milliseconds; time += every) {
    for (; pace.due() > 0; steps++) pace.spend();
    vi.advanceTimersByTime(every);
  }
  return steps;
}

test.each([
  [1, 1],
  [10, 10],
  [100, 100],
  [1000, 1000],
])("a pace of %i is so many steps in a second, however often one looks", (perSecond, steps) => {
  for (const every of [1, 10, 50])
    expect(Math.abs(stepsIn(new Pace(perSecond), 5000, every) - 5 * steps)).toBeLessThanOrEqual(
      Math.max(1, 0.05 * perSecond),
    );
});

test("what could not be done in time is not all done at once later", () => {
  const pace = new Pace(1000);
  vi.advanceTimersByTime(60_000);
  expect(pace.due()).toBe(100);
});

test("says how long it is to the next step; without a pace there is always one", () => {
  const pace = new Pace(10);
  expect(pace.wait()).toBe(0);
  pace.spend();
  expect(pace.wait()).toBeCloseTo(100);
  expect(new Pace(0).due()).toBe(Number.POSITIVE_INFINITY);
  expect(new Pace(0).wait()).toBe(0);
  expect(() => new Pace(-1)).toThrow("steps a second");
});
