import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { ColumnType, Predictions, TableModelSpec, UnseenLevels } from "chainrule/tables";
import type { Io, OutputStream } from "../io.ts";
import { checkFile, writeWhole } from "../runs/folder.ts";
import { readRun } from "../runs/run.ts";
import { correctOrEmpty, readTable } from "../sources/index.ts";
import { clip, counted } from "../terminal/format.ts";
import { Output } from "../terminal/output.ts";

export interface PredictOptions {
  readonly out?: string;
  readonly format: "csv" | "ndjson";
  readonly quiet: boolean;
}

/** `chainrule predict RUN DATA`: a line for each row, to standard output or a file; notes go to standard error. */
export async function predict(folder: string, path: string, options: PredictOptions, io: Io): Promise<void> {
  if (options.out !== undefined) await checkFile(options.out, path);
  const run = await readRun(folder);
  const { spec } = run.model;
  const table = await readTable(path, {
    missing: run.missing,
    types: typesOf(spec),
    typedOnly: true,
    remedy: correctOrEmpty,
  });
  const inputs = run.model.inputs(table);
  const predictions = run.model.predictPrepared(inputs);
  const lines = options.format === "csv" ? csvLines(spec, predictions) : jsonLines(spec, predictions);
  const output = new Output(io, { json: true, quiet: options.quiet });
  warnOfUnseen(output, inputs.unseen);
  if (options.out === undefined) {
    await writeLines(io.stdout, lines);
    return;
  }
  const { out } = options;
  await writeWhole(out, async (draft) => {
    const file = createWriteStream(draft);
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
  });
  output.say(`${counted(table.rows, "prediction")} written to ${out}`);
}

/** The types of columns that a model wants. */
export const typesOf = ({ features, target }: TableModelSpec): Map<string, ColumnType> =>
  new Map([...features, target].map(({ name, type }) => [name, type]));

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

function* csvLines({ target }: TableModelSpec, predictions: Predictions): Generator<string> {
  if (target.task === "regression" || predictions.task === "regression") {
    yield csvField(target.name);
    if (predictions.task === "regression")
      for (const value of predictions.values) yield String(rounded(value));
    return;
  }
  const { classes } = target;
  yield [target.name, "probability", ...classes.map((label) => `p_${label}`)].map(csvField).join(",");
  const { probabilities } = predictions;
  for (let i = 0; i < predictions.classes.length; i++) {
    const row = probabilities.subarray(i * classes.length, (i + 1) * classes.length);
    const chosen = predictions.classes[i];
    yield [csvField(classes[chosen]), short(row[chosen]), ...Array.from(row, short)].join(",");
  }
}

function* jsonLines({ target }: TableModelSpec, predictions: Predictions): Generator<string> {
  if (target.task === "regression" || predictions.task === "regression") {
    if (predictions.task === "regression")
      for (const value of predictions.values) yield JSON.stringify({ [target.name]: rounded(value) });
    return;
  }
  const { classes, type } = target;
  const label = (i: number): string | number => (type === "number" ? Number(classes[i]) : classes[i]);
  for (let i = 0; i < predictions.classes.length; i++) {
    const row = predictions.probabilities.subarray(i * classes.length, (i + 1) * classes.length);
    const chosen = predictions.classes[i];
    yield JSON.stringify({
      [target.name]: label(chosen),
      probability: Number(short(row[chosen])),
      probabilities: Object.fromEntries(classes.map((name, j) => [name, Number(short(row[j]))])),
    });
  }
}

/** A number with eight significant digits: the network computes in float32, which has about seven. */
const rounded = (value: number): number => Number(value.toPrecision(8));

/** A probability with six significant digits: more would be noise. */
const short = (p: number): string => String(Number(p.toPrecision(6)));

/** A field of a CSV file, in quotes where it needs them (RFC 4180). */
export const csvField = (text: string): string =>
  /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
