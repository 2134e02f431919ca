import { viewOf } from "../bytes.ts";
import type { Refuse } from "../refuse.ts";

/**
 * Reads a pickle of protocols 2 to 5 as plain data, and executes nothing: what the stream wants to call is looked up among the few
 * names that the caller knows, and everything else is refused by its name. https://docs.python.org/3/library/pickletools.html
 */

/** A tuple: a list that does not change. */
export class Tuple {
  readonly items: readonly unknown[];

  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** A class or function that the stream names. */
export class Global {
  /** Such as `collections.OrderedDict`. */
  readonly name: string;
  /** What a call gives; null where it is only named, as a dtype. */
  readonly call: ((args: readonly unknown[]) => unknown) | null;

  constructor(name: string, call: Global["call"]) {
    this.name = name;
    this.call = call;
  }
}

/** A dict while it is read: its keys as they are. */
export type Dict = Map<unknown, unknown>;

export interface PickleReader {
  /** The class or function of a name; undefined where it is not known. */
  readonly global: (name: string) => Global | undefined;
  /** What a reference to something outside the stream stands for. */
  readonly persistent: (id: unknown) => unknown;
}

/** Longer integers than this are no data of a model. */
const LONGEST_INTEGER = 64;

/** A tensor takes six; no state has more than a few thousand tensors. */
const MOST_CONTAINERS = 1_000_000;

const MARK: unique symbol = Symbol("mark");

/** The value of a pickle. `base` is where the bytes begin in the file. */
export function unpickle(bytes: Uint8Array, base: number, reader: PickleReader, refuse: Refuse): unknown {
  return new Unpickler(bytes, base, reader, refuse).run();
}

class Unpickler {
  private readonly view: DataView;
  private readonly bytes: Uint8Array;
  private readonly base: number;
  private readonly reader: PickleReader;
  private readonly refuse: Refuse;
  private readonly stack: unknown[] = [];
  private readonly memo = new Map<number, unknown>();
  private containers = 0;
  private at = 0;
  /** Where the operation that is done now begins. */
  private begun = 0;

  constructor(bytes: Uint8Array, base: number, reader: PickleReader, refuse: Refuse) {
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.base = base;
    this.reader = reader;
    this.refuse = refuse;
  }

  run(): unknown {
    for (;;) {
      this.begun = this.at;
      const code = this.byte();
      if (code === 0x2e) return this.pop(); // STOP
      const operation = operations[code];
      if (operation === undefined) throw this.wrong(`it has an operation ${hex(code)}, which no state needs`);
      operation(this);
    }
  }

  wrong(problem: string): Error {
    return this.refuse(problem, this.base + this.begun);
  }

  // ---- bytes -------------------------------------------------------------------------------------------------------

  take(count: number): number {
    const start = this.at;
    if (!(start + count <= this.bytes.length)) throw this.wrong("its pickle is cut off");
    this.at += count;
    return start;
  }

  byte(): number {
    return this.bytes[this.take(1)];
  }

  uint16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  int32(): number {
    return this.view.getInt32(this.take(4), true);
  }

  uint32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  length64(): number {
    return Number(this.view.getBigUint64(this.take(8), true));
  }

  float64(): number {
    return this.view.getFloat64(this.take(8), false); // the one number that is big-endian
  }

  text(length: number): string {
    const start = this.take(length);
    return new TextDecoder().decode(this.bytes.subarray(start, start + length));
  }

  raw(length: number): Uint8Array {
    const start = this.take(length);
    // Not by slice: that of Node's buffers does not copy.
    return new Uint8Array(this.bytes.subarray(start, start + length));
  }

  /** A text up to the end of the line. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw this.wrong("its pickle is cut off");
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }

  /** A whole number of any length, in two's complement; a bigint where a number does not hold it. */
  long(length: number): number | bigint {
    if (length > LONGEST_INTEGER) throw this.wrong(`it has an integer of ${length} bytes`);
    const start = this.take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[start + i]);
    if (length > 0) value = BigInt.asIntN(8 * length, value);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  // ---- stack and memo ----------------------------------------------------------------------------------------------

  push(value: unknown): void {
    this.stack.push(value);
  }

  /** Pushes what was made: a list, dict or tuple takes far more memory than the byte that asks for it. */
  pushNew(container: unknown, cost = 1): void {
    this.containers += cost;
    if (this.containers > MOST_CONTAINERS)
      throw this.wrong(`it has more than ${MOST_CONTAINERS} lists, dicts and tuples`);
    this.stack.push(container);
  }

  pop(): unknown {
    if (this.stack.length === 0) throw this.wrong("its pickle takes what nothing gave");
    const value = this.stack.pop();
    if (value === MARK) throw this.wrong("its pickle takes a mark for a value");
    return value;
  }

  top(): unknown {
    const value = this.stack.at(-1);
    if (this.stack.length === 0 || value === MARK) throw this.wrong("its pickle takes what nothing gave");
    return value;
  }

  /** All that was pushed since the last mark. */
  marked(): unknown[] {
    const mark = this.stack.lastIndexOf(MARK);
    if (mark < 0) throw this.wrong("its pickle has no mark where it needs one");
    const values = this.stack.slice(mark + 1);
    this.stack.length = mark;
    return values;
  }

  get(place: number): void {
    if (!this.memo.has(place)) throw this.wrong(`its pickle remembers nothing as ${place}`);
    this.push(this.memo.get(place));
  }

  put(place: number): void {
    this.memo.set(place, this.top());
  }

  memoize(): void {
    this.put(this.memo.size);
  }

  // ---- containers --------------------------------------------------------------------------------------------------

  append(values: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.wrong("it appends to what is no list");
    for (const value of values) list.push(value);
  }

