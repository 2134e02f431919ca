import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { dark } from "../state/theme.ts";
import { Plot } from "./curves/plot.ts";
import { nearest } from "./curves/thin.ts";
import { formatCount, formatNumber, fullNumber } from "./number.ts";

/** A line of a plot. */
export interface Line {
  readonly label: string;
  /** Rising; by default 0, 1, 2, … */
  readonly x?: ArrayLike<number>;
  /** Of the length of x. What is not finite (and on a logarithmic axis what is not above zero) is a gap. */
  readonly y: ArrayLike<number>;
  /** Which of the four colours of curves. Default by its place. */
  readonly colour?: number;
  /** Marks its points. */
  readonly dots?: boolean;
  readonly dashed?: boolean;
  /** Thin and pale: what lies behind a line that matters more. */
  readonly faint?: boolean;
}

interface Props {
  readonly title: string;
  readonly lines: readonly Line[];
  /** Default "step". */
  readonly xLabel?: string;
  /** Whether y is on a logarithmic axis. */
  readonly log?: boolean;
  /** Where a vertical line stands, such as the step that is looked at. */
  readonly marker?: number | null;
  /** Makes points into what can be chosen, by a click or by Enter. */
  readonly onPick?: (x: number) => void;
  /** What choosing does, such as "open this step in Trace". */
  readonly pickLabel?: string;
  /** In CSS pixels. Default 220. */
  readonly height?: number;
}

/**
 * Curves over a common x that may grow while they are shown. Drag to look closer, double click to see all; the arrow keys go from point
 * to point. All numbers are in the table below it.
 */
