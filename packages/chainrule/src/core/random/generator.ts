/**
 * The random stream: the Mersenne Twister mt19937 with the seeding, the order of draws and the state layout of PyTorch's
 * CPU generator. M. Matsumoto and T. Nishimura, ACM TOMACS 8 (1998), with their initialization of 2002.
 */
import { ChainruleError } from "../../util/errors.ts";
import { shown } from "../../util/wording.ts";
import { recording } from "../recording.ts";

/** Words in the state, and draws per regeneration. */
export const BLOCK = 624;
const SHIFT = 397;
const TWIST = 0x9908b0df | 0;
const TWO_32 = 4294967296;
const ULP_24 = 1 / 16777216;
const ULP_53 = 1 / 9007199254740992;

/** The seed of a generator that was given none, as in PyTorch. */
const DEFAULT_SEED = 67280421310721n;
const LIMIT = 1n << 64n;

// Where PyTorch's `torch.get_rng_state()` keeps what, in bytes: the seed, two flags, the position, 624 words widened to
// 64 bits, and what Box–Muller has left over in float64 and float32, each with its flag.
const STATE_BYTES = 5056;
const AT = { seed: 0, left: 8, seeded: 12, next: 16, words: 24, spare: 5024, hasSpare: 5040, spare32: 5048 };
const AT_HAS_SPARE_32 = 5052;

/** A seed that differs on every call: 53 random bits, so that a float64 and JSON hold it exactly. */
function entropy(): number {
  const [high, low] = globalThis.crypto.getRandomValues(new Uint32Array(2));
  return (high & 0x1fffff) * TWO_32 + low;
}

/** Checks a seed and brings it to [0, 2⁶⁴): negative seeds count from 2⁶⁴ downward, as in PyTorch. */
function normalizeSeed(seed: number | bigint): bigint {
  if (typeof seed !== "bigint" && !Number.isSafeInteger(seed)) {
    throw new ChainruleError(
      "argument",
      `A seed must be an integer that a number holds exactly, got ${shown(seed)}.`,
      "Pass an integer below 2^53, or a bigint.",
    );
  }
  const big = BigInt(seed);
  if (big >= LIMIT || big < -(LIMIT >> 1n)) {
    throw new ChainruleError(
      "argument",
      `The seed ${big} does not fit 64 bits.`,
      "Pass a seed from -2^63 to 2^64 - 1.",
    );
  }
  return BigInt.asUintN(64, big);
}

/**
 * A source of random numbers. Two generators with the same seed give the same stream, on every machine, and it is the
 * stream of a PyTorch CPU generator with that seed: the Mersenne Twister mt19937 (Matsumoto and Nishimura, ACM TOMACS 8, 1998).
 *
 * @example
 * const generator = new Generator(0);
 * generator.uniform24(); // → 0.49625658988952637
 * rand([2], { generator }); // → tensor([0.7682, 0.0885])
 * const same = generator.clone();
 * rand([1], { generator }).equal(rand([1], { generator: same })); // → true
 */
export class Generator {
  /** The numbers of the current block, ready to use; those from {@link position} on are still to be drawn. */
  readonly block: Uint32Array = new Uint32Array(BLOCK);
  /** The next number's place in {@link block}, from 0; 624, its length, means that a new block is due. */
  position = BLOCK;
  /** The second value of the last Box–Muller pair, kept for the next scalar normal. */
  spareNormal: number | undefined;

  readonly #words = new Int32Array(BLOCK);
  /** Undefined while none was chosen. */
  #seed: bigint | undefined;
  /** True until the first draw after seeding; PyTorch's state tells this from an exhausted block. */
  #fresh = true;
  /** PyTorch's float32 spare. Nothing draws from it on the CPU; it is kept so that a state passes through unchanged. */
  #spare32: number | undefined;

  /**
   * @param seed - from −2⁶³ to 2⁶⁴ − 1; without one, PyTorch's default seed 67280421310721. With null one that nobody can
   * foresee, chosen at the first use: some servers give no random bits while modules load.
   */
  constructor(seed: number | bigint | null = DEFAULT_SEED) {
    if (seed !== null) this.manualSeed(seed);
  }

