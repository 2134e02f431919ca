// Searches: stopped and killed and gone on with, without what was found being lost; test rows that a search never sees; the best trial as a run.
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { chainrule, lastJson, sample, workFolder } from "./command.ts";
import { ended, start } from "./crashes.ts";

const work = workFolder();
const small = ["--hidden", "8", "--epochs", "15", "--batch-size", "64"];
const space = work.table(
  "space.json",
  JSON.stringify({ lr: { log: [0.001, 1] }, dropout: { linear: [0, 0.5] }, activation: ["selu", "relu"] }),
);
const tune = ["tune", sample("penguins"), "-t", "species", ...small, "--space", space];
const once = [...tune, "--trials", "6", "--workers", "1"];

const text = (folder: string, name: string): string => readFileSync(join(work.path(folder), name), "utf8");

/** The lines of a search without the times in them. */
const trialsOf = (folder: string): { trial: number; rung: number; score: number; values: object }[] =>
  text(folder, "trials.ndjson")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const { seconds: _, elapsed: __, ...rest } = JSON.parse(line);
      return rest;
    });

const bestOf = (folder: string): string =>
  readFileSync(join(work.path(folder), "best", "model.safetensors")).toString("base64");

let whole: Awaited<ReturnType<typeof chainrule>>;
beforeAll(async () => {
  whole = await chainrule([...once, "--out", work.path("whole"), "--json"]);
  expect(whole.code).toBe(0);
});

