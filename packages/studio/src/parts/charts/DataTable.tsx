import { formatNumber } from "../number.ts";
import type { Cell, TableData } from "./types.d.ts";

interface Props extends TableData {
  /** What the table holds. */
  readonly name: string;
}

/** A table whose columns of numbers stand at the right. It scrolls within its own frame where it is too wide. */
export function DataTable({ head, rows, name }: Props) {
  const numbers = head.map((_, j) => rows.length > 0 && rows.every((row) => isNumeric(row[j] ?? null)));
  const side = (j: number): string | undefined => (numbers[j] ? "n" : undefined);
  return (
    <section class="wide" tabIndex={0} aria-label={name}>
      <table>
        {head.some((text) => text !== "") && (
          <thead>
            <tr>
              {head.map((text, j) => (
                <th key={j} scope="col" class={side(j)}>
                  {text}
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) =>
                j === 0 ? (
                  <th key={j} scope="row" class={side(j)}>
                    {textOf(cell)}
                  </th>
                ) : (
                  <td key={j} class={side(j)}>
                    {textOf(cell)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Numbers, also as texts with a sign of percent or as a range. */
const isNumeric = (cell: Cell): boolean =>
  typeof cell !== "string" || /^[-−\d.,% –×⁻⁰¹²³⁴⁵⁶⁷⁸⁹]*$/.test(cell);

const textOf = (cell: Cell): string =>
  typeof cell === "string" ? cell : cell === null || Number.isNaN(cell) ? "–" : formatNumber(cell);
