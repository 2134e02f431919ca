/**
 * A model that was trained in Node predicts in a page, loaded from a URL: with WebAssembly, and where a policy forbids it. And the page
 * of `chainrule serve`.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ClassPrediction, LoadedModel, modelBytes, trainTable } from "chainrule/tables";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer } from "../../packages/cli/src/serve/server.ts";
import { buildPage, launchBrowser, type ServeOptions, serveFolder } from "./launch.ts";

type Row = Record<string, string | number | null>;

let browser: Browser;
let site: string;
let rows: Row[];
let loaded: LoadedModel<Row, ClassPrediction<string>>;
let inNode: ClassPrediction<string>[];

beforeAll(async () => {
  browser = await launchBrowser();
  site = await buildPage("use");
  const csv = await readFile(join(import.meta.dirname, "../../packages/cli/data/penguins.csv"), "utf8");
  const [head, ...lines] = csv
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  const cell = (text: string): string | number | null =>
    text === "" || text === "NA" ? null : Number.isNaN(Number(text)) ? text : Number(text);
  rows = lines.map((line) => Object.fromEntries(head.map((name, j) => [name, cell(line[j])])));
  const { model } = await trainTable(rows, {
    target: "species",
    testSize: 0.2,
    validationSize: 0.2,
    epochs: 2,
  });
  await mkdir(join(site, "runs/penguins"), { recursive: true });
  await writeFile(join(site, "runs/penguins/model.safetensors"), modelBytes(model));
  loaded = new LoadedModel<Row, ClassPrediction<string>>(model);
  inNode = loaded.predictAll(rows);
});

afterAll(async () => {
  await browser?.close();
  await rm(site, { recursive: true, force: true });
});

test.each<[string, ServeOptions]>([
  ["a plain page", {}],
  ["a page where a policy forbids WebAssembly", { contentSecurityPolicy: "script-src 'self'" }],
])("%s gives the numbers of Node", async (_, options) => {
  const server = await serveFolder(site, options);
  const page = await browser.newPage();
  try {
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto(server.url);
    await page.waitForFunction(() => "predictHere" in globalThis);
    const found = await page.evaluate((given) => globalThis.predictHere("runs/penguins", given), rows);
    const all = found.all as ClassPrediction<string>[];
    expect(all).toHaveLength(inNode.length);
    all.forEach(({ prediction, probabilities }, i) => {
      expect(prediction).toBe(inNode[i].prediction);
      for (const [label, p] of Object.entries(inNode[i].probabilities))
        expect(Math.abs(probabilities[label] - p)).toBeLessThanOrEqual(1e-6);
    });
    expect((found.one as ClassPrediction).probability).toBeCloseTo(inNode[0].probability, 6);
    expect(found.problem).toContain('Column "body_mass_g" is the text "heavy" where a number must be.');
    const missing = page.evaluate(() => globalThis.predictHere("runs/nothing", []));
    await expect(missing).rejects.toThrow(
      "runs/nothing/model.safetensors can not be loaded: its server answers 404",
    );
    expect(problems).toEqual([]);
  } finally {
    await page.close();
    await server.close();
  }
});

test("the page of a server predicts by its form", async () => {
  const limits = { maxRows: 1, maxBody: 1, queue: 1, timeout: 30 };
  const server = await startServer(new LoadedModel(loaded.model), { host: "127.0.0.1", port: 0, ...limits });
  const page = await browser.newPage();
  try {
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    await page.goto(server.url);
    expect(await page.textContent("#address")).toBe(server.url);
    const row = rows[1];
    for (const [name, value] of Object.entries(row))
      if (name !== "species") await page.fill(`[data-name="${name}"]`, String(value ?? ""));
    await page.click("button");
    await page.waitForFunction(() => document.getElementById("answer")?.textContent);
    expect(JSON.parse((await page.textContent("#answer")) ?? "")).toEqual(loaded.predict(row));
    expect(problems).toEqual([]);
  } finally {
    await page.close();
    await server.close();
  }
});
