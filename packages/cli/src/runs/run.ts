import { join } from "node:path";
import { ChainruleError } from "chainrule";
import { modelFromBytes, type TableModel } from "chainrule/tables";
import { checkConfig, type RunConfig } from "./config.ts";
import { bytesIfThere, isThere, readJson } from "./files.ts";
import { names } from "./names.ts";
import { stateOf } from "./state.ts";

/** A run that was read: its model, ready to predict, and the parts of its configuration that use needs. */
export interface Run {
  readonly folder: string;
  readonly model: TableModel;
  readonly missing: readonly string[];
  readonly data: RunConfig["data"];
  readonly seed: number;
}

/**
 * Reads a run from its folder, and checks all of it.
 *
 * @throws ChainruleError `file` that names the file at fault
 */
export async function readRun(folder: string): Promise<Run> {
  const config = await readConfig(folder);
  const model = await readModel(folder);
  const { data, settings } = config;
  return { folder, model, missing: data.missing, data, seed: settings.seed };
}

/** Whether a folder has been made by `train`. */
export const isRun = (folder: string): Promise<boolean> => isThere(join(folder, names.config));

/** The configuration of a run, checked. */
export async function readConfig(folder: string): Promise<RunConfig> {
  const path = join(folder, names.config);
  const parsed = await readJson(path, {
    remedy: "Train anew, or restore the file.",
    absent: (cause) =>
      new ChainruleError(
        "file",
        `${folder || '""'} is no run: there is no ${names.config} in it.`,
        "Name a folder that `chainrule train` has written, such as runs/digits-1.",
        { cause },
      ),
  });
  try {
    return checkConfig(parsed);
  } catch (error) {
    throw error instanceof ChainruleError ? error.within(path) : error;
  }
}

/**
 * The model of a run.
 *
 * @throws ChainruleError that names its file where it is not there or damaged
 */
export async function readModel(folder: string): Promise<TableModel> {
  const path = join(folder, names.model);
  const bytes = await bytesIfThere(path);
  const resume = `\`chainrule resume ${folder}\``;
  if (bytes === null) {
    const isDone = (await stateOf(folder)) === "done";
    throw new ChainruleError(
      "file",
      isDone
        ? `${folder} has no model any more: there is no ${names.model} in it.`
        : `${folder} has no model yet: its training did not come to an end.`,
      isDone ? `${resume} makes it again.` : `${resume} goes on with it.`,
    );
  }
  try {
    return modelFromBytes(bytes, path);
  } catch (error) {
    if (!(error instanceof ChainruleError)) throw error;
    const remedy = `Copy the file anew, or let ${resume} make it again.`;
    throw new ChainruleError(error.code, error.problem, remedy, { cause: error }).within(path);
  }
}
