/** The studio's Worker in a real Chromium, by Comlink, as the page has it; and beside it the same in Node. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Progress, StudioWorker } from "../../packages/studio/src/protocol.ts";
import { Studio } from "../../packages/studio/src/worker/studio.ts";
import { launchBrowser, type Served, serveFolder } from "../browser/launch.ts";

const root = join(import.meta.dirname, "../..");
let browser: Browser;
let site: string;
let served: Served;
let page: Page;
const problems: string[] = [];

type Remote = {
  readonly [K in keyof StudioWorker]: (
    ...args: Parameters<StudioWorker[K]>
  ) => Promise<Awaited<ReturnType<StudioWorker[K]>>>;
};

declare global {
  var studio: Remote;
  var said: Progress[];
}

/** A page of nothing but the Worker. */
const script = `
import { proxy, wrap } from "comlink";
globalThis.said = [];
globalThis.studio = wrap(new Worker(new URL("${join(root, "packages/studio/src/worker/main.ts")}", import.meta.url), { type: "module" }));
await globalThis.studio.listen(proxy((progress) => { globalThis.said.push(progress); }));
`;

beforeAll(async () => {
  site = await mkdtemp(join(tmpdir(), "chainrule-worker-"));
  await writeFile(
    join(site, "index.html"),
    '<!doctype html><link rel="icon" href="data:," /><title>worker</title><script type="module" src="./page.js"></script>',
  );
  await writeFile(join(site, "page.js"), script);
  await build({
    root: site,
    configFile: join(root, "packages/studio/vite.config.ts"),
    logLevel: "error",
    resolve: { alias: { comlink: join(root, "node_modules/comlink/dist/esm/comlink.mjs") } },
    build: { outDir: join(site, "out"), emptyOutDir: true },
  });
  browser = await launchBrowser();
  served = await serveFolder(join(site, "out"), {
    contentSecurityPolicy:
      "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; img-src 'self' data:",
  });
  page = await browser.newPage();
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(served.url) && !request.url().startsWith("data:"))
      problems.push(request.url());
  });
  await page.goto(served.url);
  await page.waitForFunction(() => globalThis.said !== undefined && globalThis.said.length > 0);
});

afterAll(async () => {
  await browser?.close();
  await served?.close();
  await rm(site, { recursive: true, force: true });
});

/** Losses of the steps from 0 on, as the page heard them. */
const heard = (): Promise<number[]> =>
  page.evaluate(() => {
    const all: number[] = [];
    for (const { from, losses } of globalThis.said) {
      all.length = Math.min(all.length, from);
      all.push(...losses);
    }
    return all;
  });

const files = (name: string) =>
  readFile(join(root, "packages/cli/data", name)).then((bytes) => new Uint8Array(bytes));

/** The losses of the first steps of an example in Node. */
async function inNode(name: "lecture" | "digits", steps: number): Promise<number[]> {
  const studio = new Studio(files);
  const all: number[] = [];
  studio.listen(({ from, losses }) => {
    all.length = from;
    all.push(...losses);
  });
  await studio.openExample(name);
  await studio.rewind(steps);
  studio.dispose();
  return all;
}

test.each(["lecture", "digits"] as const)("%s: the losses are those of Node", async (name) => {
  await page.evaluate(async (name) => {
    await globalThis.studio.openExample(name);
    globalThis.said.length = 0;
    await globalThis.studio.rewind(60);
  }, name);
  const found = await heard();
  const wanted = await inNode(name, 60);
  expect(found).toHaveLength(60);
  found.forEach((loss, t) => void expect(Math.abs(loss / wanted[t] - 1), `step ${t}`).toBeLessThan(1e-5));
});

test("messages are answered while training runs, and numbers cross as typed arrays", {
  retry: 2,
}, async () => {
  const found = await page.evaluate(async () => {
    const { studio } = globalThis;
    await studio.openExample("moons");
    await studio.setPace(0);
    await studio.run();
    const waits: number[] = [];
    for (let i = 0; i < 10; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const start = performance.now();
      await studio.setRate(0.01 + i / 1000);
      waits.push(performance.now() - start);
    }
    const boundary = await studio.boundary(0, 1, 32);
    await studio.pause();
    const last = globalThis.said.at(-1);
    return {
      usual: waits.sort((a, b) => a - b)[5],
      values: boundary.values instanceof Float32Array && boundary.values.length,
      running: last?.running,
      step: last?.step ?? 0,
      losses: last?.losses instanceof Float64Array,
      lr: last?.lr,
    };
  });
  expect(found).toMatchObject({ values: 2048, running: false, losses: true, lr: 0.019 });
  expect(found.step).toBeGreaterThan(50);
  expect(found.usual).toBeLessThan(100);
});

