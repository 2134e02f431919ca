/** What a table looks like, before anything is trained on it. */
import { type ColumnInspection, type Table, type TableInspection, textAt, wording } from "chainrule/tables";
import type { ColumnPreview } from "../../protocol.ts";
import { shownNumber } from "./shown.ts";

const HEAD_ROWS = 10;
/** Texts are shown to their first letters: a cell may hold a book. */
const clipCell = (text: string): string => wording.clip(text, 60);

/** The first rows as texts. */
export const headOf = ({ columns, rows }: Table): string[][] =>
  Array.from({ length: Math.min(HEAD_ROWS, rows) }, (_, row) =>
    columns.map((column) => clipCell(textAt(column, row))),
  );

export const previewsOf = (inspection: TableInspection): ColumnPreview[] => inspection.columns.map(previewOf);

function previewOf(column: ColumnInspection): ColumnPreview {
  const { name, type, missing, distinct, histogram, reason } = column;
  return {
    name,
    type,
    missing,
    distinct,
    summary: summaryOf(column),
    histogram: histogram && {
      edges: Array.from(
        { length: histogram.counts.length + 1 },
        (_, i) => histogram.low + ((histogram.high - histogram.low) * i) / histogram.counts.length,
      ),
      counts: histogram.counts,
    },
    dropped: column.use === "unused" ? (reason ?? "not used") : "",
  };
}

function summaryOf({ type, range, frequent }: ColumnInspection): string {
  if (range === null)
    return frequent
      .slice(0, 3)
      .map(([text]) => clipCell(text))
      .join(", ");
  const shown = type === "date" ? dateText : shownNumber;
  return range.min === range.max ? shown(range.min) : `${shown(range.min)} – ${shown(range.max)}`;
}

const dateText = (milliseconds: number): string =>
  Math.abs(milliseconds) > 8.64e15 ? String(milliseconds) : new Date(milliseconds).toISOString().slice(0, 10);

/** Names that targets often have. */
const usual =
  /^(target|label|class|y|outcome|species|survived|diagnosis|price|quality|digit|churn|default)$/i;

/** The column that is likely to be what one wants to predict: by its name, or the last one. */
export function guessTarget({ columns }: TableInspection): string {
  const usable = columns.filter(({ use, type }) => use !== "unused" && type !== "date");
  const named = usable.find(({ name }) => usual.test(name));
  return (named ?? usable.at(-1) ?? columns[columns.length - 1]).name;
}
