import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chainrule, lastJson, sample, workFolder } from "./command.ts";

const work = workFolder();
const quick = ["--hidden", "16", "--epochs", "6"];
const train = (table: string, target: string, out: string, ...more: string[]) =>
  chainrule(["train", table, "--target", target, "--out", work.path(out), ...quick, "--json", ...more]);
const json = (run: string, file: string) => JSON.parse(readFileSync(join(work.path(run), file), "utf8"));

describe("train and evaluate", () => {
  test("tell intervals, baselines, risk and calibration, and leave a report", async () => {
    const outcome = await train(sample("penguins"), "species", "penguins");
    expect(outcome.code).toBe(0);
    for (const text of [
      "Test accuracy",
      "with 95 % confidence",
      "logistic regression",
      "always the most frequent class",
      "a gap of",
    ])
      expect(outcome.stderr).toContain(text);
    const result = lastJson(outcome) as unknown as Record<string, Record<string, Record<string, number>>>;
    expect(result.baselines.linear.accuracy).toBeGreaterThan(0.9);
    expect(result.baselines.majority.accuracy).toBeCloseTo(31 / 69, 9);
    const scores = json("penguins", "scores.json");
    expect(scores.test.intervals.accuracy.low).toBeLessThanOrEqual(scores.test.accuracy);
    expect(scores.test.byClass.map(({ class: name }: { class: string }) => name)).toEqual([
      "Adelie",
      "Chinstrap",
      "Gentoo",
    ]);
    expect(scores.risk.gap).toBeCloseTo(scores.risk.test.risk - scores.risk.training.risk, 12);
    expect(scores.calibration).toMatchObject({ rows: 41, applied: expect.any(Boolean) });
    expect(json("penguins", "config.json").model.calibration?.temperature).toBe(
      scores.calibration.applied ? scores.calibration.temperature : undefined,
    );
    const report = readFileSync(join(work.path("penguins"), "report.html"), "utf8");
    expect(report).toContain("<h1>species from penguins.csv</h1>");
    expect(report).toContain("flipper_length_mm");

    const again = await chainrule([
      "evaluate",
      work.path("penguins"),
      sample("penguins"),
      "--json",
      "--quiet",
    ]);
    const { test: tested, baselines, risk } = result;
    expect(lastJson(again)).toMatchObject({ test: tested, baselines, risk });
  });

  test("of numbers give intervals that hold, and are evaluated on other rows with a report", async () => {
    await train(sample("diabetes"), "progression", "diabetes", "--calibration-size", "0.2");
    const { coverage, test: scores } = json("diabetes", "scores.json");
    expect(coverage.map(({ level }: { level: number }) => level)).toEqual([0.8, 0.9, 0.95]);
    expect(coverage[2].covered).toBeGreaterThan(0.8);
    expect(scores.errorQuantiles).toHaveLength(4);
    expect(json("diabetes", "config.json").model.intervals.rows).toBeGreaterThan(60);
    const other = work.table(
      "other.csv",
      readFileSync(sample("diabetes"), "utf8").split("\n").slice(0, 60).join("\n"),
    );
    const report = work.path("report.html");
    const args = ["evaluate", work.path("diabetes"), other, "--report", report];
    const outcome = await chainrule(args);
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(outcome.stdout).toContain("59 rows of other.csv");
    expect(outcome.stdout).toContain("always the mean");
    expect(readFileSync(report, "utf8")).toContain("On 59 rows of other.csv.");
    expect((await chainrule(args)).stderr).toContain("exists already");
  });

  test("a table that was changed since training is not taken for new rows", async () => {
    const [head, ...rows] = readFileSync(sample("diabetes"), "utf8").trimEnd().split("\n");
    const words = async (path: string): Promise<string> =>
      (await chainrule(["evaluate", work.path("diabetes"), path])).stdout.replace(/\s+/g, " ");
    const reordered = work.table("diabetes.csv", `${[head, ...rows.toReversed()].join("\n")}\n`);
    expect(await words(reordered)).toContain("most of these rows may be training rows");
    expect(await words(work.table("fresh.csv", [head, ...rows.slice(0, 50)].join("\n")))).not.toContain(
      "training rows",
    );
  });

  test("predict writes intervals where a level is given", async () => {
    const predict = (...more: string[]): ReturnType<typeof chainrule> =>
      chainrule(["predict", work.path("diabetes"), sample("diabetes"), ...more]);
    const { stdout } = await predict("--level", "0.9");
    const [head, ...lines] = stdout.trimEnd().split("\n");
    expect(head).toBe("progression,progression_low,progression_high");
    expect(lines).toHaveLength(442);
    const { levels } = json("diabetes", "config.json").model.intervals;
    const { halfWidth } = levels.find(({ level }: { level: number }) => level === 0.9);
    for (const line of lines) {
      const [value, low, high] = line.split(",").map(Number);
      expect([low, high]).toEqual([
        expect.closeTo(value - halfWidth, 3),
        expect.closeTo(value + halfWidth, 3),
      ]);
    }
    const objects = (await predict("--level", "0.8", "--format", "ndjson")).stdout.split("\n");
    expect(Object.keys(JSON.parse(objects[0]))).toEqual([
      "progression",
      "progression_low",
      "progression_high",
    ]);
    expect((await predict("--level", "0.7")).stderr).toContain("It has those of 0.8, 0.9, 0.95.");
    expect((await predict("--out", work.path("o.xyz"))).stderr).toContain("--format csv");
    const classes = await chainrule(["predict", work.path("penguins"), sample("penguins"), "--level", "0.9"]);
    expect(classes.stderr.replace(/\s+/g, " ")).toContain("only numbers have intervals");
  });

  test("a threshold and a temperature are as asked for", async () => {
    const data = sample("breast-cancer");
    const target = readFileSync(data, "utf8").split("\n")[0].split(",").at(-1) ?? "";
    await train(data, target, "cancer", "--threshold", "0.9", "--calibrate", "never");
    const { model } = json("cancer", "config.json");
    expect([model.threshold, model.calibration]).toEqual([0.9, null]);
    const refused = await train(sample("penguins"), "species", "none", "--threshold", "0.5");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("A threshold is for two classes");
    // Before anything was trained or written.
    expect(refused.stderr).not.toContain("resume");
    expect(existsSync(work.path("none"))).toBe(false);
  });
});

