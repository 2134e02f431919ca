/** The saved results: bench/results/tables-NAME.json. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import type { ReferenceReport, Run, VariantReport } from "./results.ts";
import { tables } from "./tables.ts";
import { variants } from "./variants.ts";

const folder = new URL("../results/", import.meta.url);
const fileOf = (name: string): URL => new URL(`tables-${name}.json`, folder);

/** A variant's runs so far; those on tables that have changed since are left out. */
export function readVariant(variant: string): VariantReport {
  const saved: VariantReport | null = read(variant);
  return {
    variant,
    date: new Date().toISOString(),
    machine: cpus()[0]?.model.trim() ?? "unknown processor",
    versions: { node: process.versions.node },
    tables: digests,
    runs: saved ? current(saved) : [],
  };
}

/** What scikit-learn reached, null where reference.py has not run. */
export function readReference(): ReferenceReport | null {
  const saved: ReferenceReport | null = read("reference");
  return saved && { ...saved, runs: current(saved) };
}

/** The reports of all variants that have runs, in the order of variants.ts. */
export const savedVariants = (): VariantReport[] => {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return variants.flatMap(({ name }) => {
    const saved = files.includes(`tables-${name}.json`) ? (read(name) as VariantReport) : null;
    return saved ? [{ ...saved, runs: current(saved) }] : [];
  });
};

/** Writes whole or not at all, one run a line. */
export function saveVariant(report: VariantReport): void {
  mkdirSync(folder, { recursive: true });
  const order = (run: Run): number => tables.findIndex(({ name }) => name === run.table) * 1000 + run.seed;
  const runs = [...report.runs].sort((a, b) => order(a) - order(b)).map((run) => `  ${JSON.stringify(run)}`);
  const head = JSON.stringify({ ...report, runs: [] }, null, 1);
  const text = head.replace('"runs": []', () => `"runs": [\n${runs.join(",\n")}\n ]`);
  const part = new URL(`${fileOf(report.variant)}.part`);
  writeFileSync(part, `${text}\n`);
  renameSync(part, fileOf(report.variant));
}

const digests: Readonly<Record<string, string>> = Object.fromEntries(
  tables.map(({ name, sha256 }) => [name, sha256]),
);

const read = <T>(name: string): T | null =>
  existsSync(fileOf(name)) ? JSON.parse(readFileSync(fileOf(name), "utf8")) : null;

const current = <R extends Run>(report: {
  readonly tables: Readonly<Record<string, string>>;
  readonly runs: readonly R[];
}): R[] =>
  report.runs.filter(({ table }) => digests[table] !== undefined && report.tables[table] === digests[table]);
