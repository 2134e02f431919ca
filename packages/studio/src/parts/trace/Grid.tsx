import type { ElementRef } from "chainrule/trace";
import { useEffect, useRef, useState } from "preact/hooks";
import { formatNumber, fullNumber } from "../number.ts";
import { type Cell, cellName, moved } from "./cells.ts";
import { NumberInput } from "./NumberInput.tsx";
import type { Plane } from "./planes.ts";
import { keyOf, type TraceState } from "./state.ts";
import { useKept } from "./use.ts";

interface Props {
  readonly state: TraceState;
  readonly plane: Plane;
  /** Numbers that the present one is computed from, by key. */
  readonly lit: ReadonlySet<string>;
}

/**
 * A small table of numbers. One cell is in the tab order; arrow keys move among them, Space chooses a number, Enter edits it (or
 * chooses what can not be edited).
 */
export function Grid({ state, plane, lit }: Props) {
  const table = useRef<HTMLTableElement>(null);
  const [focus, setFocus] = useState<Cell>({ row: 0, column: 0 });
  const [editing, setEditing] = useState<Cell | null>(null);
  const rows = Array.from({ length: plane.rows }, (_, row) => row);
  const columns = Array.from({ length: plane.columns }, (_, column) => column);
  const roving = {
    row: Math.min(focus.row, plane.rows - 1),
    column: Math.min(focus.column, plane.columns - 1),
  };
  const cursor = state.cursor.value;
  const current = keyOf(cursor.ref);

  // What is looked at, or read, is brought into view within the frame; the page itself stays.
  useEffect(() => {
    const frame = table.current?.closest("figure");
    const cell = table.current?.querySelector<HTMLElement>("td.current, td.lit");
    if (!frame || !cell || frame.scrollHeight <= frame.clientHeight) return;
    const [outer, inner] = [frame.getBoundingClientRect(), cell.getBoundingClientRect()];
    if (inner.top < outer.top + 30) frame.scrollTop -= outer.top + 60 - inner.top;
    else if (inner.bottom > outer.bottom) frame.scrollTop += inner.bottom - outer.bottom + 30;
  }, [current, lit]);

  const focusOn = ({ row, column }: Cell) => {
    setFocus({ row, column });
    table.current?.querySelector<HTMLElement>(`[data-cell="${row},${column}"]`)?.focus();
  };
  // Rows change with their numbers and marks, and with where the focus is.
  const kept = useKept();
  const rowFrom = (row: number): unknown[] => {
    const marks = columns.flatMap((column) => {
      const ref = plane.at(row, column);
      const key = ref ? keyOf(ref) : `one ${plane.id}`;
      return key === current ? [`${column}!`] : lit.has(key) ? [String(column)] : [];
    });
    return [
      state.numbers.value,
      state.former.value,
      plane.id,
      plane.rows,
      plane.columns,
      marks.join(" "),
      roving.row === row ? roving.column : -1,
      editing?.row === row ? editing.column : -1,
      ...state.hiding(),
    ];
  };
  const onKeyDown = (event: KeyboardEvent, cell: Cell) => {
    if (event.target !== event.currentTarget) return;
    const ref = plane.at(cell.row, cell.column);
    const to = moved(plane, cell, event);
    if (to) focusOn(to);
    else if (event.key === "Enter" && ref && state.editable(ref)) setEditing(cell);
    else if ((event.key === "Enter" || event.key === " ") && ref) state.pick(ref);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <table
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the pattern of a data grid, with arrow keys
      role="grid"
      class={`trace-grid${plane.picture ? " pixels" : ""}`}
      aria-label={plane.name}
      ref={table}
      data-plane={plane.id}
    >
      {plane.columns > 1 && !plane.picture && (
        <thead>
          <tr>
            <th />
            {columns.map((column) => (
              <th key={column} scope="col">
                {plane.columnLabel(column)}
              </th>
            ))}
          </tr>
        </thead>
      )}
      <tbody>
        {rows.map((row) =>
          kept(String(row), rowFrom(row), () => (
            <tr key={row}>
              {!plane.picture && <th scope="row">{plane.rowLabel(row)}</th>}
              {columns.map((column) => {
                const cell = { row, column };
                const ref = plane.at(row, column);
                const bias = ref === null && row === 0;
                const number = ref ? state.number(ref) : bias ? 1 : undefined;
                if (number === undefined) return <td key={column} />;
                const key = ref ? keyOf(ref) : "";
                const hidden = ref !== null && state.hidden(ref);
                const before = ref && !hidden ? state.formerNumber(ref) : undefined;
                const isLeftOut = Number.isNaN(number) && !state.mayEdit;
                const isEdited = editing?.row === row && editing.column === column && ref !== null;
                const marks = [
                  key === current && "current",
                  ref ? lit.has(key) && "lit" : lit.has(`one ${plane.id}`) && "lit",
                  before !== undefined && "changed",
                  number < 0 && !hidden && "minus",
                ];
                return (
                  <td
                    key={column}
                    // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a cell of that grid
                    role="gridcell"
                    data-cell={`${row},${column}`}
                    data-key={key || undefined}
                    class={marks.filter(Boolean).join(" ")}
                    tabIndex={roving.row === row && roving.column === column ? 0 : -1}
                    aria-selected={key === current}
                    aria-label={`${isLeftOut ? "left out of the file" : cellName(plane, cell, hidden ? null : number)}${before === undefined ? "" : `, before ${formatNumber(before)}`}`}
                    title={hidden ? undefined : isLeftOut ? "left out of the file" : fullNumber(number)}
                    onClick={() => {
                      setFocus(cell);
                      if (ref && key !== current && !isLeftOut) state.pick(ref);
                    }}
                    onDblClick={() => ref && state.editable(ref) && setEditing(cell)}
                    onKeyDown={(event) => onKeyDown(event, cell)}
                  >
                    {isEdited ? (
                      <NumberInput
                        state={state}
                        of={ref as ElementRef}
                        onDone={() => {
                          setEditing(null);
                          focusOn(cell);
                        }}
                      />
                    ) : (
                      <>
                        {before !== undefined && <s>{formatNumber(before)}</s>}
                        {hidden ? "?" : isLeftOut ? "…" : formatNumber(number, plane.picture ? 2 : 4)}
                      </>
                    )}
                  </td>
                );
              })}
            </tr>
          )),
        )}
      </tbody>
    </table>
  );
}
