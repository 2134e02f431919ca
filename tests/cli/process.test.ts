// The command line as a process of its own: exit codes, the folder of a run by default, Ctrl-C, a reader that stops reading.
import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { chainrule, sample, workFolder } from "./command.ts";
import { ended, printed, start as startIn } from "./crashes.ts";

const work = workFolder();
const start = (args: readonly string[]): ChildProcess => startIn(args, work.path("."));

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

describe.skipIf(process.platform === "win32")("Ctrl-C before the first epoch is over", () => {
  test("leaves a run that can be gone on with", async () => {
    const long = ["train", sample("digits"), "-t", "digit", "--batch-size", "1", "--hidden", "512,512,512"];
    const child = start([...long, "--out", "early"]);
    const outcome = ended(child);
    await printed(child, "network");
    child.kill("SIGINT");
    expect((await outcome).code).toBe(130);
    expect(JSON.parse(readFileSync(work.path("early/state.json"), "utf8")).state).toBe("stopped");
    const again = start(["resume", "early"]);
    const resumed = ended(again);
    await printed(again, "none of");
    again.kill("SIGINT");
    const { code, stdout, stderr } = await resumed;
    expect({ code, stderr }).toEqual({ code: 130, stderr: "" });
    expect(stdout).toMatch(/Saved in early after 0 epochs( and \d+ steps?)?\. To go on:/);
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
  expect(readdirSync(work.path("unread"))).toContain("scores.json");
});
