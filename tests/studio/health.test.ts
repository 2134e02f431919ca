/** The Health screen: its numbers are the library's, its alarms name what they saw, and it follows training. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseNumber } from "../../packages/studio/src/parts/number.ts";
import type { ExampleName, TrainingConfig } from "../../packages/studio/src/protocol.ts";
import { Studio } from "../../packages/studio/src/worker/studio.ts";
import { axeInBothThemes, type OpenedStudio, openStudio } from "./studio.ts";

let studio: OpenedStudio;
let page: Page;

beforeAll(async () => {
  studio = await openStudio();
  page = studio.page;
});
afterAll(() => studio?.close());

/** What the page comes to within a while. */
const eventually = <T>(look: () => Promise<T> | T) => expect.poll(look);
const alarms = () => page.getByRole("region", { name: "Alarms" });
const measuredStep = () => page.locator(".measured .num").textContent();

async function ownHealth(example: ExampleName, config: Partial<TrainingConfig>, steps: number) {
  const tables = join(import.meta.dirname, "../../packages/cli/data");
  const own = new Studio(async (name) => new Uint8Array(await readFile(join(tables, name))));
  await own.openExample(example, config);
  for (let n = 0; n < steps; n++) own.step();
  const health = own.health();
  own.dispose();
  return health;
}

/** The cells of the table of layers: number and kind, units, dead, saturated. */
const layerRows = () =>
  page
    .getByRole("region", { name: "Layers" })
    .last()
    .locator("tbody tr")
    .evaluateAll((rows) =>
      rows.map((row) => [...row.children].slice(0, 4).map((cell) => cell.textContent?.trim() ?? "")),
    );

test("before training: layers, gradients and true histograms of the initial weights", async () => {
  await studio.visit("#/health?ex=moons");
  const own = await ownHealth("moons", {}, 0);
  const norm = page.locator("[data-value]");
  await eventually(async () => Number(await norm.getAttribute("data-value"))).toBeCloseTo(
    own.gradientNorm,
    6,
  );
  const rows = own.layers.map(({ k, kind, units, dead, saturated }) => [
    `${k} ${kind}`,
    String(units),
    String(dead.length || "–"),
    String(saturated.length || "–"),
  ]);
  expect(await layerRows()).toEqual(rows);
  await page.getByText("no update yet").first().waitFor();
  // The weights of the first layer: 2 × 8 of them, all in the bins of the table.
  const weights = page.locator("figure", { has: page.getByRole("heading", { name: "Weights W" }) });
  await weights.locator("summary").click();
  const cells = await weights
    .locator("tbody tr")
    .evaluateAll((all) => all.map((row) => row.lastElementChild?.textContent ?? ""));
  const counts = cells.map(parseNumber);
  expect(counts).toEqual([...own.layers[0]!.weights!.counts]);
  expect(counts.reduce((a, b) => a + b, 0)).toBe(own.layers[0]!.weights!.count);
});

test("a network whose rectifiers died raises its alarm with its evidence, and leads to the unit in Trace", async () => {
  const config = { activation: "relu", optimizer: "sgd", lr: 5 } as const;
  await studio.visit("#/health?ex=moons&act=relu&opt=sgd&lr=5&step=60");
  const own = await ownHealth("moons", config, 60);
  const alarm = own.alarms.find(({ kind }) => kind === "dead-units");
  if (!alarm) throw new Error("no unit died: the test needs another rate");
  const layer = own.layers.find(({ path }) => path === alarm.layer)!;
  // The page names layers as Trace does, by their number.
  const evidence = alarm.evidence.replace(`layer ${layer.path} (`, `layer ${layer.k} (`);
  await alarms().getByText(evidence).waitFor();
  await alarms().getByText(alarm.remedy).first().waitFor();
  await alarms()
    .getByRole("button", { name: `Show layer ${layer.k} (${layer.kind})` })
    .first()
    .click();
  await page.getByRole("heading", { name: `layer ${layer.k} (${layer.kind}): 8 units` }).waitFor();
  await page.getByRole("heading", { name: `Dead, for every row: ${layer.dead.length} of 8 units` }).waitFor();
  await alarms()
    .getByRole("button", { name: `Follow unit ${layer.dead[0]! + 1} in Trace` })
    .first()
    .click();
  await eventually(() => page.evaluate(() => location.hash)).toMatch(
    new RegExp(`^#/trace\\?.*row=training:0&at=v\\.\\d+\\.${layer.dead[0]}`),
  );
  await page.goBack();
  await alarms().waitFor();
});

test("while training runs, the figures follow, and the history of histograms is drawn", async () => {
  await studio.visit("#/health?ex=spiral");
  await eventually(measuredStep).toBe("0");
  await page.getByRole("button", { name: "Run", exact: true }).first().click();
  await eventually(async () =>
    parseNumber(((await measuredStep()) ?? "").replaceAll(",", "")),
  ).toBeGreaterThan(20);
  const before = await measuredStep();
  await eventually(measuredStep).not.toBe(before);
  await page.getByRole("button", { name: "Pause", exact: true }).first().click();
  const drawing = page.getByRole("img", { name: /Weights W over the steps 0 to/ });
  await drawing.scrollIntoViewIfNeeded();
  const inked = () =>
    drawing.evaluate((element) => {
      const drawn = element as HTMLCanvasElement;
      const copy = document.createElement("canvas");
      [copy.width, copy.height] = [drawn.width, drawn.height];
      const context = copy.getContext("2d", { willReadFrequently: true })!;
      context.drawImage(drawn, 0, 0);
      const { data } = context.getImageData(0, 0, copy.width, copy.height);
      let inked = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i]! > 0) inked++;
      return inked / (copy.width * copy.height);
    });
  await eventually(inked).toBeGreaterThan(0.05);
  // The update of the last step is judged in words.
  await page
    .getByText(/^(healthy|large|small)$/)
    .first()
    .waitFor();
});

test("training that stops by values that are not finite says which tensor was the first", async () => {
  await studio.visit("#/health?ex=cubic&lr=0.0001");
  await eventually(measuredStep).toBe("0");
  await page.getByRole("button", { name: "Run", exact: true }).first().click();
  const alert = page.locator("main").getByRole("alert");
  await eventually(() => alert.first().textContent()).toMatch(/first tensor that is not finite is .+/);
});

test("a narrow screen needs no sideways scrolling, and all is accessible in both themes", async () => {
  await studio.visit("#/health?ex=digits&step=30");
  await eventually(measuredStep).toBe("30");
  expect(await axeInBothThemes(page)).toEqual([]);
  await page.setViewportSize({ width: 360, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await page.setViewportSize({ width: 1280, height: 900 });
});

test("there was no error and no request outside", () => {
  expect(studio.problems).toEqual([]);
});
