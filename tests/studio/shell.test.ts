import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { axeInBothThemes, type OpenedStudio, openStudio } from "./studio.ts";

let studio: OpenedStudio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());
beforeEach(() => {
  studio.problems.length = 0;
});

const screens = ["Open", "Trace", "Train", "Health", "Compare"];
const opened = () => studio.page.locator(".state .what");
const stepShown = () => studio.page.locator(".training dd").first();
const hash = () => studio.page.evaluate(() => location.hash);

test("every screen says that nothing is open, has its title and passes axe in both themes", async () => {
  const { page } = studio;
  await studio.visit();
  for (const name of screens) {
    const link = page.getByRole("navigation", { name: "Screens" }).getByRole("link", { name });
    await link.click();
    expect(await link.getAttribute("aria-current")).toBe("page");
    await expect.poll(() => page.title()).toBe(`${name} · chainrule studio`);
    if (name !== "Open") await page.getByRole("heading", { name: `${name}: nothing is open yet` }).waitFor();
    expect(await axeInBothThemes(page), name).toEqual([]);
  }
  expect(studio.problems).toEqual([]);
});

test("back and forward go through screens and examples; a link brings everything back after a reload", async () => {
  const { page } = studio;
  await studio.visit();
  await page.getByRole("button", { name: "Open XOR" }).click();
  await opened().filter({ hasText: "XOR" }).waitFor();
  expect(await hash()).toBe("#/open?ex=xor");
  await page.getByRole("link", { name: "Train", exact: true }).click();
  expect(await hash()).toBe("#/train?ex=xor");
  await page.goBack();
  expect(await hash()).toBe("#/open?ex=xor");
  await page.getByRole("link", { name: "Trace Mazur, step by step" }).click();
  await opened().filter({ hasText: "Mazur" }).waitFor();
  await page.goBack();
  await opened().filter({ hasText: "XOR" }).waitFor();
  await page.goForward();
  await opened().filter({ hasText: "Mazur" }).waitFor();
  await expect.poll(() => page.title()).toContain("Trace · Mazur");

  await studio.visit("#/open?ex=xor&hidden=3-2&act=relu&lr=0.2&seed=7&step=5");
  await opened().filter({ hasText: "XOR" }).waitFor();
  await expect.poll(() => stepShown().textContent()).toBe("5");
  expect(await page.locator(".facts").textContent()).toContain("2–3–2–2 units, relu");
  await page.reload();
  await expect.poll(() => stepShown().textContent()).toBe("5");
  expect(await hash()).toContain("seed=7");
  expect(studio.problems).toEqual([]);
});

test("training runs, pauses and steps from any screen, by buttons and by keys", async () => {
  const { page } = studio;
  await studio.visit("#/open?ex=xor");
  await page.getByRole("button", { name: "One step" }).click();
  await expect.poll(() => stepShown().textContent()).toBe("1");
  await page.keyboard.press("s");
  await expect.poll(() => stepShown().textContent()).toBe("2");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await page.keyboard.press("4");
  expect(await hash()).toBe("#/health?ex=xor");
  await page.keyboard.press("k");
  await page.getByRole("button", { name: "Run", exact: true }).waitFor();
  const text = (await stepShown().textContent()) ?? "";
  expect(Number(text.replaceAll(",", ""))).toBeGreaterThan(2);
  expect(studio.problems).toEqual([]);
});

test("the link to this moment names the step, and no data", async () => {
  const { page } = studio;
  await studio.visit("#/open?ex=xor");
  await page.getByRole("button", { name: "One step" }).click();
  await expect.poll(() => stepShown().textContent()).toBe("1");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy link to this moment" }).click();
  await page.getByText("Link copied").waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe(`${studio.url}#/open?ex=xor&step=1`);
});

test("the theme follows the system until it is chosen, and is kept", async () => {
  const { page } = studio;
  await studio.visit();
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await ground()).toBe("rgb(20, 23, 27)");
  await page.getByLabel("Theme").selectOption("light");
  expect(await ground()).toBe("rgb(255, 255, 255)");
  await page.reload();
  expect(await ground()).toBe("rgb(255, 255, 255)");
  await page.emulateMedia({ colorScheme: "light" });
  await page.getByLabel("Theme").selectOption("dark");
  expect(await ground()).toBe("rgb(20, 23, 27)");
  await page.getByLabel("Theme").selectOption("system");
  expect(await ground()).toBe("rgb(255, 255, 255)");
});

test("the keyboard reaches everything: skip link, help, Escape", async () => {
  const { page } = studio;
  await studio.visit();
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain("Skip");
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Help" });
  await help.waitFor();
  expect(await axeInBothThemes(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "hidden" });
  expect(studio.problems).toEqual([]);
});

test("nonsense in an address is left out", async () => {
  await studio.visit("#/nowhere?ex=<script>&lr=-1&hidden=9999999&step=x&row=test:&at=");
  await expect.poll(() => studio.page.title()).toBe("Open · chainrule studio");
  await studio.visit("#/trace?ex=xor&hidden=1e9-2&act=nothing&lr=abc&seed=-1");
  await opened().filter({ hasText: "XOR" }).waitFor();
  expect(studio.problems).toEqual([]);
});

test("the way to a step that is far off can be stopped where it is", async () => {
  const { page } = studio;
  await studio.visit("#/trace?ex=digits&step=9000000");
  await page.getByRole("button", { name: "Stop here" }).click();
  await page.getByRole("button", { name: "Run", exact: true }).waitFor();
  // Without the step; the number that is looked at may stand there already.
  expect(await hash()).toMatch(/^#\/trace\?ex=digits(&at=[^&]+)?$/);
  expect(await page.getByRole("alert").count()).toBe(0);
  expect(studio.problems).toEqual([]);
});

test("a Worker that can not go on gives a sentence and a way to start again, to what the link names", async () => {
  const { page } = studio;
  await page.route(/main-[^/]*\.js$/, (route) => route.abort());
  await studio.visit("#/open?ex=xor");
  const alert = page.getByRole("alert");
  await alert.filter({ hasText: "The computation stopped unexpectedly" }).waitFor();
  expect(await axeInBothThemes(page)).toEqual([]);
  await page.unroute(/main-[^/]*\.js$/);
  await page.getByRole("button", { name: "Start again" }).click();
  await opened().filter({ hasText: "XOR" }).waitFor();
  expect(await alert.count()).toBe(0);
  await page.getByRole("button", { name: "One step" }).click();
  await expect.poll(() => stepShown().textContent()).toBe("1");
});
