import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillBernoulli, fillExponential, fillNormal, fillRandint, fillUniform } from "./fill.ts";
import { Generator } from "./generator.ts";

// The numbers in this file are PyTorch 1.13's (CPU, without MKL), each after torch.manual_seed with the seed given here.

const sha256 = (array: Float32Array | Float64Array) =>
  createHash("sha256").update(new Uint8Array(array.buffer)).digest("hex");

function filled<T>(out: T, fill: (out: T, generator: Generator) => void, seed = 0): T {
  fill(out, new Generator(seed));
  return out;
}

const float32 = (n: number) => new Float32Array(n);
const float64 = (n: number) => new Float64Array(n);

/** Equal up to the last bits of float64. */
function expectClose(got: Float64Array, expected: number[]): void {
  expect(got.length).toBe(expected.length);
  for (const [i, y] of expected.entries())
    expect(Math.abs(got[i] - y)).toBeLessThanOrEqual(1e-13 * Math.abs(y));
}

describe("uniform", () => {
  test("has PyTorch's bits over many blocks", () => {
    // torch.rand(2000000)
    expect(sha256(filled(float32(2000000), (x, g) => fillUniform(x, g)))).toBe(
      "5761540c006c01aaeddab4a4873bae9a84480494107957c33cb355908430f086",
    );
  });

  test("scales with one rounding", () => {
    // torch.empty(100000).uniform_(-.3, .4), and the same in float64
    expect(sha256(filled(float32(100000), (x, g) => fillUniform(x, g, -0.3, 0.4)))).toBe(
      "31c09109e04b3a58318cad715c29669a25373d62a1759da8bae8053645f306dd",
    );
    expect(sha256(filled(float64(100000), (x, g) => fillUniform(x, g, -0.3, 0.4)))).toBe(
      "ea5b55bde762aba21c7e5e78c6376ca3cd2e81b4f345a9550fb4176e50e54df9",
    );
    // torch.manual_seed(7); torch.empty(5).uniform_(-.1, .1), and the same in float64
    expect([...filled(float32(5), (x, g) => fillUniform(x, g, -0.1, 0.1), 7)]).toEqual([
      0.006984508130699396, -0.060239363461732864, 0.03184233978390694, 0.03137805685400963,
      -0.05344768986105919,
    ]);
    expect([...filled(float64(5), (x, g) => fillUniform(x, g, -0.1, 0.1), 7)]).toEqual([
      -0.04412391401871921, -0.04526125726964687, 0.0724185922835251, 0.031337686117640276,
      0.08450587349059745,
    ]);
  });

  test("does not depend on how a fill is cut into fills", () => {
    const whole = filled(float64(1500), (x, g) => fillUniform(x, g));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1500 }), { maxLength: 5 }), (cuts) => {
        const parts = float64(1500);
        const generator = new Generator(0);
        const ends = [...cuts, 1500].sort((a, b) => a - b);
        for (const [i, end] of ends.entries()) fillUniform(parts.subarray(ends[i - 1] ?? 0, end), generator);
        expect(parts).toEqual(whole);
      }),
      { numRuns: 20 },
    );
    // a float32 between them leaves pairs of words that straddle blocks
    const generator = new Generator(0);
    generator.next32();
    const odd = float64(1000);
    fillUniform(odd, generator);
    const other = new Generator(0);
    other.next32();
    expect(odd).toEqual(float64(1000).map(() => other.uniform53()));
  });

  test("refuses what is no interval", () => {
    expect(() => fillUniform(float32(1), new Generator(0), 2, 1)).toThrow("over [2, 1) does not exist");
    expect(() => fillUniform(float32(1), new Generator(0), 0, Infinity)).toThrow("Pass finite bounds");
    expect(() => fillUniform(float32(1), new Generator(0), NaN, 1)).toThrow("Pass finite bounds");
  });
});

