// `chainrule explain`: every number of a pass, in the terminal, as JSON and as a page.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { fromTypedArray, nn, type Tensor, tensor } from "chainrule";
import { missingWords, modelFromBytes, type Table, type TableModel } from "chainrule/tables";
import type { TraceFile } from "chainrule/trace";
import { beforeAll, describe, expect, test } from "vitest";
import { tracePage } from "../../packages/cli/src/explain/page.ts";
import { readTable } from "../../packages/cli/src/sources/index.ts";
import { chainrule, sample, workFolder } from "./command.ts";

const work = workFolder();
const [penguins, diabetes] = [work.path("penguins"), work.path("diabetes")];

beforeAll(async () => {
  const train = (name: string, target: string, out: string) =>
    chainrule(["train", sample(name), "-t", target, "--epochs", "3", "--hidden", "6,4", "--out", out]);
  expect(await train("penguins", "species", penguins)).toMatchObject({ code: 0 });
  expect(await train("diabetes", "progression", diabetes)).toMatchObject({ code: 0 });
});

const tableIn = (path: string): Promise<Table> => readTable(path, { missing: missingWords });
const modelOf = (folder: string): TableModel =>
  modelFromBytes(readFileSync(`${folder}/model.safetensors`), "it");

/** Loss and gradients of a row by autograd alone, in float64: by the names of the parameters. */
async function byAutograd(
  folder: string,
  table: string,
  rows: number[],
  target: (model: TableModel, row: number) => number,
) {
  const model = modelOf(folder);
  const read = await tableIn(table);
  const { data, codes, inputs, embedded } = model.inputs(read, Int32Array.from(rows));
  const network = model.network.clone().double().eval();
  const x = fromTypedArray(Float64Array.from(data), [rows.length, inputs]);
  const output: Tensor =
    embedded > 0 ? network(x, fromTypedArray(codes, [rows.length, embedded])) : network(x);
  const wanted = rows.map((row) => target(model, row));
  const loss =
    model.spec.target.task === "classification"
      ? nn.functional.crossEntropy(output, tensor(wanted, { dtype: "int32" }))
      : nn.functional.mseLoss(
          output,
          tensor(
            wanted.map((y) => [y]),
            { dtype: "float64" },
          ),
        );
  loss.backward();
  return { loss: loss.item(), output, parameters: new Map(network.namedParameters()) };
}

const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? "";

