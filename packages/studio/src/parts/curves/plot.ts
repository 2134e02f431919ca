import "./locale.ts";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { colour } from "../../state/theme.ts";
import type { Line } from "../Curves.tsx";
import { formatNumber } from "../number.ts";
import { logTicks } from "./logTicks.ts";
import { thin } from "./thin.ts";

/** What a plot is asked to do by its surroundings. */
export interface PlotEvents {
  /** The x under the pointer; null where it left. */
  hover(x: number | null): void;
  /** A click at x. */
  pick(x: number): void;
}

export interface PlotLook {
  readonly lines: readonly Line[];
  readonly xLabel: string;
  readonly log: boolean;
  /** Where a vertical line stands. */
  readonly marker: number | null;
}

const MOST_RUNS = 1500;

/** How far ticks may be apart: between steps of training there is none. */
const INCREMENTS = Array.from({ length: 25 }, (_, i) =>
  [1, 2, 5].map((n) => Number(`${n}e${i - 12}`)),
).flat();
const WHOLE_INCREMENTS = INCREMENTS.filter((x) => x >= 1);

/** A uPlot that draws long lines thinned to what its pixels can show, as often as it is asked to. */
export class Plot {
  #u: uPlot;
  #look: PlotLook;
  /** What is shown of x; null for all. */
  #view: readonly [number, number] | null = null;
  #frame = 0;
  /** Whether lines still have to be thinned before the next drawing. */
  #stale = false;
  readonly #observer: ResizeObserver;

  constructor(place: HTMLElement, look: PlotLook, height: number, events: PlotEvents) {
    this.#look = look;
    const font = () =>
      `${0.75 * Number.parseFloat(getComputedStyle(document.documentElement).fontSize)}px system-ui, sans-serif`;
    const axis = {
      stroke: () => colour("--dim"),
      grid: { stroke: () => colour("--line"), width: 1 },
      ticks: { stroke: () => colour("--line"), width: 1, size: 4 },
      values: (_: uPlot, splits: (number | null)[]) =>
        splits.map((x) => (x === null ? "" : formatNumber(x, 3))),
      font: font(),
    };
    this.#u = new uPlot(
      {
        width: Math.max(120, place.clientWidth),
        height,
        legend: { show: false },
        scales: {
          x: { time: false, range: () => this.#rangeX() },
          y: look.log ? { distr: 3, log: 10, range: (_, low, high) => logRange(low, high) } : {},
        },
        axes: [
          {
            ...axis,
            label: look.xLabel,
            labelSize: 18,
            labelGap: 0,
            labelFont: font(),
            size: 28,
            incrs: () => (this.#isWhole() ? WHOLE_INCREMENTS : INCREMENTS),
          },
          {
            ...axis,
            ...(look.log && {
              splits: (_: uPlot, _axis: number, low: number, high: number) => logTicks(low, high),
              filter: (_: uPlot, splits: number[]) => splits,
            }),
            size: (_: uPlot, labels: string[] | null) =>
              12 + 7 * Math.max(3, ...(labels ?? []).map((text) => text?.length ?? 0)),
          },
        ],
        series: [{}, ...look.lines.map((line, i) => seriesOf(line, i))],
        cursor: {
          y: false,
          drag: { x: true, y: false, setScale: false },
          points: { show: false },
        },
        hooks: {
          setCursor: [
            (u) => {
              const { left } = u.cursor;
              events.hover(left === undefined || left === null || left < 0 ? null : u.posToVal(left, "x"));
            },
          ],
          setSelect: [
            (u) => {
              const { left, width } = u.select;
              u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              if (width > 4) this.show([u.posToVal(left, "x"), u.posToVal(left + width, "x")]);
            },
          ],
          draw: [(u) => this.#drawMarker(u)],
        },
      },
      this.#data(),
      place,
    );
    this.#u.over.addEventListener("click", (event) => events.pick(this.#u.posToVal(event.offsetX, "x")));
    this.#u.over.addEventListener("dblclick", () => this.show(null));
    this.#observer = new ResizeObserver(() => {
      const width = Math.max(120, place.clientWidth);
      if (width !== this.#u.width) {
        this.#u.setSize({ width, height });
        this.#later(true);
      }
    });
    this.#observer.observe(place);
  }

