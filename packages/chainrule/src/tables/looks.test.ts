import { expect, test } from "vitest";
import { textColumn } from "./column.ts";
import { lookOf } from "./looks.ts";

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
