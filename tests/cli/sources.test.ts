// What the commands read besides CSV: Parquet, JSON, several files, queries; and what predict writes.
import { readdirSync, readFileSync, symlinkSync } from "node:fs";
import * as zlib from "node:zlib";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { beforeAll, describe, expect, test } from "vitest";
import { missingWords, type Table, textAt } from "../../packages/chainrule/src/tables/index.ts";
import { type Data, type ReadOptions, readTable } from "../../packages/cli/src/sources/index.ts";
import { chainrule, lastJson, sample, workFolder } from "./command.ts";

const work = workFolder();
let database: DuckDBConnection;
beforeAll(async () => {
  database = await (await DuckDBInstance.create(":memory:")).connect();
});

/** A Parquet file of a query's rows. */
async function parquet(name: string, query: string): Promise<string> {
  const path = work.path(name);
  await database.run(`COPY (${query}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`);
  return path;
}
const read = (data: string | Data, options: Partial<ReadOptions> = {}): Promise<Table> =>
  readTable(data, { missing: missingWords, ...options });
const typesIn = (table: Table): Record<string, string> =>
  Object.fromEntries(table.columns.map(({ name, type }) => [name, type]));
const rowsIn = (table: Table): string[][] =>
  Array.from({ length: table.rows }, (_, row) => table.columns.map((column) => textAt(column, row)));

const people = "name,age,since\nAnn,41,2020-01-02\nBob,,2021-05-06\nCid,23,\n";
const peopleRows = [
  ["Ann", "41", "2020-01-02"],
  ["Bob", "", "2021-05-06"],
  ["Cid", "23", ""],
];
const peopleObjects = [
  { name: "Ann", age: 41, since: "2020-01-02" },
  { name: "Bob", age: null, since: "2021-05-06" },
  { name: "Cid", age: 23 },
];
const lines = peopleObjects.map((row) => JSON.stringify(row)).join("\n");

/** A case of a file compressed by zstd, on a Node.js that knows it, and without its last bytes. */
const zstd = (name: string, text: string, end?: number): [string, Uint8Array][] =>
  "zstdCompressSync" in zlib ? [[name, zlib.zstdCompressSync(text).subarray(0, end)]] : [];

describe("one table, whatever the file is", () => {
  test.each<[name: string, content: string | Uint8Array]>([
    ["people.csv", people],
    ["people.tsv.gz", zlib.gzipSync(people.replaceAll(",", "\t"))],
    ["people.json", JSON.stringify(peopleObjects)],
    ["people.json.gz", zlib.gzipSync(JSON.stringify(peopleObjects))],
    ["people.ndjson", lines],
    ["people.jsonl", `${lines}\n`],
    ...zstd("people.csv.zst", people),
    ...zstd("people.ndjson.zst", lines),
    ["it's [a] *name?.csv", people],
    ["it's [a] *name?.ndjson", lines],
  ])("%s", async (name, content) => {
    const table = await read(work.table(name, content));
    expect(typesIn(table)).toEqual({ name: "text", age: "number", since: "date" });
    expect(rowsIn(table)).toEqual(peopleRows);
  });

  test("Parquet, also with another name", async () => {
    const query = `FROM read_csv('${work.table("people.csv", people)}')`;
    for (const name of ["people.parquet", "it's [one] *.pq", "people.data"])
      expect(rowsIn(await read(await parquet(name, query)))).toEqual(peopleRows);
  });
});

