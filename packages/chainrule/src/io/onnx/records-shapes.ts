import { fromTypedArray, type Tensor } from "../../tensor/index.ts";
import { float, TO_END } from "./builder.ts";
import type { Line } from "./passes.ts";
import type { Write } from "./records-elementwise.ts";
import type { Exported } from "./step.ts";

/** Ops that reduce, multiply, move and choose, as operators of ONNX. */

/** A reduction; its dimensions are an attribute until version 18, and then an input. ReduceSum's are an input since 13. */
function reduce(s: Exported, op: string, x: string, dims: readonly number[], keepdim: boolean): string {
  if (dims.length === 0) return x;
  const keepdims = keepdim ? 1 : 0;
  const dtype = s.builder.dtypeOf(x);
  return op === "ReduceSum" || s.builder.opset >= 18
    ? s.node(op, [x, s.ints(dims)], { keepdims }, dtype)
    : s.node(op, [x], { axes: dims, keepdims }, dtype);
}

const reduction =
  (op: string): Write =>
  (s) =>
    reduce(s, op, s.in("x"), s.attribute("dims"), s.attribute("keepdim"));

const everything =
  (op: string): Write =>
  (s) =>
    s.node(op, [s.in("x")], { keepdims: 0 });

/** Extremes of truth values are taken as of numbers. */
const extreme =
  (op: string): Write =>
  (s) => {
    const x = s.in("x");
    const number = s.out.dtype === "bool" ? s.builder.cast(x, "int32") : x;
    return s.builder.cast(reduce(s, op, number, s.attribute("dims"), s.attribute("keepdim")), s.out.dtype);
  };

const position =
  (op: string): Write =>
  (s) => {
    const dim = s.attribute<number | null>("dim");
    const keepdim = s.attribute<boolean>("keepdim");
    const own = s.in("x", "own");
    const x = s.builder.dtypeOf(own) === "bool" ? s.builder.cast(own, "int32") : own;
    if (dim !== null && s.tensor("x")?.ndim !== 0)
      return s.node(op, [x], { axis: dim, keepdims: keepdim ? 1 : 0 });
    const flat = s.node("Reshape", [x, s.ints([-1])], {}, s.builder.dtypeOf(x));
    return reshaped(s, s.node(op, [flat], { axis: 0, keepdims: 0 }), s.outShape());
  };

/** In another shape. At most one size that depends on the batch is left to be told by the others. */
function reshaped(s: Exported, x: string, shape: readonly Line[]): string {
  const varying = shape.filter(({ slope }) => slope !== 0).length;
  const hasEmpty = shape.some(({ slope, constant }) => slope === 0 && constant === 0);
  const sizes =
    varying === 1 && !hasEmpty
      ? s.ints(shape.map(({ slope, constant }) => (slope === 0 ? constant : -1)))
      : s.builder.lines(shape);
  return s.node("Reshape", [x, sizes], hasEmpty ? { allowzero: 1 } : {}, s.builder.dtypeOf(x));
}

/** Σ (x − mean)² / (n − correction). */
function variance(s: Exported): string {
  const x = s.in("x");
  const dims = s.attribute<readonly number[]>("dims");
  const centered = s.node("Sub", [x, reduce(s, "ReduceMean", x, dims, true)]);
  const squares = reduce(s, "ReduceSum", s.node("Mul", [centered, centered]), dims, s.attribute("keepdim"));
  const correction = s.attribute<number>("correction");
  const [count] = s.linesBy((args) => {
    const { shape } = args.x as Tensor;
    return [Math.max(0, (args.dims as number[]).reduce((n, d) => n * shape[d], 1) - correction)];
  });
  return s.node("Div", [squares, s.builder.line(count, s.out.dtype)]);
}

/** Values of a window: [starts, ends, axes, steps] of Slice. An end that is the size is "to the end". */
const sliced: Write = (s) => {
  const starts = s.lines("starts");
  const steps = s.attribute<readonly number[]>("steps");
  const sizes = s.outShape();
  const whole = s.shape("x");
  const axes = whole.flatMap((size, d) =>
    steps[d] === 1 && same(size, sizes[d]) && same(starts[d], ZERO) ? [] : [d],
  );
  if (axes.length === 0) return s.in("x");
  const ends = s.linesBy((args, result) =>
    axes.map((d) => {
      const size = (args.x as Tensor).shape[d];
      const end =
        (args.starts as number[])[d] +
        Math.max(0, result.shape[d] - 1) * steps[d] +
        (result.shape[d] > 0 ? 1 : 0);
      return end === size ? TO_END : end;
    }),
  );
  return s.node("Slice", [
    s.in("x"),
    s.builder.lines(axes.map((d) => starts[d])),
    s.builder.lines(ends),
    s.ints(axes),
    s.ints(axes.map((d) => steps[d])),
  ]);
};

