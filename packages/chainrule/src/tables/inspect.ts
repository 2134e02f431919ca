import { ChainruleError } from "../util/errors.ts";
import { type Column, type ColumnType, columnNamed, type Table } from "./column.ts";
import { duplicateColumns, duplicateRows } from "./duplicates.ts";
import { reasonToDrop, type UselessColumn } from "./features.ts";
import { allRows, findLeaks, type Leak } from "./leaks.ts";
import { type ColumnProfile, profileColumn, type ValueRange } from "./profile.ts";
import { rowsWithValue } from "./target.ts";
import { detectTask, type Task } from "./task.ts";
import { clip, counted, listed } from "./wording.ts";

/** What a table is to be looked at for. */
export interface InspectTableOptions {
  /** The column to predict. Without it, nothing is said of a target, and no leaks are looked for. */
  readonly target?: string;
  /** What the target asks for. Default "auto": see {@link detectTask}. */
  readonly task?: Task | "auto";
  /** Columns never to use. Default none. */
  readonly exclude?: readonly string[];
  /** Columns to use even if they look like identifiers or free text. Default none. */
  readonly include?: readonly string[];
}

/** What is in a table, as plain data. */
export interface TableInspection {
  /** Where the table came from: a file name. */
  readonly source: string;
  /** How many rows there are. */
  readonly rows: number;
  /** One for each column of the table, in its order. */
  readonly columns: readonly ColumnInspection[];
  /** The column to predict; null where none was named, and where it can not be one (a warning then says why). */
  readonly target: TargetInspection | null;
  /** Rows that are the same as an earlier one in all columns. */
  readonly duplicateRows: number;
  /** Columns that alone determine the target, by {@link findLeaks}. */
  readonly leaks: readonly Leak[];
  /** What a person should look at before training, the most urgent first. */
  readonly warnings: readonly TableWarning[];
  /** What the source says about how it was read. */
  readonly notes: readonly string[];
}

/** What is in one column. */
export interface ColumnInspection {
  /** The column's name. */
  readonly name: string;
  /** What it holds. */
  readonly type: ColumnType;
  /** What a model makes of the column. */
  readonly use: "number" | "boolean" | "date" | "category" | "target" | "unused";
  /** Why it is not used, in words; null where it is. */
  readonly reason: string | null;
  /** Rows without a value. */
  readonly missing: number;
  /** Rows with an infinite number; they count as missing. */
  readonly infinite: number;
  /** How many different values there are. */
  readonly distinct: number;
  /** Ends and quartiles of numbers and dates (in milliseconds); null for others, and where there is no value. */
  readonly range: ValueRange | null;
  /** How numbers and dates are spread; null for others, and where there is no value. */
  readonly histogram: Histogram | null;
  /** The ten most frequent values of texts and booleans, with the number of their rows. */
  readonly frequent: ColumnProfile["frequent"];
}

/**
 * Counts in bins of equal width between two values. Whole numbers that span less than 12 have a bin each, equal values one; else there
 * are 12.
 */
export interface Histogram {
  /** The lower end of the first bin. */
  readonly low: number;
  /** The upper end of the last bin, which belongs to it. */
  readonly high: number;
  /** Rows in each bin; missing values are in none. */
  readonly counts: readonly number[];
}

/** What is asked for when one column is to be predicted. */
export interface TargetInspection {
  /** The column's name. */
  readonly name: string;
  /** Classes, or a number. */
  readonly task: Task;
  /** Why this task, in words. */
  readonly reason: string;
  /** Rows without a target: they can not be learned from. */
  readonly missing: number;
  /** The classes with their rows, the most frequent first; null for a number. */
  readonly classes: readonly { readonly label: string; readonly rows: number }[] | null;
}

/** Something that a person should look at before training. */
export interface TableWarning {
  /** What it is about, for programs. "target": it can not be predicted; "dates": a column holds some, and time may matter. */
  readonly kind:
    | "target"
    | "leak"
    | "rare class"
    | "mostly missing"
    | "infinite"
    | "duplicate column"
    | "duplicate rows"
    | "dates"
    | UselessColumn["reason"];
  /** The columns that it is about; none where it is about rows. */
  readonly columns: readonly string[];
  /** The warning as sentences. */
  readonly text: string;
}

