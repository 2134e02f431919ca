/** Errors of float32 results in units in the last place, against float64 references. */

const word = new Int32Array(1);
const single = new Float32Array(word.buffer);
const words = new Int32Array(2);
const double = new Float64Array(words.buffer);

// The spacing of float32 numbers of exponent e, at e + 150; below −126 it stays what it is there.
const spacings = Float64Array.from({ length: 150 + 1025 }, (_, i) => 2 ** (Math.max(i - 150, -126) - 23));

/** The float32 number with these bits. */
export function fromBits(bits: number): number {
  word[0] = bits;
  return single[0];
}

/** The bits of a float32 number. */
export function toBits(x: number): number {
  single[0] = x;
  return word[0];
}

/** The spacing of float32 numbers around the real number `y`. */
export function spacing(y: number): number {
  double[0] = y;
  const exponent = ((words[1] >> 20) & 0x7ff) - 1023;
  return spacings[Math.max(exponent, -150) + 150];
}

/**
 * How far the float32 number `got` is from `exact`, in units in the last place of `exact`. Infinite where no distance would
 * make sense: one of them is NaN, an exact infinity or a zero of the other sign.
 */
export function ulpError(got: number, exact: number): number {
  if (got !== got || exact !== exact) return got !== got && exact !== exact ? 0 : Number.POSITIVE_INFINITY;
  if (got === 0 && (exact < 0 || Object.is(exact, -0)) !== Object.is(got, -0))
    return Number.POSITIVE_INFINITY;
  if (got === exact) return 0;
  if (exact === Number.POSITIVE_INFINITY || exact === Number.NEGATIVE_INFINITY)
    return Number.POSITIVE_INFINITY;
  const rounded = Math.fround(exact);
  if (rounded === got && (got === Number.POSITIVE_INFINITY || got === Number.NEGATIVE_INFINITY)) return 0;
  // Where only one of them overflows, infinity stands for the number after the largest.
  const value =
    got === Number.POSITIVE_INFINITY ? 2 ** 128 : got === Number.NEGATIVE_INFINITY ? -(2 ** 128) : got;
  const limited = Math.min(Math.max(exact, -(2 ** 128)), 2 ** 128);
  return Math.abs(value - limited) / spacing(Math.abs(limited) < 2 ** 128 ? limited : 2 ** 127);
}

/** The largest error so far, and where. */
export class WorstError {
  ulp = 0;
  input: readonly number[] = [];
  got = 0;
  exact = 0;

  add(got: number, exact: number, input: readonly number[]): void {
    const ulp = ulpError(got, exact);
    if (!(ulp > this.ulp)) return;
    this.ulp = ulp;
    this.input = [...input];
    this.got = got;
    this.exact = exact;
  }

  /** Compares `count` results with references. `rounded` are those as float32, and `x` the inputs. */
  addAll(
    got: Float32Array,
    exact: Float64Array,
    rounded: Float32Array,
    x: Float32Array,
    count: number,
  ): void {
    const gotBits = new Int32Array(got.buffer, got.byteOffset, count);
    const roundedBits = new Int32Array(rounded.buffer, rounded.byteOffset, count);
    for (let i = 0; i < count; i++) {
      // Most results are the reference rounded: at most half a unit off.
      if (gotBits[i] === roundedBits[i] && this.ulp >= 0.5) continue;
      if (ulpError(got[i], exact[i]) > this.ulp) this.add(got[i], exact[i], [x[i]]);
    }
  }
}
