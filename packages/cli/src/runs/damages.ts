import { join } from "node:path";
import { ChainruleError } from "chainrule";
import { isThere } from "./files.ts";
import { names } from "./names.ts";
import { readModel } from "./run.ts";
import { readScores } from "./scores.ts";

/**
 * What a run that came to its end lacks, in words: a model, scores or a report that are not there or damaged.
 *
 * @throws ChainruleError `file` where that can not be known
 */
export async function damagesOf(folder: string): Promise<string[]> {
  const damages: string[] = [];
  for (const read of [readModel, readScores]) {
    try {
      await read(folder);
    } catch (error) {
      if (!(error instanceof ChainruleError)) throw error;
      damages.push([...error.where, error.problem].join(": "));
    }
  }
  const report = join(folder, names.report);
  if (!(await isThere(report))) damages.push(`${report} does not exist.`);
  return damages;
}
