import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ChainruleError } from "chainrule";
import { modelFromBytes, type TableModel } from "chainrule/tables";
import { fileError } from "../sources/file.ts";
import { checkConfig, type RunConfig } from "./config.ts";

/** The files of a run, beside the lock of the process that trains it and the event files of TensorBoard. */
export const names = {
  config: "config.json",
  state: "state.json",
  history: "history.ndjson",
  checkpoint: "checkpoint.safetensors",
  /** The checkpoint before it, in case that one is damaged. */
  earlier: "checkpoint-before.safetensors",
  model: "model.safetensors",
  scores: "scores.json",
  report: "report.html",
} as const;

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
  const weights = join(folder, names.model);
  const model = modelFromBytes(await readWeights(folder, weights), weights);
  const { data, settings } = config;
  return { folder, model, missing: data.missing, data, seed: settings.seed };
}

/** The configuration of a run, checked. */
export async function readConfig(folder: string): Promise<RunConfig> {
  const path = join(folder, names.config);
  const parsed = await readJson(path, folder);
  try {
    return checkConfig(parsed);
  } catch (error) {
    throw error instanceof ChainruleError ? error.within(path) : error;
  }
}

async function readWeights(folder: string, path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw fileError(error, path);
    throw new ChainruleError(
      "file",
      `${folder} has no model yet: its training did not come to an end.`,
      `\`chainrule resume ${folder}\` goes on with it.`,
      { cause: error },
    );
  }
}

async function readJson(path: string, folder: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw fileError(error, path);
    throw new ChainruleError(
      "file",
      `${folder || '""'} is no run: there is no ${names.config} in it.`,
      "Name a folder that `chainrule train` has written, such as runs/digits-1.",
      { cause: error },
    );
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ChainruleError("file", `${path} is no whole JSON.`, "Train anew, or restore the file.", {
      cause,
    });
  }
}
