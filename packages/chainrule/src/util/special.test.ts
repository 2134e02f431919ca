import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { log } from "./deterministic.ts";
import { digamma, erf, erfc, erfinv, lgamma, roundHalfEven } from "./special.ts";

// x and f(x), correctly rounded: python3 with mpmath at 50 digits, [(x, float(f(mpf(x)))) for x in …]
const golden: [string, (x: number) => number, number, number[][]][] = [
  [
    "erf",
    erf,
    3e-16,
    [
      [5e-324, 5e-324],
      [1e-10, 1.1283791670955126e-10],
      [0.3, 0.3286267594591274],
      [0.9, 0.7969082124228322],
      [1, 0.8427007929497149],
      [1.2, 0.9103139782296353],
      [2.5, 0.999593047982555],
      [5.9, 0.9999999999999999],
      [-1.2, -0.9103139782296353],
    ],
  ],
  [
    "erfc",
    erfc,
    6e-16,
    [
      [-3, 1.9999779095030015],
      [-0.6, 1.6038560908479258],
      [1e-10, 0.999999999887162],
      [0.4, 0.5716076449533315],
      [0.5, 0.4795001221869535],
      [0.9, 0.20309178757716786],
      [1.3, 0.06599205505934755],
      [1.8, 0.010909498364269283],
      [2.5, 0.0004069520174449589],
      [4, 1.541725790028002e-8],
      [8, 1.1224297172982926e-29],
      [20, 5.395865611607901e-176],
      [26.6, 1.088512588544227e-309],
      [27.2, 1e-323],
    ],
  ],
  [
    "erfinv",
    erfinv,
    4e-16,
    [
      [1e-12, 8.86226925452758e-13],
      [0.1, 0.08885599049425769],
      [0.5, 0.4769362762044699],
      [0.9, 1.1630871536766743],
      [0.99, 1.8213863677184494],
      [0.9999999, 3.7665625816384707],
      [1 - 2 ** -53, 5.8635847487551676],
      [-0.9, -1.1630871536766743],
    ],
  ],
  [
    "lgamma",
    lgamma,
    4.5e-16,
    [
      [1e-300, 690.7755278982137],
      [0.1, 2.252712651734206],
      [0.5, 0.5723649429247001],
      [0.9, 0.06637623973474295],
      [1.0000001, -5.772155829918507e-8],
      [1.4616321449683622, -0.12148629053584961],
      [2.0000001, 4.227843666532498e-8],
      [2.9, 0.6028696102493114],
      [3.5, 1.2009736023470743],
      [7.9, 8.32426586800881],
      [8, 8.525161361065415],
      [50.5, 146.51925549072064],
      [1e10, 220258509288.81058],
      [1e305, 7.012884533631839e307],
      [-0.5, 1.2655121234846454],
      [-1.5, 0.860047015376481],
      [-3.25, -0.6231534513209986],
    ],
  ],
  [
    "digamma",
    digamma,
    6e-16,
    [
      [1e-8, -100000000.57721564],
      [0.3, -3.502524222200133],
      [0.99, -0.5937863040555952],
      [1, -0.5772156649015329],
      [1.4616321449683622, -9.241265521729427e-17],
      [1.7, 0.2085478748734939],
      [3.3, 1.0348224890596216],
      [9.9, 2.2411803166063815],
      [10, 2.251752589066721],
      [123.4, 4.8113737751162775],
      [1e20, 46.051701859880914],
      [-1.25, 3.714139120213528],
      [-10.1, 12.030052248548309],
    ],
  ],
];

describe.each(golden)("%s", (_name, f, tolerance, rows) => {
  test.each(rows)("at %d", (x, y) => {
    expect(Math.abs(f(x) - y)).toBeLessThanOrEqual(tolerance * Math.abs(y));
  });
});

test("edge values, as torch.special's in float64", () => {
  const ends = [0, -0, Infinity, -Infinity, NaN, -1, 2];
  expect(ends.map(erf)).toEqual([0, -0, 1, -1, NaN, erf(-1), erf(2)]);
  expect(ends.map(erfc)).toEqual([1, 1, 0, 2, NaN, erfc(-1), erfc(2)]);
  expect(ends.map(erfinv)).toEqual([0, -0, NaN, NaN, NaN, -Infinity, NaN]);
  expect(ends.map(lgamma)).toEqual([Infinity, Infinity, Infinity, Infinity, NaN, Infinity, 0]);
  expect(lgamma(1)).toBe(0);
  expect(ends.map(digamma)).toEqual([-Infinity, Infinity, Infinity, NaN, NaN, NaN, digamma(2)]);
  expect([erfinv(1), lgamma(-1e16), lgamma(1.7e308), erfc(28)]).toEqual([Infinity, Infinity, Infinity, 0]);
  expect(lgamma(-5e-324)).toBe(744.4400719213812);
});

test("erfinv undoes erf", () => {
  fc.assert(
    fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (y) => {
      expect(Math.abs(erf(erfinv(y)) - y)).toBeLessThanOrEqual(4e-16 * Math.abs(y) + 5e-324);
    }),
  );
  fc.assert(
    fc.property(fc.double({ min: 1e-16, max: 0.5, noNaN: true }), (t) => {
      const tail = 1 - (1 - t); // what 1 − t says of t
      // erfc falls by the factor 2x per relative change of x, of which rounding makes some 10⁻¹⁶.
      const x = erfinv(1 - t);
      expect(Math.abs(erfc(x) - tail)).toBeLessThanOrEqual(4e-16 * (1 + 2 * x * x) * tail);
    }),
  );
});

test("erf and erfc are odd and complementary", () => {
  fc.assert(
    fc.property(fc.double({ min: -30, max: 30, noNaN: true }), (x) => {
      expect(erf(-x)).toBe(-erf(x));
      expect(Math.abs(erf(x) + erfc(x) - 1)).toBeLessThanOrEqual(3e-16);
    }),
  );
});

test("the recurrences of the gamma function", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (x) => {
      const size = Math.max(1, Math.abs(log(x)), Math.abs(lgamma(x)));
      expect(Math.abs(lgamma(x + 1) - lgamma(x) - log(x))).toBeLessThanOrEqual(1e-15 * size);
      expect(Math.abs(digamma(x + 1) - digamma(x) - 1 / x)).toBeLessThanOrEqual(1e-15 * Math.max(20, 1 / x));
    }),
  );
});

test("halves round to even", () => {
  // numpy.round
  expect([-2.5, -1.5, -0.5, -0.2, -0, 0, 0.5, 1.5, 2.5, 0.49999999999999994, 3.7].map(roundHalfEven)).toEqual(
    [-2, -2, -0, -0, -0, 0, 0, 2, 2, 0, 4],
  );
  expect([2 ** 52 - 0.5, 2 ** 52 + 1, 1e300, -Infinity, NaN].map(roundHalfEven)).toEqual([
    2 ** 52,
    2 ** 52 + 1,
    1e300,
    -Infinity,
    NaN,
  ]);
});
