import { ChainruleError } from "chainrule";
import { wording } from "chainrule/tables";
import type { FileHead } from "./file.ts";

/** What the first lines of a text table tell. */
export interface Header {
  readonly delimiter: string;
  /** Column names, all different; spaces around them are left out, and unnamed columns are called `column3`. */
  readonly names: readonly string[];
  /** Empty lines above the header. */
  readonly skip: number;
}

const delimiters = [",", "\t", ";", "|"] as const;

/**
 * Reads the header line, and finds the delimiter: the one by which the header has the most fields, among those by which the next
 * lines have equally many.
 *
 * @throws ChainruleError `data` for a file without text, or with two columns of the same name
 */
export function readHeader({ bytes, whole }: FileHead, source: string): Header {
  // A character cut in two at the end of the part that was read is no fault: `fatal` is left to the reader of the rows.
  const text = new TextDecoder("utf-8").decode(bytes);
  const skipped = /^(?:[ \t]*(?:\r\n|\n|\r))*/.exec(text)?.[0] ?? "";
  const body = text.slice(skipped.length);
  if (body.trim() === "") {
    throw new ChainruleError(
      "file",
      `${source} has no text in it.`,
      "Give a table with a header line and rows below it.",
    );
  }
  const delimiter = chooseDelimiter(body, whole);
  const [header] = records(body, delimiter, 1, whole);
  if (header === undefined) {
    throw new ChainruleError(
      "data",
      `The header line of ${source} has no end within its first megabyte.`,
      "Check that it is a CSV file, and that each quote in its first line has its partner.",
    );
  }
  const names = header.map((name, i) => name.trim() || `column${i + 1}`);
  refuseTwins(names, source);
  return { delimiter, names, skip: skipped.match(/\r\n|\n|\r/g)?.length ?? 0 };
}

function chooseDelimiter(text: string, whole: boolean): string {
  const counts = delimiters.map((delimiter) => records(text, delimiter, 5, whole).map((r) => r.length));
  const fields = (i: number): number => counts[i][0] ?? 1;
  const best = (agree: boolean): number => {
    let found = -1;
    counts.forEach((lines, i) => {
      if (fields(i) < 2 || (agree && lines.some((n) => n !== lines[0]))) return;
      if (found < 0 || fields(i) > fields(found)) found = i;
    });
    return found;
  };
  const agreed = best(true);
  const chosen = agreed >= 0 ? agreed : best(false);
  return delimiters[Math.max(0, chosen)];
}

/** The first records of a text, split into fields; quotes as in RFC 4180. A last record that may be cut off is left out. */
function records(text: string, delimiter: string, most: number, whole: boolean): string[][] {
  const found: string[][] = [];
  let record: string[] = [];
  let at = 0;
  while (at < text.length && found.length < most) {
    const { value, end } = field(text, at, delimiter);
    record.push(value);
    const stop = text[end];
    at = end + 1;
    if (stop === delimiter) {
      if (at === text.length && whole) record.push("");
      if (at < text.length) continue;
    }
    if (stop === undefined && !whole) break;
    if (stop === "\r" && text[at] === "\n") at++;
    if (record.length > 1 || record[0].trim() !== "") found.push(record);
    record = [];
  }
  return found;
}

/** The field that starts at `start`, and where it ends: at a delimiter, a line end, or the text's end. */
function field(text: string, start: number, delimiter: string): { value: string; end: number } {
  let value = "";
  let at = start;
  if (text[at] === '"') {
    for (at++; at < text.length; at++) {
      if (text[at] !== '"') value += text[at];
      else if (text[at + 1] === '"') value += text[at++];
      else break;
    }
    at++;
  }
  let end = at;
  while (end < text.length && text[end] !== delimiter && text[end] !== "\n" && text[end] !== "\r") end++;
  return { value: value + text.slice(at, end), end };
}

/** Refuses two columns of the same name. */
export function refuseTwins(names: readonly string[], source: string): void {
  const places = new Map<string, number>();
  names.forEach((name, i) => {
    const earlier = places.get(name);
    if (earlier !== undefined) {
      throw new ChainruleError(
        "data",
        `Columns ${earlier + 1} and ${i + 1} of ${source} are both named "${wording.clip(name)}".`,
        "Rename one of them.",
      );
    }
    places.set(name, i);
  });
}
