import { describe, expect, test } from "vitest";
import { type Header, readHeader } from "./header.ts";

const header = (text: string, whole = true): Header =>
  readHeader({ bytes: new TextEncoder().encode(text), whole, compression: "none" }, "t.csv");

describe("readHeader", () => {
  test.each<[name: string, text: string, expected: Partial<Header>]>([
    ["commas", "a,b\n1,2\n", { delimiter: ",", names: ["a", "b"], skip: 0 }],
    ["semicolons, with commas in numbers", "a;b\n1,5;2,5\n", { delimiter: ";", names: ["a", "b"] }],
    ["tabs, with commas in names", "a, x\tb, y\n1\t2\n", { delimiter: "\t", names: ["a, x", "b, y"] }],
    ["bars", "a|b\r\n1|2\r\n", { delimiter: "|" }],
    ["the delimiter by which lines agree", "a,b;c\n1;2\n3;4\n", { delimiter: ";" }],
    ["one column", "a\n1\n", { delimiter: ",", names: ["a"] }],
    ["no line end", "a,b", { names: ["a", "b"] }],
    ["quotes", '"a, ""x""","b\nc"\n1,2\n', { names: ['a, "x"', "b\nc"] }],
    ["a byte order mark and spaces", "\ufeff a , b \n", { names: ["a", "b"] }],
    ["names that are not there", ",b,\n1,2,3\n", { names: ["column1", "b", "column3"] }],
    ["empty lines above", "\n  \r\na,b\n", { names: ["a", "b"], skip: 2 }],
  ])("%s", (_, text, expected) => {
    expect(header(text)).toMatchObject(expected);
  });

  test("refuses a file without text, twins, and a header without end", () => {
    expect(() => header(" \n\t\n")).toThrow("t.csv has no text in it");
    expect(() => header("a,b,a\n")).toThrow('Columns 1 and 3 of t.csv are both named "a"');
    expect(() => header('"a,b\n1,2', false)).toThrow("The header line of t.csv has no end");
  });
});
