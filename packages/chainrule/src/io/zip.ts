import { ChainruleError } from "../util/errors.ts";
import { roundUp } from "../util/rounding.ts";
import { viewOf, wholeAt } from "./bytes.ts";
import { crc32 } from "./crc32.ts";
import { canInflateTo, inflate } from "./inflate.ts";
import type { Refuse } from "./refuse.ts";

/** Zip files, as far as PyTorch and NumPy write them. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */

/** A file in a zip file. */
export interface ZipEntry {
  readonly name: string;
  /** How it is kept: 0 as it is, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  /** Bytes as they are kept, from here in the zip file. */
  readonly start: number;
  readonly compressed: number;
  /** Bytes of the file itself. */
  readonly length: number;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;

const STORED = 0;
const DEFLATED = 8;

/** Whether bytes begin as a zip file with something in it. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && viewOf(bytes).getUint32(0, true) === LOCAL;

/** The files in a zip file, by the directory at its end. Their places are checked, and that none lies over another. */
export function zipEntries(bytes: Uint8Array, refuse: Refuse): ZipEntry[] {
  const view = viewOf(bytes);
  const directory = directoryOf(view, refuse);
  const entries: ZipEntry[] = [];
  let at = directory.start;
  for (let i = 0; i < directory.count; i++) {
    if (at + 46 > directory.end || view.getUint32(at, true) !== CENTRAL)
      throw refuse(`entry ${i + 1} of its directory is missing`, at);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((o) => view.getUint16(at + o, true));
    const end = at + 46 + nameLength + extraLength + commentLength;
    if (end > directory.end) throw refuse(`entry ${i + 1} of its directory is cut off`, at);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const flags = view.getUint16(at + 8, true);
    if (flags & 1) throw refuse(`"${name}" in it is encrypted`, at);
    const extra = { at: at + 46 + nameLength, length: extraLength };
    const sizes = sizesOf(view, at, extra, name, refuse);
    entries.push(
      placed(
        bytes,
        {
          name,
          method: view.getUint16(at + 10, true),
          crc: view.getUint32(at + 16, true),
          ...sizes,
        },
        directory.start,
        refuse,
      ),
    );
    at = end;
  }
  checkApart(entries, refuse);
  return entries;
}

interface Directory {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

/** The directory's place, from the record at the end, before which there may be one with wider numbers. */
function directoryOf(view: DataView, refuse: Refuse): Directory {
  const size = view.byteLength;
  // The record takes 22 bytes, and a comment of less than 65536 may follow.
  for (let at = size - 22; at >= Math.max(0, size - 22 - 0xffff); at--) {
    if (view.getUint32(at, true) !== END || at + 22 + view.getUint16(at + 20, true) !== size) continue;
    let [count, length, start] = [
      view.getUint16(at + 10, true),
      view.getUint32(at + 12, true),
      view.getUint32(at + 16, true),
    ];
    if (at >= 20 && view.getUint32(at - 20, true) === LOCATOR64) {
      const wide = wholeAt(view, at - 12);
      if (!(wide + 56 <= at - 20) || view.getUint32(wide, true) !== END64)
        throw refuse("its directory of wide numbers is not where it says", at - 20);
      [count, length, start] = [32, 40, 48].map((o) => wholeAt(view, wide + o));
    }
    if (!(start + length <= at) || !(count * 46 <= length))
      throw refuse(`its directory of ${count} entries would be ${length} bytes from ${start}`, at);
    return { start, end: start + length, count };
  }
  throw refuse("it has no directory at its end, as when a download was cut off", Math.max(0, size - 22));
}

type Sizes = Pick<ZipEntry, "start" | "compressed" | "length">;

/** Sizes and place of an entry, which are in its extra field where four bytes are too few. */
function sizesOf(
  view: DataView,
  at: number,
  extra: { readonly at: number; readonly length: number },
  name: string,
  refuse: Refuse,
): Sizes {
  let [compressed, length, start] = [20, 24, 42].map((o) => view.getUint32(at + o, true));
  const end = extra.at + extra.length;
  for (let field = extra.at; field + 4 <= end; ) {
    const [id, bytes] = [view.getUint16(field, true), view.getUint16(field + 2, true)];
    let place = field + 4;
    const stop = place + bytes;
    if (stop > end) break;
    const wide = (value: number): number => {
      if (value !== 0xffffffff) return value;
      if (place + 8 > stop) throw refuse(`the wide sizes of "${name}" are cut off`, field);
      place += 8;
      return wholeAt(view, place - 8);
    };
    if (id === 1) [length, compressed, start] = [wide(length), wide(compressed), wide(start)];
    field = stop;
  }
  return { compressed, length, start };
}

/** The entry with the place of its bytes, which come after a header of their own. */
function placed(bytes: Uint8Array, entry: ZipEntry, limit: number, refuse: Refuse): ZipEntry {
  const { name, start: header, compressed, length, method } = entry;
  const view = viewOf(bytes);
  if (!(header + 30 <= limit) || view.getUint32(header, true) !== LOCAL)
    throw refuse(
      `"${name}" does not begin at byte ${header}, as its directory says`,
      Math.min(header, limit),
    );
  const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
  if (!(start + compressed <= limit)) throw refuse(`"${name}" would end behind its directory`, header);
  if (method === STORED ? compressed !== length : !canInflateTo(compressed, length))
    throw refuse(`"${name}" can not be ${length} bytes from ${compressed}`, header);
  return { ...entry, start };
}

/** Entries over the same bytes would take more memory than the file. */
function checkApart(entries: readonly ZipEntry[], refuse: Refuse): void {
  let end = 0;
  for (const { name, start, compressed } of entries.toSorted((a, b) => a.start - b.start)) {
    if (start < end) throw refuse(`"${name}" lies over another entry`, start);
    end = start + compressed;
  }
}

/** The bytes of an entry that is kept as it is, not copied. */
export function storedBytes(bytes: Uint8Array, entry: ZipEntry, refuse: Refuse): Uint8Array {
  if (entry.method !== STORED) throw refuse(`"${entry.name}" is compressed`, entry.start);
  return checked(bytes.subarray(entry.start, entry.start + entry.length), entry, refuse);
}

/** The bytes of an entry, inflated where it is deflated. */
export async function entryBytes(bytes: Uint8Array, entry: ZipEntry, refuse: Refuse): Promise<Uint8Array> {
  const { name, method, start, compressed, length } = entry;
  if (method === STORED) return storedBytes(bytes, entry, refuse);
  if (method !== DEFLATED)
    throw refuse(`"${name}" is compressed by method ${method}, and deflate (8) can be read`, start);
  const kept = bytes.subarray(start, start + compressed);
  return checked(await inflate(kept, "deflate-raw", length, refuse, start), entry, refuse);
}

function checked(content: Uint8Array, { name, length, crc, start }: ZipEntry, refuse: Refuse): Uint8Array {
  if (content.length !== length || crc32(content) !== crc)
    throw refuse(`"${name}" is not as it was written: its length or check sum is another`, start);
  return content;
}

/** Contents begin at multiples of this, so that they can be mapped into memory: as PyTorch writes them. */
const ALIGNED = 64;
/** What fills the way there: an extra field of this name. */
const FILLER = 0x4246;

/**
 * A zip file of some files, kept as they are. The same files always give the same bytes.
 *
 * @param files in the order in which they are written; their names in ASCII
 */
export function zipOf(files: readonly (readonly [name: string, content: Uint8Array])[]): Uint8Array {
  let end = 0;
  const entries = files.map(([text, content]) => {
    const name = new TextEncoder().encode(text);
    const header = end;
    // The filler's own name and length take four bytes.
    const start = roundUp(header + 30 + name.length + 4, ALIGNED);
    end = start + content.length;
    return { name, content, header, start, crc: crc32(content) };
  });
  const directory = end;
  for (const { name } of entries) end += 46 + name.length;
  if (end > 0xffffffff || entries.length > 0xffff) {
    throw new ChainruleError(
      "argument",
      `${entries.length} tensors of ${end} bytes are too many for one zip file.`,
      "Write several, or use safetensors.",
    );
  }
  const bytes = new Uint8Array(end + 22);
  const view = viewOf(bytes);
  let at = directory;
  for (const { name, content, header, start, crc } of entries) {
    const filler = start - header - 30 - name.length;
    view.setUint32(header, LOCAL, true);
    putFields(view, header + 4, crc, content.length, name.length);
    view.setUint16(header + 28, filler, true);
    bytes.set(name, header + 30);
    view.setUint16(header + 30 + name.length, FILLER, true);
    view.setUint16(header + 32 + name.length, filler - 4, true);
    bytes.fill(0x5a, header + 34 + name.length, start);
    bytes.set(content, start);
    view.setUint32(at, CENTRAL, true);
    putFields(view, at + 6, crc, content.length, name.length);
    view.setUint32(at + 42, header, true);
    bytes.set(name, at + 46);
    at += 46 + name.length;
  }
  view.setUint32(end, END, true);
  view.setUint16(end + 8, entries.length, true);
  view.setUint16(end + 10, entries.length, true);
  view.setUint32(end + 12, end - directory, true);
  view.setUint32(end + 16, directory, true);
  return bytes;
}

/** The fields that an entry's header and its place in the directory share. The date is that of the format's beginning, 1980. */
function putFields(view: DataView, at: number, crc: number, length: number, nameLength: number): void {
  view.setUint16(at, 10, true); // version 1.0 of the format is enough to read it
  view.setUint16(at + 8, 0x21, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, length, true);
  view.setUint32(at + 18, length, true);
  view.setUint16(at + 22, nameLength, true);
}
