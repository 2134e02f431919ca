import fc from "fast-check";
import { expect, test } from "vitest";
import { formatNumber, formatPercent, fullNumber, parseNumber } from "./number.ts";

test("numbers are written as in a book", () => {
  expect(formatNumber(0.5932699921071872)).toBe("0.5933");
  expect(formatNumber(-0.21707153467853746)).toBe("−0.2171");
  expect(formatNumber(0.5)).toBe("0.5");
  expect(formatNumber(12345.6)).toBe("12346");
  expect(formatNumber(3.510187782978859e-5)).toBe("3.51×10⁻⁵");
  expect(formatNumber(-1.25e21)).toBe("−1.25×10²¹");
  expect([0, -0, Number.NaN, Infinity, -Infinity].map((x) => formatNumber(x))).toEqual([
    "0",
    "0",
    "NaN",
    "∞",
    "−∞",
  ]);
  expect(fullNumber(-0.21707153467853746)).toBe("−0.21707153467853746");
  expect(fullNumber(1e-7)).toBe("1×10⁻⁷");
  expect(formatPercent(0.9722)).toBe("97.2 %");
  expect(formatPercent(0.9999)).toBe("99.9 %");
  expect(formatPercent(0.0001)).toBe("0.1 %");
});

test("what is typed is read in the ways that people type", () => {
  expect(["0.5", "0,5", "−3", " 1e-3 ", "2×10^3", ".5"].map(parseNumber)).toEqual([
    0.5, 0.5, -3, 0.001, 2000, 0.5,
  ]);
  expect(["", "a", "1.2.3", "1 2"].map(parseNumber)).toEqual([NaN, NaN, NaN, NaN]);
});

test("no number is further from what is written than its digits say", () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }),
      fc.integer({ min: 2, max: 8 }),
      (x, digits) => {
        const text = formatNumber(x, digits)
          .replaceAll("−", "-")
          .replace(
            /×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/,
            (_, e: string) => `e${[...e].map((c) => (c === "⁻" ? "-" : "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c))).join("")}`,
          );
        const error = Math.abs(Number(text) - x);
        expect(error).toBeLessThanOrEqual(Math.abs(x) * 10 ** (1 - digits) * 0.51);
      },
    ),
  );
});
