import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chainrule, lastJson, sample, workFolder } from "./command.ts";

const work = workFolder();
const quick = ["--hidden", "32", "--epochs", "12", "--quiet", "--json"];
const train = (table: string, target: string, out: string, ...more: string[]) =>
  chainrule(["train", table, "--target", target, "--out", work.path(out), ...quick, ...more]);

const config = (run: string) => JSON.parse(readFileSync(join(work.path(run), "config.json"), "utf8"));
const model = (run: string): Buffer => readFileSync(join(work.path(run), "model.safetensors"));

describe("train", () => {
  test("writes a run, and its result as JSON", async () => {
    const outcome = await train(sample("penguins"), "species", "penguins");
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    const result = lastJson(outcome);
    expect(result).toMatchObject({
      task: "classification",
      target: "species",
      run: work.path("penguins"),
      epochs: 12,
      test: { rows: 69, accuracy: expect.any(Number) },
    });
    expect(result.test.accuracy).toBeGreaterThan(0.9);
    expect(outcome.stdout.trimEnd()).not.toContain("\n");
    const files = ["config.json", "history.ndjson", "model.safetensors", "scores.json", "state.json"];
    expect(readdirSync(work.path("penguins"))).toEqual(expect.arrayContaining(files));
    expect(config("penguins")).toMatchObject({
      format: "chainrule run",
      data: { file: "penguins.csv", rows: 344, parts: { training: 234, validation: 41, test: 69 } },
      settings: { hidden: [32], epochs: 12, seed: 0 },
      model: { version: 2, target: { classes: ["Adelie", "Chinstrap", "Gentoo"] } },
    });
    const history = readFileSync(join(work.path("penguins"), "history.ndjson"), "utf8")
      .trimEnd()
      .split("\n");
    expect(history.map((line) => JSON.parse(line).epoch)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
  });

  test("predicts numbers in their own units", async () => {
    const { test: scores } = lastJson(await train(sample("diabetes"), "progression", "diabetes"));
    expect(scores).toMatchObject({ rows: 88 });
    expect(scores.r2).toBeGreaterThan(0.3);
    expect(scores.rmse).toBeGreaterThan(40);
    expect(scores.rmse).toBeLessThan(scores.baseline);
  });

  test("gives the same bits for the same seed, and others for another", async () => {
    for (const out of ["a", "b"]) await train(sample("penguins"), "species", out, "--dropout", "0.2");
    await train(sample("penguins"), "species", "c", "--dropout", "0.2", "--seed", "1");
    expect(model("a").equals(model("b"))).toBe(true);
    expect(model("a").equals(model("c"))).toBe(false);
    const scores = (run: string) => {
      const { seconds: _, ...rest } = JSON.parse(readFileSync(join(work.path(run), "scores.json"), "utf8"));
      return rest;
    };
    expect(scores("a")).toEqual(scores("b"));
  });

  test("tests on a table of one's own", async () => {
    const lines = readFileSync(sample("penguins"), "utf8").trimEnd().split("\n");
    const part = (keep: (i: number) => boolean) =>
      `${lines.filter((_, i) => i === 0 || keep(i)).join("\n")}\n`;
    const training = work.table(
      "training.csv",
      part((i) => i % 4 !== 0),
    );
    const testing = work.table(
      "testing.csv",
      part((i) => i % 4 === 0),
    );
    const { test: scores } = lastJson(await train(training, "species", "own-test", "--test", testing));
    expect(scores.rows).toBe(86);
    expect(config("own-test").data).toMatchObject({
      test: { file: "testing.csv", rows: 86, columns: 7 },
      parts: { training: 219, validation: 39, test: 86 },
    });
  });

  test("changes nothing in preparation and weights when test rows change", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => [
      i % 7,
      Math.sin(i),
      ["red", "green"][i % 2],
      `c${i % 3}`,
    ]);
    const text = (change: (row: unknown[], i: number) => unknown[]) =>
      `a,b,c,y\n${rows.map((row, i) => change(row, i).join(",")).join("\n")}\n`;
    await train(
      work.table(
        "plain.csv",
        text((row) => row),
      ),
      "y",
      "plain",
    );
    const { splitRows, tableFromRows } = await import("../../packages/chainrule/src/tables/index.ts");
    const target = tableFromRows(rows.map(([, , , y]) => ({ y: String(y) }))).columns[0];
    const all = Int32Array.from(rows.keys());
    const split = splitRows(target, all, "classification", { test: 0.2, validation: 0.15 }, 0);
    expect(split.test.length).toBe(12);
    const changed = text((row, i) => (split.test.includes(i) ? [1e6, "", "violet", row[3]] : row));
    await train(work.table("changed.csv", changed), "y", "changed");
    expect(config("changed").model).toEqual(config("plain").model);
    expect(model("changed").equals(model("plain"))).toBe(true);
    expect(config("changed").data.sha256).not.toBe(config("plain").data.sha256);
  });

  test("never writes over anything", async () => {
    const again = await train(sample("penguins"), "species", "penguins");
    expect(again).toMatchObject({ code: 1, stdout: "" });
    expect(again.stderr).toMatch(/penguins exists already and is not empty/);
    const file = work.table("taken", "mine");
    expect((await train(sample("penguins"), "species", "taken")).stderr).toMatch(/exists already/);
    expect(readFileSync(file, "utf8")).toBe("mine");
    expect((await train(sample("penguins"), "species", "taken/run")).stderr).toMatch(/taken is no folder/);
  });

  test("prints for people what it found, did and reached", async () => {
    const args = ["train", sample("digits"), "-t", "digit", "--hidden", "16", "--epochs", "3"];
    const { stdout, stderr, code } = await chainrule([...args, "--out", work.path("people")]);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    expect(stdout).toContain("digits.csv: 1,797 rows, 65 columns");
    expect(stdout).toContain("not used, the same in every row: pixel_0_0, pixel_4_0, pixel_4_7");
    expect(stdout).toMatch(/epoch 1\/3 {2}loss \d\.\d{4} {2}validation +\d/);
    expect(stdout).toMatch(/kept epoch \d, which had the best validation accuracy \d+\.\d %/);
    expect(stdout).toMatch(/Test accuracy \d\d\.\d % {2}\(\d+ of 359 rows that training never saw\)/);
    expect(stdout).toMatch(/chainrule predict .*people/);
    for (const line of stdout.split("\n").slice(0, -8)) expect([...line].length).toBeLessThanOrEqual(80);
    expect(stdout).not.toContain("\u001b");
  });

  test("rewrites one line on a terminal, and leaves none of it behind", async () => {
    const args = ["train", sample("penguins"), "-t", "species", "--hidden", "4", "--epochs", "40"];
    const { stdout } = await chainrule([...args, "--out", work.path("live")], { tty: true, columns: 80 });
    const pictures = stdout.split("\r").filter((part) => part.includes("/40") && part.includes("━"));
    expect(pictures.length).toBeGreaterThan(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of a terminal begin with one
    const seen = stdout.replace(/\r[^\n]*\r/g, "\r").replace(/\u001b\[[\d;]*[mK]/g, "");
    expect(seen).toMatch(/40 epochs in \d/);
    for (const picture of pictures) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: see above
      const [line] = picture.replace(/\u001b\[[\d;]*[mK]/g, "").split("\n");
      expect(line.length).toBeLessThan(80);
    }
  });
});

describe("evaluate", () => {
  test("gives the scores of train on the same file, and others on all of its rows", async () => {
    for (const [table, target, run] of [
      ["penguins", "species", "again-c"],
      ["diabetes", "progression", "again-r"],
    ]) {
      const { test: scores } = lastJson(await train(sample(table), target, run, "--seed", "7"));
      const evaluate = ["evaluate", work.path(run), sample(table), "--quiet", "--json"];
      expect(lastJson(await chainrule(evaluate)).test).toEqual(scores);
      const all = lastJson(await chainrule([...evaluate, "--all-rows"]));
      const loud = await chainrule(["evaluate", work.path(run), sample(table), "--all-rows"]);
      expect(loud.stdout).toContain("The model was trained on most of these rows");
      expect(all.test.rows).toBe(table === "penguins" ? 344 : 442);
    }
  });

  test("scores all rows of another file that have the target", async () => {
    await train(sample("penguins"), "species", "for-others");
    const [header, ...lines] = readFileSync(sample("penguins"), "utf8").trimEnd().split("\n");
    const other = [header, ...lines.slice(0, 20), lines[30].replace("Adelie", "")].join("\n");
    const outcome = await chainrule(["evaluate", work.path("for-others"), work.table("others.csv", other)]);
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toContain("1 row without a value of species left out.");
    expect(outcome.stdout).toMatch(/Test accuracy .*\(\d+ of 20 rows of others.csv\)/);
  });
});

describe("predict", () => {
  const csv = (text: string) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => line.split(","));

  test("gives a line for each row, with probabilities that add up to 1", async () => {
    await train(sample("penguins"), "species", "to-predict");
    const { stdout, stderr, code } = await chainrule([
      "predict",
      work.path("to-predict"),
      sample("penguins"),
    ]);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    const [header, ...rows] = csv(stdout);
    expect(header).toEqual(["species", "probability", "p_Adelie", "p_Chinstrap", "p_Gentoo"]);
    expect(rows).toHaveLength(344);
    for (const [label, probability, ...all] of rows) {
      const numbers = all.map(Number);
      expect(numbers.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
      expect(Number(probability)).toBe(Math.max(...numbers));
      expect(header[2 + numbers.indexOf(Number(probability))]).toBe(`p_${label}`);
    }
    const truth = csv(readFileSync(sample("penguins"), "utf8")).slice(1);
    const right = rows.filter(([label], i) => label === truth[i][0]).length;
    expect(right / rows.length).toBeGreaterThan(0.9);
  });

  test("needs no target, ignores other columns, and tells of values that training never saw", async () => {
    const table = work.table(
      "new.csv",
      "sex,note,body_mass_g,flipper_length_mm,beak_depth_mm,beak_length_mm,island\nMALE,x,5000,220,15,47,Atlantis\n,,,,,,\n",
    );
    const out = work.path("predictions.ndjson");
    const outcome = await chainrule([
      ...["predict", work.path("to-predict"), table, "--format", "ndjson", "--out", out],
    ]);
    expect(outcome).toMatchObject({ code: 0, stdout: "" });
    expect(outcome.stderr).toContain('1 row has a value of island that training never saw ("Atlantis")');
    expect(outcome.stderr).toContain("2 predictions written to");
    const [first, second] = readFileSync(out, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(first.species).toBe("Gentoo");
    expect(Object.keys(second.probabilities)).toEqual(["Adelie", "Chinstrap", "Gentoo"]);
  });

  test("numbers come in the target's units", async () => {
    await train(sample("diabetes"), "progression", "numbers");
    const { stdout } = await chainrule(["predict", work.path("numbers"), sample("diabetes")]);
    const [[header], ...rows] = csv(stdout);
    const mean = rows.reduce((sum, [value]) => sum + Number(value), 0) / rows.length;
    expect(header).toBe("progression");
    expect(rows).toHaveLength(442);
    expect(mean).toBeGreaterThan(120);
    expect(mean).toBeLessThan(180);
  });
});

test("inspect shows each column", async () => {
  const outcome = await chainrule(["inspect", sample("penguins"), "--json"]);
  expect(outcome.stderr).toMatch(/sex +category +2\.9 % +3 {2}██▁ +MALE 50\.3 %, FE…/);
  expect(outcome.stderr).toMatch(/body_mass_g +number +0\.6 % +94 {2}[▁-█]{12} {2}2,700 … 6,300/);
  expect(lastJson(outcome)).toMatchObject({ rows: 344 });
});
