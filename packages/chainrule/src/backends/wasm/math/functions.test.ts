import { describe, expect, test } from "vitest";
import { erf } from "../../../util/special.ts";
import { i32, ModuleBuilder, v128 } from "../assembler/index.ts";
import { type Emitter, type FloatType, type UnaryEmitter, VectorCode } from "./code.ts";
import {
  type BinaryName,
  binaryFunctions,
  singleFunctions,
  type UnaryName,
  unaryEmitter,
  unaryFunction,
  unaryFunctions,
} from "./functions.ts";
import { Helpers } from "./helpers.ts";
import { golden, goldenPairs } from "./testing/golden.ts";
import { mapProgram, supportsRelaxed } from "./testing/program.ts";
import { binaryReference, unaryReference } from "./testing/reference.ts";
import { pairValues, sampleInputs } from "./testing/samples.ts";
import { ulpError, WorstError } from "./testing/ulp.ts";

const names = [...Object.keys(unaryFunctions), ...Object.keys(singleFunctions)] as UnaryName[];
const variants = supportsRelaxed() ? [false, true] : [false];

/** f(x[i], x2[i]) by a program of its own. */
function run<A extends Float32Array | Float64Array>(emitter: Emitter, fused: boolean, x: A, x2?: A): A {
  const type: FloatType = x instanceof Float32Array ? "float32" : "float64";
  const bytes = x.byteLength;
  const { memory, map } = mapProgram(emitter, {
    type,
    fused,
    arity: x2 ? 2 : 1,
    pages: Math.ceil((3 * bytes) / 65536),
  });
  const at = (index: number) =>
    (type === "float32"
      ? new Float32Array(memory.buffer, index * bytes, x.length)
      : new Float64Array(memory.buffer, index * bytes, x.length)) as A;
  at(0).set(x);
  if (x2) at(1).set(x2);
  map(2 * bytes, 0, bytes, bytes / 32);
  return at(2);
}

const padded = <T>(values: readonly T[], multiple: number): T[] => [
  ...values,
  ...Array<T>((multiple - (values.length % multiple)) % multiple).fill(values[0]),
];

/** A number that tells result vectors apart; NaN counts as one whatever its bits. */
function checksum(y: Float32Array): number {
  const bits = new Int32Array(y.buffer, y.byteOffset, y.length);
  let sum = 0;
  for (let i = 0; i < bits.length; i++) {
    const notNumber = (bits[i] & 0x7fffffff) > 0x7f800000;
    sum = (Math.imul(sum, 31) + (notNumber ? 1 : bits[i])) | 0;
  }
  return sum >>> 0;
}

// Strict results have the same bits on every engine. Whoever changes a formula or a coefficient changes these too.
const checksums: Record<UnaryName, number> = {
  acos: 1431781638,
  asin: 3664943384,
  atan: 1513238740,
  cos: 2574857281,
  cosh: 2643536496,
  erf: 713135500,
  exp: 1422727971,
  exp2: 1506900870,
  expm1: 743560482,
  log: 2733187056,
  log1p: 894261707,
  log2: 2933198673,
  logSigmoid: 2598344268,
  reciprocal: 1820666493,
  round: 1485156245,
  rsqrt: 1178043669,
  sigmoid: 4082214083,
  sign: 2407530496,
  sin: 2203596641,
  sinh: 2611733987,
  softplus: 4042198309,
  tan: 889618601,
  tanh: 1966740420,
  erfinv: 544543736,
  gelu: 3657993161,
};

