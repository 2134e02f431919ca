import { viewOf } from "../bytes.ts";
import type { Refuse } from "../refuse.ts";

/**
 * Protobuf's wire format: a message is a list of fields, each a number and a wire type as one varint, then a varint (type 0), eight
 * bytes (1), a length and that many bytes (2), or four bytes (5). Which field means what is said by a {@link Schema}; fields that a
 * schema does not know are skipped. https://protobuf.dev/programming-guides/encoding/
 */

/** What a field holds: "int" up to 64 bits, as the nearest number; other names are those of schemas. */
type Scalar = "int" | "float" | "double" | "text" | "bytes";

/** A field's name in the object, what it holds, and whether there may be many. */
type Field<Kind extends string> = readonly [name: string, kind: Scalar | Kind, many?: "many"];

/** The fields of each message, by number. */
export type Schemas<Kind extends string = string> = Readonly<
  Record<Kind, Readonly<Record<number, Field<Kind>>>>
>;

/** Messages inside messages may go so deep: graphs inside nodes, types inside types. */
const DEEPEST = 64;
/** For so many bytes there may be one message: an empty one takes two in a file, and a hundred in memory. */
const BYTES_OF_MESSAGE = 8;
/** So many messages may be in every file. */
const FREE_MESSAGES = 1024;

const VARINT = 0;
const EIGHT = 1;
const LENGTH = 2;
const FOUR = 5;
const wireTypes: Readonly<Record<Scalar, number>> = {
  int: VARINT,
  float: FOUR,
  double: EIGHT,
  text: LENGTH,
  bytes: LENGTH,
};

type Message = Record<string, unknown>;

/**
 * The message of kind `kind` that `bytes` hold. Every field that may be there many times is an array, all others are undefined where
 * they are missing. Fields of bytes are views, not copies.
 *
 * @param refuse makes the error that tells what is wrong at a byte
 */
export function readMessage(schemas: Schemas, kind: string, bytes: Uint8Array, refuse: Refuse): Message {
  return new Reader(schemas, bytes, refuse).message(kind, bytes.length, 0);
}

class Reader {
  private readonly schemas: Schemas;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly refuse: Refuse;
  private at = 0;
  private messages = 0;

  constructor(schemas: Schemas, bytes: Uint8Array, refuse: Refuse) {
    this.schemas = schemas;
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.refuse = refuse;
  }

  message(kind: string, end: number, depth: number): Message {
    if (depth > DEEPEST) throw this.refuse(`messages lie ${DEEPEST} deep inside each other`, this.at);
    if (++this.messages > FREE_MESSAGES + this.bytes.length / BYTES_OF_MESSAGE)
      throw this.refuse(`there are ${this.messages} messages in ${this.bytes.length} bytes`, this.at);
    const fields = this.schemas[kind];
    const message: Message = {};
    for (const [name, , many] of Object.values(fields)) message[name] = many ? none : undefined;
    while (this.at < end) {
      const start = this.at;
      const tag = this.varint(end);
      const number = Math.floor(tag / 8);
      const wire = tag - 8 * number;
      if (number < 1 || number >= 2 ** 29) throw this.refuse(`${tag} begins no field`, start);
      const field = fields[number];
      if (field === undefined) this.skip(wire, end);
      else this.field(message, field, wire, end, depth);
    }
    return message;
  }

  private field(
    message: Message,
    [name, kind, many]: Field<string>,
    wire: number,
    end: number,
    depth: number,
  ): void {
    const expected = kind in wireTypes ? wireTypes[kind as Scalar] : LENGTH;
    const start = this.at;
    if (wire === LENGTH && expected !== LENGTH && many) {
      // Packed: the elements one after the other.
      const stop = this.length(end);
      const list = listOf(message, name);
      while (this.at < stop) list.push(this.scalar(kind as Scalar, stop));
      return;
    }
    if (wire !== expected) throw this.refuse(`the field "${name}" is of wire type ${wire}`, start);
    const value = kind in wireTypes ? this.scalar(kind as Scalar, end) : this.inner(kind, end, depth);
    if (many) listOf(message, name).push(value);
    else message[name] = value;
  }

  private inner(kind: string, end: number, depth: number): Message {
    return this.message(kind, this.length(end), depth + 1);
  }

  private scalar(kind: Scalar, end: number): unknown {
    switch (kind) {
      case "int":
        return this.varint(end, true);
      case "float":
        return this.view.getFloat32(this.advance(4, end), true);
      case "double":
        return this.view.getFloat64(this.advance(8, end), true);
      default: {
        const stop = this.length(end);
        const bytes = this.bytes.subarray(this.at, stop);
        this.at = stop;
        return kind === "bytes" ? bytes : decoder.decode(bytes);
      }
    }
  }

