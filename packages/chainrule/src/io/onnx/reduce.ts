import { isFloating, type Tensor } from "../../tensor/index.ts";
import { type Call, dimOf, type Operator } from "./call.ts";

/** Operators that take dimensions together. */

type Dims = readonly number[];

const reduction = (f: (x: Tensor, dims: Dims, keepdim: boolean) => Tensor): Operator => ({
  inputs: [1, 2],
  attributes: ["axes", "keepdims", "noop_with_empty_axes"],
  run(call) {
    const x = call.x();
    const axes = call.numbersOf("axes", 1) ?? [];
    if (axes.length === 0 && call.flag("noop_with_empty_axes", false)) return f(x, [], true);
    const dims = axes.length > 0 ? axes.map((axis) => dimOf(call, axis, x.ndim)) : x.shape.map((_, d) => d);
    return f(x, dims, call.flag("keepdims", true));
  },
});

const summed = (x: Tensor, dims: Dims, keepdim: boolean): Tensor =>
  dims.length === 0 ? x : x.sum(dims, { keepdim });

function averaged(x: Tensor, dims: Dims, keepdim: boolean): Tensor {
  const count = dims.reduce((n, d) => n * x.shape[d], 1);
  const y = summed(x, dims, keepdim);
  return isFloating(y.dtype) ? y.div(count) : y.div(count, { roundingMode: "trunc" });
}

/** log Σ eˣ, where the result is not finite as it would be for one element too. */
const logSumExp = (x: Tensor, dims: Dims, keepdim: boolean): Tensor =>
  dims.length === 0 ? x : x.logsumexp(dims, { keepdim });

const extreme = (name: "amax" | "amin") =>
  reduction((x, dims, keepdim) => (dims.length === 0 ? x : x[name](dims, { keepdim })));

const position = (name: "argmax" | "argmin"): Operator => ({
  attributes: ["axis", "keepdims", "select_last_index"],
  run(call) {
    const x = call.x();
    const dim = dimOf(call, call.number("axis", 0), x.ndim);
    const keepdim = call.flag("keepdims", true);
    if (!call.flag("select_last_index", false)) return x[name](dim, { keepdim });
    // The first of the reversed order is the last.
    return x
      .flip(dim)
      [name](dim, { keepdim })
      .neg()
      .add(x.shape[dim] - 1);
  },
});

/** Over all dimensions but the first two. */
const global = (f: (x: Tensor, dims: Dims) => Tensor, ...attributes: string[]): Operator => ({
  attributes,
  run(call) {
    const x = call.x();
    const dims = x.shape.flatMap((_, d) => (d < 2 ? [] : [d]));
    return dims.length === 0 ? x : f(x, dims);
  },
});

export const reductions: Readonly<Record<string, Operator>> = {
  ReduceSum: reduction(summed),
  ReduceMean: reduction(averaged),
  ReduceMax: extreme("amax"),
  ReduceMin: extreme("amin"),
  ReduceProd: reduction((x, dims, keepdim) =>
    // From the last dimension on, so that the others keep their places.
    [...dims].sort((a, b) => b - a).reduce((y, d) => y.prod(d, { keepdim }), x),
  ),
  ReduceL1: reduction((x, dims, keepdim) => summed(x.abs(), dims, keepdim)),
  ReduceL2: reduction((x, dims, keepdim) => summed(x.square(), dims, keepdim).sqrt()),
  ReduceLogSum: reduction((x, dims, keepdim) => summed(x, dims, keepdim).log()),
  ReduceLogSumExp: reduction(logSumExp),
  ReduceSumSquare: reduction((x, dims, keepdim) => summed(x.square(), dims, keepdim)),
  ArgMax: position("argmax"),
  ArgMin: position("argmin"),
  GlobalAveragePool: global((x, dims) => x.mean(dims, { keepdim: true })),
  GlobalMaxPool: global((x, dims) => x.amax(dims, { keepdim: true })),
  CumSum: {
    inputs: [2, 2],
    attributes: ["exclusive", "reverse"],
    run(call) {
      const dim = dimOf(call, call.numbers(1)[0], call.x().ndim);
      return inOrder(call, dim, (x) => x.cumsum(dim), 0);
    },
  },
  CumProd: {
    inputs: [2, 2],
    attributes: ["exclusive", "reverse"],
    run(call) {
      const dim = dimOf(call, call.numbers(1)[0], call.x().ndim);
      return inOrder(call, dim, (x) => x.cumprod(dim), 1);
    },
  },
  TopK: {
    inputs: [1, 2],
    attributes: ["k", "axis", "largest", "sorted"],
    run(call) {
      const x = call.x();
      const [k] = call.opset < 10 ? [call.number("k", 1)] : call.numbers(1);
      const dim = dimOf(call, call.number("axis", -1), x.ndim);
      const { values, indices } = x.topk(k, dim, { largest: call.flag("largest", true) });
      return [values, indices];
    },
  },
};

/** A running sum or product, from the end where it is reversed, without the element itself where it is exclusive. */
function inOrder(call: Call, dim: number, running: (x: Tensor) => Tensor, start: number): Tensor {
  const reverse = call.flag("reverse", false);
  const x = reverse ? call.x().flip(dim) : call.x();
  let y = running(x);
  if (call.flag("exclusive", false)) {
    const rest = y.narrow(dim, 0, Math.max(0, x.shape[dim] - 1));
    const pads = new Array<number>(2 * (x.ndim - dim)).fill(0);
    pads[pads.length - 2] = Math.min(1, x.shape[dim]);
    y = rest.pad(pads, { value: start });
  }
  return reverse ? y.flip(dim) : y;
}
