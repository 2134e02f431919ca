import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { reference } from "../backends/reference/index.ts";
import type { Graph } from "../core/graph.ts";
import { lowerGraph, scheduleGraph } from "./lower.ts";
import { foldConstants } from "./passes/constants.ts";
import { removeDead } from "./passes/dead.ts";
import { improve } from "./passes/index.ts";
import { gatherEarly } from "./passes/lookups.ts";
import { chooseOneHot } from "./passes/one-hot.ts";
import { shareCommon } from "./passes/share.ts";
import { simplify } from "./passes/simplify.ts";
import { evaluateGraph, type Outcome } from "./testing/evaluate-graph.ts";
import { evaluateSchedule } from "./testing/evaluate-schedule.ts";
import { printGraph, printSchedule } from "./testing/print.ts";
import { randomGraph } from "./testing/random-graph.ts";

const options = { strict: false, host: reference, supports: { unary: () => true, binary: () => true } };

/** Equal up to rounding; −0 and 0 are the same here. */
function expectSame(actual: Outcome, expected: Outcome, text: () => string): void {
  const differences: string[] = [];
  const compare = (name: string, a: ArrayLike<number>, b: ArrayLike<number>): void => {
    if (a.length !== b.length) differences.push(`${name}: ${a.length} and ${b.length} elements`);
    for (let i = 0; i < b.length; i++) {
      const close =
        a[i] === b[i] || (a[i] !== a[i] && b[i] !== b[i]) || Math.abs(a[i] - b[i]) <= 1e-5 * Math.abs(b[i]);
      if (!close) differences.push(`${name}[${i}]: ${a[i]} and not ${b[i]}`);
    }
  };
  for (const [i, result] of expected.results.entries()) compare(`result ${i}`, actual.results[i], result);
  let i = 0;
  for (const [storage, elements] of expected.states) {
    compare(`effect ${i++}`, actual.states.get(storage) ?? storage.elements, elements);
  }
  if (differences.length > 0) expect.fail(`${differences.slice(0, 5).join("\n")}\n${text()}`);
}

const samples = fc.record({ seed: fc.nat(), size: fc.integer({ min: 3, max: 40 }) });

describe("random graphs give the same", () => {
  const passes: Record<string, (graph: Graph) => Graph> = {
    foldConstants: (graph) => foldConstants(graph, reference),
    simplify,
    shareCommon,
    gatherEarly,
    chooseOneHot,
    removeDead,
    "all passes": (graph) => improve(graph, reference),
  };
  test.each(Object.entries(passes))("after %s", (_, pass) => {
    fc.assert(
      fc.property(samples, ({ seed, size }) => {
        const { graph, inputs, generator } = randomGraph(seed, size);
        const begin = generator.getState();
        const expected = evaluateGraph(graph, inputs, reference);
        generator.setState(begin);
        const changed = pass(graph);
        const text = (): string => `${printGraph(graph)}\n\n${printGraph(changed)}`;
        expectSame(evaluateGraph(changed, inputs, reference), expected, text);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["as programs", scheduleGraph],
    ["as programs, after all passes", lowerGraph],
  ])("%s", (_, lower) => {
    fc.assert(
      fc.property(samples, ({ seed, size }) => {
        const { graph, inputs, generator } = randomGraph(seed, size);
        const begin = generator.getState();
        const expected = evaluateGraph(graph, inputs, reference);
        generator.setState(begin);
        const schedule = lower(graph, options);
        const text = (): string => `${printGraph(graph)}\n\n${printSchedule(schedule)}`;
        expectSame(evaluateSchedule(schedule, inputs), expected, text);
      }),
      { numRuns: 300 },
    );
  });
});
