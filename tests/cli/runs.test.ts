import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { chainrule, sample, workFolder } from "./command.ts";

const work = workFolder();
const run = (name: string): string => work.path(`runs/${name}`);

beforeAll(async () => {
  const quick = ["--hidden", "8", "--epochs", "3", "--quiet"];
  for (const [table, target, name, ...more] of [
    ["penguins", "species", "penguins-2"],
    ["penguins", "species", "penguins-10", "--seed", "1", "--hidden", "4,4"],
    ["diabetes", "progression", "diabetes-1"],
  ]) {
    const args = ["train", sample(table), "-t", target, "--out", run(name), ...quick, ...more];
    expect((await chainrule(args)).code).toBe(0);
  }
});

const list = (...args: string[]) =>
  chainrule(["runs", work.path("runs"), ...args], { columns: 120, tty: true });
/** The words of each line below the header, split at wide gaps. */
const lines = (stdout: string): string[][] =>
  stdout
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/ {2,}/));

test("lists the runs of a folder, the latest first", async () => {
  const { code, stdout, stderr } = await list();
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const table = lines(stdout);
  expect(table.map(([name]) => name)).toEqual(["diabetes-1", "penguins-10", "penguins-2"]);
  const { test: scores, seconds } = JSON.parse(readFileSync(`${run("penguins-2")}/scores.json`, "utf8"));
  const score = `${(100 * scores.accuracy).toFixed(1)} %`;
  expect(table[2]).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^[A-Z][a-z]{2} \d\d \d\d:\d\d$/),
      "species",
      "8 selu",
      "3/3",
      expect.stringContaining(score),
      `${seconds.toFixed(1)} s`,
      "done",
    ]),
  );
  expect(table[0]).toContain("progression");
});

test("sorts, and prints JSON", async () => {
  const names = async (by: string): Promise<string[]> =>
    lines((await list("--sort", by)).stdout).map(([name]) => name);
  expect(await names("name")).toEqual(["diabetes-1", "penguins-2", "penguins-10"]);
  const { stdout } = await list("--sort", "score", "--json");
  const { runs } = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
  expect(runs).toHaveLength(3);
  const scores = runs.map(({ score }: { score: { value: number } }) => score.value);
  expect(scores).toEqual(scores.toSorted((a: number, b: number) => b - a));
  expect(runs[0]).toMatchObject({ state: "done", epochs: 3, settings: { epochs: 3 } });
});

test("fits a narrow terminal", async () => {
  const { stdout } = await chainrule(["runs", work.path("runs")], { columns: 50, tty: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of a terminal begin with one
  for (const line of stdout.replace(/\u001b\[[\d;]*m/g, "").split("\n"))
    expect(line.length).toBeLessThanOrEqual(50);
  expect(stdout).toContain("done");
});

test("names runs that can not be read, with the reason, and passes over other folders", async () => {
  for (const name of ["broken", "other"]) mkdirSync(run(name));
  writeFileSync(`${run("broken")}/config.json`, "{");
  writeFileSync(`${run("other")}/notes.txt`, "");
  symlinkSync(sample("penguins"), run("linked.csv"));
  const { code, stdout } = await list();
  expect(code).toBe(0);
  expect(stdout.replace(/\s+/g, " ")).toMatch(/! broken can not be read\. .*config\.json is no JSON: /);
  expect(stdout).not.toContain("other");
  expect(stdout).not.toContain("linked");
  rmSync(run("broken"), { recursive: true });
});

test("says where there are none", async () => {
  mkdirSync(work.path("empty"));
  expect((await chainrule(["runs", work.path("empty")])).stderr).toContain("There is no run in");
  expect((await chainrule(["runs", work.path("nowhere")])).stderr).toContain("does not exist");
});

describe("compares", () => {
  test("two runs: settings that differ, and scores side by side", async () => {
    const { code, stdout } = await chainrule(["runs", run("penguins-2"), run("penguins-10")], {
      columns: 100,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /settings that differ +penguins-2 +penguins-10\n +hidden +8 +4, 4\n +seed +0 +1\n/,
    );
    expect(stdout).toMatch(/accuracy +\d+\.\d % +\d+\.\d %/);
    expect(stdout).not.toContain("activation");
    expect(stdout.replace(/\s+/g, " ")).toContain("were not tested on the same rows");
  });

  test("a run with itself", async () => {
    const { stdout } = await chainrule(["runs", run("diabetes-1"), run("diabetes-1")]);
    expect(stdout).toContain("All settings are the same.");
    expect(stdout).not.toContain("not tested on the same rows");
  });

  test("runs of both tasks: each has a baseline of its own", async () => {
    const { stdout } = await chainrule(["runs", run("penguins-2"), run("diabetes-1")]);
    expect(stdout).toMatch(/accuracy of baseline +\d+\.\d % +–\n/);
    expect(stdout).toMatch(/rmse of baseline +– +\d+/);
  });

  test("only runs that can be read", async () => {
    const { code, stderr } = await chainrule(["runs", run("diabetes-1"), run("nothing")]);
    expect(code).toBe(1);
    expect(stderr).toContain("nothing is no run");
  });
});
