import { type DType, fromTypedArray, numel, type Shape, showShape, type Tensor } from "../tensor/index.ts";
import { define } from "../util/define.ts";
import { ChainruleError } from "../util/errors.ts";
import { type ElementKind, elementKinds, readElements } from "./elements.ts";
import type { Refuse } from "./refuse.ts";
import { refuseSafetensors } from "./safetensors.ts";
import { checkHeader, type Entry, HEADER_AT, headerLength } from "./safetensors-header.ts";

/** Where bytes come from a range at a time: a file on disk, or a server that answers range requests. */
export interface ByteSource {
  /** How many bytes there are. */
  readonly size: number;
  /** The bytes from `start` to before `end`. */
  read(start: number, end: number): Uint8Array | Promise<Uint8Array>;
}

/** What is known of a tensor before its elements are read. */
export interface LazyTensor {
  /** Sizes of its dimensions. */
  readonly shape: Shape;
  /** In what the file keeps its elements. */
  readonly kind: ElementKind;
  /** What they become when they are read. */
  readonly dtype: DType;
}

/** From where to before where along a dimension; all of it for null. */
export type SliceRange = readonly [start: number, end: number] | null;

/** A safetensors file whose tensors are read when they are asked for. */
export interface LazySafetensors {
  /** The texts of the header by their names. */
  readonly metadata: Readonly<Record<string, string>>;
  /** All tensors by name. */
  readonly tensors: Readonly<Record<string, LazyTensor>>;
  /**
   * Reads a tensor, or a part of it: a range for each of the first dimensions. Only the bytes from the part's first row to its last
   * are read.
   *
   * @throws ChainruleError `argument` for a name that is not there, `index` for a range outside the tensor
   */
  read(name: string, ...ranges: readonly SliceRange[]): Promise<Tensor>;
}

/**
 * Opens a safetensors file and reads its header alone: for files that are larger than memory, or of which little is needed.
 *
 * @param source bytes, a Blob or File of a browser, or anything that reads a range of bytes
 * @param name how to name the file in messages
 * @throws ChainruleError `file` for a file that breaks the format's rules, as `readSafetensors`
 *
 * @example
 * import { open, writeFile } from "node:fs/promises";
 * await writeFile("model.safetensors", writeSafetensors({ table: arange(3000).reshape([1000, 3]) }));
 * const handle = await open("model.safetensors");
 * const file = await openSafetensors({
 *   size: (await handle.stat()).size,
 *   read: async (start, end) =>
 *     (await handle.read(new Uint8Array(end - start), 0, end - start, start)).buffer,
 * });
 * file.tensors.table; // → { shape: [1000, 3], kind: 'int32', dtype: 'int32' }
 * await file.read("table", [100, 102]); // → tensor([[300, 301, 302], [303, 304, 305]], dtype=int32)
 * await file.read("table", null, [2, 4]); // throws index: The range from 2 to 4 is outside dimension 1
 * await handle.close();
 */
export async function openSafetensors(
  source: Uint8Array | Blob | ByteSource,
  name = "the file",
): Promise<LazySafetensors> {
  const refuse = refuseSafetensors(name);
  const { size, read } = sourceOf(source, refuse);
  const length = headerLength(await read(0, Math.min(HEADER_AT, size)), size, refuse);
  const { entries, metadata } = checkHeader(await read(HEADER_AT, HEADER_AT + length), size, refuse);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const tensors: Record<string, LazyTensor> = {};
  for (const { name, kind, shape } of entries)
    define(tensors, name, { shape, kind, dtype: elementKinds[kind].dtype });
  return {
    metadata,
    tensors,
    async read(tensor, ...ranges) {
      const entry = byName.get(tensor);
      if (entry === undefined) throw noTensor(tensor, name, [...byName.keys()]);
      const part = checkRanges(entry, ranges);
      const shape = part.map(([start, end]) => end - start);
      const bytes = await partOf(entry, part, read);
      const elements = {
        kind: entry.kind,
        bytes,
        at: entry.start,
        littleEndian: true,
        name: `tensor "${tensor}"`,
      };
      return fromTypedArray(readElements(elements, refuse), shape);
    },
  };
}