describe("normal", () => {
  test("below 16 values: scalar Box–Muller", () => {
    // torch.randn(5), and the same in float64
    expect([...filled(float32(5), (x, g) => fillNormal(x, g))]).toEqual([
      1.5409960746765137, -0.293428897857666, -2.1787893772125244, 0.5684312582015991, -1.0845223665237427,
    ]);
    expectClose(
      filled(float64(5), (x, g) => fillNormal(x, g)),
      [1.5409961082440433, -0.2934289057609464, -2.1787893820745574, 0.5684312772806678, -1.084522342424021],
    );
  });

  test("the spare value passes from call to call, between dtypes and over blocks", () => {
    // torch.randn(3); torch.randn(2, dtype=torch.float64); torch.randn(16)[0]; torch.randn(1)
    const generator = new Generator(0);
    const [three, two, block, one] = [float32(3), float64(2), float32(16), float32(1)];
    for (const out of [three, two, block, one]) fillNormal(out, generator);
    expect([...three]).toEqual([1.5409960746765137, -0.293428897857666, -2.1787893772125244]);
    expectClose(two, [0.5684312772806678, -1.084522342424021]);
    expect(block[0]).toBe(-0.08853142708539963);
    expect(one[0]).toBe(-1.3985954523086548);
  });

  test("from 16 values on: blocks, and a ragged end drawn again", () => {
    // torch.randn(20)
    expect([...filled(float32(20), (x, g) => fillNormal(x, g))]).toEqual([
      -1.1258398294448853, -1.152360200881958, -0.2505785822868347, -0.4338788092136383, 0.5988394618034363,
      -1.5550950765609741, -0.3413603901863098, 1.85300612449646, 0.46809640526771545, -0.1577124446630478,
      1.4436601400375366, 0.26604941487312317, 1.3893661499023438, 1.586334228515625, 0.946298360824585,
      -0.843676745891571, 0.9318265914916992, 1.2590092420578003, 2.0049805641174316, 0.05373690277338028,
    ]);
    // torch.randn(18, dtype=torch.float64)
    expectClose(
      filled(float64(18), (x, g) => fillNormal(x, g)),
      [
        -2.310411800234176, -0.3732508612577643, -1.2609246557194385, -0.726951062065411,
        -0.019964750907762653, 0.2102998901016947, 0.17718935139366584, -0.830510051008449,
        0.23871805816817063, 0.7335283685272841, -0.7730112772958181, -1.5951814880783068,
        -0.6870036940435463, 1.4880743158106724, -0.4484158047114511, -0.8910030351707375, 0.6748575435940039,
        1.0468653769814655,
      ],
    );
    // torch.manual_seed(3); torch.empty(17).normal_(5, .5)
    expect([...filled(float32(17), (x, g) => fillNormal(x, g, 5, 0.5), 3)]).toEqual([
      4.9616780281066895, 5.465562343597412, 4.742769241333008, 4.174167156219482, 5.523011207580566,
      5.261093616485596, 4.916595458984375, 5.026516914367676, 5.202303409576416, 6.128278732299805,
      5.934629917144775, 4.402382850646973, 5.498961448669434, 5.22959041595459, 6.218198776245117,
      4.926595687866211, 5.242557048797607,
    ]);
  });

  test("float32 blocks have PyTorch's bits", () => {
    // torch.randn(100000), on x86 with AVX2
    expect(sha256(filled(float32(100000), (x, g) => fillNormal(x, g)))).toBe(
      "0185aae2d6c33b3965361a017caa7b5af402f472c7d56c1e0df1ed2d9832e585",
    );
  });

  test("mean and std move and stretch float64 blocks", () => {
    const plain = filled(float64(100), (x, g) => fillNormal(x, g));
    expectClose(
      filled(float64(100), (x, g) => fillNormal(x, g, 3, 2)),
      [...plain].map((z) => 2 * z + 3),
    );
    expect(() => fillNormal(float32(1), new Generator(0), 0, -1)).toThrow("std = -1 does not exist");
  });
});

