// `npm run oldest-node`: runs the library's own, golden and compiled tests on the oldest Node that package.json declares. That
// Node and the last Vitest that runs on it are a small project of their own in tests/oldest-node.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ensureInstalled, handOver, root } from "./setup.mjs";

const folder = join(root, "tests/oldest-node");
await ensureInstalled();
await ensureInstalled(folder);

const node = join(folder, "node_modules", `node-${process.platform}-${process.arch}`, "bin/node");
if (!existsSync(node)) {
  console.error(`The oldest Node is not packaged for ${process.platform} ${process.arch}.`);
  process.exit(1);
}
const vitest = join(folder, "node_modules/vitest/vitest.mjs");
const config = join(folder, "vitest.config.mjs");
handOver(node, [vitest, "run", "--config", config, ...process.argv.slice(2)], { cwd: root });