const ZERO: Line = { constant: 0, slope: 0 };
const same = (a: Line, b: Line): boolean => a.constant === b.constant && a.slope === b.slope;

/** Row-major places of [rows, columns] where j − i is the offset. */
function diagonalPlaces(rows: number, columns: number, offset: number, length: number): number[] {
  const [i, j] = offset >= 0 ? [0, offset] : [-offset, 0];
  return rows === 0 ? [] : Array.from({ length }, (_, k) => (i + k) * columns + j + k);
}

/** Index tensors in the shape of what they name, along a dimension. */
function alongDim(s: Exported, index: string, dim: number, shape: readonly Line[]): string {
  const lined = s.node("Reshape", [index, s.ints(shape.map((_, d) => (d === dim ? -1 : 1)))], {}, "int32");
  return s.node("Expand", [lined, s.builder.lines(shape)], {}, "int32");
}

/** What is written at the places of an index, in its shape: a source may be larger, or a number. */
function sourceOf(s: Exported): string {
  const shape = s.shape("index");
  if (!s.tensor("source")) return s.node("Expand", [s.in("source"), s.builder.lines(shape)]);
  const axes = s.shape("source").flatMap((size, d) => (same(size, shape[d]) ? [] : [d]));
  if (axes.length === 0) return s.in("source");
  const ends = s.builder.lines(axes.map((d) => shape[d]));
  return s.node("Slice", [s.in("source"), s.ints(axes.map(() => 0)), ends, s.ints(axes)]);
}

/** Softmax and its kin want a dimension. */
const alongDimension =
  (op: string): Write =>
  (s) => {
    if (s.rank > 0) return s.node(op, [s.in("x")], { axis: s.attribute("dim") });
    return reshaped(s, s.node(op, [reshaped(s, s.in("x"), [{ constant: 1, slope: 0 }])], { axis: 0 }), []);
  };

/** The elements of x at start + i · step: dimension by dimension, taken from x and one more place, which holds the value. */
function spread(s: Exported): string {
  const [starts, steps] = [s.attribute<readonly number[]>("starts"), s.attribute<readonly number[]>("steps")];
  const value = s.number(s.attribute<number>("value"));
  const sizes = s.shape("x").map((size) => constantSize(s, size));
  return sizes.reduce((y, size, d) => {
    const pads = new Array<number>(2 * s.rank).fill(0);
    pads[s.rank + d] = 1;
    const from = Array.from({ length: s.out.shape[d] }, (_, at) => {
      const i = (at - starts[d]) / steps[d];
      return Number.isInteger(i) && i >= 0 && i < size ? i : size;
    });
    return s.node("Gather", [s.node("Pad", [y, s.ints(pads), value]), s.ints(from)], { axis: d });
  }, s.in("x"));
}

/** ONNX has no running product until version 26: place by place. */
const cumprod: Write = (s) => {
  const dim = s.attribute<number>("dim");
  const shape = s.shape("x");
  if (shape.length === 0) return s.in("x");
  const { constant: size, slope } = shape[dim];
  if (slope !== 0 || size > 256)
    throw s.fault("ONNX has no running product, and its dimension is large or the batch's");
  const x = s.in("x");
  const part = (i: number): string => s.node("Slice", [x, s.ints([i]), s.ints([i + 1]), s.ints([dim])]);
  const parts: string[] = [];
  for (let i = 0; i < size; i++) parts.push(i === 0 ? part(0) : s.node("Mul", [parts[i - 1], part(i)]));
  return parts.length === 0 ? x : s.node("Concat", parts, { axis: dim });
};

const triangle =
  (upper: 0 | 1): Write =>
  (s) => {
    const k = s.builder.constant(fromTypedArray(Int32Array.of(s.attribute<number>("diagonal")), []));
    const inner = s.out.dtype === "bool" ? "int32" : s.out.dtype;
    return s.builder.cast(s.node("Trilu", [s.in("x", inner), k], { upper }, inner), s.out.dtype);
  };

