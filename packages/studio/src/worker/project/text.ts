/** The text of a file, once it is sure that it is one that can be read. */
import { wording } from "chainrule/tables";
import { refusal } from "../sentence.ts";

/** Larger files would not fit into a page's memory with what is made of them. */
const MOST_BYTES = 256 << 20;
const LONGEST_LINE = 4 << 20;
const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20).toLocaleString("en-US")} MB`;

export const clipName = (name: string): string => wording.clip(name, 60);

/** @throws ChainruleError `file` for an empty or too large file, for lines without end, and for what is no UTF-8 text */
export function textOf(bytes: Uint8Array, name: string): string {
  const file = clipName(name);
  if (bytes.length > MOST_BYTES) {
    throw refusal(
      "file",
      `${file} has ${megabytes(bytes.length)}.`,
      `A page can read up to ${megabytes(MOST_BYTES)}; take a sample of its rows, or train it by \`chainrule train\`.`,
    );
  }
  checkBeginning(bytes, file);
  checkLines(bytes, file);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refusal(
      "file",
      `${file} is no text in UTF-8.`,
      "Save it as UTF-8, which spreadsheets offer as a CSV format.",
    );
  }
  if (text.trim() !== "") return text;
  throw refusal("file", `${file} has no text in it.`, "Give a table with a header line and rows below it.");
}

function checkBeginning(bytes: Uint8Array, file: string): void {
  const [a, b] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff))
    throw refusal("file", `${file} is text in UTF-16.`, "Save it as UTF-8.");
  if (bytes.subarray(0, 4096).includes(0))
    throw refusal("file", `${file} is no text: it has bytes of zero.`, "Give a table as CSV, TSV or JSON.");
}

function checkLines(bytes: Uint8Array, file: string): void {
  let line = 1;
  let start = 0;
  for (let at = 0; at <= bytes.length; at++) {
    if (at < bytes.length && bytes[at] !== 10 && bytes[at] !== 13) continue;
    if (at - start > LONGEST_LINE) {
      throw refusal(
        "file",
        `Line ${line} of ${file} has ${megabytes(at - start)} in it.`,
        `Lines may have up to ${megabytes(LONGEST_LINE)}. Check that it is a table, with a row in each line.`,
      );
    }
    start = at + 1;
    if (bytes[at] === 10 || bytes[at + 1] !== 10) line++;
  }
}
