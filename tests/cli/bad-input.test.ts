import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { chainrule, sample, workFolder } from "./command.ts";

const work = workFolder();
const out = (name: string): string[] => [
  "--out",
  work.path(name),
  "--hidden",
  "4",
  "--epochs",
  "1",
  "--quiet",
];

/** A table of 40 rows with numbers a and b, a text c, and classes y; some of its lines changed. */
function lines(change: Record<number, string> = {}): string[] {
  const all = Array.from(
    { length: 40 },
    (_, i) => `${i * 3},${Math.sin(i).toFixed(4)},${"rgb"[i % 3]},c${i % 2}`,
  );
  const table = ["a,b,c,y", ...all];
  for (const [line, text] of Object.entries(change)) table[Number(line)] = text;
  return table;
}
const text = (change: Record<number, string> = {}): string => `${lines(change).join("\n")}\n`;
/** The table with more columns: their names, and their values in every row. */
const extended = (names: string, values: string): string =>
  lines()
    .map((line, i) => `${line},${i === 0 ? names : values}`)
    .join("\n");
const rows = (row: (i: number) => string, n = 40): string =>
  `a,y\n${Array.from({ length: n }, (_, i) => row(i)).join("\n")}\n`;

/** An error is two parts on standard error, without a stack; nothing is printed, nothing is written. */
async function refused(args: readonly string[]): Promise<string> {
  const before = work.names();
  const { code, stdout, stderr } = await chainrule(args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).not.toMatch(/This should not have happened|\n\s+at /);
  expect(stderr.trimEnd().split("\n").length).toBeGreaterThan(1);
  expect(work.names()).toEqual(before);
  return stderr.replace(/\s+/g, " ");
}

