/** Keys that move between the cells of a table, and what a cell is called. */
import { exprText } from "chainrule/trace";
import { formatNumber } from "../number.ts";
import type { Plane } from "./planes.ts";

export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** Where a key leads from a cell; null for keys that do not move. */
export function moved({ rows, columns }: Plane, { row, column }: Cell, event: KeyboardEvent): Cell | null {
  const far = event.ctrlKey || event.metaKey;
  const to: Record<string, Cell> = {
    ArrowUp: { row: row - 1, column },
    ArrowDown: { row: row + 1, column },
    ArrowLeft: { row, column: column - 1 },
    ArrowRight: { row, column: column + 1 },
    Home: { row: far ? 0 : row, column: 0 },
    End: { row: far ? rows - 1 : row, column: columns - 1 },
  };
  const cell = to[event.key];
  if (!cell) return null;
  const within = (x: number, size: number) => Math.max(0, Math.min(size - 1, x));
  return { row: within(cell.row, rows), column: within(cell.column, columns) };
}

/** "W⁽¹⁾ row 2 column 1: 0.25". */
export function cellName(plane: Plane, { row, column }: Cell, number: number | null): string {
  const place = [
    plane.rows > 1 &&
      (plane.rowLabel(row).startsWith("row") ? plane.rowLabel(row) : `row ${plane.rowLabel(row)}`),
    plane.columns > 1 && `column ${plane.columnLabel(column)}`,
  ]
    .filter(Boolean)
    .join(", ");
  return `${exprText(plane.symbol)}${place && ` ${place}`}: ${number !== null ? formatNumber(number) : plane.at(row, column) ? "hidden" : "none"}`;
}