  /** Shows other lines of the same number and looks, at the next frame. */
  update(look: PlotLook): void {
    this.#look = look;
    this.#later(true);
  }

  /** Draws anew with the colours of now. */
  recolour(): void {
    this.#u.redraw(false, true);
  }

  get view(): readonly [number, number] {
    return this.#rangeX();
  }

  /** Shows this range of x; all where it is null. */
  show(range: readonly [number, number] | null): void {
    const [first, last] = this.#extent();
    if (range === null || (range[0] <= first && range[1] >= last)) this.#view = null;
    else this.#view = [Math.max(first, range[0]), Math.min(last, range[1])];
    this.#later(true);
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    this.#observer.disconnect();
    this.#u.destroy();
  }

  #later(stale: boolean): void {
    this.#stale ||= stale;
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#stale) this.#u.setData(this.#data(), true);
      else this.#u.redraw(false, false);
      this.#stale = false;
    });
  }

  /** From the least to the greatest x of all lines. */
  #extent(): [number, number] {
    let [first, last] = [Infinity, -Infinity];
    for (const { x, y } of this.#look.lines) {
      if (y.length === 0) continue;
      first = Math.min(first, x ? (x[0] as number) : 0);
      last = Math.max(last, x ? (x[y.length - 1] as number) : y.length - 1);
    }
    if (first > last) return [0, 1];
    return first === last ? [first - 0.5, last + 0.5] : [first, last];
  }

  /** Whether x counts something, as far as its ends tell. */
  #isWhole(): boolean {
    return this.#look.lines.every(
      ({ x, y }) => !x || y.length === 0 || (Number.isInteger(x[0]) && Number.isInteger(x[y.length - 1])),
    );
  }

  #rangeX(): [number, number] {
    return this.#view ? [this.#view[0], this.#view[1]] : this.#extent();
  }

  #data(): uPlot.AlignedData {
    const { lines, log } = this.#look;
    const view = this.#rangeX();
    const runs = Math.min(MOST_RUNS, Math.max(200, this.#u?.width ?? 600));
    const thinned = lines.map(({ x, y }) => thin(x, y, view, runs, log));
    if (thinned.length === 1) return [thinned[0]!.x, thinned[0]!.y];
    const tables = thinned.map(({ x, y }) => [x, y] as uPlot.AlignedData);
    if (tables.length === 0) return [[]];
    // A gap stays a gap; where another line alone has a point, this one is joined across it.
    return uPlot.join(
      tables,
      tables.map(() => [0, 1]),
    );
  }

  #drawMarker(u: uPlot): void {
    const { marker } = this.#look;
    if (marker === null) return;
    const x = Math.round(u.valToPos(marker, "x", true));
    const { left, top, width, height } = u.bbox;
    if (x < left || x > left + width) return;
    const { ctx } = u;
    ctx.save();
    ctx.strokeStyle = colour("--text");
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    ctx.restore();
  }
}

/** Numbers further below the greatest are rounding: a few of them would press the rest into a line at the top. */
const DECADES = 16;

/** A little more than what there is, and at least so much that a tick falls into it. */
function logRange(lowest: number | null, high: number | null): [number, number] {
  if (lowest === null || high === null) return [0.1, 1];
  const low = Math.max(lowest, high * 10 ** -DECADES);
  const grow = high > 3 * low ? 1.15 : 1.5;
  // uPlot's ticks go up from the lowest end, and meet the next power of ten only from one digit and zeros.
  const power = 10 ** Math.floor(Math.log10(low / grow));
  return [Number((Math.max(1, Math.floor(low / grow / power)) * power).toPrecision(1)), high * grow];
}

function seriesOf(line: Line, i: number): uPlot.Series {
  const stroke = () => colour(`--c${(line.colour ?? i) % 4}`);
  return {
    label: line.label,
    stroke,
    width: line.faint ? 1 : 2,
    alpha: line.faint ? 0.4 : 1,
    ...(line.dashed && { dash: [6, 4] }),
    points: { show: line.dots ?? false, size: 5, fill: stroke },
  };
}
