// The whole path on a bundled table: what is in it, a trained and tested model, predictions, and an answer over HTTP. Each command is
// printed before it runs, fit to be copied.
import { spawn } from "node:child_process";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { nodeBinary, root } from "./setup.mjs";

const cwd = process.env.INIT_CWD ?? process.cwd();
const data = relative(cwd, join(root, "packages/cli/data/penguins.csv"));
const program = join(root, "packages/cli/bin/chainrule.js");
const colours = process.stdout.isTTY && process.env.NO_COLOR === undefined;
const bold = (text) => (colours ? `\x1b[1m${text}\x1b[22m` : text);

/** The child that runs at the moment: an interrupt ends the tour with it. */
let running;
process.on("SIGINT", () => {});
process.on("SIGTERM", () => running?.kill("SIGTERM"));

/** Starts a command. `out` and `err` say what becomes of its streams. */
function start(args, out, err = "inherit") {
  running = spawn(nodeBinary(), [program, ...args], { cwd, stdio: ["ignore", out, err] });
  return running;
}

const ended = (child) =>
  new Promise((resolve) => child.on("close", (code, signal) => resolve(signal ? 130 : (code ?? 1))));

/** Runs a command to its end; a failure, or an interrupt, ends the tour. */
async function run(args, out = "inherit", err = "inherit") {
  const child = start(args, out, err);
  let text = "";
  child.stdout?.on("data", (part) => {
    text += part;
  });
  const code = await ended(child);
  if (code !== 0) process.exit(code);
  return text;
}

const heading = (text) => console.log(`\n${bold(`$ ${text}`)}`);

/** Trains on the bundled penguins and uses the model. Further options go to `train`. */
export async function tour(options) {
  heading(`npx chainrule inspect ${data} --target species`);
  await run(["inspect", data, "--target", "species"]);

  heading(["npx chainrule train", data, "--target species", ...options].join(" "));
  // With --json the result is on standard output, and what is for people on the other stream, which goes on to ours.
  const result = await run(["train", data, "--target", "species", "--json", ...options], "pipe", 1);
  const folder = JSON.parse(result.trim().split("\n").at(-1)).run;

  heading(`npx chainrule predict ${folder} ${data}`);
  const predictions = (await run(["predict", folder, data], "pipe")).trimEnd().split("\n");
  console.log(predictions.slice(0, 4).join("\n"));
  console.log(`… ${predictions.length - 4} more lines`);

  heading(`npx chainrule serve ${folder}`);
  await ask(folder);

  console.log(`
  ${folder}/report.html shows how good the model is, and what it looks at.

  Next:
${[
  [`npx chainrule studio ${folder}`, "every number of it, in the browser"],
  ["npm start -- my.csv --target price", "a table of your own"],
  ["npx chainrule --help", "all commands"],
  ["docs/tables.md", "the way, explained"],
]
  .map(([command, what]) => `    ${command.padEnd(36)}  ${what}`)
  .join("\n")}`);
}

/** Serves the model, asks it once, and stops. */
async function ask(folder) {
  const server = start(["serve", folder, "--port", "0"], "pipe");
  const stopped = ended(server);
  const lines = createInterface({ input: server.stdout });
  const address = await new Promise((resolve) => {
    lines.on("line", (line) => {
      const found = /http:\/\/[\w.:[\]]+/.exec(line)?.[0];
      if (found) resolve(found);
    });
    stopped.then(() => resolve(undefined));
  });
  if (address === undefined) process.exit(await stopped);
  const row = {
    island: "Biscoe",
    beak_length_mm: 46.5,
    beak_depth_mm: 14.5,
    flipper_length_mm: 217,
    body_mass_g: 5100,
    sex: null,
  };
  const response = await fetch(`${address}/predict`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(row),
  });
  console.log(`POST ${address}/predict`);
  console.log(folded(JSON.stringify(row)));
  console.log(folded(`${response.status} ${await response.text()}`));
  server.kill("SIGTERM");
  await stopped;
}

/** JSON in lines of at most 80 columns, cut after commas. */
const folded = (text) => text.replace(/(.{1,78},)(?=.{24})/g, "$1\n  ");
