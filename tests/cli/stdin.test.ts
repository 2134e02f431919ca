// Tables from standard input: what it can hold, what is kept of it, and what does not work without a file.
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test, vi } from "vitest";
import { offerOf } from "../../packages/cli/src/studio/offer.ts";
import { chainrule, lastJson, type Outcome, sample, workFolder } from "./command.ts";
import { ended, start } from "./crashes.ts";

const work = workFolder();
const penguins = readFileSync(sample("penguins"), "utf8");
const words = ({ stderr }: Outcome): string => stderr.replace(/\s+/g, " ");
/** Where standard input is written to while a command runs. */
const copies = work.path("copies");
mkdirSync(copies);
vi.stubEnv("TMPDIR", copies);
afterAll(() => vi.unstubAllEnvs());
const leftOver = (): string[] => readdirSync(copies);

describe("inspect -", () => {
  const columns = async (stdin: string | Uint8Array, ...options: string[]): Promise<unknown> => {
    const found = await chainrule(["inspect", "-", "--json", ...options], { stdin });
    if (found.code !== 0) return words(found);
    const {
      file,
      columns: all,
      rows,
    } = lastJson(found) as unknown as {
      file: string;
      columns: { name: string; type: string }[];
      rows: number;
    };
    expect(file).toBe("standard input");
    return [rows, ...all.map(({ name, type }) => `${name}: ${type}`)];
  };
  const wanted = [2, "a: number", "b: text"];

  test("reads text tables and JSON, compressed too, by what they begin with", async () => {
    for (const text of [
      "a,b\n1,x\n2,y\n",
      "a\tb\n1\tx\n2\ty\n",
      'a;b\n1;"x"\n2;y\n',
      '[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]',
      '\n {"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n',
    ]) {
      expect(await columns(text), text).toEqual(wanted);
      expect(await columns(gzipSync(text)), text).toEqual(wanted);
    }
  });

  test("takes a format that is said", async () => {
    expect(await columns("[a],{b}\n1,x\n2,y\n", "--format", "csv")).toEqual([2, "[a]: number", "{b}: text"]);
    expect(await columns('{"a":1,"b":"x"}\n{"a":2,"b":"y"}', "--format", "ndjson")).toEqual(wanted);
    expect(await columns("a,b\n1,x", "--format", "json")).toContain("standard input");
    const wrong = await chainrule(["inspect", "-", "--format", "parquet"], { stdin: "a\n1" });
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("csv, tsv, json, ndjson")]);
    const file = await chainrule(["inspect", sample("penguins"), "--format", "csv"]);
    expect([file.code, words(file)]).toEqual([
      1,
      expect.stringContaining("standard input, which is not read"),
    ]);
  });

  test("can be asked by a query, and be one of several files", async () => {
    const query = ["--sql", "select a, b from data where a > 1"];
    const found = await chainrule(["inspect", "-", "--json", ...query], { stdin: "a,b\n1,x\n2,y\n3,y\n" });
    expect(lastJson(found)).toMatchObject({ file: "the query", rows: 2 });
    const both = await chainrule(["inspect", "-", work.table("more.csv", "a,b\n5,z\n"), "--json"], {
      stdin: "a,b\n1,x\n2,y\n",
    });
    expect(lastJson(both)).toMatchObject({ rows: 3 });
  });

  test("says what is wrong with it", async () => {
    expect(words(await chainrule(["inspect", "-"]))).toContain("Standard input is a terminal");
    expect(await columns("")).toContain("Standard input is empty.");
    expect(await columns("PAR1\0\0\0\0")).toContain("Standard input is a Parquet file");
    expect(await columns("PK\u0003\u0004zip")).toContain("Standard input is a zip archive");
    expect(await columns("\0\0\0")).toContain("Standard input is no text file.");
    expect(await columns(gzipSync("a,b\n1,x\n".repeat(99)).subarray(0, 30))).toContain(
      "Standard input can not be unpacked: its compressed data ends too early",
    );
    expect(await columns("a,a\n1,2\n")).toContain("standard input");
    for (const told of [await columns("\0\0\0"), await columns("a,a\n1,2\n")])
      expect(told).not.toContain(copies);
  });
});

test("a run from standard input predicts, tests and explains, and says what does not work without its data", async () => {
  const run = work.path("piped");
  const asked = ["--target", "species", "--epochs", "2", "--hidden", "4"];
  const trained = await chainrule(["train", "-", ...asked, "--out", run], { stdin: penguins });
  expect(trained.code).toBe(0);
  expect(trained.stdout).toContain("standard input: 344 rows");
  expect(trained.stdout).toMatch(/predict \S+piped DATA/);
  const config = readFileSync(`${run}/config.json`, "utf8");
  expect(JSON.parse(config).data).toMatchObject({
    file: "standard input",
    files: [{ path: "-", bytes: penguins.length }],
  });
  expect(config).not.toContain(copies);
  expect(readFileSync(`${run}/report.html`, "utf8")).toContain("chainrule train - --target species");
  expect(leftOver()).toEqual([]);

  const whole = await chainrule(["predict", run, sample("penguins")]);
  for (const out of [[], ["--out", "-"], ["--input-format", "csv"]])
    expect((await chainrule(["predict", run, "-", ...out], { stdin: penguins })).stdout).toBe(whole.stdout);
  const json = ["--out", "-", "--format", "ndjson"];
  const lines = await chainrule(["predict", run, "-", ...json], { stdin: penguins });
  expect(lines.stdout.trimEnd().split("\n")).toHaveLength(344);

  // The same bytes are the same data, and so are tested on the rows that were kept.
  const tested = await chainrule(["evaluate", run, "-", "--json"], { stdin: penguins });
  expect(lastJson(tested).test.rows).toBe(69);
  expect(lastJson(await chainrule(["evaluate", run, sample("penguins"), "--json"])).test.rows).toBe(69);
  const explained = await chainrule(["explain", run, "-", "--row", "3"], { stdin: penguins });
  expect(explained.stdout).toContain("Row 3 of standard input");

  const { files, notes } = await offerOf(run);
  expect(files.filter(({ path }) => path.startsWith("data/"))).toEqual([]);
  expect(notes).toEqual([expect.stringContaining("The run's data came from standard input")]);

  rmSync(`${run}/scores.json`);
  const resumed = await chainrule(["resume", run]);
  expect([resumed.code, words(resumed)]).toEqual([
    1,
    expect.stringContaining(
      "The data of the run came from standard input, and are not kept. Write the same to a file",
    ),
  ]);
  expect((await chainrule(["resume", run, "--data", sample("penguins")])).code).toBe(0);
  expect(readdirSync(run)).toContain("scores.json");
});

test("a table of the test can not come from standard input", async () => {
  const asked = [
    "train",
    sample("penguins"),
    "--target",
    "species",
    "--test",
    "-",
    "--out",
    work.path("none"),
  ];
  const found = await chainrule(asked, { stdin: penguins });
  expect([found.code, words(found)]).toEqual([
    1,
    expect.stringContaining("can not be read from standard input"),
  ]);
});

test("a process reads what is piped into it, and removes its copy", async () => {
  const child = start(["predict", work.path("piped"), "-"], work.path("."));
  const end = ended(child);
  child.stdin?.end(penguins);
  const { code, stdout, stderr } = await end;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.trimEnd().split("\n")).toHaveLength(345);
  expect(leftOver()).toEqual([]);
  const silent = start(["inspect", "-"], work.path("."));
  silent.stdin?.end();
  const nothing = await ended(silent);
  expect([nothing.code, nothing.stderr]).toEqual([1, expect.stringContaining("Standard input is empty.")]);
});
