// A run's report, opened from disk as a reader would.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { missingWords, modelFromBytes, traceTable } from "chainrule/tables";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readTable } from "../../packages/cli/src/sources/index.ts";
import { launchBrowser } from "../browser/launch.ts";
import { chainrule, sample, workFolder } from "../cli/command.ts";
import { axeInBothThemes, watch } from "./studio.ts";

const work = workFolder();
let browser: Browser;
let page: Page;
let problems: string[];

beforeAll(async () => {
  // A column whose name is a script: it must stay a name.
  const [head, ...rows] = readFileSync(sample("penguins"), "utf8").trimEnd().split("\n");
  const hostile = [`${head},"<img src=x onerror=alert(1)>"`, ...rows.map((row, i) => `${row},${i % 7}`)];
  const table = work.table("birds.csv", hostile.join("\n"));
  const train = (path: string, target: string, name: string) =>
    chainrule([
      "train",
      path,
      "--target",
      target,
      "--epochs",
      "4",
      "--hidden",
      "16,8",
      "--seed",
      "2",
      "--out",
      work.path(name),
      "--quiet",
    ]);
  expect((await train(table, "species", "birds")).code).toBe(0);
  expect((await train(sample("diabetes"), "progression", "numbers")).code).toBe(0);
  browser = await launchBrowser();
  page = await browser.newPage();
  problems = watch(page, "file:");
});
afterAll(() => browser?.close());

const path = (run: string): string => `${work.path(run)}/report.html`;
const headings = (): Promise<string[]> => page.locator("h2").allTextContents();

describe.each([
  ["birds", ["Classes", "Calibration"]],
  ["numbers", ["Errors", "Prediction intervals"]],
])("the report of %s", (run, own) => {
  test("is one small file with all sections, which loads nothing and has no fault", async () => {
    expect(statSync(path(run)).size).toBeLessThan(1e6);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(pathToFileURL(path(run)).href);
    expect(await headings()).toEqual([
      ...["Scores", "Generalization", "Training", ...own, "What predictions depend on"],
      ...["Health", "Rows, one by one", "Configuration", "How to reproduce it"],
    ]);
    expect(problems).toEqual([]);
  });

  test("tells what scores.json tells", async () => {
    const { test: scores } = JSON.parse(readFileSync(`${work.path(run)}/scores.json`, "utf8"));
    const big = await page.locator(".big b").textContent();
    const shown = run === "birds" ? 100 * scores.accuracy : scores.r2;
    expect(Number.parseFloat((big ?? "").replace("−", "-"))).toBeCloseTo(shown, 1);
  });

  test("has nothing serious for axe in either theme", async () => {
    for (const details of await page.locator("details:not(.trace)").all())
      await details.evaluate((element) => element.setAttribute("open", ""));
    expect(await axeInBothThemes(page)).toEqual([]);
  });

  test("fits 360 pixels, and prints in light", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    await page.emulateMedia({ colorScheme: "dark", media: "print" });
    const ground = await page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(ground).toBe("rgb(255, 255, 255)");
    expect(await page.locator("details").first().isVisible()).toBe(false);
    const pdf = await page.pdf({ format: "A4", printBackground: true });
    writeFileSync(work.path(`${run}.pdf`), pdf);
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    await page.emulateMedia({ colorScheme: "light", media: "screen" });
    expect(problems).toEqual([]);
  });
});

test("a row can be stepped through, by the numbers of the library", async () => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(pathToFileURL(path("birds")).href);
  const row = page.locator("article").first();
  const place = Number(/Data row (\d+)/.exec((await row.locator("h3").textContent()) ?? "")?.[1]) - 1;
  await row.getByText("Step through it").click();
  const loss = Number(await row.locator("[data-loss]").getAttribute("data-loss"));
  const slider = row.getByRole("slider").first();
  // It begins at the first weighted sum.
  const [, begin] =
    /^(\d+) of \d+: Forward pass, .*z₁ of layer 1$/.exec(
      (await slider.getAttribute("aria-valuetext")) ?? "",
    ) ?? [];
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  expect(await slider.getAttribute("aria-valuetext")).toMatch(new RegExp(`^${Number(begin) + 1} of \\d+:`));
  const model = modelFromBytes(readFileSync(`${work.path("birds")}/model.safetensors`), "birds");
  const table = await readTable({ files: [work.path("birds.csv")] }, { missing: missingWords });
  expect(loss).toBe(traceTable(model, table, Int32Array.of(place)).data.loss?.number);
  expect(await axeInBothThemes(page)).toEqual([]);
  expect(problems).toEqual([]);
});

test("the command of a report trains the same model again", async () => {
  await page.goto(pathToFileURL(path("birds")).href);
  const command = (await page.locator("pre").textContent()) ?? "";
  expect(command).toBe("npx chainrule train birds.csv --target species --hidden 16,8 --epochs 4 --seed 2");
  const words = command.split(" ").slice(2);
  const again = words.map((word) => (word === "birds.csv" ? work.path("birds.csv") : word));
  expect((await chainrule([...again, "--out", work.path("again"), "--quiet"])).code).toBe(0);
  const model = (run: string): Buffer => readFileSync(`${work.path(run)}/model.safetensors`);
  expect(model("again").equals(model("birds"))).toBe(true);
});
