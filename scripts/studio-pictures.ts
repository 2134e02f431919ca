// `npm run studio:pictures [-- FOLDER] [NAME …]`: pictures of the studio's screens in both themes, 360, 1280 and 2560 pixels wide, into a
// folder (by default node_modules/.cache/studio-pictures), to be looked at; with `--docs` those of the documentation, into docs/.
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { buildWith } from "../tests/studio/one-file.ts";
import { openStudio } from "../tests/studio/studio.ts";
import { animatedPng, type Frame, smallPng } from "./png.ts";
import { moving, type Scene, scenes } from "./studio-scenes.ts";

const root = join(import.meta.dirname, "..");
const given = process.argv.slice(2);
const forDocs = given.includes("--docs");
const words = given.filter((word) => word !== "--docs");
const SIMPLE = "simple-model";
const names = words.filter((word) => word === SIMPLE || scenes.some(({ name }) => name === word));
const [folder] = words.filter((word) => !names.includes(word));
const target = forDocs
  ? join(root, "docs")
  : resolve(folder ?? join(root, "node_modules/.cache/studio-pictures"));
const chosen = scenes.filter(({ name }) => names.length === 0 || names.includes(name));

const sizes = [
  { width: 360, height: 740 },
  { width: 1280, height: 800 },
  { width: 2560, height: 1440 },
];

mkdirSync(target, { recursive: true });
const studio = await openStudio();
const { page } = studio;
try {
  for (const scene of chosen) {
    if (forDocs) await ofDocs(scene, page);
    else await all(scene, page);
    for (const problem of studio.problems.splice(0)) console.error(`${scene.name}: ${problem}`);
  }
  if (forDocs && names.length === 0) await animation(page);
  if (forDocs && (names.length === 0 || names.includes(SIMPLE))) await simpleModel(page);
} finally {
  await studio.close();
}

async function all(scene: Scene, page: Page): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(size);
    await studio.visit(scene.hash);
    await scene.prepare?.(page);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await settle(page);
      const path = join(target, `${scene.name}-${size.width}-${colorScheme}.png`);
      await page.screenshot({ path, fullPage: true });
      const clipped = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (clipped > 0) console.error(`${scene.name}: ${clipped} pixels too wide for ${size.width}`);
    }
  }
  console.log(scene.name);
}

/** One picture in light, of exactly what fits. */
async function ofDocs({ name, hash, docs, prepare }: Scene, page: Page): Promise<void> {
  if (!docs) return;
  await page.setViewportSize(docs);
  await page.emulateMedia({ colorScheme: "light" });
  await studio.visit(hash);
  await prepare?.(page);
  await settle(page);
  const small = smallPng(await page.screenshot());
  writeFileSync(join(target, `studio-${name}.png`), small);
  console.log(`docs/studio-${name}.png, ${Math.round(small.length / 1000)} kB`);
}

/** simple_model.html, after a hundred steps, at a derivative. */
async function simpleModel(page: Page): Promise<void> {
  const built = await mkdtemp(join(tmpdir(), "chainrule-pictures-"));
  try {
    const file = await buildWith(SIMPLE, built);
    await page.setViewportSize({ width: 1280, height: 1080 });
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(pathToFileURL(file).href);
    await page.getByRole("button", { name: "100 steps" }).click();
    await page.getByText("With the weights after 100 steps.").waitFor();
    await page.getByRole("button", { name: "Backward pass" }).click();
    await page.keyboard.press("PageDown");
    for (let i = 0; i < 2; i++) await page.keyboard.press("ArrowRight");
    await page.evaluate(() => scrollTo(0, 0));
    await settle(page);
    const small = smallPng(await page.screenshot());
    writeFileSync(join(target, `studio-${SIMPLE}.png`), small);
    console.log(`docs/studio-${SIMPLE}.png, ${Math.round(small.length / 1000)} kB`);
  } finally {
    await rm(built, { recursive: true });
  }
}

/** Some steps of a pass, one after the other. */
async function animation(page: Page): Promise<void> {
  const { name, hash, width, height, skipped, steps, delay } = moving;
  await page.setViewportSize({ width, height });
  await studio.visit(hash);
  await moving.prepare(page);
  const frames: Frame[] = [];
  for (let i = 0; i < skipped + steps; i++) {
    await settle(page);
    if (i >= skipped) frames.push({ png: await page.screenshot(), delay });
    await page.keyboard.press("ArrowRight");
  }
  const small = animatedPng(frames);
  writeFileSync(join(target, `studio-${name}.png`), small);
  console.log(`docs/studio-${name}.png, ${Math.round(small.length / 1000)} kB`);
}

/** Two frames: what the last change draws on a canvas is there after the second. */
function settle(page: Page): Promise<unknown> {
  return page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}
