import { expect, test } from "vitest";
import { chainrule, lastJson } from "./command.ts";

test("doctor says what programs run on, and how fast", async () => {
  const outcome = await chainrule(["doctor", "--json"]);
  expect(outcome.code).toBe(0);
  const { engine, tier, threads, speeds, refused } = lastJson(outcome) as unknown as {
    engine: string;
    tier: string;
    threads: number;
    speeds: { threads: number; gflops: number }[];
    refused: { tier: string; reason: string }[];
  };
  expect(engine).toContain(`Node ${process.versions.node}`);
  expect(["wide", "relaxed", "simd"]).toContain(tier);
  expect(speeds.map((speed) => speed.threads)).toEqual(threads === 1 ? [1] : [1, threads]);
  for (const { gflops } of speeds) expect(gflops).toBeGreaterThan(1);
  expect(outcome.stderr + outcome.stdout).toContain(`${tier}: `);
  for (const { reason } of refused) expect(reason).toMatch(/\.$/);
});
