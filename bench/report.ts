/**
 * Draws a saved run of the benchmark into docs/bench.svg, and writes tables where the pages name a saved run between two comments:
 * `<!-- bench: bench/results/NAME.json -->`, and in docs/performance.md `<!-- bench, full: … -->` for all of them.
 *
 *   node bench/report.ts                             writes each table anew from the file that it names
 *   node bench/report.ts bench/results/NAME.json     and the picture from this file, whose name goes to the README
 */
import { readFileSync, writeFileSync } from "node:fs";
import { chart } from "./chart.ts";
import { markdown } from "./markdown.ts";
import type { Report } from "./results.ts";

const [file] = process.argv.slice(2);
const at = (path: string): URL => new URL(`../${path}`, import.meta.url);
const reportOf = (path: string): Report => JSON.parse(readFileSync(at(path), "utf8"));
if (file) writeFileSync(at("docs/bench.svg"), chart(reportOf(file)));

const place = /<!-- bench(, full)?: (\S+) -->.*?<!-- \/bench -->/gs;
for (const page of ["README.md", "docs/performance.md"]) {
  const text = readFileSync(at(page), "utf8");
  if (text.search(place) < 0) throw new Error(`${page} has no place for the tables of the benchmark.`);
  const written = text.replace(place, (_, full: string | undefined, named: string) => {
    const path = page === "README.md" && file ? file : named;
    return `<!-- bench${full ?? ""}: ${path} -->\n${markdown(reportOf(path), { full: full !== undefined })}\n<!-- /bench -->`;
  });
  writeFileSync(at(page), written);
}
