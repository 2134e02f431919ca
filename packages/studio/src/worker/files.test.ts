/** Files that are opened: tables, runs, models, and what is none of them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ChainruleError } from "chainrule";
import { type Cell, load, modelBytes, tableFromRows, trainTable } from "chainrule/tables";
import { beforeAll, describe, expect, test } from "vitest";
import type { Opened, OpenFile, Project } from "../protocol.ts";
import { sha256 } from "./project/bundled.ts";
import { tableFromCsv } from "./project/csv.ts";
import { fetchFile, folder, started } from "./testing/started.ts";

const file = (path: string, content: string | Uint8Array): OpenFile => ({
  path,
  bytes: typeof content === "string" ? new TextEncoder().encode(content) : content,
});

const opens = (opened: Opened): Project => {
  if (opened.state !== "open") throw new Error("The table waits for its target.");
  return opened.project;
};

const houses = ["area,city,rooms,price"];
for (let i = 0; i < 120; i++) {
  const area = 40 + ((i * 37) % 90);
  const city = ["Ulm", "Bonn", "Köln"][i % 3];
  houses.push(`${area},${city},${1 + (i % 5)},${Math.round(2.5 * area + 20 * (i % 3) + (i % 7))}`);
}

describe("a table", () => {
  test("is previewed, and waits for its target", async () => {
    const { studio } = started();
    const opened = await studio.openFiles([file("data/houses.csv", houses.join("\n"))]);
    expect(opened).toMatchObject({ state: "target", name: "houses.csv", rows: 120, guess: "price" });
    if (opened.state !== "target") return;
    expect(opened.columns.map(({ name, type }) => [name, type])).toEqual([
      ["area", "number"],
      ["city", "text"],
      ["rooms", "number"],
      ["price", "number"],
    ]);
    expect(opened.columns[0]).toMatchObject({ summary: "40 – 129", missing: 0 });
    expect(opened.columns[0].histogram?.counts.reduce((a, b) => a + b)).toBe(120);
    expect(opened.head[0]).toEqual(["40", "Ulm", "1", "100"]);
  });

  test("is learned, traced, and saved as a model that chainrule loads", async () => {
    const { studio, said } = started();
    await studio.openFiles([file("houses.csv", houses.join("\n"))]);
    const project = opens(await studio.chooseTarget("price"));
    expect(project).toMatchObject({
      kind: "table",
      task: "regression",
      trainable: true,
      outputNames: ["price"],
    });
    expect(project.inputNames.toSorted()).toEqual([
      "area",
      "city = Bonn",
      "city = Köln",
      "city = Ulm",
      "rooms",
    ]);
    expect(project.rows.training + project.rows.validation + project.rows.test).toBe(120);
    await studio.rewind(600);
    expect(said.at(-1)?.measured.at(-1)?.validation?.score).toBeGreaterThan(0.9);
    const row = studio.row("test", 0);
    expect(row.cells.map(({ name }) => name)).toEqual(["area", "city", "rooms", "price"]);
    const { name, bytes } = studio.modelFile();
    expect(name).toBe("houses.safetensors");
    const model = await load(bytes);
    const cells = Object.fromEntries(
      row.cells.map(({ name, text }) => [name, name === "city" ? text : Number(text)]),
    );
    const said2 = model.predict(cells as never) as unknown as { prediction: number };
    expect(Math.abs(said2.prediction / Number(row.predicted) - 1)).toBeLessThan(1e-4);
    // The same file opens here: without data it is traced on typed numbers, with the table on its rows.
    const again = started();
    const alone = opens(await again.studio.openFiles([file(name, bytes)]));
    expect(alone).toMatchObject({
      kind: "model",
      trainable: false,
      rows: { training: 0, validation: 0, test: 0 },
    });
    const trace = again.studio.trace({
      step: -1,
      rows: { kind: "typed", inputs: [...row.inputs], target: null },
    });
    // One number without a target is looked at itself.
    expect(trace.target).toBeNull();
    expect(trace.loss?.value).toBe(trace.output);
    expect(() => again.studio.run()).toThrow(/no data to train on/);
    const beside = opens(await again.studio.openFiles([file("houses.csv", houses.join("\n"))]));
    expect(beside).toMatchObject({ kind: "model", trainable: false, rows: { test: 120 } });
    again.studio.trace({ step: -1, rows: { kind: "row", part: "test", row: 119 } });
  });

  test.each([
    ["semicolons", "a;b\n1,5;x\n2,5;y\n"],
    ["tabs and a byte order mark", "\ufeffa\tb\n1\tx\n2\ty\n"],
    ["carriage returns and empty lines", "\r\na,b\r\n1,x\r\n\r\n2,y\r\n"],
  ])("with %s", (_, text) => {
    const { columns, rows } = tableFromCsv(new TextEncoder().encode(text), "t.csv");
    expect(columns.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(rows).toBe(2);
  });

  test("as JSON, and as a JSON object in each line", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({
      x: i,
      __proto__x: i % 3,
      label: i % 2 ? "a" : "b",
    }));
    for (const [name, text] of [
      ["t.json", JSON.stringify(rows)],
      ["t.ndjson", rows.map((row) => JSON.stringify(row)).join("\n")],
    ]) {
      const { studio } = started();
      expect(await studio.openFiles([file(name, text)])).toMatchObject({ state: "target", rows: 40 });
      expect(opens(await studio.chooseTarget("label"))).toMatchObject({
        task: "classification",
        outputNames: ["a", "b"],
      });
    }
  });

  test("whose columns are pixels is a picture", async () => {
    const { studio } = started();
    await studio.openFiles([file("digits.csv", await fetchFile("digits.csv"))]);
    const { picture, inputNames } = opens(await studio.chooseTarget("digit"));
    expect(picture).toMatchObject({ width: 8, height: 8 });
    expect(picture?.pixels).toHaveLength(inputNames.length);
    expect(picture?.pixels?.[0]).toBe(
      Number(inputNames[0].split("_")[1]) * 8 + Number(inputNames[0].split("_")[2]),
    );
  });

  test("with script in its names stays text", async () => {
    const { studio } = started();
    const lines = ["<script>alert(1)</script>,y"];
    for (let i = 0; i < 30; i++) lines.push(`${i % 11},${i % 2}`);
    await studio.openFiles([file("<img src=x>.csv", lines.join("\n"))]);
    expect(opens(await studio.chooseTarget("y")).inputNames).toEqual(["<script>alert(1)</script>"]);
  });
});

describe("a run", () => {
  let files: OpenFile[];
  let table: OpenFile;

  beforeAll(async () => {
    const text = houses.join("\n");
    table = file("run-1/data/houses.csv", text);
    const source = tableFromCsv(table.bytes, "houses.csv");
    const options = { target: "price", testSize: 0.2, validationSize: 0.15, seed: 2, hidden: [8], epochs: 3 };
    const { model, settings } = await trainTable(source, options);
    const config = {
      format: "chainrule run",
      version: 2,
      settings,
      asked: { target: "price", seed: 2, missing: [""] },
      data: {
        parts: { training: 82 },
        file: "houses.csv",
        sha256: await sha256(table.bytes),
        testSize: 0.2,
        validationSize: 0.15,
      },
    };
    files = [
      file("run-1/config.json", JSON.stringify(config)),
      file(
        "run-1/history.ndjson",
        '{"epoch":1,"loss":0.5,"seconds":2,"validationLoss":0.75}\n{"epoch":2,"loss":0.25,"seconds":1,"validationLoss":0.5}\n{"epoch":3,"lo',
      ),
      file("run-1/scores.json", '{"test":{"task":"regression","r2":0.9}}'),
      file("run-1/model.safetensors", modelBytes(model)),
    ];
  });

  test("without its data is traced on typed numbers", async () => {
    const { studio } = started();
    const project = opens(await studio.openFiles(files));
    expect(project).toMatchObject({ kind: "run", title: "run-1", trainable: false, config: { hidden: [8] } });
    studio.trace({ step: -1, rows: { kind: "typed", inputs: project.inputNames.map(() => 0), target: 200 } });
  });

  test("with its data has the rows that it was trained on, starts from its weights, and trains on", async () => {
    const { studio, said } = started();
    const project = opens(await studio.openFiles([...files, table]));
    expect(project).toMatchObject({ kind: "run", trainable: true });
    expect(project.rows).toMatchObject({ training: 82, test: 24 });
    const [run] = studio.runs();
    expect(run).toMatchObject({ name: "run-1", steps: 4, seconds: 3, score: 0.9, loss: 0.5 });
    expect(run.config).toMatchObject({
      activation: "mish",
      optimizer: "adamw",
      hidden: [8],
      batchSize: 64,
      dropout: 0.15,
      lr: 0.2,
    });
    expect(run.curve).toEqual({ steps: [2, 4], training: [0.5, 0.25], validation: [0.75, 0.5] });
    studio.listen((progress) => said.push(progress));
    const start = said.at(-1)?.measured[0].training.loss ?? Number.NaN;
    await studio.rewind(60);
    const end = said.at(-1)?.measured.at(-1)?.training.loss ?? Number.NaN;
    expect(end).toBeLessThan(start);
    // Another architecture starts anew, and the own one again from the run's weights.
    studio.configure({ ...project.config, hidden: [4] });
    studio.openRun(run.id);
    said.length = 0;
    studio.listen((progress) => said.push(progress));
    expect(said[0].measured[0].training.loss).toBe(start);
  });

  test("goes with a table that is dropped after it, its own or another of the same columns", async () => {
    const { studio } = started();
    await studio.openFiles(files);
    expect(opens(await studio.openFiles([table]))).toMatchObject({ kind: "run", trainable: true });
    await studio.openFiles(files);
    const other = file("other.csv", houses.slice(0, 50).join("\n"));
    const project = opens(await studio.openFiles([other]));
    expect(project).toMatchObject({ kind: "run", trainable: false, rows: { training: 0, test: 49 } });
    expect(project.warnings[0]).toMatch(/not the file that the run was trained on/);
  });

  test("is told by its damages", async () => {
    const { studio } = started();
    const without = (name: string) => files.filter(({ path }) => !path.endsWith(name));
    const changed = (name: string, change: (bytes: Uint8Array) => Uint8Array) =>
      files.map((f) => (f.path.endsWith(name) ? { ...f, bytes: change(f.bytes.slice()) } : f));
    await expect(studio.openFiles(without("model.safetensors"))).rejects.toThrow(/no model yet/);
    await expect(
      studio.openFiles(changed("model.safetensors", (b) => b.slice(0, b.length / 2))),
    ).rejects.toThrow(/model\.safetensors/);
    await expect(
      studio.openFiles(changed("config.json", () => new TextEncoder().encode("{"))),
    ).rejects.toThrow(/config\.json is no JSON/);
    await expect(
      studio.openFiles(changed("config.json", () => new TextEncoder().encode("[]"))),
    ).rejects.toThrow(/config\.json/);
  });
});

describe("refuses, in a sentence that names the file", () => {
  const long = new Uint8Array(50 << 20).fill(0x61);
  const lines = new Uint8Array(24 << 20).map((_, i) => (i % 1000 === 999 ? 0x0a : 0x2c));
  const commas = new Uint8Array(3 << 20).fill(0x2c);
  test.each<[string, OpenFile[], RegExp]>([
    ["nothing", [], /No file was given/],
    ["an empty file", [file("a.csv", "")], /a\.csv has no text/],
    ["spaces", [file("a.csv", " \n \n")], /a\.csv has no text/],
    ["a header alone", [file("a.csv", "x,y\n")], /a\.csv has no rows/],
    ["a line of 50 MB", [file("a.csv", long)], /Line 1 of a\.csv has 50 MB/],
    ["a line of 3 million commas", [file("a.csv", commas)], /header of a\.csv has 3,145,729 columns/],
    ["commas without end", [file("a.csv", lines)], /a\.csv has more than 10,000,000 values/],
    ["bytes of zero", [file("a.csv", new Uint8Array(100))], /a\.csv is no text/],
    ["UTF-16", [file("a.csv", Uint8Array.of(0xff, 0xfe, 0x61, 0))], /UTF-16/],
    ["what is no UTF-8", [file("a.csv", Uint8Array.of(0x61, 0x2c, 0xe9, 0x0a, 0x31))], /UTF-8/],
    [
      "a row too long",
      [file("a.csv", "x,y\n1,2\n1,2,3\n")],
      /Data row 2 of a\.csv has 3 values below 2 names/,
    ],
    ["a quote without its partner", [file("a.csv", 'x,y\n1,"2\n3,4\n')], /a\.csv has a quote/],
    ["two columns of one name", [file("a.csv", "x,x\n1,2\n")], /two columns named "x"/],
    ["a picture", [file("a.png", "PNG")], /"a\.png" can not be opened/],
    ["JSON that is cut off", [file("a.json", '[{"x": 1}, {"x"')], /a\.json is no JSON/],
    ["JSON of another form", [file("a.json", "[1, 2]")], /Row 1 of a\.json is no object/],
    ["JSON whose rows hold nothing", [file("a.json", "[{}, {}]")], /rows of a\.json have no values/],
    ["JSON with lists in it", [file("a.json", '[{"x": [1]}]')], /Row 1 of a\.json has a list as "x"/],
    [
      "an object that holds no rows",
      [file("a.json", '{"x": 1}\n{"x": {}}')],
      /Row 2 of a\.json has an object/,
    ],
    ["deep JSON", [file("a.json", "[".repeat(1e6))], /a\.json/],
    ["weights that are no model", [file("m.safetensors", "abc")], /m\.safetensors/],
    ["too many files", Array.from({ length: 1001 }, (_, i) => file(`${i}.csv`, "")), /1001 files/],
  ])("%s", async (_, files, message) => {
    const { studio } = started();
    const error: unknown = await studio.openFiles(files).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ChainruleError);
    expect((error as ChainruleError).message).toMatch(message);
    expect((error as ChainruleError).remedy).toMatch(/\.$/);
  });

  test("targets that can not be", async () => {
    const { studio } = started();
    const lines = [
      "same,date,id,y",
      ...Array.from({ length: 40 }, (_, i) => `1,2026-01-0${1 + (i % 9)},k${i},${i % 2}`),
    ];
    await studio.openFiles([file("t.csv", lines.join("\n"))]);
    await expect(studio.chooseTarget("nothing")).rejects.toThrow(/no column "nothing"/);
    await expect(studio.chooseTarget("same")).rejects.toThrow(ChainruleError);
    await expect(studio.chooseTarget("date")).rejects.toThrow(/holds dates/);
    // It waits still.
    expect(opens(await studio.chooseTarget("y")).warnings.join(" ")).toMatch(/"same" is not used.*/);
  });

  test("numbers beyond all measure, and NaN, count as missing or are refused", async () => {
    const { studio, said } = started();
    const lines = [
      "x,y",
      ...Array.from({ length: 60 }, (_, i) => `${["1e999", "nan", i, "-inf", "1e308"][i % 5]},${i % 2}`),
    ];
    await studio.openFiles([file("t.csv", lines.join("\n"))]);
    const project = opens(await studio.chooseTarget("y"));
    expect(project.warnings.join(" ")).toMatch(/infinite/);
    studio.step();
    expect(said.at(-1)?.losses.every(Number.isFinite)).toBe(true);
  });
});