describe("float32 within 2 ulp of float64 references", () => {
  const x = sampleInputs();
  test.each(names)("%s", (name) => {
    const reference = unaryReference[name];
    const exact = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) exact[i] = reference(x[i]);
    const rounded = new Float32Array(exact);
    for (const fused of variants) {
      const y = run(unaryEmitter(name, "float32") as UnaryEmitter, fused, x);
      const worst = new WorstError();
      worst.addAll(y, exact, rounded, x, x.length);
      expect(worst.ulp, `${fused ? "relaxed" : "strict"} ${JSON.stringify(worst)}`).toBeLessThanOrEqual(2);
      if (!fused) expect(checksum(y)).toBe(checksums[name]);
    }
  });

  test.each(Object.keys(binaryFunctions) as BinaryName[])("%s", (name) => {
    const pairs: [number, number][] = pairValues.flatMap((a) =>
      pairValues.map((b): [number, number] => [a, b]),
    );
    for (let i = 0; i < 1 << 15; i++) {
      // All exponents; and results that are neither 0 nor ∞ for pow.
      const a = x[(i * 32) % (1 << 20)];
      pairs.push([a, x[(i * 77) % (1 << 20)]]);
      pairs.push([a, Math.fround(((i % 177) - 88.3) / Math.log(Math.abs(a) + 1e-38))]);
      pairs.push([a, Math.fround(a * ((i % 97) - 48) * 0.1)]);
    }
    const all = padded(pairs, 8);
    const first = Float32Array.from(all, ([a]) => a);
    const second = Float32Array.from(all, ([, b]) => b);
    for (const fused of variants) {
      const y = run(binaryFunctions[name], fused, first, second);
      const worst = new WorstError();
      y.forEach((value, i) => {
        const exact = binaryReference[name](first[i], second[i]);
        if (ulpError(value, exact) > worst.ulp) worst.add(value, exact, [first[i], second[i]]);
      });
      expect(worst.ulp, JSON.stringify(worst)).toBeLessThanOrEqual(2);
    }
  });
});

/** Rows of `width` numbers. */
const rows = (flat: readonly number[], width: number): number[][] =>
  Array.from({ length: flat.length / width }, (_, i) => flat.slice(i * width, (i + 1) * width));

/** How many float64 numbers lie between two of the same sign. */
function distance(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  const [x, y] = new BigInt64Array(Float64Array.of(a, b).buffer);
  return Math.abs(Number(x - y));
}

describe("float64", () => {
  test.each(Object.keys(unaryFunctions) as (keyof typeof unaryFunctions)[])("%s", (name) => {
    for (const fused of variants) {
      const points = padded(rows(golden[name] ?? [0, 0], 2), 4);
      const y = run(
        unaryFunctions[name],
        fused,
        Float64Array.from(points, ([x]) => x),
      );
      points.forEach(([x, exact], i) => {
        expect(distance(y[i], exact), `${name}(${x}) = ${exact}, not ${y[i]}`).toBeLessThanOrEqual(2);
      });
    }
  });

  // Engines' own functions, and ours, are a unit off at most: together with ours here, 3.
  test.each(Object.keys(unaryFunctions) as (keyof typeof unaryFunctions)[])("%s near Math's", (name) => {
    const reference = name === "erf" ? erf : unaryReference[name];
    const edges = [0, -0, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 5e-324];
    const x = Float64Array.from({ length: 40_000 }, (_, i) => {
      if (i < edges.length) return edges[i];
      const size = 2 ** ((((i * 7919) % 40_000) / 40_000) * 24 - 12);
      return i % 2 === 0 ? size * (1 + i / 80_000) : -size * (1 + i / 80_000);
    });
    const y = run(unaryFunctions[name], false, x);
    let worst = { distance: 0, x: 0, y: 0 };
    for (let i = 0; i < x.length; i++) {
      const d = distance(y[i], reference(x[i]));
      if (d > worst.distance) worst = { distance: d, x: x[i], y: y[i] };
    }
    expect(worst.distance, JSON.stringify(worst)).toBeLessThanOrEqual(3);
  });

  test.each(Object.keys(binaryFunctions) as BinaryName[])("%s", (name) => {
    const points = padded(
      [
        ...rows(goldenPairs[name], 3),
        ...pairValues.flatMap((a) => pairValues.map((b) => [a, b, binaryReference[name](a, b)])),
      ],
      4,
    );
    const [x, x2] = [0, 1].map((k) => Float64Array.from(points, (point) => point[k]));
    for (const fused of variants) {
      const y = run(binaryFunctions[name], fused, x, x2);
      points.forEach(([a, b, exact], i) => {
        expect(distance(y[i], exact), `${name}(${a}, ${b}) = ${exact}, not ${y[i]}`).toBeLessThanOrEqual(2);
      });
    }
  });
});

