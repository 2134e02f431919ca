import { expect, test } from "vitest";
import type { Phase } from "./context.ts";
import { planSegment } from "./plan.ts";

const run = {} as Phase["run"];

/** The plan for phases of so many units and microseconds each, as text: phases on all threads in brackets. */
function plan(threads: number, ...phases: [units: number, microseconds: number][]): string {
  const planned = phases.map(([units, microseconds], kernel) => ({
    kernel,
    phase: { run, units, nanoseconds: 1000 * microseconds, faults: false },
  }));
  const { threaded, steps } = planSegment(planned, threads);
  const shown = steps.map((step) => {
    const kernels = step.phases.map(({ kernel }) => kernel).join(" ");
    return step.parallel ? `[${kernels}]` : kernels;
  });
  return `${threaded ? "threads" : "alone"}: ${shown.join(" | ")}`;
}

test("large phases run on all threads, small ones and those of one unit on the main thread", () => {
  expect(plan(2, [100, 50], [100, 0.1], [1, 30], [100, 20])).toBe("threads: [0] | 1 2 | [3]");
});

test("a phase that saves less than its barriers cost is not shared", () => {
  expect(plan(2, [100, 100], [100, 1], [100, 2])).toBe("threads: [0] | 1 | [2]");
});

test("units are dealt out whole", () => {
  // Three units on two threads take two units' time.
  expect(plan(2, [3, 30])).toBe("threads: [0]");
  expect(plan(2, [3, 2.1])).toBe("alone: 0");
});

test("a program that gains little leaves the other processors alone", () => {
  expect(plan(2, [1, 1000], [100, 100])).toBe("alone: 0 1");
  expect(plan(2, [1, 100], [100, 100])).toBe("threads: 0 | [1]");
  expect(plan(8, [10, 0.5], [10, 0.5])).toBe("alone: 0 1");
});

test("nothing to do is no work", () => {
  expect(plan(2)).toBe("alone: ");
  expect(plan(2, [0, 0])).toBe("alone: 0");
});