test("one step is answered at once, also the first", { retry: 2 }, async () => {
  const times = await page.evaluate(async () => {
    const { studio } = globalThis;
    await studio.openExample("digits");
    // A person needs a while to find the button.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const start = performance.now();
      await studio.step();
      times.push(performance.now() - start);
    }
    return times;
  });
  console.log(`one step of digits: ${times.map((time) => time.toFixed(1)).join(", ")} ms`);
  expect(times.toSorted((a, b) => a - b)[2]).toBeLessThan(100);
});

test("an error crosses with its sentence and its remedy, and nothing is broken after it", async () => {
  const found = await page.evaluate(async () => {
    const { studio } = globalThis;
    await studio.openExample("xor");
    const bytes = new TextEncoder().encode('a,b\n1,"2\n');
    const refused = await studio
      .openFiles([{ path: "broken.csv", bytes }])
      .catch((error) => ({ ...error, message: error.message }));
    await studio.step();
    return { refused, step: globalThis.said.at(-1)?.step };
  });
  expect(found.step).toBe(1);
  expect(found.refused).toMatchObject({
    code: "data",
    problem: expect.stringContaining("broken.csv"),
    remedy: expect.stringMatching(/\.$/),
  });
});

test("a report is one file with everything in it, and so are a model and a trace", async () => {
  const found = await page.evaluate(async () => {
    const { studio } = globalThis;
    const sizes: Record<string, number> = {};
    let html = "";
    for (const name of ["digits", "lecture", "mazur", "penguins"] as const) {
      await studio.openExample(name);
      await studio.rewind(40);
      const report = await studio.report();
      sizes[name] = report.html.length;
      if (name === "digits") html = report.html;
    }
    const model = await studio.modelFile();
    const trace = await studio.traceFile({ step: -1, rows: { kind: "row", part: "test", row: 0 } });
    return {
      sizes,
      html,
      model: model.name,
      bytes: model.bytes.length,
      trace: JSON.parse(trace.json).version,
    };
  });
  for (const size of Object.values(found.sizes)) expect(size).toBeLessThan(1_000_000);
  expect(found).toMatchObject({ model: "palmer-penguins.safetensors", trace: 1 });
  const sections = ["Handwritten digits", "How to reproduce it", "Configuration", 'data-trace="0"'];
  // Not by toContain, which would print a megabyte.
  expect(sections.filter((text) => !found.html.includes(text))).toEqual([]);
  expect(/(?:src|href)="(?!#|data:)[^"]{0,80}/.exec(found.html)?.[0] ?? null).toBeNull();
  console.log(`reports: ${JSON.stringify(found.sizes)} characters`);
});

/** Steps a second of an example in Node. */
async function speedInNode(name: "lecture" | "digits"): Promise<number> {
  const studio = new Studio(files);
  let step = 0;
  studio.listen((progress) => {
    step = progress.step;
  });
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  await studio.openExample(name);
  studio.setPace(0);
  studio.run();
  await wait(150);
  const from = step;
  const start = performance.now();
  await wait(250);
  studio.pause();
  const speed = (1000 * (step - from)) / (performance.now() - start);
  studio.dispose();
  return speed;
}

test("steps a second, with health watched and without", { retry: 2 }, async () => {
  for (const name of ["lecture", "digits"] as const) {
    const speeds = await page.evaluate(async (name) => {
      const { studio } = globalThis;
      await studio.openExample(name);
      await studio.setPace(0);
      const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
      const speed = async (watched: boolean): Promise<number> => {
        await studio.watchHealth(watched);
        await studio.run();
        await wait(50);
        const from = globalThis.said.at(-1)?.step ?? 0;
        const start = performance.now();
        await wait(300);
        await studio.pause();
        return (1000 * ((globalThis.said.at(-1)?.step ?? 0) - from)) / (performance.now() - start);
      };
      await speed(false);
      const plain: number[] = [];
      const watched: number[] = [];
      for (let turn = 0; turn < 3; turn++) {
        plain.push(await speed(false));
        watched.push(await speed(true));
      }
      const history = await studio.healthHistory();
      await studio.watchHealth(false);
      return { plain: Math.max(...plain), watched: Math.max(...watched), samples: history.length };
    }, name);
    const ratio = speeds.watched / speeds.plain;
    const inNode = Math.round(await speedInNode(name));
    console.log(
      `${name}: ${inNode} steps/s in Node, ${Math.round(speeds.plain)} in Chromium, ${Math.round(speeds.watched)} with health watched (${ratio.toFixed(2)})`,
    );
    expect(speeds.samples).toBeGreaterThan(2);
    // Not a limit of time: the two sides ran in turns. Machines that do other things besides are forgiven a lot.
    expect(ratio).toBeGreaterThan(0.5);
  }
});

test("no error, no warning, no request outside", () => {
  expect(problems).toEqual([]);
});
