/** Draws a large table of numbers: colours from afar, numbers from near. */
import { formatNumber } from "../number.ts";
import type { Cell } from "./cells.ts";
import type { Plane } from "./planes.ts";

/** What part of the table is seen: the pixels of one cell, and the place of the upper left corner in cells. */
export interface View {
  readonly wide: number;
  readonly high: number;
  readonly left: number;
  readonly top: number;
}

/** From this width on, cells show their numbers. */
export const READABLE = 52;

export interface Colours {
  readonly back: string;
  readonly text: string;
  readonly positive: string;
  readonly negative: string;
  readonly lit: string;
  readonly focus: string;
}

export const coloursOf = (element: Element): Colours => {
  const style = getComputedStyle(element);
  const get = (name: string) => style.getPropertyValue(name).trim();
  return {
    back: get("--back"),
    text: get("--text"),
    positive: get("--positive"),
    negative: get("--negative"),
    lit: get("--lit-edge"),
    focus: get("--focus"),
  };
};

export interface Heat {
  readonly plane: Plane;
  readonly number: (cell: Cell) => number | null;
  /** The largest size, which has the full colour. */
  readonly most: number;
  readonly marked: readonly { readonly cell: Cell; readonly kind: "current" | "lit" | "focus" | "changed" }[];
}

/** One pixel for each cell, to be shown at any size. */
export function bitmapOf({ plane, number, most }: Heat, colours: Colours): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = plane.columns;
  canvas.height = plane.rows;
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  const image = context.createImageData(plane.columns, plane.rows);
  const [back, positive, negative] = [colours.back, colours.positive, colours.negative].map((colour) =>
    rgb(context, colour),
  );
  for (let row = 0; row < plane.rows; row++)
    for (let column = 0; column < plane.columns; column++) {
      const x = number({ row, column }) ?? 0;
      const share = shareOf(x, most);
      const full = x < 0 ? negative : positive;
      const at = 4 * (row * plane.columns + column);
      for (let c = 0; c < 3; c++) image.data[at + c] = back[c] + (full[c] - back[c]) * share;
      image.data[at + 3] = 255;
    }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Small numbers are seen too: the root of their share. */
const shareOf = (x: number, most: number): number =>
  Number.isFinite(x) && most > 0 ? Math.sqrt(Math.min(1, Math.abs(x) / most)) : 0;

/** The three parts of a colour, however it is written. */
function rgb(context: CanvasRenderingContext2D, colour: string): readonly number[] {
  context.fillStyle = colour;
  const text = String(context.fillStyle);
  return [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16));
}

export function draw(
  context: CanvasRenderingContext2D,
  size: { width: number; height: number },
  view: View,
  heat: Heat,
  bitmap: HTMLCanvasElement,
  colours: Colours,
): void {
  const { plane } = heat;
  const { wide, high } = view;
  const x = (column: number) => (column - view.left) * wide;
  const y = (row: number) => (row - view.top) * high;
  context.clearRect(0, 0, size.width, size.height);
  context.imageSmoothingEnabled = false;
  context.drawImage(bitmap, x(0), y(0), plane.columns * wide, plane.rows * high);
  if (wide >= READABLE) numbers(context, size, view, heat, colours);
  for (const { cell, kind } of heat.marked) {
    context.lineWidth = kind === "current" || kind === "focus" ? 2.5 : 1.5;
    context.strokeStyle =
      kind === "lit" || kind === "changed" ? colours.lit : kind === "focus" ? colours.focus : colours.text;
    context.setLineDash(kind === "changed" ? [3, 2] : []);
    // A cell of a pixel or two would vanish below its frame.
    const grow = Math.max(0, 5 - Math.min(wide, high)) / 2;
    context.strokeRect(x(cell.column) - grow, y(cell.row) - grow, wide + 2 * grow, high + 2 * grow);
  }
  context.setLineDash([]);
}

function numbers(
  context: CanvasRenderingContext2D,
  size: { width: number; height: number },
  view: View,
  { plane, number, most }: Heat,
  colours: Colours,
): void {
  const { wide, high } = view;
  const first = { row: Math.max(0, Math.floor(view.top)), column: Math.max(0, Math.floor(view.left)) };
  const last = {
    row: Math.min(plane.rows, Math.ceil(view.top + size.height / high)),
    column: Math.min(plane.columns, Math.ceil(view.left + size.width / wide)),
  };
  context.font = `${Math.min(13, high * 0.55)}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let row = first.row; row < last.row; row++)
    for (let column = first.column; column < last.column; column++) {
      const value = number({ row, column });
      context.fillStyle = value !== null && shareOf(value, most) > 0.6 ? colours.back : colours.text;
      const there = plane.at(row, column) !== null;
      const text = value !== null ? formatNumber(value, 3) : there ? "?" : "";
      context.fillText(text, (column - view.left + 0.5) * wide, (row - view.top + 0.5) * high, wide - 4);
    }
}