test("texts with many levels are looked up in vectors, also for typed rows", async () => {
  const rows = Array.from(
    { length: 200 },
    (_, i): Record<string, Cell> => ({
      town: `town ${i % 20}`,
      size: i % 7,
      y: (i % 20) / 2 + (i % 7),
    }),
  );
  const { studio } = started();
  await studio.openFiles([file("t.json", JSON.stringify(rows))]);
  const project = opens(await studio.chooseTarget("y"));
  expect(project.inputNames).toEqual(["size", "town"]);
  studio.step();
  studio.trace({ step: -1, rows: { kind: "typed", inputs: [0.5, 3], target: 4 } });
  studio.trace({ step: 0, rows: { kind: "batch", step: 0 } });
  expect(studio.boundary(0, 0, 8).values).toHaveLength(64);
  expect(() => studio.trace({ step: -1, rows: { kind: "typed", inputs: [0.5, 99], target: 4 } })).toThrow(
    /class is 99/,
  );
  expect(() => studio.preparedData("training")).toThrow(/learned vectors/);
  expect(tableFromRows(rows).rows).toBe(200);
});

test("a model of an example whose settings and weights do not fit is refused", async () => {
  const { studio } = started();
  await studio.openExample("xor");
  const { bytes, name } = studio.modelFile();
  const text = new TextDecoder("latin1").decode(bytes);
  const at = text.indexOf("[4]");
  const changed = bytes.slice();
  changed[at + 1] = "9".charCodeAt(0);
  await expect(studio.openFiles([file(name, changed)])).rejects.toThrow(/holds 22 weights .* has 47/);
  const nan = bytes.slice();
  nan.fill(0xff, nan.length - 4);
  await expect(studio.openFiles([file(name, nan)])).rejects.toThrow(/not all finite/);
  expect(opens(await studio.openFiles([file(name, bytes)]))).toMatchObject({ kind: "model", title: "XOR" });
});

test("bundled penguins are the file of the command line", async () => {
  const bytes = await fetchFile("penguins.csv");
  expect(bytes).toEqual(new Uint8Array(await readFile(join(folder, "penguins.csv"))));
  const { studio, said } = started();
  const project = opens(await studio.openExample("penguins"));
  expect(project).toMatchObject({ kind: "example", outputNames: ["Adelie", "Chinstrap", "Gentoo"] });
  expect(project.columns).toHaveLength(7);
  expect(project.balance.reduce((sum, { count }) => sum + count, 0)).toBe(344);
  await studio.rewind(200);
  expect(said.at(-1)?.measured.at(-1)?.validation?.score).toBeGreaterThan(0.95);
});
