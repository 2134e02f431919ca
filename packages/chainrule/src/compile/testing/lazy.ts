/**
 * Runs a whole test suite through the compiler without changing a test: an interpreter that records every primitive, and compiles
 * and runs what leads to a tensor when somebody reads that tensor.
 */
import type { Graph, Input, Source, Value, View } from "../../core/graph.ts";
import type { Operand } from "../../core/op.ts";
import type { Interpreter } from "../../core/primitives.ts";
import { Storage } from "../../core/storage.ts";
import { type Spec, Tensor } from "../../core/tensor.ts";
import type { DType, TypedArray } from "../../shape/dtype.ts";
import { contiguousStrides, numel } from "../../shape/shape.ts";
import type { Compiler } from "../compile.ts";
import { viewsOf } from "../sources.ts";

/** The storage of a value that is computed when its elements are asked for. */
class LazyStorage extends Storage {
  readonly value: Value;
  #compute: (() => TypedArray) | null;

  constructor(value: Value, compute: () => TypedArray) {
    super(value.dtype, new Uint8Array(0), numel(value.shape));
    this.value = value;
    this.#compute = compute;
  }

  override get elements(): TypedArray {
    if (this.#compute) {
      this.move(this.#compute());
      this.#compute = null;
    }
    return super.elements;
  }

  /** Whether nobody has asked yet. */
  get isPending(): boolean {
    return this.#compute !== null;
  }
}

/** How often it compiled, for the report at the end of a suite. */
export const compilations = { count: 0 };

/** The interpreter. What writes, draws or may refuse its operands runs at once; everything else when it is needed. */
export function lazyInterpreter(compiler: Compiler): Interpreter {
  const { host } = compiler;
  let made = 0;
  const newValue = (source: Source, { shape, dtype }: Spec): Value => ({
    id: made++,
    shape,
    dtype,
    source,
    scope: null,
  });

  function lazy(source: Source, out: Spec): Tensor {
    const value = newValue(source, out);
    const storage = new LazyStorage(value, () => compute(value));
    return new Tensor(storage, out.shape, contiguousStrides(out.shape), 0);
  }

  function held(storage: Storage): Value {
    if (storage instanceof LazyStorage && storage.isPending) return storage.value;
    // As they are now: some tests write into storages directly.
    const spec: { shape: number[]; dtype: DType } = { shape: [storage.length], dtype: storage.dtype };
    return newValue({ kind: "constant", elements: storage.elements.slice() }, spec);
  }

  const view = (x: Tensor): View => ({
    value: held(x.storage),
    shape: x.shape,
    strides: x.strides,
    offset: x.offset,
  });
  const input = (x: Operand): Input => (typeof x === "number" ? x : view(x));

  /** The elements of a value, by a program of what leads to it. */
  function compute(value: Value): TypedArray {
    compilations.count++;
    const all = { value, shape: value.shape, strides: contiguousStrides(value.shape), offset: 0 };
    const program = compiler.backend.compile(compiler.lower(graphOf(all), {}));
    try {
      return program.run([], [])[0];
    } finally {
      program.dispose();
    }
  }

  return {
    ...host,
    unary: (op, x, out, into) =>
      into ? host.unary(op, x, out, into) : lazy({ kind: "unary", op, x: view(x) }, out),
    binary(op, a, b, out, into) {
      if (into) return host.binary(op, a, b, out, into);
      return divides(op, out)
        ? host.binary(op, a, b, out)
        : lazy({ kind: "binary", op, a: input(a), b: input(b) }, out);
    },
    addScaled: (x, other, alpha, out, into) =>
      into
        ? host.addScaled(x, other, alpha, out, into)
        : lazy({ kind: "addScaled", x: input(x), other: input(other), alpha: input(alpha) }, out),
    where: (condition, a, b, out, into) =>
      into
        ? host.where(condition, a, b, out, into)
        : lazy({ kind: "where", condition: view(condition), a: input(a), b: input(b) }, out),
    copy: (x, out, into) => (into ? host.copy(x, out, into) : lazy({ kind: "copy", x: input(x) }, out)),
    reduce: (op, x, dims, out) => lazy({ kind: "reduce", op, x: view(x), dims }, out),
    scan: (op, x, dim, out) => lazy({ kind: "scan", op, x: view(x), dim }, out),
    matmul: (a, b, out) => lazy({ kind: "matmul", a: view(a), b: view(b) }, out),
    // Indices are checked when they are used, and tests expect the error there.
    gather: (x, dim, index, out) =>
      settled(lazy({ kind: "gather", x: view(x), dim, index: view(index) }, out), () =>
        host.gather(x, dim, index, out),
      ),
    scatter: (mode, x, dim, index, source, out) =>
      settled(
        lazy({ kind: "scatter", mode, x: view(x), dim, index: view(index), source: input(source) }, out),
        () => host.scatter(mode, x, dim, index, source, out),
      ),
    argsort: (x, dim, descending, out) => lazy({ kind: "argsort", x: view(x), dim, descending }, out),
  };
}

/** Whether a function refuses a divisor of zero. */
const divides = (op: string, out: Spec): boolean =>
  (op === "div" || op === "remainder") && out.dtype === "int32";

/** Computes now. What the program refuses, the host has to refuse too: its words are those that tests know. */
function settled(x: Tensor, onHost: () => Tensor): Tensor {
  try {
    void x.storage.elements;
  } catch (error) {
    onHost();
    throw error;
  }
  return x;
}

/** The part of all values that a view needs. */
function graphOf(result: View): Graph {
  const found = new Set<Value>();
  const pending = [result.value];
  for (let value = pending.pop(); value; value = pending.pop()) {
    if (found.has(value)) continue;
    found.add(value);
    pending.push(...viewsOf(value.source).map((view) => view.value));
  }
  const values = [...found].sort((a, b) => a.id - b.id);
  return { values, results: [result], effects: [], cells: 0 };
}
