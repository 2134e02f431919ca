/** What computing something again costs, in additions. */
import type { Source, Value } from "../../core/graph.ts";
import { numel } from "../../shape/shape.ts";
import { viewsOf } from "../sources.ts";
import { uniformNumber } from "../uniform.ts";

/** What may be computed again where it is read, rather than written and read: a few additions. */
export const CHEAP = 3;

const quick: ReadonlySet<string> = new Set([
  "abs", "add", "and", "ceil", "eq", "floor", "ge", "gt", "isfinite", "isnan", "le", "lt", "max", "min", "mul", "ne", "neg", "not",
  "or", "relu", "round", "sign", "square", "sub", "trunc", "xor",
]); // biome-ignore format: a list
const middling: ReadonlySet<string> = new Set(["div", "reciprocal", "rsqrt", "sqrt"]);

/** The cost of one element. */
export function costOf(source: Source): number {
  switch (source.kind) {
    case "copy":
    case "where":
    case "addScaled":
      return 1;
    case "unary":
    case "binary":
      return quick.has(source.op) ? 1 : middling.has(source.op) ? 4 : 16;
    default:
      return 8;
  }
}

/** What it takes to compute a value again from what is in memory. */
export interface Recomputation {
  readonly cost: number;
  /** Values about as large as this one that are read: reading one of them costs as much as reading the value. */
  readonly largeReads: number;
}

/** @param isComputed whether a value can be computed on the way, element by element */
export function recomputation(value: Value, isComputed: (value: Value) => boolean): Recomputation {
  const reads = new Set<Value>();
  let cost = 0;
  const visit = (computed: Value): void => {
    cost += costOf(computed.source);
    for (const view of viewsOf(computed.source)) {
      const { value: operand } = view;
      if (uniformNumber(view) !== undefined || numel(operand.shape) <= 1) continue;
      if (2 * numel(operand.shape) <= numel(value.shape)) continue;
      if (isComputed(operand) && cost + costOf(operand.source) <= CHEAP) visit(operand);
      else reads.add(operand);
    }
  };
  visit(value);
  return { cost, largeReads: reads.size };
}
