import { fitText, padEnd, padStart, widthOfText } from "./format.ts";

/** One column of a table for the terminal. */
export interface TableColumn<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly align?: "left" | "right";
  /** A narrow terminal loses the columns that matter least: those of the highest number. */
  readonly importance: number;
}

/** The widest that a column gets. */
const WIDEST = 28;

/** A table in lines of at most `width` columns of the terminal: a header, then one line for each row. */
export function tableLines<Row>(
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
  width: number,
): string[] {
  const cells = columns.map(({ text }) => rows.map((row) => fitText(text(row), WIDEST)));
  const widths = columns.map(({ title }, i) => Math.max(...[title, ...cells[i]].map(widthOfText)));
  let used = 2;
  const fitting = new Set(
    columns
      .map(({ importance }, i) => ({ importance, i }))
      .toSorted((a, b) => a.importance - b.importance)
      .filter(({ i }) => {
        if (used + widths[i] > width && used > 2) return false;
        used += widths[i] + 2;
        return true;
      })
      .map(({ i }) => i),
  );
  const line = (texts: (i: number) => string): string =>
    `  ${columns
      .flatMap(({ align }, i) =>
        fitting.has(i)
          ? [align === "right" ? padStart(texts(i), widths[i]) : padEnd(texts(i), widths[i])]
          : [],
      )
      .join("  ")}`.trimEnd();
  return [line((i) => columns[i].title), ...rows.map((_, row) => line((i) => cells[i][row]))];
}
