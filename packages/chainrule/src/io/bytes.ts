/** A view of some bytes, wherever they lie in their buffer. */
export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A whole number of eight bytes, little-endian; beyond 2⁵³ one near it, which no file is as long as. */
export const wholeAt = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

/** Some bytes one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
