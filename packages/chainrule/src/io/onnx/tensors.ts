import { type DType, fromTypedArray, type Shape, type Tensor, type TypedArray } from "../../tensor/index.ts";
import { bfloat16Value, float16Value } from "../half.ts";
import type { Draft, TensorMessage } from "./messages.ts";

/** Tensors of ONNX files, in the dtypes of this library and back. */

/** ONNX's numbers of element types. */
export const elementType = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  complex128: 15,
  bfloat16: 16,
} as const;

const names = new Map<number, string>(Object.entries(elementType).map(([name, type]) => [type, name]));

/** An element type as ONNX calls it. */
export const typeName = (type: number): string => names.get(type) ?? `number ${type}`;

/** The dtype that holds elements of each type here; the others have none. */
const dtypes: Readonly<Record<number, DType>> = {
  1: "float32",
  2: "int32",
  3: "int32",
  4: "int32",
  5: "int32",
  6: "int32",
  7: "int32",
  9: "bool",
  10: "float32",
  11: "float64",
  12: "int32",
  13: "int32",
  16: "float32",
};

/** The dtype of an element type: half precision is float32, all integers are int32; undefined where there is none. */
export const dtypeOfType = (type: number): DType | undefined => dtypes[type];

/** The element type of a dtype. Integers are int64, as ONNX's operators want their indices. */
export const typeOfDType: Readonly<Record<DType, number>> = {
  float32: elementType.float,
  float64: elementType.double,
  int32: elementType.int64,
  bool: elementType.bool,
};

/** Bytes of one element in `raw`. */
const sizes: Readonly<Record<number, number>> = {
  1: 4,
  2: 1,
  3: 1,
  4: 2,
  5: 2,
  6: 4,
  7: 8,
  9: 1,
  10: 2,
  11: 8,
  12: 4,
  13: 8,
  16: 2,
};

/** A tensor that cannot be read: what is wrong with it. */
export class TensorFault extends Error {}

/**
 * The tensor that a message describes.
 *
 * Integers beyond int32 are refused, but the largest and the smallest int64, by which files mean "to the end", become the largest
 * and the smallest int32.
 *
 * @throws TensorFault
 */
export function tensorOf(message: TensorMessage): Tensor {
  const { type = 0, external, location, texts } = message;
  if (location === 1 || external.length > 0) {
    throw new TensorFault("its elements are in another file, which is not read");
  }
  const dtype = dtypeOfType(type);
  if (type === elementType.string || texts.length > 0) throw new TensorFault("it holds texts");
  if (dtype === undefined)
    throw new TensorFault(`its element type is ${typeName(type)}, which is not known here`);
  const shape = shapeOf(message.dims);
  const count = shape.reduce((a, b) => a * b, 1);
  const available = message.raw ? message.raw.length / sizes[type] : listOf(message, type).length;
  if (available !== count) {
    throw new TensorFault(
      `it has ${available} elements where its shape [${shape.join(", ")}] takes ${count}`,
    );
  }
  return fromTypedArray(message.raw ? fromRaw(message.raw, type, count) : fromList(message, type), shape);
}

function shapeOf(dims: readonly number[]): Shape {
  if (dims.length > 32 || !dims.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new TensorFault(`its shape is [${dims.slice(0, 32).join(", ")}]`);
  }
  return [...dims];
}

/** The field that holds elements of a type where they are not raw bytes. */
function listOf(message: TensorMessage, type: number): readonly number[] {
  if (type === elementType.float) return message.floats;
  if (type === elementType.double) return message.doubles;
  if (type === elementType.int64) return message.int64s;
  if (type === elementType.uint32 || type === elementType.uint64) return message.uint64s;
  return message.int32s;
}

function fromList(message: TensorMessage, type: number): TypedArray {
  const list = listOf(message, type);
  switch (dtypeOfType(type)) {
    case "float64":
      return Float64Array.from(list);
    case "float32":
      if (type === elementType.float) return Float32Array.from(list);
      return Float32Array.from(list, type === elementType.float16 ? float16Value : bfloat16Value);
    case "bool":
      return Uint8Array.from(list, (x) => (x === 0 ? 0 : 1));
    default:
      return Int32Array.from(list, narrowed);
  }
}

function fromRaw(raw: Uint8Array, type: number, count: number): TypedArray {
  const Same = isLittleEndian ? sameInMemory[type] : undefined;
  if (Same) return new Same(new Uint8Array(raw).buffer); // a copy: slices of Buffers are views
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const size = sizes[type];
  const read = readers[type];
  const dtype = dtypeOfType(type) as DType;
  const out =
    dtype === "float32"
      ? new Float32Array(count)
      : dtype === "float64"
        ? new Float64Array(count)
        : dtype === "bool"
          ? new Uint8Array(count)
          : new Int32Array(count);
  for (let i = 0; i < count; i++) out[i] = read(view, i * size);
  return out;
}

const isLittleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** Types whose elements are in a file as they are in memory. */
const sameInMemory: Readonly<
  Record<number, Float32ArrayConstructor | Float64ArrayConstructor | Int32ArrayConstructor>
> = { 1: Float32Array, 6: Int32Array, 11: Float64Array };

const readers: Readonly<Record<number, (view: DataView, at: number) => number>> = {
  1: (view, at) => view.getFloat32(at, true),
  2: (view, at) => view.getUint8(at),
  3: (view, at) => view.getInt8(at),
  4: (view, at) => view.getUint16(at, true),
  5: (view, at) => view.getInt16(at, true),
  6: (view, at) => view.getInt32(at, true),
  7: (view, at) => narrowed(view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)),
  9: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
  10: (view, at) => float16Value(view.getUint16(at, true)),
  11: (view, at) => view.getFloat64(at, true),
  12: (view, at) => narrowed(view.getUint32(at, true)),
  13: (view, at) => narrowed(view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)),
  16: (view, at) => bfloat16Value(view.getUint16(at, true)),
};

/**
 * An integer as int32; numbers near 2⁶³ were rounded to it.
 *
 * @throws TensorFault
 */
export function narrowed(x: number): number {
  if (x === 2 ** 63) return 2 ** 31 - 1;
  if (x === -(2 ** 63)) return -(2 ** 31);
  if (x !== (x | 0)) throw new TensorFault(`it has the integer ${x}, beyond int32`);
  return x;
}

/** A tensor as a message, its elements as raw bytes. Integers are written as int64. */
export function messageOf(tensor: Tensor, name?: string): Draft<TensorMessage> {
  const { data } = tensor.contiguous();
  const type = typeOfDType[tensor.dtype];
  const count = data.length * sizes[type];
  if (isLittleEndian && data.BYTES_PER_ELEMENT === sizes[type]) {
    return {
      name,
      dims: tensor.shape,
      type,
      raw: new Uint8Array(data.buffer, data.byteOffset, count).slice(),
    };
  }
  const raw = new Uint8Array(count);
  const view = new DataView(raw.buffer);
  data.forEach((x: number, i: number) => {
    if (type === elementType.float) view.setFloat32(4 * i, x, true);
    else if (type === elementType.double) view.setFloat64(8 * i, x, true);
    else if (type === elementType.bool) raw[i] = x;
    else view.setBigInt64(8 * i, BigInt(x), true);
  });
  return { name, dims: tensor.shape, type, raw };
}
