/**
 * Writes the tables of names in docs/from-pytorch.md and docs/from-tensorflow-js.md: every public name of the library, what stands for
 * it there, and what differs. With --check it only says whether the pages are up to date.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { publicNames, type Sheet, strangers, writeNames } from "./cheat-sheets/names.ts";
import { pytorch } from "./cheat-sheets/pytorch.ts";
import { tensorflowJs } from "./cheat-sheets/tensorflow-js.ts";

export const pages: readonly [file: string, sheet: Sheet, theirs: string][] = [
  ["from-pytorch.md", pytorch, "PyTorch"],
  ["from-tensorflow-js.md", tensorflowJs, "TensorFlow.js"],
];

const START = "<!-- Written by `npm run docs:names`; do not edit. -->";
const END = "<!-- The end of what is written. -->";

/** A page as it is, and as it should be. */
export async function updated(
  file: string,
  sheet: Sheet,
  theirs: string,
): Promise<[is: string, should: string]> {
  const names = await publicNames();
  const unknown = strangers(names, sheet);
  if (unknown.length > 0)
    throw new Error(`${file} speaks of names that are not public: ${unknown.join(", ")}`);
  const page = readFileSync(new URL(`../docs/${file}`, import.meta.url), "utf8");
  const [before, rest] = page.split(START);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`${file} lacks the marks around its tables.`);
  return [page, `${before}${START}\n\n${writeNames(names, sheet, theirs)}\n\n${END}${after}`];
}

if (import.meta.main) {
  for (const [file, sheet, theirs] of pages) {
    const [is, should] = await updated(file, sheet, theirs);
    if (is === should) continue;
    if (process.argv.includes("--check")) {
      console.error(`docs/${file} is not up to date: npm run docs:names writes it.`);
      process.exitCode = 1;
    } else writeFileSync(new URL(`../docs/${file}`, import.meta.url), should);
  }
}
