import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { missingWords, textAt } from "../../packages/chainrule/src/tables/index.ts";
import { readTable } from "../../packages/cli/src/sources/index.ts";
import { chainrule, sample, workFolder } from "./command.ts";

// As many tables as a minute allows: on a busy machine a training takes seconds.
const limits = { numRuns: 60, interruptAfterTimeLimit: 60_000 };

const work = workFolder();
let count = 0;

/** Trains on a file of any content, and predicts by the run: each ends well, or with an error in our words and nothing written. */
async function survives(content: string | Uint8Array): Promise<void> {
  const table = work.table("table.csv", content);
  const name = `run-${count++}`;
  const before = work.names();
  const args = ["--hidden", "3", "--epochs", "1", "--out", work.path(name), "--quiet", "--json"];
  const { code, stdout, stderr } = await chainrule(["train", table, "--target", "y", ...args]);
  expect(stderr).not.toMatch(/This should not have happened|\n\s+at /);
  if (code === 0) {
    expect(readdirSync(work.path(name))).toContain("scores.json");
    JSON.parse(stdout);
    const predicted = await chainrule(["predict", work.path(name), table]);
    expect(predicted.stderr).not.toMatch(/This should not have happened/);
    expect(predicted.code).toBe(0);
  } else {
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).not.toBe("");
    expect(work.names()).toEqual(before);
  }
}

const header = fc.constantFrom("a,b,y\n", "y\n", "a;y\n", "\ufeffy,a\r\n", '"y",a\n', "");

test("any bytes", async () => {
  await fc.assert(
    fc.asyncProperty(header, fc.uint8Array({ maxLength: 300 }), (head, bytes) =>
      survives(Buffer.concat([Buffer.from(head), bytes])),
    ),
    limits,
  );
});

test("any text of the signs that matter", async () => {
  const signs = fc.constantFrom(
    ..."a1,;\t|\"'\n\r .-+e0yNA?\u0000\u001b\u00e9\u20ac\ud83d\ude00",
    "\r\n",
    "1e999",
    "2020-01-01",
    ",,",
    '""',
  );
  await fc.assert(
    fc.asyncProperty(header, fc.array(signs, { maxLength: 120 }), (head, parts) =>
      survives(head + parts.join("")),
    ),
    limits,
  );
});

test("a good table with some bytes changed, left out, or repeated", async () => {
  const whole = readFileSync(sample("penguins")).subarray(0, 3000);
  const text = Buffer.from(whole.toString().replace("species", "y"));
  const change = fc.record({
    at: fc.nat(text.length - 1),
    drop: fc.constantFrom(0, 0, 1, 1, 40),
    put: fc.constantFrom("", ",", '"', "\n", "\r", "x", "9", "NA", '""', ";", "\u0000", "\u00e9"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      let content = text;
      for (const { at, drop, put } of changes) {
        const end = Math.min(content.length, at + drop);
        content = Buffer.concat([content.subarray(0, at), Buffer.from(put), content.subarray(end)]);
      }
      return survives(content);
    }),
    limits,
  );
});

test("any values with the form of a table", async () => {
  const value = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom("1", "2", "3.5", "a", "b", "") },
    fc.double().map(String),
    fc.bigInt().map(String),
    fc.string({ maxLength: 6 }).map((text) => `"${text.replaceAll('"', '""')}"`),
    fc.constantFrom(
      "true",
      "no",
      "2020-02-29",
      "1970-01-01 00:00:00",
      "inf",
      "-0",
      "1e-320",
      "9".repeat(400),
    ),
  );
  const row = fc.tuple(value, value, fc.constantFrom("u", "v"));
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 10, maxLength: 30 }), (rows) =>
      survives(`a,b,y\n${rows.map((cells) => cells.join(",")).join("\n")}\n`),
    ),
    limits,
  );
});

test("a well-formed table is read as it was written", async () => {
  const delimiter = fc.constantFrom(",", ";", "\t", "|");
  const end = fc.constantFrom("\n", "\r\n");
  // Letters first, so that values are texts; not all alike, so that none are taken for words that mean something else.
  const cell = fc
    .string({ unit: fc.constantFrom(..."xyz ,;\t|\"'\n\u00e9\u20ac#"), maxLength: 8 })
    .map((t) => `w${t}w`);
  const rows = fc
    .integer({ min: 2, max: 4 })
    .chain((width) =>
      fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }),
    );
  await fc.assert(
    fc.asyncProperty(delimiter, end, rows, fc.boolean(), async (by, newline, records, last) => {
      const names = records[0].map((_, i) => `column ${i}`);
      const line = (cells: readonly string[]) =>
        cells.map((text) => (/^w[xyz]*w$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`)).join(by);
      const text = [names, ...records].map(line).join(newline) + (last ? newline : "");
      const table = await readTable(work.table("table.csv", text), { missing: missingWords });
      expect(table.columns.map(({ name }) => name)).toEqual(names);
      expect(records.map((_, row) => table.columns.map((column) => textAt(column, row)))).toEqual(records);
    }),
    { numRuns: 100 },
  );
});