describe("a search", () => {
  test("has its trials, its report and the best run, which predicts and is evaluated", async () => {
    expect(readdirSync(work.path("whole")).sort()).toEqual([
      "best",
      "report.html",
      "trials.ndjson",
      "tune.json",
    ]);
    const lines = trialsOf("whole");
    const counts = [0, 1, 2, 3].map((k) => lines.filter(({ rung }) => rung === k).length);
    expect(counts[0]).toBe(6);
    // One by one, a trial may go on that falls behind later; never more than went before.
    expect(counts[1]).toBeGreaterThanOrEqual(3);
    for (let k = 1; k < 4; k++) expect(counts[k]).toBeLessThanOrEqual(counts[k - 1]);
    const result = lastJson(whole);
    expect(result).toMatchObject({
      task: "classification",
      target: "species",
      trials: 6,
      rungs: [1, 3, 7, 15],
    });
    expect(Object.keys(result.importance as object).sort()).toEqual(["activation", "dropout", "lr"]);
    expect(result.test.accuracy).toBeGreaterThan(0.8);
    expect(whole.stderr).toContain("What mattered");
    const best = work.path("whole/best");
    const evaluated = await chainrule(["evaluate", best, sample("penguins"), "--json"]);
    expect(lastJson(evaluated).test.accuracy).toBe(result.test.accuracy);
    const out = work.path("predictions.csv");
    expect((await chainrule(["predict", best, sample("penguins"), "--out", out])).code).toBe(0);
    expect(readFileSync(out, "utf8").trimEnd().split("\n").length).toBe(345);
  });

  test("comes to the same trials and bits again, and its best run is what train makes of the same settings", async () => {
    expect((await chainrule([...once, "--out", work.path("again"), "--quiet"])).code).toBe(0);
    expect(trialsOf("again")).toEqual(trialsOf("whole"));
    expect(bestOf("again")).toBe(bestOf("whole"));
    const { best } = lastJson(whole) as unknown as { best: { values: Record<string, unknown> } };
    const { lr, dropout, activation } = best.values;
    const options = ["--lr", String(lr), "--dropout", String(dropout), "--activation", String(activation)];
    const out = work.path("trained");
    const trained = await chainrule([
      "train",
      sample("penguins"),
      "-t",
      "species",
      ...small,
      ...options,
      "--out",
      out,
      "--quiet",
    ]);
    expect(trained.code).toBe(0);
    expect(readFileSync(join(out, "model.safetensors")).toString("base64")).toBe(bestOf("whole"));
  });

  test("does not see the test rows: with other values in them it is the same search", async () => {
    const rows = Array.from({ length: 200 }, (_, i) => [
      i,
      (i * 37) % 101,
      i % 4 === 0 ? "test" : i % 4 === 1 ? "validation" : "train",
    ]);
    const table = (change: number): string =>
      `a,b,part,y\n${rows.map(([a, b, part]) => `${a},${part === "test" ? Number(b) * change : b},${part},${((Number(a) * 7 + Number(b)) % 3) * 1.5}`).join("\n")}\n`;
    for (const change of [1, -1000]) {
      const data = work.table(`seen${change}.csv`, table(change));
      const args = [
        "tune",
        data,
        "-t",
        "y",
        "--task",
        "regression",
        "--split",
        "column:part",
        "--hidden",
        "8",
        "--epochs",
        "8",
      ];
      const out = work.path(`seen${change}`);
      const { code, stderr } = await chainrule([
        ...args,
        "--trials",
        "3",
        "--workers",
        "1",
        "--out",
        out,
        "--quiet",
      ]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    }
    expect(trialsOf("seen-1000")).toEqual(trialsOf("seen1"));
    expect(bestOf("seen-1000")).toBe(bestOf("seen1"));
    expect(text("seen-1000", "best/scores.json")).not.toBe(text("seen1", "best/scores.json"));
  });

  test("takes its space from chainrule.json's form, too, and writes a page without scripts", async () => {
    const config = work.table(
      "options.json",
      JSON.stringify({ target: "species", epochs: 4, space: { hidden: [[4], [8, 8]], lr: [0.1, 0.03] } }),
    );
    const out = work.path("configured");
    const args = ["tune", sample("penguins"), "--config", config, "--trials", "5", "--workers", "2"];
    const { code, stdout } = await chainrule([...args, "--out", out]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/rank +trial +accuracy/);
    const page = text("configured", "report.html");
    expect(page).toContain("<svg");
    expect(page).not.toMatch(/<script|https?:/);
    for (const { values } of trialsOf("configured").filter(({ trial }) => trial > 0)) {
      const { hidden, lr } = values as { hidden: number[]; lr: number };
      expect([[4], [8, 8]]).toContainEqual(hidden);
      expect([0.1, 0.03]).toContain(lr);
    }
  });
});

describe("a search that was ended", () => {
  /** Goes on with a search by `resume` until it is done; the processes are killed after so many lines. */
  async function throughKills(out: string, kills: readonly number[]): Promise<number> {
    let killed = 0;
    for (const lines of [...kills, Number.POSITIVE_INFINITY]) {
      const begun = existsSync(work.path(out));
      const child = start(
        begun ? ["tune", "--resume", out, "--workers", "1"] : [...once, "--out", out],
        work.path("."),
      );
      const end = ended(child);
      const timer = setInterval(() => {
        const path = join(work.path(out), "trials.ndjson");
        if (existsSync(path) && readFileSync(path, "utf8").split("\n").length > lines) child.kill("SIGKILL");
      }, 1);
      const { code, signal, stderr } = await end;
      clearInterval(timer);
      if (signal === "SIGKILL") killed++;
      else if (code !== 0) throw new Error(stderr);
    }
    return killed;
  }

  test("by kill -9 goes on, loses nothing, and comes to the same trials and the same best run", async () => {
    expect(await throughKills("killed", [1, 4, 7])).toBe(3);
    expect(trialsOf("killed")).toEqual(trialsOf("whole"));
    expect(bestOf("killed")).toBe(bestOf("whole"));
    expect(readdirSync(work.path("killed")).sort()).toEqual(readdirSync(work.path("whole")).sort());
  });

  test.skipIf(process.platform === "win32")(
    "by Ctrl-C says how to go on, and half a line is no line",
    async () => {
      const long = [...tune, "--epochs", "800", "--trials", "4", "--workers", "2", "--out", "stopped"];
      const child = start(long, work.path("."));
      const end = ended(child);
      const path = join(work.path("stopped"), "trials.ndjson");
      const isBegun = (): boolean => existsSync(path) && readFileSync(path, "utf8") !== "";
      while (!isBegun() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
      child.kill("SIGINT");
      const { code, stdout, stderr } = await end;
      expect({ code, stderr }).toEqual({ code: 130, stderr: "" });
      expect(stdout).toMatch(
        /Stopped by Ctrl-C; all trials are saved in stopped\. To go on:\n +.*chainrule resume stopped/,
      );
      expect(existsSync(work.path("stopped/best"))).toBe(false);
      // Which trials were in the midst of a rung is known by their checkpoints.
      expect(readdirSync(work.path("stopped/checkpoints")).length).toBeGreaterThan(0);
      const before = readFileSync(path, "utf8");
      appendFileSync(path, '{"trial":3,"ru');
      const config = JSON.parse(text("stopped", "tune.json"));
      writeFileSync(join(work.path("stopped"), "tune.json"), JSON.stringify({ ...config, minutes: 0.0001 }));
      const resumed = await chainrule(["resume", work.path("stopped"), "--json"]);
      expect(resumed.stderr).toContain("then the time was over");
      expect(resumed.code).toBe(0);
      expect(readFileSync(path, "utf8")).toBe(before);
      const finished = await chainrule(["resume", work.path("stopped")]);
      expect(finished.stdout).toContain("is finished");
    },
    60_000,
  );
});

test("what can not be is refused, with a reason", async () => {
  const refused = async (args: readonly string[]): Promise<[number, string]> => {
    const { code, stderr } = await chainrule([...args, "--out", work.path("refused")]);
    return [code, stderr.replace(/\s+/g, " ")];
  };
  const bad = work.table("bad.json", '{"lrr": [1]}');
  expect(await refused([...tune, "--space", bad])).toEqual([
    1,
    expect.stringContaining('Did you mean "lr"?'),
  ]);
  const torn = work.table("torn.json", "{");
  expect(await refused([...tune, "--space", torn])).toEqual([1, expect.stringContaining("is no JSON")]);
  expect(await refused(["tune", sample("penguins")])).toEqual([2, expect.stringContaining("--target")]);
  expect(existsSync(work.path("refused"))).toBe(false);
  const { code, stderr } = await chainrule(["tune", "--resume", work.path("whole/best")]);
  expect([code, stderr]).toEqual([1, expect.stringContaining("is no search")]);
});

test("all trials failed: an error that says why", async () => {
  const wild = work.table("wild.json", JSON.stringify({ lr: [1e30] }));
  const args = [
    "tune",
    sample("diabetes"),
    "-t",
    "progression",
    "--lr",
    "1e30",
    "--space",
    wild,
    "--optimizer",
    "sgd",
  ];
  const { code, stderr } = await chainrule([
    ...args,
    "--epochs",
    "3",
    "--trials",
    "2",
    "--out",
    work.path("wild"),
  ]);
  expect([code, stderr]).toEqual([1, expect.stringContaining("All trials failed")]);
});

test("a search that goes on takes no other options, and find-lr none that a few steps do not depend on", async () => {
  const going = await chainrule([
    "tune",
    "--resume",
    work.path("whole"),
    "--lr",
    "0.1",
    "--trials",
    "9",
    "--no-front-scale",
  ]);
  expect([going.code, going.stderr]).toEqual([
    2,
    expect.stringContaining("leave out --trials, --no-front-scale, --lr"),
  ]);
  const data = await chainrule(["tune", sample("penguins"), "--resume", work.path("whole")]);
  expect([data.code, data.stderr]).toEqual([2, expect.stringContaining("leave out its data")]);
  for (const option of ["--threshold=0.5", "--epochs=3", "--keep-best=loss", "--average=ema", "--mixup=1"]) {
    const { code, stderr } = await chainrule(["find-lr", sample("penguins"), "-t", "species", option]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("unknown option")]);
  }
});

test("find-lr shows the loss against the rate, and a rate to train with", async () => {
  const { code, stdout } = await chainrule([
    "find-lr",
    sample("penguins"),
    "-t",
    "species",
    "--hidden",
    "16",
  ]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/loss against the learning rate/);
  expect(stdout).toMatch(/Least loss at 0\.\d+/);
  expect(stdout).toMatch(/train .*--lr 0\.\d+/);
  const json = await chainrule([
    "find-lr",
    sample("penguins"),
    "-t",
    "species",
    "--from",
    "0.001",
    "--to",
    "0.01",
    "--steps",
    "10",
    "--json",
  ]);
  const { rates } = lastJson(json) as unknown as { rates: number[] };
  expect([rates.length, rates[0]]).toEqual([10, 0.001]);
  const wrong = await chainrule([
    "find-lr",
    sample("penguins"),
    "-t",
    "species",
    "--from",
    "1",
    "--to",
    "0.1",
  ]);
  expect([wrong.code, wrong.stderr.replace(/\s+/g, " ")]).toEqual([
    1,
    expect.stringContaining("Give --from and --to"),
  ]);
});