export const shapeRecords: Readonly<Record<string, Write>> = {
  // reductions
  sum: reduction("ReduceSum"),
  prod: reduction("ReduceProd"),
  amax: extreme("ReduceMax"),
  amin: extreme("ReduceMin"),
  max: everything("ReduceMax"),
  min: everything("ReduceMin"),
  logsumexp: reduction("ReduceLogSumExp"),
  argmax: position("ArgMax"),
  argmin: position("ArgMin"),
  var: variance,
  std: (s) => s.node("Sqrt", [variance(s)]),
  norm(s) {
    const p = s.attribute<number>("p");
    const dims = s.attribute<readonly number[]>("dims");
    const keepdim = s.attribute<boolean>("keepdim");
    const x = s.in("x");
    const over = (op: string, value: string): string => reduce(s, op, value, dims, keepdim);
    if (dims.length === 0) return s.node("Abs", [x]);
    if (p === 2) return over("ReduceL2", x);
    if (p === 1) return over("ReduceL1", x);
    if (p === 0) {
      const is = s.node("Not", [s.node("Equal", [x, s.number(0)], {}, "bool")], {}, "bool");
      return over("ReduceSum", s.builder.cast(is, s.out.dtype));
    }
    const size = s.node("Abs", [x]);
    if (p === Number.POSITIVE_INFINITY) return over("ReduceMax", size);
    if (p === Number.NEGATIVE_INFINITY) return over("ReduceMin", size);
    return s.node("Pow", [over("ReduceSum", s.node("Pow", [size, s.number(p)])), s.number(1 / p)]);
  },
  softmax: alongDimension("Softmax"),
  logSoftmax: alongDimension("LogSoftmax"),
  cumsum: (s) =>
    s.rank === 0 ? s.in("x") : s.node("CumSum", [s.in("x"), s.number(s.attribute<number>("dim"), "int32")]),
  cumprod,
  argsort(s) {
    const dim = s.attribute<number>("dim");
    const x = s.in("x", "own");
    const size = s.builder.lines([s.rank === 0 ? { constant: 1, slope: 0 } : s.shape("x")[dim]]);
    if (s.rank === 0) return s.number(0);
    const attributes = { axis: dim, largest: s.attribute<boolean>("descending") ? 1 : 0 };
    return s.builder.nodeOf(2, "TopK", [x, size], attributes, [s.builder.dtypeOf(x), "int32"])[1];
  },

  // products
  matmul: (s) => s.node("MatMul", [s.in("x"), s.in("other")]),
  linear(s) {
    const bias = s.has("bias");
    if (s.tensor("x")?.ndim === 2) {
      return s.node("Gemm", [s.in("x"), s.in("weight"), ...(bias ? [s.in("bias")] : [])], { transB: 1 });
    }
    const weight = s.node("Transpose", [s.in("weight")], { perm: [1, 0] });
    const product = s.node("MatMul", [s.in("x"), weight]);
    return bias ? s.node("Add", [product, s.in("bias")]) : product;
  },
  addmm: (s) =>
    s.node("Gemm", [s.in("a"), s.in("b"), s.in("x")], {
      alpha: float(s.attribute("alpha")),
      beta: float(s.attribute("beta")),
    }),

  // movement
  reshape: (s) => (s.has("shape") ? reshaped(s, s.in("x"), s.outShape()) : s.in("x")),
  permute: (s) =>
    s.rank === 0 ? s.in("x") : s.node("Transpose", [s.in("x")], { perm: s.attribute<number[]>("dims") }),
  expand: (s) => s.node("Expand", [s.in("x"), s.builder.lines(s.outShape())]),
  slice: sliced,
  select(s) {
    const index = s.builder.line(s.line("index"), "int32");
    return s.node("Gather", [s.in("x"), index], { axis: s.attribute("dim") });
  },
  embed(s) {
    if (s.rank === 0) return s.in("x");
    if (s.attribute<readonly number[]>("steps").some((step) => step !== 1)) return spread(s);
    const pads = s.linesBy((args, result) => {
      const starts = args.starts as readonly number[];
      return [...starts, ...result.shape.map((size, d) => size - starts[d] - (args.x as Tensor).shape[d])];
    });
    const inner = s.out.dtype === "bool" ? "int32" : s.out.dtype;
    const value = s.number(s.attribute<number>("value"), inner);
    return s.builder.cast(
      s.node("Pad", [s.in("x", inner), s.builder.lines(pads), value], {}, inner),
      s.out.dtype,
    );
  },
  flip(s) {
    const dims = s.attribute<readonly number[]>("dims");
    if (dims.length === 0) return s.in("x");
    const every = (x: number): string => s.ints(dims.map(() => x));
    return s.node("Slice", [s.in("x"), every(-1), every(-TO_END), s.ints(dims), every(-1)]);
  },
  cat: (s) => s.node("Concat", s.list("tensors"), { axis: s.attribute("dim") }),
  stack(s) {
    const axis = s.attribute<number>("dim");
    const parts = s.list("tensors").map((x) => s.node("Unsqueeze", [x, s.ints([axis])]));
    return s.node("Concat", parts, { axis });
  },
  tril: triangle(0),
  triu: triangle(1),
  diagonal(s) {
    const [offset, dim1, dim2] = ["offset", "dim1", "dim2"].map((name) => s.attribute<number>(name));
    const shape = s.shape("x");
    const others = shape.flatMap((_, d) => (d === dim1 || d === dim2 ? [] : [d]));
    const [rows, columns] = [dim1, dim2].map((d) => constantSize(s, shape[d]));
    const moved = s.node("Transpose", [s.in("x")], { perm: [...others, dim1, dim2] });
    const flat = reshaped(s, moved, [...others.map((d) => shape[d]), { constant: rows * columns, slope: 0 }]);
    const places = diagonalPlaces(rows, columns, offset, s.out.shape[s.rank - 1]);
    return s.node("Gather", [flat, s.ints(places)], { axis: others.length });
  },
  embedDiagonal(s) {
    const [offset, dim1, dim2] = ["offset", "dim1", "dim2"].map((name) => s.attribute<number>(name));
    const shape = s.outShape();
    const others = shape.flatMap((_, d) => (d === dim1 || d === dim2 ? [] : [d]));
    const [rows, columns] = [dim1, dim2].map((d) => constantSize(s, shape[d]));
    const length = constantSize(s, s.shape("x")[others.length]);
    const places = diagonalPlaces(rows, columns, offset, length);
    // Behind the diagonal stands one zero, which all other places take.
    const pads = [...shape.slice(0, -1).map(() => 0), ...shape.slice(0, -2).map(() => 0), 1];
    const padded = s.node("Pad", [s.in("x"), s.ints(pads), s.number(0)]);
    const from = Array.from({ length: rows * columns }, (_, at) => {
      const k = places.indexOf(at);
      return k < 0 ? length : k;
    });
    const flat = s.node("Gather", [padded, s.ints(from)], { axis: others.length });
    const apart = reshaped(s, flat, [...others.map((d) => shape[d]), shape[dim1], shape[dim2]]);
    const order = [...others, dim1, dim2];
    return s.node("Transpose", [apart], { perm: shape.map((_, d) => order.indexOf(d)) });
  },

  // places
  gather: (s) => s.node("GatherElements", [s.in("x"), s.in("index", "int32")], { axis: s.attribute("dim") }),
  indexSelect: (s) => s.node("Gather", [s.in("x"), s.in("index", "int32")], { axis: s.attribute("dim") }),
  scatter: (s) =>
    s.node("ScatterElements", [s.in("x"), s.in("index", "int32"), sourceOf(s)], {
      axis: s.attribute("dim"),
    }),
  scatterAdd: (s) =>
    s.node("ScatterElements", [s.in("x"), s.in("index", "int32"), sourceOf(s)], {
      axis: s.attribute("dim"),
      reduction: "add",
    }),
  indexAdd(s) {
    const dim = s.attribute<number>("dim");
    const index = alongDim(s, s.in("index", "int32"), dim, s.shape("source"));
    return s.node("ScatterElements", [s.in("x"), index, s.in("source")], { axis: dim, reduction: "add" });
  },
  oneHot(s) {
    const x = s.node("Unsqueeze", [s.in("x", "int32"), s.ints([s.rank - 1])], {}, "int32");
    const classes = s.ints(Array.from({ length: s.attribute<number>("numClasses") }, (_, i) => i));
    return s.builder.cast(s.node("Equal", [x, classes], {}, "bool"), s.out.dtype);
  },
};

function constantSize(s: Exported, { constant, slope }: Line): number {
  if (slope !== 0) throw s.fault("its size depends on the size of the batch");
  return constant;
}
