import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cos, exp, expReduced, log, log1p, scalb, sin, sincos } from "./deterministic.ts";

/** |a − b| in units of the last place of b, the correctly rounded value. */
function ulps(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(b))), -1022);
  return Math.abs(a - b) / scalb(1, exponent - 52);
}

// x and f(x), correctly rounded: python3 with mpmath at 50 digits, [(x, float(f(mpf(x)))) for x in …]
const golden: [string, (x: number) => number, number[][]][] = [
  [
    "log",
    log,
    [
      [5e-324, -744.4400719213812],
      [1e-310, -713.8013788281542],
      [1e-5, -11.512925464970229],
      [0.3, -1.2039728043259361],
      [0.7071067811865475, -0.34657359027997275],
      [0.99, -0.01005033585350145],
      [1.0000001, 9.999999505838704e-8],
      [1.5, 0.4054651081081644],
      [3.7, 1.308332819650179],
      [1e10, 23.025850929940457],
      [1.7e308, 709.7268368932282],
    ],
  ],
  [
    "log1p",
    log1p,
    [
      [-0.999, -6.907755278982136],
      [-0.25, -0.2876820724517809],
      [-1e-10, -1.00000000005e-10],
      [1e-300, 1e-300],
      [1e-9, 9.999999995e-10],
      [0.3, 0.26236426446749106],
      [2.5, 1.252762968495368],
      [1e20, 46.051701859880914],
    ],
  ],
  [
    "exp",
    exp,
    [
      [-745.13, 5e-324],
      [-730.5, 5.596044e-318],
      [-708.4, 2.217119081664265e-308],
      [-50.25, 1.5021118919431522e-22],
      [-1, 0.36787944117144233],
      [-1e-9, 0.999999999],
      [0.3, 1.3498588075760032],
      [1.7, 5.4739473917272],
      [88.8, 3.6757840844711625e38],
      [709.78, 1.7928227943945155e308],
    ],
  ],
  [
    "sin",
    sin,
    [
      [1e-300, 1e-300],
      [0.3, 0.29552020666133955],
      [0.785, 0.706825181105366],
      [Math.PI / 2, 1],
      [2.4, 0.675463180551151],
      [Math.PI, 1.2246467991473532e-16],
      [5.5, -0.7055403255703919],
      [2 * Math.PI, -2.4492935982947064e-16],
      [1e6, -0.34999350217129294],
      [-0.3, -0.29552020666133955],
    ],
  ],
  [
    "cos",
    cos,
    [
      [1e-300, 1],
      [0.3, 0.955336489125606],
      [0.785, 0.7073882691671998],
      [Math.PI / 2, 6.123233995736766e-17],
      [2.4, -0.7373937155412454],
      [Math.PI, -1],
      [5.5, 0.70866977429126],
      [2 * Math.PI, 1],
      [1e6, 0.9367521275331447],
      [-2.4, -0.7373937155412454],
    ],
  ],
];

describe.each(golden)("%s", (_name, f, rows) => {
  test.each(rows)("at %d", (x, y) => {
    expect(ulps(f(x), y)).toBeLessThanOrEqual(1);
  });
});

test("ends of the range", () => {
  expect([log(0), log(-0), log(-1), log(Infinity), log(NaN), log(1)]).toEqual([
    -Infinity,
    -Infinity,
    NaN,
    Infinity,
    NaN,
    0,
  ]);
  expect([log1p(-1), log1p(-2), log1p(0), log1p(-0), log1p(Infinity)]).toEqual([
    -Infinity,
    NaN,
    0,
    -0,
    Infinity,
  ]);
  expect([exp(0), exp(710), exp(Infinity), exp(-746), exp(-Infinity), exp(NaN)]).toEqual([
    1,
    Infinity,
    Infinity,
    0,
    0,
    NaN,
  ]);
  expect([sin(0), cos(0), sin(NaN), cos(NaN)]).toEqual([0, 1, NaN, NaN]);
  expect(() => sincos(1e7, new Float64Array(2))).toThrow("beyond ±2^20");
});

test("scalb rounds once, into the subnormal numbers too", () => {
  expect(scalb(1, 1023)).toBe(2 ** 1023);
  expect(scalb(0.75, 1024)).toBe(1.5 * 2 ** 1023);
  expect(scalb(1, -1074)).toBe(5e-324);
  expect(scalb(1.5, -1075)).toBe(5e-324);
  expect(scalb(0.99, -1075)).toBe(0);
  expect(scalb(-3, 4)).toBe(-48);
});

test("exp takes a tail that its argument cannot hold", () => {
  // mpmath: float(exp(20)), float(exp(20 + 2**-52)); the spacing of float64 at 20 is 2⁻⁴⁸.
  expect(expReduced(20, 0)).toBe(485165195.4097903);
  expect(expReduced(20, 2 ** -52)).toBe(485165195.4097904);
});

test("log undoes exp, and sine and cosine lie on the circle", () => {
  fc.assert(
    fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
      expect(Math.abs(log(exp(x)) - x)).toBeLessThanOrEqual(2.3e-16 * Math.max(1, Math.abs(x)));
    }),
  );
  fc.assert(
    fc.property(fc.double({ min: -(2 ** 20), max: 2 ** 20, noNaN: true }), (x) => {
      const [s, c] = [sin(x), cos(x)];
      expect(Math.abs(s * s + c * c - 1)).toBeLessThanOrEqual(4.5e-16);
      expect(Math.abs(s - Math.sin(x))).toBeLessThanOrEqual(2.3e-16);
      expect(Math.abs(c - Math.cos(x))).toBeLessThanOrEqual(2.3e-16);
    }),
  );
});

test("every engine gives these bits", () => {
  // FNV-1a over the results' bits: the same number wherever the arithmetic is IEEE 754's.
  let hash = 0x811c9dc5;
  const value = new Float64Array(1);
  const bytes = new Uint8Array(value.buffer);
  for (let i = 1; i <= 2000; i++) {
    for (const y of [
      log(i / 700),
      exp((i - 1000) / 150),
      sin(i / 300),
      cos(i / 300),
      log1p(i / 2001 - 0.5),
    ]) {
      value[0] = y;
      for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    }
  }
  expect(hash).toBe(1698566069);
});
