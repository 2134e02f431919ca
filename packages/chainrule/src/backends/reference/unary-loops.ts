import type { Unary } from "../../core/primitives.ts";
import type { DType, TypedArray } from "../../shape/dtype.ts";
import { unaryTable } from "./scalars.ts";
import { sin32 } from "./single.ts";

/** y[o], y[o + dy], … = f of n elements of x from i on, in steps of di. */
type UnaryLoop = (
  x: TypedArray,
  i: number,
  di: number,
  y: TypedArray,
  o: number,
  dy: number,
  n: number,
) => void;

const { sigmoid } = unaryTable;

/**
 * The most frequent functions have loops of their own: the engine then puts the function into the loop, where a table's
 * function would be called for each element. That makes them two to five times as fast.
 */
const loops: { readonly [P in Unary]?: UnaryLoop } = {
  abs: (x, i, di, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, o += dy) y[o] = Math.abs(x[i]);
  },
  exp: (x, i, di, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, o += dy) y[o] = Math.exp(x[i]);
  },
  log: (x, i, di, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, o += dy) y[o] = Math.log(x[i]);
  },
  neg: (x, i, di, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, o += dy) y[o] = -x[i];
  },
  reciprocal: (x, i, di, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, o += dy) y[o] = 1 / x[i];
  },
  relu: (x, i, di, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, o += dy) y[o] = Math.max(x[i], 0);
  },
  sigmoid: (x, i, di, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, o += dy) y[o] = sigmoid(x[i]);
  },
  sin: (x, i, di, y, o, dy, n) => {
    const f = y instanceof Float32Array ? sin32 : Math.sin;
    for (let k = 0; k < n; k++, i += di, o += dy) y[o] = f(x[i]);
  },
  sqrt: (x, i, di, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, o += dy) y[o] = Math.sqrt(x[i]);
  },
  square: (x, i, di, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, o += dy) y[o] = x[i] * x[i];
  },
  tanh: (x, i, di, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, o += dy) y[o] = Math.tanh(x[i]);
  },
};

/** A product of doubles would lose the low bits that wrapping around needs. */
const wholeSquare: UnaryLoop = (x, i, di, y, o, dy, n) => {
  for (let k = 0; k < n; k++, i += di, o += dy) y[o] = Math.imul(x[i], x[i]);
};

/** The loop of a function of one number, towards a dtype. */
export function unaryLoop(op: Unary, dtype: DType): UnaryLoop {
  if (op === "square" && dtype === "int32") return wholeSquare;
  const f = unaryTable[op];
  return (
    loops[op] ??
    ((x, i, di, y, o, dy, n) => {
      for (let k = 0; k < n; k++, i += di, o += dy) y[o] = f(x[i]);
    })
  );
}
