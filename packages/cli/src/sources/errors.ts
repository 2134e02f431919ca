import { ChainruleError } from "chainrule";
import { wording } from "chainrule/tables";

/** What DuckDB says of a Parquet file that it can not read, in our words. */
export function parquetError(error: unknown, source: string): ChainruleError {
  const message = messageOf(error);
  const problem = /No magic bytes|too small to be a Parquet/i.test(message)
    ? `${source} is no whole Parquet file: its end is missing, or it is something else.`
    : `${source} can not be read as Parquet: ${firstLine(message)}`;
  return failed(error, [problem, "Download or write it anew."]);
}

/** What DuckDB says of a JSON file that it can not read, in our words. */
export function jsonError(error: unknown, source: string): ChainruleError {
  const message = messageOf(error);
  if (/non-record JSON/.test(message)) {
    return failed(error, [
      `${source} holds no table.`,
      'A table in JSON is a list of objects, [{"age": 41}, …], or an object on each line.',
    ]);
  }
  const place = /Malformed JSON in file .*, at byte \d+ in (line|record\/value) (\d+): ([^.\n]*)/.exec(
    message,
  );
  if (place) {
    const [, unit, number, reason] = place;
    const where = unit === "line" ? `Line ${number}` : `Record ${number}`;
    return failed(error, [
      `${where} of ${source} is no JSON: ${reason.trim()}.`,
      "Correct the file, and save it as UTF-8.",
    ]);
  }
  if (/Missing closing brace/.test(message))
    return failed(error, [`${source} ends before its list does.`, "Download or write it anew."]);
  if (/maximum_object_size/.test(message))
    return failed(error, [`${source} has an object of more than 16 MB.`, "Save it as rows of a table."]);
  return failed(error, [`${source} can not be read as JSON: ${firstLine(message)}`, "Check the file."]);
}

/** What DuckDB says of a query, with the place at fault. */
export function queryError(error: unknown, tables: readonly string[]): ChainruleError {
  const message = messageOf(error);
  if (/httpfs|Extension/.test(message)) {
    return failed(error, [
      "The query reads from a network, or needs an extension of DuckDB's.",
      "Only files on this machine are read: download the file first.",
    ]);
  }
  const line = /LINE (\d+):/.exec(message)?.[1];
  const at = line === undefined ? "" : ` Line ${line} of the query${nearOf(message)}.`;
  const known = tables.length > 0 ? ` The files given are the tables ${wording.listed(tables)}.` : "";
  return failed(error, [
    `The query can not be run: ${firstLine(message)}${at}`,
    `Correct the query; a table in it is a file in quotes, such as 'table.csv'.${known}`,
  ]);
}

/** The text above DuckDB's `^`, such as `, at "selec"`. */
function nearOf(message: string): string {
  const lines = message.split("\n");
  const caret = lines.findIndex((line) => /^\s*\^\s*$/.test(line));
  if (caret < 1) return "";
  const near = lines[caret - 1].slice(lines[caret].indexOf("^")).trim();
  return near === "" ? ", at its end" : `, at "${wording.clip(near, 30)}"`;
}

/** What DuckDB puts before what is wrong: `Binder Error: `, also several of them. */
const kindsOfErrors = /^(?:Failed to [a-z ]+(?: "[^"]*")?: |(?:[A-Z][A-Za-z]* )+Error: )+/;

/** DuckDB's first line, without the kind of error before it, as a sentence. */
function firstLine(message: string): string {
  const [line] = message.split("\n");
  const plain = line.replace(kindsOfErrors, "").replace(/[.!]*$/, "");
  return `${wording.clip(plain, 200)}.`;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function failed(error: unknown, [problem, remedy]: readonly [string, string]): ChainruleError {
  if (error instanceof ChainruleError) return error;
  if (/out of memory/i.test(messageOf(error))) {
    return new ChainruleError(
      "data",
      "The data do not fit into memory.",
      "Use fewer rows or columns, or a larger machine.",
      { cause: error },
    );
  }
  return new ChainruleError("data", problem, remedy, { cause: error });
}
