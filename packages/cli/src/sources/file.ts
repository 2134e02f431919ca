import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import * as zlib from "node:zlib";
import { ChainruleError } from "chainrule";
import { isStandardInput } from "./input.ts";

/** The beginning of a text file, and how the file is stored. */
export interface FileHead {
  readonly bytes: Uint8Array;
  /** Whether `bytes` is all of it. */
  readonly whole: boolean;
  readonly compression: "none" | "gzip" | "zstd";
}

/** How a table is stored. */
export type FileKind = "text" | "json" | "parquet";

/** The header line must end within so many bytes. */
const HEAD = 1 << 20;

/**
 * How a table's file is stored: Parquet by its first bytes, JSON by its name, else text.
 *
 * @throws ChainruleError `file` for a path that is not there, can not be read, is a folder, or is empty
 */
export async function kindOf(path: string): Promise<FileKind> {
  const { bytes } = await readStart(path, 4);
  if (bytes.length === 4 && String.fromCharCode(...bytes) === "PAR1") return "parquet";
  if (/\.(parquet|pq)$/i.test(path)) return "parquet";
  return /\.(json|ndjson|jsonl)(\.(gz|zst))?$/i.test(path) ? "json" : "text";
}

/**
 * Reads the beginning of a text table.
 *
 * @throws ChainruleError `file` as {@link kindOf}, or for a file that holds something that is no text
 */
export async function readHead(path: string): Promise<FileHead> {
  const { bytes, size } = await readStart(path, HEAD);
  const compression = compressionOf(bytes);
  if (compression !== "none") return await unpackHead(path, compression);
  refuseBinary(bytes, called(path));
  return { bytes, whole: size <= HEAD, compression };
}

async function readStart(path: string, most: number): Promise<{ bytes: Uint8Array; size: number }> {
  let handle: FileHandle | undefined;
  try {
    const { size, ...found } = await inspected(path);
    if (!found.isFile) {
      throw new ChainruleError("file", `${path} is no ordinary file.`, "Save the table to a file first.");
    }
    handle = await open(path, "r");
    const buffer = new Uint8Array(Math.min(size, most));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    if (bytesRead === 0) throw emptyFile(path);
    return { bytes: buffer.subarray(0, bytesRead), size };
  } catch (error) {
    throw fileError(error, path);
  } finally {
    await handle?.close();
  }
}

async function inspected(path: string): Promise<{ size: number; isFile: boolean }> {
  const found = await stat(path);
  if (found.isDirectory()) {
    throw new ChainruleError(
      "file",
      `${path} is a folder where a table must be.`,
      `Name a file in it, or several: '${path.replace(/\/$/, "")}/*.csv'.`,
    );
  }
  return { size: found.size, isFile: found.isFile() };
}

function compressionOf(bytes: Uint8Array): FileHead["compression"] {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return "gzip";
  return [0x28, 0xb5, 0x2f, 0xfd].every((byte, i) => bytes[i] === byte) ? "zstd" : "none";
}

/** A file as a sentence about it begins. */
const called = (path: string): string => (isStandardInput(path) ? "Standard input" : path);

const emptyFile = (path: string): ChainruleError =>
  new ChainruleError(
    "file",
    `${called(path)} is empty.`,
    "Give a table with a header line and rows below it.",
  );

/** Unpacks all of a compressed file, so that one that is cut off is found, and keeps its beginning. */
async function unpackHead(path: string, compression: "gzip" | "zstd"): Promise<FileHead> {
  const parts: Uint8Array[] = [];
  let total = 0;
  const keep = async (chunks: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of chunks) {
      if (total < HEAD) parts.push(chunk);
      total += chunk.length;
    }
  };
  try {
    await pipeline(createReadStream(path), unpacker(path, compression), keep);
  } catch (cause) {
    if (cause instanceof ChainruleError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code && !/^(Z_|ZSTD_)/.test(code)) throw fileError(cause, path);
    throw new ChainruleError(
      "file",
      `${called(path)} can not be unpacked: its compressed data ${code === "Z_BUF_ERROR" ? "ends too early" : "is damaged"}.`,
      "Download or compress it anew.",
      { cause },
    );
  }
  const bytes = new Uint8Array(Buffer.concat(parts));
  if (bytes.length === 0) throw emptyFile(path);
  refuseBinary(bytes, called(path));
  return { bytes: bytes.subarray(0, HEAD), whole: total <= HEAD, compression };
}

