/**
 * Instructions of threads: atomic accesses (sequentially consistent, at naturally aligned addresses), waiting and waking.
 * Names drop the text format's `atomic.`: `i32.atomic.rmw8.add_u` is `i32Atomic.rmw8AddU`.
 */
import {
  type AnyOperand,
  type Expression,
  instruction,
  type Operand,
  prefix,
  prefixed,
  type Statement,
  type ValueType,
} from "./expression.ts";
import { loads, type MemoryArgument, memoryImmediate, stores } from "./memory.ts";

/** An opcode and the number of bytes that the access moves. */
type Access = readonly [opcode: number, bytes: number];

/** Reads, combines with `value` and writes back in one step; gives what was there before. */
type ReadModifyWrite<T extends "i32" | "i64"> = (
  address: Operand<"i32">,
  value: Operand<T>,
  at?: MemoryArgument,
) => Expression<T>;

/** Writes `replacement` if memory holds `expected`; gives what was there before. */
type CompareExchange<T extends "i32" | "i64"> = (
  address: Operand<"i32">,
  expected: Operand<T>,
  replacement: Operand<T>,
  at?: MemoryArgument,
) => Expression<T>;

type Operation = "Add" | "Sub" | "And" | "Or" | "Xor" | "Xchg";
type Width<T extends "i32" | "i64"> = T extends "i32" ? "8" | "16" : "8" | "16" | "32";

const operations: readonly Operation[] = ["Add", "Sub", "And", "Or", "Xor", "Xchg"];

// The opcodes of one operation: i32, i64, i32 on 8 and 16 bits, i64 on 8, 16 and 32 bits.
const opcodesPerOperation = 7;
const forms = {
  i32: { full: [0, 4], "8": [2, 1], "16": [3, 2] },
  i64: { full: [1, 8], "8": [4, 1], "16": [5, 2], "32": [6, 4] },
} as const;

function readModifyWrites<T extends "i32" | "i64">(type: T) {
  const named = (operation: string, index: number): [string, Access][] =>
    Object.entries(forms[type]).map(([bits, [step, bytes]]) => [
      bits === "full" ? `rmw${operation}` : `rmw${bits}${operation}U`,
      [0x1e + opcodesPerOperation * index + step, bytes],
    ]);
  const combining: Record<string, Access> = Object.fromEntries(operations.flatMap(named));
  const exchanging: Record<string, Access> = Object.fromEntries(named("Cmpxchg", operations.length));
  return {
    ...accesses(type, 2, combining),
    ...accesses(type, 3, exchanging),
  } as unknown as Record<`rmw${Operation}` | `rmw${Width<T>}${Operation}U`, ReadModifyWrite<T>> &
    Record<"rmwCmpxchg" | `rmw${Width<T>}CmpxchgU`, CompareExchange<T>>;
}

/** Constructors of accesses with `count` operands: the address and the values that follow it. */
function accesses(type: "i32" | "i64", count: number, table: Readonly<Record<string, Access>>) {
  const params: readonly ValueType[] = ["i32", type, type].slice(0, count) as ValueType[];
  const made: Record<string, (...operandsAndPlace: unknown[]) => Expression> = {};
  for (const [key, [opcode, bytes]] of Object.entries(table)) {
    // "rmw8AddU" is "rmw8.add_u" in the text format.
    const snakeCase = key.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
    const name = `${type}.atomic.${snakeCase.replace(/^(rmw\d*)_/, "$1.")}`;
    made[key] = (...given) => {
      const immediate = memoryImmediate(bytes, given[count] as MemoryArgument | undefined);
      const operands = given.slice(0, count) as AnyOperand[];
      return instruction(name, prefixed(prefix.atomic, opcode), params, type, operands, immediate);
    };
  }
  return made;
}

function loadsAndStores<T extends "i32" | "i64">(type: T, first: 0 | 1) {
  const read = loads(type, `${type}.atomic`, prefix.atomic);
  const write = stores(type, `${type}.atomic`, prefix.atomic);
  const small = 0x12 + 2 * first;
  return {
    load: read("load", 0x10 + first, 4 + 4 * first),
    load8U: read("load8_u", small, 1),
    load16U: read("load16_u", small + 1, 2),
    store: write("store", 0x17 + first, 4 + 4 * first),
    store8: write("store8", small + 7, 1),
    store16: write("store16", small + 8, 2),
  };
}

/** Atomic accesses to 32-bit integers. */
export const i32Atomic = /* @__PURE__ */ (() => ({
  ...loadsAndStores("i32", 0),
  ...readModifyWrites("i32"),
}))();

/** Atomic accesses to 64-bit integers. */
export const i64Atomic = /* @__PURE__ */ (() => ({
  ...loadsAndStores("i64", 1),
  load32U: loads("i64", "i64.atomic", prefix.atomic)("load32_u", 0x16, 4),
  store32: stores("i64", "i64.atomic", prefix.atomic)("store32", 0x1d, 4),
  ...readModifyWrites("i64"),
}))();

/** Waiting and waking; a wait needs a shared memory, and a page's main thread may not wait. */
export const memoryAtomic = {
  /**
   * Sleeps while the i32 at `address` equals `expected`, at most `timeout` nanoseconds (negative: for ever). Gives 0 when
   * woken, 1 when the value differed, 2 when time ran out.
   */
  wait32: (
    address: Operand<"i32">,
    expected: Operand<"i32">,
    timeout: Operand<"i64">,
    at?: MemoryArgument,
  ): Expression<"i32"> =>
    threads("memory.atomic.wait32", 0x01, ["i32", "i32", "i64"], [address, expected, timeout], 4, at),
  /** As wait32, for an i64. */
  wait64: (
    address: Operand<"i32">,
    expected: Operand<"i64">,
    timeout: Operand<"i64">,
    at?: MemoryArgument,
  ): Expression<"i32"> =>
    threads("memory.atomic.wait64", 0x02, ["i32", "i64", "i64"], [address, expected, timeout], 8, at),
  /** Wakes at most `count` threads that wait at `address`; gives how many. */
  notify: (address: Operand<"i32">, count: Operand<"i32">, at?: MemoryArgument): Expression<"i32"> =>
    threads("memory.atomic.notify", 0x00, ["i32", "i32"], [address, count], 4, at),
  /** Orders all accesses before it before all accesses after it. */
  fence: (): Statement =>
    instruction("atomic.fence", prefixed(prefix.atomic, 0x03), [], "void", [], { kind: "bytes", bytes: [0] }),
} as const;

function threads(
  name: string,
  opcode: number,
  params: readonly ("i32" | "i64")[],
  operands: readonly AnyOperand[],
  bytes: number,
  at?: MemoryArgument,
): Expression<"i32"> {
  return instruction(
    name,
    prefixed(prefix.atomic, opcode),
    params,
    "i32",
    operands,
    memoryImmediate(bytes, at),
  );
}
