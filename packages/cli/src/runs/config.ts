import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { ChainruleError, engineReport } from "chainrule";
import {
  checkSettings,
  checkSpec,
  type DroppedColumn,
  type Plan,
  type Settings,
  type Table,
  type TableModelSpec,
} from "chainrule/tables";
import { fileError, fingerprint } from "../sources/file.ts";
import type { Data } from "../sources/index.ts";
import { isStandardInput } from "../sources/input.ts";
import { version } from "../version.ts";
import type { Asked, TrainOptions } from "./asked.ts";

/** A file of data, and by what it is known again. */
export interface DataFile {
  /** From the root of the file system; `-` is standard input, which is not kept. */
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of the file. */
  readonly sha256: string;
}

/** A table that a run was begun with. */
export interface RunTable {
  /** How messages call it. */
  readonly file: string;
  readonly files: readonly DataFile[];
  /** The query that it comes from, and the folder from which paths in it are looked for. */
  readonly sql: string | null;
  readonly folder: string;
  /** SHA-256 of the file, of the sums of several, or of the columns that a query gave. */
  readonly sha256: string;
  readonly rows: number;
  readonly columns: number;
}

/** `config.json` of a run: what it is made of, and all that is needed to use it but the weights. */
export interface RunConfig {
  readonly format: "chainrule run";
  readonly version: 2;
  readonly created: string;
  readonly versions: { readonly chainrule: string; readonly node: string };
  /** What compiled training runs on; another engine may give other last bits. */
  readonly engine: { readonly tier: string };
  readonly data: RunTable & {
    readonly test: RunTable | null;
    /** How many rows each part had. */
    readonly parts: { readonly training: number; readonly validation: number; readonly test: number };
    readonly testSize: number;
    readonly validationSize: number;
    /** Words that stand for a missing value. */
    readonly missing: readonly string[];
    readonly dropped: readonly DroppedColumn[];
  };
  readonly asked: Asked;
  readonly settings: Settings;
  readonly model: TableModelSpec;
}

/** The configuration of a run that begins now. */
export async function configOf(
  data: Data,
  options: TrainOptions,
  plan: Plan,
  settings: Settings,
  model: TableModelSpec,
): Promise<RunConfig> {
  const { out: _, json: __, quiet: ___, format: ____, ...asked } = options;
  const { table, split, test, dropped } = plan;
  const { training, validation } = split;
  return {
    format: "chainrule run",
    version: 2,
    created: new Date().toISOString(),
    versions: { chainrule: version, node: process.versions.node },
    engine: { tier: engineReport().tier },
    data: {
      ...(await runTable(data, table)),
      test: options.test === undefined ? null : await runTable({ files: [options.test] }, test.table),
      parts: { training: training.length, validation: validation.length, test: test.rows.length },
      testSize: options.testSize,
      validationSize: options.validationSize,
      missing: options.missing,
      dropped,
    },
    asked,
    settings,
    model,
  };
}

async function runTable({ files, sql }: Data, table: Table): Promise<RunTable> {
  const found = await Promise.all(files.map(dataFile));
  return {
    file: table.source,
    files: found,
    sql: sql ?? null,
    folder: process.cwd(),
    sha256: sql === undefined ? await fingerprint(files) : contentHash(table),
    rows: table.rows,
    columns: table.columns.length,
  };
}

async function dataFile(path: string): Promise<DataFile> {
  try {
    const { size } = await stat(path);
    return {
      path: isStandardInput(path) ? "-" : resolve(path),
      bytes: size,
      sha256: await fingerprint(path),
    };
  } catch (error) {
    throw fileError(error, path);
  }
}

/** SHA-256 of the columns of a table: names, types, and all values. */
function contentHash({ columns }: Table): string {
  const hash = createHash("sha256");
  for (const column of columns) {
    const { type, name } = column;
    hash.update(JSON.stringify(type === "text" ? [name, type, column.levels] : [name, type]));
    hash.update(type === "text" ? column.codes : column.values);
  }
  return hash.digest("hex");
}

/** The data of a run as they are read again: its files where they were, or where they are now. */
export const dataOf = ({ files, sql }: RunTable, moved: readonly string[] | undefined): Data => ({
  files: moved ?? files.map(({ path }) => path),
  ...(sql === null ? {} : { sql }),
});

/**
 * Makes sure that files are those that the run was begun with. What a query gives is known only when it was read, see
 * {@link checkContent}.
 *
 * @param option how other paths are given
 * @throws ChainruleError `file` where one is not there, or `data` where they are others
 */
