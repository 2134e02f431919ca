import { expect, test } from "vitest";
import { textColumn } from "./column.ts";
import { amountsOf, lookOf } from "./looks.ts";

test.each<[string[], string | null]>([
  [["$1,234.56", "$7.00"], `CAST(regexp_replace("x", '[^0-9.+-]', '', 'g') AS DOUBLE)`],
  [["70,87 €", "1.234,50 €"], `CAST(replace(regexp_replace("x", '[^0-9,+-]', '', 'g'), ',', '.') AS DOUBLE)`],
  [["29.06.2023", "01.02.2024"], `strptime("x", '%d.%m.%Y')`],
  [["06/29/2023", "01/02/2024"], `strptime("x", '%m/%d/%Y')`],
  // Neither part is above 12: the order is not certain.
  [["01/02/2024", "03/04/2024"], null],
  [["01067", "80331"], null],
  [["$5", "many"], null],
  [[], null],
])("%j is recognized", (texts, sql) => {
  expect(lookOf(textColumn("x", texts))?.sql ?? null).toBe(sql);
});

test.each<[string[], number[] | null, boolean?]>([
  [
    ["$1,234.56", "(5)", "-$7", "12 %", "1 234", "€ 3"],
    [1234.56, -5, -7, 12, 1234, 3],
  ],
  [
    ["1.234,50 €", "(70,87)", "1 234 567,5"],
    [1234.5, -70.87, 1234567.5],
  ],
  [
    ["12 %", "7%"],
    [12, 7],
  ],
  // Thousands, or three decimals?
  [["$1,234", "$5"], null],
  [["$1,234", "$5"], [1.234, 5], true],
  [["$1,234.5"], null, true],
  [["$5", "many"], null],
  [["(5", "5)"], null],
])("%j are the amounts %j", (texts, numbers, decimalComma = false) => {
  expect(amountsOf(texts, decimalComma)).toEqual(numbers);
});
