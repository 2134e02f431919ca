import { readFile, stat } from "node:fs/promises";
import { ChainruleError } from "chainrule";
import { wording } from "chainrule/tables";
import { fileError } from "../sources/file.ts";

/** Whether there is no such file, or no folder for it. */
const isAbsent = (error: unknown): boolean =>
  ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");

/** @throws ChainruleError `file` where it can not be known */
export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw fileError(error, path);
  }
}

/**
 * The bytes of a file; null where it is not there.
 *
 * @throws ChainruleError `file` where it can not be read
 */
export async function bytesIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw fileError(error, path);
  }
}

/**
 * What a file of JSON holds.
 *
 * @param remedy what to do about a file that holds something else
 * @param absent the error for a file that is not there, if another one than that
 * @throws ChainruleError `file` where it can not be read, or is no JSON
 */
export async function readJson(
  path: string,
  { remedy, absent }: { remedy: string; absent?: (cause: unknown) => ChainruleError },
): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw absent !== undefined && isAbsent(error) ? absent(error) : fileError(error, path);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? wording.clip(cause.message, 120) : "";
    throw new ChainruleError("file", `${path} is no JSON: ${reason}.`, remedy, { cause });
  }
}

/** JSON that is easy to read, as a file has it. */
export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
