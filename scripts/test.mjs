// `npm test [-- FILTER …]`: sets up what is missing, then runs all tests; arguments go to Vitest.
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, handOver, nodeBinary, root } from "./setup.mjs";

await ensureInstalled();
await ensureBuilt();
handOver(nodeBinary(), [join(root, "node_modules/vitest/vitest.mjs"), "run", ...process.argv.slice(2)], {
  cwd: root,
});
