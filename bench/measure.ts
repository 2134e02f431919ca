/** One row of the benchmark: all contestants take turns, round by round. */
import type { Peer } from "./peer.ts";
import { median, type RowResult, ratioOf, type Timing } from "./results.ts";
import type { Row } from "./workloads.ts";

/** A contestant that has started, on a number of threads. */
export interface Entry {
  readonly contestant: string;
  readonly threads: number;
  readonly peer: Peer;
}

export interface Effort {
  readonly rounds: number;
  /** Seconds of each contestant's turn in a round; a run that is longer than that makes a turn of its own. */
  readonly turn: number;
  /** Seconds that a contestant may take in all rounds together; a slower one takes part in fewer rounds. */
  readonly patience: number;
}

/** The step whose loss is compared with PyTorch's, before anything is timed. */
const comparedStep = 3;

interface Ready {
  readonly entry: Entry;
  readonly runs: number;
  readonly rounds: number;
  /** Seconds of the first run, the only one of a contestant that is slower than the benchmark's patience. */
  readonly first: number;
  readonly loss: number | undefined;
}

/** Warms a contestant up, until engines have optimized its code, and finds out how many runs make a turn. */
async function warmUp(entry: Entry, { workload }: Row, effort: Effort): Promise<Ready | null> {
  const answer = await entry.peer.time({ workload, runs: 1 });
  if (!answer) return null;
  const first = answer.seconds;
  if (first > effort.patience) return { entry, runs: 1, rounds: 0, first, loss: undefined };
  const time = async (runs: number) => (await entry.peer.time({ workload, runs })) ?? answer;
  const { seconds: early, loss } = await time(comparedStep - 1);
  let seconds = early;
  for (let spent = first; spent < 2 * effort.turn; ) {
    const runs = Math.max(1, Math.ceil(Math.min(effort.turn, spent) / seconds));
    ({ seconds } = await time(runs));
    spent += seconds * runs;
  }
  const runs = Math.max(1, Math.round(effort.turn / seconds));
  const affordable = Math.floor(effort.patience / (seconds * runs));
  const rounds = Math.min(effort.rounds, Math.max(1, affordable));
  return { entry, runs, rounds, first, loss };
}

const relativeDifference = (a: number, b: number): number => Math.abs(a - b) / Math.max(Math.abs(b), 1e-30);

/** Measures one row. A contestant that fails on the way is left out of the result, with its reason. */
export async function measure(row: Row, entries: readonly Entry[], effort: Effort): Promise<RowResult> {
  const failures: Record<string, string> = {};
  const ready: Ready[] = [];
  const attempt = async <T>(entry: Entry, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      failures[entry.contestant] = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  };
  for (const entry of entries) {
    const one = await attempt(entry, () => warmUp(entry, row, effort));
    if (one) ready.push(one);
  }

  const taken = new Map(ready.map((one) => [one, [] as number[]]));
  for (let round = 0; round < effort.rounds; round++) {
    // Back and forth, so that nobody always follows the same neighbour.
    for (const one of round % 2 ? ready.toReversed() : ready) {
      const { entry, runs, rounds } = one;
      if (round >= rounds || entry.contestant in failures) continue;
      const answer = await attempt(entry, () => entry.peer.time({ workload: row.workload, runs }));
      if (answer) taken.get(one)?.push(answer.seconds);
    }
  }

  const timings: Record<string, Timing[]> = {};
  for (const [{ entry, first }, timed] of taken) {
    const { contestant, threads } = entry;
    if (contestant in failures) continue;
    const rounds = timed.length > 0 ? timed : [first];
    const timing = { threads, seconds: median(rounds), rounds };
    timings[contestant] = [...(timings[contestant] ?? []), timing].sort((a, b) => a.seconds - b.seconds);
  }
  return finish(row, timings, failures, ready);
}

function finish(
  { workload, bars, eagerBars = [] }: Row,
  timings: Record<string, Timing[]>,
  failures: Record<string, string>,
  ready: readonly Ready[],
): RowResult {
  const lossDifference: Record<string, number> = {};
  const reference = ready.find(({ entry }) => entry.contestant === "PyTorch")?.loss;
  for (const { entry, loss } of ready) {
    if (!["chainrule", "eager"].includes(entry.contestant) || reference == null || loss == null) continue;
    const difference = relativeDifference(loss, reference);
    lossDifference[entry.contestant] = Math.max(lossDifference[entry.contestant] ?? 0, difference);
  }
  const result = { workload, timings, failures, lossDifference, bars: [] };
  const judge = (contestant: string, list: Row["bars"]) =>
    list.map((bar) => ({ contestant, ...bar, ratio: ratioOf(result, contestant, bar.than) }));
  return { ...result, bars: [...judge("chainrule", bars), ...judge("eager", eagerBars)] };
}