test("a large angle in one lane leaves the others as they are", () => {
  for (const type of ["float32", "float64"] as const) {
    const array = (values: number[]) =>
      type === "float32" ? Float32Array.from(values) : Float64Array.from(values);
    const alone = run(unaryFunctions.sin, false, array(padded([0.7, 0.7, 0.7, 0.7], 8)));
    const large = run(unaryFunctions.sin, false, array(padded([1e30], 8)));
    const mixed = run(unaryFunctions.sin, false, array([0.7, 1e30, Number.NaN, 0.7, 1e30, 0.7, 0.7, 1e30]));
    const [a, b] = [alone[0], large[0]];
    expect([...mixed]).toEqual([a, b, Number.NaN, a, b, a, a, b]);
  }
});

test("emitters follow each other in one function, and share locals and constants", () => {
  const chain: UnaryEmitter = (code, x) =>
    code.inline(unaryFunctions.tanh, code.inline(unaryFunctions.exp, x));
  const x = Float32Array.from({ length: 64 }, (_, i) => (i - 32) / 8);
  const inner = run(unaryFunctions.exp, false, x);
  expect([...run(chain, false, x)]).toEqual([...run(unaryFunctions.tanh, false, inner)]);
});

test("what follows uses the locals of what went before", () => {
  const module = new ModuleBuilder();
  const locals: string[] = [];
  module.func("many", { params: { x: "v128" }, result: "v128" }, ({ x }, local) => {
    const counting: typeof local = (type, name) => {
      locals.push(type);
      return local(type, name);
    };
    const code = new VectorCode({
      type: "float32",
      fused: false,
      local: counting,
      helpers: new Helpers(module),
    });
    let y = code.inline(unaryFunctions.tanh, x);
    const once = locals.length;
    for (let i = 0; i < 10; i++) y = code.inline(unaryFunctions.tanh, y);
    // One for each result.
    expect(locals.length).toBe(once + 10);
    return [code.constants, code.take(), y];
  });
  expect(WebAssembly.validate(module.encode())).toBe(true);
});

test("a function of the module does what its emitter does, and is defined once", () => {
  const module = new ModuleBuilder();
  module.memory({ initial: 1 }, { export: "memory" });
  const helpers = new Helpers(module);
  const variant = { type: "float32", fused: false } as const;
  const cos = unaryFunction("cos", variant, helpers);
  if (!cos) throw new Error("There is a cosine.");
  expect(unaryFunction("cos", variant, helpers)).toBe(cos);
  expect(unaryFunction("gelu", { type: "float64", fused: false }, helpers)).toBeUndefined();
  module.func(
    "apply",
    { params: { at: "i32" } },
    ({ at }) => [
      v128.store(at, cos.call({ x: v128.load(at) })),
      v128.store(i32.const(16), cos.call({ x: v128.load(at) })),
    ],
    { export: true },
  );
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()));
  const { memory, apply } = exports as unknown as { memory: WebAssembly.Memory; apply(at: number): void };
  const x = [0, 0.5, -2, 1e30];
  new Float32Array(memory.buffer).set(x);
  apply(0);
  const expected = run(unaryFunctions.cos, false, Float32Array.from([...x, ...x]));
  expect([...new Float32Array(memory.buffer, 0, 4)]).toEqual([...expected.subarray(0, 4)]);
});
