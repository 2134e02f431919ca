/** Tables as JSON: a list of objects, or an object in each line. */
import { type Cell, refineText, type Table, tableFromRows, tableOf, wording } from "chainrule/tables";
import { refusal } from "../sentence.ts";
import { clipName, textOf } from "./text.ts";

const MOST_COLUMNS = 10_000;
type Row = Readonly<Record<string, Cell>>;

/** @throws ChainruleError `file` or `data` that names the file, and the row at fault */
export function tableFromJson(bytes: Uint8Array, name: string): Table {
  const text = textOf(bytes, name);
  const file = clipName(name);
  const rows = rowsIn(text, file);
  if (rows.length === 0)
    throw refusal("data", `${file} has no rows.`, "Give a list of objects, one for each row.");
  const checked = rows.map((row, i) => checkedRow(row, i, file));
  const names = new Set<string>();
  for (const row of checked) for (const key of Object.keys(row)) names.add(key);
  if (names.size === 0) {
    throw refusal("data", `The rows of ${file} have no values.`, 'Write rows as {"name": value, …}.');
  }
  if (names.size > MOST_COLUMNS) {
    throw refusal(
      "data",
      `${file} has ${names.size.toLocaleString("en-US")} columns.`,
      "Give rows with the same names.",
    );
  }
  const { columns } = tableFromRows(checked, file);
  return tableOf(
    file,
    columns.map((column) => (column.type === "text" ? refineText(column, { source: file }) : column)),
  );
}

function rowsIn(text: string, file: string): unknown[] {
  if (text.trimStart().startsWith("[")) {
    const parsed = parsedJson(text, file);
    return Array.isArray(parsed) ? parsed : [];
  }
  const lines = text.split(/\r?\n/);
  return lines.flatMap((line, i) =>
    line.trim() === "" ? [] : [parsedJson(line, `Line ${i + 1} of ${file}`)],
  );
}

/** @throws ChainruleError `file` */
export function parsedJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = wording.clip(cause instanceof Error ? cause.message : "", 100);
    throw refusal(
      "file",
      `${what} is no JSON: ${reason}.`,
      "Give a list of objects, or an object in each line.",
    );
  }
}

function checkedRow(row: unknown, place: number, file: string): Row {
  if (typeof row !== "object" || row === null || Array.isArray(row)) {
    throw refusal("data", `Row ${place + 1} of ${file} is no object.`, 'Write rows as {"name": value, …}.');
  }
  for (const [key, value] of Object.entries(row)) {
    if (value === null || ["number", "string", "boolean"].includes(typeof value)) continue;
    throw refusal(
      "data",
      `Row ${place + 1} of ${file} has ${Array.isArray(value) ? "a list" : "an object"} as "${wording.clip(key)}".`,
      "Give numbers, texts, true, false or null.",
    );
  }
  return row as Row;
}
