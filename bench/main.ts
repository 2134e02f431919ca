/**
 * `npm run bench`: chainrule beside PyTorch and the JavaScript libraries. All contestants take turns in each round, so that a slow
 * moment of the machine hits all; figures are medians of the rounds, each contestant at its best number of threads.
 *
 *   npm run bench                          everything, about six minutes
 *   npm run bench -- --peers               installs TensorFlow.js, jax-js, brain.js and onnxruntime first
 *   npm run bench -- --quick               shorter turns, under two minutes
 *   npm run bench -- --only "784 Adam"     rows that contain all these words
 *   npm run bench -- --save NAME           writes bench/results/NAME.json, for `node bench/report.ts`
 *   npm run bench -- --node FILE           runs chainrule, as built, in another Node or in Bun; "chromium" is headless Chromium
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { installPeers, peersInstalled, startAll } from "./contestants.ts";
import { type Entry, measure } from "./measure.ts";
import type { Report, RowResult } from "./results.ts";
import { heading, line, summary } from "./table.ts";
import { describe, rows } from "./workloads.ts";

const { values: options } = parseArgs({
  options: {
    peers: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    rounds: { type: "string" },
    threads: { type: "string" },
    save: { type: "string" },
    node: { type: "string" },
  },
});

const cores = availableParallelism();
const threads = options.threads?.split(",").map(Number) ?? [...new Set([1, cores])];
const rounds = Number(options.rounds ?? (options.quick ? 5 : 7));
const effort = options.quick
  ? { rounds, turn: 0.05, patience: 0.5 * rounds }
  : { rounds, turn: 0.25, patience: 2 * rounds };
const words = options.only.split(" ");
const chosen = rows
  .filter(({ workload }) => words.every((word) => describe(workload).includes(word)))
  // The bars are for the Node that this repository installs.
  .map((row) => (options.node ? { ...row, bars: [] } : row));

if (options.peers && !peersInstalled()) installPeers();
const entries = await startAll(threads, options.node);

/** What took part, with versions; chainrule's own entries say which engine ran it. */
function versionsOf(entries: readonly Entry[]): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const { contestant, peer } of entries) {
    if (contestant === "chainrule" || contestant === "eager") versions.node = String(peer.about.node);
    else versions[contestant] = [peer.about.version, peer.about.blas].filter(Boolean).join(" with ");
  }
  return versions;
}

const versions = versionsOf(entries);
const machine = {
  cpu: cpus()[0]?.model.trim() ?? "unknown processor",
  cores,
  platform: `${process.platform} ${process.arch}`,
};
const torch = versions.PyTorch ?? "not found (python3 with torch)";
console.log(`${machine.cpu}, ${cores} cores · Node ${versions.node} · PyTorch ${torch}`);
console.log(
  `Medians of ${rounds} interleaved rounds, on ${threads.join(" and ")} threads, the better counts; ratios are medians of rounds' ratios.`,
);
if (torch.includes("reference BLAS")) {
  console.log(
    "PyTorch multiplies matrices slowly here. On Debian, install libopenblas0-pthread and run again.",
  );
}
if (!peersInstalled()) {
  console.log("TensorFlow.js, jax-js, brain.js, onnxruntime: not installed (npm run bench -- --peers).");
}

const results: RowResult[] = [];
for (const [i, row] of chosen.entries()) {
  const { task } = row.workload;
  if (task !== chosen[i - 1]?.workload.task) console.log(`\n${heading(task, threads)}`);
  const waits = process.stdout.isTTY;
  if (waits) process.stdout.write(`${describe(row.workload)}…`);
  const result = await measure(row, entries, effort);
  if (waits) process.stdout.write("\r\u001b[K");
  results.push(result);
  console.log(line(result, threads));
}
console.log(`\n${summary(results).join("\n")}`);
for (const { peer } of entries) peer.close();

if (options.save) {
  const report: Report = { date: new Date().toISOString(), machine, versions, rounds, rows: results };
  const folder = new URL("./results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${options.save}.json`, folder), `${JSON.stringify(report, null, 1)}\n`);
}
