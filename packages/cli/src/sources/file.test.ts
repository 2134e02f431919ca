import { describe, expect, test } from "vitest";
import { fileError, tableName } from "./file.ts";

test.each([
  ["data/digits.csv", "digits"],
  ["penguins.tsv.gz", "penguins"],
  ["my table (1).csv", "my-table-1-"],
  [".hidden.csv", "hidden"],
  ["..csv", "table"],
  ["täble.csv", "täble"],
])("the runs of %s are named %s", (path, name) => {
  expect(tableName(path)).toBe(name);
});

describe("fileError", () => {
  const failure = (code: string) => fileError(Object.assign(new Error("native text"), { code }), "x");
  test.each([
    ["EACCES", "x can not be opened: permission is denied."],
    ["ENOSPC", "x can not be written: the disk is full."],
    ["EIO", "x failed: native text."],
  ])("%s", (code, message) => {
    expect(failure(code)).toMatchObject({ code: "file", problem: message });
  });
});
