import { describe, expect, test } from "vitest";
import { type Column, type ColumnType, tableFromRows, textAt, textColumn } from "./column.ts";
import { columnAs, type RefineOptions, refineText } from "./texts.ts";

const refine = (values: (string | null)[], options?: RefineOptions): Column =>
  refineText(textColumn("x", values), { source: "x.csv", ...options });
const shown = (column: Column): string[] =>
  Array.from({ length: column.type === "text" ? column.codes.length : column.values.length }, (_, row) =>
    textAt(column, row),
  );

describe("refineText", () => {
  test("trims, and knows words for missing values", () => {
    const column = refine([" red ", "red", "NA", null, " ?", "blue"]);
    expect(column).toMatchObject({ type: "text", levels: ["red", "blue"] });
    expect(shown(column)).toEqual(["red", "red", "", "", "", "blue"]);
  });

  test("takes other words for missing values", () => {
    expect(refine(["1", "-", "2"], { missing: ["-"] })).toMatchObject({ type: "number" });
    expect(refine(["1", "NA", "2"], { missing: ["-"] })).toMatchObject({ type: "text" });
  });

  test.each([
    ["numbers", ["1", " -2.5", "+3", "1e3", ".5", "4."], "number", ["1", "-2.5", "3", "1000", "0.5", "4"]],
    ["infinite numbers count as missing", ["1", "inf", "-Infinity"], "number", ["1", "", ""]],
    ["postal codes stay texts", ["01067", "80331"], "text", ["01067", "80331"]],
    ["0 and 0.5 have no leading zero", ["0", "0.5", "-0.5"], "number", ["0", "0.5", "-0.5"]],
    ["yes and no", ["yes", "no", "yes"], "boolean", ["yes", "no", "yes"]],
    ["True and FALSE", ["True", "FALSE"], "boolean", ["True", "FALSE"]],
    ["only yes", ["Y", "Y"], "boolean", ["Y", "Y"]],
    ["words of two pairs", ["yes", "false"], "text", ["yes", "false"]],
    ["dates", ["2020-01-31", "2021-12-01"], "date", ["2020-01-31", "2021-12-01"]],
    [
      "instants in two zones",
      ["2020-01-31T10:00:00Z", "2020-01-31 10:00:00.5+02:00"],
      "date",
      ["2020-01-31T10:00:00.000Z", "2020-01-31T08:00:00.500Z"],
    ],
    ["days that do not exist", ["2020-02-30"], "text", ["2020-02-30"]],
    ["hexadecimal and other notations", ["0x10", "1_000"], "text", ["0x10", "1_000"]],
    ["nothing", [null, null], "text", ["", ""]],
  ])("%s", (_, values, type, expected) => {
    const column = refine(values);
    expect(column.type).toBe(type);
    expect(shown(column)).toEqual(expected);
  });

  test("reads a decimal comma where it is told to", () => {
    expect(shown(refine(["1,5", "2"], { decimalComma: true }))).toEqual(["1.5", "2"]);
    expect(refine(["1,5", "2"]).type).toBe("text");
  });

  test("reads amounts where it is told to", () => {
    const bills = ["$1,234.56", "(5)", "12", null];
    expect(shown(refine(bills, { amounts: true }))).toEqual(["1234.56", "-5", "12", ""]);
    expect(refine(bills).type).toBe("text");
    expect(shown(refine(["1,234 €", "5"], { amounts: true, decimalComma: true }))).toEqual(["1.234", "5"]);
    expect(refine(["$1,234", "$5"], { amounts: true }).type).toBe("text");
  });

  test("leaves texts alone where it is told to", () => {
    expect(refine(["1", "2"], { asText: true })).toMatchObject({ type: "text", levels: ["1", "2"] });
  });

  test("refuses a stray text among numbers, and names its row", () => {
    const values = Array.from({ length: 50 }, (_, i) => (i === 16 ? "abc" : String(i * 7)));
    expect(() => refine(values)).toThrow(
      'Column "x" of x.csv holds numbers, but data row 17 has "abc". Correct it, declare "abc" a word for missing values',
    );
  });

  test("takes a few numbers and a word for categories", () => {
    const values = Array.from({ length: 60 }, (_, i) => (i % 30 === 0 ? "other" : String(i % 4)));
    expect(refine(values).type).toBe("text");
  });
});

describe("columnAs", () => {
  const [text, age, flag, day, mixed] = tableFromRows([
    { text: "1", age: 1, flag: true, day: new Date(0), mixed: "1" },
    { text: " no", age: 0, flag: false, day: new Date(86_400_000), mixed: "x" },
    { text: null, age: null, flag: null, day: null, mixed: null },
  ]).columns;
  const as = (column: Column, type: ColumnType): unknown[] => {
    const found = columnAs(column, type, "t.csv");
    expect(found).toMatchObject({ name: column.name, type });
    return [0, 1, 2].map((row) => textAt(found, row));
  };

  test("takes values for what they spell", () => {
    expect(as(age, "text")).toEqual(["1", "0", ""]);
    expect(as(age, "boolean")).toEqual(["true", "false", ""]);
    expect(as(age, "date")).toEqual(["1970-01-01T00:00:00.001Z", "1970-01-01", ""]);
    expect(as(flag, "number")).toEqual(["1", "0", ""]);
    expect(as(flag, "text")).toEqual(["true", "false", ""]);
    expect(as(day, "text")).toEqual(["1970-01-01", "1970-01-02", ""]);
    expect(as(day, "number")).toEqual(["0", "86400000", ""]);
    expect(as(textColumn("zip", ["007", "10", null]), "number")).toEqual(["7", "10", ""]);
    expect(as(textColumn("bill", ["$1,234.50", "12 %", null]), "number")).toEqual(["1234.5", "12", ""]);
    expect(as(textColumn("old", ["2020-01-02", "2020/01/03", null]), "date")).toEqual([
      "2020-01-02",
      "2020-01-03",
      "",
    ]);
    expect(as(textColumn("ok", ["Yes", "n", null]), "boolean")).toEqual(["true", "false", ""]);
    expect(columnAs(age, "number")).toBe(age);
  });

  test("refuses a value that can not be of the type, with its row", () => {
    expect(() => columnAs(mixed, "number", "t.csv")).toThrow(
      'Column "mixed" of t.csv can not be of type number: data row 2 has "x".',
    );
    expect(() => columnAs(textColumn("bill", ["5", "$1,234"]), "number")).toThrow('data row 2 has "$1,234"');
    expect(() => columnAs(text, "date")).toThrow('data row 1 has "1"');
    expect(() => columnAs(textColumn("b", ["yes", "maybe"]), "boolean")).toThrow('data row 2 has "maybe"');
    expect(() => columnAs({ ...age, values: Float64Array.of(1, 2) } as Column, "boolean")).toThrow(
      'data row 2 has "2"',
    );
    expect(() => columnAs(flag, "date")).toThrow("can not be of type date");
  });
});