const BINS = 12;
/** From this share of missing values on, a column is worth a warning. */
const MOSTLY = 0.5;
/** A class with fewer rows can not be in every part of a split. */
const FEWEST_OF_CLASS = 5;

/**
 * Describes a table: what each column holds, what a model would make of it, how the target is balanced, and what a person should
 * look at before training. All rows are looked at; for leaks, up to 20,000 of them (see {@link findLeaks}).
 *
 * @throws ChainruleError `data` for a name that is no column
 *
 * @example
 * const areas = Array.from({ length: 40 }, (_, i) => 30 + ((7 * i) % 50));
 * const rows = areas.map((area, id) => ({ id, area, rent: 100 + 10 * area }));
 * const { columns, target, warnings } = inspectTable(tableFromRows(rows), { target: "rent" });
 * columns.map(({ use }) => use); // → ['unused', 'number', 'target']
 * target?.reason; // → '40 different whole numbers'
 * warnings.map(({ kind, columns }) => `${kind}: ${columns}`); // → ['leak: area', 'identifier: id']
 */
export function inspectTable(table: Table, options: InspectTableOptions = {}): TableInspection {
  const { target, exclude = [], include = [] } = options;
  for (const name of exclude) columnNamed(table, name, "column to exclude");
  for (const name of include) columnNamed(table, name, "column to include");
  const rows = allRows(table.rows);
  const warnings: TableWarning[] = [];
  const columns = table.columns.map((column): ColumnInspection => {
    const profile = profileColumn(column);
    const { name } = column;
    const dropped = name === target ? null : reasonToDrop(column, profile, rows, include.includes(name));
    if (dropped && !exclude.includes(name)) warnings.push(droppedWarning(name, dropped));
    const reason = exclude.includes(name) ? "excluded" : (dropped?.detail ?? null);
    return describe(column, profile, name === target ? "target" : null, reason);
  });
  const found = target === undefined ? null : inspectTarget(table, target, options.task);
  if (found?.warning) warnings.push(found.warning);
  const leaks = found?.target ? findLeaks(table, found.target.name, undefined, found.target.task) : [];
  const same = duplicateRows(table);
  warnings.push(
    ...leaks.map(({ name, text }) => leakWarning(name, text)),
    ...rareClasses(found?.target ?? null),
    ...columns.flatMap((column) => columnWarnings(column, table.rows)),
    ...duplicateColumns(table).map(([name, earlier]) => duplicateWarning(name, earlier)),
    ...(same > 0 ? [rowsWarning(same)] : []),
  );
  const { source, notes = [] } = table;
  const order = (kind: TableWarning["kind"]): number => urgency.indexOf(kind);
  warnings.sort((a, b) => order(a.kind) - order(b.kind));
  return {
    source,
    rows: table.rows,
    columns,
    target: found?.target ?? null,
    duplicateRows: same,
    leaks,
    warnings,
    notes,
  };
}

/** Warnings in the order in which a person should read them. */
const urgency: readonly TableWarning["kind"][] = [
  "target",
  "leak",
  "rare class",
  "infinite",
  "duplicate rows",
  "duplicate column",
  "mostly missing",
  "dates",
  "identifier",
  "free text",
  "constant",
  "empty",
];

function describe(
  column: Column,
  profile: ColumnProfile,
  role: "target" | null,
  reason: string | null,
): ColumnInspection {
  const { name, type, missing, distinct, range, frequent } = profile;
  const natural = type === "text" ? "category" : type;
  return {
    name,
    type,
    use: role ?? (reason === null ? natural : "unused"),
    reason,
    missing,
    infinite: column.type === "number" ? countInfinite(column.values) : 0,
    distinct,
    range,
    histogram: range && column.type !== "text" ? histogramOf(column.values, range, profile) : null,
    frequent: frequent.slice(0, 10),
  };
}

function countInfinite(values: Float64Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]) === Infinity) count++;
  return count;
}

