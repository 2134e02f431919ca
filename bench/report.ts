/**
 * Draws a saved run of the benchmark, and prints it as Markdown:
 * `node bench/report.ts bench/results/NAME.json [docs/bench.svg]`
 */
import { readFileSync, writeFileSync } from "node:fs";
import { chart } from "./chart.ts";
import { markdown } from "./markdown.ts";
import type { Report } from "./results.ts";

const [file, picture = "docs/bench.svg"] = process.argv.slice(2);
if (!file) {
  console.error("Usage: node bench/report.ts bench/results/NAME.json [PICTURE.svg]");
  process.exit(2);
}
const report = JSON.parse(readFileSync(file, "utf8")) as Report;
writeFileSync(picture, chart(report));
console.log(markdown(report));
