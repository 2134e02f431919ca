// `npm start [-- DATA --target COLUMN …]`: sets up what is missing, then trains: on your table, or on the
// bundled handwritten digits.
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, handOver, nodeBinary, root } from "./setup.mjs";

await ensureInstalled();
await ensureBuilt();

const given = process.argv.slice(2);
const ownTable = given.some((argument, i) =>
  i === 0 && !argument.startsWith("-") ? true : /^(-h$|--(help|target)\b)/.test(argument),
);
const table = ownTable ? [] : [join(root, "packages/cli/data/digits.csv"), "--target", "digit"];
handOver(nodeBinary(), [join(root, "packages/cli/bin/chainrule.js"), "train", ...table, ...given], {
  cwd: process.env.INIT_CWD ?? process.cwd(),
});
