// Training that is killed again and again, and resumed: what the tests and `npm run check:crashes` share.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The program that processes run. */
export const main = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

/** Starts a command line as a process of its own. */
export function start(args: readonly string[], cwd: string): ChildProcess {
  // NO_COLOR and the like belong to the terminal that runs the tests.
  const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...env } = process.env;
  return spawn(process.execPath, ["--conditions=@chainrule/source", main, ...args], { cwd, env });
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function ended(child: ChildProcess): Promise<Ended> {
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name]?.on("data", (chunk) => (printed[name] += chunk));
  return new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, ...printed })));
}

/** Resolves when a process has printed a text, and rejects when it ends without. */
export const printed = (child: ChildProcess, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let all = "";
    child.stdout?.on("data", (chunk) => {
      all += chunk;
      if (all.includes(text)) resolve();
    });
    child.on("close", () => reject(new Error(`ended without printing "${text}": ${all}`)));
  });

/** When to kill a process: after so many milliseconds, or when it begins to write the n-th file in the run's folder. */
export type Kill = { readonly after: number } | { readonly write: number };

/** What a run came to, without the times in it. */
export interface Outcome {
  readonly model: string;
  readonly scores: string;
  readonly history: string;
  readonly files: readonly string[];
}

export function outcomeOf(folder: string): Outcome {
  const text = (name: string): string => readFileSync(join(folder, name), "utf8");
  const { seconds: _, ...scores } = JSON.parse(text("scores.json"));
  const lines = text("history.ndjson").trimEnd().split("\n");
  return {
    model: readFileSync(join(folder, "model.safetensors")).toString("base64"),
    scores: JSON.stringify(scores),
    history: lines
      .map((line) => {
        const { seconds: __, ...report } = JSON.parse(line);
        return JSON.stringify(report);
      })
      .join("\n"),
    files: readdirSync(folder).sort(),
  };
}

/**
 * Trains to the end by a command line and, whenever the process was killed, by `resume`: one process for each of `kills`, and one
 * that is left alone.
 *
 * @param train the arguments of `train`, without `--out`
 * @param out the folder of the run, in `cwd`
 * @returns how often a process was killed before it was done
 * @throws Error when a process ends with an error of its own
 */
export async function trainThroughKills(
  train: readonly string[],
  out: string,
  cwd: string,
  kills: readonly Kill[],
): Promise<number> {
  let killed = 0;
  for (const kill of [...kills, null]) {
    const exists = existsSync(join(cwd, out));
    const child = start(exists ? ["resume", out] : [...train, "--out", out], cwd);
    const end = ended(child);
    const release = kill === null ? () => {} : arm(child, join(cwd, out), kill);
    const { code, signal, stderr } = await end;
    release();
    if (signal === "SIGKILL") killed++;
    else if (code === 0) return killed;
    else throw new Error(`exit code ${code} after ${killed} kills: ${stderr}`);
  }
  throw new Error("unreachable: the last process is not killed");
}

/** Kills a process when the time has come. */
function arm(child: ChildProcess, folder: string, kill: Kill): () => void {
  if ("after" in kill) {
    const timer = setTimeout(() => child.kill("SIGKILL"), kill.after);
    return () => clearTimeout(timer);
  }
  let drafts = 0;
  const watching = (): (() => void) => {
    const watcher = watch(folder, (_, name) => {
      if (name?.startsWith(".") && ++drafts === kill.write) child.kill("SIGKILL");
    });
    return () => watcher.close();
  };
  if (existsSync(folder)) return watching();
  // The folder appears whole; until then there is nothing to watch.
  let release = (): void => {};
  const timer = setInterval(() => {
    if (!existsSync(folder)) return;
    clearInterval(timer);
    release = watching();
  }, 1);
  return () => {
    clearInterval(timer);
    release();
  };
}
