/**
 * What it costs that an elementwise chain which only products read is written to memory first, rather than computed while they
 * pack their factors (decision 13).
 *
 *   node --conditions=@chainrule/source bench/prologue.ts [ROUNDS]
 *
 * First, for each workload, the elementwise kernels whose results only products read, with their share of the time that the
 * program is expected to take. Then `relu(x) @ w` against `x @ w`: the difference is more than a fused prologue could save, which
 * still has to compute it. All on one thread. Both take turns of about a millisecond: given are the least times with their
 * difference, and the median of the rounds' differences.
 */
import { compile, manualSeed, randn, setNumThreads, type Tensor } from "chainrule";
import { makerBy, type Prepare } from "./contestants/networks.ts";
import { median } from "./results.ts";
import { describe, rows } from "./workloads.ts";

const rounds = Number(process.argv[2] ?? 101);
setNumThreads(1);

interface Kernel {
  readonly label: string;
  readonly kind: string;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly microseconds: number;
}

/** The kernels of a program, from the text that explains it: a line of figures each, then what it reads and writes. */
function kernelsOf(text: string): Kernel[] {
  const [table] = text.split("\n\n");
  return table.split(/\n(?= *\d+ {2})/).map((paragraph) => {
    const [head, ...rest] = paragraph.split("\n");
    const time = / ([\d.]+) (µs|ms)(?: ×\d+)?$/.exec(head);
    const flow = /^(\S+) .*?: (.*) → (.*)$/.exec(rest.map((line) => line.trim()).join(" "));
    if (!time || !flow) throw new Error(`This is no kernel: ${paragraph}`);
    return {
      label: head.slice(5, 57).trim(),
      kind: flow[1],
      reads: flow[2].split(", "),
      writes: flow[3].split(", "),
      microseconds: Number(time[1]) * (time[2] === "ms" ? 1000 : 1),
    };
  });
}

/** The loops whose results nobody but products reads. */
function feedingOnlyProducts(kernels: readonly Kernel[]): Kernel[] {
  return kernels.filter(({ kind, writes }) => {
    const readers = kernels.filter(({ reads }) => reads.some((name) => writes.includes(name)));
    return kind === "loop" && readers.length > 0 && readers.every((reader) => reader.kind === "product");
  });
}

for (const { workload } of rows) {
  let text = "";
  const prepare: Prepare = (step) => {
    const explained = (...inputs: Parameters<typeof step>): Tensor => {
      text = compile.explain(step, ...inputs);
      return inputs[0].sum();
    };
    return explained as typeof step;
  };
  const run = await makerBy(prepare)(workload);
  await run?.();
  const kernels = kernelsOf(text);
  const whole = kernels.reduce((sum, { microseconds }) => sum + microseconds, 0);
  const found = feedingOnlyProducts(kernels);
  const share = found.reduce((sum, { microseconds }) => sum + microseconds, 0) / whole;
  const list = found.map(({ label, reads }) => `${label} of ${reads.join(", ")}`).join("; ");
  console.log(
    `${describe(workload).padEnd(62)} ${String(kernels.length).padStart(3)} kernels, ${found.length} before products only` +
      (found.length > 0 ? `, ${(100 * share).toFixed(2)} %: ${list}` : ""),
  );
}

/** Microseconds of a call, from about `milliseconds` of calls. */
function timed(call: () => void, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) call();
  return ((performance.now() - start) * 1000) / calls;
}

const titles = ["M, K, N", "x @ w µs", "relu(x) @ w µs", "more", "median"];
const line = (cells: readonly string[]): string => cells.map((cell) => cell.padStart(16)).join("");
console.log(`\n${line(titles)}`);
manualSeed(0);
for (const [m, k, n] of [
  [64, 784, 128],
  [128, 512, 512],
  [256, 1024, 1024],
  [512, 2048, 2048],
  [1, 784, 128],
  [128, 512, 10],
]) {
  const [x, w] = [randn([m, k]), randn([k, n])];
  const plain = compile((a: Tensor, b: Tensor): Tensor => a.matmul(b));
  const chained = compile((a: Tensor, b: Tensor): Tensor => a.relu().matmul(b));
  if (feedingOnlyProducts(kernelsOf(compile.explain(chained, x, w))).length !== 1)
    throw new Error("relu is no kernel of its own here, so there is nothing to compare.");
  const [first, second] = [() => void plain(x, w), () => void chained(x, w)];
  for (const call of [first, second]) timed(call, 20);
  const calls = Math.max(1, Math.round(1000 / timed(first, 3)));
  const times = Array.from({ length: rounds }, () => [timed(first, calls), timed(second, calls)]);
  const [without, with_] = [0, 1].map((i) => Math.min(...times.map((pair) => pair[i])));
  const percent = (ratio: number): string => `${(100 * (ratio - 1)).toFixed(2)} %`;
  const middle = median(times.map((pair) => pair[1] / pair[0]));
  const cells = [without.toFixed(1), with_.toFixed(1), percent(with_ / without), percent(middle)];
  console.log(line([`${m}, ${k}, ${n}`, ...cells]));
  plain.dispose();
  chained.dispose();
}
