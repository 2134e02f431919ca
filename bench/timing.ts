/** What a contestant is asked, and how it times its runs; in a process as in a page. */
import type { Workload } from "./workloads.ts";

export interface Request {
  readonly workload: Workload;
  readonly runs: number;
}

export interface Answer {
  /** Seconds that one run took, on average. */
  readonly seconds: number;
  /** The loss of the last run of a training step. */
  readonly loss?: number;
}

/** One run of a workload. A training step gives its loss. */
export type Run = () => number | undefined | Promise<number | undefined>;

/** Makes a workload ready to run; null for one that the contestant is not made for. */
export type Make = (workload: Workload) => Run | null | Promise<Run | null>;

async function time(run: Run, runs: number): Promise<Answer> {
  let value: number | undefined;
  const start = performance.now();
  for (let i = 0; i < runs; i++) {
    const result = run();
    // Awaiting what is no promise costs more than a small network's step.
    value = result instanceof Promise ? await result : result;
  }
  return { seconds: (performance.now() - start) / 1000 / runs, loss: value };
}

/** Answers a request; null when the contestant is not made for the workload. */
export type Answering = (request: Request) => Promise<Answer | null>;

/** Times what is asked for. A workload is made when it is first asked for, and forgotten when another one comes. */
export function answering(make: Make): Answering {
  let made = "";
  let run: Run | null = null;
  return async ({ workload, runs }) => {
    const key = JSON.stringify(workload);
    if (key !== made) {
      run = await make(workload);
      made = key;
    }
    return run && time(run, runs);
  };
}