describe("numbers", () => {
  test("of JSON are those of autograd", async () => {
    const { code, stdout } = await chainrule([
      "explain",
      penguins,
      sample("penguins"),
      "--row",
      "3",
      "--json",
    ]);
    expect(code).toBe(0);
    const file: TraceFile = JSON.parse(lastLine(stdout));
    const { loss, parameters } = await byAutograd(penguins, sample("penguins"), [2], (model) =>
      model.spec.target.task === "classification" ? model.spec.target.classes.indexOf("Adelie") : 0,
    );
    expect(file.loss?.number).toBeCloseTo(loss, 12);
    let compared = 0;
    for (const { id, role, name } of file.values) {
      if (role !== "parameter") continue;
      const { indices, gradient } = file.numbers[id];
      const wanted = parameters.get(name)?.grad?.contiguous().data ?? [];
      for (const [i, found] of (gradient ?? []).entries())
        expect(found).toBeCloseTo(wanted[indices?.[i] ?? i], 12);
      compared += gradient?.length ?? 0;
    }
    expect(compared).toBeGreaterThan(60);
  });

  test("of the terminal are those of the model", async () => {
    const { code, stdout, stderr } = await chainrule(["explain", penguins, sample("penguins"), "--row", "3"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { loss, output, parameters } = await byAutograd(penguins, sample("penguins"), [2], (model) =>
      model.spec.target.task === "classification" ? model.spec.target.classes.indexOf("Adelie") : 0,
    );
    const model = modelOf(penguins);
    const predicted = model.predict(await tableIn(sample("penguins")), Int32Array.of(2));
    if (predicted.task !== "classification") throw new Error("Penguins have species.");
    for (const p of predicted.probabilities) expect(stdout).toContain(`${(100 * p).toFixed(1)} %`);
    const shown = stdout.replaceAll("−", "-");
    for (const z of output.contiguous().data) expect(shown).toContain(String(Number(z.toPrecision(4))));
    expect(shown).toContain(String(Number(loss.toPrecision(4))));
    const last = [...parameters.keys()].filter((name) => name.endsWith("weight")).at(-1) ?? "";
    const largest = Math.max(...(parameters.get(last)?.grad?.contiguous().data ?? []).map(Math.abs));
    expect(shown).toContain(String(Number(largest.toPrecision(4))));
  });

  test("of several rows in one pass are means over them", async () => {
    const args = ["explain", penguins, sample("penguins"), "--row", "1", "--row", "200", "--batch", "--json"];
    const { code, stdout } = await chainrule(args);
    expect(code).toBe(0);
    const file: TraceFile = JSON.parse(lastLine(stdout));
    expect(file.rows).toBe(2);
    const separate = await chainrule(args.filter((word) => word !== "--batch"));
    const files: TraceFile[] = JSON.parse(lastLine(separate.stdout));
    expect(files.map(({ rows }) => rows)).toEqual([1, 1]);
    const losses = files.map(({ loss }) => loss?.number ?? Number.NaN);
    expect(file.loss?.number).toBeCloseTo((losses[0] + losses[1]) / 2, 12);
  });

  test("of a regression, too", async () => {
    const { code, stdout } = await chainrule(["explain", diabetes, sample("diabetes"), "--row", "7"]);
    expect(code).toBe(0);
    const predicted = modelOf(diabetes).predict(await tableIn(sample("diabetes")), Int32Array.of(6));
    if (predicted.task !== "regression") throw new Error("Progression is a number.");
    expect(stdout).toContain(`progression ${Number(predicted.values[0].toPrecision(5))}`);
  });
});

describe("the terminal", () => {
  test("reads from top to bottom: the row, forwards, the loss, backwards, with checks beside derivatives", async () => {
    const { stdout } = await chainrule(["explain", penguins, sample("penguins")]);
    const places = [
      "Row 1 of penguins.csv",
      "island",
      "Torgersen",
      "the target",
      "What goes in",
      "Forward pass",
      "Layer 1",
      "Layer 2",
      "Layer 3",
      "Loss ℓ",
      "Backward pass",
      "Loss ℓ",
      "Layer 3",
      "∂ℓ/∂W⁽³⁾",
      "Layer 1",
      "∂ℓ/∂W⁽¹⁾",
    ];
    let at = 0;
    for (const text of places) {
      const found = stdout.indexOf(text, at);
      expect(found, `${text} after ${at}`).toBeGreaterThanOrEqual(0);
      at = found + text.length;
    }
    expect(stdout).toMatch(/numeric −?-?[\d.e+-]+, error (\de-\d+|0|a kink)/);
  });

  test.each([
    ["a pipe", {}],
    ["a terminal", { tty: true, columns: 80 }],
  ])("fits 80 columns in %s", async (_, options) => {
    const { stdout } = await chainrule(["explain", penguins, sample("penguins"), "--row", "5"], options);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequence of a terminal begins with one
    const colours = /\u001b\[[\d;]*m/g;
    expect(colours.test(stdout)).toBe("tty" in options);
    for (const line of stdout.replace(colours, "").split("\n"))
      expect([...line].length, line).toBeLessThanOrEqual(80);
  });

  test("one layer by itself", async () => {
    const { stdout } = await chainrule(["explain", penguins, sample("penguins"), "--layer", "2"]);
    expect(stdout).toContain("Layer 2");
    expect(stdout).not.toContain("Layer 1");
    expect(stdout).not.toContain("Loss ℓ");
  });

  test("without the target there is the forward pass alone", async () => {
    const [head, first] = readFileSync(sample("penguins"), "utf8").split("\n");
    const kept = head.split(",").flatMap((name, i) => (name === "species" ? [] : [i]));
    const cut = (line: string): string => kept.map((i) => line.split(",")[i]).join(",");
    const path = work.table("new.csv", `${cut(head)}\n${cut(first)}\n`);
    const { code, stdout } = await chainrule(["explain", penguins, path]);
    expect(code).toBe(0);
    expect(stdout).toContain("Forward pass");
    expect(stdout).not.toContain("Backward pass");
    expect(stdout).toContain("There are no derivatives: species, which");
  });

  test("--help fits 80 columns", async () => {
    const { stdout } = await chainrule(["explain", "--help"]);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe("what is wrong is said", () => {
  test.each([
    [["--row", "345"], "There is no row 345: penguins.csv has 344 rows."],
    [["--layer", "9"], "There is no layer 9."],
  ])("%j", async (args, problem) => {
    const { code, stdout, stderr } = await chainrule(["explain", penguins, sample("penguins"), ...args]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.replaceAll("\n", " ")).toContain(problem);
  });

  test.each([[["--row", "0"]], [["--row", "1.5"]], [["--terms", "0"]]])("%j is wrong usage", async (args) => {
    expect((await chainrule(["explain", penguins, sample("penguins"), ...args])).code).toBe(2);
  });

  test("an output that exists is left alone", async () => {
    const path = work.table("taken.html", "mine");
    const { code, stderr } = await chainrule(["explain", penguins, sample("penguins"), "--out", path]);
    expect(code).toBe(1);
    expect(stderr).toContain("exists already");
    expect(readFileSync(path, "utf8")).toBe("mine");
  });
});

test("a page holds its passes, and nothing in them can end its script", async () => {
  mkdirSync(work.path("built"));
  writeFileSync(work.path("built/trace.html"), '<script id="passes">__TRACES__</script>');
  const { stdout } = await chainrule(["explain", penguins, sample("penguins"), "--json"]);
  const trace: TraceFile = JSON.parse(lastLine(stdout));
  const title = "</script><script>alert(1)</script><!-- $& ";
  const html = await tracePage([{ title, trace }], work.path("built/trace.html"));
  const [, packed = ""] = /^<script id="passes">([\w+/=]*)<\/script>$/.exec(html) ?? [];
  expect(JSON.parse(gunzipSync(Buffer.from(packed, "base64")).toString())).toEqual([{ title, trace }]);
  await expect(tracePage([], work.path("nowhere.html"))).rejects.toMatchObject({
    remedy: expect.stringContaining("npm run build"),
  });
});
