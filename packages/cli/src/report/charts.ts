import { significant } from "../terminal/format.ts";
import { spanOf } from "../terminal/plot.ts";
import { escaped, light } from "./html.ts";

/** A curve, with a band around it where there is one. */
export interface Curve {
  readonly label: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  /** Whether points are joined. Default true. */
  readonly line?: boolean;
  /** Points are marked. */
  readonly points?: boolean;
  /** What is said of each point under the pointer. */
  readonly titles?: readonly string[];
}

export interface ChartOptions {
  readonly x: string;
  readonly y: string;
  /** The range of both axes: the default is what there is. */
  readonly spanX?: readonly [number, number];
  readonly spanY?: readonly [number, number];
  /** A dashed line to compare with, from its first to its second point. */
  readonly reference?: readonly [from: readonly [number, number], to: readonly [number, number]];
  /** Where the x axis has labels: the default is round numbers. */
  readonly ticksX?: readonly number[];
  readonly labelX?: (x: number) => string;
  readonly labelY?: (y: number) => string;
  /** Colours that are written out, for a file that stands alone; in a page its own are used. */
  readonly alone?: boolean;
}

const WIDTH = 420;
const HEIGHT = 260;
const BOX = { left: 58, right: WIDTH - 12, top: 36, bottom: HEIGHT - 40 };
/** The curves' colours in a file of their own. */
const COLOURS = [light.c0, light.c1, light.c2, light.c3];

/** Curves over common axes, as SVG. Numbers that are not finite leave a gap. */
export function chart(curves: readonly Curve[], options: ChartOptions): string {
  const { alone = false, labelX = tickText, labelY = tickText } = options;
  const [left, right] = options.spanX ?? spanOf(curves.flatMap(({ x }) => x));
  const [bottom, top] =
    options.spanY ?? spanOf(curves.flatMap(({ y, low = [], high = [] }) => [...y, ...low, ...high]));
  const px = (x: number): number => round(BOX.left + ((x - left) / (right - left)) * (BOX.right - BOX.left));
  const py = (y: number): number =>
    round(BOX.bottom - ((y - bottom) / (top - bottom)) * (BOX.bottom - BOX.top));
  const colour = (i: number): string => (alone ? COLOURS[i % 4] : `var(--c${i % 4})`);
  const grid = alone ? light.line : "var(--line)";
  const parts: string[] = [];
  for (const y of ticksBetween(bottom, top)) {
    parts.push(
      `<path d="M${BOX.left} ${py(y)}H${BOX.right}" stroke="${grid}" fill="none"/>`,
      `<text x="${BOX.left - 6}" y="${py(y) + 4}" text-anchor="end">${escaped(labelY(y))}</text>`,
    );
  }
  for (const x of options.ticksX ?? ticksBetween(left, right))
    parts.push(`<text x="${px(x)}" y="${BOX.bottom + 15}" text-anchor="middle">${escaped(labelX(x))}</text>`);
  const middle = (BOX.left + BOX.right) / 2;
  parts.push(
    `<text x="${middle}" y="${HEIGHT - 6}" text-anchor="middle">${escaped(options.x)}</text>`,
    `<text x="6" y="12">${escaped(options.y)}</text>`,
  );
  if (options.reference) {
    const [from, to] = options.reference;
    parts.push(
      `<path d="M${px(from[0])} ${py(from[1])}L${px(to[0])} ${py(to[1])}" stroke="currentColor" stroke-opacity=".4" stroke-dasharray="4 4" fill="none"/>`,
    );
  }
  curves.forEach(({ x, y, low, high, line = true, points = false, titles = [] }, i) => {
    if (low && high) {
      const edge = [...x.map((v, k) => [v, high[k]]), ...x.map((v, k) => [v, low[k]]).reverse()];
      const d = edge.filter((point) => point.every(Number.isFinite)).map(([v, w]) => `${px(v)} ${py(w)}`);
      if (d.length > 0) parts.push(`<path d="M${d.join("L")}Z" fill="${colour(i)}" fill-opacity=".16"/>`);
    }
    if (line)
      parts.push(`<path d="${pathOf(x, y, px, py)}" stroke="${colour(i)}" stroke-width="1.8" fill="none"/>`);
    if (points || x.length === 1) {
      x.forEach((v, k) => {
        if (Number.isFinite(v) && Number.isFinite(y[k]))
          parts.push(
            `<circle cx="${px(v)}" cy="${py(y[k])}" r="3" fill="${colour(i)}">${titleOf(titles[k])}</circle>`,
          );
      });
    }
  });
  parts.push(
    ...legend(
      curves.map(({ label }) => label),
      colour,
    ),
  );
  return svg(HEIGHT, `${options.y} against ${options.x}`, parts, alone);
}

