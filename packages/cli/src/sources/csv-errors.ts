import { ChainruleError } from "chainrule";
import { wording } from "chainrule/tables";
import type { Header } from "./header.ts";

/** What DuckDB says of a file that it can not read, in our words: what is wrong on which line, and what to do. */
export function csvError(error: unknown, source: string, { names }: Header): ChainruleError {
  if (error instanceof ChainruleError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  const place = line ? `Line ${line} of ${source}` : source;
  const [problem, remedy] = explain(message, place, source, names.length);
  return new ChainruleError("data", problem, remedy, { cause: error });
}

function explain(
  message: string,
  place: string,
  source: string,
  columns: number,
): readonly [problem: string, remedy: string] {
  const fields = /Expected Number of Columns: \d+ Found: (\d+)/.exec(message)?.[1];
  if (fields) {
    // Of more fields than expected DuckDB counts only the first too many.
    const found = Number(fields) > columns ? `more than ${columns}` : fields;
    return [
      `${place} has ${found} ${/\b1$/.test(found) ? "field" : "fields"} where the header has ${columns}.`,
      "Correct that line. A value with the delimiter in it needs quotes around it.",
    ];
  }
  if (/not utf-8 encoded|Invalid unicode|byte sequence mismatch/i.test(message)) {
    return [`${place} is not written in UTF-8.`, "Save the file as UTF-8, and try again."];
  }
  if (/unterminated quote/i.test(message)) {
    return [
      `${place} has a quote without its partner, or text after one.`,
      'Put quotes around the whole value, and write a quote within it twice: "3"" pipe".',
    ];
  }
  if (/Maximum line size/i.test(message)) {
    return [
      `${place} is longer than 64 MB.`,
      "Check that the file is a table, and that each quote has its partner.",
    ];
  }
  if (/invalid state/i.test(message)) {
    return [
      `${source} mixes kinds of line ends, or has text after a closing quote.`,
      "Save it with one kind of line end, and quotes around whole values.",
    ];
  }
  if (/out of memory/i.test(message)) {
    return [`${source} does not fit into memory.`, "Use fewer rows or columns, or a larger machine."];
  }
  return [
    `${place} can not be read as a table: ${wording.clip(message.split("\n")[0], 200)}`,
    "Check that it is a CSV file.",
  ];
}
