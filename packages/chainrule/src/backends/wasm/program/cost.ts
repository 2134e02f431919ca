/** What kernels are expected to cost, to decide how many threads are worth waking. */

import { subexpressions } from "../../../core/expressions.ts";
import type { Binary, Unary } from "../../../core/primitives.ts";
import type { Expr, Store } from "../../../core/schedule.ts";
import { bytesPerElement } from "../../../shape/dtype.ts";
import type { TierDescription } from "../tiers.ts";

/** For a byte of an access, in caches near a core. */
const PER_BYTE = 0.008;

/** For an instruction on a float32 lane. */
const PER_INSTRUCTION: Readonly<Record<TierDescription["tier"], number>> = {
  wide: 0.02,
  relaxed: 0.04,
  simd: 0.05,
};

/** As how many instructions a function counts, where it is not one. */
const instructions: { readonly [P in Unary | Binary]?: number } = {
  acos: 30, asin: 30, atan: 25, atan2: 50, cos: 35, cosh: 30, div: 6, erf: 40, erfinv: 90, exp: 15, expm1: 20, log: 20,
  log1p: 25, log2: 20, pow: 100, reciprocal: 6, remainder: 400, rsqrt: 12, sigmoid: 25, sin: 35, sinh: 35, softplus: 35,
  sqrt: 6, tan: 45, tanh: 32,
}; // biome-ignore format: a table

function instructionsOf(expr: Expr): number {
  switch (expr.kind) {
    case "unary":
    case "binary":
      return instructions[expr.op] ?? 1;
    case "pick":
      return 5;
    case "number":
    case "live":
    case "accumulated":
      return 0;
    default:
      return 1;
  }
}

/** Nanoseconds on one thread for each point at which expressions are computed and stored. */
export function nanosecondsPerPoint(
  exprs: readonly Expr[],
  stores: readonly Store[],
  { tier }: TierDescription,
): number {
  let bytes = 0;
  for (const { to } of stores) bytes += bytesPerElement(to.buffer.dtype);
  let count = 0;
  for (const expr of subexpressions(exprs)) {
    // Two lanes of float64 take the time of four of float32.
    count += instructionsOf(expr) * (expr.dtype === "float64" ? 2 : 1);
    if (expr.kind === "load" && expr.access.strides.some((stride) => stride !== 0)) {
      bytes += bytesPerElement(expr.dtype);
    }
  }
  return bytes * PER_BYTE + count * PER_INSTRUCTION[tier];
}
