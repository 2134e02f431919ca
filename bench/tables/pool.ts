/** Processes that work through a list of jobs, one job each at a time. */
import { type ChildProcess, fork } from "node:child_process";
import type { Answer, Job } from "./worker.ts";

/**
 * Gives jobs in their order to `count` processes; each answer is told as it comes. A process that dies is an error of its job, and
 * another takes its place.
 */
export async function runJobs(
  jobs: readonly Job[],
  count: number,
  done: (job: Job, answer: Answer) => void,
): Promise<void> {
  const waiting = [...jobs];
  const work = async (): Promise<void> => {
    let child: ChildProcess | undefined;
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      child ??= fork(new URL("./worker.ts", import.meta.url));
      const answer = await ask(child, job);
      if (!child.connected) child = undefined;
      done(job, answer);
    }
    child?.kill();
  };
  await Promise.all(Array.from({ length: Math.min(count, jobs.length) }, work));
}

function ask(child: ChildProcess, job: Job): Promise<Answer> {
  return new Promise((resolve) => {
    const ended = (code: number | null, signal: string | null): void =>
      settle({ error: `the process ended with ${signal ?? code}` });
    const settle = (answer: Answer): void => {
      child.off("message", settle);
      child.off("exit", ended);
      resolve(answer);
    };
    child.on("message", settle);
    child.on("exit", ended);
    child.send(job);
  });
}