export function Curves(props: Props) {
  const {
    title,
    lines,
    xLabel = "step",
    log = false,
    marker = null,
    onPick,
    pickLabel,
    height = 220,
  } = props;
  const id = useId();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const at = useSignal<number | null>(null);
  const spoken = useSignal("");
  const latest = useRef(props);
  latest.current = props;

  // Another look needs another plot, made from all that it stands for; other numbers do not.
  const look = JSON.stringify([
    log,
    height,
    xLabel,
    lines.map(({ label, colour, dots, dashed, faint }) => [label, colour, dots, dashed, faint]),
  ]);
  useEffect(() => {
    if (!place.current) return;
    const made = new Plot(place.current, { lines, xLabel, log, marker }, height, {
      hover: (x) => {
        at.value = x === null ? null : snapped(latest.current.lines, x);
      },
      pick: (x) => {
        const point = snapped(latest.current.lines, x);
        if (point !== null) latest.current.onPick?.(point);
      },
    });
    plot.current = made;
    return () => made.destroy();
  }, [look]);
  useEffect(() => plot.current?.update({ lines, xLabel, log, marker }), [lines, xLabel, log, marker]);
  const isDark = dark.value;
  useEffect(() => plot.current?.recolour(), [isDark]);

  const onKeyDown = (event: KeyboardEvent) => {
    const to = moved(event, lines, at.value ?? marker);
    if (to !== null) {
      at.value = to;
      spoken.value = `${xLabel} ${formatNumber(to, 9)}: ${lines.map((line) => `${line.label} ${textAt(line, to)}`).join(", ")}`;
    } else if (event.key === "Enter" && at.value !== null && onPick) onPick(at.value);
    else if (!zoomed(event.key, plot.current, at.value)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <figure class="curves">
      <figcaption id={`${id}-title`}>{title}</figcaption>
      <Readout lines={lines} xLabel={xLabel} at={at} />
      <div
        class={onPick ? "plot can-pick" : "plot"}
        ref={place}
        tabIndex={0}
        role="group"
        aria-roledescription="plot"
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-keys`}
        onKeyDown={onKeyDown}
        onBlur={() => {
          at.value = null;
        }}
      />
      <span class="unseen" id={`${id}-keys`}>
        Arrow keys go from point to point. {onPick && `Enter: ${pickLabel ?? "choose the point"}.`} Plus and
        minus look closer or further away.
      </span>
      <span class="unseen" role="status">
        {spoken}
      </span>
      <Numbers title={title} lines={lines} xLabel={xLabel} />
    </figure>
  );
}

/** The x of the point that is nearest, among those of the line with most points. */
function snapped(lines: readonly Line[], x: number): number | null {
  const line = densest(lines);
  const i = line ? nearest(line.x, line.y.length, x) : -1;
  return line && i >= 0 ? xOf(line, i) : null;
}

const densest = (lines: readonly Line[]): Line | undefined =>
  lines.reduce<Line | undefined>(
    (best, line) => (line.y.length > (best?.y.length ?? 0) ? line : best),
    undefined,
  );

const xOf = ({ x }: Line, i: number): number => (x ? (x[i] as number) : i);

/** Where a key goes from a point; null for keys that do not move. */
function moved({ key, shiftKey }: KeyboardEvent, lines: readonly Line[], from: number | null): number | null {
  const line = densest(lines);
  if (!line) return null;
  const last = line.y.length - 1;
  const i = from === null ? last : nearest(line.x, line.y.length, from);
  const by = shiftKey ? 10 : 1;
  const to = { ArrowLeft: i - by, ArrowRight: i + by, Home: 0, End: last }[key];
  return to === undefined ? null : xOf(line, Math.min(last, Math.max(0, to)));
}

function zoomed(key: string, plot: Plot | null, around: number | null): boolean {
  if (!plot || !["+", "=", "-", "0"].includes(key)) return false;
  const [from, to] = plot.view;
  const middle = around ?? to;
  const factor = key === "-" ? 2 : 0.5;
  plot.show(key === "0" ? null : [middle - (middle - from) * factor, middle + (to - middle) * factor]);
  return true;
}

const valueAt = (line: Line, x: number): number => {
  const i = nearest(line.x, line.y.length, x);
  return i < 0 ? Number.NaN : (line.y[i] as number);
};
const textAt = (line: Line, x: number): string => {
  const value = valueAt(line, x);
  return Number.isNaN(value) ? "–" : formatNumber(value);
};

/** The names of the lines with their numbers: under the pointer, else the last ones. */
function Readout({ lines, xLabel, at }: Pick<Props, "lines" | "xLabel"> & { at: Signal<number | null> }) {
  const line = densest(lines);
  const x = at.value ?? (line ? xOf(line, line.y.length - 1) : null);
  return (
    <ul class="readout">
      {x !== null && (
        <li>
          {xLabel} <span class="num">{placeText(x)}</span>
        </li>
      )}
      {lines.map((each, i) => (
        <li
          key={each.label}
          class={`line-c${(each.colour ?? i) % 4}${each.dashed ? " dashed" : ""}${each.faint ? " faint" : ""}`}
        >
          {each.label}{" "}
          <span class="num" title={x === null ? "" : fullNumber(valueAt(each, x))}>
            {x === null ? "" : textAt(each, x)}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** A step with its thousands apart, or a number. */
const placeText = (x: number): string => (Number.isInteger(x) ? formatCount(x) : formatNumber(x, 9));

const MOST_ROWS = 200;

/** The numbers as a table, of very many every so-manieth. Computed once someone looks. */
function Numbers({ title, lines, xLabel = "step" }: Pick<Props, "title" | "lines" | "xLabel">) {
  const [open, setOpen] = useState(false);
  const line = densest(lines);
  const count = line?.y.length ?? 0;
  const every = Math.max(1, Math.ceil(count / MOST_ROWS));
  const rows = open ? Array.from({ length: Math.ceil(count / every) }, (_, i) => xOf(line!, i * every)) : [];
  return (
    <details class="numbers" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Table</summary>
      {open && (
        <div class="wide tall" tabIndex={0} role="region" aria-label={`${title}: table`}>
          <table>
            <caption>
              {every > 1
                ? `Every ${formatCount(every)}th of ${formatCount(count)} points`
                : `${formatCount(count)} points`}
            </caption>
            <thead>
              <tr>
                <th scope="col" class="n">
                  {xLabel}
                </th>
                {lines.map(({ label }) => (
                  <th key={label} scope="col" class="n">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((x) => (
                <tr key={x}>
                  <th scope="row" class="n">
                    {placeText(x)}
                  </th>
                  {lines.map((each) => (
                    <td key={each.label} class="n">
                      {textAt(each, x)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