export async function checkFiles({ files, sql }: Data, wanted: RunTable, option: string): Promise<void> {
  if (files.includes("-")) {
    throw new ChainruleError(
      "file",
      "The data of the run came from standard input, and are not kept.",
      `Write the same to a file, and say where it is: ${option}.`,
    );
  }
  let sha256: string;
  try {
    sha256 = await fingerprint(files);
  } catch (error) {
    const { problem } = fileError(error, files.join(", "));
    throw new ChainruleError(
      "file",
      `The data of the run can not be read: ${problem}`,
      `Put the file back, or say where it is: ${option}.`,
      { cause: error },
    );
  }
  if (sql !== undefined || sha256 === wanted.sha256) return;
  const bytes = (await Promise.all(files.map((path) => stat(path)))).reduce((sum, { size }) => sum + size, 0);
  const before = wanted.files.reduce((sum, file) => sum + file.bytes, 0);
  const is = files.length === 1 ? "is not the file" : "are not the files";
  throw new ChainruleError(
    "data",
    `${files.join(", ")} ${is} that the run was begun with: ${bytes} bytes with the SHA-256 ${sha256.slice(0, 12)}…, not ${before} bytes with ${wanted.sha256.slice(0, 12)}….`,
    `Restore what was there, or say where it is: ${option}. For other data, train a new run.`,
  );
}

/** Makes sure that a query gave what it gave when the run was begun. */
export function checkContent(table: Table, { sql, sha256, folder }: RunTable): void {
  if (sql === null || contentHash(table) === sha256) return;
  throw new ChainruleError(
    "data",
    "The query of the run does not give the rows that it was begun with.",
    `Restore its files (their paths are looked for from ${folder}), and let it order its rows. For other data, train a new run.`,
  );
}

/** Checks a configuration that was read from a file. */
export function checkConfig(parsed: unknown): RunConfig {
  const config = (parsed ?? {}) as Partial<Record<keyof RunConfig, unknown>>;
  if (config.format !== "chainrule run") throw wrong("It is not the configuration of a chainrule run");
  if (config.version !== 2) {
    throw wrong(
      `It is of version ${JSON.stringify(config.version) ?? "unknown"}, and this chainrule reads version 2`,
    );
  }
  const settings = recordOf(config.settings, "settings");
  checkSettingsOf(settings);
  if (typeof config.created !== "string") throw wrong("created is no text");
  const { tier } = recordOf(config.engine, "engine");
  if (typeof tier !== "string") throw wrong("engine.tier is no text");
  const asked = recordOf(config.asked, "asked");
  if (typeof asked.target !== "string") throw wrong("asked.target is no text");
  const { checkpointEvery } = asked;
  if (!(typeof checkpointEvery === "number" && checkpointEvery >= 0))
    throw wrong("asked.checkpointEvery is no number of at least 0");
  return {
    ...(config as unknown as RunConfig),
    data: checkData(config.data),
    model: checkSpec(config.model),
  };
}

function checkSettingsOf(settings: Record<string, unknown>): void {
  if (!Number.isSafeInteger(settings.seed)) throw wrong("settings.seed is no whole number");
  try {
    checkSettings(settings);
  } catch (error) {
    throw error instanceof ChainruleError ? wrong(error.problem.replace(/\.$/, "")) : error;
  }
}

function checkData(value: unknown): RunConfig["data"] {
  const data = recordOf(value, "data");
  checkTable(data, "data");
  if (data.test !== null) checkTable(recordOf(data.test, "data.test"), "data.test");
  const { missing, testSize, validationSize } = data;
  const isShare = (x: unknown): boolean => typeof x === "number" && x >= 0 && x < 1;
  if (!Array.isArray(missing) || !missing.every((word) => typeof word === "string"))
    throw wrong("data.missing is no list of texts");
  if (!isShare(testSize) || !isShare(validationSize))
    throw wrong("data.testSize or data.validationSize is no share of 1");
  return data as unknown as RunConfig["data"];
}

function checkTable(table: Record<string, unknown>, place: string): void {
  for (const key of ["file", "folder", "sha256"] as const)
    if (typeof table[key] !== "string") throw wrong(`${place}.${key} is no text`);
  for (const key of ["rows", "columns"] as const)
    if (!Number.isSafeInteger(table[key])) throw wrong(`${place}.${key} is no whole number`);
  if (table.sql !== null && typeof table.sql !== "string") throw wrong(`${place}.sql is no text`);
  if (!Array.isArray(table.files)) throw wrong(`${place}.files is no list`);
  table.files.forEach((item, i) => {
    const { path, bytes } = recordOf(item, `${place}.files[${i}]`);
    if (typeof path !== "string" || !Number.isSafeInteger(bytes))
      throw wrong(`${place}.files[${i}] has no path or no size`);
  });
}

function recordOf(value: unknown, place: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw wrong(`${place} is no record`);
}

const wrong = (what: string): ChainruleError =>
  new ChainruleError("file", `${what}.`, "Use the file as it was written, or train anew.");
