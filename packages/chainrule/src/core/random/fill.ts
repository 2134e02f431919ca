/**
 * Typed arrays filled with random numbers, drawing from the stream exactly as PyTorch's CPU kernels do. Each function fills
 * the whole array, in order.
 */
import { dtypeOf, type TypedArray } from "../../shape/dtype.ts";
import { cos, log, sin } from "../../util/deterministic.ts";
import { ChainruleError } from "../../util/errors.ts";
import { normalBlock32, normalBlock64 } from "./box-muller.ts";
import { fma32, fma64 } from "./fma.ts";
import { BLOCK, type Generator } from "./generator.ts";
import { remainder, remainder64 } from "./remainder.ts";

/** An array of floating-point numbers: its kind is its dtype. */
export type FloatArray = Float32Array | Float64Array;

const TWO_32 = 4294967296;
const ULP_24 = 1 / 16777216;
const ULP_53 = 1 / 9007199254740992;

/** The least and the largest integer that randint draws for each dtype. */
const integers = {
  bool: [0, 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  float32: [-(2 ** 24), 2 ** 24],
  float64: [-(2 ** 31), 2 ** 31 - 1],
} as const;

function refuse(problem: string, remedy: string): never {
  throw new ChainruleError("argument", problem, remedy);
}

function uniform24(out: Float32Array, generator: Generator): void {
  const { block } = generator;
  for (let i = 0; i < out.length; ) {
    if (generator.position === BLOCK) generator.refill();
    const from = generator.position - i;
    const end = Math.min(out.length, BLOCK - from);
    for (; i < end; i++) out[i] = (block[from + i] & 0xffffff) * ULP_24;
    generator.position = from + end;
  }
}

function uniform53(out: Float64Array, generator: Generator): void {
  const { block } = generator;
  for (let i = 0; i < out.length; ) {
    let position = generator.position;
    const end = Math.min(out.length, i + ((BLOCK - position) >> 1));
    for (; i < end; i++, position += 2) {
      out[i] = ((block[position] & 0x1fffff) * TWO_32 + block[position + 1]) * ULP_53;
    }
    generator.position = position;
    // Zero or one word is left; a pair may begin in this block and end in the next.
    if (i < out.length) out[i++] = generator.uniform53();
  }
}

const scratch = new Float64Array(512);

/** Calls `use` for stretches of at most 512 places with as many 53-bit uniform numbers, in order. */
function inStretches(size: number, generator: Generator, use: (u: Float64Array, at: number) => void): void {
  for (let at = 0; at < size; at += scratch.length) {
    const u = size - at < scratch.length ? scratch.subarray(0, size - at) : scratch;
    uniform53(u, generator);
    use(u, at);
  }
}

/**
 * Uniform numbers in [low, high): `Tensor.uniform_`. A float32 takes one 32-bit draw (24 bits of it), a float64 two (53
 * bits). The bits are those of PyTorch, rounding of the scaling included; as there, rounding may give `high` itself.
 *
 * @throws ChainruleError `argument` when low > high or high − low is not finite in the dtype.
 */
export function fillUniform(out: FloatArray, generator: Generator, low = 0, high = 1): void {
  const single = out instanceof Float32Array;
  const from = single ? Math.fround(low) : low;
  const range = single ? Math.fround(Math.fround(high) - from) : high - from;
  if (!(range >= 0 && range < Number.POSITIVE_INFINITY)) {
    refuse(
      `A uniform distribution over [${low}, ${high}) does not exist.`,
      "Pass finite bounds with low <= high.",
    );
  }
  if (single) uniform24(out, generator);
  else uniform53(out, generator);
  if (from === 0) {
    if (range !== 1) for (let i = 0; i < out.length; i++) out[i] *= range;
  } else if (single) for (let i = 0; i < out.length; i++) out[i] = fma32(out[i], range, from);
  else for (let i = 0; i < out.length; i++) out[i] = fma64(out[i], range, from);
}

/** One standard normal float64, by Box–Muller from two 53-bit draws; every second call returns the spare of the first. */
function scalarNormal(generator: Generator): number {
  const spare = generator.spareNormal;
  if (spare !== undefined) {
    generator.spareNormal = undefined;
    return spare;
  }
  const theta = 2 * Math.PI * generator.uniform53();
  const radius = Math.sqrt(-2 * log(1 - generator.uniform53()));
  generator.spareNormal = radius * sin(theta);
  return radius * cos(theta);
}

/**
 * Normal numbers: `Tensor.normal_`, `randn`. Fewer than 16 are made one by one in float64, and a spare one stays with the
 * generator; from 16 on the array fills with uniform numbers, which turn normal in blocks of 16, a ragged end being
 * drawn once more. In float32 the blocks have PyTorch's bits (on x86 with AVX2); elsewhere the last bit may differ.
 *
 * @throws ChainruleError `argument` when `std` is negative or NaN.
 */
export function fillNormal(out: FloatArray, generator: Generator, mean = 0, std = 1): void {
  if (!(std >= 0)) refuse(`A normal distribution with std = ${std} does not exist.`, "Pass std >= 0.");
  const size = out.length;
  if (size < 16) {
    for (let i = 0; i < size; i++) out[i] = fma64(scalarNormal(generator), std, mean);
    return;
  }
  if (out instanceof Float32Array) {
    const mean32 = Math.fround(mean);
    const std32 = Math.fround(std);
    uniform24(out, generator);
    for (let i = 0; i + 16 <= size; i += 16) normalBlock32(out, i, mean32, std32);
    if (size % 16 !== 0) {
      uniform24(out.subarray(size - 16), generator);
      normalBlock32(out, size - 16, mean32, std32);
    }
  } else {
    uniform53(out, generator);
    for (let i = 0; i + 16 <= size; i += 16) normalBlock64(out, i, mean, std);
    if (size % 16 !== 0) {
      uniform53(out.subarray(size - 16), generator);
      normalBlock64(out, size - 16, mean, std);
    }
  }
}

/**
 * Integers in [low, high): `randint`. One 32-bit draw each, modulo the range; from a range of 2²⁸ on one 64-bit draw each,
 * as in PyTorch since 2.7 (earlier ones switch at 2³² only).
 *
 * @throws ChainruleError `argument` unless low < high are integers and all from low to high − 1 fit the dtype exactly
 * (and int32, for float64).
 */
export function fillRandint(out: TypedArray, generator: Generator, low: number, high: number): void {
  const [least, most] = integers[dtypeOf(out)];
  const fits = Number.isInteger(low) && Number.isInteger(high) && low >= least && high - 1 <= most;
  if (!fits || low >= high) {
    refuse(
      `The ${dtypeOf(out)} integers from ${low} to below ${high} cannot be drawn from.`,
      `Pass integers low < high with low >= ${least} and high <= ${most + 1}.`,
    );
  }
  const range = high - low;
  if (range < 2 ** 28) {
    const { block } = generator;
    for (let i = 0; i < out.length; ) {
      if (generator.position === BLOCK) generator.refill();
      const from = generator.position - i;
      const end = Math.min(out.length, BLOCK - from);
      for (; i < end; i++) out[i] = remainder(block[from + i], range) + low;
      generator.position = from + end;
    }
  } else {
    for (let i = 0; i < out.length; i++) {
      out[i] = remainder64(generator, range) + low;
    }
  }
}

/**
 * Ones with probability p, else zeros: `Tensor.bernoulli_`. A number p (dropout) takes a 53-bit draw per element whatever
 * the dtypes; an array of p (`torch.bernoulli`) 24-bit draws when it is float32 and 53-bit ones when it is float64.
 *
 * @throws ChainruleError `argument` when a p lies outside [0, 1] or the lengths differ.
 */
export function fillBernoulli(out: TypedArray, generator: Generator, p: number | TypedArray): void {
  if (typeof p === "number") {
    checkProbability(p);
    inStretches(out.length, generator, (u, at) => {
      for (let j = 0; j < u.length; j++) out[at + j] = +(u[j] < p);
    });
    return;
  }
  if (p.length !== out.length) {
    refuse(
      `${p.length} probabilities do not fit ${out.length} outcomes.`,
      "Pass one probability per outcome.",
    );
  }
  const single = p instanceof Float32Array;
  if (!single && !(p instanceof Float64Array)) {
    throw new ChainruleError(
      "dtype",
      `Probabilities cannot be ${dtypeOf(p)}.`,
      "Pass them as float32 or float64.",
    );
  }
  for (let i = 0; i < out.length; i++) {
    checkProbability(p[i]);
    out[i] = (single ? generator.uniform24() : generator.uniform53()) < p[i] ? 1 : 0;
  }
}

function checkProbability(p: number): void {
  if (!(p >= 0 && p <= 1)) refuse(`${p} is not a probability.`, "Pass probabilities between 0 and 1.");
}

/** Exponential numbers with rate λ, −log(1 − u)/λ from a 53-bit u: `Tensor.exponential_`. */
export function fillExponential(out: FloatArray, generator: Generator, lambda = 1): void {
  if (!(lambda > 0))
    refuse(`An exponential distribution with rate ${lambda} does not exist.`, "Pass lambda > 0.");
  const scale = -1 / lambda;
  inStretches(out.length, generator, (u, at) => {
    for (let j = 0; j < u.length; j++) out[at + j] = scale * log(1 - u[j]);
  });
}
