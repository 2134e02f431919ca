import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Column, tableOf, textColumn } from "../column.ts";
import { prepareInputs } from "../preparation-inputs.ts";
import { RowError } from "./cells.ts";
import { RowReader } from "./rows.ts";
import { features } from "./testing/model.ts";

const reader = new RowReader(features, "kind", false);
const strict = new RowReader(features, "kind", true);

/** The inputs of one row: x, then the codes. */
function inputsOf(row: unknown, by = reader): number[] {
  const buffers = { x: new Float32Array(by.inputs), codes: new Int32Array(by.embedded) };
  by.read(row, 0, buffers);
  return [...buffers.x, ...buffers.codes];
}

const row = {
  plan: "pro",
  age: 30,
  paid: true,
  since: new Date("2021-03-01T09:30:00Z"),
  city: "Ulm",
  constructor: 0.25,
};

function errorOf(value: unknown, by = reader): RowError {
  try {
    inputsOf(value, by);
  } catch (error) {
    if (error instanceof RowError && error.name === "RowError") return error;
    throw error;
  }
  throw new Error("There was no error.");
}

const instant = fc.integer({ min: -(10 ** 12), max: 2 * 10 ** 12 });
const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { freq: 4 });
const anyRow = fc.record({
  plan: maybe(fc.constantFrom("basic", "pro", "7", "gold")),
  age: maybe(fc.double({ min: -1e9, max: 1e9, noNaN: true })),
  paid: maybe(fc.boolean()),
  since: maybe(instant.map((time) => new Date(time))),
  city: maybe(fc.constantFrom("Bonn", "Ulm", "Köln", "Aachen")),
  constructor: maybe(fc.double({ min: -9, max: 9, noNaN: true })),
});
type AnyRow = typeof anyRow extends fc.Arbitrary<infer T> ? T : never;

/** The columns of rows, in the types of the features. */
function columnsOf(rows: readonly AnyRow[]): Column[] {
  return features.map(({ name, type }) => {
    const cells = rows.map((values) => values[name as keyof AnyRow]);
    if (type === "text") return textColumn(name, cells as (string | null)[]);
    return {
      type,
      name,
      values: Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell))),
    };
  });
}

test("gives the inputs that a table of the same rows gives, bit by bit", () => {
  fc.assert(
    fc.property(fc.array(anyRow, { minLength: 1, maxLength: 5 }), (rows) => {
      const columns = tableOf("rows", columnsOf(rows)).columns;
      const wanted = prepareInputs(features, columns, Int32Array.from(rows.keys()));
      const found = {
        x: new Float32Array(rows.length * reader.inputs).fill(9),
        codes: new Int32Array(rows.length * reader.embedded).fill(9),
      };
      rows.forEach((values, r) => void reader.read(values, r, found));
      expect(found.x).toEqual(wanted.data);
      expect(found.codes).toEqual(wanted.codes);
    }),
  );
});

describe("values", () => {
  test.each([
    ["numbers as texts", { age: " 30 ", constructor: "2.5e-1" }],
    ["integers of any size", { age: 30n }],
    ["truth as a word or a number", { paid: "Yes" }],
    ["truth as 1", { paid: 1 }],
    ["truth as the text of 1", { paid: "1" }],
    ["dates in ISO form", { since: "2021-03-01T10:30:00+01:00" }],
    ["texts with spaces around them", { plan: " pro", city: "Ulm " }],
  ])("%s are taken", (_, other) => {
    expect(inputsOf({ ...row, ...other })).toEqual(inputsOf(row));
  });

  test("a number is taken for a text where the text is a level", () => {
    expect(inputsOf({ ...row, plan: 7 })).toEqual(inputsOf({ ...row, plan: "7" }));
    expect(errorOf({ ...row, plan: 8 }).problem).toBe('Column "plan" is the number 8 where a text must be.');
  });

  test("null, undefined, NaN, infinities, empty texts and invalid dates are missing", () => {
    const none = { plan: null, age: null, paid: null, since: null, city: null, constructor: null };
    const wanted = inputsOf(none);
    // Four columns tell so by an input of their own.
    expect(wanted.filter((value) => value === 1)).toHaveLength(4);
    expect(wanted.filter((value) => value !== 0)).toHaveLength(4);
    for (const other of [
      { plan: undefined, age: undefined, paid: undefined, since: undefined, city: undefined },
      { plan: "", age: "", paid: " ", since: "", city: " " },
      { plan: Number.NaN, age: Number.NaN, paid: Number.NaN, since: Number.NaN, city: Number.NaN },
      { age: Number.POSITIVE_INFINITY, since: new Date(Number.NaN) },
    ])
      expect(inputsOf({ ...none, ...other })).toEqual(wanted);
  });

  test("a text that training never saw is no error, and not missing", () => {
    const strange = inputsOf({ ...row, plan: "gold", city: "Aachen" });
    expect(strange).not.toEqual(inputsOf({ ...row, plan: null, city: null }));
    expect(strange.at(-1)).toBe(0);
  });
});

