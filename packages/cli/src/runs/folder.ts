import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, lstat, mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { ChainruleError } from "chainrule";
import { fileError } from "../sources/file.ts";
import { isThere } from "./files.ts";

/** Files by their name in a folder. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Where a run is to be written: in the folder asked for, or in the first free `<base>-<n>`. */
export type Place = { readonly folder: string } | { readonly base: string };

/**
 * Makes sure, before any work is done, that the run can be written to its place.
 *
 * @throws ChainruleError `file` for a folder that has something in it, or that can not be made
 */
export async function checkPlace(place: Place): Promise<void> {
  const wanted = "folder" in place ? place.folder : `${place.base}-1`;
  try {
    if ("folder" in place) await refuseTaken(place.folder);
    let parent = dirname(resolve(wanted));
    while (!(await isThere(parent))) parent = dirname(parent);
    if (!(await stat(parent)).isDirectory()) {
      throw new ChainruleError(
        "file",
        `${wanted} can not be made: ${parent} is no folder.`,
        "Choose another --out.",
      );
    }
    await access(parent, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw fileError(error, wanted);
  }
}

async function refuseTaken(folder: string): Promise<void> {
  if (!(await isThere(folder))) return;
  const found = await stat(folder);
  if (found.isDirectory() && (await readdir(folder)).length === 0) return;
  throw new ChainruleError(
    "file",
    `${folder} exists already${found.isDirectory() ? " and is not empty" : ""}; a run is never written over something.`,
    "Choose another --out, or leave it out to get a new folder.",
  );
}

/**
 * Writes a folder as a whole or not at all: its files go to a folder beside it, which is then renamed.
 *
 * @returns the folder that was written
 */
export async function writeFolder(place: Place, files: Files): Promise<string> {
  const parent = dirname("folder" in place ? place.folder : place.base);
  const name = basename("folder" in place ? place.folder : place.base);
  const draft = draftOf(join(parent, name));
  try {
    await mkdir(parent, { recursive: true });
    await mkdir(draft);
    for (const [file, content] of Object.entries(files))
      await writeFile(join(draft, file), content, { flush: true });
    await toDisk(draft);
    const folder = await putInPlace(draft, place);
    await toDisk(parent);
    return folder;
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => {});
    throw fileError(error, "folder" in place ? place.folder : `${place.base}-…`);
  }
}

async function putInPlace(draft: string, place: Place): Promise<string> {
  if ("folder" in place) {
    await refuseTaken(place.folder);
    await rename(draft, place.folder);
    return place.folder;
  }
  for (let n = 1; ; n++) {
    const folder = `${place.base}-${n}`;
    if (await isThere(folder)) continue;
    try {
      await rename(draft, folder);
      return folder;
    } catch (error) {
      // Another run may have taken the name in between.
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
    }
  }
}

/**
 * Makes sure, before any work is done, that a file can be written without replacing anything.
 *
 * @param inputs the tables that are read, to say so when one is what would be replaced
 * @throws ChainruleError `file` for a path where something is, or whose folder is not there
 */
export async function checkFile(path: string, ...inputs: readonly string[]): Promise<void> {
  try {
    for (const input of inputs) {
      if (!(await isSameFile(path, input))) continue;
      throw new ChainruleError(
        "file",
        `${path} is the table being predicted; --out would replace it.`,
        "Choose another --out.",
      );
    }
    await refuseExisting(path);
    const folder = dirname(path);
    if (!(await isThere(folder))) {
      throw new ChainruleError(
        "file",
        `The folder ${folder} does not exist.`,
        "Make it first, or choose another --out.",
      );
    }
  } catch (error) {
    throw fileError(error, path);
  }
}

/** Whether two paths lead to one file, by links too. */
async function isSameFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all(
    [a, b].map((path) => stat(path, { bigint: true }).catch(() => null)),
  );
  return one !== null && one.dev === other?.dev && one.ino === other.ino;
}

async function refuseExisting(path: string): Promise<void> {
  // A link that leads nowhere is something, too.
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (found === null) return;
  throw new ChainruleError(
    "file",
    `${path} exists already; nothing is ever written over.`,
    "Choose another --out, or remove it first.",
  );
}

/** Writes a file as a whole or not at all. An existing one is not replaced. */
export async function writeWhole(path: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = draftOf(path);
  try {
    await write(draft);
    await refuseExisting(path);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw fileError(error, path);
  }
}

/**
 * Writes a file as a whole or not at all, in place of the one that is there: however the process ends, the path has the old
 * content or the new one.
 *
 * @param before where the file that was there goes; for an instant in between, it is there alone
 */
export async function replaceWhole(
  path: string,
  content: string | Uint8Array,
  before?: string,
): Promise<void> {
  const draft = draftOf(path);
  try {
    await writeFile(draft, content, { flush: true });
    if (before !== undefined && (await isThere(path))) await rename(path, before);
    await rename(draft, path);
    await toDisk(dirname(path));
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw fileError(error, path);
  }
}

/** Where a file or folder is written before it gets its name: beside it, so that renaming is one step. */
const draftOf = (path: string): string =>
  join(dirname(path), `.${basename(path)}-${randomBytes(6).toString("hex")}`);

/** Removes drafts from a folder, which a process left behind that was killed while it wrote. */
export async function removeDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (/^\..+-[\da-f]{12}$/.test(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Waits until the names in a folder are on the disk; some systems can not be asked to. */
async function toDisk(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
