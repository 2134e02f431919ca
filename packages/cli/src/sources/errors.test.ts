import { expect, test } from "vitest";
import { jsonError, parquetError, queryError } from "./errors.ts";

// Messages as DuckDB 1.5 gives them.

test.each([
  [
    "No magic bytes found at end of file '/tmp/a.parquet'",
    "a.parquet is no whole Parquet file: its end is missing, or it is something else.",
  ],
  [
    'Invalid Input Error: Failed to read file "/tmp/a.parquet": Invalid Input Error: Out of buffer',
    "a.parquet can not be read as Parquet: Out of buffer.",
  ],
  ["Out of Memory Error: failed to allocate", "The data do not fit into memory."],
])("Parquet: %s", (message, problem) => {
  expect(parquetError(new Error(message), "a.parquet").problem).toBe(problem);
});

test.each([
  [
    'Invalid Input Error: Malformed JSON in file "/tmp/a.json", at byte 8 in line 3: unexpected end of data. \n\nLINE 1: x',
    "Line 3 of a.json is no JSON: unexpected end of data.",
  ],
  [
    'Invalid Input Error: Malformed JSON in file "/tmp/a.json", at byte 1 in record/value 2: unexpected character. Try auto-detecting.',
    "Record 2 of a.json is no JSON: unexpected character.",
  ],
  [
    'Invalid Input Error: "maximum_object_size" of 16777216 bytes exceeded',
    "a.json has an object of more than 16 MB.",
  ],
  ["IO Error: something else!", "a.json can not be read as JSON: something else."],
])("JSON: %s", (message, problem) => {
  expect(jsonError(new Error(message), "a.json").problem).toBe(problem);
});

test.each([
  [
    'Parser Error: syntax error at or near "selec"\n\nLINE 1: selec 1\n        ^',
    'The query can not be run: syntax error at or near "selec". Line 1 of the query, at "selec 1".',
  ],
  [
    "Parser Error: syntax error at end of input\n\nLINE 2: from\n            ^",
    "The query can not be run: syntax error at end of input. Line 2 of the query, at its end.",
  ],
  ["IO Error: no place is named", "The query can not be run: no place is named."],
])("query: %s", (message, problem) => {
  expect(queryError(new Error(message), []).problem).toBe(problem);
});
