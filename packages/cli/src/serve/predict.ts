import type { AnyRow, LoadedModel, RowPrediction } from "chainrule/tables";
import { RowError } from "chainrule/tables";
import { type Answer, json, Refusal } from "./answers.ts";

/** Rows that are predicted in one go; between, others have their turn. */
const TURN = 512;

/** Predicts a row by itself and in lists, so that no request has to wait for programs to be made. */
export function warmUp(model: LoadedModel, row: AnyRow): void {
  for (let rows = 1; rows <= TURN; rows *= 2) model.predictAll(new Array<AnyRow>(rows).fill(row));
}

/**
 * Answers the JSON of a request for predictions: an object for one row, a list for a list of rows, and `{ predictions }` for
 * `{ rows }`.
 *
 * @throws Refusal for more rows than `maxRows` (413), RowError for a row that the model can not read
 */
export async function predictAnswer(model: LoadedModel, value: unknown, maxRows: number): Promise<Answer> {
  const wrapped = rowsIn(value);
  const rows = Array.isArray(value) ? value : wrapped;
  if (rows === null) return json(model.predict(value as AnyRow), { rows: 1 });
  if (rows.length > maxRows) {
    throw new Refusal(
      413,
      "too-large",
      `The request has ${rows.length.toLocaleString("en-US")} rows where at most ${maxRows.toLocaleString("en-US")} may be.`,
      "Send them in several requests, or start the server with a larger --max-rows.",
    );
  }
  const predictions: RowPrediction[] = [];
  for (let start = 0; start < rows.length; start += TURN) {
    if (start > 0) await new Promise((resolve) => setImmediate(resolve));
    for (const prediction of predictTurn(model, rows, start)) predictions.push(prediction);
  }
  return json(wrapped === null ? predictions : { predictions }, { rows: rows.length });
}

function predictTurn(model: LoadedModel, rows: readonly AnyRow[], start: number): RowPrediction[] {
  try {
    return model.predictAll(rows.slice(start, start + TURN));
  } catch (error) {
    if (error instanceof RowError && error.row !== null) error.row += start;
    throw error;
  }
}

/** The list in `{ "rows": [ … ] }`: no column's value is a list. */
function rowsIn(value: unknown): AnyRow[] | null {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "rows")) return null;
  const { rows } = value as { rows: unknown };
  return Array.isArray(rows) ? rows : null;
}
