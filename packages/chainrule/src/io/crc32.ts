/** Cyclic check sums of 32 bits, bit by bit reversed. */

/** Table k, entry b: what byte b adds when k more bytes of a word follow it. */
function tablesOf(polynomial: number): Uint32Array[] {
  const tables = Array.from({ length: 4 }, () => new Uint32Array(256));
  for (let b = 0; b < 256; b++) {
    let crc = b;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    tables[0][b] = crc;
  }
  for (let k = 1; k < 4; k++) {
    for (let b = 0; b < 256; b++) {
      const before = tables[k - 1][b];
      tables[k][b] = (before >>> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

function checkSumBy(polynomial: number): (bytes: Uint8Array) => number {
  let tables: Uint32Array[] | null = null;
  return (bytes) => {
    tables ??= tablesOf(polynomial);
    const [t0, t1, t2, t3] = tables;
    let crc = 0xffffffff;
    let at = 0;
    for (; at + 4 <= bytes.length; at += 4) {
      crc ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
      crc = t3[crc & 0xff] ^ t2[(crc >>> 8) & 0xff] ^ t1[(crc >>> 16) & 0xff] ^ t0[crc >>> 24];
    }
    for (; at < bytes.length; at++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[at]) & 0xff];
    return (crc ^ 0xffffffff) >>> 0;
  };
}

/**
 * CRC-32C of some bytes (Castagnoli, RFC 3720 appendix B.4), as a number from 0 to 2³² − 1: the check sum of TensorBoard's records.
 *
 * @example
 * crc32c(new TextEncoder().encode("123456789")).toString(16); // → 'e3069283'
 */
export const crc32c: (bytes: Uint8Array) => number = /* @__PURE__ */ checkSumBy(0x82f63b78);

/** CRC-32 of some bytes, that of zip, gzip and PNG (RFC 1952), as a number from 0 to 2³² − 1. */
export const crc32: (bytes: Uint8Array) => number = /* @__PURE__ */ checkSumBy(0xedb88320);
