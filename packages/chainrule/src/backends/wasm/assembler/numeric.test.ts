/** Instructions run, against what JavaScript computes: a wrong opcode of the right type shows here. */
import { describe, expect, test } from "vitest";
import {
  type Expression,
  f32,
  f32x4,
  f64,
  f64x2,
  i8x16,
  i32,
  i32x4,
  i64,
  i64x2,
  ModuleBuilder,
  type ValueType,
  v128,
} from "./index.ts";

type Value = number | bigint;
type Evaluate = (...values: Value[]) => Value;

/** A JavaScript function of the expression that `make` builds from its parameters. */
function compile(params: readonly ValueType[], make: (...operands: Expression[]) => Expression): Evaluate {
  const module = new ModuleBuilder();
  const names = Object.fromEntries(params.map((type, i) => [`p${i}`, type]));
  const result = make(...params.map((type) => ({ ...i32.const(0), type }))).type as ValueType;
  module.func(
    "f",
    { params: names, result },
    (locals) => [make(...Object.values(locals)) as Expression<"i32">] as never,
    {
      export: true,
    },
  );
  return new WebAssembly.Instance(new WebAssembly.Module(module.encode())).exports.f as Evaluate;
}

type Operation = (...operands: Expression[]) => Expression;
type Reference = (...values: never[]) => Value | boolean;

/** Compares instructions with references on all pairs of samples. */
function check(
  table: object,
  type: "i32" | "i64" | "f32" | "f64",
  samples: readonly Value[],
  references: Readonly<Record<string, Reference>>,
): void {
  for (const [key, reference] of Object.entries(references)) {
    const make = (table as Record<string, Operation>)[key];
    const params = Array.from({ length: reference.length }, () => type);
    const run = compile(params, make);
    for (const a of samples) {
      for (const b of reference.length === 2 ? samples : [0]) {
        const args = [a, b].slice(0, reference.length);
        let wanted: Value;
        try {
          const value = reference(...(args as never[]));
          wanted = typeof value === "boolean" ? Number(value) : value;
        } catch {
          continue; // Division by zero traps; see below.
        }
        expect(run(...args), `${type}.${key}(${args.join(", ")})`).toEqual(wanted);
      }
    }
  }
}

const nonZero = (b: number): number => {
  if (b === 0) throw new RangeError();
  return b;
};
const quotient = (a: number, b: number): number => a / nonZero(b);
const remainder = (a: number, b: number): number => a % nonZero(b);
const unsigned = (a: number): number => a >>> 0;

