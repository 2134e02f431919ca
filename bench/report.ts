/**
 * Draws a saved run of the benchmark into docs/bench.svg, and writes its tables into the README, between the two comments that
 * say so: `node bench/report.ts bench/results/NAME.json`
 */
import { readFileSync, writeFileSync } from "node:fs";
import { chart } from "./chart.ts";
import { markdown } from "./markdown.ts";
import type { Report } from "./results.ts";

const [file] = process.argv.slice(2);
if (!file) {
  console.error("Usage: node bench/report.ts bench/results/NAME.json");
  process.exit(2);
}
const report = JSON.parse(readFileSync(file, "utf8")) as Report;
writeFileSync(new URL("../docs/bench.svg", import.meta.url), chart(report));

const readme = new URL("../README.md", import.meta.url);
const tables = `<!-- bench: ${file} -->\n${markdown(report)}\n<!-- /bench -->`;
const text = readFileSync(readme, "utf8");
const place = /<!-- bench.*?<!-- \/bench -->/s;
if (!place.test(text)) throw new Error("The README has no place for the tables of the benchmark.");
writeFileSync(
  readme,
  text.replace(place, () => tables),
);
