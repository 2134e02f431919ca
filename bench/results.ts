/** What one run of the benchmark found out, as it is saved: plain data from which the table, the chart and the pages are made. */
import type { Workload } from "./workloads.ts";

/** One contestant on one number of threads. */
export interface Timing {
  readonly threads: number;
  /** Median of the rounds: seconds that one run took. */
  readonly seconds: number;
  /** Each round's, in order. A very slow contestant takes part in fewer rounds. */
  readonly rounds: readonly number[];
}

export interface BarResult {
  readonly contestant: string;
  readonly than: string;
  readonly factor: number;
  /** Median of the rounds' ratios; absent where one of the two did not take part. */
  readonly ratio?: number;
}

export interface RowResult {
  readonly workload: Workload;
  /** By contestant: its timings, the fastest first. */
  readonly timings: Readonly<Record<string, readonly Timing[]>>;
  /** Contestants that failed, with the reason. One that is not made for the workload just has no timings. */
  readonly failures: Readonly<Record<string, string>>;
  /** Largest relative difference of a contestant's first losses from PyTorch's. */
  readonly lossDifference: Readonly<Record<string, number>>;
  readonly bars: readonly BarResult[];
}

export interface Report {
  readonly date: string;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly platform: string };
  /** Of the engine and of each contestant. */
  readonly versions: Readonly<Record<string, string>>;
  readonly rounds: number;
  readonly rows: readonly RowResult[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * How many times faster `ours` was than `theirs`: the median of the ratios of rounds, since what two turns of one round have in
 * common, such as a slow moment of the machine, cancels.
 */
export function speedup(ours: Timing, theirs: Timing): number {
  const rounds = Math.min(ours.rounds.length, theirs.rounds.length);
  return median(Array.from({ length: rounds }, (_, i) => theirs.rounds[i] / ours.rounds[i]));
}

/** A contestant's timing on its best number of threads. */
export const best = (row: RowResult, contestant: string): Timing | undefined => row.timings[contestant]?.[0];

/** The timing on exactly this many threads. */
export const onThreads = (row: RowResult, contestant: string, threads: number): Timing | undefined =>
  row.timings[contestant]?.find((timing) => timing.threads === threads);

/** `speedup` of two contestants, each at its best; undefined where one did not take part. */
export function ratioOf(row: RowResult, contestant: string, than: string): number | undefined {
  const [ours, theirs] = [best(row, contestant), best(row, than)];
  return ours && theirs && speedup(ours, theirs);
}

/** Three digits and a unit: `1.23 µs`, `45.6 ms`, `789 ms`. */
export function duration(seconds: number): string {
  const [unit, value] =
    seconds < 1e-3 ? ["µs", seconds * 1e6] : seconds < 1 ? ["ms", seconds * 1e3] : ["s", seconds];
  return `${threeDigits(value)} ${unit}`;
}

/** `1.23`, `45.6`, `789`: three digits, or all of a larger number. */
export const threeDigits = (value: number): string =>
  value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);

/** `1.23×`, `12×`. */
export const times = (ratio: number): string => `${ratio < 9.95 ? ratio.toFixed(2) : ratio.toFixed(0)}×`;

/** GFLOP/s of a product of square matrices. */
export const gflops = (n: number, seconds: number): number => (2 * n ** 3) / seconds / 1e9;
