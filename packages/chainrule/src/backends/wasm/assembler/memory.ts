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
  type ResultType,
  type Statement,
  snakeCase,
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

/** What the table of an access says: its opcode and the number of bytes that it moves. */
export type Access = readonly [opcode: number, bytes: number];

/** The immediate of an access of `bytes` bytes. */
export function memoryImmediate(
  bytes: number,
  { offset = 0, align = bytes }: MemoryArgument = {},
): Immediate {
  return { kind: "memory", offset, alignLog2: Math.log2(align) };
}

/** Constructors of accesses, from a table: `params` are the address and the values that follow it. */
export function accesses<N extends string, const P extends readonly ValueType[], R extends ResultType>(
  namespace: string,
  params: P,
  result: R,
  table: Readonly<Record<N, Access>>,
  prefixByte = 0,
) {
  type Constructor = (...operandsAndPlace: unknown[]) => Expression<R>;
  const made: Partial<Record<N, Constructor>> = {};
  for (const key in table) {
    const [opcode, bytes] = table[key];
    // The text format has a dot in `rmw8.add_u`.
    const name = `${namespace}.${snakeCase(key).replace(/^(rmw\d*)_/, "$1.")}`;
    made[key] = (...given) => {
      const operands = given.slice(0, params.length) as AnyOperand[];
      const at = given[params.length] as MemoryArgument | undefined;
      const immediate = memoryImmediate(bytes, at);
      return instruction(name, prefixed(prefixByte, opcode), params, result, operands, immediate);
    };
  }
  return made;
}

/** Constructors of loads of type `T`. */
export const loads = <N extends string, T extends ValueType>(
  type: T,
  table: Readonly<Record<N, Access>>,
  prefixByte = 0,
  namespace: string = type,
) => accesses(namespace, ["i32"], type, table, prefixByte) as Record<N, Load<T>>;

/** Constructors of stores of type `T`. */
export const stores = <N extends string, T extends ValueType>(
  type: T,
  table: Readonly<Record<N, Access>>,
  prefixByte = 0,
  namespace: string = type,
) => accesses(namespace, ["i32", type], "void", table, prefixByte) as Record<N, Store<T>>;

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