  setItems(pairs: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof Map)) throw this.wrong("it sets an item of what is no dict");
    if (pairs.length % 2 !== 0) throw this.wrong("it sets an item without a value");
    for (let i = 0; i < pairs.length; i += 2) dict.set(pairs[i], pairs[i + 1]);
  }

  global(module: unknown, name: unknown): void {
    if (typeof module !== "string" || typeof name !== "string") throw this.wrong("it names what is no text");
    const path = `${module}.${name}`;
    const found = this.reader.global(path);
    if (found === undefined) {
      throw this.wrong(
        `it names ${path.length > 100 ? `${path.slice(0, 99)}…` : path}, which is neither a tensor nor plain data and is not loaded`,
      );
    }
    this.push(found);
  }

  reduce(): void {
    const args = this.pop();
    const callee = this.pop();
    if (!(callee instanceof Global) || callee.call === null || !(args instanceof Tuple))
      throw this.wrong("it calls what can not be called");
    try {
      const made = callee.call(args.items);
      // A dict of pairs that were read once may be asked for again and again.
      this.pushNew(made, made instanceof Map ? 1 + made.size : 1);
    } catch (error) {
      if (error instanceof BadArguments) throw this.wrong(`${callee.name} ${error.message}`);
      throw error;
    }
  }

  /** Attributes of an object: an OrderedDict may have some, which say nothing about its items. */
  build(): void {
    this.pop();
    if (!(this.top() instanceof Map)) throw this.wrong("it sets attributes of what has none");
  }

  persistent(): void {
    const id = this.pop();
    try {
      this.push(this.reader.persistent(id));
    } catch (error) {
      if (error instanceof BadArguments) throw this.wrong(error.message);
      throw error;
    }
  }
}

/** What a known function throws for arguments that it does not take; the message goes on after its name. */
export class BadArguments extends Error {}

const hex = (code: number): string => `0x${code.toString(16).padStart(2, "0")}`;

const latin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

/** What each operation does, by its code. */
const operations: Readonly<Record<number, (p: Unpickler) => void>> = {
  128: (p) => {
    const version = p.byte();
    if (version < 2 || version > 5)
      throw p.wrong(`its pickle is of protocol ${version}, and 2 to 5 can be read`);
  },
  149: (p) => void p.length64(), // FRAME: how long what follows is, for readers of streams
  40: (p) => p.push(MARK),
  48: (p) => void p.pop(), // POP
  49: (p) => void p.marked(), // POP_MARK
  50: (p) => p.push(p.top()), // DUP
  78: (p) => p.push(null), // NONE
  136: (p) => p.push(true), // NEWTRUE
  137: (p) => p.push(false), // NEWFALSE
  74: (p) => p.push(p.int32()), // BININT
  75: (p) => p.push(p.byte()), // BININT1
  77: (p) => p.push(p.uint16()), // BININT2
  138: (p) => p.push(p.long(p.byte())), // LONG1
  139: (p) => p.push(p.long(p.uint32())), // LONG4
  71: (p) => p.push(p.float64()), // BINFLOAT
  88: (p) => p.push(p.text(p.uint32())), // BINUNICODE
  140: (p) => p.push(p.text(p.byte())), // SHORT_BINUNICODE
  141: (p) => p.push(p.text(p.length64())), // BINUNICODE8
  84: (p) => p.push(latin1(p.raw(p.uint32()))), // BINSTRING, of Python 2
  85: (p) => p.push(latin1(p.raw(p.byte()))), // SHORT_BINSTRING
  66: (p) => p.push(p.raw(p.uint32())), // BINBYTES
  67: (p) => p.push(p.raw(p.byte())), // SHORT_BINBYTES
  142: (p) => p.push(p.raw(p.length64())), // BINBYTES8
  93: (p) => p.pushNew([]), // EMPTY_LIST
  97: (p) => p.append([p.pop()]), // APPEND
  101: (p) => p.append(p.marked()), // APPENDS
  108: (p) => p.pushNew(p.marked()), // LIST
  125: (p) => p.pushNew(new Map()), // EMPTY_DICT
  100: (p) => {
    const pairs = p.marked(); // DICT
    p.pushNew(new Map());
    p.setItems(pairs);
  },
  115: (p) => {
    const value = p.pop(); // SETITEM
    p.setItems([p.pop(), value]);
  },
  117: (p) => p.setItems(p.marked()), // SETITEMS
  41: (p) => p.pushNew(new Tuple([])), // EMPTY_TUPLE
  133: (p) => p.pushNew(new Tuple([p.pop()])), // TUPLE1
  134: (p) => {
    const second = p.pop(); // TUPLE2
    p.pushNew(new Tuple([p.pop(), second]));
  },
  135: (p) => {
    const third = p.pop(); // TUPLE3
    const second = p.pop();
    p.pushNew(new Tuple([p.pop(), second, third]));
  },
  116: (p) => p.pushNew(new Tuple(p.marked())), // TUPLE
  99: (p) => p.global(p.line(), p.line()), // GLOBAL
  147: (p) => {
    const name = p.pop(); // STACK_GLOBAL
    p.global(p.pop(), name);
  },
  82: (p) => p.reduce(), // REDUCE
  129: (p) => p.reduce(), // NEWOBJ: of the known names, the same as a call
  98: (p) => p.build(), // BUILD
  81: (p) => p.persistent(), // BINPERSID
  104: (p) => p.get(p.byte()), // BINGET
  106: (p) => p.get(p.uint32()), // LONG_BINGET
  113: (p) => p.put(p.byte()), // BINPUT
  114: (p) => p.put(p.uint32()), // LONG_BINPUT
  148: (p) => p.memoize(), // MEMOIZE
};
