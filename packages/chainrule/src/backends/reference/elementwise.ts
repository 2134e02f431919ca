import type { Operand } from "../../core/op.ts";
import type { Binary, Unary } from "../../core/primitives.ts";
import { resultType2 } from "../../core/rules.ts";
import type { Spec, Tensor } from "../../core/tensor.ts";
import type { DType, TypedArray } from "../../shape/dtype.ts";
import { ChainruleError } from "../../util/errors.ts";
import { clashes, copyInto, forEachRow, fresh, isDense, reader } from "./loops.ts";
import { binaryTable } from "./scalars.ts";
import { unaryLoop } from "./unary-loops.ts";

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
  const operand = singled(x, out.dtype) as Tensor;
  return withTarget([operand], out, into, (y) => {
    const loop = unaryLoop(op, out.dtype);
    const source = operand.storage.elements;
    const target = y.storage.elements;
    const { offset, strides } = operand;
    if (isDense(operand, y.shape) && y.isContiguous) {
      loop(source, offset, 1, target, y.offset, 1, y.numel);
      return;
    }
    forEachRow(y.shape, [strides, y.strides], [offset, y.offset], ([i, o], [di, dy], n) => {
      loop(source, i, di, target, o, dy, n);
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
  max: (a, i, di, b, j, dj, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = Math.max(a[i], b[j]);
  },
  min: (a, i, di, b, j, dj, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = Math.min(a[i], b[j]);
  },
};

/** Comparisons give 0 or 1, whatever the dtype of the result. */
const comparisons: { readonly [P in Binary]?: Loop } = {
  eq: (a, i, di, b, j, dj, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = a[i] === b[j] ? 1 : 0;
  },
  ge: (a, i, di, b, j, dj, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = a[i] >= b[j] ? 1 : 0;
  },
  gt: (a, i, di, b, j, dj, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = a[i] > b[j] ? 1 : 0;
  },
  le: (a, i, di, b, j, dj, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = a[i] <= b[j] ? 1 : 0;
  },
  lt: (a, i, di, b, j, dj, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = a[i] < b[j] ? 1 : 0;
  },
  ne: (a, i, di, b, j, dj, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = a[i] !== b[j] ? 1 : 0;
  },
};

/** Where whole numbers need something else than the function of real numbers. */
const wholeNumbers: Record<"mul" | "div" | "pow" | "remainder", Loop> = {
  // A product of doubles would lose the low bits that wrapping around needs.
  mul: (a, i, di, b, j, dj, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = Math.imul(a[i], b[j]);
  },
  // Storing cuts the fraction off.
  div: (a, i, di, b, j, dj, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = a[i] / divisor(b[j]);
  },
  pow: (a, i, di, b, j, dj, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = wholePower(a[i], b[j]);
  },
  remainder: (a, i, di, b, j, dj, y, o, dy, n) => {
    const f = binaryTable.remainder;
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = f(a[i], divisor(b[j]));
  },
};

function divisor(x: number): number {
  if (x !== 0) return x;
  throw new ChainruleError(
    "argument",
    "A whole number was divided by zero.",
    'Convert to "float32", where the quotient is infinite.',
  );
}

/** aᵇ among whole numbers, wrapped around as products are; a negative power of anything but 1 and −1 is 0. */
function wholePower(a: number, b: number): number {
  if (b < 0) return a === 1 ? 1 : a === -1 ? (b % 2 === 0 ? 1 : -1) : 0;
  let power = 1;
  for (let [left, square] = [b, a]; left > 0; left >>>= 1, square = Math.imul(square, square))
    if (left & 1) power = Math.imul(power, square);
  return power;
}

function loopOf(op: Binary, out: Spec): Loop {
  const comparison = comparisons[op];
  if (comparison) return comparison;
  const f = binaryTable[op];
  if (out.dtype === "bool") {
    return (a, i, di, b, j, dj, y, o, dy, n) => {
      for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = f(a[i], b[j]) !== 0 ? 1 : 0;
    };
  }
  if (out.dtype === "int32" && op in wholeNumbers) return wholeNumbers[op as keyof typeof wholeNumbers];
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

/** Whole numbers become float32 before a function of float32 numbers, as in PyTorch: 16777217 is 16777216 then. */
const singled = (x: Operand, dtype: DType): Operand =>
  typeof x !== "number" && x.dtype === "int32" && dtype === "float32"
    ? copy(x, { shape: x.shape, dtype })
    : x;

/**
 * Numbers beside float32 tensors are rounded first, as PyTorch does: 0.1 is the float32 nearest to it. So are whole numbers,
 * and float64 tensors without dimensions where they do not widen the result.
 */
function rounded(x: Operand, partner: Operand, out: Spec): Operand {
  if (typeof x !== "number") {
    if (x.dtype === "int32") return singled(x, out.dtype === "bool" ? resultType2(x, partner) : out.dtype);
    const narrows = x.dtype === "float64" && x.shape.length === 0 && resultType2(x, partner) === "float32";
    return narrows ? Math.fround(numberOf(x)) : x;
  }
  const dtype = out.dtype === "bool" && typeof partner !== "number" ? resultType2(partner, x) : out.dtype;
  return dtype === "float32" ? Math.fround(x) : x;
}

/** The number that an operand without dimensions is. */
const numberOf = (x: Operand): number => (typeof x === "number" ? x : x.storage.elements[x.offset]);

export function binary(op: Binary, a: Operand, b: Operand, out: Spec, into?: Tensor): Tensor {
  return combine(loopOf(op, out), rounded(a, b, out), rounded(b, a, out), out, into);
}

export function addScaled(x: Operand, other: Operand, alpha: Operand, out: Spec, into?: Tensor): Tensor {
  const factor = rounded(numberOf(alpha), x, out) as number;
  // The product of two float32 numbers is exact here, so that only the store rounds.
  const numbers: Loop = (a, i, di, b, j, dj, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = a[i] + factor * b[j];
  };
  const truths: Loop = (a, i, di, b, j, dj, y, o, dy, n) => {
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) y[o] = a[i] + factor * b[j] !== 0 ? 1 : 0;
  };
  const loop = out.dtype === "bool" ? truths : numbers;
  return combine(loop, rounded(x, other, out), rounded(other, x, out), out, into);
}

/** Whether an operand is one row for all rows of a shape: the bias of a layer. */
const isRow = (x: Tensor, shape: readonly number[]): boolean =>
  x.shape.length === 1 && x.shape[0] === shape[shape.length - 1] && x.strides[0] === 1;

/** Runs a loop over two operands, broadcast to the shape of the result. */
function combine(loop: Loop, a: Operand, b: Operand, out: Spec, into: Tensor | undefined): Tensor {
  return withTarget([a, b], out, into, (y) => {
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
    if (!aIsNumber && !bIsNumber && isRow(b, y.shape) && isDense(a, y.shape) && y.isContiguous) {
      const [n] = b.shape;
      const [left, right] = [a.storage.elements, b.storage.elements];
      const end = y.offset + y.numel;
      for (let i = a.offset, o = y.offset; o < end; i += n, o += n)
        loop(left, i, 1, right, b.offset, 1, target, o, 1, n);
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
