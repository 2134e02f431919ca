import type { ComponentChildren } from "preact";
import { DataTable } from "./DataTable.tsx";
import type { TableData } from "./types.d.ts";

interface Props {
  readonly title?: string;
  /** A sentence below the picture. */
  readonly caption?: string;
  /** The numbers of the picture. */
  readonly table?: TableData;
  readonly children: ComponentChildren;
}

/** So many rows of a table are listed; of more, every second, third, … */
const MOST_ROWS = 200;

/** A picture with what it shows in words, and its numbers as a table behind it. */
export function Figure({ title, caption, table, children }: Props) {
  const every = Math.ceil((table?.rows.length ?? 0) / MOST_ROWS);
  return (
    <figure class="figure">
      {title && <h3>{title}</h3>}
      {children}
      {caption && <figcaption class="dim">{caption}</figcaption>}
      {table && (
        <details>
          <summary>
            Numbers as a table<span class="unseen"> of {title ?? caption ?? "the picture"}</span>
            {every > 1 ? `, one row of ${every}` : ""}
          </summary>
          <DataTable
            name={title ?? caption ?? "Numbers"}
            head={table.head}
            rows={every > 1 ? table.rows.filter((_, i) => i % every === 0) : table.rows}
          />
        </details>
      )}
    </figure>
  );
}

/** The table behind curves over one x; where points share an x, each has a row of its own. */
export function tableOfCurves(
  x: string,
  curves: readonly { readonly label: string; readonly x: readonly number[]; readonly y: readonly number[] }[],
  labelX?: (x: number) => string,
): TableData {
  const isScattered = curves.some((curve) => new Set(curve.x).size < curve.x.length);
  if (isScattered) {
    return {
      head: ["", x, "y"],
      rows: curves.flatMap((curve) =>
        curve.x.map((value, i) => [curve.label, labelX?.(value) ?? value, curve.y[i] ?? null]),
      ),
    };
  }
  const all = [...new Set(curves.flatMap((curve) => [...curve.x]))].sort((a, b) => a - b);
  const found = curves.map((curve) => new Map(curve.x.map((value, i) => [value, curve.y[i] ?? null])));
  return {
    head: [x, ...curves.map(({ label }) => label || "y")],
    rows: all.map((value) => [labelX?.(value) ?? value, ...found.map((by) => by.get(value) ?? null)]),
  };
}
