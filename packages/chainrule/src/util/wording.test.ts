import { expect, test } from "vitest";
import { counted, withArticle } from "./wording.ts";

test("articles go by the sound of the word", () => {
  const words = ["int32", "bool", "float32", "object", "undefined"];
  expect(words.map((word) => withArticle(word))).toEqual([
    "an int32",
    "a bool",
    "a float32",
    "an object",
    "an undefined",
  ]);
  expect(withArticle("int32", "A")).toBe("An int32");
});

test("one is no plural", () => {
  expect([0, 1, 2, 1234].map((n) => counted(n, "row"))).toEqual(["0 rows", "1 row", "2 rows", "1,234 rows"]);
  expect([1, 2].map((n) => counted(n, "entry", "entries"))).toEqual(["1 entry", "2 entries"]);
});
