import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { crc32 } from "./crc32.ts";
import { refusal } from "./refuse.ts";
import { entryBytes, storedBytes, zipEntries, zipOf } from "./zip.ts";

const refuse = refusal("it", "is no zip");
const text = (letters: string): Uint8Array => new TextEncoder().encode(letters);
const files: [string, Uint8Array][] = [
  ["a.txt", text("hello")],
  ["folder/empty", text("")],
  ["b", new Uint8Array(200).fill(7)],
];

interface Made {
  readonly method?: number;
  /** How many bytes the directory says that there are. */
  readonly length?: number;
  readonly flags?: number;
  readonly comment?: string;
  readonly wide?: boolean;
  /** So many entries for the same bytes. */
  readonly times?: number;
}

/** A zip file of one entry, field by field as APPNOTE 4.3 has them. */
function byHand(content: Uint8Array, kept: Uint8Array, made: Made = {}): Uint8Array {
  const { method = 0, length = content.length, flags = 0, comment = "", wide = false, times = 1 } = made;
  const n = (value: number, bytes: number): number[] =>
    Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);
  const name = [...text("x")];
  const local = [
    ...n(0x04034b50, 4), ...n(20, 2), ...n(flags, 2), ...n(method, 2), ...n(0, 4), ...n(crc32(content), 4),
    ...n(kept.length, 4), ...n(length, 4), ...n(1, 2), ...n(0, 2), ...name, ...kept,
  ]; // biome-ignore format: fields
  const extra = wide ? [...n(1, 2), ...n(24, 2), ...n(length, 8), ...n(kept.length, 8), ...n(0, 8)] : [];
  const size = (value: number): number[] => n(wide ? 0xffffffff : value, 4);
  const central = Array.from({ length: times }, () => [
    ...n(0x02014b50, 4), ...n(20, 2), ...n(20, 2), ...n(flags, 2), ...n(method, 2), ...n(0, 4), ...n(crc32(content), 4),
    ...size(kept.length), ...size(length), ...n(1, 2), ...n(extra.length, 2), ...n(0, 2), ...n(0, 8), ...size(0), ...name, ...extra,
  ]).flat(); // biome-ignore format: fields
  const at = local.length + central.length;
  const wideEnd = wide
    ? [
        ...n(0x06064b50, 4), ...n(44, 8), ...n(45, 2), ...n(45, 2), ...n(0, 8), ...n(times, 8), ...n(times, 8),
        ...n(central.length, 8), ...n(local.length, 8),
        ...n(0x07064b50, 4), ...n(0, 4), ...n(at, 8), ...n(1, 4),
      ]
    : []; // biome-ignore format: fields
  return Uint8Array.from([
    ...local, ...central, ...wideEnd,
    ...n(0x06054b50, 4), ...n(0, 4), ...n(wide ? 0xffff : times, 2), ...n(wide ? 0xffff : times, 2), ...size(central.length),
    ...size(local.length), ...n(comment.length, 2), ...text(comment),
  ]); // biome-ignore format: fields
}

describe("zip", () => {
  test("gives back what was written, each content at a multiple of 64", () => {
    const whole = zipOf(files);
    const entries = zipEntries(whole, refuse);
    expect(entries.map(({ name }) => name)).toEqual(files.map(([name]) => name));
    entries.forEach((entry, i) => {
      expect(entry.start % 64).toBe(0);
      expect(storedBytes(whole, entry, refuse)).toEqual(files[i][1]);
    });
  });

  test("reads entries that are stored or deflated, with a comment and with wide numbers", async () => {
    const content = text("to be or not to be, to be or not to be");
    for (const made of [{}, { comment: "of the end" }, { wide: true }]) {
      const stored = byHand(content, content, made);
      expect(storedBytes(stored, zipEntries(stored, refuse)[0], refuse)).toEqual(content);
      const packed = byHand(content, deflateRawSync(content), { ...made, method: 8 });
      expect(await entryBytes(packed, zipEntries(packed, refuse)[0], refuse)).toEqual(content);
    }
  });

  const zeros = new Uint8Array(100_000);
  const packed = deflateRawSync(zeros);
  test.each<[string, Uint8Array, string]>([
    ["an encrypted entry", byHand(files[0][1], files[0][1], { flags: 1 }), '"x" in it is encrypted'],
    ["another compression", byHand(zeros, packed, { method: 12 }), "compressed by method 12"],
    ["entries over one another", byHand(files[0][1], files[0][1], { times: 2 }), "lies over another entry"],
    [
      "more than can be inflated",
      byHand(zeros, packed, { method: 8, length: 1e9 }),
      "can not be 1000000000 bytes from",
    ],
    [
      "less than is inflated",
      byHand(zeros, packed, { method: 8, length: 99_999 }),
      "give more than the 99999",
    ],
    ["other bytes", byHand(zeros, packed, { method: 8, length: 100_001 }), "is not as it was written"],
    ["damaged bytes", byHand(zeros, packed.subarray(2), { method: 8 }), "its compressed bytes are damaged"],
    ["a cut", zipOf(files).subarray(0, -1), "it has no directory at its end"],
  ])("refuses %s", async (_, bytes, says) => {
    const all = async () => {
      for (const entry of zipEntries(bytes, refuse)) await entryBytes(bytes, entry, refuse);
    };
    await expect(all()).rejects.toThrow(says);
    await expect(all()).rejects.toThrow(/^it is no zip: .* \(at byte \d+\)\./);
  });

  test("takes a flipped bit of a content for what it is", () => {
    const whole = zipOf(files);
    const [entry] = zipEntries(whole, refuse);
    whole[entry.start] ^= 1;
    expect(() => storedBytes(whole, entry, refuse)).toThrow('"a.txt" is not as it was written');
  });
});
