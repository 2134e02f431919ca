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
} from "./expression.ts";
import { type Access, accesses, loads, type MemoryArgument, memoryImmediate, stores } from "./memory.ts";

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
    ...accesses(`${type}.atomic`, ["i32", type], type, combining, prefix.atomic),
    ...accesses(`${type}.atomic`, ["i32", type, type], type, exchanging, prefix.atomic),
  } as unknown as Record<`rmw${Operation}` | `rmw${Width<T>}${Operation}U`, ReadModifyWrite<T>> &
    Record<"rmwCmpxchg" | `rmw${Width<T>}CmpxchgU`, CompareExchange<T>>;
}

/** Atomic accesses to 32-bit integers. */
export const i32Atomic = /* @__PURE__ */ (() => ({
  ...loads("i32", { load: [0x10, 4], load8U: [0x12, 1], load16U: [0x13, 2] }, prefix.atomic, "i32.atomic"),
  ...stores("i32", { store: [0x17, 4], store8: [0x19, 1], store16: [0x1a, 2] }, prefix.atomic, "i32.atomic"),
  ...readModifyWrites("i32"),
}))();

/** Atomic accesses to 64-bit integers. */
export const i64Atomic = /* @__PURE__ */ (() => ({
  ...loads(
    "i64",
    { load: [0x11, 8], load8U: [0x14, 1], load16U: [0x15, 2], load32U: [0x16, 4] },
    prefix.atomic,
    "i64.atomic",
  ),
  ...stores(
    "i64",
    { store: [0x18, 8], store8: [0x1b, 1], store16: [0x1c, 2], store32: [0x1d, 4] },
    prefix.atomic,
    "i64.atomic",
  ),
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
