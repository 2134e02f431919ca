import { createWriteStream } from "node:fs";
import { mkdtemp, rename, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ChainruleError } from "chainrule";
import type { InputStream } from "../io.ts";
import { fileError, kindOf, readHead } from "./file.ts";
import { type InputFormat, keep } from "./input.ts";

/**
 * Writes what comes from standard input to a file, because a table is read more than once. It is there until the command is done.
 *
 * @param format by default JSON where it begins with a bracket, else a text table
 * @returns the path of the file
 * @throws ChainruleError `file` for a terminal, for nothing, and for what is no text
 */
export async function fileOfInput(input: InputStream, format?: InputFormat): Promise<string> {
  if (input.isTTY) {
    throw new ChainruleError(
      "file",
      "Standard input is a terminal: no table comes from it.",
      "Let another program write it, such as `cat table.csv | chainrule …`, or name a file.",
    );
  }
  const path = join(await mkdtemp(join(tmpdir(), "chainrule-")), "stdin");
  keep(path);
  try {
    await pipeline(input.bytes(), createWriteStream(path));
  } catch (error) {
    throw fileError(error, "Standard input");
  }
  if ((await stat(path)).size === 0) {
    throw new ChainruleError(
      "file",
      "Standard input is empty.",
      "Give a table with a header line and rows below it; see whether the program before has failed.",
    );
  }
  if ((await kindOf(path)) === "parquet") {
    throw new ChainruleError(
      "file",
      "Standard input is a Parquet file, which says at its end where its columns are, and so is no stream.",
      "Save it to a file, and name that.",
    );
  }
  const { bytes, compression } = await readHead(path);
  const named = `${path}.${format ?? formatOf(bytes)}${{ none: "", gzip: ".gz", zstd: ".zst" }[compression]}`;
  await rename(path, named);
  keep(named);
  return named;
}

/** JSON begins with a bracket. What stands between columns of text is found out later. */
const formatOf = (bytes: Uint8Array): InputFormat =>
  /^\s*[[{]/.test(new TextDecoder().decode(bytes.subarray(0, 4096))) ? "json" : "csv";
