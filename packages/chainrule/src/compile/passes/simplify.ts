import type { Graph, Input, Source, Value, View } from "../../core/graph.ts";
import { type DType, isFloating } from "../../shape/dtype.ts";
import { numel } from "../../shape/shape.ts";
import { type Add, rewrite } from "../rewrite.ts";
import { uniformNumber } from "../uniform.ts";
import { accessOf, compose, inverse, isBijection, isView, throughView, wholeView } from "../views.ts";

/**
 * Replaces what is known to be something simpler, by rules that change no bit of a result, NaN, infinities and −0 included;
 * functions of which the host's version is rounded otherwise may differ in the last bit.
 */
export function simplify(graph: Graph): Graph {
  return rewrite(graph, (value, add) => {
    const numbered = { ...value, source: withNumbers(value) };
    return simpler(numbered, add) ?? numbered;
  });
}

/** The source with operands that are one number everywhere written as numbers. */
function withNumbers({ source, dtype }: Value): Source {
  const input = (x: Input): Input => {
    // A float64 number would adapt to float32 where elements of float64 do not.
    if (!isView(x) || (x.value.dtype === "float64" && dtype !== "float64")) return x;
    return uniformNumber(x) ?? x;
  };
  switch (source.kind) {
    case "binary": {
      const a = input(source.a);
      // One operand stays a tensor: its dtype decides in which dtype both are compared.
      return { ...source, a, b: isView(a) ? input(source.b) : source.b };
    }
    case "addScaled":
      return { ...source, x: input(source.x), other: input(source.other), alpha: input(source.alpha) };
    case "where":
      return { ...source, a: input(source.a), b: input(source.b) };
    case "copy":
      return { ...source, x: input(source.x) };
    case "scatter":
      return { ...source, source: input(source.source) };
    default:
      return source;
  }
}

/** What is the same as a value, if a rule knows it. */
function simpler(value: Value, add: Add): Value | View | undefined {
  const { source } = value;
  const as = (next: Source): Value => ({ ...value, source: next });
  /** The operand itself, converted and broadcast to the value. */
  const same = (x: Input): Value | View => unchanged(x, value) ?? as({ kind: "copy", x });
  switch (source.kind) {
    case "copy":
      return unchanged(source.x, value);
    case "unary":
      return simplerUnary(value, same, as);
    case "binary":
      return simplerBinary(value, same, as);
    case "addScaled": {
      const { x, other, alpha } = source;
      if (alpha === 1) return as({ kind: "binary", op: "add", a: x, b: other });
      if (alpha === -1) return as({ kind: "binary", op: "sub", a: x, b: other });
      return undefined;
    }
    case "where": {
      const condition = uniformNumber(source.condition);
      return condition === undefined ? undefined : same(condition !== 0 ? source.a : source.b);
    }
    case "write":
      return wholeWrite(value, add);
    default:
      return undefined;
  }
}

/** A view that shows what a copy of the operand would hold. */
function unchanged(x: Input, value: Value): View | undefined {
  if (!isView(x) || x.value.dtype !== value.dtype || x.value.source.kind === "live") return undefined;
  return { value: x.value, shape: value.shape, ...accessOf(x, value.shape) };
}

type Same = (x: Input) => Value | View;
type As = (source: Source) => Value;

function simplerUnary(value: Value, same: Same, as: As): Value | View | undefined {
  const { source, dtype } = value;
  if (source.kind !== "unary") return undefined;
  const { op, x } = source;
  const inner = x.value.source;
  if (inner.kind !== "unary" || x.value.dtype !== dtype || inner.x.value.dtype !== dtype) return undefined;
  if (op === "relu" && inner.op === "relu") return same(x);
  const operand = throughView(x, accessView(inner.x, x.value));
  if (!operand) return undefined;
  if (op === "neg" && inner.op === "neg") return same(operand);
  if ((op === "square" || op === "abs") && inner.op === "neg") return as({ kind: "unary", op, x: operand });
  return undefined;
}

/** A view in the whole shape of the value that reads it. */
const accessView = (view: View, { shape }: Value): View => ({
  value: view.value,
  shape,
  ...accessOf(view, shape),
});

const isPowerOfTwo = (x: number): boolean =>
  Math.abs(x) >= 2 ** -100 && Math.abs(x) <= 2 ** 100 && Number.isInteger(Math.log2(Math.abs(x)));

function simplerBinary(value: Value, same: Same, as: As): Value | View | undefined {
  const { source, dtype } = value;
  if (source.kind !== "binary") return undefined;
  const { op, a, b } = source;
  // Elsewhere a function converts, which the operand itself does not.
  const computes = (x: Input): boolean => !isView(x) || x.value.dtype === dtype;
  if (!computes(a) || !computes(b) || dtype === "bool") return undefined;
  switch (op) {
    case "mul":
      if (b === 1) return same(a);
      if (a === 1) return same(b);
      if (b === -1 && isView(a) && isFloating(dtype))
        return as({ kind: "unary", op: "neg", x: accessView(a, value) });
      if (a === -1 && isView(b) && isFloating(dtype))
        return as({ kind: "unary", op: "neg", x: accessView(b, value) });
      return undefined;
    case "add":
      if (isNothing(b, dtype)) return same(a);
      if (isNothing(a, dtype)) return same(b);
      return undefined;
    case "sub":
      return b === 0 && !Object.is(b, -0) ? same(a) : undefined;
    case "div":
      if (b === 1) return same(a);
      if (isFloating(dtype) && typeof b === "number" && isPowerOfTwo(b))
        return as({ kind: "binary", op: "mul", a, b: 1 / b });
      return undefined;
    case "pow":
      return isFloating(dtype) && isView(a) ? simplerPower(accessView(a, value), b, same, as) : undefined;
    default:
      return undefined;
  }
}

/** What adding does not change: −0, as −0 + 0 is 0; among whole numbers there is no −0. */
const isNothing = (x: Input, dtype: DType): boolean => x === 0 && (Object.is(x, -0) || dtype === "int32");

function simplerPower(a: View, b: Input, same: Same, as: As): Value | View | undefined {
  switch (b) {
    case 1:
      return same(a);
    case 2:
      return as({ kind: "unary", op: "square", x: a });
    case -1:
      return as({ kind: "unary", op: "reciprocal", x: a });
    default:
      return undefined;
  }
}

/** A write that leaves nothing of its base is what was written, in the order of the base. */
function wholeWrite(value: Value, add: Add): Value | View | undefined {
  const { source } = value;
  if (source.kind !== "write") return undefined;
  const { base, part } = source;
  if (!isBijection(source, part.shape, numel(base.shape))) return undefined;
  const points = inverse(source, part.shape, value.shape);
  if (points) return { value: part.value, shape: value.shape, ...compose(part, points, value.shape.length) };
  // In no strides of the result, but in the order of memory.
  const order = part.shape.map((_, d) => d).sort((a, b) => source.strides[b] - source.strides[a]);
  const shape = order.map((d) => part.shape[d]);
  const x = { ...part, shape, strides: order.map((d) => part.strides[d]) };
  return wholeView(add({ ...value, shape }, { kind: "copy", x }), value.shape);
}
