import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { exampleNames } from "../../packages/studio/src/protocol.ts";
import pictures from "../../packages/studio/src/screens/open/thumbnails.json" with { type: "json" };
import { thumbnails } from "../../scripts/studio-thumbnails.ts";
import { chainrule, sample, workFolder } from "../cli/command.ts";
import { axeInBothThemes, type OpenedStudio, openStudio } from "./studio.ts";

const work = workFolder();
const run = work.path("digits-run");
let studio: OpenedStudio;
beforeAll(async () => {
  const words = ["train", sample("digits"), "-t", "digit", "--epochs", "2", "--hidden", "16,8", "--out", run];
  expect(await chainrule(words)).toMatchObject({ code: 0 });
  studio = await openStudio();
});
afterAll(() => studio?.close());
beforeEach(() => {
  studio.problems.length = 0;
});

const heading = () => studio.page.locator("#opened");
const alert = () => studio.page.getByRole("alert");

/** Drops files onto the page, as from a file manager. */
async function drop(files: readonly { path: string; bytes: Uint8Array }[]): Promise<void> {
  const { page } = studio;
  const plain = files.map(({ path, bytes }) => ({ path, text: Buffer.from(bytes).toString("base64") }));
  const data = await page.evaluateHandle((given) => {
    const transfer = new DataTransfer();
    for (const { path, text } of given)
      transfer.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], path));
    return transfer;
  }, plain);
  await page.dispatchEvent("main", "dragover", { dataTransfer: data });
  await page.dispatchEvent("main", "drop", { dataTransfer: data });
}
const dropText = (path: string, text: string) => drop([{ path, bytes: Buffer.from(text) }]);

test("the small pictures are drawn from the examples' own data", () => {
  expect(pictures).toEqual(JSON.parse(JSON.stringify(thumbnails())));
});

test("each example opens from its card or its link, and says what it is", async () => {
  const { page } = studio;
  await studio.visit();
  const cards = page.getByRole("button", { name: /^Open (?!something)/ });
  expect(await cards.count()).toBe(7);
  const titles = new Set([""]);
  for (const name of exampleNames) {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, `#/open?ex=${name}`);
    await expect.poll(async () => titles.has((await heading().allTextContents())[0] ?? "")).toBe(false);
    titles.add((await heading().textContent()) ?? "");
    expect((await page.locator(".opened > p").first().textContent())?.length, name).toBeGreaterThan(20);
  }
  expect(studio.problems).toEqual([]);
});

test("digits: rows, classes and balance are those of the data; the screen passes axe", async () => {
  const { page } = studio;
  await studio.visit();
  await page.getByRole("button", { name: "Open Handwritten digits" }).click();
  await heading().waitFor();
  // The focus is on what was opened, so that a screen reader tells it.
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("opened");
  const lines = readFileSync(sample("digits"), "utf8").trim().split("\n").slice(1);
  const counts = Array.from({ length: 10 }, (_, d) => lines.filter((line) => line.endsWith(`,${d}`)).length);
  const shown = await page.locator(".balance td:nth-child(3)").allTextContents();
  expect(shown.map(Number)).toEqual(counts);
  expect(await axeInBothThemes(page)).toEqual([]);
});

test("a table that is dropped waits for its target, then tells columns, missing values and first rows", async () => {
  const { page } = studio;
  await studio.visit();
  await drop([{ path: "penguins.csv", bytes: readFileSync(sample("penguins")) }]);
  await heading().filter({ hasText: "penguins" }).waitFor();
  expect(await page.getByText("A table of 344 rows and 7 columns").count()).toBe(1);
  const sex = page.locator("tr", { has: page.getByRole("rowheader", { name: "sex", exact: true }) });
  expect(await sex.locator("td").nth(2).textContent()).toMatch(/^1[01] \(\d\.\d %\)$/);
  expect(await page.getByRole("region", { name: "First rows" }).locator("tbody tr").count()).toBe(10);
  expect(await page.getByLabel("Target").inputValue()).toBe("species");
  expect(await axeInBothThemes(page)).toEqual([]);
  await page.getByLabel("Target").selectOption("island");
  await page.getByRole("button", { name: "Go on with island" }).click();
  await page.getByRole("link", { name: "Train it" }).waitFor();
  expect(await page.locator(".facts").textContent()).toContain("Biscoe");
  expect(await axeInBothThemes(page)).toEqual([]);
  expect(await page.evaluate(() => location.hash)).toBe("#/open");
  expect(studio.problems).toEqual([]);
});

