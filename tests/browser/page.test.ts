import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser, runInPage } from "./launch.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

const environment = join(import.meta.dirname, "pages/environment.ts");

test("a plain page has WebAssembly and no shared memory", async () => {
  expect(await runInPage(browser, environment)).toEqual({
    webAssembly: true,
    isolated: false,
    sharedMemory: false,
  });
});

test("a cross-origin isolated page has shared memory too", async () => {
  expect(await runInPage(browser, environment, { crossOriginIsolated: true })).toEqual({
    webAssembly: true,
    isolated: true,
    sharedMemory: true,
  });
});
