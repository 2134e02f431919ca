/**
 * Numbers of 16 bits. float16 (IEEE 754 binary16) has five bits of exponent and ten of fraction; bfloat16 is the upper half of a
 * float32: eight bits of exponent and seven of fraction.
 */

const word = new Uint32Array(1);
const single = new Float32Array(word.buffer);

/** The largest finite number of each kind. */
export const LARGEST = { float16: 65504, bfloat16: 2 ** 127 * (2 - 2 ** -7) } as const;

/** The number that 16 bits of float16 stand for. */
export function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The 16 bits of the float16 nearest to a number, of two as near the one whose last bit is 0. */
export function float16Bits(x: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const size = Math.abs(x);
  if (Number.isNaN(x)) return 0x7e00;
  if (size < 2 ** -14) return sign | nearestEven(size * 2 ** 24);
  if (size >= 65520) return sign | 0x7c00;
  single[0] = size;
  const exponent = Math.min((word[0] >>> 23) - 127, 15);
  // A fraction that is rounded up to 1024 carries into the exponent.
  return sign | (((exponent + 15) << 10) + nearestEven((size / 2 ** exponent - 1) * 1024));
}

/** The number that 16 bits of bfloat16 stand for. */
export function bfloat16Value(bits: number): number {
  word[0] = bits << 16;
  return single[0];
}

/** The 16 bits of the bfloat16 nearest to a float32, of two as near the one whose last bit is 0. */
export function bfloat16Bits(x: number): number {
  if (Number.isNaN(x)) return 0x7fc0;
  single[0] = x;
  const bits = word[0];
  return ((bits >>> 16) + ((bits & 0x8000) !== 0 && (bits & 0x17fff) !== 0 ? 1 : 0)) & 0xffff;
}

function nearestEven(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}