test("the chooser opens files as dropping does", async () => {
  const { page } = studio;
  await studio.visit();
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose files" }).click();
  await (await choosing).setFiles(sample("diabetes"));
  await heading().filter({ hasText: "diabetes" }).waitFor();
});

test("a column named like a script is text, and nothing else", async () => {
  const { page } = studio;
  await studio.visit();
  const evil = '<script>globalThis.hit=1</script><img src=x onerror="globalThis.hit=1">';
  const cell = evil.replaceAll('"', '""');
  await dropText(
    `${evil.replaceAll("/", "")}.csv`,
    `"${cell}",y\n${Array.from({ length: 40 }, (_, i) => `${i % 3 ? `"${cell}"` : "b"},${i % 2}`).join("\n")}\n`,
  );
  await heading().waitFor();
  expect(await page.getByRole("rowheader", { name: evil }).count()).toBe(1);
  await page.getByLabel("Target").selectOption("y");
  await page.getByRole("button", { name: "Go on with y" }).click();
  await page.getByRole("link", { name: "Train it" }).waitFor();
  expect(await page.evaluate(() => "hit" in globalThis)).toBe(false);
  expect(studio.problems).toEqual([]);
});

test.each([
  ["an empty file", "empty.csv", ""],
  ["a header alone", "head.csv", "a,b\n"],
  ["broken JSON", "x.json", '[{"a": 1},'],
  ["a picture under another name", "model.safetensors", "\x89PNG\r\n\x1a\n\0\0\0\0"],
])("%s gives a sentence that can be dismissed, and leaves open what is open", async (_, path, text) => {
  const { page } = studio;
  await studio.visit("#/open?ex=xor");
  await heading().filter({ hasText: "XOR" }).waitFor();
  await dropText(path, text);
  await alert().waitFor();
  const said = (await alert().textContent()) ?? "";
  expect(said.length).toBeGreaterThan(30);
  expect(said).not.toMatch(/undefined|TypeError|\[object|should not happen/);
  await page.getByRole("button", { name: "Dismiss" }).click();
  expect(await alert().count()).toBe(0);
  await heading().filter({ hasText: "XOR" }).waitFor();
  expect(studio.problems).toEqual([]);
});

const filesOf = (folder: string, keep = (_: string) => true) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile() && keep(path))
    .map((path) => ({ path: `${basename(folder)}/${path}`, bytes: readFileSync(join(folder, path)) }));

test("a run folder opens as its model, with the data it knows; a truncated model gives a sentence", async () => {
  const { page } = studio;
  await studio.visit();
  await drop(filesOf(run));
  await heading().waitFor();
  expect(await page.locator(".tag").textContent()).toContain("trained run, classification");
  // Three of the 64 pixels are the same in all pictures, and so no inputs.
  expect(await page.locator(".facts").textContent()).toContain("61–16–8–10 units");
  expect(await axeInBothThemes(page)).toEqual([]);
  const files = filesOf(run).map(({ path, bytes }) =>
    path.endsWith(".safetensors") ? { path, bytes: bytes.subarray(0, bytes.length - 1000) } : { path, bytes },
  );
  await drop(files);
  await alert().waitFor();
  expect(await alert().textContent()).toContain("model.safetensors");
  expect(studio.problems).toEqual([]);
});

test("a page that is served with a run opens it at once", async () => {
  const { page } = studio;
  const files = filesOf(run);
  await page.route(studio.url, async (route) => {
    const answer = await route.fetch();
    const meta = '<meta name="chainrule-run" content="run/index.json">';
    await route.fulfill({
      response: answer,
      body: (await answer.text()).replace("<title>", `${meta}<title>`),
    });
  });
  await page.route(`${studio.url}run/**`, (route) => {
    const path = decodeURIComponent(new URL(route.request().url()).pathname).replace(
      /^\/run\/(files\/)?/,
      "",
    );
    const listed = files.map(({ path, bytes }) => ({ path, size: bytes.length }));
    if (path === "index.json") return route.fulfill({ json: { name: "digits-run", files: listed } });
    const file = files.find((each) => each.path === path);
    return file ? route.fulfill({ body: Buffer.from(file.bytes) }) : route.fulfill({ status: 404 });
  });
  await studio.visit();
  await heading().waitFor();
  expect(await page.locator(".tag").textContent()).toContain("trained run");
  await page.unrouteAll();
  expect(studio.problems).toEqual([]);
});
