import { expect, test } from "vitest";
import { reference } from "../backends/reference/index.ts";
import { explain } from "./explain.ts";
import { lowerGraph } from "./lower.ts";
import { f32, record } from "./testing/record.ts";

const options = { strict: false, host: reference, supports: { unary: () => true, binary: () => true } };

test("explain shows kernels, what was fused, work, memory and time, in 100 columns", () => {
  const graph = record([f32(64, 784), f32(784, 128), f32(128)], (x, w, b) =>
    x.matmul(w).add(b).relu().square().mean(),
  );
  const schedule = lowerGraph(graph, options);
  const kernels = schedule.kernels.map((_, i) => ({ threads: 2 - i, microseconds: i === 0 ? 123.4 : 1.5 }));
  const text = explain(schedule, { tier: "wide", threads: 2, bytes: 4096, code: 2345, kernels });
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(text).toMatchInlineSnapshot(`
    "  1  matmul                                                 12.8 MFLOP       635 kB    123 µs ×2
         product [64, 784] · [784, 128]: argument0, argument1 → b2
      2  add + relu + square + sum + mul                        32.8 kFLOP      33.3 kB      1.50 µs
         sum over [64, 128] for []: b2, argument2 → b4

    2 kernels, 12.9 MFLOP, 668 kB moved, arena of 32.8 kB.
    Expected: 125 µs in the tier "wide" on 2 threads; 2.35 kB of WebAssembly."
  `);
});
