import fc from "fast-check";
import pc from "picocolors";
import { expect, test } from "vitest";
import { confusionLines } from "./confusion.ts";
import { widthOfText } from "./format.ts";

const plain = pc.createColors(false);
const matrix = (n: number): number[][] =>
  Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => (i === j ? 10 : j === (i + 1) % n ? i % 3 : 0)),
  );

test("a matrix shows every count and the share of each class that was told right", () => {
  const classes = ["Adelie", "Chinstrap", "Gentoo"];
  const counts = [
    [30, 1, 0],
    [0, 13, 0],
    [2, 0, 1234],
  ];
  expect(confusionLines({ classes, counts }, 80, plain)).toEqual([
    "             predicted",
    "  true          Adelie  Chinstrap     Gentoo   right",
    "  Adelie            30          1          ·  96.8 %",
    "  Chinstrap          ·         13          ·   100 %",
    "  Gentoo             2          ·       1234  99.8 %",
  ]);
});

test("ten classes fit 80 columns, and names that are too long for that are numbered", () => {
  const digits = Array.from({ length: 10 }, (_, i) => String(i));
  expect(confusionLines({ classes: digits, counts: matrix(10) }, 80, plain)).toHaveLength(12);
  const long = digits.map((digit) => `${digit} is a digit with a long name`);
  const lines = confusionLines({ classes: long, counts: matrix(10) }, 80, plain);
  expect(lines).toHaveLength(12);
  expect(lines[1]).toMatch(/true +1 +2 +3 .* 10 {3}right/);
  expect(lines[2]).toMatch(/^ {2} 1 0 is a digit with a… {2}10 /);
});

test("where there are too many classes, the hardest ones are listed", () => {
  const classes = Array.from({ length: 40 }, (_, i) => `class ${i}`);
  const lines = confusionLines({ classes, counts: matrix(40) }, 80, plain);
  expect(lines).toHaveLength(12);
  expect(lines[1]).toMatch(/^ {2}class 2 +12 {3}83\.3 % {3}class 3 \(2\)$/);
  expect(lines[11]).toBe("  and 30 more classes");
});

test("no line is wider than the terminal, whatever the classes are", () => {
  const names = fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }), {
    minLength: 2,
    maxLength: 30,
  });
  fc.assert(
    fc.property(names, fc.integer({ min: 40, max: 120 }), fc.nat(1e5), (classes, width, count) => {
      const counts = classes.map((_, i) => classes.map((_, j) => (i === j ? count : 0)));
      for (const line of confusionLines({ classes, counts }, width, plain))
        expect(widthOfText(line)).toBeLessThanOrEqual(width);
    }),
  );
});
