/**
 * Pairs of normal numbers from pairs of uniform ones: r = √(−2 log(1 − u₁)), θ = 2πu₂, then r cos θ and r sin θ
 * (G. E. P. Box and M. E. Muller, Ann. Math. Statist. 29 (1958)), over blocks of 16: eight u₁, then their eight u₂.
 */
import { log, sincos } from "../../util/deterministic.ts";
import { fma64 } from "./fma.ts";

const TWO_PI = 6.283185307179586;
const pair = new Float64Array(2);

/** Replaces the 16 uniform float64 numbers from `at` on by normal ones. */
export function normalBlock64(out: Float64Array, at: number, mean: number, std: number): void {
  for (let j = at; j < at + 8; j++) {
    const radius = Math.sqrt(-2 * log(1 - out[j]));
    sincos(TWO_PI * out[j + 8], pair);
    const a = radius * pair[1];
    const b = radius * pair[0];
    out[j] = mean === 0 ? a * std : fma64(a, std, mean);
    out[j + 8] = mean === 0 ? b * std : fma64(b, std, mean);
  }
}

const { fround } = Math;
const TWO_PI_32 = fround(TWO_PI);
const FOUR_OVER_PI_32 = fround(4 / Math.PI);
const SQRT_HALF_32 = fround(Math.SQRT1_2);

// The single-precision logarithm, sine and cosine of S. L. Moshier's Cephes library (1989), which PyTorch uses here on
// x86, with each step rounded to float32 as there: products that feed a sum are fused with it. A product of two float32
// numbers is exact in float64, so that fround(a * b + c) is that fused step.
const L0 = fround(7.0376836292e-2);
const L1 = fround(-1.151461031e-1);
const L2 = fround(1.167699874e-1);
const L3 = fround(-1.2420140846e-1);
const L4 = fround(1.4249322787e-1);
const L5 = fround(-1.6668057665e-1);
const L6 = fround(2.0000714765e-1);
const L7 = fround(-2.4999993993e-1);
const L8 = fround(3.3333331174e-1);
const LN2_HIGH = 0.693359375;
const LN2_LOW = fround(-2.1219444e-4);
const S0 = fround(-1.9515295891e-4);
const S1 = fround(8.3321608736e-3);
const S2 = fround(-1.6666654611e-1);
const C0 = fround(2.443315711809948e-5);
const C1 = fround(-1.388731625493765e-3);
const C2 = fround(4.166664568298827e-2);
// π/4 in three parts
const Q1 = 0.78515625;
const Q2 = fround(2.4187564849853516e-4);
const Q3 = fround(3.774894977445941e-8);

// 2⁻ᵏ at k: 1 − u₁ is an integer of so many binary digits, times 2⁻²⁴.
const halves = Float64Array.from({ length: 26 }, (_, k) => 1 / 2 ** k);

/** Replaces the 16 uniform float32 numbers from `at` on by normal ones; `mean` and `std` are float32 values. */
export function normalBlock32(out: Float32Array, at: number, mean: number, std: number): void {
  for (let j = at; j < at + 8; j++) {
    // log(1 − u₁): 1 − u₁ = 2ᵉ(1 + x) with 1 + x in [√½, √2)
    const scaled = (1 - out[j]) * 16777216;
    const digits = 32 - Math.clz32(scaled);
    const half = scaled * halves[digits];
    // No branches on random bits: the processor would guess them wrong half of the time.
    const small = +(half < SQRT_HALF_32);
    const e = digits - 24 - small;
    const x = fround(half - 1 + small * half);
    const xx = fround(x * x);
    let y = fround(L0 * x + L1);
    y = fround(y * x + L2);
    y = fround(y * x + L3);
    y = fround(y * x + L4);
    y = fround(y * x + L5);
    y = fround(y * x + L6);
    y = fround(y * x + L7);
    y = fround(y * x + L8);
    y = fround(y * x);
    y = fround(y * xx + fround(e * LN2_LOW));
    y = fround(y - 0.5 * xx);
    const logarithm = fround(e * LN2_HIGH + fround(x + y));
    const radius = fround(Math.sqrt(fround(-2 * logarithm)));

    // sin θ and cos θ: θ = k·π/4 + t with k even and |t| ≤ π/4
    const theta = fround(TWO_PI_32 * out[j + 8]);
    const k = (fround(theta * FOUR_OVER_PI_32) + 1) & ~1;
    let t = fround(theta - k * Q1);
    t = fround(t - k * Q2);
    t = fround(t - k * Q3);
    const tt = fround(t * t);
    let c = fround(C0 * tt + C1);
    c = fround(c * tt + C2);
    c = fround(c * tt);
    c = fround(c * tt - 0.5 * tt);
    c = fround(c + 1);
    let s = fround(S0 * tt + S1);
    s = fround(s * tt + S2);
    s = fround(s * tt);
    s = fround(s * t + t);
    const swap = (k & 2) >> 1;
    const stay = 1 - swap;
    const a = fround(radius * (stay * c + swap * s) * (1 - ((k + 2) & 4) * 0.5));
    const b = fround(radius * (stay * s + swap * c) * (1 - (k & 4) * 0.5));
    out[j] = a * std + mean;
    out[j + 8] = b * std + mean;
  }
}
