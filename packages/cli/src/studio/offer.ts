import { realpath, stat } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { ChainruleError } from "chainrule";
import type { RunConfig } from "../runs/config.ts";
import { isThere } from "../runs/files.ts";
import { names } from "../runs/names.ts";
import { readConfig, readRun } from "../runs/run.ts";
import { fileError, fingerprint } from "../sources/file.ts";
import { clip } from "../terminal/format.ts";

/** What the studio opens when it starts: the files that a page may ask for, and no others. */
export interface Offer {
  /** Of the run's folder, or of the file. */
  readonly name: string;
  readonly files: readonly OfferedFile[];
  /** What is left out, in sentences. */
  readonly notes: readonly string[];
}

export interface OfferedFile {
  /** The name under which it is asked for: "config.json", "data/penguins.csv". */
  readonly path: string;
  /** Where it is, without links on the way. */
  readonly file: string;
}

/** The files of a run that the studio reads. */
const ofRun = [names.config, names.history, names.scores, names.model];

/** What a page can read of tables. */
const readable = [".csv", ".tsv", ".tab", ".txt", ".json", ".ndjson", ".jsonl"];

/** A page holds the whole of a table in memory: larger ones are for the command line. */
const MOST_BYTES = 256e6;

/**
 * What a run's folder, or a file with a model or a table, offers.
 *
 * @throws ChainruleError that says what is wrong with it
 */
export async function offerOf(source: string): Promise<Offer> {
  const found = await stat(source).catch((error: unknown) => {
    throw fileError(error, source);
  });
  return found.isDirectory() ? await offerOfRun(source) : await offerOfFile(source, found.size);
}

async function offerOfFile(source: string, size: number): Promise<Offer> {
  const name = basename(source);
  if (![...readable, ".safetensors"].includes(extname(name).toLowerCase())) {
    throw new ChainruleError(
      "file",
      `The studio does not read ${clip(name)}: it opens runs, models (.safetensors), and tables as CSV, TSV or JSON.`,
      "Write the table as CSV, uncompressed, or train a run on it and open that.",
    );
  }
  if (size > MOST_BYTES) throw tooLarge(name, size);
  return { name, files: [{ path: name, file: await realpath(source) }], notes: [] };
}

async function offerOfRun(folder: string): Promise<Offer> {
  await readRun(folder); // a damaged run is told here
  const inside: OfferedFile[] = [];
  for (const path of ofRun)
    if (await isThere(join(folder, path))) inside.push({ path, file: await insideOf(folder, path) });
  const { data } = await readConfig(folder);
  const { files, notes } = await offerOfData(data);
  return { name: basename(resolve(folder)), files: [...inside, ...files], notes };
}

/** @throws ChainruleError `file` for a link that leads out of the folder */
async function insideOf(folder: string, name: string): Promise<string> {
  const file = await realpath(join(folder, name));
  if (file === join(await realpath(folder), name)) return file;
  throw new ChainruleError(
    "file",
    `${join(folder, name)} is a link to a file elsewhere.`,
    "Put the file itself into the run's folder.",
  );
}

/** The run's data, where they are still what the run was begun with. */
async function offerOfData({ files, sql }: RunConfig["data"]): Promise<Pick<Offer, "files" | "notes">> {
  const without = (why: string) => ({
    files: [],
    notes: [`${why} The run opens without its rows; drop the table on the page to follow some.`],
  });
  if (sql !== null) return without("The run's data come from a query.");
  const offered: OfferedFile[] = [];
  for (const { path, bytes, sha256 } of files) {
    if (path === "-") return without("The run's data came from standard input, and are not kept.");
    const name = clip(basename(path));
    const found = await stat(path).catch(() => null);
    if (found === null) return without(`${clip(path)} is not there any more.`);
    if (!readable.includes(extname(path).toLowerCase()))
      return without(`${name} is no CSV, TSV or JSON that a page could read.`);
    if (found.size > MOST_BYTES) return without(tooLarge(name, found.size).problem);
    if (found.size !== bytes || (await fingerprint(path)) !== sha256)
      return without(`${name} has changed since the run was begun.`);
    offered.push({ path: `data/${basename(path)}`, file: await realpath(path) });
  }
  return new Set(offered.map(({ path }) => path)).size === offered.length
    ? { files: offered, notes: [] }
    : without("Some of the run's data files have the same name.");
}

const tooLarge = (name: string, size: number): ChainruleError =>
  new ChainruleError(
    "file",
    `${clip(name)} has ${Math.round(size / 1e6).toLocaleString("en-US")} MB, and a page takes at most ${MOST_BYTES / 1e6}.`,
    "Open a part of it.",
  );
