import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ChainruleError, type Tensor } from "chainrule";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import {
  checkSpec,
  type DroppedColumn,
  type Scores,
  type Settings,
  TableModel,
  type TableModelSpec,
} from "chainrule/tables";
import type { EpochReport } from "chainrule/train";
import { fileError } from "../sources/file.ts";
import { version } from "../version.ts";
import type { Files } from "./folder.ts";

/** `config.json` of a run: what it was made of, and all that is needed to use it but the weights. */
export interface RunConfig {
  readonly format: "chainrule run";
  readonly version: 1;
  readonly created: string;
  readonly versions: { readonly chainrule: string; readonly node: string };
  readonly data: {
    readonly file: string;
    readonly rows: number;
    /** SHA-256 of the file, by which `evaluate` knows the table that a model was trained on. */
    readonly sha256: string;
    readonly test: string | null;
    /** How many rows each part had. */
    readonly parts: { readonly training: number; readonly validation: number; readonly test: number };
    readonly testSize: number;
    readonly validationSize: number;
    /** Words that stand for a missing value. */
    readonly missing: readonly string[];
    readonly dropped: readonly DroppedColumn[];
  };
  readonly settings: Settings;
  readonly model: TableModelSpec;
}

/** `scores.json` of a run. */
export interface RunScores {
  readonly test: Scores;
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly stopped: string;
  readonly seconds: number;
}

const names = { config: "config.json", model: "model.safetensors", scores: "scores.json" } as const;

/** The files of a run. The model's are the same bytes whenever data, settings and seed are. */
export function runFiles(
  config: RunConfig,
  model: TableModel,
  scores: RunScores,
  history: readonly EpochReport[],
): Files {
  return {
    [names.config]: `${JSON.stringify(config, null, 2)}\n`,
    [names.model]: writeSafetensors(model.network.stateDict(), { format: "chainrule table model" }),
    [names.scores]: `${JSON.stringify(scores, null, 2)}\n`,
    "history.ndjson": history.map((report) => `${JSON.stringify(report)}\n`).join(""),
  };
}

export const currentVersions = (): RunConfig["versions"] => ({
  chainrule: version,
  node: process.versions.node,
});

/** A run that was read: its model, ready to predict, and the parts of its configuration that use needs. */
export interface Run {
  readonly folder: string;
  readonly model: TableModel;
  readonly missing: readonly string[];
  readonly data: Pick<RunConfig["data"], "sha256" | "test" | "testSize" | "validationSize">;
  readonly seed: number;
}

/**
 * Reads a run from its folder, and checks all of it.
 *
 * @throws ChainruleError `file` that names the file at fault
 */
export async function readRun(folder: string): Promise<Run> {
  const config = join(folder, names.config);
  const weights = join(folder, names.model);
  const parsed = await readJson(config, folder);
  const { model: spec, ...rest } = within(config, () => checkConfig(parsed));
  const { tensors } = readSafetensors(await readBytes(weights), weights);
  const model = within(weights, () => loadModel(spec, tensors));
  return { folder, model, ...rest };
}

/** Runs a check; its errors then name the file. */
function within<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof ChainruleError ? error.within(file) : error;
  }
}

function loadModel(spec: TableModelSpec, tensors: Record<string, Tensor>): TableModel {
  // Counted first: a configuration from a stranger must not make us allocate more than its file of weights holds.
  const { inputs, hidden, outputs } = spec.network;
  const widths = [inputs, ...hidden, outputs];
  const wanted = widths.slice(1).reduce((sum, width, i) => sum + width * (widths[i] + 1), 0);
  const found = Object.values(tensors).reduce((sum, { numel }) => sum + numel, 0);
  if (found !== wanted) {
    throw new ChainruleError(
      "file",
      `It holds ${found} numbers where the network of ${names.config} has ${wanted}.`,
      "Put the files of one run together again, or train anew.",
    );
  }
  const model = new TableModel(spec);
  model.network.loadStateDict(tensors);
  model.network.eval();
  return model;
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw fileError(error, path);
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

/** The parts of a configuration that are used later, checked. */
function checkConfig(parsed: unknown): Pick<Run, "missing" | "data" | "seed"> & { model: TableModelSpec } {
  const wrong = (what: string): ChainruleError =>
    new ChainruleError("file", `${what}.`, "Use the file as it was written, or train anew.");
  const config = (parsed ?? {}) as Partial<Record<keyof RunConfig, unknown>>;
  if (config.format !== "chainrule run") throw wrong("It is not the configuration of a chainrule run");
  if (config.version !== 1) {
    throw wrong(
      `It is of version ${JSON.stringify(config.version) ?? "unknown"}, and this chainrule reads version 1`,
    );
  }
  const data = (config.data ?? {}) as Partial<Record<keyof RunConfig["data"], unknown>>;
  const settings = (config.settings ?? {}) as Partial<Record<keyof Settings, unknown>>;
  const { missing, sha256, test, testSize, validationSize } = data;
  const isShare = (x: unknown): x is number => typeof x === "number" && x >= 0 && x < 1;
  const isList = (x: unknown): x is string[] =>
    Array.isArray(x) && x.every((item) => typeof item === "string");
  if (!isList(missing)) throw wrong("data.missing is no list of texts");
  if (typeof sha256 !== "string") throw wrong("data.sha256 is no text");
  if (test !== null && typeof test !== "string") throw wrong("data.test is neither null nor a text");
  if (!isShare(testSize) || !isShare(validationSize))
    throw wrong("data.testSize or data.validationSize is no share of 1");
  if (!Number.isSafeInteger(settings.seed)) throw wrong("settings.seed is no whole number");
  return {
    missing,
    data: { sha256, test, testSize, validationSize },
    seed: settings.seed as number,
    model: checkSpec(config.model),
  };
}
