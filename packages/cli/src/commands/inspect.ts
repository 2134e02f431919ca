import {
  type ColumnInspection,
  inspectTable,
  type Table,
  type TableInspection,
  type TableWarning,
  type TargetInspection,
} from "chainrule/tables";
import type { Io } from "../io.ts";
import { correctOrExclude, correctOrMissing, readTable, type TypeOverride } from "../sources/index.ts";
import type { InputFormat } from "../sources/input.ts";
import { dataFrom } from "../sources/paths.ts";
import { namesIn, unreadOf } from "../sources/plan.ts";
import { histogramLine, shareBar } from "../terminal/blocks.ts";
import {
  clip,
  counted,
  fitText,
  padEnd,
  padStart,
  percent,
  significant,
  widthOfText,
} from "../terminal/format.ts";
import { Output, sayReading } from "../terminal/output.ts";
import { type TableColumn, tableLines } from "../terminal/table.ts";

export interface InspectOptions {
  readonly target?: string;
  readonly exclude?: readonly string[];
  readonly include?: readonly string[];
  readonly types?: readonly TypeOverride[];
  readonly missing: readonly string[];
  readonly sql?: string;
  readonly format?: InputFormat;
  readonly json: boolean;
}

/** `chainrule inspect DATA`: what is in each column of a table, and what to look at before training. */
export async function inspect(files: readonly string[], options: InspectOptions, io: Io): Promise<void> {
  const { target, json } = options;
  const output = new Output(io, { json });
  const table = await readWatched(files, options, output, io);
  const found = inspectTable(table, {
    target,
    exclude: namesIn(options.exclude ?? [], table),
    include: namesIn(options.include ?? [], table),
  });
  output.clearStatus();
  const { style } = output;
  const size = `${counted(table.rows, "row")}, ${counted(table.columns.length, "column")}`;
  output.say();
  output.say(`  ${style.bold(clip(table.source, 60))}  ${style.dim(size)}`);
  output.say();
  sayColumns(output, found);
  if (found.target) sayTarget(output, found.target);
  if (table.rows === 0 || found.notes.length + found.warnings.length > 0) output.say();
  if (table.rows === 0) output.warn("There are no rows, only a header: nothing can be learned from it.");
  for (const note of found.notes) output.warn(note);
  sayWarnings(output, found.warnings);
  if (json) {
    const { source, ...rest } = found;
    output.result({ file: source, ...rest });
  }
}

async function readWatched(
  files: readonly string[],
  options: InspectOptions,
  output: Output,
  io: Io,
): Promise<Table> {
  const { target, missing, types } = options;
  const remedy = target === undefined ? correctOrMissing : correctOrExclude(target);
  return await readTable(await dataFrom(files, options, io), {
    missing,
    overrides: types,
    unread: unreadOf(options),
    remedy,
    progress: sayReading(output),
  });
}

/** Columns of the terminal that a row takes beside the column's name and its values. */
const BESIDE = 47;

function sayColumns(output: Output, { columns, rows }: TableInspection): void {
  const names = Math.max(6, ...columns.map(({ name }) => widthOfText(fitText(name, 28))));
  const room = Math.max(14, Math.min(28, output.width - BESIDE - names));
  const shown: TableColumn<ColumnInspection>[] = [
    { title: "column", text: ({ name }) => name, importance: 0 },
    { title: "used as", text: ({ use }) => (use === "unused" ? "–" : use), importance: 1 },
    { title: "missing", text: ({ missing }) => gaps(missing, rows), align: "right", importance: 2 },
    {
      title: "distinct",
      text: ({ distinct }) => distinct.toLocaleString("en-US"),
      align: "right",
      importance: 5,
    },
    { title: "", text: (column) => histogramLine(countsOf(column), output.unicode), importance: 4 },
    { title: "values", text: (column) => valuesOf(column, rows, room), importance: 3 },
  ];
  const [head, ...lines] = tableLines(shown, columns, output.width);
  output.say(output.style.dim(head));
  for (const line of lines) output.say(line);
}

const gaps = (missing: number, rows: number): string =>
  missing === 0 ? "·" : percent(missing / Math.max(1, rows));

/** The heights of a column's picture: its histogram, or the rows of its most frequent values. */
const countsOf = ({ histogram, frequent }: ColumnInspection): readonly number[] =>
  histogram?.counts ?? frequent.map(([, count]) => count);

function valuesOf(column: ColumnInspection, rows: number, room: number): string {
  const { type, range, frequent } = column;
  if (range) {
    const shown = type === "date" ? day : (value: number): string => numberText(value);
    const [low, middle, high] = [range.min, range.median, range.max].map(shown);
    const long = `${low} … ${middle} … ${high}`;
    return type === "date" || widthOfText(long) > room ? fitText(`${low} … ${high}`, room) : long;
  }
  const present = Math.max(1, rows - column.missing);
  return fitText(frequent.map(([value, count]) => `${value} ${percent(count / present)}`).join(", "), room);
}

const numberText = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e12 ? value.toLocaleString("en-US") : significant(value);

const day = (t: number): string =>
  Math.abs(t) < 8.64e15 ? new Date(t).toISOString().slice(0, 10) : String(t);

/** So many classes are listed. */
const MOST_CLASSES = 10;

function sayTarget(output: Output, { name, task, reason, missing, classes }: TargetInspection): void {
  output.say();
  const without = missing > 0 ? `; ${counted(missing, "row")} without it can not be used` : "";
  output.fact("Target", `${clip(name)}: ${task}, ${reason}${without}`);
  if (!classes) return;
  const total = classes.reduce((sum, { rows }) => sum + rows, 0);
  const shown = classes.slice(0, MOST_CLASSES);
  const labels = Math.max(...shown.map(({ label }) => widthOfText(fitText(label, 20))));
  const counts = Math.max(...shown.map(({ rows }) => rows.toLocaleString("en-US").length));
  for (const { label, rows } of shown) {
    const share = rows / total;
    const figures = `${padStart(rows.toLocaleString("en-US"), counts)}  ${padStart(percent(share), 7)}`;
    output.fact(
      "",
      `${padEnd(fitText(label, labels), labels)}  ${figures}  ${shareBar(share, 24, output.unicode)}`,
    );
  }
  if (classes.length > shown.length)
    output.fact("", `and ${counted(classes.length - shown.length, "more class", "more classes")}`);
}

/** So many warnings of one kind are printed; what is left out is in the JSON. */
const MOST_OF_KIND = 5;

function sayWarnings(output: Output, warnings: readonly TableWarning[]): void {
  const kinds = new Map<string, TableWarning[]>();
  for (const warning of warnings) kinds.set(warning.kind, [...(kinds.get(warning.kind) ?? []), warning]);
  for (const [kind, found] of kinds) {
    for (const { text } of found.slice(0, MOST_OF_KIND)) output.warn(text);
    const rest = found.length - MOST_OF_KIND;
    if (rest > 0)
      output.warn(`${counted(rest, "more warning")} of this kind (${kind}): --json has them all.`);
  }
}
