import { writeFile } from "node:fs/promises";
import { ChainruleError } from "chainrule";
import { type Table, type TableModel, textAt, traceTable } from "chainrule/tables";
import type { Trace } from "chainrule/trace";
import { groupsOf } from "../explain/groups.ts";
import { tracePage } from "../explain/page.ts";
import { sayTrace } from "../explain/say.ts";
import type { Io } from "../io.ts";
import { checkFile, writeWhole } from "../runs/folder.ts";
import { readRun } from "../runs/run.ts";
import { correctOrEmpty, readTable } from "../sources/index.ts";
import type { InputFormat } from "../sources/input.ts";
import { dataFrom } from "../sources/paths.ts";
import { clip, counted, percent, significant } from "../terminal/format.ts";
import { Output, sayReading } from "../terminal/output.ts";
import { type TableColumn, tableLines } from "../terminal/table.ts";
import { typesOf, warnOfInfinite, warnOfUnseen } from "./predict.ts";

export interface ExplainOptions {
  /** Counted from 1; may be undefined for the first. */
  readonly row?: readonly number[];
  /** All rows in one pass. */
  readonly batch?: boolean;
  readonly layer?: number;
  readonly terms: number;
  /** The file of a page that steps through. */
  readonly out?: string;
  readonly sql?: string;
  readonly format?: InputFormat;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** One pass and the rows that go through it. */
interface Pass {
  readonly title: string;
  /** Places in the table, from 0. */
  readonly rows: readonly number[];
  readonly trace: Trace;
}

/** `chainrule explain RUN DATA --row N`: every number of the forward and the backward pass on rows of a table. */
export async function explain(
  folder: string,
  paths: readonly string[],
  options: ExplainOptions,
  io: Io,
): Promise<void> {
  const output = new Output(io, options);
  const { out, terms, layer } = options;
  const data = await dataFrom(paths, options, io);
  if (out !== undefined) await checkFile(out, ...data.files);
  const run = await readRun(folder);
  const { model } = run;
  const table = await readTable(data, {
    missing: run.missing,
    types: typesOf(model.spec),
    typedOnly: true,
    remedy: correctOrEmpty,
    progress: sayReading(output),
  });
  output.clearStatus();
  const passes = passesOf(model, table, options);
  if (layer !== undefined) checkLayer(passes[0].trace, layer);
  for (const { title, rows, trace } of passes) {
    sayRows(output, model, table, title, rows);
    sayTrace(output, trace, { layer, terms });
    if (trace.data.loss === null) {
      output.say();
      output.warn(
        `There are no derivatives: ${clip(model.spec.target.name)}, which the outputs are compared with, is not known.`,
      );
    }
  }
  if (out === undefined && !options.json) return;
  output.setStatus("  writing down every number …");
  const files = passes.map(({ trace }) =>
    trace.toJSON({ most: FILE_NUMBERS * trace.data.rows, terms: Math.max(terms, FILE_TERMS) }),
  );
  output.clearStatus();
  if (out !== undefined) {
    const html = await tracePage(passes.map(({ title }, i) => ({ title, trace: files[i] })));
    await writeWhole(out, (draft) => writeFile(draft, html));
    output.say();
    output.say(`  Page written to ${out}`);
  }
  if (options.json) output.result(files.length === 1 ? files[0] : files);
}

/** What a file does not list can not be asked for later: so many numbers of a larger tensor for each row, and so many terms of each sum at least. */
const FILE_NUMBERS = 40;
const FILE_TERMS = 8;

/** @throws ChainruleError `argument` for a row that is not there */
function passesOf(model: TableModel, table: Table, { row = [1], batch = false }: ExplainOptions): Pass[] {
  const rows = [...new Set(row)].map((number) => {
    if (number <= table.rows) return number - 1;
    throw new ChainruleError(
      "argument",
      table.rows === 0
        ? `${table.source} has no rows, only a header.`
        : `There is no row ${number.toLocaleString("en-US")}: ${table.source} has ${counted(table.rows, "row")}.`,
      table.rows === 0 ? "Give a table with rows." : `Choose --row from 1 to ${table.rows}.`,
    );
  });
  const pass = (title: string, of: readonly number[]): Pass => ({
    title,
    rows: of,
    trace: traceTable(model, table, Int32Array.from(of)),
  });
  if (batch && rows.length > 1)
    return [pass(`${counted(rows.length, "row")} of ${table.source} in one pass`, rows)];
  return rows.map((one) => pass(`Row ${(one + 1).toLocaleString("en-US")} of ${table.source}`, [one]));
}

function checkLayer({ data }: Trace, layer: number): void {
  const known = [...new Set(groupsOf(data).flatMap(({ k, part }) => (part === "network" ? [k] : [])))];
  if (known.includes(layer)) return;
  throw new ChainruleError(
    "argument",
    `There is no layer ${layer}.`,
    `The layers of this network are ${known.join(", ")}.`,
  );
}

/** So many columns of a row are printed. */
const MOST_CELLS = 24;

/** The row as it is in the table, and what the model says of it. */
function sayRows(
  output: Output,
  model: TableModel,
  table: Table,
  title: string,
  rows: readonly number[],
): void {
  const { features, target } = model.spec;
  const { bold, dim } = output.style;
  output.say();
  output.say(`  ${bold(clip(title, 76))}`);
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const columns = [...features, target].flatMap(({ name }) => byName.get(name) ?? []);
  const cells: TableColumn<(typeof columns)[number]>[] = [
    { title: "column", text: ({ name }) => name, importance: 0 },
    ...rows.slice(0, 6).map((row, i) => ({
      title: rows.length === 1 ? "value" : `row ${row + 1}`,
      text: (column: (typeof columns)[number]) => textAt(column, row) || "missing",
      importance: 1 + i,
    })),
    { title: "", text: ({ name }) => (name === target.name ? "the target" : ""), importance: 9 },
  ];
  const [head, ...lines] = tableLines(cells, columns.slice(0, MOST_CELLS), output.width);
  output.say(dim(head));
  for (const line of lines) output.say(line);
  if (columns.length > MOST_CELLS)
    output.say(dim(`    and ${counted(columns.length - MOST_CELLS, "more column")}`));
  output.say();
  const inputs = model.inputs(table, Int32Array.from(rows));
  warnOfUnseen(output, inputs.unseen);
  warnOfInfinite(output, model.spec, table);
  sayPrediction(output, model, inputs, rows);
}

function sayPrediction(
  output: Output,
  model: TableModel,
  inputs: ReturnType<TableModel["inputs"]>,
  rows: readonly number[],
): void {
  const { target, calibration } = model.spec;
  const predicted = model.predictPrepared(inputs);
  rows.forEach((row, n) => {
    const of = rows.length === 1 ? "prediction" : `row ${row + 1}`;
    if (predicted.task === "regression" || target.task === "regression") {
      if (predicted.task === "regression")
        output.fact(of, `${clip(target.name)} ${significant(predicted.values[n], 5)}`);
      return;
    }
    const { classes } = target;
    const probabilities = Array.from(
      predicted.probabilities.subarray(n * classes.length, (n + 1) * classes.length),
    );
    const order = probabilities.map((_, i) => i).toSorted((a, b) => probabilities[b] - probabilities[a]);
    const shown = order.slice(0, 6).map((i) => `${clip(classes[i], 24)} ${percent(probabilities[i])}`);
    const more = order.length > shown.length ? `, and ${order.length - shown.length} more` : "";
    output.fact(of, `${clip(classes[predicted.classes[n]])} (${shown.join(", ")}${more})`);
  });
  const temperature = calibration?.temperature ?? 1;
  if (target.task === "classification" && temperature !== 1)
    output.fact(
      "",
      `calibrated: of the outputs divided by ${significant(temperature, 4)}. The loss below is that of the outputs as they are.`,
    );
}