function unpacker(path: string, compression: "gzip" | "zstd"): NodeJS.ReadWriteStream {
  if (compression === "gzip") return zlib.createGunzip();
  if ("createZstdDecompress" in zlib) return zlib.createZstdDecompress();
  throw new ChainruleError(
    "file",
    `${called(path)} is compressed by zstd, which this version of Node.js can not unpack.`,
    "Use Node.js 22.15 or later, or compress it by gzip.",
  );
}

const kinds: readonly (readonly [magic: readonly number[], what: string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], "a zip archive (Excel workbooks are such)"],
  [[0xd0, 0xcf, 0x11, 0xe0], "an old Excel workbook"],
  [[0x42, 0x5a, 0x68], "compressed by bzip2"],
  [[0xfd, 0x37, 0x7a, 0x58], "compressed by xz"],
  [[0x25, 0x50, 0x44, 0x46], "a PDF document"],
];

function refuseBinary(bytes: Uint8Array, path: string): void {
  for (const [magic, what] of kinds) {
    if (!magic.every((byte, i) => bytes[i] === byte)) continue;
    throw new ChainruleError("file", `${path} is ${what}.`, "Save the table as CSV, and use that file.");
  }
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isUtf16) {
    throw new ChainruleError("file", `${path} is written in UTF-16.`, "Save it as UTF-8, and use that file.");
  }
  if (bytes.subarray(0, 4096).includes(0)) {
    throw new ChainruleError("file", `${path} is no text file.`, "Give a CSV, JSON or Parquet file.");
  }
}

/** A failure of the file system in words; a ChainruleError stays what it is. */
export function fileError(error: unknown, path: string): ChainruleError {
  if (error instanceof ChainruleError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Readonly<Record<string, readonly [problem: string, remedy: string]>> = {
    ENOENT: ["does not exist", "Check the path; it is looked for from the folder that you are in."],
    ENOTDIR: ["does not exist", "Check the path: something in it is a file where a folder must be."],
    EACCES: ["can not be opened: permission is denied", "Ask for permission, or use another path."],
    EPERM: ["can not be opened: permission is denied", "Ask for permission, or use another path."],
    EROFS: ["is on a file system that can not be written", "Use another path."],
    ENOSPC: ["can not be written: the disk is full", "Free some space, or use another disk."],
    EEXIST: ["exists already", "Use another path."],
    ENAMETOOLONG: ["is too long a name", "Use a shorter one."],
    ERR_INVALID_ARG_VALUE: ["is no path", "Check it."],
  };
  const [problem, remedy] = known[code ?? ""] ?? [`failed: ${message}`, "Check the path and try again."];
  return new ChainruleError("file", `${path || '""'} ${problem}.`, remedy, { cause: error });
}

/** A table's name for messages and run folders: `digits.csv`, and `digits`; `standard input`, and `stdin`. */
export const fileName = (path: string): string => (isStandardInput(path) ? "standard input" : basename(path));
export const tableName = (path: string): string =>
  basename(path === "-" ? "stdin" : path)
    .replace(/\.(gz|zst)$/i, "")
    .replace(/\.(csv|tsv|tab|txt|dat|json|ndjson|jsonl|parquet|pq)$/i, "")
    .replace(/[^\p{L}\p{N}._-]+/gu, "-")
    .replace(/^[.-]+/, "") || "table";

/** SHA-256 in hexadecimal: of a file's bytes, or of several files' sums, one a line. */
export async function fingerprint(path: string | readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  if (typeof path !== "string") {
    if (path.length === 1) return await fingerprint(path[0]);
    for (const one of path) hash.update(`${await fingerprint(one)}\n`);
    return hash.digest("hex");
  }
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw fileError(error, path);
  }
  return hash.digest("hex");
}
