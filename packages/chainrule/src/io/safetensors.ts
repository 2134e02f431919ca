import {
  bytesPerElement,
  type DType,
  fromTypedArray,
  numel,
  type Tensor,
  type TypedArray,
} from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { roundUp } from "../util/rounding.ts";

/**
 * The safetensors format: eight bytes with the header's length (little-endian), a JSON header that gives dtype, shape and place
 * of each tensor, then the elements. It holds no code, and every length in it is checked before it is believed.
 * https://huggingface.co/docs/safetensors
 */

/** Tensors by name, and texts that go with them. */
export interface SafetensorsFile {
  readonly tensors: Record<string, Tensor>;
  readonly metadata: Record<string, string>;
}

const formatNames: Readonly<Record<DType, string>> = {
  float32: "F32",
  float64: "F64",
  int32: "I32",
  bool: "BOOL",
};
const dtypeNames = new Map(Object.entries(formatNames).map(([dtype, name]) => [name, dtype as DType]));

/** The longest header that the format allows. */
const LONGEST_HEADER = 100_000_000;

/**
 * The bytes of a safetensors file. The same tensors always give the same bytes, on every machine.
 *
 * @param tensors by name; views are written out
 * @param metadata texts to keep in the header
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  // Wide elements first: then every tensor starts at a multiple of its element's size, as the format's own writer does it.
  const entries = Object.entries(tensors).sort(
    (a, b) => bytesPerElement(b[1].dtype) - bytesPerElement(a[1].dtype),
  );
  const header: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) header.push([METADATA, metadata]);
  let end = 0;
  for (const [name, tensor] of entries) {
    if (name === METADATA) {
      throw new ChainruleError(
        "argument",
        `A tensor can not be named "${METADATA}".`,
        "Give it another name.",
      );
    }
    const start = end;
    end += tensor.numel * bytesPerElement(tensor.dtype);
    header.push([
      name,
      { dtype: formatNames[tensor.dtype], shape: tensor.shape, data_offsets: [start, end] },
    ]);
  }
  // Not by an object: it would put names such as "1" first.
  const json = `{${header.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`;
  const text = new TextEncoder().encode(json);
  const padded = roundUp(text.length, 8);
  const bytes = new Uint8Array(8 + padded + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.fill(0x20, 8, 8 + padded);
  bytes.set(text, 8);
  let at = 8 + padded;
  for (const [, tensor] of entries) at = putElements(tensor, bytes, at);
  return bytes;
}

const METADATA = "__metadata__";
const isLittleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

function putElements(tensor: Tensor, bytes: Uint8Array, at: number): number {
  const elements = tensor.contiguous().data;
  const raw = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
  bytes.set(raw, at);
  const end = at + raw.length;
  if (!isLittleEndian) swap(bytes.subarray(at, end), bytesPerElement(tensor.dtype));
  return end;
}

function swap(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

/**
 * Reads the bytes of a safetensors file. Tensors are copies: the bytes may be thrown away.
 *
 * @param source how to name the file in messages
 * @throws ChainruleError `file` for bytes that are no such file, cut off, or inconsistent
 */
export function readSafetensors(bytes: Uint8Array, source = "the file"): SafetensorsFile {
  const { buffer, byteOffset, byteLength } = bytes;
  const fail = (problem: string): ChainruleError =>
    new ChainruleError(
      "file",
      `${source} is no whole safetensors file: ${problem}.`,
      "Copy or download it anew, or save the model again.",
    );
  if (bytes.length < 8) throw fail(`it has ${bytes.length} bytes`);
  const length = Number(new DataView(buffer, byteOffset, byteLength).getBigUint64(0, true));
  if (length > LONGEST_HEADER || 8 + length > bytes.length) {
    throw fail(`its header would be ${length} bytes of ${bytes.length}`);
  }
  const header = parseHeader(bytes.subarray(8, 8 + length), fail);
  // A plain Uint8Array, whose slices are copies; those of Node's Buffer are not.
  const elements = new Uint8Array(buffer, byteOffset + 8 + length, byteLength - 8 - length);
  const entries = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, entry]) => checkEntry(name, entry, elements.length, fail));
  // Before anything is copied: many tensors over the same bytes would take more memory than the file.
  checkPlaces(entries, elements.length, fail);
  const tensors: Record<string, Tensor> = {};
  for (const { name, dtype, shape, start, end } of entries)
    define(tensors, name, fromTypedArray(elementsOf(elements.slice(start, end), dtype, name, fail), shape));
  return { tensors, metadata: checkMetadata(header[METADATA], fail) };
}

type Fail = (problem: string) => ChainruleError;

/** A tensor of the header: its elements are the bytes from `start` to `end`. */
interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

/** Sets a property of any name, `__proto__` too. */
function define<T>(record: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}

function parseHeader(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw fail("its header is no JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header))
    throw fail("its header is no JSON object");
  return header as Record<string, unknown>;
}

function checkEntry(name: string, entry: unknown, available: number, fail: Fail): Entry {
  const { dtype: format, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const dtype = dtypeNames.get(format as string);
  if (dtype === undefined) {
    throw fail(
      `tensor "${name}" has the dtype ${JSON.stringify(format)}, and F32, F64, I32 and BOOL can be read`,
    );
  }
  const isWhole = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isWhole) || shape.length > 32) {
    throw fail(`tensor "${name}" has the shape ${JSON.stringify(shape)}`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isWhole)) {
    throw fail(`tensor "${name}" has the offsets ${JSON.stringify(offsets)}`);
  }
  const [start, end] = offsets;
  if (end < start || end > available) throw fail(`tensor "${name}" would end at byte ${end} of ${available}`);
  if (end - start !== numel(shape) * bytesPerElement(dtype)) {
    throw fail(
      `tensor "${name}" of shape [${shape.join(", ")}] and dtype ${format} has ${end - start} bytes`,
    );
  }
  return { name, dtype, shape, start, end };
}

function elementsOf(bytes: Uint8Array, dtype: DType, name: string, fail: Fail): TypedArray {
  if (dtype === "bool") {
    if (bytes.some((byte) => byte > 1))
      throw fail(`tensor "${name}" of dtype BOOL has bytes other than 0 and 1`);
    return bytes;
  }
  if (!isLittleEndian) swap(bytes, bytesPerElement(dtype));
  const { buffer } = bytes;
  if (dtype === "float32") return new Float32Array(buffer);
  return dtype === "float64" ? new Float64Array(buffer) : new Int32Array(buffer);
}

/** Tensors lie side by side, without gaps, overlaps or a rest. */
function checkPlaces(entries: readonly Entry[], available: number, fail: Fail): void {
  let at = 0;
  for (const { start, end, name } of entries.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== at) throw fail(`tensor "${name}" starts at byte ${start} and not at ${at}`);
    at = end;
  }
  if (at !== available) throw fail(`${available} bytes of elements are there where tensors take ${at}`);
}

function checkMetadata(value: unknown, fail: Fail): Record<string, string> {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw fail("its metadata is no object");
  const metadata: Record<string, string> = {};
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") throw fail(`its metadata "${key}" is no text`);
    define(metadata, key, text);
  }
  return metadata;
}
