// `npm run simple-model [-- FILE]`: the lecture's network and other worked examples as one file, simple_model.html, which a browser
// opens from disk.
import { copyFileSync, mkdirSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { ensureInstalled, nodeBinary, root, runQuietly } from "./setup.mjs";

/** A page that is sent by mail should stay small. */
const MOST_BYTES = 1e6;

const from = process.env.INIT_CWD ?? process.cwd();
const [given] = process.argv.slice(2);
if (given?.startsWith("-")) {
  const help = given === "-h" || given === "--help";
  const usage =
    "Usage: npm run simple-model [-- FILE]\n\nWrites the worked examples as one page, simple_model.html or FILE.";
  console[help ? "log" : "error"](help ? usage : `There is no option ${given}.\n\n${usage}`);
  process.exit(help ? 0 : 1);
}
const out = given === undefined ? join(root, "simple_model.html") : resolve(from, given);

await ensureInstalled();
const folder = join(root, "node_modules/.cache/chainrule-simple-model");
const words = ["--config", "vite.simple-model.config.ts", "--mode", "simple-model", "--outDir", folder];
await runQuietly(
  nodeBinary(),
  [join(root, "node_modules/vite/bin/vite.js"), "build", ...words, "--emptyOutDir"],
  {
    cwd: join(root, "packages/studio"),
  },
).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
const page = join(folder, "simple-model.html");
const { size } = statSync(page);
if (size > MOST_BYTES) {
  console.error(`The page has ${size} bytes, more than ${MOST_BYTES}.`);
  process.exit(1);
}
mkdirSync(dirname(out), { recursive: true });
copyFileSync(page, out);
console.log(`${relative(from, out) || out} (${Math.round(size / 1000)} kB): open it in a browser.`);
