/** A benchmark's other side, in a process of its own: one JSON line asks, one line answers. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface Peer {
  /** What the peer said of itself when it started. */
  readonly about: Record<string, unknown>;
  /** Seconds a run. */
  time(request: object): Promise<number>;
  close(): void;
}

/** Starts PyTorch with the given number of threads; null when there is no `python3` with `torch`. */
export async function startTorch(threads = 1): Promise<Peer | null> {
  for (const python of [process.env.PYTHON, "python3", "/usr/bin/python3"]) {
    const peer = python ? await start(python, threads) : null;
    if (peer) return peer;
  }
  return null;
}

async function start(python: string, threads: number): Promise<Peer | null> {
  const script = new URL("./torch_peer.py", import.meta.url).pathname;
  const env = { ...process.env, OMP_NUM_THREADS: `${threads}`, OPENBLAS_NUM_THREADS: `${threads}` };
  const child = spawn(python, [script, `${threads}`], { env, stdio: ["pipe", "pipe", "ignore"] });
  const failed = new Promise<null>((resolve) => {
    child.on("error", () => resolve(null));
    child.on("exit", () => resolve(null));
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const next = await Promise.race([lines.next(), failed]);
    return next === null || next.done ? null : JSON.parse(next.value);
  };
  const about = (await answer()) as Record<string, unknown> | null;
  if (!about) return null;
  return {
    about,
    async time(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const seconds = await answer();
      if (typeof seconds !== "number") throw new Error("PyTorch stopped answering.");
      return seconds;
    },
    close: () => void child.kill(),
  };
}