/** Of few whole numbers, each has a bin of its own; else there are twelve. */
function histogramOf(
  values: Float64Array,
  { min, max }: ValueRange,
  { whole }: Pick<ColumnProfile, "whole">,
): Histogram {
  const single = whole && max - min < BINS;
  const bins = single ? max - min + 1 : max > min ? BINS : 1;
  const [low, high] = single ? [min - 0.5, max + 0.5] : [min, max];
  const counts = new Array<number>(bins).fill(0);
  // Halves, because the difference of the largest numbers is not finite.
  const width = high / 2 - low / 2;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    const place = width > 0 ? Math.floor(((value / 2 - low / 2) / width) * bins) : 0;
    counts[Math.min(bins - 1, place)]++;
  }
  return { low, high, counts };
}

function inspectTarget(
  table: Table,
  name: string,
  wanted?: Task | "auto",
): { target: TargetInspection | null; warning: TableWarning | null } {
  const column = columnNamed(table, name, "target");
  const rows = rowsWithValue(column, table.rows);
  try {
    const { task, reason } = detectTask(column, rows, wanted);
    const missing = table.rows - rows.length;
    const classes = task === "classification" ? classesOf(column) : null;
    return { target: { name, task, reason, missing, classes }, warning: null };
  } catch (error) {
    if (!(error instanceof ChainruleError)) throw error;
    const text = `${error.problem} ${error.remedy}`;
    return { target: null, warning: { kind: "target", columns: [name], text } };
  }
}

function classesOf(column: Column): { label: string; rows: number }[] {
  if (column.type === "text" || column.type === "boolean")
    return profileColumn(column).frequent.map(([label, rows]) => ({ label, rows }));
  const counts = new Map<number, number>();
  for (const value of column.values)
    if (Number.isFinite(value)) counts.set(value + 0, (counts.get(value + 0) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return sorted.map(([value, rows]) => ({ label: String(value), rows }));
}

function rareClasses(target: TargetInspection | null): TableWarning[] {
  const rare = (target?.classes ?? []).filter(({ rows }) => rows < FEWEST_OF_CLASS);
  if (!target || rare.length === 0) return [];
  const names = listed(rare.map(({ label }) => label));
  const text = `Fewer than ${FEWEST_OF_CLASS} rows have the class ${names}: too few to learn and to test. Join ${rare.length === 1 ? "it" : "them"} with another, or add rows.`;
  return [{ kind: "rare class", columns: [target.name], text }];
}

const leakWarning = (name: string, text: string): TableWarning => ({
  kind: "leak",
  columns: [name],
  text: `${text} If it is made from the target, or known only after it, exclude it.`,
});

const droppedWarning = (name: string, { reason, detail }: UselessColumn): TableWarning => ({
  kind: reason,
  columns: [name],
  text: `"${clip(name)}" is not used: it is ${detail}.`,
});

function columnWarnings(column: ColumnInspection, rows: number): TableWarning[] {
  const { name, missing, infinite, use } = column;
  if (use === "unused") return [];
  const columns = [name];
  const found: TableWarning[] = [];
  if (infinite > 0) {
    const text = `"${clip(name)}" is infinite in ${counted(infinite, "row")}: such values count as missing.`;
    found.push({ kind: "infinite", columns, text });
  }
  if (missing > MOSTLY * rows && missing < rows) {
    const text = `"${clip(name)}" is missing in ${counted(missing, "row")} of ${rows.toLocaleString("en-US")}.`;
    found.push({ kind: "mostly missing", columns, text });
  }
  if (use === "date") {
    const text = `"${clip(name)}" holds dates: a model for later rows is tested well only on rows later than those it learned from.`;
    found.push({ kind: "dates", columns, text });
  }
  return found;
}

const duplicateWarning = (name: string, earlier: string): TableWarning => ({
  kind: "duplicate column",
  columns: [name, earlier],
  text: `"${clip(name)}" says the same as "${clip(earlier)}" in every row: one of them is enough.`,
});

const rowsWarning = (count: number): TableWarning => ({
  kind: "duplicate rows",
  columns: [],
  text: `${counted(count, "row")} ${count === 1 ? "is the same as an earlier one" : "are the same as earlier ones"}: copies of a row in training and in the test make scores look better than they are.`,
});
