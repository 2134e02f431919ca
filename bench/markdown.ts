/** The benchmark's results as tables in Markdown, for the README and, with more of them, for docs/performance.md. */
import {
  best,
  duration,
  gflops,
  onThreads,
  type Report,
  type RowResult,
  ratioOf,
  speedup,
  threeDigits,
  times,
} from "./results.ts";
import { networkName, type Workload } from "./workloads.ts";

const table = (head: readonly string[], body: readonly (readonly string[])[]): string =>
  [head, head.map((_, i) => (i === 0 ? "---" : "--:")), ...body]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

const time = (row: RowResult, contestant: string): string => {
  const timing = best(row, contestant);
  return timing ? duration(timing.seconds) : "–";
};

const faster = (row: RowResult): string => {
  const ratio = ratioOf(row, "chainrule", "PyTorch");
  return ratio === undefined ? "–" : `**${times(ratio)}**`;
};

/** Columns after the comparison with PyTorch: contestants that took part in at least one of the rows. */
const others: readonly (readonly [contestant: string, heading: string])[] = [
  ["eager", "eager"],
  ["tfjs", "TensorFlow.js"],
  ["jax-js", "jax-js"],
  ["brain.js", "brain.js"],
  ["onnxruntime", "onnxruntime-web"],
];

const nameOf = ({ workload }: RowResult): string =>
  workload.task === "training"
    ? `${networkName(workload)}, ${workload.batch}, ${workload.optimizer}`
    : networkName(workload);

function networks(rows: readonly RowResult[], title: string): string {
  const shown = others.filter(([contestant]) => rows.some((row) => best(row, contestant)));
  const head = [title, "chainrule", "PyTorch", "faster", ...shown.map(([, heading]) => heading)];
  return table(
    head,
    rows.map((row) => [
      nameOf(row),
      time(row, "chainrule"),
      time(row, "PyTorch"),
      faster(row),
      ...shown.map(([contestant]) => time(row, contestant)),
    ]),
  );
}

/** Both on one thread, the best number of threads of each, and the range of chainrule's rounds at its best. */
function details(rows: readonly RowResult[], title: string): string {
  const range = (row: RowResult): string => {
    const rounds = best(row, "chainrule")?.rounds ?? [];
    return rounds.length > 0 ? `${duration(Math.min(...rounds))} to ${duration(Math.max(...rounds))}` : "–";
  };
  return table(
    [title, "chainrule, 1 thread", "PyTorch, 1 thread", "faster", "best threads", "rounds of chainrule"],
    rows.map((row) => {
      const [ours, theirs] = ["chainrule", "PyTorch"].map((name) => onThreads(row, name, 1));
      const threads = ["chainrule", "PyTorch"].map((name) => best(row, name)?.threads ?? "–");
      return [
        nameOf(row),
        ours ? duration(ours.seconds) : "–",
        theirs ? duration(theirs.seconds) : "–",
        ours && theirs ? times(speedup(ours, theirs)) : "–",
        threads.join(" and "),
        range(row),
      ];
    }),
  );
}

function products(rows: readonly RowResult[]): string {
  const counts = [
    ...new Set(rows.flatMap((row) => (row.timings.PyTorch ?? []).map(({ threads }) => threads))),
  ].sort((a, b) => a - b);
  const plural = (n: number): string => `${n} thread${n > 1 ? "s" : ""}`;
  const head = [
    "product, GFLOP/s",
    ...counts.map((n) => `chainrule, ${plural(n)}`),
    ...counts.map((n) => `PyTorch, ${plural(n)}`),
  ];
  return table(
    head,
    rows.map((row) => {
      const { workload } = row;
      const rate = (contestant: string) => (count: number) => {
        const timing = onThreads(row, contestant, count);
        return timing && workload.task === "product" ? threeDigits(gflops(workload.n, timing.seconds)) : "–";
      };
      return [networkName(workload), ...counts.map(rate("chainrule")), ...counts.map(rate("PyTorch"))];
    }),
  );
}

/** Where and how it was measured, then one table for each kind of work; with `full`, one thread and the range of rounds too. */
export function markdown(report: Report, { full = false }: { full?: boolean } = {}): string {
  const { machine, versions, rounds, date } = report;
  const of = (task: Workload["task"]) => report.rows.filter(({ workload }) => workload.task === task);
  const peers = others
    .filter(([contestant]) => versions[contestant])
    .map(([contestant, heading]) => `${heading} ${versions[contestant]}`);
  const parts = [
    `${machine.cpu}, ${machine.cores} cores, Node ${versions.node}, PyTorch ${versions.PyTorch}${peers.map((peer) => `, ${peer}`).join("")}; medians of ${rounds} interleaved rounds, each at its best number of threads; ${date.slice(0, 10)}.`,
  ];
  if (of("training").length > 0)
    parts.push(networks(of("training"), "training step: network, batch, optimizer"));
  if (of("inference").length > 0) parts.push(networks(of("inference"), "inference, batch 1"));
  if (of("product").length > 0) parts.push(products(of("product")));
  if (full)
    parts.push(
      details([...of("training"), ...of("inference")], "one thread each, and how far rounds differ"),
    );
  return parts.join("\n\n");
}
