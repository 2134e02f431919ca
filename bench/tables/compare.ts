/**
 * `npm run bench:tables`: chainrule's training on tables beside scikit-learn's models at their defaults, on the same test rows.
 *
 *   python3 bench/tables/make.py              makes the tables (once)
 *   python3 bench/tables/reference.py         scikit-learn's results (once)
 *   npm run bench:tables                      the defaults: all tables, seeds 0 to 4, two processes of one thread each
 *     -- --variant no-pbld,relu               other settings, see variants.ts; "all" is every one
 *     -- --tables digits,cars --seeds 0,1     a part of it
 *     -- --jobs 4                             so many processes
 *     -- --fresh                              forgets earlier results of the chosen tables and seeds: after a change of the library
 *     -- --report                             shows what there is, without training
 *     -- --write-docs                         then writes docs/tables-benchmark.md
 *
 * Results are in bench/results/tables-VARIANT.json, saved after each training; a stopped benchmark goes on where it was.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { page } from "./page.ts";
import { runJobs } from "./pool.ts";
import { readReference, readVariant, savedVariants, saveVariant } from "./reports.ts";
import { tablesNamed } from "./tables.ts";
import { lines, runLine } from "./terminal.ts";
import { variantNamed, variants } from "./variants.ts";

const { values: options } = parseArgs({
  options: {
    variant: { type: "string", default: "default" },
    tables: { type: "string", default: "" },
    seeds: { type: "string", default: "0,1,2,3,4" },
    jobs: { type: "string", default: "2" },
    fresh: { type: "boolean", default: false },
    report: { type: "boolean", default: false },
    "write-docs": { type: "boolean", default: false },
  },
});

const split = (text: string): string[] => text.split(",").filter((word) => word !== "");
const chosen = tablesNamed(split(options.tables));
const seeds = split(options.seeds).map(Number);
const names = options.variant === "all" ? variants.map(({ name }) => name) : split(options.variant);
const reference = readReference();
if (!reference) console.log("scikit-learn's results are missing: python3 bench/tables/reference.py");

for (const { name, about } of names.map(variantNamed)) {
  console.log(`${name}: different from the defaults: ${about}`);
  if (!options.report) await train(name);
  console.log(`${lines(readVariant(name), reference, chosen).join("\n")}\n`);
}

if (options["write-docs"]) {
  const text = page(savedVariants(), reference);
  writeFileSync(new URL("../../docs/tables-benchmark.md", import.meta.url), text);
}

async function train(variant: string): Promise<void> {
  let report = readVariant(variant);
  const isChosen = (run: { table: string; seed: number }): boolean =>
    chosen.some(({ name }) => name === run.table) && seeds.includes(run.seed);
  if (options.fresh) report = { ...report, runs: report.runs.filter((run) => !isChosen(run)) };
  const isDone = (table: string, seed: number): boolean =>
    report.runs.some((run) => run.table === table && run.seed === seed);
  // Seed by seed, so that all tables are seen early.
  const jobs = seeds.flatMap((seed) =>
    chosen.filter(({ name }) => !isDone(name, seed)).map(({ name }) => ({ variant, table: name, seed })),
  );
  await runJobs(jobs, Number(options.jobs), (job, answer) => {
    if ("error" in answer) {
      console.error(`${job.table} ${job.seed}: ${answer.error}`);
      process.exitCode = 1;
      return;
    }
    report = { ...report, runs: [...report.runs, answer.run] };
    saveVariant(report);
    console.log(runLine(answer.run));
  });
}
