import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { fillNormal } from "./fill.ts";
import { defaultGenerator, Generator, manualSeed } from "./generator.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe("the stream", () => {
  test("is mt19937: the 10000th number from seed 5489 is the one that the C++ standard names", () => {
    const generator = new Generator(5489);
    expect([generator.next32(), generator.next32()]).toEqual([3499211612, 581869302]);
    for (let i = 2; i < 9999; i++) generator.next32();
    expect(generator.next32()).toBe(4123659995);
  });

  // torch.manual_seed(0); torch.rand(8) and torch.manual_seed(42); torch.rand(4, dtype=torch.float64)
  test("gives PyTorch's uniform numbers", () => {
    const generator = new Generator(0);
    expect(Array.from({ length: 8 }, () => generator.uniform24())).toEqual([
      0.49625658988952637, 0.7682217955589294, 0.08847743272781372, 0.13203048706054688, 0.30742281675338745,
      0.6340786814689636, 0.4900934100151062, 0.8964447379112244,
    ]);
    generator.manualSeed(42);
    expect(Array.from({ length: 4 }, () => generator.uniform53())).toEqual([
      0.05815448596142969, 0.06291016742457756, 0.12358607277440903, 0.05258016436107704,
    ]);
  });

  test("gives PyTorch's 64-bit integers", () => {
    // torch.manual_seed(0); [torch.empty((), dtype=torch.int64).random_().item() for _ in range(3)]
    const generator = new Generator(0);
    const seeds = Array.from({ length: 3 }, () => generator.nextInt63());
    expect(seeds).toEqual([900450186894289455n, 3969543146641149120n, 1895649597198586619n]);
    generator.manualSeed(0);
    expect(generator.next64() & ((1n << 63n) - 1n)).toBe(900450186894289455n);
  });
});

