import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, lstat, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { ChainruleError } from "chainrule";
import { fileError } from "../sources/file.ts";

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

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );

/**
 * Writes a folder as a whole or not at all: its files go to a folder beside it, which is then renamed.
 *
 * @returns the folder that was written
 */
export async function writeFolder(place: Place, files: Files): Promise<string> {
  const parent = dirname("folder" in place ? place.folder : place.base);
  const name = basename("folder" in place ? place.folder : place.base);
  const draft = join(parent, `.${name}-${randomBytes(6).toString("hex")}`);
  try {
    await mkdir(parent, { recursive: true });
    await mkdir(draft);
    for (const [file, content] of Object.entries(files))
      await writeFile(join(draft, file), content, { flush: true });
    return await putInPlace(draft, place);
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
 * @param input the table that is read, to say so when it is what would be replaced
 * @throws ChainruleError `file` for a path where something is, or whose folder is not there
 */
export async function checkFile(path: string, input: string): Promise<void> {
  try {
    if (await isSameFile(path, input)) {
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
  const draft = join(dirname(path), `.${basename(path)}-${randomBytes(6).toString("hex")}`);
  try {
    await write(draft);
    await refuseExisting(path);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw fileError(error, path);
  }
}
