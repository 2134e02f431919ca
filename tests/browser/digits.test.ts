/** The digits network trains in a page as in Node: in a module worker and on the main thread, with threads and without. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildPage, launchBrowser, type ServeOptions, serveFolder } from "./launch.ts";
import { type Trained, type Training, train } from "./pages/digits/train.ts";

let browser: Browser;
let site: string;
let rows: number[][];
let inNode: Trained;
let strictInNode: Trained;

beforeAll(async () => {
  browser = await launchBrowser();
  site = await buildPage("digits");
  const csv = await readFile(join(import.meta.dirname, "../../packages/cli/data/digits.csv"), "utf8");
  rows = csv
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));
  inNode = await train({ rows, strict: false, threads: 1 });
  strictInNode = await train({ rows, strict: true, threads: 1 });
});

afterAll(async () => {
  await browser?.close();
  await rm(site, { recursive: true, force: true });
});

type Where = "trainHere" | "trainInWorker";

/** Opens the page and trains there. Gives what came of it, and how many workers the library made. */
async function trainInPage(where: Where, training: Omit<Training, "rows">, options: ServeOptions) {
  const server = await serveFolder(site, options);
  const page = await browser.newPage();
  try {
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    let helpers = 0;
    page.on("worker", (worker) => {
      if (worker.url().startsWith("blob:")) helpers++;
    });
    await page.goto(server.url);
    await page.waitForFunction((name) => name in globalThis, where);
    const trained = await page.evaluate<Trained, { where: Where; training: Training }>(
      ({ where, training }) => globalThis[where](training),
      { where, training: { ...training, rows } },
    );
    expect(problems).toEqual([]);
    return { ...trained, helpers };
  } finally {
    await page.close();
    await server.close();
  }
}

function expectSameLosses({ losses }: Trained): void {
  expect(losses.length).toBe(inNode.losses.length);
  losses.forEach((loss, t) => {
    const wanted = inNode.losses[t];
    expect(Math.abs(loss - wanted), `step ${t}`).toBeLessThanOrEqual(1e-5 * Math.abs(wanted));
  });
}

test("the network learns", () => {
  const { losses } = inNode;
  expect(losses[losses.length - 1]).toBeLessThan(losses[0] / 3);
});

describe.each([
  ["a cross-origin isolated page", true],
  ["a plain page", false],
] as const)("%s", (_, crossOriginIsolated) => {
  test.each([
    ["in a module worker", "trainInWorker"],
    ["on the main thread", "trainHere"],
  ] as const)("%s", async (_, where) => {
    const trained = await trainInPage(where, { strict: false, threads: 2 }, { crossOriginIsolated });
    expectSameLosses(trained);
    expect(trained.program).toMatch(crossOriginIsolated ? / on 2 threads;/ : / on one thread;/);
    expect(trained.helpers).toBe(crossOriginIsolated ? 1 : 0);
    expect(trained.warnings).toEqual([]);
    const strict = await trainInPage(where, { strict: true, threads: 2 }, { crossOriginIsolated });
    expect(strict.losses).toEqual(strictInNode.losses);
  });
});

test("a policy that forbids workers made from text leaves one thread", async () => {
  const options = { crossOriginIsolated: true, contentSecurityPolicy: "worker-src 'self'" };
  for (const where of ["trainInWorker", "trainHere"] as const) {
    const trained = await trainInPage(where, { strict: true, threads: 2 }, options);
    expect(trained.losses).toEqual(strictInNode.losses);
  }
});

test("a policy that forbids WebAssembly leaves the function uncompiled, and one warning says so", async () => {
  const options = { contentSecurityPolicy: "script-src 'self'" };
  const trained = await trainInPage("trainHere", { strict: false, threads: 1 }, options);
  expectSameLosses(trained);
  expect(trained.warnings).toEqual([
    expect.stringMatching(/^compile\(\) runs functions uncompiled, and slower: .*Content Security Policy/),
  ]);
});
