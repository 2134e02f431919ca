import { ChainruleError } from "../util/errors.ts";
import { joined } from "./bytes.ts";
import type { Refuse } from "./refuse.ts";

/** No byte of a deflated stream gives more bytes than this: a match of 258 bytes takes two bits at least. */
const MOST_FROM_A_BYTE = 1032;

/**
 * Inflates bytes by the engine's own DecompressionStream, and stops as soon as more come out than can be right.
 *
 * @param format "gzip", or "deflate-raw" as in zip files
 * @param most how many bytes there may be at most
 * @param at where the bytes begin in the file
 */
export async function inflate(
  bytes: Uint8Array,
  format: "gzip" | "deflate-raw",
  most: number,
  refuse: Refuse,
  at: number,
): Promise<Uint8Array> {
  if (typeof DecompressionStream === "undefined") {
    throw new ChainruleError(
      "backend",
      "This engine has no DecompressionStream, which compressed files are read by.",
      "Use Node 18 or a browser of 2023 or later, or uncompress the file first.",
    );
  }
  // Copied, so that a view of shared memory is no problem of the stream.
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new DecompressionStream(format));
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > most) break;
      parts.push(value);
    }
  } catch {
    throw refuse("its compressed bytes are damaged", at);
  }
  if (length > most) {
    await reader.cancel().catch(() => {});
    throw refuse(`its compressed bytes give more than the ${most} that it says`, at);
  }
  return joined(parts);
}

/** Whether so many bytes can be what so many compressed ones give. */
export const canInflateTo = (compressed: number, length: number): boolean =>
  length <= compressed * MOST_FROM_A_BYTE;

/** Whether bytes are a gzip file (RFC 1952). */
const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The bytes of a file that may be compressed by gzip. */
export const gunzipped = async (bytes: Uint8Array, refuse: Refuse): Promise<Uint8Array> =>
  isGzip(bytes) ? inflate(bytes, "gzip", bytes.length * MOST_FROM_A_BYTE, refuse, 0) : bytes;