type Read = (start: number, end: number) => Promise<Uint8Array>;
type Span = readonly [start: number, end: number];

/** The source as one that reads ranges, and gives all of the bytes that were asked for. */
function sourceOf(source: Uint8Array | Blob | ByteSource, refuse: Refuse): { size: number; read: Read } {
  const { size, read } =
    source instanceof Uint8Array
      ? { size: source.length, read: (start: number, end: number) => source.subarray(start, end) }
      : source instanceof Blob
        ? {
            size: source.size,
            read: async (start: number, end: number) =>
              new Uint8Array(await source.slice(start, end).arrayBuffer()),
          }
        : { size: source.size, read: (start: number, end: number) => source.read(start, end) };
  if (!Number.isSafeInteger(size) || size < 0) throw refuse(`its size is given as ${size}`, 0);
  return {
    size,
    read: async (start, end) => {
      if (start === end) return new Uint8Array(0);
      const bytes = await read(start, end);
      if (bytes.length !== end - start)
        throw refuse(`${bytes.length} bytes came where ${end - start} were asked for`, start);
      return bytes;
    },
  };
}

function noTensor(name: string, source: string, known: readonly string[]): ChainruleError {
  const some = known.slice(0, 5).map((one) => `"${one}"`);
  return new ChainruleError(
    "argument",
    `There is no tensor "${name}" in ${source}.`,
    known.length === 0
      ? "It holds none."
      : `It holds ${some.join(", ")}${known.length > some.length ? `, and ${known.length - some.length} more` : ""}.`,
  );
}

/** The part as a range for every dimension. */
function checkRanges({ name, shape }: Entry, ranges: readonly SliceRange[]): Span[] {
  if (ranges.length > shape.length) {
    throw new ChainruleError(
      "index",
      `${ranges.length} ranges are given for tensor "${name}" of shape ${showShape(shape)}.`,
      "Give at most one for each dimension.",
    );
  }
  return shape.map((length, d) => {
    const [start, end] = ranges[d] ?? [0, length];
    if (Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= length)
      return [start, end];
    throw new ChainruleError(
      "index",
      `The range from ${start} to ${end} is outside dimension ${d} of tensor "${name}" of shape ${showShape(shape)}.`,
      `Give whole numbers from 0 to ${length}, the start first.`,
    );
  });
}

/** So many bytes are read at once. */
const MOST_AT_ONCE = 2 ** 24;

/** The bytes of a part of a tensor, row by row. */
async function partOf({ kind, shape, start }: Entry, part: readonly Span[], read: Read): Promise<Uint8Array> {
  const { size } = elementKinds[kind];
  // What lies in one piece in the file: the last dimensions that are whole, and a range of the one before them.
  let inner = shape.length;
  while (inner > 0 && part[inner - 1][0] === 0 && part[inner - 1][1] === shape[inner - 1]) inner--;
  const last = Math.max(inner - 1, 0);
  const rowBytes = numel(shape.slice(last + 1)) * size;
  const [from, to] = part[last] ?? [0, 1];
  const piece = (to - from) * rowBytes;
  const outer = part.slice(0, last);
  const pieces = outer.reduce((count, [a, b]) => count * (b - a), 1);
  const bytes = new Uint8Array(pieces * piece);
  if (bytes.length === 0) return bytes;
  /** Where piece number `i` begins in the file. */
  const place = (i: number): number => {
    let at = from * rowBytes;
    let rest = i;
    let step = rowBytes * (shape[last] ?? 1);
    for (let d = last - 1; d >= 0; d--) {
      const count = outer[d][1] - outer[d][0];
      at += (outer[d][0] + (rest % count)) * step;
      rest = Math.floor(rest / count);
      step *= shape[d];
    }
    return start + at;
  };
  for (let i = 0; i < pieces; ) {
    // As many pieces as lie close enough, read with what is between them.
    const begin = place(i);
    let next = i + 1;
    while (next < pieces && place(next) + piece - begin <= MOST_AT_ONCE) next++;
    const end = place(next - 1) + piece;
    const found = await read(begin, end);
    for (; i < next; i++) bytes.set(found.subarray(place(i) - begin, place(i) - begin + piece), i * piece);
  }
  return bytes;
}
