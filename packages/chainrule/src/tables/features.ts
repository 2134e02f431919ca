import { ChainruleError } from "../util/errors.ts";
import { type Column, columnNamed, type Table, type TextColumn } from "./column.ts";
import { lookOf } from "./looks.ts";
import { type ColumnProfile, profileColumn } from "./profile.ts";
import { counted } from "./wording.ts";

/** Why a column is not used: it was excluded, or what the training rows hold in it is of no help, see {@link planFor}. */
export type DropReason = "excluded" | "empty" | "constant" | "identifier" | "free text";

/** A column that the model does not read. Plain data. */
export interface DroppedColumn {
  /** The column's name. */
  readonly name: string;
  /** The reason, for programs. */
  readonly reason: DropReason;
  /** The reason in words. */
  readonly detail: string;
}

/** Which columns a model may read. */
export interface FeatureChoice {
  /** Columns never to use. Default none. */
  readonly exclude?: readonly string[];
  /** Columns to use even if they look like identifiers or free text. Default none. */
  readonly include?: readonly string[];
}

/** A text column with more different values than this is looked at for being free text or an identifier. */
const MANY_TEXTS = 20;

/**
 * Chooses the columns that the model reads: all but the target, the excluded ones, and those that can not help. By the training
 * rows alone, a column is dropped when it has no value there, or one only; when it counts the rows, or is named like an
 * identifier and never repeats a whole number; when it holds texts that mostly differ from row to row.
 *
 * @throws ChainruleError `data` for a name that is no column, or when no column is left
 */
export function chooseFeatures(
  table: Table,
  target: string,
  training: Int32Array,
  { exclude = [], include = [] }: FeatureChoice = {},
): { features: Column[]; dropped: DroppedColumn[] } {
  for (const name of exclude) columnNamed(table, name, "column to exclude");
  for (const name of include) columnNamed(table, name, "column to include");
  const dropped: DroppedColumn[] = [];
  const features = table.columns.filter((column) => {
    if (column.name === target) return false;
    const found = exclude.includes(column.name)
      ? { reason: "excluded" as const, detail: "excluded" }
      : reasonToDrop(column, profileColumn(column, training), training, include.includes(column.name));
    if (found) dropped.push({ name: column.name, ...found });
    return found === null;
  });
  if (features.length === 0) {
    const usable = dropped.find(({ reason }) => reason === "identifier" || reason === "free text");
    throw new ChainruleError(
      "data",
      `${table.source} has no column from which to predict "${target}"${dropped.length > 0 ? `: ${dropped.map(({ name, detail }) => `"${name}" is ${detail}`).join(", ")}` : ""}.`,
      usable
        ? `Use it all the same by include: ${JSON.stringify([usable.name])}, or give more columns.`
        : "Give at least one more.",
    );
  }
  return { features, dropped };
}

/** Why a column can not help, and the reason in words. */
export interface UselessColumn {
  readonly reason: Exclude<DropReason, "excluded">;
  readonly detail: string;
}

/**
 * Why a column can not help, or null.
 *
 * @param profile of the column over the rows
 * @param wanted whether it is to be used even if it looks like an identifier or free text
 */
export function reasonToDrop(
  column: Column,
  profile: ColumnProfile,
  training: Int32Array,
  wanted: boolean,
): UselessColumn | null {
  if (profile.distinct === 0) return { reason: "empty", detail: "without any value" };
  if (profile.distinct === 1 && profile.missing === 0) {
    return { reason: "constant", detail: "the same in every row" };
  }
  if (wanted) return null;
  if (column.type === "number" && isIdentifier(column.values, profile, training)) {
    return { reason: "identifier", detail: "a number for each row, like an identifier" };
  }
  const present = profile.rows - profile.missing;
  if (column.type === "text" && profile.distinct > MANY_TEXTS && profile.distinct > present / 2) {
    return {
      reason: "free text",
      detail: `free text (${counted(profile.distinct, "different value")} in ${counted(present, "row")})${hintOf(column)}`,
    };
  }
  return null;
}

/** What to do about texts that look like something else. */
function hintOf(column: TextColumn): string {
  const look = lookOf(column);
  if (look === null) return "";
  const name = `"${column.name.replaceAll('"', '""')}"`;
  const query = `SELECT * REPLACE (${look.sql} AS ${name}) FROM data`;
  // In double quotes, as SQL has single ones.
  const word = `"${query.replace(/["\\$`]/g, "\\$&")}"`;
  return `, which looks like ${look.what === "dates" ? "dates" : "amounts of money"}: to use it, --sql ${word}`;
}

function isIdentifier(values: Float64Array, profile: ColumnProfile, rows: Int32Array): boolean {
  if (!profile.whole || profile.missing > 0 || profile.distinct < profile.rows || profile.rows < 5)
    return false;
  const counter = values[rows[0]] - rows[0];
  return rows.every((row) => values[row] - row === counter) || namedLikeIdentifier(profile.name);
}

const namedLikeIdentifier = (name: string): boolean =>
  /(^|[\s_.-])(id|ids|uid|uuid|guid|index|idx|rowid|key|no|nr)$/i.test(name) || /[a-z](Id|ID)$/.test(name);
