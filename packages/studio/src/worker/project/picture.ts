/** Columns that are the pixels of a picture. */
import type { Project } from "../../protocol.ts";

const FEWEST_PIXELS = 16;
const PIXEL = /^(?:pixel|px|p)[_ .-]?(\d{1,3})[_ x.,-](\d{1,3})$/i;

/** A picture where all inputs are named as pixels are, by row and column: `pixel_0_7`. Some may be missing. */
export function pictureOf(names: readonly string[], others: readonly string[]): Project["picture"] {
  if (names.length < FEWEST_PIXELS || others.length > 0) return null;
  const places = names.map((name) => PIXEL.exec(name)?.slice(1).map(Number));
  if (places.some((place) => place === undefined)) return null;
  const found = places as [row: number, column: number][];
  const height = 1 + Math.max(...found.map(([row]) => row));
  const width = 1 + Math.max(...found.map(([, column]) => column));
  if (width * height > 4 * names.length) return null;
  return { width, height, pixels: found.map(([row, column]) => row * width + column) };
}
