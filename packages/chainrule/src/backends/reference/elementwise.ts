import type { Operand } from "../../core/op.ts";
import type { Binary, Unary } from "../../core/primitives.ts";
import type { Spec, Tensor } from "../../core/tensor.ts";
import type { TypedArray } from "../../shape/dtype.ts";
import { clashes, copyInto, forEachRow, fresh, isDense, reader } from "./loops.ts";
import { binaryTable, unaryTable } from "./scalars.ts";

/** Runs `fill` on the tensor that takes the result: a fresh one, `into` itself, or a detour where reading and writing clash. */
function withTarget(
  operands: readonly Operand[],
  out: Spec,
  into: Tensor | undefined,
  fill: (y: Tensor) => void,
): Tensor {
  if (!into) {
    const y = fresh(out);
    fill(y);
    return y;
  }
  if (into.dtype !== out.dtype || operands.some((x) => clashes(x, into))) {
    const detour = fresh(out);
    fill(detour);
    copyInto(detour, into);
  } else {
    fill(into);
  }
  return into;
}

export function unary(op: Unary, x: Tensor, out: Spec, into?: Tensor): Tensor {
  return withTarget([x], out, into, (y) => {
    const f = unaryTable[op];
    const source = x.storage.elements;
    const target = y.storage.elements;
    if (isDense(x, y.shape) && y.isContiguous) {
      const n = y.numel;
      for (let k = 0, i = x.offset, o = y.offset; k < n; k++) target[o++] = f(source[i++]);
      return;
    }
    forEachRow(y.shape, [x.strides, y.strides], [x.offset, y.offset], ([at, to], [step, toStep], n) => {
      for (let k = 0, i = at, o = to; k < n; k++, i += step, o += toStep) target[o] = f(source[i]);
    });
  });
}

type Loop = (
  a: TypedArray, i: number, di: number,
  b: TypedArray, j: number, dj: number,
  y: TypedArray, o: number, dy: number, n: number,
) => void; // biome-ignore format: three operands, each with its position and step

/** The most frequent functions have loops of their own, so that the engine need not call a function for each element. */
const loops: { readonly [P in Binary]?: Loop } = {
  add: (a, i, di, b, j, dj, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = a[i] + b[j];
  },
  sub: (a, i, di, b, j, dj, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = a[i] - b[j];
  },
  mul: (a, i, di, b, j, dj, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = a[i] * b[j];
  },
  div: (a, i, di, b, j, dj, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = a[i] / b[j];
  },
  gt: (a, i, di, b, j, dj, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = a[i] > b[j] ? 1 : 0;
  },
};

function loopOf(op: Binary, out: Spec): Loop {
  const f = binaryTable[op];
  if (out.dtype === "bool") {
    const loop = op === "gt" ? loops.gt : undefined;
    return (
      loop ??
      ((a, i, di, b, j, dj, y, o, dy, n) => {
        for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = f(a[i], b[j]) !== 0 ? 1 : 0;
      })
    );
  }
  if (out.dtype === "int32" && op === "mul") {
    // A product of doubles would lose the low bits that wrapping around needs.
    return (a, i, di, b, j, dj, y, o, dy, n) => {
      for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = Math.imul(a[i], b[j]);
    };
  }
  return (
    loops[op] ??
    ((a, i, di, b, j, dj, y, o, dy, n) => {
      for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = f(a[i], b[j]);
    })
  );
}

// Plain numbers are read through one-element arrays; two, as both operands may be numbers.
const numberA = new Float64Array(1);
const numberB = new Float64Array(1);

export function binary(op: Binary, a: Operand, b: Operand, out: Spec, into?: Tensor): Tensor {
  return withTarget([a, b], out, into, (y) => {
    const loop = loopOf(op, out);
    const target = y.storage.elements;
    const aIsNumber = typeof a === "number";
    const bIsNumber = typeof b === "number";
    if ((aIsNumber || isDense(a, y.shape)) && (bIsNumber || isDense(b, y.shape)) && y.isContiguous) {
      if (aIsNumber) numberA[0] = a;
      if (bIsNumber) numberB[0] = b;
      const left = aIsNumber ? numberA : a.storage.elements;
      const right = bIsNumber ? numberB : b.storage.elements;
      const i = aIsNumber ? 0 : a.offset;
      const j = bIsNumber ? 0 : b.offset;
      loop(left, i, aIsNumber ? 0 : 1, right, j, bIsNumber ? 0 : 1, target, y.offset, 1, y.numel);
      return;
    }
    const left = reader(a, y.shape);
    const right = reader(b, y.shape);
    const starts = [left.offset, right.offset, y.offset];
    forEachRow(y.shape, [left.strides, right.strides, y.strides], starts, ([i, j, o], [di, dj, dy], n) => {
      loop(left.elements, i, di, right.elements, j, dj, target, o, dy, n);
    });
  });
}

export function where(condition: Tensor, a: Operand, b: Operand, out: Spec, into?: Tensor): Tensor {
  return withTarget([condition, a, b], out, into, (y) => {
    const c = reader(condition, y.shape);
    const left = reader(a, y.shape);
    const right = reader(b, y.shape);
    const target = y.storage.elements;
    const { elements: test } = c;
    const { elements: yes } = left;
    const { elements: no } = right;
    const starts = [c.offset, left.offset, right.offset, y.offset];
    forEachRow(y.shape, [c.strides, left.strides, right.strides, y.strides], starts, (at, by, n) => {
      let [h, i, j, o] = at;
      const [dh, di, dj, dy] = by;
      for (let k = 0; k < n; k++, h += dh, i += di, j += dj, o += dy)
        target[o] = test[h] !== 0 ? yes[i] : no[j];
    });
  });
}

export function copy(x: Operand, out: Spec, into?: Tensor): Tensor {
  const y = into ?? fresh(out);
  if (into && clashes(x, into)) copyInto(copy(x, out), into);
  else copyInto(x, y);
  return y;
}
