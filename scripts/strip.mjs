// What the build takes out of compiled ops: `samples` and `edges` of op records. Only generated tests read them, and
// those run the sources. Lines stay where they were, so that source maps still hold.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const testData = new Set(["samples", "edges"]);

/** Strips every compiled file under `folder` that defines ops. */
export async function stripTestData(folder) {
  const { parseAst } = await import("vite");
  for (const file of readdirSync(folder, { recursive: true })) {
    if (!file.endsWith(".js")) continue;
    const path = join(folder, file);
    const code = readFileSync(path, "utf8");
    if (code.includes("defineOp(")) writeFileSync(path, strip(code, parseAst(code)));
  }
}

/** The code without the test data of the records that it passes to `defineOp`. */
export function strip(code, program) {
  const cuts = [];
  visit(program, (node) => {
    if (node.type !== "CallExpression" || node.callee.name !== "defineOp") return;
    for (const property of node.arguments[0].properties ?? []) {
      if (testData.has(property.key?.name)) cuts.push(property);
    }
  });
  let rest = code;
  for (const { start, end } of cuts.sort((a, b) => b.start - a.start)) {
    const comma = /^\s*,/.exec(rest.slice(end))?.[0].length ?? 0;
    const lines = rest.slice(start, end + comma).replace(/[^\n]+/g, "");
    rest = rest.slice(0, start) + lines + rest.slice(end + comma);
  }
  return rest;
}

function visit(node, see) {
  if (node === null || typeof node !== "object") return;
  if (typeof node.type === "string") see(node);
  for (const child of Object.values(node)) visit(child, see);
}
