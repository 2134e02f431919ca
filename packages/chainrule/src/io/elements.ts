import { allocate, type DType, type Tensor, type TypedArray } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { viewOf } from "./bytes.ts";
import { bfloat16Bits, bfloat16Value, float16Bits, float16Value, LARGEST } from "./half.ts";
import type { Refuse } from "./refuse.ts";

/** The kinds of elements that files hold, and that this library can read. */
export const elementKinds = {
  bool: { size: 1, dtype: "bool" },
  uint8: { size: 1, dtype: "int32" },
  int8: { size: 1, dtype: "int32" },
  uint16: { size: 2, dtype: "int32" },
  int16: { size: 2, dtype: "int32" },
  uint32: { size: 4, dtype: "int32" },
  int32: { size: 4, dtype: "int32" },
  uint64: { size: 8, dtype: "int32" },
  int64: { size: 8, dtype: "int32" },
  float16: { size: 2, dtype: "float32" },
  bfloat16: { size: 2, dtype: "float32" },
  float32: { size: 4, dtype: "float32" },
  float64: { size: 8, dtype: "float64" },
} as const satisfies Readonly<Record<string, { size: number; dtype: DType }>>;

/** In what a file keeps elements: all integers are read as int32, 16-bit floating-point numbers as float32. */
export type ElementKind = keyof typeof elementKinds;

/** Files may give an array so many dimensions, as NumPy allows. */
export const MOST_DIMS = 32;

/** Whether a value from a file is a size or a place. */
export const isWhole = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/** Whether values from a file are the sizes of an array. */
export const isShape = (values: readonly unknown[]): values is readonly number[] =>
  values.length <= MOST_DIMS && values.every(isWhole);

/** In which kind floating-point numbers are written. */
export interface WriteOptions {
  /**
   * Writes all floating-point tensors in this dtype, rounded to the nearest; int32 and bool stay. By default each is written as it
   * is.
   */
  dtype?: "float16" | "bfloat16" | "float32" | "float64";
}

/** The host's own order of bytes. */
const isLittleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** Where elements lie, and what to say of those that the library can not hold. */
export interface Elements {
  readonly kind: ElementKind;
  readonly bytes: Uint8Array;
  readonly littleEndian: boolean;
  /** How to name them in messages, such as `tensor "w"`. */
  readonly name: string;
  /** The byte of the file at which they begin. */
  readonly at: number;
}

/**
 * The elements of some bytes, copied, in the library's dtypes: all integers become int32, 16-bit floating-point numbers float32.
 *
 * @throws what `refuse` gives for integers beyond int32, and for truth values other than 0 and 1
 */
export function readElements({ kind, bytes, littleEndian, name, at }: Elements, refuse: Refuse): TypedArray {
  const { size, dtype } = elementKinds[kind];
  const count = bytes.length / size;
  if (kind === "bool") {
    const place = bytes.findIndex((byte) => byte > 1);
    if (place >= 0) throw refuse(`${name} of truth values has bytes other than 0 and 1`, at + place);
  }
  const out = allocate(dtype, count);
  const raw = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
  if (kind === dtype) {
    raw.set(bytes);
    if (littleEndian !== isLittleEndian) swap(raw, size);
    return out;
  }
  const read = elementReaders[kind];
  const view = viewOf(bytes);
  for (let i = 0; i < count; i++) {
    const value = read(view, i * size, littleEndian);
    if (dtype === "int32" && value !== (value | 0))
      throw refuse(`${name} holds ${value}, which does not fit int32`, at + i * size);
    out[i] = value;
  }
  return out;
}

type Read = (view: DataView, at: number, littleEndian: boolean) => number;

/** Each reads the element at a byte. */
export const elementReaders: Readonly<Record<ElementKind, Read>> = {
  bool: (view, at) => view.getUint8(at),
  uint8: (view, at) => view.getUint8(at),
  int8: (view, at) => view.getInt8(at),
  uint16: (view, at, little) => view.getUint16(at, little),
  int16: (view, at, little) => view.getInt16(at, little),
  uint32: (view, at, little) => view.getUint32(at, little),
  int32: (view, at, little) => view.getInt32(at, little),
  uint64: (view, at, little) => Number(view.getBigUint64(at, little)),
  int64: (view, at, little) => Number(view.getBigInt64(at, little)),
  float16: (view, at, little) => float16Value(view.getUint16(at, little)),
  bfloat16: (view, at, little) => bfloat16Value(view.getUint16(at, little)),
  float32: (view, at, little) => view.getFloat32(at, little),
  float64: (view, at, little) => view.getFloat64(at, little),
};

function swap(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

/** The kind in which a tensor is written. */
export const writtenKind = ({ dtype }: Tensor, options: WriteOptions): ElementKind =>
  dtype === "float32" || dtype === "float64" ? (options.dtype ?? dtype) : dtype;

/**
 * Writes a tensor's elements at a place, little-endian, row by row.
 *
 * @throws ChainruleError `argument` for a number that is finite and would become infinite
 */
export function putElements(
  tensor: Tensor,
  kind: ElementKind,
  bytes: Uint8Array,
  at: number,
  name: string,
): void {
  const { data } = tensor.contiguous();
  const { size } = elementKinds[kind];
  const target = bytes.subarray(at, at + data.length * size);
  if (kind === tensor.dtype) {
    target.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    if (!isLittleEndian) swap(target, size);
    return;
  }
  const view = viewOf(target);
  const put = writers[kind as keyof typeof writers];
  for (let i = 0; i < data.length; i++) {
    if (!put(view, i * size, data[i]) && Number.isFinite(data[i])) {
      throw new ChainruleError(
        "argument",
        `"${name}" holds ${data[i]}, which is larger than any number of ${kind}.`,
        'Write another dtype, such as "bfloat16" or "float32".',
      );
    }
  }
}

/** Each writes a number, and says whether it could be written as a finite one. */
const writers = {
  float16: (view: DataView, at: number, x: number): boolean => {
    view.setUint16(at, float16Bits(x), true);
    return Math.abs(x) < LARGEST.float16 + 16;
  },
  bfloat16: (view: DataView, at: number, x: number): boolean => {
    const bits = bfloat16Bits(x);
    view.setUint16(at, bits, true);
    return Number.isFinite(bfloat16Value(bits));
  },
  float32: (view: DataView, at: number, x: number): boolean => {
    view.setFloat32(at, x, true);
    return Number.isFinite(Math.fround(x));
  },
  float64: (view: DataView, at: number, x: number): boolean => {
    view.setFloat64(at, x, true);
    return true;
  },
};
