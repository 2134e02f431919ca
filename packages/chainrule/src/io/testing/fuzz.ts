import { Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";

/** A reader and files that it reads, to be damaged. */
export interface FuzzedReader {
  read(bytes: Uint8Array): unknown;
  readonly files: readonly Uint8Array[];
  /** What is done with damaged bytes before they are read: a check sum over them, say, that is right again. */
  readonly wrap?: (bytes: Uint8Array) => Uint8Array;
}

/** A small generator of whole numbers (mulberry32), so that the same seed always damages in the same way. */
export function numbersFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Numbers that lengths and places are overwritten with. */
const lies = [
  0, 1, 2, 3, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
];

/** A copy of a file, cut off, with flipped bits, with other bytes, with lies about lengths, with parts moved or doubled. */
export function damaged(file: Uint8Array, next: (below: number) => number): Uint8Array {
  let bytes = file.slice();
  for (let changes = 1 + next(4); changes > 0 && bytes.length > 0; changes--) {
    const at = next(bytes.length);
    const kind = next(12);
    if (kind === 0) bytes = bytes.slice(0, at);
    else if (kind <= 4) bytes[at] ^= 1 << next(8);
    else if (kind <= 6) bytes[at] = next(256);
    else if (kind <= 9) {
      // A length of one, two, four or eight bytes, in either order.
      const width = 1 << next(4);
      const value = next(3) === 0 ? next(2 * file.length + 2) : lies[next(lies.length)];
      const turned = next(4) === 0;
      for (let i = 0; i < width && at + i < bytes.length; i++) {
        const place = turned ? width - 1 - i : i;
        bytes[at + i] = place < 4 ? value >>> (8 * place) : next(8) === 0 ? 0xff : 0;
      }
    } else if (kind === 10) {
      const part = bytes.slice(at, at + 1 + next(32));
      bytes.set(part.subarray(0, bytes.length - next(bytes.length)).subarray(0, bytes.length - at), at);
      bytes.copyWithin(next(bytes.length), at, at + part.length);
    } else {
      const part = bytes.slice(at, at + 1 + next(64));
      const grown = new Uint8Array(bytes.length + part.length);
      grown.set(bytes.subarray(0, at));
      grown.set(part, at);
      grown.set(bytes.subarray(at), at + part.length);
      bytes = grown;
    }
  }
  return bytes;
}

/** What a run of {@link fuzz} did. */
export interface FuzzReport {
  readonly files: number;
  readonly bytes: number;
  /** How many of the damaged files were read all the same. */
  readonly read: number;
  readonly slowestMs: number;
}

/** No file of a few kilobytes takes so long. */
const TOO_SLOW_MS = 2000;
/** So many bytes may be held for each byte of the file, and some more. */
const MOST_BYTES_A_BYTE = 16;

/**
 * Damages files and reads them. Anything that is thrown must be a ChainruleError with a problem and a remedy; what is read must not
 * hold more than a small multiple of the file.
 *
 * @throws Error that names the seed and the case
 */
export async function fuzz(
  reader: FuzzedReader,
  { seed, files, bytes = 0 }: { seed: number; files: number; bytes?: number },
): Promise<FuzzReport> {
  const next = numbersFrom(seed);
  let [total, read, slowestMs, count] = [0, 0, 0, 0];
  for (; count < files || total < bytes; count++) {
    const file = damaged(reader.files[next(reader.files.length)], next);
    total += file.length;
    const whole = reader.wrap?.(file) ?? file;
    const begun = performance.now();
    let problem: string | null = null;
    try {
      const held = bytesIn(await reader.read(whole), new Set());
      if (held > MOST_BYTES_A_BYTE * whole.length + 4096) problem = `holds ${held} bytes of ${whole.length}`;
      read++;
    } catch (error) {
      if (!(error instanceof ChainruleError))
        problem = error instanceof Error ? `${error.stack}` : `${error}`;
      else if (/undefined|NaN|\[object/.test(error.message)) problem = `says "${error.message}"`;
    }
    const took = performance.now() - begun;
    slowestMs = Math.max(slowestMs, took);
    if (took > TOO_SLOW_MS) problem = `takes ${took} ms`;
    if (problem !== null) {
      const shown = Buffer.from(whole.subarray(0, 4096)).toString("base64");
      throw new Error(`Seed ${seed}, case ${count}: ${problem}\n${shown}`);
    }
  }
  return { files: count, bytes: total, read, slowestMs };
}

/** The bytes of the storages in a value, each counted once. */
function bytesIn(value: unknown, seen: Set<unknown>): number {
  if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value))
    return 0;
  seen.add(value);
  if (value instanceof Tensor) {
    if (seen.has(value.storage)) return 0;
    seen.add(value.storage);
    return value.storage.elements.byteLength;
  }
  if (ArrayBuffer.isView(value)) return value.byteLength;
  return Object.values(value).reduce((sum: number, item) => sum + bytesIn(item, seen), 0);
}
