// `npm run javascriptcore`: runs compiled programs under Node and under Bun, whose engine is JavaScriptCore, and compares the
// bits. Bun comes from npm, in a small project of its own in tests/javascriptcore.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ensureInstalled, handOver, nodeBinary, root } from "./setup.mjs";

const folder = join(root, "tests/javascriptcore");
await ensureInstalled();
await ensureInstalled(folder);

const system = process.platform === "win32" ? "windows" : process.platform;
const machine = process.arch === "arm64" ? "aarch64" : process.arch;
const file = process.platform === "win32" ? "bun.exe" : "bun";
const bun = join(folder, "node_modules/@oven", `bun-${system}-${machine}`, "bin", file);
if (!existsSync(bun)) {
  console.error(`Bun is not packaged for ${process.platform} ${process.arch}.`);
  process.exit(1);
}
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const config = join(folder, "vitest.config.mjs");
handOver(nodeBinary(), [vitest, "run", "--config", config, ...process.argv.slice(2)], {
  cwd: root,
  env: { ...process.env, BUN: bun },
});
