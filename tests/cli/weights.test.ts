// A column of weights from the command line: scores count rows by it, wherever the table has it, and say so.
import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { chainrule, lastJson, workFolder } from "./command.ts";

const work = workFolder();
/** Odd rows count a quarter. */
const rows = Array.from({ length: 120 }, (_, i) => ({
  x: i % 40,
  kind: i % 3 ? "a" : "b",
  w: i % 2 ? 0.25 : 1,
}));
const header = "x,kind,w";
const lines = (of: (row: (typeof rows)[number]) => string): string => rows.map(of).join("\n");
const weighted = work.table("weighted.csv", `${header}\n${lines(({ x, kind, w }) => `${x},${kind},${w}`)}\n`);
const plain = work.table("plain.csv", `x,kind\n${lines(({ x, kind }) => `${x},${kind}`)}\n`);
const run = work.path("run");
const learned = ["--target", "kind", "--weights", "w", "--epochs", "2", "--hidden", "4", "--json"];

beforeAll(async () => {
  const { code, stderr } = await chainrule(["train", weighted, ...learned, "--out", run]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/\(24 rows that training never saw, weighted\s+by w\)/);
});

test("a run is scored, and held against baselines, by the weights", async () => {
  const { test: scores, baselines } = JSON.parse(readFileSync(`${run}/scores.json`, "utf8"));
  expect(scores.weightedBy).toBe("w");
  expect(baselines.map((one: { scores: { weightedBy: string } }) => one.scores.weightedBy)).toEqual([
    "w",
    "w",
  ]);
  const all = scores.confusion.flat().reduce((sum: number, count: number) => sum + count, 0);
  expect(all).toBe(
    scores.byClass.reduce((sum: number, { support }: { support: number }) => sum + support, 0),
  );
  expect([scores.rows, all % 0.25, all < 24]).toEqual([24, 0, true]);
  expect(readFileSync(`${run}/report.html`, "utf8")).toContain("training never saw, weighted by w.");
});

test("evaluate counts by the column where a table has it, and says where it has not", async () => {
  const again = await chainrule(["evaluate", run, weighted, "--json"]);
  const { test: scores } = JSON.parse(readFileSync(`${run}/scores.json`, "utf8"));
  expect(lastJson(again).test).toMatchObject({
    weightedBy: "w",
    accuracy: scores.accuracy,
    logLoss: scores.logLoss,
  });
  const every = await chainrule(["evaluate", run, weighted, "--all-rows", "--json"]);
  expect(lastJson(every).test).toMatchObject({ weightedBy: "w", rows: 120 });
  const bare = await chainrule(["evaluate", run, plain, "--json"]);
  expect(lastJson(bare).test).toMatchObject({ weightedBy: null, rows: 120 });
  expect(bare.stderr.replace(/\s+/g, " ")).toContain(
    "plain.csv has no column w: in its scores all rows count the same.",
  );
  expect(lastJson(bare).test.accuracy).not.toBe(lastJson(every).test.accuracy);
});

test("runs with and without weights are not compared one to one", async () => {
  const other = work.path("other");
  const asked = ["--target", "kind", "--exclude", "w", "--epochs", "2", "--hidden", "4", "--quiet"];
  expect((await chainrule(["train", weighted, ...asked, "--out", other])).code).toBe(0);
  const { stdout } = await chainrule(["runs", run, other]);
  expect(stdout).toMatch(/weights +w +–/);
  expect(stdout.replace(/\s+/g, " ")).toContain(
    "were not tested on the same rows, or not by the same weights",
  );
});

test("cross-validation counts by it too", async () => {
  const found = await chainrule(["cross-validate", weighted, ...learned, "--folds", "2"]);
  const { folds } = lastJson(found) as unknown as { folds: { scores: { weightedBy: string } }[] };
  expect(folds.map(({ scores }) => scores.weightedBy)).toEqual(["w", "w"]);
});

test("a test table without the column is told of before training", async () => {
  const asked = [...learned.slice(0, -1), "--test", plain, "--out", work.path("apart")];
  const { code, stdout } = await chainrule(["train", weighted, ...asked]);
  expect(code).toBe(0);
  expect(stdout.replace(/\s+/g, " ")).toContain(
    "plain.csv has no column w: in its scores all rows count the same.",
  );
  expect(stdout).toMatch(/of 120 rows of\s+plain.csv\)/);
});
