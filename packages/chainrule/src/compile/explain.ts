/** Programs for people: each kernel, what was fused into it, and what it costs. */
import type { ProgramDescription } from "../core/backend.ts";
import { accessesOf, subexpressions } from "../core/expressions.ts";
import type { Access, Buffer, Expr, Kernel, Schedule } from "../core/schedule.ts";
import type { Storage } from "../core/storage.ts";
import { bytesPerElement } from "../shape/dtype.ts";
import { numel, showShape } from "../shape/shape.ts";

/** What a kernel does, in numbers. */
export interface KernelCost {
  /** Additions, multiplications and functions; a multiply–add counts as two. */
  readonly flops: number;
  /** Bytes of the buffers read and written, each once. */
  readonly bytes: number;
}

/**
 * A program as a table of its kernels, 100 columns wide: number, work, shape, floating-point operations, bytes moved, and the
 * time expected where the program was compiled; then what each reads and writes, and the totals.
 *
 * @param names of the state, which has numbers otherwise
 */
export function explain(
  schedule: Schedule,
  description?: ProgramDescription,
  names: ReadonlyMap<Storage, string> = new Map(),
): string {
  const { kernels } = schedule;
  const costs = kernels.map(costOf);
  const lines = kernels.flatMap((kernel, i) => {
    const time = description?.kernels[i];
    const numbers = [
      `${count(costs[i].flops)}FLOP`,
      `${count(costs[i].bytes)}B`,
      ...(time ? [`${microseconds(time.microseconds)}${time.threads > 1 ? ` ×${time.threads}` : ""}`] : []),
    ];
    return [
      `${String(i + 1).padStart(3)}  ${shortened(kernel.label, 52).padEnd(52)} ${numbers.map((text) => text.padStart(12)).join(" ")}`,
      ...wrapped(`${shapeOf(kernel)}: ${flow(kernel, names)}`, 95).map((line) => `     ${line}`),
    ];
  });
  return [...lines, "", ...totals(schedule, costs, description)].join("\n");
}

function totals(
  { kernels, arena }: Schedule,
  costs: readonly KernelCost[],
  description?: ProgramDescription,
): string[] {
  const flops = costs.reduce((sum, cost) => sum + cost.flops, 0);
  const bytes = costs.reduce((sum, cost) => sum + cost.bytes, 0);
  const plural = kernels.length === 1 ? "kernel" : "kernels";
  const lines = [
    `${kernels.length} ${plural}, ${count(flops)}FLOP, ${count(bytes)}B moved, arena of ${count(arena)}B.`,
  ];
  if (description) {
    const time = description.kernels.reduce((sum, kernel) => sum + kernel.microseconds, 0);
    const { tier, threads, code } = description;
    const workers = threads === 1 ? "one thread" : `${threads} threads`;
    lines.push(
      `Expected: ${microseconds(time)} in the tier "${tier}" on ${workers}; ${count(code)}B of WebAssembly.`,
    );
  }
  return lines;
}

