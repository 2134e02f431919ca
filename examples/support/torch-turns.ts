/** Runs `mnist_torch.py` beside this program, which trains one epoch for each line that it is sent. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** What an epoch came to: mean loss of its steps, share of test images that are right, time of its training. */
export interface Epoch {
  readonly loss: number;
  readonly accuracy: number;
  readonly seconds: number;
}

export interface TorchProgram {
  readonly threads: number;
  trainEpoch(): Promise<Epoch>;
  close(): void;
}

/** Starts the program on a number of threads; null where no Python has PyTorch. */
export async function startTorch(args: readonly string[], threads: number): Promise<TorchProgram | null> {
  for (const python of [process.env.PYTHON, "python3", "/usr/bin/python3"]) {
    const program = python ? await startIn(python, args, threads) : null;
    if (program) return program;
  }
  return null;
}

async function startIn(
  python: string,
  args: readonly string[],
  threads: number,
): Promise<TorchProgram | null> {
  const script = fileURLToPath(new URL("../mnist_torch.py", import.meta.url));
  const child = spawn(python, [script, ...args, `${threads}`, "--turns"], {
    env: { ...process.env, OMP_NUM_THREADS: `${threads}`, OPENBLAS_NUM_THREADS: `${threads}` },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const ended = new Promise<null>((resolve) => {
    child.on("error", () => resolve(null));
    child.on("exit", () => resolve(null));
  });
  child.stdin.on("error", () => {}); // `ended` tells it
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Epoch | null> => {
    const next = await Promise.race([lines.next(), ended]);
    return next === null || next.done ? null : JSON.parse(next.value);
  };
  if (!(await answer())) return null;
  return {
    threads,
    async trainEpoch() {
      child.stdin.write("\n");
      const epoch = await answer();
      if (!epoch) throw new Error("mnist_torch.py ended before its last epoch.");
      return epoch;
    },
    close: () => void child.stdin.end(),
  };
}
