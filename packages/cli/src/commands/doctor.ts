import { compile, engineReport, rand, setNumThreads } from "chainrule";
import type { Io } from "../io.ts";
import { counted, padEnd } from "../terminal/format.ts";
import { Output } from "../terminal/output.ts";

export interface DoctorOptions {
  readonly json: boolean;
}

/** Rows and columns of the matrices that are multiplied, and how often. */
const size = 1024;
const rounds = 7;

/** `chainrule doctor`: what compiled programs run on here, and how fast. */
export async function doctor({ json }: DoctorOptions, io: Io): Promise<void> {
  const output = new Output(io, { json });
  const { style } = output;
  const report = engineReport();
  const most = report.threads;
  const speeds = [...new Set([1, most])].map((threads) => ({ threads, gflops: measure(threads) }));
  setNumThreads(most);
  const engine = engineName();
  const line = (name: string, value: string): void => output.say(`  ${style.dim(padEnd(name, 15))}${value}`);
  output.say();
  line("engine", engine);
  line("code", `${report.tier}: ${meanings[report.tier]}`);
  for (const { tier, reason } of report.refused) line("", style.dim(`not ${tier}: ${reason}`));
  line("threads", report.sharedMemory ? `${most}` : "1, as memory cannot be shared with workers here");
  for (const { threads, gflops } of speeds) {
    line(
      threads === 1 ? "speed" : "",
      `${gflops.toFixed(0)} GFLOP/s on ${counted(threads, "thread")} ${style.dim(`(float32 product of ${size} × ${size}, median of ${rounds})`)}`,
    );
  }
  output.say();
  if (json) output.result({ engine, ...report, speeds });
}

const meanings = {
  wide: "256-bit vectors, fused multiply–add",
  relaxed: "128-bit vectors, fused multiply–add",
  simd: "128-bit vectors, the same bits on every machine",
  none: "no vectors; nothing is compiled",
} as const;

function engineName(): string {
  const { versions, platform, arch } = process;
  const name = versions.bun ? `Bun ${versions.bun}` : `Node ${versions.node} (V8 ${versions.v8})`;
  return `${name}, ${platform} ${arch}`;
}

/** GFLOP/s of a compiled product of matrices. */
function measure(threads: number): number {
  setNumThreads(threads);
  const [a, b] = [rand([size, size]), rand([size, size])];
  const product = compile((x: typeof a, y: typeof a) => x.matmul(y));
  for (let i = 0; i < 3; i++) product(a, b);
  const seconds = Array.from({ length: rounds }, () => {
    const start = performance.now();
    product(a, b);
    return (performance.now() - start) / 1000;
  }).sort((x, y) => x - y);
  product.dispose();
  return (2 * size ** 3) / seconds[rounds >> 1] / 1e9;
}
