/**
 * Writes docs/ops.md from the op records: every op and every tensor method with the one file to open for it. With --check it
 * only says whether the page is up to date.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { allOps, type Op } from "../packages/chainrule/src/core/op.ts";
import { Tensor } from "../packages/chainrule/src/core/tensor.ts";

const root = new URL("../packages/chainrule/src/", import.meta.url);
const page = new URL("../docs/ops.md", import.meta.url);

interface Family {
  file: string;
  ops: Op[];
  methods: string[];
}

/** Files of a folder, each after those of the same folder that it imports: so what appears with a file is its own. */
function inOrder(folder: string): string[] {
  const files = readdirSync(new URL(folder, root)).filter(
    (f) => f.endsWith(".ts") && !/\.(test|bench)\.ts$|^index\.ts$/.test(f),
  );
  const ordered = new Set<string>();
  const visit = (file: string): void => {
    if (ordered.has(file) || !files.includes(file)) return;
    const source = readFileSync(new URL(folder + file, root), "utf8");
    for (const [, imported] of source.matchAll(/from "\.\/([^"]+)"/g)) visit(imported);
    ordered.add(file);
  };
  for (const file of files.sort()) visit(file);
  return [...ordered];
}

/** Imports each file of a folder, and notes which ops and methods came with it. */
async function families(folder: string): Promise<Family[]> {
  const found: Family[] = [];
  for (const file of inOrder(folder)) {
    const opsBefore = new Set(allOps());
    const methodsBefore = new Set(Object.getOwnPropertyNames(Tensor.prototype));
    await import(new URL(folder + file, root).href);
    found.push({
      file: `${folder}${file}`,
      ops: allOps().filter((op) => !opsBefore.has(op)),
      methods: Object.getOwnPropertyNames(Tensor.prototype).filter((name) => !methodsBefore.has(name)),
    });
  }
  return found.sort((a, b) => a.file.localeCompare(b.file, "en"));
}

const cell = (text: string): string => text.replaceAll("|", "\\|");

function opRow(op: Op): string {
  const by = Object.keys(op.vjp);
  return `| \`${op.name}\` | ${cell(op.formula)} | ${by.length > 0 ? by.join(", ") : "—"} |`;
}

function section({ file, ops, methods }: Family): string {
  const lines = [`### [\`${file}\`](../packages/chainrule/src/${file})`, ""];
  if (ops.length > 0) lines.push("| op | formula | derivative by |", "|---|---|---|", ...ops.map(opRow), "");
  const composites = methods.filter((name) => !ops.some((op) => op.name === name));
  if (composites.length > 0) {
    lines.push(
      `${ops.length > 0 ? "Other tensor methods" : "Tensor methods"}: ${composites.map((m) => `\`${m}\``).join(", ")}.`,
      "",
    );
  }
  return lines.join("\n");
}

await import(new URL("core/tensor.ts", root).href);
const all = [
  ...(await families("ops/")),
  ...(await families("autograd/")),
  ...(await families("tensor/")),
].filter((f) => f.ops.length + f.methods.length > 0);
const ops = all.flatMap((f) => f.ops);
const index = all
  .flatMap((f) =>
    [...new Set([...f.ops.map((op) => op.name), ...f.methods])].map((name) => ({ name, file: f.file })),
  )
  .sort((a, b) => a.name.localeCompare(b.name, "en"));
const text = [
  "# Operations",
  "",
  "Written from the op records by `npm run docs:ops`; do not edit. A record holds an op's formula, shape rule, lowering, derivative,",
  `samples and known points. There are ${ops.length} records, ${ops.filter((op) => Object.keys(op.vjp).length > 0).length} of them differentiable; all other methods are plain functions of these.`,
  "",
  "## Where to find what",
  "",
  "| name | file |",
  "|---|---|",
  ...index.map(({ name, file }) => `| \`${name}\` | [\`${file}\`](../packages/chainrule/src/${file}) |`),
  "",
  "## By file",
  "",
  ...all.map(section),
].join("\n");

if (!process.argv.includes("--check")) {
  writeFileSync(page, text);
  console.log(`docs/ops.md: ${ops.length} records, ${index.length} names`);
} else if (readFileSync(page, "utf8") !== text) {
  console.error("docs/ops.md is not what the op records say. Run npm run docs:ops.");
  process.exitCode = 1;
}