const titleOf = (text: string | undefined): string =>
  text === undefined ? "" : `<title>${escaped(text)}</title>`;

/** Names in the colours of their curves, in a line that ends at the right. */
function legend(labels: readonly string[], colour: (i: number) => string): string[] {
  const parts: string[] = [];
  let right = BOX.right;
  for (let i = labels.length - 1; i >= 0; i--) {
    const text = shortened(labels[i]);
    if (text === "") continue;
    parts.push(
      `<text x="${right}" y="28" text-anchor="end" style="fill:${colour(i)}">${escaped(text)}</text>`,
    );
    right -= 7 * text.length + 12;
  }
  return parts;
}

/** Round numbers within a range, three to seven of them. */
function ticksBetween(low: number, high: number): number[] {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => (first + i) * step);
}

const tickText = (x: number): string => {
  const plain = Number(x.toPrecision(6));
  return Math.abs(plain) >= 1e6 || (plain !== 0 && Math.abs(plain) < 1e-4)
    ? plain.toExponential()
    : plain.toLocaleString("en-US", { maximumFractionDigits: 6 });
};

function pathOf(
  x: readonly number[],
  y: readonly number[],
  px: (x: number) => number,
  py: (y: number) => number,
): string {
  let d = "";
  let pen = "M";
  x.forEach((v, k) => {
    if (!Number.isFinite(v) || !Number.isFinite(y[k])) {
      pen = "M";
      return;
    }
    d += `${pen}${px(v)} ${py(y[k])}`;
    pen = "L";
  });
  return d;
}

export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** Horizontal bars with their numbers, and whiskers where there are bounds; as SVG. */
export function bars(all: readonly Bar[], title: string): string {
  const ends = all
    .flatMap(({ value, low = value, high = value }) => [value, low, high])
    .filter(Number.isFinite);
  const [least, most] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const span = most - least || 1;
  const [from, width] = [170, WIDTH - 170 - 64];
  const px = (x: number): number => round(from + ((x - least) / span) * width);
  const parts = all.flatMap(({ label, value, low, high }, i) => {
    const y = 8 + 20 * i;
    const [a, b] = [Math.min(px(0), px(value)), Math.max(px(0), px(value))];
    return [
      `<text x="${from - 8}" y="${y + 11}" text-anchor="end">${escaped(shortened(label))}</text>`,
      `<rect x="${a}" y="${y}" width="${round(Math.max(1, b - a))}" height="14" fill="var(--c0)" fill-opacity=".75"/>`,
      ...(low === undefined || high === undefined
        ? []
        : [`<path d="M${px(low)} ${y + 7}H${px(high)}" stroke="currentColor" stroke-opacity=".6"/>`]),
      `<text x="${WIDTH}" y="${y + 11}" text-anchor="end">${significant(value, 3)}</text>`,
    ];
  });
  return svg(16 + 20 * all.length, title, parts, false);
}

const shortened = (text: string): string => (text.length > 26 ? `${text.slice(0, 25)}…` : text);

function svg(height: number, title: string, parts: readonly string[], alone: boolean): string {
  const own = alone
    ? ` xmlns="http://www.w3.org/2000/svg" style="background:${light.back};color:${light.text}" font-family="system-ui, sans-serif" font-size="11"`
    : "";
  return `<svg${own} viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(title)}">\n${parts.join("\n")}\n</svg>`;
}

const round = (x: number): number => Math.round(10 * x) / 10;
