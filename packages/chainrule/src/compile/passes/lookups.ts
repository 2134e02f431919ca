import type { Graph, Value, View } from "../../core/graph.ts";
import { numel, sameShape } from "../../shape/shape.ts";
import { type Add, rewrite } from "../rewrite.ts";
import { elementwiseOperands, mapViews } from "../sources.ts";
import { accessOf, isView, isWhole, wholeView } from "../views.ts";

/**
 * Looks up first and computes then: elements of f(x) are f of elements of x. The score of a label then needs no memory for
 * the log-probabilities of all classes. It ends at what a product or a reduction gives, which lies in memory anyway.
 */
export function gatherEarly(graph: Graph): Graph {
  return rewrite(graph, (value, add) => (value.source.kind === "gather" ? earlier(value, add) : value));
}

function earlier(value: Value, add: Add): Value {
  const { source } = value;
  if (source.kind !== "gather") return value;
  const { x, dim, index } = source;
  const inner = x.value;
  const operands = elementwiseOperands(inner.source);
  const fewer = 2 * numel(index.shape) <= numel(inner.shape);
  if (!operands || !fewer || !isWhole(x) || !sameShape(x.shape, inner.shape) || comesFromFold(inner))
    return value;
  const repeats = (view: View): boolean => accessOf(view, inner.shape).strides[dim] === 0;
  // An index out of range must not go unnoticed.
  if (!operands.some((operand) => isView(operand) && !repeats(operand))) return value;
  const looked = (operand: View): View => {
    const seen: View = { value: operand.value, shape: inner.shape, ...accessOf(operand, inner.shape) };
    // What has no dimensions adapts its dtype to what has some.
    if (operand.shape.length === 0) return operand;
    if (repeats(operand)) return { ...seen, shape: index.shape };
    const spec = { shape: value.shape, dtype: operand.value.dtype, scope: value.scope };
    const gather = add(spec, { kind: "gather", x: seen, dim, index });
    return wholeView(earlier(gather, add));
  };
  return add(
    value,
    mapViews(inner.source, looked, (base) => base),
  );
}

/** Whether a value is what a product or a reduction alone ends in: its kernel stores it. */
function comesFromFold({ source, shape }: Value): boolean {
  return (elementwiseOperands(source) ?? []).some((operand) => {
    if (!isView(operand) || numel(operand.value.shape) !== numel(shape)) return false;
    const { kind } = operand.value.source;
    return kind === "matmul" || kind === "reduce";
  });
}
