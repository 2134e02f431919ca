// simple_model.html as a reader has it: opened from disk, every worked example in its menu, its numbers beside their sources.
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { TraceFile } from "chainrule/trace";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tracePage } from "../../packages/cli/src/explain/page.ts";
import { Lab } from "../../packages/studio/src/simple-model/lab.ts";
import { lessonNamed, lessons } from "../../packages/studio/src/simple-model/lessons.ts";
import { launchBrowser } from "../browser/launch.ts";
import { expectNumbers, golden } from "../golden/golden.ts";
import { buildWith } from "./one-file.ts";
import { axe, watch } from "./studio.ts";

let browser: Browser;
let page: Page;
let file: string;
const folder = mkdtempSync(join(tmpdir(), "chainrule-test-"));
/** What went wrong in the page, and what it asked for beside itself. */
let problems: string[] = [];

beforeAll(async () => {
  file = await buildWith("simple-model", folder);
  browser = await launchBrowser();
  page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  problems = watch(page, "file:");
}, 60_000);

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A number as the page writes it in full, in a title: "−3.5×10⁻⁵". */
function parse(text: string): number {
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const plain = text
    .replace("×10", "e")
    .replace(/[−⁻]/g, "-")
    .replace("∞", "Infinity")
    .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (sign) => String(digits.indexOf(sign)));
  return Number(plain);
}

async function open(id: string): Promise<void> {
  await page.goto(`${pathToFileURL(file)}#${id}`);
  await page.reload();
  await page.locator("main h2").first().waitFor();
}

/** The numbers that the page computed, by what they are. */
async function computed(): Promise<Map<string, number[]>> {
  await page.locator("td[data-what]").first().waitFor();
  const cells = await page.locator("td[data-what]").evaluateAll((found) =>
    found.map((cell) => ({
      what: (cell as HTMLElement).dataset.what ?? "",
      titles: [...cell.querySelectorAll("[title]")].map((number) => number.getAttribute("title") ?? ""),
    })),
  );
  return new Map(cells.map(({ what, titles }) => [what, titles.map(parse)]));
}

type Numbers = number | number[] | number[][];
const example = golden<Record<string, never>>("worked_examples") as unknown as {
  mazur: Record<string, Numbers> & { trainedBias: Record<string, Numbers> };
  circuits: { inputs?: number[]; value?: number; grads: number[] }[];
  micrograd: [{ g: number[]; dgda: number[]; dgdb: number[] }, { y: number; dx: number }];
  cmu: {
    linear: Record<string, number[][]>;
    softmax: Record<string, number[]>;
    losses: { meanCrossEntropy: number; meanSquaredError: number };
    momentum: { gradient: number; after: number[] };
  };
  cubic: { fromZero: { loss: number; grads: { b: number; d: number }; losses: [number, number][] } };
  gradientCheck: { rightBelow: number };
};

const { mazur, circuits, micrograd, cmu, cubic, gradientCheck } = example;
const [product, neuron, max, quotient, softmax] = circuits;
const grads = (of: { grads: number[] }, ...names: string[]): [string, Numbers][] =>
  names.map((name, i) => [`∂ℓ/∂${name}`, of.grads[i]]);
const fraction = ([top, bottom]: number[]): number => top / bottom;

/** What the files of worked examples say, by the words of the page; with the relative difference, where it is not 1e-12. */
const wanted: Readonly<
  Record<string, readonly [what: string, numbers: Numbers, within?: number, absolute?: number][]>
