/** Places of the studio that pictures are made of: what to open, and what to do there before the picture is taken. */
import type { Page } from "playwright-core";

export interface Scene {
  readonly name: string;
  /** The address after the page's own. */
  readonly hash: string;
  /** Brings the page to where the picture is taken, and waits until it is there. */
  prepare?(page: Page): Promise<void>;
  /** Also taken for the documentation, as `docs/studio-NAME.png`. */
  readonly docs?: { readonly width: number; readonly height: number };
}

const named = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

export const scenes: readonly Scene[] = [
  { name: "open", hash: "", docs: { width: 1200, height: 720 } },
  {
    name: "open-digits",
    hash: "#/open?ex=digits",
    prepare: (page) => page.locator("#opened").waitFor(),
  },
  {
    name: "open-penguins",
    hash: "#/open?ex=penguins",
    prepare: (page) => page.locator("#opened").waitFor(),
  },
  {
    name: "help",
    hash: "",
    prepare: async (page) => {
      await named(page, "Help and keyboard").click();
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "trace-nothing", hash: "#/trace" },
  { name: "trace-mazur", hash: "#/trace?ex=mazur&row=training:0", prepare: traced },
  {
    name: "trace",
    hash: "#/trace?ex=digits&step=300&row=test:3",
    prepare: traced,
    docs: { width: 1280, height: 860 },
  },
  { name: "train", hash: "#/train?ex=moons&step=400", prepare: trained, docs: { width: 1280, height: 940 } },
  { name: "train-lecture", hash: "#/train?ex=lecture&step=200", prepare: trained },
  { name: "health", hash: "#/health?ex=digits&step=60", prepare: shown, docs: { width: 1280, height: 900 } },
  { name: "compare", hash: "#/compare?ex=xor&step=100", prepare: shown, docs: { width: 1280, height: 800 } },
];

/** The moving picture of the documentation: some steps of a pass, as the right arrow key makes them. */
export const moving = {
  name: "step",
  hash: "#/trace?ex=mazur&row=training:0",
  prepare: traced,
  width: 1200,
  height: 640,
  /** How many steps are skipped before the first frame, and how many are shown. */
  skipped: 3,
  steps: 10,
  /** Of each frame, in milliseconds. */
  delay: 1200,
} as const;

/** Until the screen has a heading of its own and nothing is being done. */
async function shown(page: Page): Promise<void> {
  await page.getByRole("main").getByRole("heading").first().waitFor();
  await page.waitForFunction(() => document.querySelector('main[aria-busy="false"]') !== null);
}

async function traced(page: Page): Promise<void> {
  await shown(page);
  await page.locator(".formula").first().waitFor();
}

async function trained(page: Page): Promise<void> {
  await shown(page);
  await page.locator(".u-over").first().waitFor();
}