/** Three digits with a prefix: 1.23 M. */
function count(x: number): string {
  const prefixes = ["", "k", "M", "G", "T"];
  const step = Math.min(Math.floor(Math.log10(Math.max(x, 1)) / 3), prefixes.length - 1);
  const value = x / 1000 ** step;
  const digits = step === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${prefixes[step]}`;
}

const microseconds = (x: number): string =>
  x >= 1000 ? `${(x / 1000).toFixed(2)} ms` : `${x.toFixed(x < 10 ? 2 : 0)} µs`;

/** A label with as many of its ops as fit, and the number of the others; the layer stays. */
function shortened(label: string, width: number): string {
  const [list, ...layer] = label.split(", ");
  const ops = list.split(" + ");
  const counted = /^(\d+) more$/.exec(ops.at(-1) ?? "");
  let left = counted ? Number(counted[1]) : 0;
  if (counted) ops.pop();
  for (;;) {
    const text = [[...ops, ...(left > 0 ? [`${left} more`] : [])].join(" + "), ...layer].join(", ");
    if (text.length <= width || ops.length === 1) return clip(text, width);
    ops.pop();
    left++;
  }
}

/** Lines of a list, broken at its commas. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const part of text.split(/(?<=,) (?![^[]*\])/)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + part.length <= width)
      lines[lines.length - 1] = `${line} ${part}`;
    else lines.push(lines.length > 0 ? `  ${part}` : part);
  }
  return lines.map((line) => clip(line, width));
}

const clip = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text;

function shapeOf(kernel: Kernel): string {
  switch (kernel.kind) {
    case "loop":
      return `loop ${showShape(kernel.shape)}`;
    case "fold":
      return `${kernel.op} over ${showShape(kernel.folded)} for ${showShape(kernel.shape)}`;
    case "product": {
      const { batch, m, n, k } = kernel;
      return `product ${batch > 1 ? `${batch} × ` : ""}[${m}, ${k}] · [${k}, ${n}]`;
    }
    case "scatter":
      return `scatter ${showShape(kernel.shape)}`;
    case "host":
      return "host";
  }
}

function flow(kernel: Kernel, names: ReadonlyMap<Storage, string>): string {
  const { reads, writes } = touched(kernel);
  const show = (buffer: Buffer): string =>
    (buffer.home.kind === "state" ? names.get(buffer.home.storage) : undefined) ?? showBuffer(buffer);
  const list = (buffers: ReadonlySet<Buffer>): string => [...buffers].map(show).join(", ");
  return `${list(reads) || "nothing"} → ${list(writes)}`;
}

/** The name of a buffer, with where it lives unless that is the arena. */
export function showBuffer({ id, home }: Buffer): string {
  switch (home.kind) {
    case "argument":
      return `argument${home.index}`;
    case "state":
      return `state${id}`;
    case "constant":
      return `constant${id}`;
    case "arena":
      return `b${id}`;
  }
}

/** The buffers that a kernel reads and writes. */
function touched(kernel: Kernel): { reads: Set<Buffer>; writes: Set<Buffer> } {
  const reads = new Set(accessesOf(rootsOf(kernel).map(({ root }) => root)).map(({ buffer }) => buffer));
  if (kernel.kind === "host") return { reads: new Set(kernel.reads), writes: new Set(kernel.writes) };
  const targets: readonly Access[] =
    kernel.kind === "scatter" ? [kernel.to] : kernel.stores.map(({ to }) => to);
  return { reads, writes: new Set(targets.map(({ buffer }) => buffer)) };
}

/** The expressions of a kernel, each with the number of times that it is computed. */
function rootsOf(kernel: Kernel): { root: Expr; times: number }[] {
  switch (kernel.kind) {
    case "host":
      return [];
    case "scatter":
      return [kernel.index, kernel.source].map((root) => ({ root, times: numel(kernel.shape) }));
    case "loop":
      return kernel.stores.map(({ value }) => ({ root: value, times: numel(kernel.shape) }));
    case "fold": {
      const points = numel(kernel.shape);
      const inside = { root: kernel.value, times: points * numel(kernel.folded) };
      return [inside, ...kernel.stores.map(({ value }) => ({ root: value, times: points }))];
    }
    case "product": {
      const { batch, m, n, k, a, b } = kernel;
      const stores = kernel.stores.map(({ value }) => ({ root: value, times: batch * m * n }));
      return [{ root: a, times: batch * m * k }, { root: b, times: batch * k * n }, ...stores];
    }
  }
}

function costOf(kernel: Kernel): KernelCost {
  const { reads, writes } = touched(kernel);
  const bytes = [...reads, ...writes].reduce(
    (sum, { dtype, length }) => sum + length * bytesPerElement(dtype),
    0,
  );
  let flops = 0;
  const counted = new Set<Expr>();
  for (const { root, times } of rootsOf(kernel)) {
    for (const expr of subexpressions([root])) {
      if (!counted.has(expr)) flops += times * operationsOf(expr);
      counted.add(expr);
    }
  }
  if (kernel.kind === "fold") flops += numel(kernel.shape) * numel(kernel.folded);
  if (kernel.kind === "product") flops += 2 * kernel.batch * kernel.m * kernel.n * kernel.k;
  if (kernel.kind === "scatter" && kernel.mode === "add") flops += numel(kernel.shape);
  return { flops, bytes };
}

function operationsOf({ kind }: Expr): number {
  switch (kind) {
    case "unary":
    case "binary":
      return 1;
    case "addScaled":
      return 2;
    default:
      return 0;
  }
}
