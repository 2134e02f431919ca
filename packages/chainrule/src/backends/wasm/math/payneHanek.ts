/** Reduction of angles of any size, after M. H. Payne and R. N. Hanek (SIGNUM Newsletter 18, 1983). */
import {
  type FunctionReference,
  f64,
  f64x2,
  i32,
  i64,
  i64x2,
  type ModuleBuilder,
  ret,
  select,
  when,
} from "../assembler/index.ts";
import type { Helpers } from "./helpers.ts";

/** 64 zeros and then the bits of 2/π after the binary point, in words of 64 (mpmath, 500 digits). */
const TWO_OVER_PI = [
  0x0n,
  0xa2f9836e4e441529n,
  0xfc2757d1f534ddc0n,
  0xdb6295993c439041n,
  0xfe5163abdebbc561n,
  0xb7246e3a424dd2e0n,
  0x06492eea09d1921cn,
  0xfe1deb1cb129a73en,
  0xe88235f52ebb4484n,
  0xe99c7026b45f7e41n,
  0x3991d639835339f4n,
  0x9c845f8bbdf9283bn,
  0x1ff897ffde05980fn,
  0xef2f118b5a0a6d1fn,
  0x6d367ecf27cb09b7n,
  0x4f463f669e5fea2dn,
  0x7527bac7ebe5f17bn,
  0x3d0739f78a5292ean,
  0x6bfb5fb11f8d5d08n,
  0x56033046fc7b6babn,
] as const;

const HALF_PI_HIGH = 1.5707963267948966;
const HALF_PI_LOW = 6.123233995736766e-17;

const LOW_HALF = 0xffffffffn;

/** Word `index` of `TWO_OVER_PI`. */
function defineWord(module: ModuleBuilder): FunctionReference<{ index: "i32" }, "i64"> {
  return module.func("twoOverPi", { params: { index: "i32" }, result: "i64" }, ({ index }) => [
    ...TWO_OVER_PI.map((word, i) => when(i32.eq(index, i), [ret(i64.const(word))])),
    i64.const(0n),
  ]);
}

/** The upper 64 bits of a product. */
function defineMultiplyHigh(module: ModuleBuilder): FunctionReference<{ a: "i64"; b: "i64" }, "i64"> {
  return module.func("multiplyHigh", { params: { a: "i64", b: "i64" }, result: "i64" }, ({ a, b }, local) => {
    const aHigh = local("i64");
    const bHigh = local("i64");
    const middle = local("i64");
    const other = local("i64");
    const low = i64.mul(i64.and(a, LOW_HALF), i64.and(b, LOW_HALF));
    return [
      aHigh.set(i64.shrU(a, 32n)),
      bHigh.set(i64.shrU(b, 32n)),
      middle.set(i64.add(i64.mul(aHigh, i64.and(b, LOW_HALF)), i64.shrU(low, 32n))),
      other.set(i64.add(i64.mul(i64.and(a, LOW_HALF), bHigh), i64.and(middle, LOW_HALF))),
      i64.add(i64.mul(aHigh, bHigh), i64.add(i64.shrU(middle, 32n), i64.shrU(other, 32n))),
    ];
  });
}

/**
 * Adds the function to a module. For |x| ≥ 2²⁰ it gives r in lane 0, and in lane 1 the tail, whose last two bits are k modulo
 * 4: nothing is lost by that, as a tail has more bits than anybody needs. NaN for infinity.
 *
 * x = m·2ᵉ, m an integer of 53 bits. Bits of 2/π so high that their product with x is a multiple of 4 quarter turns are skipped;
 * the next 192 give the angle modulo 4 with 137 bits after the point, and float64 angles come no closer to a multiple of π/2
 * than 2⁻⁶².
 */