  /** A varint; of one that is `signed`, 64 bits as two's complement. */
  private varint(end: number, signed = false): number {
    const start = this.at;
    let low = 0;
    let high = 0; // the bits from 28 on
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= end) throw this.refuse("a number is cut off", start);
      const byte = this.bytes[this.at++];
      if (shift < 28) low += (byte & 127) * 2 ** shift;
      else high += (byte & 127) * 2 ** (shift - 28);
      if (byte < 128) {
        if (high >= 2 ** 36) break; // more than 64 bits
        if (!signed && high >= 2 ** 24) break; // nothing in memory is that long
        // Subtracted before it is put together: small negative numbers stay exact.
        return signed && high >= 2 ** 35 ? (high - 2 ** 36) * 2 ** 28 + low : high * 2 ** 28 + low;
      }
    }
    throw this.refuse("a number is longer than it may be", start);
  }

  /** Where what begins with its length ends. */
  private length(end: number): number {
    const start = this.at;
    const length = this.varint(end);
    if (length > end - this.at) {
      throw this.refuse(`${length} bytes are announced where ${end - this.at} are left`, start);
    }
    return this.at + length;
  }

  private advance(count: number, end: number): number {
    const start = this.at;
    if (count > end - start) throw this.refuse("a number is cut off", start);
    this.at += count;
    return start;
  }

  private skip(wire: number, end: number): void {
    const start = this.at;
    if (wire === VARINT) this.varint(end, true);
    else if (wire === EIGHT) this.advance(8, end);
    else if (wire === FOUR) this.advance(4, end);
    else if (wire === LENGTH) this.at = this.length(end);
    else throw this.refuse(`there is no wire type ${wire}`, start);
  }
}

/** Stands for all lists without elements. */
const none: readonly never[] = Object.freeze([]);
const decoder = new TextDecoder();
const encoder = new TextEncoder();

function listOf(message: Message, name: string): unknown[] {
  if (message[name] === none) message[name] = [];
  return message[name] as unknown[];
}

/** The bytes of a message: the fields of `message` that `kind` has, in the order of their numbers. Undefined ones are left out. */
export function writeMessage(schemas: Schemas, kind: string, message: object): Uint8Array {
  const out = new Writer();
  putMessage(schemas, kind, message as Message, out);
  return out.result();
}

function putMessage(schemas: Schemas, kind: string, message: Message, out: Writer): void {
  for (const [number, [name, fieldKind, many]] of Object.entries(schemas[kind])) {
    const value = message[name];
    if (value === undefined) continue;
    for (const one of many ? (value as unknown[]) : [value])
      putField(schemas, Number(number), fieldKind, one, out);
  }
}

function putField(schemas: Schemas, number: number, kind: string, value: unknown, out: Writer): void {
  const wire = kind in wireTypes ? wireTypes[kind as Scalar] : LENGTH;
  out.varint(number * 8 + wire);
  if (kind === "int") out.varint(value as number);
  else if (kind === "float") out.float(value as number);
  else if (kind === "double") out.double(value as number);
  else if (kind === "text") out.sized(encoder.encode(value as string));
  else if (kind === "bytes") out.sized(value as Uint8Array);
  else out.sized(writeMessage(schemas, kind, value as object));
}

class Writer {
  private bytes = new Uint8Array(256);
  private size = 0;

  result(): Uint8Array {
    return this.bytes.slice(0, this.size);
  }

  varint(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    const at = this.room(10);
    let used = 0;
    for (; rest > 127n; rest >>= 7n) this.bytes[at + used++] = Number(rest & 127n) | 128;
    this.bytes[at + used++] = Number(rest);
    this.size = at + used;
  }

  float(value: number): void {
    const at = this.room(4);
    new DataView(this.bytes.buffer).setFloat32(at, value, true);
  }

  double(value: number): void {
    const at = this.room(8);
    new DataView(this.bytes.buffer).setFloat64(at, value, true);
  }

  sized(content: Uint8Array): void {
    this.varint(content.length);
    const at = this.room(content.length); // may put other bytes in place of these
    this.bytes.set(content, at);
  }

  /** Makes room for so many bytes, and says where it is. */
  private room(count: number): number {
    const at = this.size;
    if (at + count > this.bytes.length) {
      const bytes = new Uint8Array(Math.max(2 * this.bytes.length, at + count));
      bytes.set(this.bytes);
      this.bytes = bytes;
    }
    this.size = at + count;
    return at;
  }
}