> = {
  mazur: [
    ["z of the hidden units", mazur.z1],
    ["y of the hidden units", mazur.y1],
    ["z of the outputs", mazur.z2],
    ["y of the outputs", mazur.y2],
    ["the error E", mazur.E],
    ["∂ℓ/∂y⁽²⁾", mazur.dy2],
    ["∂ℓ/∂z⁽²⁾", mazur.dz2],
    ["∂ℓ/∂W⁽²⁾", mazur.dW2],
    ["∂ℓ/∂y⁽¹⁾", mazur.dy1],
    ["∂ℓ/∂z⁽¹⁾", mazur.dz1],
    ["∂ℓ/∂W⁽¹⁾", mazur.dW1],
    ["∂ℓ/∂x", mazur.dx],
    ["W⁽¹⁾ after one update", mazur.W1AfterOne],
    ["W⁽²⁾ after one update", mazur.W2AfterOne],
    ["E after one update", mazur.EAfterOne],
    ["E after 10,000 updates", mazur.EAfter10000, 1e-9],
    ["the outputs after 10,000 updates", mazur.y2After10000, 1e-9],
  ],
  "mazur-biases": [
    ["the hidden biases after one update", mazur.trainedBias.b1AfterOne],
    ["the biases of the outputs after one update", mazur.trainedBias.b2AfterOne],
    ["E after one update", mazur.trainedBias.EAfterOne],
  ],
  "cs231n-product": [["the result", product.value ?? 0], ...grads(product, "x", "y", "z")],
  "cs231n-neuron": [["the result", neuron.value ?? 0], ...grads(neuron, "w0", "w1", "w2", "x0", "x1")],
  "cs231n-max": [["the result", max.value ?? 0], ...grads(max, "x", "y", "z", "w")],
  "cs231n-quotient": [["the result", quotient.value ?? 0], ...grads(quotient, "x", "y")],
  "cs231n-softmax": [["∂ℓ/∂z", softmax.grads]],
  micrograd: [
    ["g", fraction(micrograd[0].g)],
    ["∂ℓ/∂a", fraction(micrograd[0].dgda)],
    ["∂ℓ/∂b", fraction(micrograd[0].dgdb)],
  ],
  "micrograd-sanity": [
    ["y", micrograd[1].y],
    ["∂ℓ/∂x", micrograd[1].dx],
  ],
  "cmu-linear": [
    ["Z = A Wᵀ + b", cmu.linear.Z],
    ["∂ℓ/∂A", cmu.linear.dA],
    ["∂ℓ/∂W⁽¹⁾", cmu.linear.dW],
    ["∂ℓ/∂w₀⁽¹⁾", cmu.linear.db as unknown as number[]],
  ],
  "cmu-softmax": [["∂ℓ/∂Z", cmu.softmax.dz]],
  "cmu-cross-entropy": [["the mean cross-entropy", cmu.losses.meanCrossEntropy]],
  "cmu-squared-error": [["the mean squared error", cmu.losses.meanSquaredError]],
  "cmu-momentum": [
    ["∂ℓ/∂w", cmu.momentum.gradient],
    ["w after one step", cmu.momentum.after[0]],
    ["w after two steps", cmu.momentum.after[1]],
  ],
  cubic: [
    ["the loss from zero weights", cubic.fromZero.loss],
    ["∂ℓ/∂W⁽¹⁾", [cubic.fromZero.grads.b, 0, cubic.fromZero.grads.d], 1e-12, 1e-9],
    ["the loss after 99 steps", cubic.fromZero.losses[0][1], 1e-9],
    ["after 999", cubic.fromZero.losses[1][1], 1e-9],
    ["after 1,999", cubic.fromZero.losses[2][1], 1e-9],
  ],
};

test("it is one file of less than a megabyte, whose policy lets nothing in", () => {
  expect(statSync(file).size).toBeLessThan(1e6);
});

describe("every worked example agrees with its source", () => {
  test("all of the menu's are looked at", () => {
    expect(lessons.map(({ id }) => id).filter((id) => id !== "lecture")).toEqual(Object.keys(wanted));
  });

  test.each(Object.keys(wanted))("%s", async (id) => {
    await open(id);
    const found = await computed();
    for (const [what, numbers, within = 1e-12, absolute = 1e-14] of wanted[id])
      expectNumbers(found.get(what) ?? [], [numbers].flat(2), within, absolute, what);
    if (id === "mazur") {
      const [largest] = found.get("the largest relative error of numeric derivatives, at most") ?? [];
      expect(largest).toBeGreaterThan(0);
      expect(largest).toBeLessThan(gradientCheck.rightBelow);
    }
    if (id === "cubic")
      expect(found.get("after 1,587 with η = 4 · 10⁻⁶")?.every(Number.isFinite)).toBe(false);
    expect(await page.locator("table.published td.bad").count()).toBe(0);
    expect(problems).toEqual([]);
  });
});

/** Goes through a walk by the right arrow key, and gives each number that was shown, by what it is. */
async function walked(): Promise<[key: string, number: number][]> {
  const panel = page.locator(".trace-formula[data-key]");
  const shown = async (): Promise<[string, number]> => {
    await panel.waitFor();
    return panel.evaluate((formula) => [
      formula.getAttribute("data-key") ?? "",
      Number(formula.querySelector("[data-number]")?.getAttribute("data-number")),
    ]);
  };
  const positions = Number(await page.locator("[data-positions]").getAttribute("data-positions"));
  await page.keyboard.press("Home");
  const seen = [await shown()];
  for (let at = 1; at < positions; at++) {
    await page.keyboard.press("ArrowRight");
    await page.locator(`[data-position="${at + 1}"]`).waitFor();
    // The formula of the place follows a moment later.
    await page.waitForFunction(
      (before) =>
        (document.querySelector(".trace-formula[data-key]")?.getAttribute("data-key") ?? before) !== before,
      seen[at - 1][0],
    );
    seen.push(await shown());
  }
  return seen;
}

