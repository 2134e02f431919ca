/** Axes: where numbers stand on them, and which ones are written. */
import { formatNumber } from "../number.ts";

export const WIDTH = 420;

/** Maps numbers of a range to places. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  /** Of a number, rounded to a tenth of a pixel; NaN for what has no place on the axis. */
  place(value: number): number;
}

export function axisOf(
  span: readonly [number, number],
  [from, to]: readonly [number, number],
  log = false,
): Axis {
  const scale = log ? Math.log10 : (x: number): number => x;
  const [low, high] = log ? logSpan(span) : span;
  const [start, end] = [scale(low), scale(high)];
  const place = (value: number): number =>
    tenth(from + ((scale(value) - start) / (end - start)) * (to - from));
  return { low, high, log, place: (value) => (log && value <= 0 ? Number.NaN : place(value)) };
}

/** The least and the greatest finite number, never the same; a little around a single one. */
export function spanOf(values: Iterable<number>, positive = false): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value) || (positive && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return positive ? [0.1, 1] : [0, 1];
  if (low < high) return [low, high];
  if (positive) return [low / 2, low * 2];
  const margin = Math.abs(low) / 2 || 0.5;
  return [low - margin, high + margin];
}

const logSpan = ([low, high]: readonly [number, number]): [number, number] =>
  low > 0 ? [low, high] : spanOf([high], true);

/** Round numbers within an axis: three to seven, or powers of ten where they suffice. */
export function ticksOf({ low, high, log }: Axis): number[] {
  if (!log) return roundBetween(low, high);
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const every = Math.max(1, Math.ceil((last - first + 1) / 6));
  const powers = Array.from(
    { length: Math.max(0, Math.floor((last - first) / every) + 1) },
    (_, i) => 10 ** (first + i * every),
  );
  if (powers.length >= 3) return powers;
  const finer = [];
  for (let power = first - 1; power <= last; power++)
    for (const factor of [1, 2, 5]) finer.push(factor * 10 ** power);
  const within = finer.filter((x) => x >= low * (1 - 1e-9) && x <= high * (1 + 1e-9));
  return within.length >= 2 ? within : roundBetween(low, high);
}

function roundBetween(low: number, high: number): number[] {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** `1,200`, `0.05`, `2×10⁻⁵`. */
export const tickText = (x: number): string => {
  const size = Math.abs(x);
  return size >= 1000 && size < 1e6 ? signedCount(x) : formatNumber(x, 6);
};

const signedCount = (x: number): string =>
  x.toLocaleString("en-US", { maximumFractionDigits: 2 }).replace("-", "−");

/** Points as a path; what has no place leaves a gap. */
export function pathOf(x: ArrayLike<number>, y: ArrayLike<number>, across: Axis, up: Axis): string {
  let d = "";
  let pen = "M";
  for (let i = 0; i < x.length; i++) {
    const [px, py] = [across.place(x[i] ?? Number.NaN), up.place(y[i] ?? Number.NaN)];
    if (!Number.isFinite(px) || !Number.isFinite(py)) {
      pen = "M";
      continue;
    }
    d += `${pen}${px} ${py}`;
    pen = "L";
  }
  return d;
}

/** A text of at most so many letters. */
export const shortened = (text: string, most = 26): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;

export const tenth = (x: number): number => Math.round(10 * x) / 10;

/** The colour of a curve by its number: there are four. */
export const colour = (i: number): string => `var(--c${i % 4})`;

/** Dashes of a curve by its number, so that curves are told apart without colours. */
export const dashes = (i: number): string | undefined => [undefined, "7 3", "2 3", "9 3 2 3"][i % 4];
