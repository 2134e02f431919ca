/** What a person changes or chooses is kept: numbers of a trace, the pace of training, the columns of a table. */
import { exprText } from "chainrule/trace";
import { afterAll, beforeAll, expect, test } from "vitest";
import { opened } from "../../packages/studio/src/worker/testing/started.ts";
import { type OpenedStudio, openStudio } from "./studio.ts";

let studio: OpenedStudio;
beforeAll(async () => {
  studio = await openStudio();
}, 120_000);
afterAll(() => studio?.close());

const go = (screen: string) => studio.page.getByRole("link", { name: screen, exact: true }).first().click();

test("numbers that were changed in Trace are there again after another screen", async () => {
  const { page, visit } = studio;
  await visit("#/trace?ex=xor&row=training:3&at=v.2.0");
  await page.getByRole("button", { name: "Change this number" }).click();
  await page.locator(".trace-formula input").fill("2");
  await page.keyboard.press("Enter");
  await page.locator(".trace-loss").getByText("before the edit").waitFor();
  const loss = await page.locator("[data-loss]").textContent();
  await go("Train");
  await page.getByRole("button", { name: "Run", exact: true }).waitFor();
  await go("Trace");
  await page.getByText("1 number changed").waitFor();
  expect(await page.locator("[data-loss]").textContent()).toBe(loss);
  await page.getByRole("button", { name: "Reset all" }).click();
  await expect.poll(() => page.locator("[data-loss]").textContent()).not.toBe(loss);
  expect(studio.problems).toEqual([]);
});

test("a cross-entropy is one step forward and p − t backward; its operations are there when asked for", async () => {
  const { page, visit } = studio;
  const { studio: own } = await opened("xor");
  const { loss, output } = own.trace({ step: 0, rows: { kind: "row", part: "training", row: 0 } });
  const short = (value = -1, of: "value" | "gradient" = "value") => {
    const found = own.traceExplain({ value, of, index: 0 });
    return { number: String(found.number), symbols: found.short ? exprText(found.short.symbols) : "" };
  };
  await visit("#/trace?ex=xor&row=training:0");
  // Two outputs are the last of the forward pass.
  await page.getByRole("button", { name: "Loss", exact: true }).click();
  const number = page.locator(".trace-result");
  await expect.poll(() => number.getAttribute("data-number")).toBe(short(loss?.value).number);
  expect(short(loss?.value).symbols).toMatch(/^ℓ = −ln\(pₜ\) = −ln\(p[₁₂]\)$/);
  const slider = page.getByRole("slider").first();
  const places = async () => Number((await slider.getAttribute("aria-valuetext"))?.match(/of (\d+)/)?.[1]);
  const few = await places();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => number.getAttribute("data-number")).toBe(short(output, "gradient").number);
  expect(short(output, "gradient").symbols).toMatch(/ = p₁ − t₁$/);
  await page.getByLabel("Operations inside the loss").check();
  await expect.poll(places).toBeGreaterThan(few + 10);
  expect(studio.problems).toEqual([]);
});

test("training keeps to the pace that is chosen", async () => {
  const { page, visit } = studio;
  await visit("#/train?ex=moons");
  const pace = page.getByLabel("Pace of training");
  await expect.poll(() => pace.inputValue()).toBe("100");
  await pace.selectOption("10");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.waitForTimeout(1000);
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  const step = async () => Number(await page.locator(".readings dd").first().textContent());
  expect(await step()).toBeGreaterThan(4);
  expect(await step()).toBeLessThan(20);
  await go("Health");
  expect(await page.getByLabel("Pace of training").inputValue()).toBe("10");
  expect(studio.problems).toEqual([]);
});

test("a column that counts the rows can be chosen all the same", async () => {
  const { page, visit } = studio;
  await visit();
  const rows = ["x,y", ...Array.from({ length: 40 }, (_, i) => `${i + 1},${3 * i + (i % 5)}`)];
  const buffer = Buffer.from(rows.join("\n"));
  await page
    .locator("input[type=file]")
    .first()
    .setInputFiles({ name: "two.csv", mimeType: "text/csv", buffer });
  const on = page.getByRole("button", { name: "Go on with y" });
  await on.waitFor();
  expect(await on.isDisabled()).toBe(true);
  await page.getByLabel("Use x").check();
  await on.click();
  await page.getByText("27 training").waitFor();
  expect(studio.problems).toEqual([]);
});
