/**
 * Reading and writing memory. Addresses are bytes (i32); a constant `offset` is added for free, and an address plus
 * offset outside the memory traps.
 */
import {
  type AnyOperand,
  type Expression,
  type Immediate,
  instruction,
  type Operand,
  prefix,
  prefixed,
  type Statement,
  type ValueType,
} from "./expression.ts";

/** Where an access goes, relative to its address. */
export interface MemoryArgument {
  /** Bytes added to the address; default 0. */
  readonly offset?: number;
  /**
   * Alignment in bytes that the address is promised to have: a hint to the engine, by default the number of bytes that
   * the access moves, which is also the greatest. Atomic accesses trap without it.
   */
  readonly align?: number;
}

/** Reads a `T` at an address. */
export type Load<T extends ValueType> = (address: Operand<"i32">, at?: MemoryArgument) => Expression<T>;

/** Writes a `T` at an address. */
export type Store<T extends ValueType> = (
  address: Operand<"i32">,
  value: Operand<T>,
  at?: MemoryArgument,
) => Statement;

/** The immediate of an access of `bytes` bytes. */
export function memoryImmediate(
  bytes: number,
  { offset = 0, align = bytes }: MemoryArgument = {},
): Extract<Immediate, { kind: "memory" }> {
  return { kind: "memory", offset, alignLog2: Math.log2(align) };
}

/** Makes the constructors of loads of a type, from name, opcode and the number of bytes that move. */
export const loads =
  <T extends ValueType>(type: T, namespace: string = type, prefixByte = 0) =>
  (name: string, opcode: number, bytes: number): Load<T> =>
  (address, at) =>
    instruction(
      `${namespace}.${name}`,
      prefixed(prefixByte, opcode),
      ["i32"],
      type,
      [address],
      memoryImmediate(bytes, at),
    );

/** Makes the constructors of stores, as {@link loads}. */
export const stores =
  <T extends ValueType>(type: T, namespace: string = type, prefixByte = 0) =>
  (name: string, opcode: number, bytes: number): Store<T> =>
  (address, value, at) =>
    instruction(
      `${namespace}.${name}`,
      prefixed(prefixByte, opcode),
      ["i32", type],
      "void",
      [address, value as AnyOperand],
      memoryImmediate(bytes, at),
    );

const memoryIndex: Immediate = { kind: "bytes", bytes: [0] };

/** Instructions on the memory as a whole. */
export const memory = {
  /** Its size in pages of 64 KiB. */
  size: (): Expression<"i32"> => instruction("memory.size", 0x3f, [], "i32", [], memoryIndex),
  /** Grows it by `pages`; gives the size before, or −1 if that was refused. */
  grow: (pages: Operand<"i32">): Expression<"i32"> =>
    instruction("memory.grow", 0x40, ["i32"], "i32", [pages], memoryIndex),
  /** Copies `count` bytes; the two ranges may overlap. */
  copy: (to: Operand<"i32">, from: Operand<"i32">, count: Operand<"i32">): Statement =>
    instruction("memory.copy", prefixed(prefix.bulk, 10), ["i32", "i32", "i32"], "void", [to, from, count], {
      kind: "bytes",
      bytes: [0, 0],
    }),
  /** Sets `count` bytes from address `to` on to the low byte of `value`. */
  fill: (to: Operand<"i32">, value: Operand<"i32">, count: Operand<"i32">): Statement =>
    instruction(
      "memory.fill",
      prefixed(prefix.bulk, 11),
      ["i32", "i32", "i32"],
      "void",
      [to, value, count],
      memoryIndex,
    ),
} as const;
