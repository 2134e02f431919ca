/** The benchmark's table in the terminal, 110 columns wide, line by line as rows are measured. */
import { styleText } from "node:util";
import {
  type BarResult,
  best,
  duration,
  gflops,
  onThreads,
  type RowResult,
  ratioOf,
  speedup,
  threeDigits,
  times,
} from "./results.ts";
import { describe, networkName, type Workload } from "./workloads.ts";

export const taskTitles: Readonly<Record<Workload["task"], string>> = {
  training: "One training step: forward, loss, backward, update, and the loss read back",
  inference: "One forward pass without gradients",
  product: "One product of square matrices into a third one, GFLOP/s",
};

/** Whom the last column shows: who can train, and who can only infer. */
const lastContestant = { training: "brain.js", inference: "onnxruntime" } as const;

const isMet = (bar: BarResult): boolean | undefined =>
  bar.ratio === undefined ? undefined : bar.ratio >= bar.factor;

const mark = (met: boolean | undefined): string =>
  met === undefined ? " " : met ? styleText("green", "✓") : styleText("red", "✗");

/** `padStart` for text that is longer than it looks because of its colours. */
const cell = (text: string, width: number, shown = text.length): string =>
  " ".repeat(Math.max(0, width - shown)) + text;

/** A factor that is asked for, and whether it was reached. */
const askedCell = (factor: number, met: boolean | undefined): string =>
  cell(`${factor}× ${mark(met)}`, 9, `${factor}× ✓`.length);

/** How many times faster two threads have to be than one. */
const scalingBar = 1.85;

/** The line above a task's rows. */
export function heading(task: Workload["task"], threads: readonly number[]): string {
  const title = styleText("bold", taskTitles[task]);
  if (task === "product") {
    const counts = threads.map((n) => cell(n === 1 ? "1 thread" : `${n} threads`, 12)).join("");
    const both = `${counts}${threads.length > 1 ? cell("ratio", 9) + cell("asked", 9) : ""}`;
    return `${title}\n${"size".padEnd(12)}${cell("chainrule:", 11)}${both}${cell("PyTorch:", 11)}${counts}${cell("faster", 9)}`;
  }
  const optimizer = task === "training" ? "optim" : "";
  const columns = [
    "chainrule:10",
    "PyTorch:9",
    "faster:8",
    "asked:9",
    "threads:8",
    "eager:8",
    "tfjs:8",
    "jax-js:8",
  ];
  const names = columns.map((column) => {
    const [name, width] = column.split(":");
    return cell(name, Number(width));
  });
  const last = task === "training" ? cell("brain.js", 9) : cell("onnx rt", 9);
  return `${title}\n${"network".padEnd(22)}${cell("batch", 5)}${cell(optimizer, 6)}${names.join("")}${last}`;
}

/** One row. Threads are those at which chainrule and PyTorch were at their best. */
export function line(row: RowResult, threads: readonly number[]): string {
  const { workload } = row;
  if (workload.task === "product") return productLine(row, workload.n, threads);
  const time = (name: string, width: number): string => {
    const timing = best(row, name);
    return cell(timing ? duration(timing.seconds) : "–", width);
  };
  const ratio = ratioOf(row, "chainrule", "PyTorch");
  const bar = row.bars.find(({ contestant, than }) => contestant === "chainrule" && than === "PyTorch");
  const counts = ["chainrule", "PyTorch"].map((name) => best(row, name)?.threads ?? "–").join(" | ");
  return [
    networkName(workload).padEnd(22),
    cell(`${workload.batch}`, 5),
    cell(workload.task === "training" ? workload.optimizer : "", 6),
    time("chainrule", 10),
    time("PyTorch", 9),
    cell(ratio === undefined ? "–" : times(ratio), 8),
    bar ? askedCell(bar.factor, isMet(bar)) : cell("", 9),
    cell(counts, 8),
    time("eager", 8),
    time("tfjs", 8),
    time("jax-js", 8),
    time(lastContestant[workload.task], 9),
  ].join("");
}

function productLine(row: RowResult, n: number, threads: readonly number[]): string {
  const rates = (name: string): string[] =>
    threads.map((count) => {
      const timing = onThreads(row, name, count);
      return cell(timing ? threeDigits(gflops(n, timing.seconds)) : "–", 12);
    });
  const [one, many] = [threads[0], threads.at(-1) ?? 1].map((count) => onThreads(row, "chainrule", count));
  const scaling = one && many && speedup(many, one);
  const scalingCells = [
    cell(scaling ? times(scaling) : "–", 9),
    many?.threads === 2 && scaling ? askedCell(scalingBar, scaling >= scalingBar) : cell("", 9),
  ];
  const ratio = ratioOf(row, "chainrule", "PyTorch");
  return [
    `${n}×${n}`.padEnd(12),
    cell("", 11),
    ...rates("chainrule"),
    ...(threads.length > 1 ? scalingCells : []),
    cell("", 11),
    ...rates("PyTorch"),
    cell(ratio === undefined ? "–" : times(ratio), 9),
  ].join("");
}

/** What stands below the table: bars met and missed, losses compared, and failures. */
export function summary(rows: readonly RowResult[]): string[] {
  const judged = rows.flatMap((row) => row.bars.map((bar) => ({ bar, row }))).filter(({ bar }) => bar.ratio);
  const missed = judged.filter(({ bar }) => !isMet(bar));
  const lines: string[] = [];
  if (judged.length > 0) lines.push(`${judged.length - missed.length} of ${judged.length} bars met.`);
  for (const { bar, row } of judged) {
    if (bar.than === "PyTorch" && bar.contestant === "chainrule") continue;
    const who = bar.contestant === "eager" ? "chainrule eager" : bar.contestant;
    const name = networkName(row.workload);
    lines.push(
      `${mark(isMet(bar))} ${name}: ${who} ${times(bar.ratio ?? 0)} as fast as ${bar.than}, asked ${bar.factor}×`,
    );
  }
  const differences = rows.flatMap(({ lossDifference }) => Object.values(lossDifference));
  if (differences.length > 0) {
    const largest = Math.max(...differences);
    const differ =
      largest === 0
        ? "equal PyTorch's"
        : `differ from PyTorch's by at most ${largest.toExponential(0)} of their value`;
    lines.push(`First losses ${differ} (same seed, same batches).`);
  }
  for (const row of rows) {
    for (const [name, reason] of Object.entries(row.failures)) {
      lines.push(`${styleText("red", "failed")} ${describe(row.workload)}: ${name}: ${reason}`);
    }
  }
  return lines;
}
