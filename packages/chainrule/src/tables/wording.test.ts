import { expect, test } from "vitest";
import { clip, closest, counted, didYouMean, listed } from "./wording.ts";

test.each([
  ["specis", "species"],
  ["Species", "species"],
  ["body mass", "body_mass_g"],
  ["boyd_mass_g", "body_mass_g"],
  ["sxe", "sex"],
  ["price", null],
  ["", null],
])("closest to %j is %j", (name, expected) => {
  expect(closest(name, ["species", "island", "sex", "body_mass_g"])).toBe(expected);
});

test("a proposal is a sentence, or nothing", () => {
  expect(didYouMean("pric", ["price"])).toBe('Did you mean "price"? ');
  expect(didYouMean("pric", ["age"])).toBeNull();
});

test("lists are cut", () => {
  expect(listed(["a"])).toBe('"a"');
  expect(listed(["a", "b", "c"])).toBe('"a", "b" and "c"');
  expect(listed(["a", "b", "c"], 2)).toBe('"a", "b" and 1 more');
});

test("counts", () => {
  expect(counted(1, "row")).toBe("1 row");
  expect(counted(1234, "class", "classes")).toBe("1,234 classes");
});

test("values are shown on one line, without control characters", () => {
  expect(clip("a\u001b[31m\nb\u202e")).toBe("a [31m b ");
  expect(clip("x".repeat(100), 10)).toBe(`${"x".repeat(9)}…`);
});
