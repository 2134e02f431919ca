/** Traces as files: what is kept of the numbers. */
import type { ElementRef, Explained, TraceData, TraceFile, TraceReader, TraceValue } from "./format.ts";
import { plainSum } from "./sums.ts";

/** How much of a trace `Trace.toJSON` keeps. */
export interface TraceFileOptions {
  /**
   * Of each larger tensor so many elements are kept: those with the largest |value|, |gradient| and |value · gradient|. Default: 64, or
   * fewer (12 at least) where that would make more than 320 explanations.
   */
  most?: number;
  /** Terms of each explanation. Default 5. */
  terms?: number;
}

type Kept = TraceFile["numbers"][number];

/** A trace as plain data, for `JSON.stringify`: numbers, and the explanations of those that are kept, each with its numeric check. */
export function fileOf(trace: TraceReader, options: TraceFileOptions = {}): TraceFile {
  const { data } = trace;
  const { most = mostOf(data), terms = 5 } = options;
  const numbers: Record<number, Kept> = {};
  const refs: ElementRef[] = [];
  for (const value of data.values) {
    const given = trace.read(value.id, "value");
    const gradient = value.hasGradient ? trace.read(value.id, "gradient") : null;
    const update = hasUpdate(value, data) ? trace.read(value.id, "update") : null;
    const indices = given.length > most ? weightiest(given, gradient, most) : null;
    const pick = (all: Float64Array): number[] => (indices ? indices.map((i) => all[i]) : Array.from(all));
    numbers[value.id] = {
      indices,
      value: pick(given),
      gradient: gradient && pick(gradient),
      update: update && pick(update),
    };
    for (const index of indices ?? given.keys()) refs.push({ value: value.id, of: "value", index });
  }
  const backwards = refs.toReversed();
  const all = [
    ...refs,
    ...backwards
      .filter(({ value }) => numbers[value].gradient)
      .map((ref) => ({ ...ref, of: "gradient" as const })),
    ...refs.filter(({ value }) => numbers[value].update).map((ref) => ({ ...ref, of: "update" as const })),
  ];
  const explained = all.map((ref) => withoutPlainSum(trace.explain(ref, { terms, numeric: true })));
  return { ...data, numbers, explained };
}

const hasUpdate = ({ hasGradient, role }: TraceValue, { lr }: TraceData): boolean =>
  hasGradient && role === "parameter" && lr !== null;

/** How many elements of each larger tensor a file of sensible size has room for. */
function mostOf(data: TraceData): number {
  const explained = (most: number): number =>
    data.values.reduce((sum, value) => {
      const size = value.shape.reduce((n, part) => n * part, 1);
      return sum + Math.min(size, most) * (1 + Number(value.hasGradient) + Number(hasUpdate(value, data)));
    }, 0);
  let most = 64;
  while (most > 12 && explained(most) > 320) most--;
  return most;
}

/** Equations of sums that follow from the terms would make up most of a file: the reader writes them again. */
function withoutPlainSum(explained: Explained): Explained {
  if (explained.how !== "sum") return explained;
  const plain = plainSum(explained);
  const { symbols, values } = explained;
  const isPlain = JSON.stringify([symbols, values]) === JSON.stringify([plain.symbols, plain.values]);
  return isPlain ? { ...explained, symbols: null, values: null } : explained;
}

/**
 * The places of the elements that matter most, ascending. Whoever shows a wide layer shows its largest numbers and its largest
 * derivatives: a third of the places each; the others go by the product of both.
 */
function weightiest(value: Float64Array, gradient: Float64Array | null, most: number): number[] {
  const third = Math.floor(most / 3);
  const kept = new Set(largest(value.map(Math.abs), third));
  if (gradient) for (const i of largest(gradient.map(Math.abs), third)) kept.add(i);
  for (const i of largest(
    gradient ? value.map((v, i) => Math.abs(v * gradient[i])) : value.map(Math.abs),
    most,
  )) {
    if (kept.size >= most) break;
    kept.add(i);
  }
  return [...kept].sort((a, b) => a - b);
}

/** The places of the largest sizes, the largest first; of equal ones the first ones. */
function largest(sizes: Float64Array, most: number): number[] {
  const best: number[] = [];
  // Nearly all are compared with the last of the best alone: a sort of all would take most of the time that a file takes.
  for (let i = 0; i < sizes.length; i++) {
    if (best.length >= most && !(sizes[i] > sizes[best[most - 1]])) continue;
    let at = Math.min(best.length, most - 1);
    while (at > 0 && sizes[i] > sizes[best[at - 1]]) {
      best[at] = best[at - 1];
      at--;
    }
    if (most > 0) best[at] = i;
  }
  return best;
}
