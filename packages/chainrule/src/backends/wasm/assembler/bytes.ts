/**
 * A growing list of bytes with the encodings that the WebAssembly binary format is made of
 * (https://webassembly.github.io/spec/core/binary/values.html).
 */
export class ByteWriter {
  // A plain array: most modules are small and written once, by code that no engine has optimized yet.
  private readonly written: number[] = [];

  /** Number of bytes written so far. */
  get length(): number {
    return this.written.length;
  }

  byte(value: number): this {
    this.written.push(value);
    return this;
  }

  bytes(values: Iterable<number>): this {
    for (const value of values) this.written.push(value);
    return this;
  }

  /** Unsigned LEB128 of an integer in [0, 2³²). */
  u32(value: number): this {
    let rest = value >>> 0;
    for (; rest > 0x7f; rest >>>= 7) this.written.push((rest & 0x7f) | 0x80);
    this.written.push(rest);
    return this;
  }

  /** Signed LEB128 of an integer; both −1 and 2³²−1 mean the i32 with all bits set. */
  i32(value: number): this {
    let rest = value | 0;
    // The last byte's bit 6 is the sign that a reader extends.
    for (; rest < -0x40 || rest >= 0x40; rest >>= 7) this.written.push((rest & 0x7f) | 0x80);
    this.written.push(rest & 0x7f);
    return this;
  }

  /** Signed LEB128 of a 64-bit integer. */
  i64(value: bigint): this {
    let rest = BigInt.asIntN(64, value);
    for (; rest < -0x40n || rest >= 0x40n; rest >>= 7n) this.written.push(Number(rest & 0x7fn) | 0x80);
    this.written.push(Number(rest & 0x7fn));
    return this;
  }

  f32(value: number): this {
    const view = new DataView(new ArrayBuffer(4));
    view.setFloat32(0, value, true);
    return this.bytes(new Uint8Array(view.buffer));
  }

  f64(value: number): this {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value, true);
    return this.bytes(new Uint8Array(view.buffer));
  }

  /** A name: its length in UTF-8 bytes, then the bytes. */
  name(text: string): this {
    const encoded = new TextEncoder().encode(text);
    return this.u32(encoded.length).bytes(encoded);
  }

  /** What `fill` writes, with its size in bytes in front: the form of every section and function body. */
  sized(fill: (inner: ByteWriter) => void): this {
    const inner = new ByteWriter();
    fill(inner);
    return this.u32(inner.length).bytes(inner.written);
  }

  /** The number of items, then each item. */
  vector<T>(items: readonly T[], write: (item: T) => void): this {
    this.u32(items.length);
    for (const item of items) write(item);
    return this;
  }

  /** The bytes written so far. */
  finish(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.written);
  }
}