describe("scalar instructions", () => {
  test("i32", () => {
    check(i32, "i32", [0, 1, -1, 7, -13, 31, 0x7fffffff, 123456789], {
      eqz: (a: number) => a === 0,
      clz: (a: number) => Math.clz32(a),
      ctz: (a: number) => (a === 0 ? 32 : 31 - Math.clz32(a & -a)),
      popcnt: (a: number) => unsigned(a).toString(2).replaceAll("0", "").length,
      extend8S: (a: number) => (a << 24) >> 24,
      extend16S: (a: number) => (a << 16) >> 16,
      eq: (a: number, b: number) => a === b,
      ne: (a: number, b: number) => a !== b,
      ltS: (a: number, b: number) => a < b,
      ltU: (a: number, b: number) => unsigned(a) < unsigned(b),
      gtS: (a: number, b: number) => a > b,
      gtU: (a: number, b: number) => unsigned(a) > unsigned(b),
      leS: (a: number, b: number) => a <= b,
      leU: (a: number, b: number) => unsigned(a) <= unsigned(b),
      geS: (a: number, b: number) => a >= b,
      geU: (a: number, b: number) => unsigned(a) >= unsigned(b),
      add: (a: number, b: number) => (a + b) | 0,
      sub: (a: number, b: number) => (a - b) | 0,
      mul: (a: number, b: number) => Math.imul(a, b),
      divS: (a: number, b: number) => quotient(a, b) | 0,
      divU: (a: number, b: number) => quotient(unsigned(a), unsigned(b)) | 0,
      remS: (a: number, b: number) => remainder(a, b) | 0,
      remU: (a: number, b: number) => remainder(unsigned(a), unsigned(b)) | 0,
      and: (a: number, b: number) => a & b,
      or: (a: number, b: number) => a | b,
      xor: (a: number, b: number) => a ^ b,
      shl: (a: number, b: number) => a << b,
      shrS: (a: number, b: number) => a >> b,
      shrU: (a: number, b: number) => (a >>> b) | 0,
      rotl: (a: number, b: number) => (a << (b & 31)) | (b & 31 ? a >>> (32 - (b & 31)) : 0),
      rotr: (a: number, b: number) => (a >>> (b & 31)) | (b & 31 ? a << (32 - (b & 31)) : 0) | 0,
    });
  });

  test("i64", () => {
    const wrap = (a: bigint): bigint => BigInt.asIntN(64, a);
    const plus = (a: bigint): bigint => BigInt.asUintN(64, a);
    check(i64, "i64", [0n, 1n, -1n, 7n, -13n, 63n, 2n ** 63n - 1n, 123456789012345n], {
      eqz: (a: bigint) => a === 0n,
      clz: (a: bigint) => BigInt(64 - (a === 0n ? 0 : plus(a).toString(2).length)),
      popcnt: (a: bigint) => BigInt(plus(a).toString(2).replaceAll("0", "").length),
      extend32S: (a: bigint) => BigInt.asIntN(32, a),
      ltS: (a: bigint, b: bigint) => a < b,
      ltU: (a: bigint, b: bigint) => plus(a) < plus(b),
      geS: (a: bigint, b: bigint) => a >= b,
      add: (a: bigint, b: bigint) => wrap(a + b),
      sub: (a: bigint, b: bigint) => wrap(a - b),
      mul: (a: bigint, b: bigint) => wrap(a * b),
      divS: (a: bigint, b: bigint) => wrap(a / b),
      remU: (a: bigint, b: bigint) => wrap(plus(a) % plus(b)),
      and: (a: bigint, b: bigint) => a & b,
      or: (a: bigint, b: bigint) => a | b,
      xor: (a: bigint, b: bigint) => a ^ b,
      shl: (a: bigint, b: bigint) => wrap(a << (b & 63n)),
      shrS: (a: bigint, b: bigint) => a >> (b & 63n),
      shrU: (a: bigint, b: bigint) => wrap(plus(a) >> (b & 63n)),
    });
  });

  const reals = [0, -0, 1, -1.5, 2.5, 0.1, -3.7, 1e30, Infinity, -Infinity, NaN];
  const roundTiesToEven = (a: number): number => {
    const below = Math.floor(a);
    if (a - below !== 0.5) return Math.round(a);
    return below % 2 === 0 ? below : below + 1;
  };
  const floats = (round: (a: number) => number): Record<string, Reference> => ({
    abs: (a: number) => Math.abs(a),
    neg: (a: number) => -a,
    ceil: (a: number) => Math.ceil(a),
    floor: (a: number) => Math.floor(a),
    trunc: (a: number) => Math.trunc(a),
    nearest: (a: number) => (a === 0 || !Number.isFinite(a) ? a : roundTiesToEven(a)),
    sqrt: (a: number) => round(Math.sqrt(a)),
    add: (a: number, b: number) => round(a + b),
    sub: (a: number, b: number) => round(a - b),
    mul: (a: number, b: number) => round(a * b),
    div: (a: number, b: number) => round(a / b),
    min: (a: number, b: number) => Math.min(a, b),
    max: (a: number, b: number) => Math.max(a, b),
    eq: (a: number, b: number) => a === b,
    ne: (a: number, b: number) => a !== b,
    lt: (a: number, b: number) => a < b,
    gt: (a: number, b: number) => a > b,
    le: (a: number, b: number) => a <= b,
    ge: (a: number, b: number) => a >= b,
  });

  test("f32", () => check(f32, "f32", reals.map(Math.fround), floats(Math.fround)));
  test("f64", () =>
    check(
      f64,
      "f64",
      reals,
      floats((a) => a),
    ));

  test("conversions", () => {
    expect(compile(["f64"], (a) => i32.truncF64S(a as Expression<"f64">))(-7.9)).toBe(-7);
    expect(compile(["f32"], (a) => i32.truncSatF32U(a as Expression<"f32">))(-1)).toBe(0);
    expect(compile(["i32"], (a) => f32.convertI32U(a as Expression<"i32">))(-1)).toBe(2 ** 32);
    expect(compile(["i32"], (a) => f64.convertI32S(a as Expression<"i32">))(-5)).toBe(-5);
    expect(compile(["i64"], (a) => i32.wrapI64(a as Expression<"i64">))(2n ** 32n + 5n)).toBe(5);
    expect(compile(["i32"], (a) => i64.extendI32S(a as Expression<"i32">))(-5)).toBe(-5n);
    expect(compile(["i32"], (a) => i64.extendI32U(a as Expression<"i32">))(-1)).toBe(2n ** 32n - 1n);
    expect(compile(["f32"], (a) => i32.reinterpretF32(a as Expression<"f32">))(1)).toBe(0x3f800000);
    expect(compile(["i32"], (a) => f32.reinterpretI32(a as Expression<"i32">))(0x40000000)).toBe(2);
    expect(compile(["f64"], (a) => f32.demoteF64(a as Expression<"f64">))(0.1)).toBe(Math.fround(0.1));
    expect(compile(["f64"], (a) => i64.reinterpretF64(a as Expression<"f64">))(1)).toBe(0x3ff0000000000000n);
  });

  test("a division by zero and an impossible conversion trap", () => {
    expect(() => compile(["i32"], (a) => i32.divS(a as Expression<"i32">, 0))(1)).toThrow(
      WebAssembly.RuntimeError,
    );
    expect(() => compile(["f32"], (a) => i32.truncF32S(a as Expression<"f32">))(NaN)).toThrow(
      WebAssembly.RuntimeError,
    );
  });
});

