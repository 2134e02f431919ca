import { expect, test } from "vitest";
import {
  duration,
  fitText,
  padEnd,
  padStart,
  percent,
  shellWord,
  significant,
  widthOfText,
  wrap,
} from "./format.ts";

test.each([
  [1, "100 %"],
  [0, "0.0 %"],
  [0.9721, "97.2 %"],
  [0.9999, "99.9 %"],
  [0.0001, "0.1 %"],
  [Number.NaN, "–"],
])("percent(%d) is %s", (share, text) => {
  expect(percent(share)).toBe(text);
});

test.each([
  [0, "0"],
  [54.2149, "54.21"],
  [-0.5, "-0.5000"],
  [0.00123456, "0.001235"],
  [1234567.8, "1,234,568"],
  [123456.78, "123,457"],
  [1e-9, "1.000e-9"],
  [1e20, "1.000e+20"],
  [Number.POSITIVE_INFINITY, "–"],
])("significant(%d) is %s", (value, text) => {
  expect(significant(value)).toBe(text);
});

test.each([
  [0.04, "0.0 s"],
  [9.94, "9.9 s"],
  [9.96, "10 s"],
  [59.4, "59 s"],
  [59.6, "1 min"],
  [200, "3 min 20 s"],
  [7500, "2 h 5 min"],
  [7200, "2 h"],
])("duration(%d) is %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test("words for the shell are quoted where they must be", () => {
  expect(shellWord("runs/digits-1")).toBe("runs/digits-1");
  expect(shellWord("my table.csv")).toBe("'my table.csv'");
  expect(shellWord("it's")).toBe("'it'\\''s'");
  expect(shellWord("$(rm)")).toBe("'$(rm)'");
});

test("widths count what a terminal shows", () => {
  expect(widthOfText("abc")).toBe(3);
  expect(widthOfText("\u001b[1mabc\u001b[22m")).toBe(3);
  expect(widthOfText("日本")).toBe(4);
  expect(widthOfText("e\u0301")).toBe(1);
  expect(fitText("species", 5)).toBe("spec…");
  expect(fitText("日本語", 5)).toBe("日本…");
  expect(fitText("a\nb", 5)).toBe("a b");
  expect(padStart("日", 4)).toBe("  日");
  expect(padEnd("\u001b[1ma\u001b[22m", 3)).toBe("\u001b[1ma\u001b[22m  ");
});

test("lines are broken at spaces", () => {
  expect(wrap("one two three", 8)).toEqual(["one two", "three"]);
  expect(wrap("immeasurable", 5)).toEqual(["immeasurable"]);
  expect(wrap("", 5)).toEqual([""]);
});