describe("train refuses", () => {
  test.each<[name: string, content: string | Uint8Array, message: string | RegExp, ...args: string[]]>([
    ["an empty file", "", "table.csv is empty. Give a table"],
    ["spaces only", " \n\n  \n", "has no text in it"],
    ["a header without rows", "a,b,y\n", "has no rows below its header"],
    ["one row", "a,y\n1,x\n", "There is 1 row with a value of"],
    ["five rows", rows((i) => `${i},${i % 2}`, 5), /at least 10 are needed/],
    ["an unknown target", text(), 'no column "why" to be the target. Its columns are "a", "b"', "why"],
    ["a misspelt target", text(), 'Did you mean "y"?', "Y "],
    [
      "an unknown column to exclude",
      text(),
      'no column "bb" to be the column to exclude. Did you mean "b"?',
      "y",
      "--exclude",
      "bb",
    ],
    ["a target with one class", rows((i) => `${i},x`), 'The target "y" has the same value in all 40 rows'],
    ["a target without values", rows((i) => `${i},`), 'There is no row with a value of "y"'],
    [
      "a target of names",
      rows((i) => `${i % 7},person ${i}`),
      "40 different values in 40 rows: too many to be classes",
    ],
    ["a target of dates", rows((i) => `${i % 7},2020-01-${10 + (i % 20)}`), 'The target "y" holds dates'],
    [
      "texts where numbers must be",
      text(),
      'holds texts, such as "c0", where regression needs numbers. Choose --task classification',
      "y",
      "--task",
      "regression",
    ],
    [
      "a stray text in a column of numbers",
      text({ 17: "abc,0.1,r,c0" }),
      'Column "a" of table.csv holds numbers, but data row 17 has "abc". Correct it, pass --missing abc, or --exclude a.',
    ],
    [
      "a stray text in a target of numbers",
      text({ 17: "abc,0.1,r,c0" }),
      'data row 17 has "abc". Correct it, or pass --missing abc.',
      "a",
    ],
    [
      "a stray text that is no word for missing values",
      text({ 17: '"1,2",0.1,r,c0' }),
      'data row 17 has "1,2". Correct it, or pass --exclude a.',
    ],
    [
      "a target that is excluded",
      text(),
      '"y" is the target, and so can not be excluded. Leave it out of the excluded columns, or choose another target.',
      "y",
      "--exclude",
      "a,y",
    ],
    [
      "nothing to learn from but an identifier",
      `my id,y\n${Array.from({ length: 40 }, (_, i) => `${i},c${i % 2}`).join("\n")}\n`,
      "Use it all the same by --include 'my id', or give more columns.",
    ],
    [
      "nothing to learn from",
      rows((i) => `5,c${i % 2}`),
      'no column from which to predict "y": "a" is the same in every row',
    ],
    ["two columns of one name", "a,b,a\n1,2,3\n", 'Columns 1 and 3 of table.csv are both named "a"'],
    [
      "a line with too few fields",
      text({ 5: "1,2" }),
      "Line 6 of table.csv has 2 fields where the header has 4",
    ],
    [
      "a line with too many fields",
      text({ 5: "1,2,3,4,5" }),
      "Line 6 of table.csv has more than 4 fields where the header has 4",
    ],
    ["a quote without its partner", text({ 5: '1,2,"r,c0' }), /quote without its partner/],
    ["text after a quote", text({ 5: '1,2,"r" x,c0' }), /quote without its partner, or text after one/],
    ["another encoding", Buffer.from(text({ 5: "1,2,\u00e9,c0" }), "latin1"), "is not written in UTF-8"],
    ["UTF-16", Buffer.from(`\ufeff${text()}`, "utf16le"), "is written in UTF-16"],
    ["a picture", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1]), "is no text file"],
    [
      "an Excel workbook",
      Buffer.from("PK\u0003\u0004xl/workbook.xml"),
      "is a zip archive (Excel workbooks are such)",
    ],
    ["a broken Parquet file", Buffer.from("PAR1...."), "table.csv is no whole Parquet file"],
    [
      "a gzipped file that is cut off",
      gzipSync(text()).subarray(0, -12),
      "its compressed data ends too early",
    ],
    [
      "a gzipped file that is damaged",
      Buffer.from(gzipSync(text()).map((b, i) => (i === 60 ? b ^ 0xff : b))),
      "its compressed data is damaged",
    ],
    [
      "a comment above the header",
      `# mine\n${text()}`,
      "Line 2 of table.csv has more than 1 field where the header has 1",
    ],
    ["mixed line ends", text().replace("\n", "\r\n"), "mixes kinds of line ends"],
    [
      "a part of no rows",
      text(),
      "none of 40 rows is left for validation",
      "y",
      "--validation-size",
      "0.001",
    ],
  ])("%s", async (_, content, message, target = "y", ...args) => {
    const table = work.table("table.csv", content);
    const stderr = await refused(["train", table, "--target", target, ...out("refused"), ...args]);
    if (typeof message === "string") expect(stderr).toContain(message);
    else expect(stderr).toMatch(message);
  });

  test("a path that is not there, and a folder", async () => {
    expect(await refused(["train", work.path("nowhere.csv"), "-t", "y", ...out("refused")])).toContain(
      "nowhere.csv does not exist",
    );
    expect(await refused(["train", work.path("."), "-t", "y", ...out("refused")])).toContain("is a folder");
    expect(await refused(["train", "", "-t", "y", ...out("refused")])).toContain('"" does not exist');
  });

  test("a test table without the target, with another class, or without a column", async () => {
    const table = work.table("table.csv", text());
    const withTest = (content: string): Promise<string> =>
      refused(["train", table, "-t", "y", "--test", work.table("test.csv", content), ...out("refused")]);
    expect(await withTest("a,b,c\n1,2,r\n")).toContain('test.csv has no column "y" to be the target');
    expect(await withTest("a,b,c,y\n1,2,r,\n")).toContain("no row with a value of");
    expect(await withTest("a,b,c,y\n1,2,r,c9\n")).toContain('Data row 1 of test.csv has the y "c9"');
    expect(await withTest("a,c,y\n1,r,c0\n")).toContain('test.csv lacks the column "b"');
  });
});

