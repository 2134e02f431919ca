import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { extname } from "node:path";
import { finished } from "node:stream/promises";
import { ChainruleError } from "chainrule";
import {
  type Column,
  type ColumnType,
  columnNamed,
  infiniteIn,
  intervalAround,
  type Table,
  type TableModelSpec,
  type UnseenLevels,
} from "chainrule/tables";
import type { Io, OutputStream } from "../io.ts";
import { checkFile, writeWhole } from "../runs/folder.ts";
import { readRun } from "../runs/run.ts";
import { correctOrEmpty, readTable } from "../sources/index.ts";
import type { InputFormat } from "../sources/input.ts";
import { dataFrom } from "../sources/paths.ts";
import { namesIn } from "../sources/plan.ts";
import { clip, counted } from "../terminal/format.ts";
import { Output, sayReading } from "../terminal/output.ts";
import { outputOf } from "./predict-columns.ts";
import { csvLines, jsonLines, writeParquet } from "./predict-files.ts";

export interface PredictOptions {
  readonly sql?: string;
  readonly inputFormat?: InputFormat;
  readonly out?: string;
  readonly format?: Format;
  readonly columns?: readonly string[];
  /** Numbers: also give intervals of this level. */
  readonly level?: number;
  readonly quiet: boolean;
}

type Format = "csv" | "ndjson" | "parquet";

/** `chainrule predict RUN DATA`: a line for each row, to standard output or a file; notes go to standard error. */
export async function predict(
  folder: string,
  paths: readonly string[],
  options: PredictOptions,
  io: Io,
): Promise<void> {
  const { sql, level, inputFormat } = options;
  const out = options.out === "-" ? undefined : options.out;
  const format = formatOf({ format: options.format, out });
  const data = await dataFrom(paths, { sql, format: inputFormat }, io);
  if (out !== undefined) await checkFile(out, ...data.files);
  const run = await readRun(folder);
  const { spec } = run.model;
  checkLevel(spec, level);
  const output = new Output(io, { json: true, quiet: options.quiet });
  const table = await readTable(data, {
    missing: run.missing,
    types: typesOf(spec),
    typedOnly: true,
    remedy: correctOrEmpty,
    progress: sayReading(output),
  });
  const repeated = repeatedColumns(table, options.columns ?? []);
  const inputs = run.model.inputs(table);
  const written = outputOf(spec, run.model.predictPrepared(inputs, { level }), repeated);
  output.clearStatus();
  warnOfUnseen(output, inputs.unseen);
  warnOfInfinite(output, spec, table);
  const lines = format === "ndjson" ? jsonLines(written) : csvLines(written);
  if (out === undefined) {
    await writeLines(io.stdout, lines);
    return;
  }
  await writeWhole(out, (draft) =>
    format === "parquet" ? writeParquet(draft, written) : writeLinesTo(draft, lines),
  );
  output.say(`${counted(table.rows, "prediction")} written to ${out}`);
}

/** Says before the table is read that there are no such intervals. */
function checkLevel({ target, intervals }: TableModelSpec, level: number | undefined): void {
  if (level === undefined) return;
  if (target.task === "regression") {
    intervalAround(new Float64Array(), level, target, intervals);
    return;
  }
  throw new ChainruleError(
    "argument",
    `"${clip(target.name)}" has classes, and only numbers have intervals.`,
    "Leave --level out: each class comes with its probability.",
  );
}

const extensions: Readonly<Record<string, Format>> = {
  ".csv": "csv",
  ".txt": "csv",
  ".parquet": "parquet",
  ".pq": "parquet",
  ".ndjson": "ndjson",
  ".jsonl": "ndjson",
  ".json": "ndjson",
};

function formatOf({ format, out }: Pick<PredictOptions, "format" | "out">): Format {
  if (format === "parquet" && out === undefined) {
    throw new ChainruleError(
      "argument",
      "A Parquet file can not be printed.",
      "Say where it is to be written: --out predictions.parquet.",
    );
  }
  if (format !== undefined) return format;
  if (out === undefined) return "csv";
  const known = extensions[extname(out).toLowerCase()];
  if (known !== undefined) return known;
  throw new ChainruleError(
    "argument",
    `The name of ${out} does not tell in which format it is to be written.`,
    `Let it end in one of ${Object.keys(extensions).join(", ")}, or say it: --format csv.`,
  );
}

function repeatedColumns(table: Table, given: readonly string[]): readonly Column[] {
  const isColumn = table.columns.some(({ name }) => name === "all");
  if (given.includes("all") && !isColumn) return table.columns;
  const names = [...new Set(namesIn(given, table))];
  return names.map((name) => columnNamed(table, name, "column to repeat"));
}

async function writeLinesTo(path: string, lines: Iterable<string>): Promise<void> {
  const file = createWriteStream(path);
  // Waited for below: what is written before an error is thrown away with the draft.
  const ended = finished(file);
  ended.catch(() => {});
  const stream: OutputStream = {
    write: (text) => file.write(text),
    drained: async () => {
      await Promise.race([once(file, "drain"), ended]);
    },
  };
  await writeLines(stream, lines);
  file.end();
  await ended;
}

/** The types of columns that a model wants. */
export const typesOf = ({ features, target }: TableModelSpec): Map<string, ColumnType> =>
  new Map([...features, target].map(({ name, type }) => [name, type]));

/** Says which infinite numbers of a model's columns count as missing. */
export function warnOfInfinite(output: Output, { features }: TableModelSpec, table: Table): void {
  const read = new Set(features.map(({ name }) => name));
  const columns = table.columns.filter(({ name }) => read.has(name));
  for (const { name, rows } of columns.flatMap(infiniteIn))
    output.warn(
      `${counted(rows, "infinite value")} of ${clip(name)} count${rows === 1 ? "s" : ""} as missing.`,
    );
}

export function warnOfUnseen(output: Output, unseen: readonly UnseenLevels[]): void {
  for (const { name, rows, examples } of unseen) {
    const shown = examples.map((example) => `"${clip(example)}"`).join(", ");
    const have = rows === 1 ? "has a value" : "have values";
    output.warn(
      `${counted(rows, "row")} ${have} of ${clip(name)} that training never saw (${shown}), and that the model ignores.`,
    );
  }
}

/** Lines a few hundred at a time, as fast as they are taken. */
async function writeLines(stream: OutputStream, lines: Iterable<string>): Promise<void> {
  let block = "";
  for (const line of lines) {
    block += `${line}\n`;
    if (block.length < 1 << 15) continue;
    if (!stream.write(block)) await stream.drained();
    block = "";
  }
  if (block !== "" && !stream.write(block)) await stream.drained();
}
