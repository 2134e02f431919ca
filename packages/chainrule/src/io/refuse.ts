import { ChainruleError } from "../util/errors.ts";

/** How a reader says what is wrong with a file, and at which byte of it. */
export type Refuse = (problem: string, at: number) => ChainruleError;

/**
 * How the reader of a format refuses a file.
 *
 * @param source how to name the file in messages
 * @param verdict such as "is no whole IDX file"
 * @param remedy what to do about it
 */
export const refusal =
  (
    source: string,
    verdict: string,
    remedy = "Copy or download it anew, or write it again where it came from.",
  ): Refuse =>
  (problem, at) =>
    new ChainruleError("file", `${source} ${verdict}: ${problem} (at byte ${at}).`, remedy);

/** A view of some bytes, wherever they lie in their buffer. */
export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A whole number of eight bytes, little-endian; beyond 2⁵³ one near it, which no file is as long as. */
export const wholeAt = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));
