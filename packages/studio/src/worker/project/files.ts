/** What dropped or chosen files are: a table, a run, or a model. */
import { ChainruleError } from "chainrule";
import { readSafetensors } from "chainrule/io";
import { modelFromBytes, type Table, wording } from "chainrule/tables";
import type { OpenFile } from "../../protocol.ts";
import { refusal } from "../sentence.ts";
import { tableFromCsv } from "./csv.ts";
import { MODEL_FORMAT } from "./example.ts";
import { historyOf } from "./history.ts";
import { tableFromJson } from "./json.ts";
import { type OpenModel, readRunConfig } from "./run.ts";

/** What was found in files. */
export type Found =
  | { readonly kind: "table"; readonly table: Table }
  /** `file` is a table's beside the model; null where there is none. */
  | { readonly kind: "model"; readonly model: OpenModel; readonly file: OpenFile | null }
  /** A model of an example, which this app has written. */
  | { readonly kind: "example"; readonly name: string; readonly config: string; readonly bytes: Uint8Array };

const MOST_FILES = 1000;

export const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

const isTable = ({ path }: OpenFile): boolean => /\.(csv|tsv|txt|tab|json|ndjson|jsonl)$/i.test(path);
const own = new Set(["config.json", "state.json", "scores.json", "history.ndjson"]);

/** @throws ChainruleError `file` or `data` for files that are nothing that can be opened */
export function findIn(files: readonly OpenFile[]): Found {
  if (files.length === 0)
    throw refusal("file", "No file was given.", "Drop a table, a model, or the folder of a run.");
  if (files.length > MOST_FILES) {
    throw refusal("file", `${files.length} files were given.`, "Drop one run, one model, or one table.");
  }
  const named = (name: string): OpenFile | undefined => files.find(({ path }) => baseName(path) === name);
  const config = named("config.json");
  const weights = files.filter(
    ({ path }) => /\.safetensors$/i.test(path) && !/checkpoint/.test(baseName(path)),
  );
  const table = files.find((file) => isTable(file) && !own.has(baseName(file.path))) ?? null;
  if (weights.length > 0) return modelIn(named("model.safetensors") ?? weights[0], named, table);
  if (config && files.some(({ path }) => own.has(baseName(path)) && path !== config.path)) {
    throw refusal(
      "file",
      "The run has no model yet: there is no model.safetensors in its folder.",
      "Let its training come to an end, or go on with it by `chainrule resume`.",
    );
  }
  const only = table ?? files.find(isTable);
  if (only) return { kind: "table", table: tableIn(only) };
  throw refusal(
    "file",
    `${wording.listed(files.map(({ path }) => wording.clip(baseName(path), 60)))} can not be opened here.`,
    "Drop a table (CSV, TSV or JSON), a model.safetensors, or the folder of a run.",
  );
}

/** @throws ChainruleError that names the file */
export function tableIn({ path, bytes }: OpenFile): Table {
  const name = baseName(path);
  return /\.(json|ndjson|jsonl)$/i.test(name) ? tableFromJson(bytes, name) : tableFromCsv(bytes, name);
}

function modelIn(
  { path, bytes }: OpenFile,
  named: (name: string) => OpenFile | undefined,
  file: OpenFile | null,
): Found {
  const name = baseName(path);
  const metadata = metadataOf(bytes, name);
  if (metadata.format === MODEL_FORMAT)
    return { kind: "example", name: metadata.example ?? "", config: metadata.config ?? "", bytes };
  const folder = path.split(/[\\/]/).at(-2);
  const written = named("config.json");
  const config = written ? readRunConfig(written.bytes, baseName(written.path)) : null;
  const history = config && historyOf(config, named("history.ndjson")?.bytes, named("scores.json")?.bytes);
  const title = wording.clip(config && folder ? folder : name, 60);
  const model = modelFromBytes(bytes, wording.clip(name, 60));
  return { kind: "model", model: { title, model, config, history }, file };
}

function metadataOf(bytes: Uint8Array, name: string): Readonly<Record<string, string>> {
  try {
    return readSafetensors(bytes, "It").metadata;
  } catch (error) {
    throw error instanceof ChainruleError ? error.within(wording.clip(name, 60)) : error;
  }
}
