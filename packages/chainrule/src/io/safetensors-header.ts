import { numel } from "../tensor/index.ts";
import { define } from "../util/define.ts";
import { viewOf, wholeAt } from "./bytes.ts";
import { type ElementKind, elementKinds, isShape, isWhole } from "./elements.ts";
import { duplicateKey } from "./json-keys.ts";
import type { Refuse } from "./refuse.ts";

/** The header of a safetensors file, and the rules that the format has for it. https://huggingface.co/docs/safetensors */

/** What the format calls the kinds of elements. */
export const formatNames: Readonly<Record<ElementKind, string>> = {
  bool: "BOOL",
  uint8: "U8",
  int8: "I8",
  uint16: "U16",
  int16: "I16",
  uint32: "U32",
  int32: "I32",
  uint64: "U64",
  int64: "I64",
  float16: "F16",
  bfloat16: "BF16",
  float32: "F32",
  float64: "F64",
};
const kindNames = new Map(Object.entries(formatNames).map(([kind, name]) => [name, kind as ElementKind]));

export const METADATA = "__metadata__";

/** The longest header that the format allows. */
const LONGEST_HEADER = 100_000_000;
/** The header begins after its own length. */
export const HEADER_AT = 8;

/** A tensor of the header: its elements are the bytes from `start` to `end` of the file. */
export interface Entry {
  readonly name: string;
  readonly kind: ElementKind;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

export interface Header {
  readonly entries: readonly Entry[];
  readonly metadata: Record<string, string>;
}

/** How many bytes a header has, from the first eight bytes of a file of `size` bytes. */
export function headerLength(first: Uint8Array, size: number, refuse: Refuse): number {
  if (size < HEADER_AT) throw refuse(`it has ${size} bytes`, 0);
  const length = wholeAt(viewOf(first), 0);
  if (!(length <= LONGEST_HEADER && HEADER_AT + length <= size))
    throw refuse(`its header would be ${length} bytes of ${size}`, 0);
  return length;
}

/** Checks the header's bytes: every length and every place in them, before anything is made of it. */
export function checkHeader(bytes: Uint8Array, size: number, refuse: Refuse): Header {
  const header = parse(bytes, refuse);
  const base = HEADER_AT + bytes.length;
  const entries = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, entry]) => checkEntry(name, entry, base, size, refuse));
  // Tensors over the same bytes would take more memory than the file.
  checkPlaces(entries, base, size, refuse);
  return { entries, metadata: checkMetadata(header[METADATA], refuse) };
}

function parse(bytes: Uint8Array, refuse: Refuse): Record<string, unknown> {
  if (bytes[0] !== 0x7b) throw refuse('its header does not begin with "{"', HEADER_AT);
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch {
    throw refuse("its header is no JSON", HEADER_AT);
  }
  const twice = duplicateKey(text);
  if (twice !== null) throw refuse(`its header has the name ${JSON.stringify(twice)} twice`, HEADER_AT);
  return header as Record<string, unknown>;
}

/** A value of the header in the words of a message. */
const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "none";
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};

function checkEntry(name: string, entry: unknown, base: number, size: number, refuse: Refuse): Entry {
  const { dtype: format, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const kind = kindNames.get(format as string);
  const wrong = (problem: string) => refuse(`tensor "${name}" ${problem}`, HEADER_AT);
  if (kind === undefined) {
    throw wrong(`has the dtype ${shown(format)}, and ${[...kindNames.keys()].join(", ")} can be read`);
  }
  if (!Array.isArray(shape) || !isShape(shape)) throw wrong(`has the shape ${shown(shape)}`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isWhole))
    throw wrong(`has the offsets ${shown(offsets)}`);
  const [start, end] = offsets;
  if (end < start || base + end > size) throw wrong(`would end at byte ${end} of ${size - base}`);
  if (end - start !== numel(shape) * elementKinds[kind].size)
    throw wrong(`of shape [${shape.join(", ")}] and dtype ${format} has ${end - start} bytes`);
  return { name, kind, shape, start: base + start, end: base + end };
}

/** Tensors lie side by side, in any order of the header, without gaps, overlaps or a rest. */
function checkPlaces(entries: readonly Entry[], base: number, size: number, refuse: Refuse): void {
  let at = base;
  for (const { start, end, name } of entries.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== at)
      throw refuse(`tensor "${name}" starts at byte ${start - base} and not at ${at - base}`, at);
    at = end;
  }
  if (at !== size)
    throw refuse(`${size - base} bytes of elements are there where tensors take ${at - base}`, at);
}

function checkMetadata(value: unknown, refuse: Refuse): Record<string, string> {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw refuse("its metadata is no object", HEADER_AT);
  const metadata: Record<string, string> = {};
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") throw refuse(`its metadata "${key}" is no text`, HEADER_AT);
    define(metadata, key, text);
  }
  return metadata;
}
