/**
 * Runs the commands of pages, and holds their outputs to what is printed: `npm run docs:commands` checks all pages, followed by
 * `-- PAGE.md …` some; with --write it puts today's outputs in place. Commands stand in blocks of the language `console`, each after
 * "$ "; those of a page run one after the other in an empty folder that has the bundled tables. A command that ends in " &" runs until
 * the page is over.
 *
 * Numbers differ between processors, and times always do: a check compares lines with their numbers masked, and asks that every
 * line of the page is printed, in its order. A line "…" on the page stands for any lines.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { ensureBuilt } from "./setup.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const write = process.argv.includes("--write");
const named = process.argv.slice(2).filter((word) => word !== "--write");
if (named.some((word) => word.startsWith("-"))) {
  console.error("Usage: npm run docs:commands [-- PAGE.md … --write]");
  process.exit(2);
}
const hasCommands = (page: string): boolean => /^```console$/m.test(readFileSync(page, "utf8"));
const pages =
  named.length > 0 ? named : globSync(["README.md", "docs/*.md"], { cwd: root }).sort().filter(hasCommands);

interface Step {
  readonly command: string;
  /** The lines that the page shows below it. */
  readonly shown: readonly string[];
}

/** A page in pieces: text that stays, and blocks of commands. */
function piecesOf(text: string): (string | Step[])[] {
  return text.split(/(^```console\n[\s\S]*?^```$)/m).map((piece) => {
    if (!piece.startsWith("```console\n")) return piece;
    const steps: { command: string; shown: string[] }[] = [];
    for (const line of piece.split("\n").slice(1, -1)) {
      if (line.startsWith("$ ")) steps.push({ command: line.slice(2), shown: [] });
      else steps.at(-1)?.shown.push(line);
    }
    return steps;
  });
}

const bundled = join(root, "packages/cli/data");
const bin = join(root, "node_modules/.bin");
// Commands are to speak as in a terminal, and not as below npm.
const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_")));
const env = {
  ...own,
  PATH: bin + delimiter + process.env.PATH,
  COLUMNS: "80",
  NO_COLOR: "1",
  CI: "true",
};

/** Where the commands of one page run, and what still runs there. */
interface Place {
  readonly folder: string;
  readonly behind: ChildProcess[];
}

/** What a command prints, on both streams as they come. */
async function output(command: string, { folder, behind }: Place): Promise<string[]> {
  const lines = (text: string): string[] => linesOf(text.replaceAll(folder, "."));
  if (command.endsWith(" &")) {
    const child = spawn("sh", ["-c", `exec ${command.slice(0, -2)} 2>&1`], { cwd: folder, env });
    behind.push(child);
    let text = "";
    child.stdout.on("data", (data) => (text += data));
    // It has started when it has printed something, and then nothing more for a while.
    for (let before = -1; text.length === 0 || text.length > before; ) {
      before = text.length;
      await sleep(700);
      if (child.exitCode !== null) throw new Error(`"${command}" ended: ${text}`);
    }
    return lines(text);
  }
  const { stdout, status, error } = spawnSync("sh", ["-c", `{ ${command}\n} 2>&1`], {
    cwd: folder,
    env,
    encoding: "utf8",
    timeout: 300_000,
    maxBuffer: 1 << 26,
  });
  if (error || status !== 0) throw new Error(`"${command}" failed (${error?.message ?? status}):\n${stdout}`);
  return lines(stdout);
}

const linesOf = (text: string): string[] =>
  stripVTControlCharacters(text)
    .replace(/\n+$/, "")
    .split("\n")
    .map((line) => line.trimEnd());

/** A line without what differs from run to run: numbers, units of time, marks of plots, and the spaces that align them. */
const masked = (line: string): string =>
  line
    .replace(/[0-9a-f]{16,}/g, "#")
    .replace(/[−+-]?[\d][\d,.:]*/g, "#")
    .replace(/# (ms|s|min)\b/g, "# s")
    .replace(/#k rows\/s/g, "# rows/s")
    .replace(/[▁▂▃▄▅▆▇█⠀-⣿─━│┤╭╮╰╯·]+/g, "~")
    .replace(/[\s~#%]+/g, " ")
    .trim();

/** The first line of the page that is not printed, in order; undefined when all are. */
function missing(shown: readonly string[], printed: readonly string[]): string | undefined {
  const lines = printed.map(masked);
  let at = 0;
  for (const line of shown) {
    const wanted = masked(line);
    if (line.trim() === "…" || wanted === "") continue;
    const found = lines.indexOf(wanted, at);
    if (found < 0) return line;
    at = found + 1;
  }
  return undefined;
}

/** Outputs as the page shows them: where the page leaves lines out, they stay out. */
function rewritten({ shown }: Step, printed: readonly string[]): readonly string[] {
  const gap = shown.findIndex((line) => line.trim() === "…");
  if (gap < 0) return printed;
  const after = shown.length - gap - 1;
  if (printed.length <= gap + after) return printed;
  return [...printed.slice(0, gap), shown[gap], ...printed.slice(printed.length - after)];
}

/** Runs a page; how many of its outputs are not as it says. */
async function run(page: string): Promise<number> {
  const place: Place = { folder: mkdtempSync(join(tmpdir(), "chainrule-page-")), behind: [] };
  for (const file of readdirSync(bundled))
    if (file.endsWith(".csv")) cpSync(join(bundled, file), join(place.folder, file));
  let failures = 0;
  try {
    const written: string[] = [];
    for (const piece of piecesOf(readFileSync(page, "utf8"))) {
      if (typeof piece === "string") {
        written.push(piece);
        continue;
      }
      const lines = ["```console"];
      for (const step of piece) {
        const printed = await output(step.command, place);
        const lacking = missing(step.shown, printed);
        if (lacking !== undefined && !write) {
          failures++;
          console.error(
            `$ ${step.command}\ndid not print this line of ${page}:\n${lacking}\nbut:\n${printed.join("\n")}\n`,
          );
        }
        lines.push(`$ ${step.command}`, ...rewritten(step, printed));
      }
      written.push([...lines, "```"].join("\n"));
    }
    if (write) writeFileSync(page, written.join(""));
    else
      console.log(`${page}: ${failures === 0 ? "every output is as it says" : `${failures} outputs differ`}`);
  } finally {
    for (const child of place.behind) child.kill("SIGTERM");
    await Promise.all(
      place.behind.map((child) => child.exitCode ?? new Promise((resolve) => child.once("exit", resolve))),
    );
    rmSync(place.folder, { recursive: true, force: true });
  }
  return failures;
}

await ensureBuilt();
process.chdir(root);
let failed = 0;
for (const page of pages) failed += (await run(page)) > 0 ? 1 : 0;
console.log(`${pages.length - failed} passed, ${failed} failed: pages with commands`);
process.exit(failed === 0 ? 0 : 1);