describe("splits", () => {
  const lines = Array.from(
    { length: 120 },
    (_, i) => `${i % 12},${i},${i % 8},${i < 100 ? "train" : "test"},${(i % 8) * 2 + (i % 12) / 10}`,
  );
  const table = work.table("visits.csv", `person,day,x,part,y\n${lines.join("\n")}\n`);
  const visits = (out: string, split: string) =>
    train(table, "y", out, "--exclude", "part", "--split", split);

  test("by group, by time and by a column; evaluate cuts in the same way", async () => {
    for (const [out, split] of [
      ["g", "group:person"],
      ["t", "time:day"],
    ] as const) {
      const outcome = await visits(out, split);
      expect(outcome.code).toBe(0);
      const again = await chainrule(["evaluate", work.path(out), table, "--json", "--quiet"]);
      expect(lastJson(again).test).toEqual(lastJson(outcome).test);
      const named = json(out, "config.json").model.features.map(({ name }: { name: string }) => name);
      expect(named).not.toContain(split.split(":")[1]);
    }
    expect(json("g", "config.json").data.parts.test % 10).toBe(0);
    const own = await train(table, "y", "c", "--split", "column:part");
    expect(lastJson(own).test.rows).toBe(20);
  });

  test("that can not be are refused", async () => {
    expect(await visits("bad", "groups")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Give stratified, random"),
    });
    const unknown = await visits("bad", "group:persons");
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('Did you mean "person"?') });
    expect(existsSync(work.path("bad"))).toBe(false);
  });

  test("a class that only the test has is warned of", async () => {
    const rows = Array.from(
      { length: 60 },
      (_, i) => `${i},${i % 5},${i > 55 ? "new" : i % 2 === 0 ? "a" : "b"}`,
    );
    const late = work.table("late.csv", `day,x,y\n${rows.join("\n")}\n`);
    const outcome = await train(late, "y", "late", "--split", "time:day");
    expect(outcome.code).toBe(0);
    expect(outcome.stderr.replace(/\s+/g, " ")).toContain("of the class new, which no training row has");
  });
});

describe("cross-validate", () => {
  test("prints a line for each fold, and means", async () => {
    const args = ["cross-validate", sample("penguins"), "-t", "species", "--folds", "3", ...quick, "--json"];
    const outcome = await chainrule(args);
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toMatch(/fold +train +test/);
    expect(outcome.stderr).toMatch(/accuracy +[\d.]+ % ± [\d.]+ %/);
    const { folds, summary } = lastJson(outcome) as unknown as {
      folds: { rows: { test: number } }[];
      summary: { accuracy: { mean: number; sd: number } };
    };
    expect(folds.map(({ rows }) => rows.test)).toEqual([115, 115, 114]);
    expect(summary.accuracy.mean).toBeGreaterThan(0.6);
  });

  test("needs a target, and folds that can be", async () => {
    expect(await chainrule(["cross-validate", sample("penguins")])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--target"),
    });
    const many = await chainrule(["cross-validate", sample("penguins"), "-t", "species", "--folds", "1000"]);
    expect(many).toMatchObject({ code: 1, stderr: expect.stringContaining("cannot be cut into 1000 folds") });
  });
});

describe("learning-curve", () => {
  test("draws the curve here and into a file", async () => {
    const out = work.path("curve.svg");
    const args = [
      "learning-curve",
      sample("diabetes"),
      "-t",
      "progression",
      "--sizes",
      "40,1",
      "--seeds",
      "2",
    ];
    const outcome = await chainrule([...args, ...quick, "--out", out, "--json"]);
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toContain("R² of progression against training rows of diabetes.csv");
    expect(outcome.stderr).toMatch(/[\u2801-\u28ff]/);
    const { points } = lastJson(outcome) as unknown as { points: { rows: number }[] };
    expect(points.map(({ rows }) => rows)).toEqual([40, 301]);
    expect(readFileSync(out, "utf8")).toMatch(/^<svg xmlns=/);
  });

  test("refuses sizes that are none", async () => {
    const args = ["learning-curve", sample("diabetes"), "-t", "progression", "--sizes"];
    expect((await chainrule([...args, "0,1"])).code).toBe(2);
    expect((await chainrule([...args, "5000"])).stderr).toContain("There are no 5000 rows to learn from");
  });
});
