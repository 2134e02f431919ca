import { describe, expect, test } from "vitest";
import type { Binary, Unary } from "../../../core/primitives.ts";
import type { Expr, LoopKernel } from "../../../core/schedule.ts";
import { type DType, dtypes } from "../../../shape/dtype.ts";
import { binaryTable, unaryTable } from "../../reference/scalars.ts";
import { supportsBinary, supportsUnary } from "./expression-functions.ts";
import { emitLoop } from "./loop.ts";
import { evaluate } from "./testing/evaluate.ts";
import { dense, Elements, load, loopKernel } from "./testing/kernels.ts";
import { KernelRun, RunFault, testTiers } from "./testing/run.ts";

const unaryOps = Object.keys(unaryTable) as Unary[];
const binaryOps = Object.keys(binaryTable) as Binary[];
const predicates: readonly string[] = [
  "isfinite",
  "isnan",
  "not",
  "and",
  "or",
  "xor",
  "eq",
  "ne",
  "lt",
  "le",
  "gt",
  "ge",
];

const samples: Record<DType, readonly number[]> = {
  bool: [0, 1, 1, 0, 1],
  int32: [0, 1, -1, 7, -7, 3, 100, -2147483648, 2147483647, 65537, -12],
  float32: [
    0,
    -0,
    0.5,
    1.5,
    -2.5,
    1,
    -1,
    3,
    -0.25,
    1e-3,
    7.75,
    1e10,
    -3e9,
    NaN,
    Infinity,
    -Infinity,
    2.5,
    1e-40,
    88,
  ],
  float64: [
    0,
    -0,
    0.5,
    1.5,
    -2.5,
    1,
    -1,
    3,
    -0.25,
    1e-3,
    7.75,
    1e10,
    -3e9,
    NaN,
    Infinity,
    -Infinity,
    2.5,
    1e-310,
    5e20,
  ],
};

/** What a loop over dense operands leaves in its result, generated and evaluated. */
function compare(elements: Elements, kernel: LoopKernel, tier: (typeof testTiers)[number]) {
  const expected = elements.copy();
  evaluate(kernel, { elements: (b) => expected.get(b)!, cell: () => 0 });
  const run = new KernelRun(kernel, emitLoop, { tier, elements: elements.map });
  run.run();
  run.checkGuards();
  const [{ to }] = kernel.stores;
  return { found: [...run.elements(to.buffer)], expected: [...expected.get(to.buffer)!] };
}

/** Equal, or both NaN, or close in the precision of the dtype. */
function expectClose(found: number[], expected: number[], dtype: DType, about: (i: number) => string): void {
  const eps = { float32: 5e-7, float64: 1e-14, int32: 0, bool: 0 }[dtype];
  const tiny = { float32: 1e-44, float64: 1e-323, int32: 0, bool: 0 }[dtype];
  expected.forEach((e, i) => {
    const f = found[i];
    const equal = f === e || (f !== f && e !== e) || Math.abs(f - e) <= eps * Math.abs(e) + tiny;
    expect(equal, `${about(i)}: ${f}, expected ${e}`).toBe(true);
  });
}

describe.each(testTiers)("$tier", (tier) => {
  const unaryCases = dtypes.flatMap((dtype) =>
    unaryOps.filter((op) => supportsUnary(op, dtype)).map((op) => ({ op, dtype })),
  );
  test.each(unaryCases)("$op of $dtype", ({ op, dtype }) => {
    const elements = new Elements();
    const x = elements.add(dtype, samples[dtype]);
    const to = predicates.includes(op) ? "bool" : dtype;
    const y = elements.zeros(to, x.length);
    const shape = [x.length];
    const value: Expr = { kind: "unary", op, dtype: to, x: load(dense(x, shape)) };
    const { found, expected } = compare(elements, loopKernel(shape, [{ to: dense(y, shape), value }]), tier);
    expectClose(found, expected, to, (i) => `${op} ${samples[dtype][i]}`);
  });

  const binaryCases = dtypes.flatMap((dtype) =>
    binaryOps.filter((op) => supportsBinary(op, dtype)).map((op) => ({ op, dtype })),
  );
  test.each(binaryCases)("$op of $dtype", ({ op, dtype }) => {
    const elements = new Elements();
    const isDivision = dtype === "int32" && (op === "div" || op === "remainder");
    const values = samples[dtype];
    const divisors = isDivision ? values.filter((v) => v !== 0) : values;
    const a = elements.add(
      dtype,
      values.flatMap((v) => divisors.map(() => v)),
    );
    const b = elements.add(
      dtype,
      values.flatMap(() => divisors),
    );
    const to = predicates.includes(op) ? "bool" : dtype;
    const y = elements.zeros(to, a.length);
    const shape = [a.length];
    const value: Expr = { kind: "binary", op, dtype: to, a: load(dense(a, shape)), b: load(dense(b, shape)) };
    const { found, expected } = compare(elements, loopKernel(shape, [{ to: dense(y, shape), value }]), tier);
    const [as, bs] = [elements.map.get(a)!, elements.map.get(b)!];
    expectClose(found, expected, to, (i) => `${as[i]} ${op} ${bs[i]}`);
  });

  const pairs = dtypes.flatMap((from) => dtypes.map((to) => ({ from, to })));
  test.each(pairs)("$from to $to", ({ from, to }) => {
    const elements = new Elements();
    const x = elements.add(from, samples[from]);
    const y = elements.zeros(to, x.length);
    const shape = [x.length];
    const value: Expr = { kind: "convert", dtype: to, x: load(dense(x, shape)) };
    const { found, expected } = compare(elements, loopKernel(shape, [{ to: dense(y, shape), value }]), tier);
    expect(found).toEqual(expected);
  });

  test.each(["div", "remainder"] as const)("%s of whole numbers refuses a divisor of 0", (op) => {
    const elements = new Elements();
    const a = elements.add("int32", [1, 2, 3]);
    const b = elements.add("int32", [1, 2, 0]);
    const y = elements.zeros("int32", 3);
    const value: Expr = {
      kind: "binary",
      op,
      dtype: "int32",
      a: load(dense(a, [3])),
      b: load(dense(b, [3])),
    };
    expect(() => compare(elements, loopKernel([3], [{ to: dense(y, [3]), value }]), tier)).toThrow();
    const run = new KernelRun(loopKernel([3], [{ to: dense(y, [3]), value }]), emitLoop, {
      tier,
      elements: elements.map,
    });
    expect(run.phases[0].faults).toBe(true);
    expect(() => run.run()).toThrow(RunFault);
  });
});
