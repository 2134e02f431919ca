import { join } from "node:path";
import { ChainruleError } from "chainrule";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "chainrule/train";
import { bytesIfThere, isThere } from "./files.ts";
import { replaceWhole } from "./folder.ts";
import { names } from "./names.ts";

/** Keeps a checkpoint in a run's folder, and the one before it. */
export const keepCheckpoint = (folder: string, checkpoint: Checkpoint): Promise<void> =>
  replaceWhole(join(folder, names.checkpoint), encodeCheckpoint(checkpoint), join(folder, names.earlier));

/**
 * The checkpoint in a file; null where there is none.
 *
 * @throws ChainruleError `file` for one that is damaged
 */
export async function readCheckpoint(path: string): Promise<Checkpoint | null> {
  const bytes = await bytesIfThere(path);
  return bytes === null ? null : decodeCheckpoint(bytes, path);
}

/** Whether a run has a checkpoint, whole or not. */
export const hasCheckpoint = async (folder: string): Promise<boolean> =>
  (await isThere(join(folder, names.checkpoint))) || (await isThere(join(folder, names.earlier)));

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
    const bytes = await bytesIfThere(path);
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