describe("errors", () => {
  test.each([
    [{ age: "old" }, "age", 'Column "age" is the text "old" where a number must be.'],
    [{ age: "1,5" }, "age", 'Column "age" is the text "1,5" where a number must be.'],
    [{ age: "0x10" }, "age", 'Column "age" is the text "0x10" where a number must be.'],
    [{ age: [30] }, "age", 'Column "age" is a list where a number must be.'],
    [{ age: {} }, "age", 'Column "age" is an object where a number must be.'],
    [{ age: () => 30 }, "age", 'Column "age" is a function where a number must be.'],
    [{ age: new Date(0) }, "age", 'Column "age" is a date where a number must be.'],
    [{ paid: 2 }, "paid", 'Column "paid" is the number 2 where true or false must be.'],
    [{ paid: "maybe" }, "paid", 'Column "paid" is the text "maybe" where true or false must be.'],
    [{ city: new Date(0) }, "city", 'Column "city" is a date where a text must be.'],
    [{ city: true }, "city", 'Column "city" is true where a text must be.'],
    [{ constructor: "x" }, "constructor", 'Column "constructor" is the text "x" where a number must be.'],
  ])("%o", (other, column, problem) => {
    const error = errorOf({ ...row, ...other });
    expect(error).toMatchObject({ code: "data", column, row: null, problem });
    expect(error.remedy).toBe("Correct it, or give null if the value is not known.");
  });

  test.each(["2021-02-30", "1.3.2021", "yesterday", 1_600_000_000_000, true])("%o is no date", (since) => {
    const { problem, column } = errorOf({ ...row, since });
    expect(column).toBe("since");
    expect(problem).toMatch(/^Column "since" is .* where a date \(a Date, or a text such as/);
  });

  test("a column that is not there", () => {
    const { age: _, ...lacking } = row;
    expect(errorOf({ ...lacking, Age: 3 })).toMatchObject({
      column: "age",
      problem: 'The column "age" is not there.',
      remedy: 'Did you mean "Age"? Give it, or null if its value is not known.',
    });
  });

  test("a column with the name of what every object inherits", () => {
    const { constructor: _, ...lacking } = row;
    expect(errorOf(lacking).problem).toBe('The column "constructor" is not there.');
  });

  test.each([
    [null, "null"],
    [3, "the number 3"],
    ["x", 'the text "x"'],
    [[row], "a list"],
    [undefined, "undefined"],
  ])("%o is no row", (value, words) => {
    expect(errorOf(value).problem).toBe(`A row is ${words} where an object must be.`);
  });

  test("a column that the model does not know, where one is strict", () => {
    expect(inputsOf({ ...row, plann: 3 })).toEqual(inputsOf(row));
    expect(inputsOf({ ...row, kind: "a" }, strict)).toEqual(inputsOf(row)); // the target
    expect(errorOf({ ...row, plann: 3 }, strict)).toMatchObject({
      column: "plann",
      problem: 'The model knows no column "plann".',
      remedy: expect.stringMatching(
        /^Did you mean "plan"\? Leave it out; the model's columns are "plan", "age"/,
      ),
    });
  });
});
