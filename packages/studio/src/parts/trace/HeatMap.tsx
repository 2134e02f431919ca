import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatNumber } from "../number.ts";
import { type Cell, cellName, moved } from "./cells.ts";
import { bitmapOf, coloursOf, draw, type Heat, READABLE, type View } from "./drawHeat.ts";
import { NumberInput } from "./NumberInput.tsx";
import type { Plane } from "./planes.ts";
import type { TraceState } from "./state.ts";
import { useColourScheme, useWidth } from "./use.ts";

interface Props {
  readonly state: TraceState;
  readonly plane: Plane;
  /** Numbers that the present one is computed from. */
  readonly lit: readonly Cell[];
}

const TALLEST = 260;
/** Pixels of a cell from near, and at most from afar. */
const NEAREST = { wide: 84, high: 30 };
const LARGEST = 22;
/** Rows of the table behind the picture. */
const LISTED = 20;

/**
 * A large table of numbers as colours: blue above zero, orange below. It zooms to the numbers by wheel (with Ctrl, or when it has the
 * focus), by two fingers, by + and −, and by its slider; arrow keys move from cell to cell, Space chooses, Enter edits.
 */
export function HeatMap({ state, plane, lit }: Props) {
  const [frame, width] = useWidth<HTMLDivElement>(320);
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useColourScheme();
  const whole = wholeOf(plane, width);
  // How near: 0 shows all, 1 shows numbers at their largest.
  const [asked, setView] = useState({ near: 0, left: 0, top: 0 });
  const [focus, setFocus] = useState<Cell>({ row: 0, column: 0 });
  const [editing, setEditing] = useState<Cell | null>(null);
  const { near } = asked;
  const wide = between(whole.wide, NEAREST.wide, near);
  const high = between(whole.high, NEAREST.high, near);
  const seen = {
    width: Math.min(width, plane.columns * wide),
    height: Math.min(TALLEST, Math.ceil(plane.rows * high)),
  };
  const view: View = {
    wide,
    high,
    left: clamp(asked.left, 0, plane.columns - seen.width / wide),
    top: clamp(asked.top, 0, plane.rows - seen.height / high),
  };
  const numbers = state.numbers.value;
  const number = (at: Cell): number | null => {
    const ref = plane.at(at.row, at.column);
    if (!ref) return null;
    return state.hidden(ref) ? null : (state.number(ref) ?? null);
  };
  const most = useMemo(() => {
    let size = 0;
    for (let row = 0; row < plane.rows; row++)
      for (let column = 0; column < plane.columns; column++) {
        const x = Math.abs(number({ row, column }) ?? 0);
        if (Number.isFinite(x)) size = Math.max(size, x);
      }
    return size;
  }, [numbers, plane.id, ...state.hiding()]);
  const current = plane.place(state.cursor.value.ref);
  const changed = state.edits.value.flatMap(
    ({ value, index }) => plane.place({ value, of: "value", index }) ?? [],
  );
  const heat: Heat = {
    plane,
    number,
    most,
    marked: [
      ...changed.map((at) => ({ cell: at, kind: "changed" as const })),
      ...lit.map((at) => ({ cell: at, kind: "lit" as const })),
      ...(current ? [{ cell: current, kind: "current" as const }] : []),
      { cell: focus, kind: "focus" as const },
    ],
  };
  const bitmap = useRef<HTMLCanvasElement | null>(null);
  const drawn = useRef<unknown[]>([]);
  const look = useRef("");
  useEffect(() => {
    const target = canvas.current;
    const context = target?.getContext("2d");
    if (!target || !context) return;
    const key = [numbers, plane.id, scheme, most, ...state.hiding()];
    const anew = key.some((part, i) => part !== drawn.current[i]);
    const ratio = devicePixelRatio;
    const marked = heat.marked.filter(({ kind }) => kind !== "focus" || document.activeElement === target);
    const looks = JSON.stringify([seen, view, marked, ratio]);
    if (!anew && looks === look.current) return;
    look.current = looks;
    const colours = coloursOf(target);
    if (anew || !bitmap.current) {
      bitmap.current = bitmapOf(heat, colours);
      drawn.current = key;
    }
    const [pixelsWide, pixelsHigh] = [Math.round(seen.width * ratio), Math.round(seen.height * ratio)];
    if (target.width !== pixelsWide || target.height !== pixelsHigh) {
      target.width = pixelsWide;
      target.height = pixelsHigh;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(context, seen, view, { ...heat, marked }, bitmap.current, colours);
  });

  /** Zooms so that the same number stays below the pointer. */
  const zoom = (to: number, x = seen.width / 2, y = seen.height / 2) => {
    const next = clamp(to, 0, 1);
    setView({
      near: next,
      left: view.left + x / wide - x / between(whole.wide, NEAREST.wide, next),
      top: view.top + y / high - y / between(whole.high, NEAREST.high, next),
    });
  };
  const pan = (dx: number, dy: number) =>
    setView({ near, left: view.left - dx / wide, top: view.top - dy / high });
  const show = (at: Cell) => {
    setView({
      near,
      left: clamp(view.left, at.column + 1 - seen.width / wide, at.column),
      top: clamp(view.top, at.row + 1 - seen.height / high, at.row),
    });
    setFocus(at);
  };
  const cellAt = (event: MouseEvent): Cell => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return {
      row: clamp(Math.floor(view.top + (event.clientY - box.top) / high), 0, plane.rows - 1),
      column: clamp(Math.floor(view.left + (event.clientX - box.left) / wide), 0, plane.columns - 1),
    };
  };
  const choose = (at: Cell) => {
    const ref = plane.at(at.row, at.column);
    if (ref) state.pick(ref);
  };
  const edit = (at: Cell) => {
    const ref = plane.at(at.row, at.column);
    if (ref && state.editable(ref)) setEditing(at);
    else if (ref) state.pick(ref);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = moved(plane, focus, event);
    if (to) show(to);
    else if (event.key === "+" || event.key === "=")
      zoom(near + STEP, (focus.column - view.left) * wide, (focus.row - view.top) * high);
    else if (event.key === "-" || event.key === "−") zoom(near - STEP);
    else if (event.key === "0") setView({ near: 0, left: 0, top: 0 });
    else if (event.key === " ") choose(focus);
    else if (event.key === "Enter") edit(focus);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  // As a factor: how much larger the largest cells are.
  const depth = Math.max(0.5, Math.log(NEAREST.wide / whole.wide));
  const drag = usePointers((factor, x, y) => zoom(near + Math.log(factor) / depth, x, y), pan);
  // Wheels are listened to by hand: the page may not scroll below a zoom.
  useEffect(() => {
    const target = canvas.current;
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && document.activeElement !== target) return;
      event.preventDefault();
      zoom(near - event.deltaY / 300 / depth, event.offsetX, event.offsetY);
    };
    target?.addEventListener("wheel", onWheel, { passive: false });
    return () => target?.removeEventListener("wheel", onWheel);
  });
  const ref = plane.at(focus.row, focus.column);
  return (
    <div class="trace-heat" ref={frame}>
      <div class="trace-heat-view" style={{ width: `${seen.width}px`, height: `${seen.height}px` }}>
        {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it has keys of its own, as an application; the table behind it is plain */}
        <canvas
          ref={canvas}
          tabIndex={0}
          role="application"
          aria-roledescription="table of numbers"
          aria-label={`${plane.name}, ${plane.rows} × ${plane.columns}. ${cellName(plane, focus, number(focus))}`}
          data-plane={plane.id}
          style={{ width: `${seen.width}px`, height: `${seen.height}px` }}
          onKeyDown={onKeyDown}
          onClick={(event) => {
            if (drag.moved()) return;
            const at = cellAt(event);
            setFocus(at);
            choose(at);
          }}
          onDblClick={(event) => edit(cellAt(event))}
          onFocus={() => setView({ ...asked })}
          onBlur={() => setView({ ...asked })}
          {...drag.handlers}
        />
        {editing && ref && (
          <span
            class="trace-heat-edit"
            style={{
              left: `${clamp((editing.column - view.left) * wide, 0, seen.width - 90)}px`,
              top: `${clamp((editing.row - view.top) * high, 0, seen.height - 28)}px`,
            }}
          >
            <NumberInput
              state={state}
              of={ref}
              onDone={() => {
                setEditing(null);
                canvas.current?.focus();
              }}
            />
          </span>
        )}
      </div>
      <div class="trace-heat-tools">
        <label>
          <span class="unseen">Zoom of {plane.name}</span>
          <input
            type="range"
            min={0}
            max={100}
            value={100 * near}
            aria-valuetext={wide >= READABLE ? "numbers" : `${Math.round(wide / whole.wide)} times`}
            onInput={({ currentTarget }) => zoom(currentTarget.valueAsNumber / 100)}
          />
        </label>
        <span class="num">{cellName(plane, focus, number(focus))}</span>
      </div>
      <Largest plane={plane} number={number} choose={choose} most={most} />
    </div>
  );
}

