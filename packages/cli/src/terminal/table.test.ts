import { expect, test } from "vitest";
import { tableLines } from "./table.ts";

interface Row {
  readonly name: string;
  readonly n: number;
}
const columns = [
  { title: "name", text: ({ name }: Row) => name, importance: 0 },
  { title: "n", text: ({ n }: Row) => String(n), align: "right" as const, importance: 2 },
  { title: "twice", text: ({ n }: Row) => String(2 * n), importance: 1 },
];
const rows = [
  { name: "one", n: 1 },
  { name: "a longer name", n: 1000 },
];

test("aligns columns", () => {
  expect(tableLines(columns, rows, 80)).toEqual([
    "  name              n  twice",
    "  one               1  2",
    "  a longer name  1000  2000",
  ]);
});

test("leaves out what matters least where it is narrow", () => {
  expect(tableLines(columns, rows, 24)[0]).toBe("  name           twice");
  expect(tableLines(columns, rows, 16)[0]).toBe("  name");
});

test("cuts what is too long, and counts wide letters as two", () => {
  const [, line] = tableLines(columns.slice(0, 2), [{ name: "x".repeat(100), n: 1 }], 80);
  expect(line).toBe(`  ${"x".repeat(27)}…  1`);
  expect(tableLines(columns.slice(0, 2), [{ name: "表", n: 1 }], 80)).toEqual(["  name  n", "  表    1"]);
});
