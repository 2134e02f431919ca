/**
 * Small PNG files of screens: colours are counted and the most frequent 255 kept in a palette; several pictures make an animated PNG,
 * of which each frame holds only what changed. By the PNG specification, third edition (W3C, 2025).
 */
import { crc32, deflateSync, inflateSync } from "node:zlib";

interface Picture {
  readonly width: number;
  readonly height: number;
  /** Four bytes a pixel. */
  readonly rgba: Uint8Array;
}

/** A frame and how long it stands, in milliseconds. */
export interface Frame {
  readonly png: Uint8Array;
  readonly delay: number;
}

/** Of 256 places, one is for what is transparent. */
const MOST_COLOURS = 255;

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** One picture with at most 255 colours. */
export const smallPng = (png: Uint8Array): Uint8Array => animatedPng([{ png, delay: 0 }]);

/** Pictures of one size, shown one after the other without end. */
export function animatedPng(frames: readonly Frame[]): Uint8Array {
  const pictures = frames.map(({ png }) => decoded(png));
  const first = pictures[0];
  if (!first) throw new Error("There is no frame.");
  const { width, height } = first;
  if (pictures.some((picture) => picture.width !== width || picture.height !== height))
    throw new Error("The frames have different sizes.");
  const { palette, indexOf } = paletteOf(pictures);
  const indexed = pictures.map(({ rgba }) => {
    const places = new Uint8Array(width * height);
    for (let i = 0; i < places.length; i++) places[i] = indexOf(rgba, 4 * i);
    return places;
  });

  // The place after the last colour is transparent: what stays as it was in the frame before.
  const same = palette.length / 3;
  const chunks = [
    chunk("IHDR", bytes(u32(width), u32(height), Uint8Array.of(8, 3, 0, 0, 0))),
    chunk("PLTE", bytes(palette, Uint8Array.of(0, 0, 0))),
    chunk("tRNS", bytes(new Uint8Array(same).fill(255), Uint8Array.of(0))),
  ];
  if (frames.length > 1) chunks.push(chunk("acTL", bytes(u32(frames.length), u32(0))));
  let sequence = 0;
  frames.forEach(({ delay }, i) => {
    const places = indexed[i]!;
    const box =
      i === 0 ? { x: 0, y: 0, w: width, h: height } : changed(indexed[i - 1]!, places, width, height);
    if (frames.length > 1) {
      const place = bytes(u32(box.w), u32(box.h), u32(box.x), u32(box.y));
      chunks.push(chunk("fcTL", bytes(u32(sequence++), place, u16(delay), u16(1000), Uint8Array.of(0, 1))));
    }
    const before = i === 0 ? undefined : indexed[i - 1];
    const shown = before ? places.map((place, k) => (place === before[k] ? same : place)) : places;
    const data = deflateSync(rowsOf(shown, width, box), { level: 9 });
    chunks.push(i === 0 ? chunk("IDAT", data) : chunk("fdAT", bytes(u32(sequence++), data)));
  });
  return bytes(SIGNATURE, ...chunks, chunk("IEND", new Uint8Array(0)));
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** The smallest box around all that differs; one pixel where nothing does. */
function changed(before: Uint8Array, after: Uint8Array, width: number, height: number): Box {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (before[y * width + x] === after[y * width + x]) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  return right < 0
    ? { x: 0, y: 0, w: 1, h: 1 }
    : { x: left, y: top, w: right - left + 1, h: bottom - top + 1 };
}

/** Rows of a box without filters, which suits few colours best. */
function rowsOf(places: Uint8Array, width: number, { x, y, w, h }: Box): Uint8Array {
  const rows = new Uint8Array(h * (w + 1));
  for (let row = 0; row < h; row++) {
    const start = (y + row) * width + x;
    rows.set(places.subarray(start, start + w), row * (w + 1) + 1);
  }
  return rows;
}

/** A picture as Chromium writes it: eight bits a channel, with or without transparency, not interlaced. */
function decoded(png: Uint8Array): Picture {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const [width, height, channels] = [view.getUint32(16), view.getUint32(20), png[25] === 6 ? 4 : 3];
  if (png[24] !== 8 || (png[25] !== 6 && png[25] !== 2) || png[28] !== 0)
    throw new Error("This PNG is of another kind.");
  const parts: Uint8Array[] = [];
  for (let at = 8; at < png.length; ) {
    const length = view.getUint32(at);
    if (String.fromCharCode(...png.subarray(at + 4, at + 8)) === "IDAT")
      parts.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const raw = inflateSync(bytes(...parts));
  const stride = width * channels;
  const rgba = new Uint8Array(width * height * 4);
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)]!;
    const row = raw.slice(y * (stride + 1) + 1, (y + 1) * (stride + 1));
    for (let i = 0; i < stride; i++) {
      const [a, b, c] = [
        i < channels ? 0 : row[i - channels]!,
        above[i]!,
        i < channels ? 0 : above[i - channels]!,
      ];
      row[i]! += [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter]!;
    }
    for (let x = 0; x < width; x++) {
      rgba.set(row.subarray(x * channels, x * channels + 3), 4 * (y * width + x));
      rgba[4 * (y * width + x) + 3] = 255;
    }
    above = row;
  }
  return { width, height, rgba };
}

function paeth(a: number, b: number, c: number): number {
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}

/** The most frequent colours, and which of them each colour becomes: itself, or the nearest one. */
function paletteOf(pictures: readonly Picture[]): {
  palette: Uint8Array;
  indexOf: (rgba: Uint8Array, at: number) => number;
} {
  const counts = new Map<number, number>();
  for (const { rgba } of pictures)
    for (let i = 0; i < rgba.length; i += 4) {
      const colour = (rgba[i]! << 16) | (rgba[i + 1]! << 8) | rgba[i + 2]!;
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
  const chosen: number[] = [];
  // Of many, colours that look alike share a place at first, so that rare ones get one too.
  const frequent = [...counts].sort((x, y) => y[1] - x[1]).map(([colour]) => colour);
  for (const apart of frequent.length > MOST_COLOURS ? [10, 5, 1] : [1]) {
    for (const colour of frequent) {
      if (chosen.length === MOST_COLOURS) break;
      if (chosen.every((other) => distance(other, colour) >= apart * apart)) chosen.push(colour);
    }
  }
  const known = new Map(chosen.map((colour, i) => [colour, i]));
  const indexOf = (rgba: Uint8Array, at: number): number => {
    const colour = (rgba[at]! << 16) | (rgba[at + 1]! << 8) | rgba[at + 2]!;
    let place = known.get(colour);
    if (place === undefined) {
      place = 0;
      chosen.forEach((other, i) => {
        if (distance(other, colour) < distance(chosen[place!]!, colour)) place = i;
      });
      known.set(colour, place);
    }
    return place;
  };
  return { palette: Uint8Array.from(chosen.flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255])), indexOf };
}

const distance = (a: number, b: number): number =>
  ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;

function chunk(name: string, data: Uint8Array): Uint8Array {
  const body = bytes(
    Uint8Array.from(name, (letter) => letter.charCodeAt(0)),
    data,
  );
  return bytes(u32(data.length), body, u32(crc32(body)));
}

const u32 = (n: number): Uint8Array => Uint8Array.of(n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255);
const u16 = (n: number): Uint8Array => Uint8Array.of(n >>> 8, n & 255);

function bytes(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
