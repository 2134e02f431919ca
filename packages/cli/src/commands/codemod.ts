import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { ChainruleError } from "chainrule";
import { convert } from "../codemod/convert.ts";
import { unifiedDiff } from "../codemod/diff.ts";
import type { Remark } from "../codemod/rewriter.ts";
import type { Io } from "../io.ts";
import { fileError } from "../sources/file.ts";
import { counted } from "../terminal/format.ts";
import { Output } from "../terminal/output.ts";

export interface CodemodOptions {
  readonly dryRun: boolean;
  readonly out?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** What became of one file. */
interface Done {
  readonly file: string;
  /** Where it was written; null where nothing changed, or nothing was to be written. */
  readonly written: string | null;
  readonly changed: readonly Remark[];
  readonly left: readonly Remark[];
}

/** `chainrule codemod FILE…`: programs for TensorFlow.js, rewritten to chainrule. */
export async function codemod(paths: readonly string[], options: CodemodOptions, io: Io): Promise<void> {
  const output = new Output(io, options);
  const done: Done[] = [];
  const failures: ChainruleError[] = [];
  for (const file of await filesIn(paths)) {
    try {
      done.push(await rewrite(file, options, output));
    } catch (error) {
      if (!(error instanceof ChainruleError)) throw error;
      failures.push(error);
    }
  }
  const [changed, left] = [done.flatMap((d) => d.changed), done.flatMap((d) => d.left)];
  if (changed.length + left.length === 0 && failures.length === 0)
    output.say("Nothing here uses TensorFlow.js.");
  else if (done.length > 1) output.say(`All: ${summary(changed, left)}.`);
  if (options.json) output.result({ files: done });
  // Each file that could not be read or parsed is said; the last one as the error of the command.
  for (const failure of failures.slice(0, -1)) output.warn(`${failure.problem} ${failure.remedy}`);
  const last = failures.at(-1);
  if (last) throw last;
}

const summary = (changed: readonly Remark[], left: readonly Remark[]): string =>
  `${counted(changed.length, "change")}, ${left.length === 0 ? "nothing" : counted(left.length, "place")} left to look at`;

async function rewrite(file: string, options: CodemodOptions, output: Output): Promise<Done> {
  const source = await readFile(file, "utf8").catch((error: unknown) => {
    throw fileError(error, file);
  });
  const { text, changed, left } = converted(source, file);
  const target = options.out === undefined ? file : join(options.out, placeIn(file));
  const differs = text !== source;
  if (options.dryRun) for (const line of unifiedDiff(file, source, text)) output.say(painted(line, output));
  const writes =
    !options.dryRun && (differs || (options.out !== undefined && changed.length + left.length > 0));
  if (writes) await write(target, text);
  if (changed.length + left.length > 0) say(file, writes ? target : null, changed, left, output);
  return { file, written: writes ? target : null, changed, left };
}

function converted(source: string, file: string): ReturnType<typeof convert> {
  try {
    return convert(source, file);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ChainruleError(
      "file",
      `${file} can not be parsed: ${error.message}.`,
      "Correct it, or name the language by the ending: .js, .jsx, .ts, .tsx.",
      { cause: error },
    );
  }
}

async function write(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (error) {
    throw fileError(error, path);
  }
}

function say(
  file: string,
  written: string | null,
  changed: readonly Remark[],
  left: readonly Remark[],
  output: Output,
): void {
  const { bold, dim } = output.style;
  output.say(`${bold(file)}: ${summary(changed, left)}${written === null ? "" : `; written to ${written}`}`);
  for (const [line, texts] of byLine(changed)) output.fact(`line ${line}`, dim(texts.join(", ")));
  for (const { line, text } of left) output.warn(`line ${line}: ${text}`);
}

function byLine(remarks: readonly Remark[]): Map<number, string[]> {
  const lines = new Map<number, string[]>();
  for (const { line, text } of remarks) lines.set(line, [...(lines.get(line) ?? []), text]);
  return lines;
}

function painted(line: string, { style }: Output): string {
  if (/^(---|\+\+\+) /.test(line)) return style.bold(line);
  if (line.startsWith("@@")) return style.cyan(line);
  return line.startsWith("+") ? style.green(line) : line.startsWith("-") ? style.red(line) : line;
}

/** The path of a file in the folder of `--out`: as it lies below the folder that one is in. */
function placeIn(file: string): string {
  const near = relative("", resolve(file));
  return near.startsWith("..") || isAbsolute(near) ? basename(file) : near;
}

const isProgram = (name: string): boolean => /\.[cm]?[jt]sx?$/.test(name) && !/\.d\.[cm]?ts$/.test(name);

/** The files that are named, and the programs in the folders that are. */
async function filesIn(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    try {
      if ((await stat(path)).isDirectory()) files.push(...(await programsIn(path)));
      else files.push(path);
    } catch (error) {
      throw fileError(error, path);
    }
  }
  return [...new Set(files)];
}

async function programsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries
      .filter(({ name }) => name !== "node_modules" && !name.startsWith("."))
      .map((entry) => {
        const path = join(folder, entry.name);
        return entry.isDirectory() ? programsIn(path) : entry.isFile() && isProgram(entry.name) ? [path] : [];
      }),
  );
  return found.flat().sort();
}
