/** Instructions on v128 as a whole: constants, loads, stores, bitwise logic; and what its lane shapes share. */
import {
  type AnyOperand,
  constant,
  type Expression,
  family,
  instruction,
  type Operand,
  prefix,
  prefixed,
  snakeCase,
  type ValueType,
} from "./expression.ts";
import { type Access, loads, type MemoryArgument, memoryImmediate, stores } from "./memory.ts";

/** As `family`, for opcodes behind the vector prefix. */
export const vectorFamily = <
  N extends string,
  const P extends readonly ValueType[],
  R extends ValueType | "void",
>(
  namespace: string,
  params: P,
  result: R,
  opcodes: Readonly<Record<N, number>>,
) => family(namespace, params, result, opcodes, prefix.vector);

/** A constant vector from `write`, which sets its lanes in the byte order of memory. */
export function vectorConstant(write: (lanes: DataView) => void): Expression<"v128"> {
  const bytes = new Uint8Array(16);
  write(new DataView(bytes.buffer));
  return constant("v128", bytes);
}

/** `shape.splat`: the same scalar in each lane. */
export const splat = <T extends ValueType>(shape: string, type: T, opcode: number) =>
  vectorFamily(shape, [type], "v128", { splat: opcode });

/** Reads lane `lane` of a vector. */
export const extractLane =
  <T extends ValueType>(shape: string, name: string, type: T, opcode: number) =>
  (lane: number, vector: Operand<"v128">): Expression<T> =>
    instruction(`${shape}.${snakeCase(name)}`, prefixed(prefix.vector, opcode), ["v128"], type, [vector], {
      kind: "bytes",
      bytes: [lane],
    });

/** A copy of a vector with lane `lane` replaced. */
export const replaceLane =
  <T extends ValueType>(shape: string, type: T, opcode: number) =>
  (lane: number, vector: Operand<"v128">, value: Operand<T>): Expression<"v128"> =>
    instruction(
      `${shape}.replace_lane`,
      prefixed(prefix.vector, opcode),
      ["v128", type],
      "v128",
      [vector, value as AnyOperand],
      { kind: "bytes", bytes: [lane] },
    );

/** Loads into, or stores from, lane `lane` of a vector; the other lanes are the operand's. */
const laneAccess =
  <R extends "v128" | "void">(name: string, result: R, [opcode, bytes]: Access) =>
  (lane: number, address: Operand<"i32">, vector: Operand<"v128">, at?: MemoryArgument): Expression<R> =>
    instruction(`v128.${name}`, prefixed(prefix.vector, opcode), ["i32", "v128"], result, [address, vector], {
      ...(memoryImmediate(bytes, at) as { kind: "memory"; offset: number; alignLog2: number }),
      lane,
    });

/** Instructions on 128 bits of any lane shape. */
export const v128 = /* @__PURE__ */ (() => ({
  ...loads(
    "v128",
    {
      load: [0x00, 16],
      load8x8S: [0x01, 8],
      load8x8U: [0x02, 8],
      load16x4S: [0x03, 8],
      load16x4U: [0x04, 8],
      load32x2S: [0x05, 8],
      load32x2U: [0x06, 8],
      load8Splat: [0x07, 1],
      load16Splat: [0x08, 2],
      load32Splat: [0x09, 4],
      load64Splat: [0x0a, 8],
      load32Zero: [0x5c, 4],
      load64Zero: [0x5d, 8],
    },
    prefix.vector,
  ),
  ...stores("v128", { store: [0x0b, 16] }, prefix.vector),
  load8Lane: laneAccess("load8_lane", "v128", [0x54, 1]),
  load16Lane: laneAccess("load16_lane", "v128", [0x55, 2]),
  load32Lane: laneAccess("load32_lane", "v128", [0x56, 4]),
  load64Lane: laneAccess("load64_lane", "v128", [0x57, 8]),
  store8Lane: laneAccess("store8_lane", "void", [0x58, 1]),
  store16Lane: laneAccess("store16_lane", "void", [0x59, 2]),
  store32Lane: laneAccess("store32_lane", "void", [0x5a, 4]),
  store64Lane: laneAccess("store64_lane", "void", [0x5b, 8]),
  ...vectorFamily("v128", ["v128"], "v128", { not: 0x4d }),
  /** `andnot(a, b)` is a ∧ ¬b. */
  ...vectorFamily("v128", ["v128", "v128"], "v128", { and: 0x4e, andnot: 0x4f, or: 0x50, xor: 0x51 }),
  /** `bitselect(a, b, mask)` takes the bits of a where the mask has ones, of b elsewhere. */
  ...vectorFamily("v128", ["v128", "v128", "v128"], "v128", { bitselect: 0x52 }),
  ...vectorFamily("v128", ["v128"], "i32", { anyTrue: 0x53 }),
}))();

/**
 * `i8x16.shuffle` of whole lanes of `lane.length` to a vector: lanes of `a` count from 0, those of `b` follow. Four numbers
 * move 32-bit lanes, two move 64-bit ones, sixteen move bytes.
 */
export function shuffle(
  lanes: readonly number[],
  a: Operand<"v128">,
  b: Operand<"v128">,
): Expression<"v128"> {
  const size = 16 / lanes.length;
  const bytes = lanes.flatMap((lane) => Array.from({ length: size }, (_, i) => lane * size + i));
  return instruction("i8x16.shuffle", prefixed(prefix.vector, 0x0d), ["v128", "v128"], "v128", [a, b], {
    kind: "bytes",
    bytes,
  });
}