/** The table behind the picture: its largest numbers. */
function Largest({
  plane,
  number,
  choose,
  most,
}: {
  plane: Plane;
  number: (at: Cell) => number | null;
  choose: (at: Cell) => void;
  most: number;
}) {
  const [open, setOpen] = useState(false);
  const rows: (Cell & { value: number })[] = [];
  if (open)
    for (let row = 0; row < plane.rows; row++)
      for (let column = 0; column < plane.columns; column++) {
        const value = number({ row, column });
        if (value === null) continue;
        if (rows.length === LISTED && Math.abs(value) <= Math.abs(rows[LISTED - 1].value)) continue;
        rows.push({ row, column, value });
        rows.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
        rows.length = Math.min(rows.length, LISTED);
      }
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        The {Math.min(LISTED, plane.rows * plane.columns)} largest as a table, up to {formatNumber(most, 3)}
      </summary>
      {open && (
        <table>
          <thead>
            <tr>
              <th scope="col">row</th>
              <th scope="col">column</th>
              <th scope="col" class="n">
                number
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((at) => (
              <tr key={`${at.row},${at.column}`}>
                <td>{plane.rowLabel(at.row)}</td>
                <td>{plane.columnLabel(at.column)}</td>
                <td class="n">
                  <button type="button" class="trace-link num" onClick={() => choose(at)}>
                    {formatNumber(at.value)}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  );
}

/** One pointer moves the picture, two zoom it. */
function usePointers(
  zoom: (factor: number, x: number, y: number) => void,
  pan: (dx: number, dy: number) => void,
) {
  const down = useRef(new Map<number, { x: number; y: number }>());
  const way = useRef(0);
  const spread = () => {
    const [a, b] = [...down.current.values()];
    return a && b ? { far: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } : null;
  };
  const end = (event: PointerEvent) => down.current.delete(event.pointerId);
  return {
    moved: () => way.current > 4,
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        if (down.current.size === 0) way.current = 0;
        down.current.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
      },
      onPointerMove: (event: PointerEvent) => {
        const before = down.current.get(event.pointerId);
        if (!before) return;
        const was = spread();
        down.current.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
        const now = spread();
        const [dx, dy] = [event.offsetX - before.x, event.offsetY - before.y];
        way.current += Math.hypot(dx, dy);
        if (was && now) zoom(now.far / Math.max(1, was.far), now.x, now.y);
        else pan(dx, dy);
      },
      onPointerUp: end,
      onPointerCancel: end,
      onPointerLeave: end,
    },
  };
}

/** The size of cells when all are seen; squares where that fits. */
function wholeOf({ rows, columns }: Plane, width: number): { wide: number; high: number } {
  const [wide, high] = [Math.min(LARGEST, width / columns), Math.min(LARGEST, TALLEST / rows)];
  // A long table of squares would be a thin line.
  if (Math.max(rows, columns) > 12 * Math.min(rows, columns)) return { wide, high };
  const side = Math.min(wide, high);
  return { wide: side, high: side };
}

/** From one size to another in equal factors. */
const between = (from: number, to: number, share: number): number =>
  from * (Math.max(from, to) / from) ** share;

const STEP = 0.2;
const clamp = (x: number, low: number, high: number): number =>
  Math.max(low, Math.min(Math.max(low, high), x));