describe("seeds", () => {
  test("count negative numbers from 2^64 downward; the low 32 bits make the stream", () => {
    // torch.manual_seed(s); torch.initial_seed(), torch.rand(1).item()
    const generator = new Generator(-1);
    expect(generator.initialSeed()).toBe(18446744073709551615n);
    expect(generator.uniform24()).toBe(0.9937993884086609);
    expect(generator.manualSeed(2 ** 40 + 5).initialSeed()).toBe(1099511627781);
    expect(generator.uniform24()).toBe(0.8302518725395203);
    expect(generator.manualSeed(5).uniform24()).toBe(0.8302518725395203);
    expect(generator.manualSeed(-(2n ** 63n)).uniform24()).toBe(0.49625658988952637);
    expect(new Generator().initialSeed()).toBe(67280421310721);
  });

  test("must be integers of 64 bits", () => {
    for (const seed of [1.5, Number.NaN, 2 ** 53])
      expect(() => new Generator(seed)).toThrow("Pass an integer below 2^53");
    for (const seed of [2n ** 64n, -(2n ** 63n) - 1n])
      expect(() => new Generator(seed)).toThrow("does not fit 64 bits");
  });

  test("of nobody's choice differ and are told", () => {
    const generator = new Generator();
    const seed = generator.seed();
    expect(Number.isSafeInteger(seed)).toBe(true);
    expect(generator.initialSeed()).toBe(seed);
    const first = generator.next32();
    expect(generator.manualSeed(seed).next32()).toBe(first);
    expect(generator.seed()).not.toBe(seed);
  });

  test("of nobody's choice are chosen at the first use: no random bits are asked for while modules load", async () => {
    const bits = vi.spyOn(globalThis.crypto, "getRandomValues");
    vi.resetModules();
    const fresh = await import("./generator.ts");
    const { defaultGenerator: first } = fresh;
    expect(fresh.manualSeed(7).next32()).toBe(new Generator(7).next32());
    const drawn = first.aside(() => first.next32());
    expect(drawn).toBe(new Generator().next32());
    expect(bits).not.toHaveBeenCalled();
    const [a, b, c] = [new Generator(null), new Generator(null), new Generator(null)];
    expect(a.aside(() => a.next32())).toBe(drawn);
    expect(bits).not.toHaveBeenCalled();
    const seed = a.initialSeed();
    expect(a.next32()).toBe(new Generator(seed).next32());
    expect(b.next32()).toBe(new Generator(b.initialSeed()).next32());
    expect(c.clone().next32()).toBe(c.next32());
    expect(new Set([seed, b.initialSeed(), c.initialSeed()]).size).toBe(3);
    expect(bits).toHaveBeenCalledTimes(3);
    bits.mockRestore();
  });

  test("what is drawn aside leaves the stream where it was, also when it fails", () => {
    const [generator, other] = [new Generator(5), new Generator(5)];
    for (const g of [generator, other]) fillNormal(new Float64Array(3), g);
    generator.aside(() => fillNormal(new Float64Array(5), generator));
    expect(() =>
      generator.aside(() => {
        generator.next32();
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(generator.getState()).toEqual(other.getState());
  });

  test("manualSeed restarts the default generator and drops its spare normal", () => {
    expect(manualSeed(3)).toBe(defaultGenerator);
    fillNormal(new Float64Array(1), defaultGenerator);
    expect(defaultGenerator.spareNormal).toBeDefined();
    manualSeed(3);
    expect(defaultGenerator.spareNormal).toBeUndefined();
  });
});

describe("states", () => {
  test("are PyTorch's, byte for byte", () => {
    // g = torch.Generator(); g.manual_seed(1); hashlib.sha256(bytes(g.get_state().tolist())).hexdigest()
    const generator = new Generator(1);
    expect(sha256(generator.getState())).toBe(
      "f5defda135ec2e0d1513e6979390f58397d31a904d5f6540f8b88ae64d1decc1",
    );
    // g.manual_seed(2**40 + 5); torch.randn(3, generator=g); torch.rand(700, generator=g), and the same digest. The
    // spare normal is in it, and libraries may differ in its last bit: it is set to PyTorch's.
    generator.manualSeed(2 ** 40 + 5);
    fillNormal(new Float32Array(3), generator);
    for (let i = 0; i < 700; i++) generator.next32();
    expect(generator.spareNormal).toBeCloseTo(0.6675243015344896, 14);
    generator.spareNormal = 0.6675243015344896;
    expect(sha256(generator.getState())).toBe(
      "5d2bb0e671631cd53e5feec93aad69c42d24f5173f0148c7065db1f06e488711",
    );
  });

  test("resume the stream exactly, wherever it stands", () => {
    const steps = fc.array(fc.constantFrom(1, 2, 7, 15, 16, 100, 311, 624), { maxLength: 8 });
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), steps, (seed, lengths) => {
        const generator = new Generator(seed);
        for (const length of lengths) fillNormal(new Float64Array(length), generator);
        const state = generator.getState();
        const resumed = new Generator(1).setState(state);
        expect(resumed.getState()).toEqual(state);
        expect(resumed.initialSeed()).toBe(generator.initialSeed());
        const copy = generator.clone();
        const expected = new Float32Array(700);
        fillNormal(expected.subarray(0, 3), generator);
        fillNormal(expected.subarray(3), generator);
        for (const other of [resumed, copy]) {
          const got = new Float32Array(700);
          fillNormal(got.subarray(0, 3), other);
          fillNormal(got.subarray(3), other);
          expect(got).toEqual(expected);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("a clone goes its own way", () => {
    const generator = new Generator(0);
    const copy = generator.clone();
    copy.next32();
    expect(generator.uniform24()).toBe(0.49625658988952637);
  });

  test("the float32 spare, which nothing draws, passes through", () => {
    const state = new Generator(0).getState();
    state.set([0, 0, 192, 63, 1], 5048);
    expect(new Generator(1).setState(state).getState()).toEqual(state);
  });

  test("other bytes are refused", () => {
    const state = new Generator(0).getState();
    expect(() => new Generator().setState(state.subarray(1))).toThrow("These 5055 bytes are not the state");
    expect(() => new Generator().setState(new Uint8Array(5056))).toThrow("are not the state");
    state[8] = 7; // as many numbers left as would need another place
    expect(() => new Generator().setState(state)).toThrow("are not the state");
  });
});

test("a seed that is no number is refused in words", () => {
  for (const seed of ["a", undefined, {}])
    expect(() => new Generator(1).manualSeed(seed as never)).toThrow("A seed must be an integer");
});
