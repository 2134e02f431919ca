import { describe, expect, test } from "vitest";
import { Pace } from "./pace.ts";

/** Runs with given times on one thread and on all; how many used workers. */
function run(pace: Pace, runs: number, alone: number, together: number): number {
  let threaded = 0;
  for (let i = 0; i < runs; i++) {
    const all = pace.threaded;
    if (all) threaded++;
    pace.took((all ? together : alone) * (1 + 0.02 * Math.sin(i)));
  }
  return threaded;
}

describe("the choice of threads", () => {
  test("workers that help are used, and hardly ever questioned", () => {
    expect(run(new Pace(), 10_000, 100, 60)).toBeGreaterThan(9_950);
  });
  test("workers that come late are soon left out", () => {
    const pace = new Pace();
    expect(run(pace, 100, 100, 130)).toBeLessThan(60);
    expect(run(pace, 10_000, 100, 130)).toBeLessThan(50);
  });
  test("when the other cores are free again, workers come back", () => {
    const pace = new Pace();
    run(pace, 300, 100, 130);
    expect(run(pace, 10_000, 100, 60)).toBeGreaterThan(9_000);
  });
  test("when the other cores become busy, that is noticed at once, however long all went well", () => {
    const pace = new Pace();
    run(pace, 20_000, 100, 60);
    expect(run(pace, 100, 100, 200)).toBeLessThan(30);
  });
  test("a single slow run changes nothing", () => {
    const pace = new Pace();
    run(pace, 100, 100, 60);
    pace.took(500);
    expect(run(pace, 1000, 100, 60)).toBeGreaterThan(980);
  });
});
