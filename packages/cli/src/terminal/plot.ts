import { padEnd, padStart, significant, widthOfText } from "./format.ts";

/** A curve, or points, in a plot. */
export interface Series {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Points alone; else each is joined to the next. */
  readonly points?: boolean;
  /** Of points, where Unicode can be printed. Default: •. */
  readonly sign?: string;
  /** How its signs are coloured. */
  readonly paint?: (text: string) => string;
}

export interface PlotOptions {
  /** Columns of the terminal in all, and lines of the plot itself; the x axis takes two more. */
  readonly width: number;
  readonly height: number;
  /** Dots of Braille, eight to a sign, and lines of boxes; else signs of ASCII. */
  readonly unicode: boolean;
  /** Equal factors of x are equally far apart. */
  readonly logX?: boolean;
  /** The least and the greatest y that are shown; others are cut off. Default: all. */
  readonly range?: readonly [low: number, high: number];
  readonly labelX?: (x: number) => string;
  readonly labelY?: (y: number) => string;
}

/** Signs of the series in ASCII, the first first. */
const MARKS = "*o+x#";
const markOf = (place: number): string => MARKS[place % MARKS.length];
/** What tells a series from the others without colours, for a legend. */
export function legendSign({ points, sign }: Series, place: number, unicode: boolean): string {
  if (!unicode) return markOf(place);
  return points ? (sign ?? "•") : "⠒";
}
/** Bits of a sign of Braille, by row and column of its dots. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/**
 * Series over common axes, in lines for a terminal. Numbers that are not finite, or x that is not positive on a logarithmic axis, leave a gap.
 *
 * @returns `height` lines with y at their left, the x axis, and its labels; nothing where there is no point
 */
export function plotLines(series: readonly Series[], options: PlotOptions): string[] {
  const { width, height, unicode, logX = false } = options;
  const { labelX = (x) => significant(x, 3), labelY = (y) => significant(y, 3) } = options;
  const scaleX = logX ? Math.log10 : (x: number): number => x;
  const all = series.map(({ x, y }) => x.map((value, i): Point => [scaleX(value), y[i]]));
  const points = all.flat().filter(isFinitePoint);
  if (points.length === 0) return [];
  const [left, right] = spanOf(points.map(([x]) => x));
  const [low, high] = spanOf(options.range ?? points.map(([, y]) => y));
  const valueX = (x: number): number => (logX ? 10 ** x : x);
  const ticks = [high, (low + high) / 2, low].map((y) => labelY(y));
  const margin = Math.max(...ticks.map(widthOfText));
  const columns = Math.max(8, width - margin - 2);
  const [across, down] = unicode ? [2, 4] : [1, 1];
  const place = ([x, y]: Point): Point => [
    ((x - left) / (right - left)) * (columns * across - 1),
    ((high - y) / (high - low)) * (height * down - 1),
  ];
  const canvas = new Canvas(columns, height, unicode);
  for (const [i, curve] of all.entries()) {
    let before: Point | null = null;
    for (const point of curve) {
      const now = isFinitePoint(point) ? place(point) : null;
      if (now !== null && series[i].points) canvas.mark(now, i);
      else if (now !== null) canvas.line(before ?? now, now, i);
      before = now;
    }
  }
  const labels = new Map([
    [0, ticks[0]],
    [Math.floor((height - 1) / 2), height > 2 ? ticks[1] : ""],
    [height - 1, ticks[2]],
  ]);
  const [wall, corner, floor] = unicode ? ["│", "└", "─"] : ["|", "+", "-"];
  const body = canvas
    .rows(series)
    .map((row, i) => `${padStart(labels.get(i) ?? "", margin)} ${wall}${row}`.trimEnd());
  const [first, last] = [labelX(valueX(left)), labelX(valueX(right))];
  return [
    ...body,
    `${" ".repeat(margin)} ${corner}${floor.repeat(columns)}`,
    `${" ".repeat(margin + 2)}${padEnd(first, columns - widthOfText(last))}${last}`,
  ];
}

type Point = readonly [x: number, y: number];

const isFinitePoint = ([x, y]: Point): boolean => Number.isFinite(x) && Number.isFinite(y);

/** The least and the greatest finite number, made different; 0 and 1 where there is none. */
export function spanOf(values: readonly number[]): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values)
    if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (low > high) return [0, 1];
  const extra = low === high ? Math.abs(low) / 10 || 1 : 0;
  return [low - extra, high + extra];
}

/** Signs in rows: marks, and lines of 1 dot to a sign, or of 2 by 4 dots of Braille. A sign has the colour of the last series in it. */
class Canvas {
  readonly #columns: number;
  readonly #height: number;
  readonly #unicode: boolean;
  readonly #bits: Uint8Array;
  readonly #owner: Int16Array;
  readonly #marked: Uint8Array;

  constructor(columns: number, height: number, unicode: boolean) {
    this.#columns = columns;
    this.#height = height;
    this.#unicode = unicode;
    this.#bits = new Uint8Array(columns * height);
    this.#owner = new Int16Array(columns * height).fill(-1);
    this.#marked = new Uint8Array(columns * height);
  }

  line([fromX, fromY]: Point, [toX, toY]: Point, owner: number): void {
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY))));
    for (let i = 0; i <= steps; i++) {
      const t = i / steps;
      this.#dot(Math.round(fromX + t * (toX - fromX)), Math.round(fromY + t * (toY - fromY)), owner);
    }
  }

  /** A sign for a point alone. */
  mark([x, y]: Point, owner: number): void {
    const at = this.#at(Math.round(x), Math.round(y));
    if (at === null) return;
    this.#marked[at] = 1;
    this.#owner[at] = owner;
  }

  #dot(x: number, y: number, owner: number): void {
    const at = this.#at(x, y);
    if (at === null) return;
    this.#bits[at] |= this.#unicode ? DOTS[y % 4][x % 2] : 1;
    this.#owner[at] = owner;
  }

  /** The sign that a dot is in; null beyond the edges. */
  #at(x: number, y: number): number | null {
    const [across, down] = this.#unicode ? [2, 4] : [1, 1];
    const [column, row] = [Math.floor(x / across), Math.floor(y / down)];
    const inside = column >= 0 && column < this.#columns && row >= 0 && row < this.#height;
    return inside ? row * this.#columns + column : null;
  }

  #sign(at: number, owner: number, { sign = "•" }: Series): string {
    if (!this.#unicode) return markOf(owner);
    return this.#marked[at] === 1 ? sign : String.fromCodePoint(0x2800 + this.#bits[at]);
  }

  rows(series: readonly Series[]): string[] {
    return Array.from({ length: this.#height }, (_, row) => {
      let line = "";
      for (let column = 0; column < this.#columns; column++) {
        const at = row * this.#columns + column;
        const owner = this.#owner[at];
        if (owner < 0) {
          line += " ";
          continue;
        }
        const sign = this.#sign(at, owner, series[owner]);
        line += series[owner].paint?.(sign) ?? sign;
      }
      return line;
    });
  }
}
