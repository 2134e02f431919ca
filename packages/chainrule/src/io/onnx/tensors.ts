import {
  allocate,
  type DType,
  fromTypedArray,
  type Shape,
  type Tensor,
  type TypedArray,
} from "../../tensor/index.ts";
import { viewOf } from "../bytes.ts";
import {
  type ElementKind,
  elementKinds,
  elementReaders,
  isShape,
  MOST_DIMS,
  putElements,
  readElements,
} from "../elements.ts";
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

/** The kinds of elements that can be read, by element type. */
const kinds: Readonly<Record<number, ElementKind>> = {
  1: "float32",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  9: "bool",
  10: "float16",
  11: "float64",
  12: "uint32",
  13: "uint64",
  16: "bfloat16",
};

/** The dtype of an element type: half precision is float32, all integers are int32; undefined where there is none. */
export const dtypeOfType = (type: number): DType | undefined =>
  kinds[type] && elementKinds[kinds[type]].dtype;

/** The element type of a dtype. Integers are int64, as ONNX's operators want their indices. */
export const typeOfDType: Readonly<Record<DType, number>> = {
  float32: elementType.float,
  float64: elementType.double,
  int32: elementType.int64,
  bool: elementType.bool,
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
  const available = message.raw
    ? message.raw.length / elementKinds[kinds[type]].size
    : listOf(message, type).length;
  if (available !== count) {
    throw new TensorFault(
      `it has ${available} elements where its shape [${shape.join(", ")}] takes ${count}`,
    );
  }
  return fromTypedArray(message.raw ? fromRaw(message.raw, kinds[type]) : fromList(message, type), shape);
}

function shapeOf(dims: readonly unknown[]): Shape {
  if (!isShape(dims)) throw new TensorFault(`its shape is [${dims.slice(0, MOST_DIMS).join(", ")}]`);
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

function fromRaw(raw: Uint8Array, kind: ElementKind): TypedArray {
  const { size, dtype } = elementKinds[kind];
  const isWide = kind === "int64" || kind === "uint64" || kind === "uint32";
  if (!isWide && kind !== "bool") {
    const elements = { kind, bytes: raw, at: 0, littleEndian: true, name: "it" };
    return readElements(elements, (problem) => new TensorFault(problem));
  }
  // Integers are narrowed in ONNX's way, and any number but 0 is true.
  const read = elementReaders[kind];
  const view = viewOf(raw);
  const out = allocate(dtype, raw.length / size);
  for (let i = 0; i < out.length; i++)
    out[i] = isWide ? narrowed(read(view, i * size, true)) : Number(raw[i] !== 0);
  return out;
}

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
  const { dtype, shape, numel } = tensor;
  const type = typeOfDType[dtype];
  const raw = new Uint8Array(numel * elementKinds[kinds[type]].size);
  if (dtype === "int32") {
    const view = viewOf(raw);
    tensor.contiguous().data.forEach((x: number, i: number) => {
      view.setBigInt64(8 * i, BigInt(x), true);
    });
  } else putElements(tensor, dtype, raw, 0, name ?? "");
  return { name, dims: shape, type, raw };
}
