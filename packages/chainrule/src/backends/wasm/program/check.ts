/**
 * Small programs with known results, one for each kind of kernel: they run once per process and tier, before the tier is
 * trusted with the kind. Their sizes are awkward on purpose: no whole number of vectors or tiles.
 */
import type { Access, Buffer, Expr, Schedule } from "../../../core/schedule.ts";
import { allocate, type TypedArray } from "../../../shape/dtype.ts";
import type { Heap } from "../heap.ts";
import type { FloatType } from "../microkernels.ts";
import type { TierDescription } from "../tiers.ts";
import type { CodeKernel, EmitKernel } from "./emit.ts";
import { WasmProgram } from "./program.ts";

/** A program of one kernel, and what it must give. */
interface Check {
  readonly kernel: CodeKernel;
  /** What the kernel writes; elements that it does not reach stay 0. */
  readonly result: Buffer;
  readonly expected: readonly number[];
}

/** Elements behind the result that must stay 0. */
const guards = 5;

/** How far a result may be off, relative to its size but for small ones. */
const tolerance: Readonly<Record<FloatType, number>> = { float32: 1e-5, float64: 1e-12 };

const count = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

/** Irregular numbers between −1 and 1, some of them small, that both types hold. */
const irregular = (n: number, seed: number): number[] =>
  count(n, (i) => Math.fround(Math.sin(seed + 12.9898 * i) * (i % 7 === 0 ? 0.01 : 1)));

/** Makes the buffers and expressions of checks in one type. */
class Writer {
  readonly dtype: FloatType;
  #buffers = 0;

  constructor(dtype: FloatType) {
    this.dtype = dtype;
  }