describe("vector instructions", () => {
  /** Applies a vector instruction to arrays of lanes, through memory. */
  function apply<A extends Float32Array | Float64Array | Int32Array | BigInt64Array>(
    make: (...operands: Expression<"v128">[]) => Expression<"v128">,
    ...inputs: A[]
  ): A {
    const module = new ModuleBuilder();
    module.memory({ initial: 1 }, { export: "memory" });
    const loads = inputs.map((_, i) => v128.load(0, { offset: 16 * i }));
    module.func("f", { params: {} }, () => [v128.store(256, make(...loads))], { export: true });
    const { f, memory } = new WebAssembly.Instance(new WebAssembly.Module(module.encode())).exports;
    const bytes = new Uint8Array((memory as WebAssembly.Memory).buffer);
    inputs.forEach((input, i) => {
      bytes.set(new Uint8Array(input.buffer), 16 * i);
    });
    (f as () => void)();
    return new (inputs[0].constructor as new (buffer: ArrayBuffer) => A)(bytes.slice(256, 272).buffer);
  }

  const a32 = Float32Array.of(1.5, -2, 0.1, 4);
  const b32 = Float32Array.of(2, -3, 7, 0.5);
  const a64 = Float64Array.of(1.5, -0.1);
  const b64 = Float64Array.of(-2, 7);
  const references: Record<string, (a: number, b: number) => number> = {
    add: (a, b) => a + b,
    sub: (a, b) => a - b,
    mul: (a, b) => a * b,
    div: (a, b) => a / b,
    min: Math.min,
    max: Math.max,
    pmin: (a, b) => (b < a ? b : a),
    pmax: (a, b) => (a < b ? b : a),
  };

  test.each(Object.keys(references))("%s of floats", (key) => {
    const name = key as "add";
    expect(apply(f32x4[name], a32, b32)).toEqual(a32.map((a, i) => references[key](a, b32[i])));
    expect(apply(f64x2[name], a64, b64)).toEqual(a64.map((a, i) => references[key](a, b64[i])));
  });

  // Node 20 knows no relaxed SIMD.
  const withRelaxed = test.runIf(Number(process.versions.node.split(".")[0]) > 20);
  withRelaxed("relaxed multiply–add is a·b + c, with one rounding or two", () => {
    const exact = (i: number): number => a32[i] * b32[i] + a32[i];
    apply(f32x4.relaxedMadd, a32, b32, a32).forEach((value, i) => {
      const twice = Math.fround(Math.fround(a32[i] * b32[i]) + a32[i]);
      expect([Math.fround(exact(i)), twice]).toContain(value);
    });
    const negated = apply(f64x2.relaxedNmadd, a64, b64, a64);
    expect(negated[0]).toBeCloseTo(-(a64[0] * b64[0]) + a64[0], 14);
  });

  test("integers, shifts, comparisons and masks", () => {
    const a = Int32Array.of(1, -2, 3, 0x7fffffff);
    const b = Int32Array.of(5, 6, -7, 1);
    expect(apply(i32x4.add, a, b)).toEqual(a.map((x, i) => (x + b[i]) | 0));
    expect(apply(i32x4.mul, a, b)).toEqual(a.map((x, i) => Math.imul(x, b[i])));
    expect(apply(i32x4.gtS, a, b)).toEqual(a.map((x, i) => (x > b[i] ? -1 : 0)));
    expect(apply((x) => i32x4.shrU(x, 4), a)).toEqual(a.map((x) => x >>> 4));
    expect(apply(v128.andnot, a, b)).toEqual(a.map((x, i) => x & ~b[i]));
    expect(apply(v128.bitselect, a, b, Int32Array.of(-1, 0, -1, 0))).toEqual(Int32Array.of(1, 6, 3, 1));
    expect(apply(i64x2.sub, BigInt64Array.of(1n, 2n), BigInt64Array.of(3n, -4n))).toEqual(
      BigInt64Array.of(-2n, 6n),
    );
  });

  test("lanes move", () => {
    expect(
      apply(
        (x, y) => i32x4.add(i32x4.const(0, 0, 0, 0), i8x16.shuffle([0, 4, 1, 5], x, y)),
        Int32Array.of(0, 1, 2, 3),
        Int32Array.of(4, 5, 6, 7),
      ),
    ).toEqual(Int32Array.of(0, 4, 1, 5));
    expect(apply((x) => f32x4.replaceLane(2, x, 9), a32)).toEqual(
      Float32Array.of(1.5, -2, Math.fround(9), 4),
    );
    expect(apply((x) => f32x4.splat(f32x4.extractLane(1, x)), a32)).toEqual(new Float32Array(4).fill(-2));
    expect(apply(() => v128.load32Splat(0, { offset: 4 }), a32)).toEqual(new Float32Array(4).fill(-2));
    expect(apply((x) => v128.load64Lane(1, 16, x), a64, b64)).toEqual(Float64Array.of(1.5, -2));
    expect(
      apply(f64x2.promoteLowF32x4, Float64Array.of(...new Float64Array(Float32Array.of(3, 4, 0, 0).buffer))),
    ).toEqual(Float64Array.of(3, 4));
  });
});
