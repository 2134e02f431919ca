/** A contestant's end of the line: reads one JSON request a line, times it, answers with one line. */
import { createInterface } from "node:readline";
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

const say = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

/**
 * Says what the contestant is, then answers requests until the input ends. A workload is made when it is first asked for, and
 * forgotten when another one comes.
 */
export async function serve(about: object, make: Make): Promise<void> {
  say(about);
  let made = "";
  let run: Run | null = null;
  for await (const line of createInterface({ input: process.stdin })) {
    const { workload, runs } = JSON.parse(line) as Request;
    try {
      const key = JSON.stringify(workload);
      if (key !== made) {
        run = await make(workload);
        made = key;
      }
      say(run ? await time(run, runs) : { unable: true });
    } catch (error) {
      say({ error: error instanceof Error ? error.message : String(error) });
    }
  }
}
