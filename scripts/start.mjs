// `npm start [-- DATA --target COLUMN …]`: sets up what is missing, then trains on your table, or goes the
// whole way with a bundled one.
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, handOver, nodeBinary, root } from "./setup.mjs";
import { tour } from "./tour.mjs";

const given = process.argv.slice(2);
const { npm_config_target: swallowed } = process.env;
const hasTarget = given.some((argument) => /^(-t|--target(=.*)?)$/.test(argument));
// The variable may also come from a user's npm settings, so it is asked about only beside a table.
if (swallowed !== undefined && given.length > 0 && !given[0].startsWith("-") && !hasTarget) {
  // `--target species` leaves "true" and the column among the arguments, `--target=species` the column.
  const [data, column = "COLUMN"] = swallowed === "true" ? given : [given[0], swallowed];
  const words = [data, "--target", column].map((word) => (/\s/.test(word) ? `"${word}"` : word));
  console.error(`npm keeps options for itself: put -- before them: npm start -- ${words.join(" ")}`);
  process.exit(2);
}

await ensureInstalled();
await ensureBuilt();

const ownTable = given.some((argument, i) =>
  i === 0 && !argument.startsWith("-") ? true : /^(-h$|--(help|target)\b)/.test(argument),
);
if (ownTable) {
  handOver(nodeBinary(), [join(root, "packages/cli/bin/chainrule.js"), "train", ...given], {
    cwd: process.env.INIT_CWD ?? process.cwd(),
  });
} else await tour(given);