  /** Reads constants by strides. */
  load(elements: readonly number[], strides: readonly number[]): Expr {
    const array = this.dtype === "float32" ? Float32Array.from(elements) : Float64Array.from(elements);
    return { kind: "load", dtype: this.dtype, access: { buffer: this.#constant(array), offset: 0, strides } };
  }

  /** Indices along one dimension. */
  indices(elements: readonly number[]): Expr {
    const buffer = this.#constant(Int32Array.from(elements), "int32");
    return { kind: "load", dtype: "int32", access: { buffer, offset: 0, strides: [1] } };
  }

  binary(op: "add" | "mul" | "max", a: Expr, b: Expr): Expr {
    return { kind: "binary", dtype: this.dtype, op, a, b };
  }

  /** Where a kernel writes: `length` zeros and the guards, which are a constant until then. */
  result(length: number, strides: readonly number[]): Access {
    return { buffer: this.#constant(allocate(this.dtype, length + guards)), offset: 0, strides };
  }

  #constant(elements: TypedArray, dtype: Buffer["dtype"] = this.dtype): Buffer {
    return { id: this.#buffers++, dtype, length: elements.length, home: { kind: "constant", elements } };
  }
}

const label = "self-check";

const checks: { readonly [K in CodeKernel["kind"]]: (write: Writer) => Check } = {
  // y[i, j] = tanh(x[j, i]) · z[j]
  loop(write) {
    const [rows, columns] = [5, 19];
    const [x, z] = [irregular(rows * columns, 1), irregular(columns, 2)];
    const tanh = { kind: "unary", dtype: write.dtype, op: "tanh", x: write.load(x, [1, rows]) } as const;
    const to = write.result(rows * columns, [columns, 1]);
    const value = write.binary("mul", tanh, write.load(z, [0, 1]));
    return {
      kernel: { kind: "loop", label, shape: [rows, columns], stores: [{ to, value }] },
      result: to.buffer,
      expected: count(rows * columns, (at) => {
        const [i, j] = [Math.floor(at / columns), at % columns];
        return Math.tanh(x[j * rows + i]) * z[j];
      }),
    };
  },
  // y[i] = Σ_j x[i, j]²
  fold(write) {
    const [rows, columns] = [3, 53];
    const x = irregular(rows * columns, 3);
    const load = write.load(x, [columns, 1]);
    const to = write.result(rows, [1]);
    return {
      kernel: {
        kind: "fold",
        label,
        op: "sum",
        shape: [rows],
        folded: [columns],
        value: write.binary("mul", load, load),
        stores: [{ to, value: { kind: "accumulated", dtype: write.dtype } }],
      },
      result: to.buffer,
      expected: count(rows, (i) =>
        x.slice(i * columns, (i + 1) * columns).reduce((sum, value) => sum + value * value, 0),
      ),
    };
  },
  // y[i, j] = max(0, Σ_k a[i, k] · b[k, j] + bias[j]), with a transposed left factor
  product(write) {
    const [m, n, k] = [7, 37, 33];
    const [a, b, bias] = [irregular(m * k, 4), irregular(k * n, 5), irregular(n, 6)];
    const to = write.result(m * n, [0, n, 1]);
    const sum = write.binary("add", { kind: "accumulated", dtype: write.dtype }, write.load(bias, [0, 0, 1]));
    const zero = { kind: "number", dtype: write.dtype, value: 0 } as const;
    return {
      kernel: {
        kind: "product",
        label,
        dtype: write.dtype,
        batch: 1,
        m,
        n,
        k,
        a: write.load(a, [0, 1, m]),
        b: write.load(b, [0, n, 1]),
        stores: [{ to, value: write.binary("max", sum, zero) }],
      },
      result: to.buffer,
      expected: count(m * n, (at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        return Math.max(
          0,
          count(k, (p) => a[p * m + i] * b[p * n + j]).reduce((s, x) => s + x, bias[j]),
        );
      }),
    };
  },
  // y[index[i]] += x[i]
  scatter(write) {
    const [length, places] = [23, 5];
    const x = irregular(length, 7);
    const index = count(length, (i) => (i * i) % places);
    const expected = new Array<number>(places).fill(0);
    x.forEach((value, i) => {
      expected[index[i]] += value;
    });
    const to = write.result(places, [0]);
    return {
      kernel: {
        kind: "scatter",
        label,
        mode: "add",
        shape: [length],
        to,
        along: 1,
        size: places,
        index: write.indices(index),
        source: write.load(x, [1]),
      },
      result: to.buffer,
      expected,
    };
  },
};

/**
 * Checks a kind of kernel in one type. Gives what is wrong, as a sentence; undefined if nothing is.
 *
 * @param emit writes the kernel; tests give wrong ones
 */
export function checkKind(
  kind: CodeKernel["kind"],
  dtype: FloatType,
  heap: Heap,
  tier: TierDescription,
  emit: EmitKernel,
): string | undefined {
  const { kernel, result, expected } = checks[kind](new Writer(dtype));
  const buffers = buffersOf(kernel, result);
  const schedule: Schedule = {
    kernels: [kernel],
    buffers,
    results: [{ buffer: result, shape: [result.length] }],
    arena: 0,
    cells: 0,
    arguments: 0,
    strict: !tier.tile.fused,
  };
  let found: TypedArray;
  try {
    const program = new WasmProgram(schedule, { heap, tier, emit });
    [found] = program.run([], []);
    program.dispose();
  } catch (error) {
    return `A ${kind} in ${dtype} failed: ${String(error)}`;
  }
  const wanted = [...expected, ...new Array<number>(guards).fill(0)];
  const right = wanted.every((y, i) => Math.abs(found[i] - y) <= tolerance[dtype] * Math.max(1, Math.abs(y)));
  return right ? undefined : `A ${kind} in ${dtype} gave a wrong result.`;
}

/** The constants that a kernel reads, and what it writes. */
function buffersOf(kernel: CodeKernel, result: Buffer): Buffer[] {
  const found = new Set<Buffer>([result]);
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null || ArrayBuffer.isView(node)) return;
    if ("home" in node) found.add(node as Buffer);
    else for (const part of Object.values(node)) visit(part);
  };
  visit(kernel);
  return [...found];
}