export function defineReduceLarge(
  module: ModuleBuilder,
  helpers: Helpers,
): FunctionReference<{ x: "f64" }, "v128"> {
  const word = helpers.get("twoOverPi", defineWord);
  const multiplyHigh = helpers.get("multiplyHigh", defineMultiplyHigh);
  return module.func("reduceLarge", { params: { x: "f64" }, result: "v128" }, ({ x }, local) => {
    const bits = local("i64", "bits");
    const position = local("i32", "position");
    const shift = local("i64", "shift");
    const m = local("i64", "m");
    const [w0, w1, w2, middle] = ["w0", "w1", "w2", "middle"].map((name) => local("i64", name));
    const high = local("i64", "high");
    const low = local("i64", "low");
    const quarter = local("i64", "quarter");
    const sign = local("i64", "sign");
    const zeros = local("i64", "zeros");
    const scale = local("f64", "scale");
    const [a, b, aHigh, aLow, product, rest, r] = ["a", "b", "aHigh", "aLow", "product", "rest", "r"].map(
      (name) => local("f64", name),
    );

    // 64 bits of 2/π from `position` + 64·i on; shifting by 1 first keeps a shift by 64 from being one by 0
    const window = (i: number) => {
      const index = i32.add(i32.shrU(position, 6), i);
      const next = word.call({ index: i32.add(i32.shrU(position, 6), i + 1) });
      return i64.or(i64.shl(word.call({ index }), shift), i64.shrU(i64.shrU(next, 1n), i64.sub(63n, shift)));
    };
    // T. J. Dekker's halves of a float64
    const upper = (value: typeof a) =>
      f64.sub(f64.mul(value, 134217729), f64.sub(f64.mul(value, 134217729), value));
    const split = 134217729 * HALF_PI_HIGH;
    const halfPiUpper = split - (split - HALF_PI_HIGH);
    const halfPiLower = HALF_PI_HIGH - halfPiUpper;

    return [
      bits.set(i64.reinterpretF64(x)),
      position.set(i32.and(i32.wrapI64(i64.shrU(bits, 52n)), 0x7ff)),
      when(i32.eq(position, 0x7ff), [ret(f64x2.const(Number.NaN, Number.NaN))]),
      // e = exponent − 1075; the bit of weight 2 of 2ᵉ·2/π stands at position 64 + e − 2
      position.set(i32.sub(position, 1013)),
      shift.set(i64.extendI32U(i32.and(position, 63))),
      m.set(i64.or(i64.and(bits, (1n << 52n) - 1n), 1n << 52n)),
      w0.set(window(0)),
      w1.set(window(1)),
      w2.set(window(2)),
      // m·(w0·2¹²⁸ + w1·2⁶⁴ + w2) modulo 2¹⁹², less its lowest word
      middle.set(i64.mul(m, w1)),
      low.set(i64.add(middle, multiplyHigh.call({ a: m, b: w2 }))),
      high.set(
        i64.add(
          i64.add(i64.mul(m, w0), multiplyHigh.call({ a: m, b: w1 })),
          i64.extendI32U(i64.ltU(low, middle)),
        ),
      ),
      // the first two bits are the quarter turns; round to the nearest
      quarter.set(i64.shrU(i64.add(high, 1n << 61n), 62n)),
      high.set(i64.sub(high, i64.shl(quarter, 62n))),
      // the fraction's size and sign
      sign.set(i64.shrS(high, 63n)),
      low.set(i64.sub(i64.xor(low, sign), sign)),
      high.set(i64.add(i64.xor(high, sign), i64.and(sign, i64.extendI32U(i64.eqz(low))))),
      scale.set(f64.const(2 ** -62)),
      when(i64.eqz(high), [high.set(low), low.set(0n), scale.set(f64.const(2 ** -126))]),
      zeros.set(i64.clz(high)),
      high.set(i64.or(i64.shl(high, zeros), i64.shrU(i64.shrU(low, 1n), i64.sub(63n, zeros)))),
      low.set(i64.shl(low, zeros)),
      // 53 bits in a, and 64 more in b
      scale.set(f64.mul(scale, f64.reinterpretI64(i64.shl(i64.sub(1023n, zeros), 52n)))),
      scale.set(f64.mul(scale, select(f64.const(-1), 1, i64.ltS(i64.xor(sign, bits), 0n)))),
      a.set(f64.mul(scale, f64.convertI64U(i64.and(high, -2048n)))),
      low.set(i64.or(i64.shl(high, 53n), i64.shrU(low, 11n))),
      b.set(f64.mul(f64.mul(scale, 2 ** -53), f64.convertI64U(low))),
      // (a + b)·π/2, with the rounding of the leading product put back
      product.set(f64.mul(a, HALF_PI_HIGH)),
      aHigh.set(upper(a)),
      aLow.set(f64.sub(a, aHigh)),
      rest.set(f64.sub(f64.mul(aHigh, halfPiUpper), product)),
      rest.set(f64.add(rest, f64.add(f64.mul(aHigh, halfPiLower), f64.mul(aLow, halfPiUpper)))),
      rest.set(f64.add(rest, f64.mul(aLow, halfPiLower))),
      rest.set(f64.add(rest, f64.add(f64.mul(a, HALF_PI_LOW), f64.mul(b, HALF_PI_HIGH)))),
      r.set(f64.add(product, rest)),
      rest.set(f64.sub(rest, f64.sub(r, product))),
      quarter.set(select(i64.sub(0n, quarter), quarter, i64.ltS(bits, 0n))),
      i64x2.replaceLane(
        1,
        f64x2.splat(r),
        i64.or(i64.and(i64.reinterpretF64(rest), -4n), i64.and(quarter, 3n)),
      ),
    ];
  });
}
