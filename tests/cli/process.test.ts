// The command line as a process of its own: exit codes, the folder of a run by default, Ctrl-C, a reader that stops reading.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { chainrule, sample, workFolder } from "./command.ts";

const work = workFolder();
const main = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

function start(args: readonly string[], cwd = work.path(".")): ChildProcess {
  // NO_COLOR and the like belong to the terminal that runs the tests.
  const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...env } = process.env;
  return spawn(process.execPath, ["--conditions=@chainrule/source", main, ...args], { cwd, env });
}

function ended(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name]?.on("data", (chunk) => (printed[name] += chunk));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, ...printed })));
}

/** Resolves when the child has printed a text. */
const printed = (child: ChildProcess, text: string): Promise<void> =>
  new Promise((resolve) => {
    let all = "";
    child.stdout?.on("data", (chunk) => {
      all += chunk;
      if (all.includes(text)) resolve();
    });
  });

test("numbers the folders of runs, and names commands that work", async () => {
  const args = ["train", sample("penguins"), "--target", "species", "--epochs", "2", "--hidden", "4"];
  for (const n of [1, 2]) {
    const { code, stdout } = await ended(start(args));
    expect(code).toBe(0);
    expect(stdout).toContain(`✓ runs/penguins-${n} `);
  }
  expect(readdirSync(work.path("runs"))).toEqual(["penguins-1", "penguins-2"]);
  const { code, stdout } = await chainrule(["predict", work.path("runs/penguins-2"), sample("penguins")]);
  expect(code).toBe(0);
  expect(stdout.trimEnd().split("\n")).toHaveLength(345);
});

test("ends with 1 and a message for an error, without a stack", async () => {
  const { code, stdout, stderr } = await ended(start(["train", "nowhere.csv", "-t", "y"]));
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toBe(
    "nowhere.csv does not exist.\nCheck the path; it is looked for from the folder that you are in.\n",
  );
});

describe.skipIf(process.platform === "win32")("Ctrl-C", () => {
  const long = ["train", sample("digits"), "-t", "digit", "--epochs", "100000", "--patience", "100000"];

  test("stops training and keeps the best so far", async () => {
    const child = start([...long, "--out", "stopped"]);
    const outcome = ended(child);
    await printed(child, "epoch      1/100000");
    child.kill("SIGINT");
    const { code, stdout, stderr } = await outcome;
    expect({ code, stderr }).toEqual({ code: 130, stderr: "" });
    expect(stdout).toMatch(/stopped by Ctrl-C\n {2}kept epoch /);
    expect(readdirSync(work.path("stopped"))).toHaveLength(4);
    const evaluated = await chainrule(["evaluate", work.path("stopped"), sample("digits"), "--json"]);
    expect(evaluated.code).toBe(0);
  });

  test("before the first epoch is over leaves nothing behind", async () => {
    mkdirSync(work.path("early"));
    const child = start([...long, "--batch-size", "1", "--hidden", "512,512,512"], work.path("early"));
    const outcome = ended(child);
    await printed(child, "network");
    child.kill("SIGINT");
    expect((await outcome).code).toBe(130);
    expect(readdirSync(work.path("early"))).toEqual([]);
  });
});

test("a reader that stops reading is no error", async () => {
  const child = start(["predict", "runs/penguins-1", sample("penguins")]);
  child.stdout?.destroy();
  const { code, stderr } = await ended(child);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("a reader that stops reading does not cost the run", async () => {
  const args = ["train", sample("penguins"), "-t", "species", "--epochs", "5", "--hidden", "4"];
  const child = start([...args, "--out", "unread"]);
  child.stdout?.once("data", () => child.stdout?.destroy());
  const { code, stderr } = await ended(child);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(readdirSync(work.path("unread"))).toHaveLength(4);
});
