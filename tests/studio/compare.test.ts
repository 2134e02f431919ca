/** The Compare screen: runs side by side, files to take away, the program of a training. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Studio } from "../../packages/studio/src/worker/studio.ts";
import { axeInBothThemes, type OpenedStudio, openStudio } from "./studio.ts";

let studio: OpenedStudio;
let page: Page;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "chainrule-compare-"));
  studio = await openStudio();
  page = studio.page;
});
afterAll(async () => {
  await studio?.close();
  await rm(folder, { recursive: true, force: true });
});

const eventually = <T>(look: () => Promise<T> | T) => expect.poll(look);
const table = () => page.getByRole("region", { name: "Runs side by side" });
const go = (name: string) => page.getByRole("navigation").getByRole("link", { name, exact: true }).click();

/** The texts of a row of the table by its name. */
const row = (name: string) =>
  table()
    .locator("tbody tr", { has: page.getByRole("rowheader", { name }) })
    .locator("td")
    .allTextContents();

async function keep(name: string): Promise<void> {
  const field = page.getByLabel(/Name of this run/);
  await field.fill(name);
  await field.press("Enter");
  await table().getByRole("columnheader", { name, exact: true }).waitFor();
}

/** Presses a button of Export and gives the file that comes. */
async function exported(label: string): Promise<{ name: string; path: string }> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("region", { name: "Export" }).getByRole("button", { name: label }).click(),
  ]);
  const path = join(folder, file.suggestedFilename());
  await file.saveAs(path);
  return { name: file.suggestedFilename(), path };
}

test("two runs side by side, with what differs marked; one is opened again, one dropped", async () => {
  await studio.visit("#/compare?ex=moons&step=60");
  await page.getByLabel("Name of this run, at step 60").waitFor();
  await keep("Adam");
  await go("Train");
  await page.getByLabel("Optimizer").selectOption("SGD");
  await page.getByLabel("Activation").selectOption("relu");
  await page.getByRole("button", { name: "Start anew with these" }).click();
  const training = page.getByRole("region", { name: "Training", exact: true });
  for (let n = 1; n <= 2; n++) {
    await training.getByRole("button", { name: "One step", exact: true }).click();
    await eventually(() => training.locator("dd").first().textContent()).toBe(String(n));
  }
  await go("Compare");
  // What is special about it is proposed as its name.
  await eventually(() => page.getByLabel(/Name of this run/).inputValue()).toBe("relu, SGD");
  await page.getByRole("button", { name: "Keep this run" }).click();
  await eventually(() => row("steps")).toEqual(["60", "2"]);
  expect(await row("optimizer")).toEqual(["Adam", "SGD"]);
  expect(await table().locator("tr.differs th").allTextContents()).toEqual(["≠ activation", "≠ optimizer"]);

  const own = new Studio(async () => new Uint8Array());
  await own.openExample("moons", {});
  for (let n = 0; n < 60; n++) own.step();
  const { loss, weights } = own.keepRun("own");
  expect((await row("weights"))[0]).toBe(String(weights));
  expect(Number((await row("loss"))[0])).toBeCloseTo(loss, 3);
  own.dispose();

  await page.getByRole("group", { name: "Validation rows" }).waitFor();
  await page.getByRole("button", { name: "Open Adam again" }).click();
  await eventually(() => training.locator("dd").first().textContent()).toBe("60");
  await eventually(() => page.evaluate(() => location.hash)).toBe("#/train?ex=moons");
  await training.getByRole("button", { name: "One step back" }).click();
  await eventually(() => training.locator("dd").first().textContent()).toBe("59");
  await go("Compare");
  await page.getByRole("button", { name: "Drop relu, SGD" }).click();
  await eventually(() => row("steps")).toEqual(["60"]);
});

test("the model's file opens again, and the trace is JSON with its numbers", async () => {
  await studio.visit("#/compare?ex=xor&step=20");
  await page.getByLabel("Name of this run, at step 20").waitFor();
  const model = await exported("Model");
  const own = new Studio(async () => new Uint8Array());
  const opened = await own.openFiles([
    { path: model.name, bytes: new Uint8Array(await readFile(model.path)) },
  ]);
  expect(opened.state).toBe("open");
  own.dispose();
  const trace = await exported("Trace");
  const file = JSON.parse(await readFile(trace.path, "utf8"));
  expect(file).toMatchObject({ version: 1, rows: 1 });
  expect(file.explained.length).toBeGreaterThan(10);
});

test("the report is one file that opens from disk and asks for nothing", async () => {
  await studio.visit("#/compare?ex=moons&step=40");
  await page.getByLabel("Name of this run, at step 40").waitFor();
  const report = await exported("Report");
  expect((await readFile(report.path)).length).toBeLessThan(1 << 20);
  const other = await page.context().newPage();
  const problems: string[] = [];
  other.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  other.on("pageerror", (error) => problems.push(String(error)));
  other.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) problems.push(request.url());
  });
  await other.goto(`file://${report.path}`);
  await other
    .getByRole("heading", { name: /Two moons/ })
    .first()
    .waitFor();
  expect(problems).toEqual([]);
  await other.close();
});

test("the program of the training stands there, and is downloaded with its data", async () => {
  await studio.visit("#/compare?ex=moons&step=40");
  const section = page.getByRole("region", { name: "How to do this in code" });
  await eventually(() => section.locator("pre").textContent()).toMatch(/while \(n < 40\)/);
  const files: string[] = [];
  const both = new Promise<void>((resolve) => {
    page.on("download", (file) => {
      files.push(file.suggestedFilename());
      if (files.length === 2) resolve();
    });
  });
  await section.getByRole("button", { name: "Download moons.ts" }).click();
  await both;
  expect(files.sort()).toEqual(["moons-data.json", "moons.ts"]);
});

test("a narrow screen needs no sideways scrolling, and all is accessible in both themes", async () => {
  await studio.visit("#/compare?ex=lecture&step=10");
  await page.getByLabel("Name of this run, at step 10").waitFor();
  await keep("first");
  expect(await axeInBothThemes(page)).toEqual([]);
  await page.setViewportSize({ width: 360, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await page.setViewportSize({ width: 1280, height: 900 });
});

test("there was no error and no request outside", () => {
  expect(studio.problems).toEqual([]);
});
