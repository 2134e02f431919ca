/** Tables as text: CSV and its kin. */
import { type Column, refineText, type Table, tableOf, textColumn, wording } from "chainrule/tables";
import Papa from "papaparse";
import { refusal } from "../sentence.ts";
import { clipName, textOf } from "./text.ts";

const MOST_COLUMNS = 10_000;
const MOST_CELLS = 10_000_000;
const DELIMITERS = [",", "\t", ";", "|"];

/**
 * The table of a text whose first line names its columns, parted by commas, tabs, semicolons or bars.
 *
 * @throws ChainruleError `file` or `data` that names the file, and where there is one the row
 */
export function tableFromCsv(bytes: Uint8Array, name: string): Table {
  const text = textOf(bytes, name);
  const file = clipName(name);
  checkCount(bytes, file);
  const records = recordsOf(text.replace(/^\s*?\n/, ""), file);
  const [header, ...rows] = records;
  const names = header.map((cell, i) => cell.trim() || `column${i + 1}`);
  checkShape(names, rows, file);
  if (rows.length === 0)
    throw refusal("data", `${file} has no rows below its header.`, "Give a table with at least ten rows.");
  const columns = names.map((column, i) => refined(column, rows, i, file));
  return tableOf(file, columns);
}

/** Before anything is parted: each value would take memory of its own. */
function checkCount(bytes: Uint8Array, file: string): void {
  const tally = new Float64Array(256);
  for (let at = 0; at < bytes.length; at++) tally[bytes[at]]++;
  const delimiters = Math.max(...DELIMITERS.map((delimiter) => tally[delimiter.charCodeAt(0)]));
  // Commas in texts part nothing, which is why twice as many are believed.
  if (tally[10] + delimiters > 2 * MOST_CELLS)
    throw tooMany(file, `more than ${MOST_CELLS.toLocaleString("en-US")}`);
}

const tooMany = (file: string, count: string) =>
  refusal(
    "data",
    `${file} has ${count} values.`,
    `A page can hold up to ${MOST_CELLS.toLocaleString("en-US")}; take a sample of its rows.`,
  );

function recordsOf(text: string, file: string): string[][] {
  const { data, errors } = Papa.parse<string[]>(text, {
    // A line of spaces is empty; one of delimiters alone is a row.
    skipEmptyLines: true,
    delimitersToGuess: DELIMITERS,
  });
  const fault = errors.find(({ type }) => type === "Quotes");
  if (fault) {
    const where = fault.row === undefined ? "" : ` in record ${fault.row + 1}`;
    throw refusal(
      "data",
      `${file} has a quote without its partner${where}.`,
      'Write "" for a quote within quotes.',
    );
  }
  return data;
}

function checkShape(names: readonly string[], rows: readonly (readonly string[])[], file: string): void {
  if (names.length > MOST_COLUMNS) {
    throw refusal(
      "data",
      `The header of ${file} has ${names.length.toLocaleString("en-US")} columns.`,
      `Give a table of up to ${MOST_COLUMNS.toLocaleString("en-US")}, with its names in the first line.`,
    );
  }
  const odd = rows.findIndex((row) => row.length !== names.length);
  if (odd >= 0) {
    throw refusal(
      "data",
      `Data row ${odd + 1} of ${file} has ${wording.counted(rows[odd].length, "value")} below ${wording.counted(names.length, "name")}.`,
      "Check its line, and put values with commas in them between quotes.",
    );
  }
  if (rows.length * names.length > MOST_CELLS) {
    throw tooMany(file, (rows.length * names.length).toLocaleString("en-US"));
  }
}

function refined(name: string, rows: readonly (readonly string[])[], place: number, source: string): Column {
  const column = textColumn(
    name,
    rows.map((row) => row[place]),
  );
  return refineText(column, {
    source,
    remedy: (stray, text) =>
      `Correct "${wording.clip(text)}", or leave it empty if the value of "${wording.clip(stray)}" is not known.`,
  });
}