describe("integers", () => {
  test("are one draw modulo the range", () => {
    // torch.randint(0, 10, (8,)), torch.randint(-1000000, 7, (4,))
    expect([...filled(new Int32Array(8), (x, g) => fillRandint(x, g, 0, 10))]).toEqual([
      4, 9, 3, 0, 3, 9, 7, 3,
    ]);
    expect([...filled(float32(8), (x, g) => fillRandint(x, g, 0, 10))]).toEqual([4, 9, 3, 0, 3, 9, 7, 3]);
    expect([...filled(new Int32Array(4), (x, g) => fillRandint(x, g, -1000000, 7))]).toEqual([
      -880455, -769583, -306564, -931622,
    ]);
  });

  test("from a range of 2²⁸ on take 64 bits", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2 ** 28, max: 2 ** 32 }), fc.nat(), (range, seed) => {
        const low = -(2 ** 31);
        const [out] = filled(new Int32Array(1), (x, g) => fillRandint(x, g, low, low + range), seed);
        expect(out - low).toBe(Number(new Generator(seed).next64() % BigInt(range)));
      }),
    );
  });

  test("must fit the dtype", () => {
    const generator = new Generator(0);
    expect(() => fillRandint(new Int32Array(1), generator, 5, 5)).toThrow(
      "from 5 to below 5 cannot be drawn",
    );
    expect(() => fillRandint(new Int32Array(1), generator, 0, 2 ** 31 + 1)).toThrow("high <= 2147483648");
    expect(() => fillRandint(new Uint8Array(1), generator, 0, 3)).toThrow("The bool integers");
    expect(() => fillRandint(float32(1), generator, 0, 2 ** 25)).toThrow("high <= 16777217");
    expect(() => fillRandint(float64(1), generator, 0.5, 2)).toThrow("Pass integers");
  });
});

describe("bernoulli", () => {
  test("one p for all takes 53-bit draws whatever the dtype", () => {
    // torch.empty(16).bernoulli_(.3)
    const expected = [0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0];
    for (const out of [float32(16), float64(16), new Uint8Array(16), new Int32Array(16)]) {
      expect([...filled(out, (x, g) => fillBernoulli(x, g, 0.3))]).toEqual(expected);
    }
  });

  test("a p for each takes draws as wide as p's dtype", () => {
    // torch.bernoulli(torch.linspace(0, 1, 16)), and the same in float64
    const p = Array.from({ length: 16 }, (_, i) => i / 15);
    expect([...filled(float32(16), (x, g) => fillBernoulli(x, g, Float32Array.from(p)))]).toEqual([
      0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1, 1,
    ]);
    expect([...filled(new Uint8Array(16), (x, g) => fillBernoulli(x, g, Float64Array.from(p)))]).toEqual([
      0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1,
    ]);
  });

  test("0 and 1 are certain; other numbers are no probabilities", () => {
    expect(filled(float32(1000), (x, g) => fillBernoulli(x, g, 0))).toEqual(float32(1000));
    expect(filled(float32(1000), (x, g) => fillBernoulli(x, g, 1))).toEqual(float32(1000).fill(1));
    const generator = new Generator(0);
    expect(() => fillBernoulli(float32(1), generator, 1.1)).toThrow("1.1 is not a probability");
    expect(() => fillBernoulli(float32(1), generator, Float64Array.of(NaN))).toThrow(
      "NaN is not a probability",
    );
    expect(() => fillBernoulli(float32(2), generator, float32(1))).toThrow(
      "1 probabilities do not fit 2 outcomes",
    );
    expect(() => fillBernoulli(float32(1), generator, new Int32Array(1))).toThrow("cannot be int32");
  });
});

test("exponential numbers", () => {
  // torch.empty(4).exponential_(2)
  expect([...filled(float32(4), (x, g) => fillExponential(x, g, 2))]).toEqual([
    1.754163146018982, 0.6151923537254333, 0.3075220584869385, 1.267559289932251,
  ]);
  expect(() => fillExponential(float32(1), new Generator(0), 0)).toThrow("rate 0 does not exist");
});

test("exponential numbers fill more than one stretch of draws", () => {
  const generator = new Generator(5);
  const out = filled(float64(1300), (x, g) => fillExponential(x, g), 5);
  for (const x of out) expect(Math.abs(x + Math.log1p(-generator.uniform53()))).toBeLessThanOrEqual(1e-14);
});