  /**
   * Restarts the stream from a seed and forgets the spare normal value. The stream depends on the seed's low 32 bits.
   *
   * @param seed - an integer from −2⁶³ to 2⁶⁴ − 1; negative ones count from 2⁶⁴ downward.
   * @throws ChainruleError `argument` for any other seed.
   */
  manualSeed(seed: number | bigint): this {
    recording?.seeded(this);
    this.#restart(normalizeSeed(seed));
    return this;
  }

  #restart(seed: bigint): void {
    this.#seed = seed;
    const words = this.#words;
    words[0] = Number(seed & 0xffffffffn);
    for (let i = 1; i < BLOCK; i++) {
      words[i] = Math.imul(1812433253, words[i - 1] ^ (words[i - 1] >>> 30)) + i;
    }
    this.position = BLOCK;
    this.#fresh = true;
    this.spareNormal = undefined;
    this.#spare32 = undefined;
  }

  /** The seed; where none was chosen, one is now. */
  #chosen(): bigint {
    if (this.#seed === undefined) this.#restart(BigInt(entropy()));
    return this.#seed!;
  }

  /** The seed that the stream started from, in [0, 2⁶⁴): a number where that is exact, else a bigint. */
  initialSeed(): number | bigint {
    const seed = this.#chosen();
    return seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed;
  }

  /** Restarts the stream from a seed that nobody can foresee, and returns that seed (an integer below 2⁵³). */
  seed(): number {
    const seed = entropy();
    this.manualSeed(seed);
    return seed;
  }

  /**
   * Runs `body`, which may draw, and then goes on as if nothing had been drawn. What it draws is no secret.
   *
   * @internal
   */
  aside<R>(body: () => R): R {
    const before = this.#seed === undefined ? null : this.getState();
    this.#restart(DEFAULT_SEED);
    try {
      return body();
    } finally {
      this.#restart(DEFAULT_SEED);
      if (before) this.setState(before);
      else this.#seed = undefined;
    }
  }

  /** The next 32 random bits, as an integer in [0, 2³²). */
  next32(): number {
    if (this.position === BLOCK) this.refill();
    return this.block[this.position++];
  }

  /** The next 64 random bits, high word drawn first, as an integer in [0, 2⁶⁴). */
  next64(): bigint {
    const high = this.next32();
    return (BigInt(high) << 32n) | BigInt(this.next32());
  }

  /** An integer in [0, 2⁶³) from 64 bits: what PyTorch's loaders and samplers draw as the seed of another generator. */
  nextInt63(): bigint {
    return this.next64() & ((1n << 63n) - 1n);
  }

  /** A float32 in [0, 1): the low 24 bits of one draw, times 2⁻²⁴. */
  uniform24(): number {
    return (this.next32() & 0xffffff) * ULP_24;
  }

  /** A float64 in [0, 1): the low 53 bits of a 64-bit draw, times 2⁻⁵³. */
  uniform53(): number {
    const high = this.next32() & 0x1fffff;
    return (high * TWO_32 + this.next32()) * ULP_53;
  }

  /** Makes the next block of numbers. For fills that read {@link block} directly. */
  refill(): void {
    this.#chosen();
    const words = this.#words;
    // One pass of the recurrence over the state in place: word i from words i, i+1 and i+397 (mod 624).
    let i = 0;
    for (; i < BLOCK - SHIFT; i++) words[i] = words[i + SHIFT] ^ twist(words[i], words[i + 1]);
    for (; i < BLOCK - 1; i++) words[i] = words[i + SHIFT - BLOCK] ^ twist(words[i], words[i + 1]);
    words[i] = words[i + SHIFT - BLOCK] ^ twist(words[i], words[0]);
    this.#temper();
    this.position = 0;
    this.#fresh = false;
  }

  #temper(): void {
    const words = this.#words;
    const block = this.block;
    for (let i = 0; i < BLOCK; i++) {
      let y = words[i];
      y ^= y >>> 11;
      y ^= (y << 7) & 0x9d2c5680;
      y ^= (y << 15) & 0xefc60000;
      block[i] = y ^ (y >>> 18);
    }
  }

  /**
   * The whole state as 5056 bytes: those that `torch.Generator.get_state()` gives for a CPU generator (the length tells
   * the version), so that a stream can move between the two libraries in the middle.
   *
   * @example
   * const generator = new Generator(0);
   * const state = generator.getState();
   * const first = rand([2], { generator });
   * generator.setState(state);
   * rand([2], { generator }).equal(first); // → true
   */
  getState(): Uint8Array {
    const bytes = new Uint8Array(STATE_BYTES);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(AT.seed, this.#chosen(), true);
    view.setInt32(AT.left, this.#fresh ? 1 : BLOCK + 1 - this.position, true);
    view.setInt32(AT.seeded, 1, true);
    view.setUint32(AT.next, this.#fresh ? 0 : this.position, true);
    for (let i = 0; i < BLOCK; i++) view.setInt32(AT.words + 8 * i, this.#words[i], true);
    view.setFloat64(AT.spare, this.spareNormal ?? 0, true);
    view.setInt32(AT.hasSpare, this.spareNormal === undefined ? 0 : 1, true);
    view.setFloat32(AT.spare32, this.#spare32 ?? 0, true);
    view.setUint8(AT_HAS_SPARE_32, this.#spare32 === undefined ? 0 : 1);
    return bytes;
  }

  /**
   * Continues from a state made by {@link getState} or by PyTorch's `get_state`; returns the generator.
   *
   * @throws ChainruleError `state` when the bytes are not such a state.
   */
  setState(state: Uint8Array): this {
    recording?.seeded(this);
    const view = new DataView(state.buffer, state.byteOffset, state.byteLength);
    const left = state.byteLength === STATE_BYTES ? view.getInt32(AT.left, true) : 0;
    const next = left > 0 ? view.getUint32(AT.next, true) : 0;
    // `left` and `next` tell the same place twice; with one left, the next draw makes a new block wherever `next` is.
    if (left < 1 || (left > 1 && left + next !== BLOCK + 1) || view.getInt32(AT.seeded, true) === 0) {
      throw new ChainruleError(
        "state",
        `These ${state.byteLength} bytes are not the state of a random generator.`,
        "Pass the 5056 bytes that getState() of a CPU generator gave.",
      );
    }
    this.#seed = view.getBigUint64(AT.seed, true);
    for (let i = 0; i < BLOCK; i++) this.#words[i] = view.getInt32(AT.words + 8 * i, true);
    this.#temper();
    this.position = left === 1 ? BLOCK : next;
    this.#fresh = left === 1 && next === 0;
    this.spareNormal = view.getInt32(AT.hasSpare, true) === 0 ? undefined : view.getFloat64(AT.spare, true);
    this.#spare32 = view.getUint8(AT_HAS_SPARE_32) === 0 ? undefined : view.getFloat32(AT.spare32, true);
    return this;
  }

  /**
   * A new generator that goes on exactly where this one stands.
   *
   * @example
   * const generator = new Generator(0);
   * const other = generator.clone();
   * generator.next32() === other.next32(); // → true
   */
  clone(): Generator {
    return new Generator().setState(this.getState());
  }
}

function twist(u: number, v: number): number {
  return (((u & 0x80000000) | (v & 0x7fffffff)) >>> 1) ^ (-(v & 1) & TWIST);
}

/**
 * The generator that everything draws from unless it is given one. It starts from a seed that nobody can foresee.
 *
 * @example
 * manualSeed(7);
 * defaultGenerator.initialSeed(); // → 7
 */
export const defaultGenerator: Generator = /* @__PURE__ */ new Generator(null);

/**
 * Restarts {@link defaultGenerator} from a seed and returns it, as `torch.manual_seed`: what is drawn from then on is the same each
 * time, and the same as there.
 *
 * @param seed an integer from −2⁶³ to 2⁶⁴ − 1
 * @throws ChainruleError `argument` for any other seed
 *
 * @example
 * manualSeed(0);
 * rand([2]); // → tensor([0.4963, 0.7682])
 * manualSeed(0.5); // throws argument: A seed must be an integer
 */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator.manualSeed(seed);
}
