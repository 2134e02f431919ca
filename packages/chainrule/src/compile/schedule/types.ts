/** In which dtype functions of single elements are computed, so that results are those of eager execution. */
import type { Input, Source } from "../../core/graph.ts";
import type { Binary, Unary } from "../../core/primitives.ts";
import type { Expr } from "../../core/schedule.ts";
import { type DType, isFloating, promoteTypes } from "../../shape/dtype.ts";
import { elementwiseOperands } from "../sources.ts";
import { isView } from "../views.ts";

/** Which functions have generated code. */
export interface Support {
  unary(op: Unary, dtype: DType): boolean;
  binary(op: Binary, dtype: DType): boolean;
}

const comparisons: ReadonlySet<Binary> = new Set(["eq", "ge", "gt", "le", "lt", "ne"]);
const connectives: ReadonlySet<Binary> = new Set(["and", "or", "xor"]);
const tests: ReadonlySet<Unary> = new Set(["isfinite", "isnan", "not"]);

/** Whether the function gives a truth, whatever it is computed of. */
export const givesBool = (source: Source): boolean =>
  source.kind === "unary"
    ? tests.has(source.op)
    : source.kind === "binary" && (comparisons.has(source.op) || connectives.has(source.op));

/**
 * The dtype to which operands are converted first. Numbers, and float64 tensors without dimensions, adapt to tensors of
 * float32; float64 elements are kept exact until the result is stored.
 */
export function computeType(source: Source, out: DType): DType {
  switch (source.kind) {
    case "unary": {
      const { dtype } = source.x.value;
      if (tests.has(source.op)) return dtype === "bool" ? "int32" : dtype;
      return whole(promoteTypes(dtype, out));
    }
    case "binary":
      if (connectives.has(source.op)) return "bool";
      if (comparisons.has(source.op)) return comparisonType([source.a, source.b]);
      return arithmeticType(elementwiseOperands(source) as readonly Input[], out);
    case "addScaled":
      return arithmeticType(elementwiseOperands(source) as readonly Input[], out);
    default:
      return out;
  }
}

/** Bools count as whole numbers. */
const whole = (dtype: DType): DType => (dtype === "bool" ? "int32" : dtype);

const adapts = (input: Input): boolean =>
  !isView(input) || (input.value.dtype === "float64" && input.shape.length === 0);

const isWhole = (input: Input): boolean =>
  isView(input) ? !isFloating(input.value.dtype) : input === (input | 0);

const strongType = (operands: readonly Input[]): DType | null =>
  operands.reduce<DType | null>(
    (widest, x) =>
      adapts(x) || !isView(x) ? widest : widest ? promoteTypes(widest, x.value.dtype) : x.value.dtype,
    null,
  );

function arithmeticType(operands: readonly Input[], out: DType): DType {
  const strong = strongType(operands);
  if (isFloating(out)) return strong ? promoteTypes(strong, out) : out;
  if (operands.every(isWhole)) return "int32";
  return strong === "float32" && out === "bool" ? "float32" : "float64";
}

/** Whole numbers are compared with fractions as what they are together: float32, unless one of the tensors is wider. */
function comparisonType(operands: readonly Input[]): DType {
  const strong = strongType(operands);
  if (operands.every(isWhole)) return "int32";
  if (strong && isFloating(strong)) return strong;
  return operands.some((x) => isView(x) && x.value.dtype === "float64") ? "float64" : "float32";
}

/** The dtype in which a reduction folds. */
export function foldType(op: string, x: DType, out: DType): DType {
  if (op === "argmax" || op === "argmin") return whole(x);
  return whole(isFloating(out) || isFloating(x) ? promoteTypes(x, out) : x);
}

/** Whether a value of this source has generated code. */
export function isSupported(source: Source, out: DType, support: Support): boolean {
  const dtype = computeType(source, out);
  if (source.kind === "unary") return support.unary(source.op, dtype);
  if (source.kind === "binary") return support.binary(source.op, dtype);
  return true;
}

/** A number as an element of a dtype would be stored. */
export function roundTo(dtype: DType, value: number): number {
  switch (dtype) {
    case "float32":
      return Math.fround(value);
    case "float64":
      return value;
    case "int32":
      return value | 0;
    case "bool":
      return value !== 0 ? 1 : 0;
  }
}

/** The expression in another dtype. */
export function convert(expr: Expr, dtype: DType): Expr {
  if (expr.dtype === dtype) return expr;
  if (expr.kind === "number") return { ...expr, dtype, value: roundTo(dtype, expr.value) };
  if (expr.kind === "live" && dtype === "float32") return { ...expr, dtype };
  return { kind: "convert", dtype, x: expr };
}