describe("train takes", () => {
  test("a stray text, once the message's advice is followed, and so do predict and evaluate", async () => {
    const stray = Array.from({ length: 40 }, (_, i) => `${i === 16 ? "abc" : i * 3},${i % 7},c${i % 2}`);
    const table = work.table("stray.csv", `a,b,y\n${stray.join("\n")}\n`);
    for (const [name, ...advice] of [
      ["advised-missing", "--missing", "abc"],
      ["advised-exclude", "--exclude", "a"],
    ]) {
      const trained = await chainrule(["train", table, "-t", "y", ...out(name), ...advice]);
      expect(trained).toMatchObject({ code: 0, stderr: "" });
      for (const command of ["predict", "evaluate"])
        expect(await chainrule([command, work.path(name), table])).toMatchObject({ code: 0, stderr: "" });
    }
  });

  test.each<[name: string, content: string | Uint8Array]>([
    ["a byte order mark", `\ufeff${text()}`],
    ["Windows' line ends", text().replaceAll("\n", "\r\n")],
    ["old Macintosh line ends", text().replaceAll("\n", "\r")],
    ["no line end at the end", text().trimEnd()],
    ["empty lines around", `\n\n${text()}\n\n`],
    ["tabs", text().replaceAll(",", "\t")],
    ["semicolons and decimal commas", text().replaceAll(",", ";").replaceAll(".", ",")],
    ["quotes with delimiters and line ends within", text({ 3: '1,2,"r, ""x""\nz",c0' })],
    ["a gzipped file", gzipSync(text())],
    ["missing values", text({ 3: ",,,c0", 4: "NA,?,null,c1" })],
    ["missing targets", text({ 3: "1,2,r,", 4: "1,2,r,NA" })],
    ["wide integers", text({ 3: "123456789012345678901234567890,2,r,c0" })],
    ["infinite and huge values", text({ 3: "1e999,-inf,r,c0", 4: "1.7e308,-1.7e308,r,c1" })],
    ["a column without values and one that is constant", extended("d,e", ",5")],
    ["a column without a name", text().replace("a,b", ",b")],
    ["names that differ in case", text().replace("a,b", "B,b")],
    ["names with signs", text().replace("a,b", '"it\'s, a","b\u001b[31m"')],
    ["dates and truth values", extended("d,e", "2020-03-04 10:00,yes")],
    ["a class with one row", text({ 3: "1,2,r,rare" })],
  ])("%s", async (_, content) => {
    const name = `taken-${Math.random()}`;
    const table = work.table("table.csv", content);
    const outcome = await chainrule(["train", table, "--target", "y", ...out(name), "--json"]);
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(readdirSync(work.path(name))).toContain("scores.json");
    const predicted = await chainrule(["predict", work.path(name), table]);
    expect(predicted.stderr).not.toContain("should not");
    expect(predicted.code).toBe(0);
  });

  test("ten rows, with one for the test", async () => {
    const table = work.table(
      "table.csv",
      rows((i) => `${i * i},c${i % 2}`, 10),
    );
    const args = ["train", table, "--target", "y", ...out("ten"), "--test-size", "0.1", "--json"];
    const { code, stdout } = await chainrule(args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).test.rows).toBe(1);
  });
});

