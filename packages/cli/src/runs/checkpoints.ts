import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ChainruleError } from "chainrule";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "chainrule/train";
import { fileError } from "../sources/file.ts";
import { replaceWhole } from "./folder.ts";
import { names } from "./run.ts";

/** Keeps a checkpoint in a run's folder, and the one before it. */
export const keepCheckpoint = (folder: string, checkpoint: Checkpoint): Promise<void> =>
  replaceWhole(join(folder, names.checkpoint), encodeCheckpoint(checkpoint), join(folder, names.earlier));

/** A checkpoint of a run, and what is wrong with a later one where there was one. */
export interface Found {
  readonly checkpoint: Checkpoint | null;
  readonly damaged: string | null;
}

/**
 * The last checkpoint of a run that is whole; null where training was ended before the first.
 *
 * @throws ChainruleError `file` where there are some and none of them is whole
 */
export async function lastCheckpoint(folder: string): Promise<Found> {
  let damage: ChainruleError | null = null;
  for (const name of [names.checkpoint, names.earlier]) {
    const path = join(folder, name);
    const bytes = await bytesOf(path);
    if (bytes === null) continue;
    try {
      return { checkpoint: decodeCheckpoint(bytes, path), damaged: damage?.problem ?? null };
    } catch (error) {
      if (!(error instanceof ChainruleError)) throw error;
      damage ??= error;
    }
  }
  if (damage === null) return { checkpoint: null, damaged: null };
  throw new ChainruleError(
    "file",
    damage.problem,
    `Restore it, or remove the checkpoints in ${folder}: then training begins anew, and comes to the same bits.`,
    { cause: damage },
  );
}

async function bytesOf(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw fileError(error, path);
  }
}
