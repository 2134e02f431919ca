/** The page among the examples, built by Vite as its reader would: it learns, and says how far it is. */
import { rm } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildPage, launchBrowser, serveFolder } from "./launch.ts";

let browser: Browser;
let site: string;

beforeAll(async () => {
  browser = await launchBrowser();
  site = await buildPage("../../../examples/page");
});

afterAll(async () => {
  await browser?.close();
  await rm(site, { recursive: true, force: true });
});

test("the page of the examples learns", async () => {
  const server = await serveFolder(site);
  const page = await browser.newPage();
  try {
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto(server.url);
    const lossBelow = (limit: number) =>
      page.waitForFunction(
        (most) => Number(document.querySelector("#status")?.textContent?.split("loss ")[1]) < most,
        limit,
      );
    await lossBelow(0.6);
    await lossBelow(0.1);
    // The ring is dark outside and light inside.
    const shades = await page.evaluate(() => {
      const field = document.querySelector<HTMLCanvasElement>("#field")?.getContext("2d");
      return [...[[0, 0], [20, 8]].map(([x, y]) => field?.getImageData(x, y, 1, 1).data[0] ?? -1)]; // biome-ignore format: places
    });
    expect(shades[0]).toBeLessThan(60);
    expect(shades[1]).toBeGreaterThan(195);
    expect(problems).toEqual([]);
  } finally {
    await page.close();
    await server.close();
  }
});
