import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { chart } from "../../bench/chart.ts";
import { markdown } from "../../bench/markdown.ts";
import { type Entry, measure } from "../../bench/measure.ts";
import type { Peer } from "../../bench/peer.ts";
import { duration, type Report, type RowResult, speedup, times } from "../../bench/results.ts";
import { heading, line, summary } from "../../bench/table.ts";
import type { Answer, Request } from "../../bench/timing.ts";
import { describe, rows } from "../../bench/workloads.ts";

const effort = { rounds: 5, turn: 0.1, patience: 2 };

/** A contestant that takes no time, but says how much it took; `turns` keeps who was asked, in order. */
function entry(
  contestant: string,
  threads: number,
  answer: (request: Request) => Answer | null,
  turns: string[] = [],
): Entry {
  const peer: Peer = {
    about: {},
    async time(request) {
      turns.push(`${contestant} ${threads}`);
      return answer(request);
    },
    close: () => {},
  };
  return { contestant, threads, peer };
}

const steady = (seconds: number, loss?: number) => (): Answer => ({ seconds, loss });

test("contestants take turns, back and forth, and the best number of threads counts", async () => {
  const turns: string[] = [];
  const entries = [
    entry("chainrule", 1, steady(0.001), turns),
    entry("chainrule", 2, steady(0.0005), turns),
    entry("PyTorch", 1, steady(0.04), turns),
  ];
  const result = await measure(rows[0], entries, effort);
  expect(result.timings.chainrule.map(({ threads }) => threads)).toEqual([2, 1]);
  expect(turns.slice(-6)).toEqual([
    ...["PyTorch 1", "chainrule 2", "chainrule 1"],
    ...["chainrule 1", "chainrule 2", "PyTorch 1"],
  ]);
  expect(result.bars).toEqual([
    { contestant: "chainrule", than: "PyTorch", factor: 60, ratio: 80 },
    { contestant: "eager", than: "PyTorch", factor: 1, ratio: undefined },
  ]);
});

test("a turn has as many runs as fit, and a slow contestant takes part in fewer rounds", async () => {
  const runs: number[] = [];
  const quick = entry("chainrule", 1, (request) => {
    runs.push(request.runs);
    return { seconds: 0.01 };
  });
  const slow = entry("tfjs", 1, steady(0.9));
  const endless = entry("jax-js", 1, steady(40));
  const result = await measure(rows[0], [quick, slow, endless], effort);
  expect(runs.slice(-5)).toEqual([10, 10, 10, 10, 10]);
  expect(result.timings.tfjs[0].rounds).toHaveLength(2);
  expect(result.timings["jax-js"][0].rounds).toEqual([40]);
});

test("who cannot has no timings, who fails is named, and losses are compared with PyTorch's", async () => {
  const broken = entry("tfjs", 1, () => {
    throw new Error("out of memory");
  });
  const entries = [
    entry("chainrule", 1, steady(0.001, 0.5001)),
    entry("PyTorch", 1, steady(0.001, 0.5)),
    entry("brain.js", 1, () => null),
    broken,
  ];
  const result = await measure(rows[3], entries, effort);
  expect(Object.keys(result.timings)).toEqual(["chainrule", "PyTorch"]);
  expect(result.failures).toEqual({ tfjs: "out of memory" });
  expect(result.lossDifference.chainrule).toBeCloseTo(2e-4);
  expect(summary([result]).map(stripVTControlCharacters)).toEqual([
    "0 of 1 bars met.",
    "First losses differ from PyTorch's by at most 2e-4 of their value (same seed, same batches).",
    "failed training 784–128–10 batch 64 SGD cross-entropy: tfjs: out of memory",
  ]);
});

test("the ratio of two contestants is not moved by a machine that slows down for both", () => {
  const timing = (rounds: number[]) => ({ threads: 1, seconds: 0, rounds });
  expect(speedup(timing([1, 1, 5, 9, 9]), timing([2, 2, 10, 18, 18]))).toBe(2);
});

test("times have three digits and a unit", () => {
  expect([1.234e-6, 12.34e-5, 0.9994e-3, 0.0456, 40.9].map(duration)).toEqual([
    ...["1.23 µs", "123 µs", "999 µs", "45.6 ms", "40.9 s"],
  ]);
  expect([0.5, 9.96, 123.4].map(times)).toEqual(["0.50×", "10×", "123×"]);
});

/** A result of every row, with every contestant, and times as wide as they get. */
const everything: RowResult[] = rows.map(({ workload, bars }) => ({
  workload,
  timings: Object.fromEntries(
    ["chainrule", "PyTorch", "eager", "tfjs", "jax-js", "brain.js", "onnxruntime"].map((name, i) => {
      const timing = (threads: number) => ({ threads, seconds: 123e-6 * i, rounds: [123e-6 * (i + 0.1)] });
      return [name, [timing(1), timing(2)]];
    }),
  ),
  failures: {},
  lossDifference: {},
  bars: bars.map((bar) => ({ contestant: "chainrule", ratio: 11, ...bar })),
}));

test("the table is at most 110 columns wide", () => {
  const lines = everything.flatMap((row) => [
    ...heading(row.workload.task, [1, 2]).split("\n"),
    line(row, [1, 2]),
  ]);
  const widths = lines.map((text) => stripVTControlCharacters(text).length);
  expect(Math.max(...widths)).toBeLessThanOrEqual(110);
});

const report: Report = {
  date: "2030-01-02T03:04:05.000Z",
  machine: { cpu: "A processor", cores: 2, platform: "linux x64" },
  versions: { node: "v26.0.0", PyTorch: "2.0.0 with OpenBLAS", tfjs: "4.0.0" },
  rounds: 5,
  rows: everything,
};

test("the page's tables have a line for each row", () => {
  const text = markdown(report);
  expect(text.split("\n")[0]).toBe(
    "A processor, 2 cores, Node v26.0.0, PyTorch 2.0.0 with OpenBLAS, TensorFlow.js 4.0.0; medians of 5 interleaved rounds, each at its best number of threads; 2030-01-02.",
  );
  expect(text.match(/^\| \d/gm)).toHaveLength(rows.length);
  const networks = rows.filter(({ workload }) => workload.task !== "product");
  expect(markdown(report, { full: true }).match(/^\| \d/gm)).toHaveLength(rows.length + networks.length);
});

test("the picture has a dot for each contestant and row, and closes what it opens", () => {
  const svg = chart(report);
  const networks = rows.filter(({ workload }) => workload.task !== "product");
  expect(svg.match(/<circle class="chainrule" cx="\d/g)).toHaveLength(networks.length + 1); // and the legend's
  for (const tag of ["svg", "text", "style", "title"]) {
    expect(svg.match(new RegExp(`<${tag}[ >]`, "g"))?.length).toBe(
      svg.match(new RegExp(`</${tag}>`, "g"))?.length,
    );
  }
  expect(svg).not.toContain("NaN");
});

test("every row has a name of its own", () => {
  const names = rows.map(({ workload }) => describe(workload));
  expect(new Set(names).size).toBe(names.length);
});
