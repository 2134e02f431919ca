// What the tests of the command line share: a folder to work in, and commands that run in this process.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { run } from "../../packages/cli/src/cli.ts";
import type { Io, OutputStream } from "../../packages/cli/src/io.ts";

/** A bundled table. */
export const sample = (name: string): string =>
  fileURLToPath(new URL(`../../packages/cli/data/${name}.csv`, import.meta.url));

/** A folder that is there until the tests of the file are done. */
export function workFolder(): {
  path: (name: string) => string;
  table: (name: string, text: string | Uint8Array) => string;
  names: () => string[];
} {
  const folder = mkdtempSync(join(tmpdir(), "chainrule-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);
  return {
    path,
    table: (name, text) => {
      writeFileSync(path(name), text);
      return path(name);
    },
    names: () => readdirSync(folder).sort(),
  };
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line as the program would, and gives what it printed. */
export async function chainrule(
  args: readonly string[],
  options: { tty?: boolean; columns?: number; stdin?: string | Uint8Array } = {},
): Promise<Outcome> {
  const printed = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof printed): OutputStream => ({
    isTTY: options.tty ?? false,
    columns: options.columns,
    write: (text) => {
      printed[name] += text;
      return true;
    },
    drained: () => Promise.resolve(),
  });
  const io: Io = {
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    stdin: {
      isTTY: options.stdin === undefined,
      async *bytes() {
        yield typeof options.stdin === "string"
          ? new TextEncoder().encode(options.stdin)
          : (options.stdin ?? new Uint8Array());
      },
    },
    env: {},
    onInterrupt: () => () => {},
  };
  return { code: await run(args, io), ...printed };
}

/** The object on the last line of standard output. */
export const lastJson = ({ stdout }: Outcome): Record<string, unknown> & { test: Record<string, number> } =>
  JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");

/** A run of a small network that was trained for one epoch: for what is done with runs. */
export async function trainBriefly(data: string, target: string, run: string): Promise<void> {
  const options = ["--target", target, "--epochs", "1", "--hidden", "4", "--out", run];
  const { code, stderr } = await chainrule(["train", data, ...options]);
  if (code !== 0) throw new Error(stderr);
}
