/** Where the generated tests get their tensors from, and how they take an op's arguments apart. */
import type { Op } from "../../core/op.ts";
import { fillUniform, Generator, randperm } from "../../core/random.ts";
import type { Samples } from "../../core/samples.ts";
import { Tensor } from "../../core/tensor.ts";
import { isFloating } from "../../shape/dtype.ts";
import { numel, type Shape } from "../../shape/shape.ts";

/** Arguments by name, as a generated test handles them. */
export type Arguments = Readonly<Record<string, unknown>>;

/** A seeded source of samples in float64: the same numbers at every run. */
function source(seed: number): Samples {
  const generator = new Generator(seed);
  const uniform = (count: number, low: number, high: number): Float64Array => {
    const values = new Float64Array(count);
    fillUniform(values, generator, low, high);
    return values;
  };
  return {
    real: (shape, low = -2, high = 2) => Tensor.over(uniform(numel(shape), low, high), shape, "float64"),
    distinct(shape) {
      const count = numel(shape);
      // Steps of 0.1, none of them at zero, in random order.
      const values = Float64Array.from(randperm(count, generator), (i) => (i - (count >> 1)) / 10 + 0.03);
      return Tensor.over(values, shape, "float64");
    },
    int(shape, low, high) {
      const values = Int32Array.from(uniform(numel(shape), low, high), Math.floor);
      return Tensor.over(values, shape, "int32");
    },
    bool(shape) {
      const values = Uint8Array.from(uniform(numel(shape), 0, 1), (x) => (x < 0.5 ? 0 : 1));
      return Tensor.over(values, shape, "bool");
    },
  };
}

const seedOf = (name: string): number => [...name].reduce((h, c) => (h * 31 + c.charCodeAt(0)) >>> 0, 7);

/** The op's own samples. */
export function samplesOf(op: Op): Arguments[] {
  if (!op.samples) throw new Error(`The record of ${op.name} has no samples.`);
  return op.samples(source(seedOf(op.name))) as Arguments[];
}

/** A tensor among an op's arguments. */
export interface Input {
  readonly name: string;
  readonly tensor: Tensor;
}

/** The tensors among the inputs, those in lists too, in order. */
export const inputsOf = (op: Op, args: Arguments): Input[] =>
  op.inputs.flatMap((name) =>
    listOf(args[name]).flatMap((x) => (x instanceof Tensor ? [{ name, tensor: x }] : [])),
  );

/** The tensors that the op has a derivative for. */
export const differentiableOf = (op: Op, args: Arguments): Input[] =>
  inputsOf(op, args).filter(({ name, tensor }) => op.vjp[name] !== undefined && isFloating(tensor.dtype));

const listOf = (x: unknown): readonly unknown[] => (Array.isArray(x) ? x : [x]);

/** New arguments with other tensors in the place of the inputs. Random draws start anew. */
export function withInputs(op: Op, args: Arguments, f: (x: Tensor, name: string) => Tensor): Arguments {
  const replaced: Record<string, unknown> = { ...args };
  for (const [name, value] of Object.entries(args))
    if (value instanceof Generator) replaced[name] = new Generator(11);
  for (const name of op.inputs) {
    const value = args[name];
    const swap = (x: unknown): unknown => (x instanceof Tensor ? f(x, name) : x);
    replaced[name] = Array.isArray(value) ? value.map(swap) : swap(value);
  }
  return replaced;
}

/** New arguments with `tensors` in the place of the differentiable inputs, in order. */
export function withDifferentiable(op: Op, args: Arguments, tensors: readonly Tensor[]): Arguments {
  let next = 0;
  return withInputs(op, args, (x, name) =>
    op.vjp[name] !== undefined && isFloating(x.dtype) ? tensors[next++] : x,
  );
}

/** The same values elsewhere in memory. Gaps are filled with what would be noticed if it were read. */
export interface Layout {
  readonly name: string;
  apply(x: Tensor): Tensor;
}

const place = (x: Tensor, strides: readonly number[], offset: number, length: number): Tensor => {
  const elements = x.data.slice(0, 0).constructor as new (n: number) => typeof x.data;
  const block = new elements(length).fill(isFloating(x.dtype) ? Number.NaN : 77);
  const { data } = x;
  const index = x.shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    block[index.reduce((at, k, d) => at + k * strides[d], offset)] = data[i];
    for (let d = index.length - 1; d >= 0 && ++index[d] === x.shape[d]; d--) index[d] = 0;
  }
  return new Tensor(Tensor.over(block, [length], x.dtype).storage, x.shape, strides, offset);
};

/** Strides of a layout whose dimensions lie in memory in the order `inward`, outermost first. */
function stridesBy(shape: Shape, inward: readonly number[], unit: number): number[] {
  const strides = shape.map(() => 0);
  let step = unit;
  for (const d of [...inward].reverse()) {
    strides[d] = step;
    step *= Math.max(shape[d], 1);
  }
  return strides;
}

const dims = (x: Tensor): number[] => x.shape.map((_, d) => d);

export const contiguous: Layout = {
  name: "contiguous",
  apply: (x) => place(x, stridesBy(x.shape, dims(x), 1), 0, x.numel),
};

/** All layouts in which an op has to give what it gives for contiguous inputs. */
export const layouts: readonly Layout[] = [
  { name: "transposed", apply: (x) => place(x, stridesBy(x.shape, dims(x).reverse(), 1), 0, x.numel) },
  { name: "with an offset", apply: (x) => place(x, stridesBy(x.shape, dims(x), 1), 5, x.numel + 7) },
  { name: "every third", apply: (x) => place(x, stridesBy(x.shape, dims(x), 3), 2, 3 * x.numel + 4) },
  {
    name: "rotated and strided",
    apply: (x) =>
      place(x, stridesBy(x.shape, [...dims(x).slice(1), ...dims(x).slice(0, 1)], 2), 1, 2 * x.numel + 3),
  },
];

/** The first slice along some dimensions, repeated by a stride of 0. */
export function expanded(x: Tensor, along: readonly number[]): Tensor {
  const strides = x.strides.map((stride, d) => (along.includes(d) ? 0 : stride));
  return new Tensor(x.storage, x.shape, strides, x.offset);
}

/** A contiguous copy in another dtype. Towards int32, numbers are rounded down; towards bool, positive ones are true. */
export function converted(x: Tensor, dtype: Tensor["dtype"]): Tensor {
  const values = Float64Array.from(x.data, (v) =>
    dtype === "int32" ? Math.floor(v) : dtype === "bool" ? Number(v > 0) : v,
  );
  const target =
    dtype === "float32"
      ? Float32Array
      : dtype === "float64"
        ? Float64Array
        : dtype === "int32"
          ? Int32Array
          : Uint8Array;
  return Tensor.over(target.from(values), x.shape, dtype);
}
