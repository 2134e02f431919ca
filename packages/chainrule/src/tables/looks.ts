import type { TextColumn } from "./column.ts";

/** What texts look like, though they are not read as such, and the SQL that makes it of them. */
export interface Look {
  /** Amounts of money and percents, or dates in another form than ISO's. */
  readonly what: "amounts" | "dates";
  /** An expression of DuckDB's SQL. */
  readonly sql: string;
}

const SIGN = "(?:[$€£¥%]|EUR|USD|GBP|CHF)";
const amount = (group: string, point: string): RegExp =>
  new RegExp(`^[+-]?\\s*${SIGN}?\\s*[+-]?(?:\\d+|\\d{1,3}(?:${group}\\d{3})+)(?:${point}\\d+)?\\s*${SIGN}?$`);
const WITH_POINT = amount("[,\\s]", "\\.");
const WITH_COMMA = amount("[.\\s]", ",");
/** Without any of these it is a number in digits alone, such as a postal code. */
const IS_AMOUNT = /[^\d.+-]/;
const DATE = /^(\d{1,2})([./-])(\d{1,2})\2\d{4}$/;

/**
 * What all texts of a column look like: amounts of money in one style, or dates whose order of day and month is certain; or null.
 *
 * @example
 * lookOf(textColumn("price", ["$1,234.56", "12 %"]))?.what; // → 'amounts'
 * lookOf(textColumn("day", ["24.12.2025", "01.02.2026"]))?.sql; // → `strptime("day", '%d.%m.%Y')`
 * lookOf(textColumn("day", ["03/04/2025"])); // → null
 */
export function lookOf({ name, levels }: TextColumn): Look | null {
  if (levels.length === 0) return null;
  const column = `"${name.replaceAll('"', '""')}"`;
  const format = dateFormat(levels);
  if (format !== null) return { what: "dates", sql: `strptime(${column}, '${format}')` };
  if (!levels.some((text) => IS_AMOUNT.test(text))) return null;
  if (levels.every((text) => WITH_POINT.test(text)))
    return { what: "amounts", sql: `CAST(regexp_replace(${column}, '[^0-9.+-]', '', 'g') AS DOUBLE)` };
  if (!levels.every((text) => WITH_COMMA.test(text))) return null;
  const digits = `regexp_replace(${column}, '[^0-9,+-]', '', 'g')`;
  return { what: "amounts", sql: `CAST(replace(${digits}, ',', '.') AS DOUBLE)` };
}

/**
 * The numbers that texts name as amounts of money, percents or numbers in groups: "$1,234.56", "(5)" for −5, "12 %" for 12, "1 234".
 * They are null where a text is none, and where all could be written with a decimal point or with a decimal comma and would be other
 * numbers then, such as "1,234".
 *
 * @param decimalComma known from elsewhere
 */
export function amountsOf(levels: readonly string[], decimalComma = false): number[] | null {
  const byPoint = decimalComma ? null : readBy(levels, WITH_POINT, /[^\d.]/g);
  const byComma = readBy(levels, WITH_COMMA, /[^\d,]/g);
  if (byPoint === null || byComma === null) return byPoint ?? byComma;
  return byPoint.every((value, i) => value === byComma[i]) ? byPoint : null;
}

function readBy(levels: readonly string[], style: RegExp, others: RegExp): number[] | null {
  const texts = levels.map((text) => text.replace(/^\((.*)\)$/, "-$1"));
  if (!texts.every((text) => style.test(text))) return null;
  return texts.map((text) => {
    const size = Number(text.replace(others, "").replace(",", "."));
    return text.includes("-") ? -size : size;
  });
}

function dateFormat(levels: readonly string[]): string | null {
  const parts = levels.map((text) => DATE.exec(text));
  const [first] = parts;
  if (!first || parts.some((found) => found?.[2] !== first[2])) return null;
  const above12 = (k: 1 | 3): boolean => parts.some((found) => Number(found?.[k]) > 12);
  const [dayFirst, monthFirst] = [above12(1), above12(3)];
  if (dayFirst === monthFirst) return null;
  const sign = first[2];
  return dayFirst ? `%d${sign}%m${sign}%Y` : `%m${sign}%d${sign}%Y`;
}
