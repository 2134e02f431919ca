/** The benchmark's end of the line to a contestant, which runs in a process of its own. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Answer, Request } from "./timing.ts";

export interface Peer {
  /** What the contestant said of itself when it started. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Times some runs; null when the contestant is not made for the workload. Throws when it should have been, and failed. */
  time(request: Request): Promise<Answer | null>;
  close(): void;
}

/** Starts a contestant; null when its command does not exist or it ends without a word, as where a library is missing. */
export async function startPeer(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Peer | null> {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const ended = new Promise<null>((resolve) => {
    child.on("error", () => resolve(null));
    child.on("exit", () => resolve(null));
  });
  // A line that is sent to a contestant that has just ended is answered by `ended`.
  child.stdin.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, unknown> | null> => {
    const next = await Promise.race([lines.next(), ended]);
    return next === null || next.done ? null : JSON.parse(next.value);
  };
  const about = await answer();
  if (!about) return null;
  return {
    about,
    async time(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const result = await answer();
      if (result === null) throw new Error("ended before it answered");
      if (typeof result.error === "string") throw new Error(result.error);
      return result.unable ? null : (result as unknown as Answer);
    },
    close: () => void child.kill(),
  };
}
