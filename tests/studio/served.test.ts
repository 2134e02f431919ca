// The studio as `chainrule studio RUN` serves it: in a real browser, under its own headers, with the run open at once.
import { afterAll, beforeAll, expect, test } from "vitest";
import { readApp } from "../../packages/cli/src/studio/app.ts";
import { offerOf } from "../../packages/cli/src/studio/offer.ts";
import { type StudioServer, startStudio } from "../../packages/cli/src/studio/server.ts";
import { launchBrowser } from "../browser/launch.ts";
import { chainrule, sample, workFolder } from "../cli/command.ts";
import { builtApp, watch } from "./studio.ts";

const work = workFolder();
const servers: StudioServer[] = [];
let browser: Awaited<ReturnType<typeof launchBrowser>>;

beforeAll(async () => {
  const args = ["train", sample("penguins"), "-t", "species", "--epochs", "2", "--hidden", "4"];
  expect(await chainrule([...args, "--out", work.path("penguins-7")])).toMatchObject({ code: 0 });
  browser = await launchBrowser();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  for (const server of servers) await server.close();
});

async function opened(source: string) {
  const errors: unknown[] = [];
  const options = { host: "127.0.0.1", port: 0, onError: (error: unknown) => errors.push(error) };
  const server = await startStudio(await readApp(await builtApp()), await offerOf(source), options);
  servers.push(server);
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(20_000);
  const problems = watch(page, server.url);
  await page.goto(server.url);
  return { page, problems, errors };
}

test("a run is open with its rows, in a page that may use threads", async () => {
  const { page, problems, errors } = await opened(work.path("penguins-7"));
  await page.getByRole("heading", { name: "penguins-7" }).waitFor();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  // The same cut of the same file as in training.
  await page.getByText("234 training, 41 validation, 69 test").waitFor();
  expect({ problems, errors }).toEqual({ problems: [], errors: [] });
});

test("a table asks for its target", async () => {
  const { page, problems, errors } = await opened(sample("penguins"));
  await page.getByRole("heading", { name: "penguins.csv" }).waitFor();
  await page.getByText("A table of 344 rows and 7 columns.").waitFor();
  expect({ problems, errors }).toEqual({ problems: [], errors: [] });
});