describe("types of Parquet", () => {
  test("become numbers, truth values, dates and texts", async () => {
    const table = await read(
      await parquet(
        "types.parquet",
        `SELECT 1::TINYINT AS i8, 2::UBIGINT AS u64, 3::HUGEINT AS i128, 1.25::DECIMAL(9, 2) AS dec,
           0.5::FLOAT AS f32, true AS yes, DATE '2020-02-29' AS day, '2020-01-01 00:00:01'::TIMESTAMP_S AS s,
           '2020-01-01 00:00:00.5'::TIMESTAMP_NS AS ns, '2020-01-01 00:00:00+02'::TIMESTAMPTZ AS tz,
           TIME '01:02:03.5' AS clock, '0012' AS code, 'a'::ENUM ('a', 'b') AS letter,
           'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID AS id, INTERVAL '2 minutes' AS wait
         UNION ALL SELECT ${new Array(15).fill("NULL").join(", ")}`,
      ),
    );
    expect(rowsIn(table)).toEqual([
      [
        ...["1", "2", "3", "1.25", "0.5", "true", "2020-02-29", "2020-01-01T00:00:01.000Z"],
        ...["2020-01-01T00:00:00.500Z", "2019-12-31T22:00:00.000Z", "3723.5", "0012", "a"],
        ...["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "120"],
      ],
      new Array(15).fill(""),
    ]);
    expect(typesIn(table)).toMatchObject({
      yes: "boolean",
      day: "date",
      tz: "date",
      code: "text",
      id: "text",
    });
    expect(table.notes).toBeUndefined();
  });

  test("keep infinite numbers and dates as what counts as missing", async () => {
    const query = "SELECT 'inf'::DOUBLE AS x, 'infinity'::DATE AS d, 'infinity'::TIMESTAMP AS t";
    const table = await read(await parquet("infinite.parquet", query));
    expect(rowsIn(table)).toEqual([["", "", ""]]);
  });

  test("that have no place in a table are left out, and wide numbers rounded, with a note", async () => {
    const path = await parquet(
      "nested.parquet",
      "SELECT 1 AS a, [1, 2] AS l, {x: 1} AS s, 'x'::BLOB AS b, 9007199254740995::BIGINT AS wide",
    );
    const table = await read(path);
    expect(rowsIn(table)).toEqual([["1", "9007199254740996"]]);
    expect(table.notes).toHaveLength(4);
    const { stdout } = await chainrule(["inspect", path]);
    expect(stdout).toContain('"l" is left out: it holds INTEGER[]');
    expect(stdout).toContain('"wide" has whole numbers beyond 2^53');
  });

  test("texts of Parquet stay texts, and those of mixed JSON lose their quotes", async () => {
    const table = await read(
      await parquet("words.parquet", "SELECT * FROM (VALUES ('1'), ('NA'), ('2')) AS t(x)"),
    );
    expect([typesIn(table), rowsIn(table)]).toEqual([{ x: "text" }, [["1"], [""], ["2"]]]);
    const mixed = work.table("mixed.json", '[{"x": 1}, {"x": "a"}, {"x": null}, {"x": true}]');
    expect(rowsIn(await read(mixed))).toEqual([["1"], ["a"], [""], ["true"]]);
  });
});

describe("several files", () => {
  test("are put together by the names of their columns", async () => {
    work.table("part-1.csv", "a,b\n1,x\n2,y\n");
    work.table("part-2.csv", "b;a\nz;3,5\n");
    await parquet("part-3.parquet", "SELECT 'w' AS b, 4 AS a");
    const table = await read(work.path("part-*"));
    expect(table.source).toBe("part-1.csv and 2 more files");
    expect(rowsIn(table)).toEqual([
      ["1", "x"],
      ["2", "y"],
      ["3.5", "z"],
      ["4", "w"],
    ]);
    const again = await read({ files: [work.path("part-2.csv"), work.path("part-?.csv")] });
    expect(again.rows).toBe(3);
  });

  test("agree on types: texts in one are texts in all, as they are written", async () => {
    work.table("kind-1.csv", "zip,n,gap\n007,1,\n008,2,\n");
    work.table("kind-2.csv", "zip,n,gap\nA1,3,5\n");
    const table = await read(work.path("kind-*.csv"));
    expect(typesIn(table)).toEqual({ zip: "text", n: "number", gap: "number" });
    expect(rowsIn(table)).toEqual([
      ["007", "1", ""],
      ["008", "2", ""],
      ["A1", "3", "5"],
    ]);
  });

  test("need the same columns, and at least one file", async () => {
    work.table("other-1.csv", "a,b\n1,2\n");
    work.table("other-2.csv", "a,c\n1,2\n");
    await expect(read(work.path("other-*.csv"))).rejects.toThrow(
      'other-2.csv lacks the column "b" that other-1.csv has.',
    );
    await expect(read(work.path("none-*.csv"))).rejects.toThrow(/No file fits .*none-\*\.csv/);
  });
});

describe("--sql", () => {
  const query = (sql: string, ...files: string[]): Promise<Table> => read({ files, sql });

  test("reads files in quotes, and those given by their names", async () => {
    const path = work.table("people.csv", people);
    const sql = "SELECT age * 2 AS twice, name FROM";
    for (const table of [
      await query(`${sql} '${path}' WHERE age > 30;`),
      await query(`${sql} people WHERE age > 30 -- the old`, path),
      await query(`WITH old AS (${sql} data WHERE age > 30) FROM old`, path),
    ])
      expect(rowsIn(table)).toEqual([["82", "Ann"]]);
    expect(typesIn(await query("SELECT 1 AS a, 'x' AS a"))).toEqual({ a: "number", a_1: "text" });
    const joined = "SELECT p.name, q.x FROM people p JOIN more q ON p.name = q.name ORDER BY q.x";
    const more = work.table("more.ndjson", '{"name": "Bob", "x": 2}\n{"name": "Ann", "x": 1}\n');
    expect(rowsIn(await query(joined, path, more))).toEqual([
      ["Ann", "1"],
      ["Bob", "2"],
    ]);
  });

  test.each<[sql: string, message: string | RegExp]>([
    ["", "The query is empty."],
    ["selec 1", /can not be run: syntax error at or near "selec"\. Line 1 of the query, at "selec 1"/],
    ["select 1 as a,\n  nope from people", /"nope".*Line 2 of the query, at "nope/],
    ["select * from nowhere", /nowhere does not exist.*The files given are the tables "people" and "data"/],
    ["select * from 'nowhere.csv'", /No files found that match the pattern "nowhere.csv"/],
    ["select * from 'https://example.org/a.csv'", "Only files on this machine are read"],
    ["select [1] as a", "the query has no column of single values"],
    ["select name::int as n from people", /can not be run: Could not convert string "?'?Ann/],
    ["select 1; select 2", "The query is not one SELECT."],
    ["copy people to 'copy.csv'", "The query is not one SELECT."],
    ["create table t as select 1", "The query is not one SELECT."],
    ["install httpfs", "The query is not one SELECT."],
    ["select 1) union (select 2", /can not be run: syntax error/],
  ])("refuses %j", async (sql, message) => {
    const before = readdirSync(".");
    await expect(query(sql, work.table("people.csv", people))).rejects.toThrow(message);
    expect(readdirSync(".")).toEqual(before);
  });
});

describe("files that are no tables", () => {
  test.each<[name: string, content: string | Uint8Array, message: string | RegExp]>([
    ["number.json", "3", "number.json holds no table. A table in JSON is a list of objects"],
    ["list.json", "[1, 2]", "list.json holds no table."],
    ["none.json", "[]", "none.json holds no table."],
    ["open.json", '[{"a": 1}', /open\.json (ends before its list does|is no JSON)/],
    ["bad.ndjson", '{"a": 1}\n{"a": \n', /Line \d of bad\.ndjson is no JSON: unexpected/],
    ["text.ndjson", "a,b\n1,2\n", /of text\.ndjson is no JSON/],
    ["latin.json", Buffer.from('[{"a": "\u00e9"}]', "latin1"), "invalid UTF-8"],
    ["nested.json", '[{"a": [1]}, {"a": [2]}]', "nested.json has no column of single values."],
    ["empty.json", "", "empty.json is empty."],
    ["text.parquet", people, "text.parquet is no whole Parquet file"],
    ["short.parquet", "PAR1", "short.parquet is no whole Parquet file"],
    ["cut.csv.gz", zlib.gzipSync(people).subarray(0, -12), "its compressed data ends too early"],
    ...zstd("cut.csv.zst", people, -6).map(([name, content]): [string, Uint8Array, RegExp] => [
      name,
      content,
      /compressed data (ends too early|is damaged)/,
    ]),
  ])("%s", async (name, content, message) => {
    const { code, stderr } = await chainrule(["inspect", work.table(name, content)]);
    expect(code).toBe(1);
    expect(stderr).not.toMatch(/should not have happened/);
    expect(stderr.replace(/\s+/g, " ")).toMatch(typeof message === "string" ? literally(message) : message);
  });

  test("Parquet without rows, cut off, and damaged", async () => {
    const whole = readFileSync(
      await parquet("whole.parquet", "SELECT range AS a, range % 2 AS y FROM range(5000)"),
    );
    const empty = await parquet("rowless.parquet", "SELECT 1 AS a, 2 AS y WHERE false");
    expect(lastJson(await chainrule(["inspect", empty, "--json"]))).toMatchObject({ rows: 0 });
    const trained = await chainrule(["train", empty, "-t", "y", "-o", work.path("no-run")]);
    expect(trained.stderr).toContain("rowless.parquet has no rows");
    await expect(read(work.table("cut.parquet", whole.subarray(0, -100)))).rejects.toThrow(
      "cut.parquet is no whole Parquet file",
    );
    const damaged = work.table("damaged.parquet", Buffer.from(whole).fill(0xff, 4, 400));
    await expect(read(damaged)).rejects.toThrow("damaged.parquet can not be read as Parquet: ");
  });

  test("a folder", async () => {
    await expect(read(work.path("."))).rejects.toThrow("is a folder where a table must be");
  });
});

const literally = (text: string): RegExp => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));

describe("inspect", () => {
  test("tells of a table without rows", async () => {
    const { code, stdout } = await chainrule(["inspect", work.table("header.csv", "a,b,c\n")]);
    expect(code).toBe(0);
    expect(stdout).toContain("! There are no rows, only a header");
  });

  test("shows pictures, the target, and warnings", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 10},${i % 2 ? "no" : "maybe"},${i % 2},5,${i}`);
    const path = work.table("inspect.csv", `a,y,code,same,id\n${rows.join("\n")}\n`);
    const { stdout, code } = await chainrule(["inspect", path, "--target", "y"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/a +number +· +10 {2}█{10} +0 … 4\.500 … 9/);
    expect(stdout).toMatch(/y +target/);
    expect(stdout).toMatch(/maybe +30 +50\.0 % {2}█{12}\n/);
    const plain = stdout.replace(/\s+/g, " ");
    expect(plain).toContain('! Each value of "code" goes with one class of "y".');
    expect(plain).toContain('"same" is not used: it is the same in every row.');
    expect(plain).toContain('"id" is not used: it is a number for each row, like an identifier.');
    const json = lastJson(await chainrule(["inspect", path, "--target", "y", "--json"]));
    expect(json).toMatchObject({ file: "inspect.csv", rows: 60, duplicateRows: 0 });
    expect(json.leaks).toMatchObject([
      { name: "a", how: "values" },
      { name: "code", how: "values" },
    ]);
  });

  test("takes types, roles, and a file of options", async () => {
    const path = work.table("zip.csv", "zip,n,y\n01,1,a\n02,0,b\n03,1,a\n");
    const config = work.table("options.json", '{"types": {"n": "boolean"}, "exclude": ["y"], "lr": 0.1}');
    const uses = async (...args: string[]): Promise<unknown> => {
      const outcome = await chainrule(["inspect", path, "--json", ...args]);
      expect(outcome.code, outcome.stderr).toBe(0);
      return (lastJson(outcome).columns as { use: string }[]).map(({ use }) => use);
    };
    expect(await uses()).toEqual(["category", "number", "category"]);
    expect(await uses("--types", "zip=number,n=category")).toEqual(["number", "category", "category"]);
    expect(await uses("--config", config)).toEqual(["category", "boolean", "unused"]);
    expect(await uses("--config", config, "--types", "n=category")).toEqual([
      "category",
      "category",
      "unused",
    ]);
  });

  test("takes amounts for numbers where a type or a model says so", async () => {
    const path = work.table("bills.csv", 'bill,share\n"$1,234.56",12 %\n(5),7 %\n12,1 %\n');
    const wanted = [
      ["bill", "number"],
      ["share", "number"],
    ] as const;
    const rows = [
      ["1234.56", "12"],
      ["-5", "7"],
      ["12", "1"],
    ];
    expect(typesIn(await read(path))).toEqual({ bill: "text", share: "text" });
    expect(rowsIn(await read(path, { overrides: wanted }))).toEqual(rows);
    expect(rowsIn(await read(path, { types: new Map(wanted), typedOnly: true }))).toEqual(rows);
  });

  test.each<[args: string[], code: number, message: string]>([
    [["--types", "agee=number"], 1, 'no column "agee" to be the column of --types. Did you mean "age"?'],
    [
      ["--types", "name=number"],
      1,
      'Column "name" of people.csv can not be of type number: data row 1 has "Ann"',
    ],
    [["--types", "name=txt"], 2, '"txt" is no type.'],
    [["--types", "name"], 2, "Give names with types"],
    [["--target", "agee"], 1, 'Did you mean "age"?'],
    [["--config", "nowhere.json"], 1, "nowhere.json does not exist"],
  ])("refuses %j", async (args, code, message) => {
    const outcome = await chainrule(["inspect", work.table("people.csv", people), ...args]);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr.replace(/\s+/g, " ")).toContain(message);
  });

  test("needs something to read", async () => {
    const { code, stderr } = await chainrule(["inspect"]);
    expect(code).toBe(2);
    expect(stderr).toContain("missing required argument 'data' (or --sql)");
  });
});

describe("predict", () => {
  const classes = work.path("classes");
  const numbers = work.path("numbers");
  beforeAll(async () => {
    const quick = ["--hidden", "4", "--epochs", "1", "--quiet"];
    for (const args of [
      [sample("penguins"), "-t", "species", "-o", classes],
      [sample("diabetes"), "-t", "progression", "-o", numbers],
    ])
      expect((await chainrule(["train", ...args, ...quick])).code).toBe(0);
  });
  const rows = async (path: string): Promise<Record<string, unknown>[]> => {
    const found = await database.run(`FROM '${path}'`);
    return (await found.getRowObjectsJson()) as Record<string, unknown>[];
  };

  test("writes the same to CSV, NDJSON and Parquet, by the name of the file", async () => {
    const args = ["predict", classes, sample("penguins"), "--columns", "species,body_mass_g", "-o"];
    for (const name of ["same.csv", "same.ndjson", "same.parquet"])
      expect(await chainrule([...args, work.path(name)])).toMatchObject({ code: 0, stdout: "" });
    const table = await rows(work.path("same.parquet"));
    expect(table).toHaveLength(344);
    expect(Object.keys(table[0])).toEqual([
      ...["species", "body_mass_g", "predicted_species", "probability"],
      ...["p_Adelie", "p_Chinstrap", "p_Gentoo"],
    ]);
    expect(await rows(work.path("same.csv"))).toEqual(
      table.map((row) => ({ ...row, body_mass_g: row.body_mass_g === null ? null : expect.anything() })),
    );
    const objects = readFileSync(work.path("same.ndjson"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(objects.map(({ probabilities, ...row }) => [row, probabilities.Gentoo])).toEqual(
      table.map(({ p_Adelie: _, p_Chinstrap: __, p_Gentoo, ...row }) => [row, p_Gentoo]),
    );
  });

  test("repeats columns of every type", async () => {
    const path = work.path("in.parquet");
    await parquet(
      "in.parquet",
      `SELECT *, range::DATE AS day, age > 50 AS old FROM '${sample("diabetes")}' POSITIONAL JOIN range(DATE '2020-01-01', DATE '2021-03-18', INTERVAL 1 DAY) AS t(range)`,
    );
    const args = ["predict", numbers, path, "--columns", "all", "-o"];
    for (const name of ["all.csv", "all.parquet"])
      expect(await chainrule([...args, work.path(name)])).toMatchObject({ code: 0 });
    const [first] = await rows(work.path("all.parquet"));
    expect(first).toMatchObject({ day: "2020-01-01 00:00:00", old: expect.any(Boolean) });
    expect(Object.keys(first).at(-1)).toBe("predicted_progression");
    expect(readFileSync(work.path("all.csv"), "utf8")).toMatch(/,2020-01-01,(true|false),/);
  });

  test("reads several files and queries", async () => {
    const one = sample("penguins");
    const twice = work.path("copy.csv");
    symlinkSync(one, twice);
    const lines = async (...args: string[]): Promise<number> => {
      const { code, stdout } = await chainrule(["predict", classes, ...args]);
      expect(code).toBe(0);
      return stdout.trimEnd().split("\n").length - 1;
    };
    expect(await lines(one, twice)).toBe(688);
    expect(await lines(one, "--sql", "from data where island = 'Dream'")).toBe(124);
    expect(await lines("--sql", `from '${one}' limit 3`)).toBe(3);
  });

  test("refuses what it can not write, and writes over nothing", async () => {
    const refused = async (message: string, ...args: string[]): Promise<void> => {
      const before = work.names();
      const { code, stdout, stderr } = await chainrule(["predict", classes, ...args]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr.replace(/\s+/g, " ")).toContain(message);
      expect(work.names()).toEqual(before);
    };
    const data = await parquet("own.parquet", `FROM '${sample("penguins")}'`);
    await refused("A Parquet file can not be printed.", data, "--format", "parquet");
    await refused("own.parquet is the table being predicted", sample("penguins"), data, "-o", data);
    await refused('no column "sx" to be the column to repeat. Did you mean "sex"?', data, "--columns", "sx");
    const other = work.table("other.parquet", "mine");
    await refused("exists already; nothing is ever written over", data, "-o", other);
    expect(readFileSync(other, "utf8")).toBe("mine");
  });
});
