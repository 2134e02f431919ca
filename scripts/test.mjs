// `npm test [-- FILTER …]`: sets up what is missing, then runs all tests; arguments go to Vitest.
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, handOver, nodeBinary, root } from "./setup.mjs";

await ensureInstalled();
await ensureBuilt();

const node = nodeBinary();
const [major, minor] = process.versions.node.split(".").map(Number);
if (node === process.execPath && (major < 22 || (major === 22 && minor < 12))) {
  console.error(
    "npm has no Node for this platform, and Vitest needs Node 22.12 or later: please install a newer one.",
  );
  process.exit(1);
}
handOver(node, [join(root, "node_modules/vitest/vitest.mjs"), "run", ...process.argv.slice(2)], {
  cwd: root,
});
