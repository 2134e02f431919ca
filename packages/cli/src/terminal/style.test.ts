import { expect, test } from "vitest";
import { widthOf } from "./style.ts";

const stream = { write: () => true, drained: () => Promise.resolve() };

test("the width is the terminal's, else that of COLUMNS, within bounds", () => {
  expect(widthOf({ ...stream, isTTY: true, columns: 90 }, { COLUMNS: "60" })).toBe(90);
  expect(widthOf(stream, { COLUMNS: "60" })).toBe(60);
  expect(widthOf(stream, {})).toBe(80);
  expect(widthOf(stream, { COLUMNS: "many" })).toBe(80);
  expect(widthOf(stream, { COLUMNS: "9" })).toBe(40);
  expect(widthOf(stream, { COLUMNS: "500" })).toBe(100);
});