describe("the lecture's network", () => {
  const lesson = lessonNamed("lecture");

  test("forward, loss, backward and update, by the right arrow key alone", async () => {
    await open("lecture");
    const trace = new Lab(lesson).trace(lesson.rows[0]);
    const seen = await walked();
    for (const [key, number] of seen) {
      const [of, value, index] = key.split(" ");
      expect(number, key).toBe(trace.read(Number(value), of as "value")[Number(index)]);
    }
    // 3 + 3 + 1 numbers forwards, their derivatives and those of 13 weights backwards, and 13 updates are among them.
    const keys = new Set(seen.map(([key]) => key));
    expect(keys.size).toBe(seen.length);
    const { loss, layers, values } = trace.data;
    // The loss is one step: what it is made of is shown on demand.
    const inside = layers.flatMap(({ part, values }) => (part === "loss" ? values : []));
    const isShown = (id: number) => id === loss?.value || !inside.includes(id);
    for (const { id, role, hasGradient, shape } of values) {
      const size = shape.reduce((product, length) => product * length, 1);
      for (let index = 0; index < size; index++) {
        if (role === "result" && isShown(id)) expect(keys).toContain(`value ${id} ${index}`);
        if (role === "parameter" && hasGradient) {
          expect(keys).toContain(`gradient ${id} ${index}`);
          expect(keys).toContain(`update ${id} ${index}`);
        }
      }
    }
    expect(problems).toEqual([]);
  });

  test("its loss falls as the library's does, and the pass follows", async () => {
    await open("lecture");
    const lab = new Lab(lesson);
    for (const [button, steps] of [
      ["1 step", 1],
      ["100 steps", 100],
    ] as const) {
      await page.getByRole("button", { name: button, exact: true }).click();
      lab.run(steps);
      const taken = `${lab.losses.length} ${lab.losses.length === 1 ? "step" : "steps"}`;
      await page.getByText(`With the weights after ${taken}.`).waitFor();
      const risk = page.getByTestId("risk");
      expect(parse((await risk.locator("[title]").getAttribute("title")) ?? "")).toBe(lab.loss());
      const number = lab.trace(lesson.rows[0]).data.loss?.number ?? Number.NaN;
      await page.locator(`[data-loss="${number}"]`).waitFor();
    }
    expect(lab.loss()).toBeLessThan(lab.losses[0] / 4);
    await page.getByRole("button", { name: "Start again" }).click();
    await page.getByText("With the weights as they are at the start.").waitFor();
    expect(problems).toEqual([]);
  });

  test("a rate that is too large ends in a sentence", async () => {
    await open("cubic");
    const rate = page.getByLabel("η", { exact: true });
    for (const wrong of ["", "a lot", "-1", "1e400"]) {
      await rate.fill(wrong);
      await rate.press("Enter");
      expect(await rate.getAttribute("aria-invalid"), wrong).toBe("true");
    }
    await rate.fill("4e-6");
    await rate.press("Enter");
    await page.getByRole("button", { name: "2,000 steps" }).click();
    await page.getByText("It is not finite any more: η is too large.").waitFor();
    expect(await page.getByTestId("risk").innerText()).toContain("1,587 steps taken");
    expect(problems).toEqual([]);
  });
});

test("the menu changes the example, and the address with it", async () => {
  await open("mazur");
  await page.getByLabel("Example").selectOption({ label: "(x + y) z" });
  await page.getByRole("heading", { name: "(x + y) z" }).waitFor();
  expect(page.url()).toMatch(/#cs231n-product$/);
  await page.goBack();
  await page.getByRole("heading", { name: "Mazur's step-by-step example" }).waitFor();
  expect(problems).toEqual([]);
});

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  test.each([1280, 360])("nothing sticks out or can not be read at %i pixels", async (width) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    for (const id of ["lecture", "mazur"]) {
      await open(id);
      await page.locator(".trace-formula[data-key]").waitFor();
      if (id === "mazur") await computed();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      // Each of the two once in each theme: axe takes its time.
      if ((id === "lecture") === (width === 360)) expect(await axe(page)).toEqual([]);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  });
});

test("a pass that was written down steps as the one that was computed", async () => {
  const template = await buildWith("trace", folder);
  const lesson = lessonNamed("mazur");
  const trace = new Lab(lesson).trace(lesson.rows[0]);
  const file: TraceFile = trace.toJSON();
  const written = join(folder, "pass.html");
  const title = "Row 1 of </script><b>a table</b>";
  writeFileSync(written, await tracePage([{ title, trace: file }], template));
  expect(statSync(written).size).toBeLessThan(1e6);
  await page.goto(pathToFileURL(written).href);
  expect(await page.locator("main h2").first().innerText()).toBe(title);
  const seen = await walked();
  expect(seen.length).toBeGreaterThan(40);
  for (const [key, number] of seen) {
    const [of, value, index] = key.split(" ");
    expect(number, key).toBe(trace.read(Number(value), of as "value")[Number(index)]);
  }
  expect(problems).toEqual([]);
});