describe("a run that is not whole is refused", () => {
  const run = work.path("run");
  beforeAll(async () => {
    const table = work.table("table.csv", text());
    expect((await chainrule(["train", table, "-t", "y", ...out("run")])).code).toBe(0);
  });
  const predict = (): Promise<string> => refused(["predict", run, work.path("table.csv")]);

  async function damaged(file: string, change: (content: Buffer) => string | Uint8Array): Promise<string> {
    const path = `${run}/${file}`;
    const content = readFileSync(path);
    writeFileSync(path, change(content));
    try {
      return await predict();
    } finally {
      writeFileSync(path, content);
    }
  }
  const edited = (edit: (config: Record<string, never>) => void) =>
    damaged("config.json", (content) => {
      const config = JSON.parse(content.toString());
      edit(config);
      return JSON.stringify(config);
    });

  test("by what is wrong with it", async () => {
    expect(await refused(["predict", work.path("no-run"), sample("penguins")])).toContain(
      "is no run: there is no config.json in it",
    );
    expect(await damaged("config.json", () => "{")).toContain("config.json is no JSON: ");
    expect(await damaged("config.json", () => "[]")).toContain("not the configuration of a chainrule run");
    expect(await edited((c) => Object.assign(c, { version: 9 }))).toContain(
      "version 9, and this chainrule reads version 2",
    );
    expect(await edited((c) => Object.assign(c.data, { missing: 3 }))).toContain(
      "data.missing is no list of texts",
    );
    expect(await edited((c) => Object.assign(c.settings, { seed: "x" }))).toContain(
      "settings.seed is no whole number",
    );
    expect(await edited((c) => Object.assign(c.settings, { optimizer: "adamm" }))).toContain(
      'config.json: The setting optimizer is "adamm"',
    );
    const network = { inputs: 99 };
    expect(await edited((c) => Object.assign((c.model as { network: object }).network, network))).toMatch(
      /config.json: model.network.inputs is 99 where the features ask for/,
    );
    expect(await damaged("model.safetensors", (content) => content.subarray(0, -1))).toContain(
      "is no whole safetensors file",
    );
    expect(await damaged("model.safetensors", () => "")).toContain("it has 0 bytes");
  });

  test("and so is data that does not fit it", async () => {
    const data = (content: string): Promise<string> =>
      refused(["predict", run, work.table("new.csv", content)]);
    expect(await data("a,b,cc\n1,2,r\n")).toContain(
      'lacks the column "c", which the model was trained with. Did you mean "cc"?',
    );
    expect(await data("a,b,c\n1,2,r\nabc,2,r\n")).toContain(
      'Data row 2 of new.csv has "abc" in column "a", where a number must be',
    );
    const long = Array.from({ length: 40 }, (_, i) => `${i === 16 ? "abc" : i * 7},2,r,c0`).join("\n");
    for (const command of ["predict", "evaluate"])
      expect(await refused([command, run, work.table("new.csv", `a,b,c,y\n${long}\n`)])).toContain(
        'data row 17 has "abc". Correct it, or leave the field empty.',
      );
    const label = work.table("new.csv", "a,b,c,y\n1,2,r,c0\n1,2,r,other\n");
    expect(await refused(["evaluate", run, label])).toContain('Data row 2 of new.csv has the y "other"');
    const unlabelled = work.table("new.csv", "a,b,c,y\n1,2,r,\n");
    expect(await refused(["evaluate", run, unlabelled])).toContain("no row with a value of");
    expect((await chainrule(["predict", run, work.table("new.csv", "a,b,c\n")])).stdout).toBe(
      "y,probability,p_c0,p_c1\n",
    );
  });

  test("predictions are not half-written", async () => {
    const args = ["predict", run, work.path("table.csv"), "--out"];
    expect(await refused([...args, work.path("no/where.csv")])).toMatch(/The folder \S+no does not exist/);
    mkdirSync(work.path("taken"), { recursive: true });
    await refused([...args, work.path("taken")]);
    rmSync(work.path("taken"), { recursive: true });
  });

  test("predictions replace neither their own table nor another file", async () => {
    const content = "a,b,c\n1,2,r\n";
    const own = work.table("own.csv", content);
    symlinkSync(own, work.path("link.csv"));
    for (const name of ["own.csv", "link.csv"]) {
      expect(await refused(["predict", run, own, "-o", work.path(name)])).toContain(
        `${name} is the table being predicted; --out would replace it. Choose another --out.`,
      );
    }
    const other = work.table("other.txt", "mine");
    expect(await refused(["predict", run, own, "-o", other])).toContain(
      "exists already; nothing is ever written over. Choose another --out, or remove it first.",
    );
    expect([own, other].map((path) => readFileSync(path, "utf8"))).toEqual([content, "mine"]);
  });
});
