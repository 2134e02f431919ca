import { Tensor } from "../../core/tensor.ts";
import { sameShape, showShape } from "../../shape/shape.ts";

/** Counts what the generated tests compare. */
export const counter = { checks: 0 };

/** Fails the test unless the condition holds, and counts it. */
export function must(condition: boolean, problem: () => string): asserts condition {
  counter.checks++;
  if (!condition) throw new Error(problem());
}

/** How far numbers may lie apart: |a − b| ≤ relative · max(|b|, scale), where scale is the largest finite |b| or at least 1. */
export function mustAgree(actual: Tensor, expected: Tensor, relative: number, what: () => string): void {
  must(
    sameShape(actual.shape, expected.shape),
    () => `${what()}: shape ${showShape(actual.shape)} instead of ${showShape(expected.shape)}`,
  );
  mustAgreeAll(actual.data, expected.data, relative, what);
}

export function mustAgreeAll(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  relative: number,
  what: () => string,
): void {
  let scale = 1;
  for (let i = 0; i < expected.length; i++)
    if (Number.isFinite(expected[i])) scale = Math.max(scale, Math.abs(expected[i]));
  let worst = -1;
  for (let i = 0; i < expected.length && worst < 0; i++)
    if (!near(actual[i], expected[i], relative * scale)) worst = i;
  must(
    actual.length === expected.length && worst < 0,
    () => `${what()}: ${actual[worst]} instead of ${expected[worst]} at position ${worst}`,
  );
}

/** Equal within a tolerance; NaN equals NaN, and infinities equal themselves. */
const near = (a: number, b: number, tolerance: number): boolean =>
  a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= tolerance;

/** Arguments in one line, for messages. */
export function show(args: Readonly<Record<string, unknown>>): string {
  const one = (value: unknown): string => {
    if (value instanceof Tensor) return `${value.dtype}${showShape(value.shape)}`;
    if (Array.isArray(value)) return `[${value.map(one).join(", ")}]`;
    return typeof value === "object" && value !== null ? value.constructor.name : String(value);
  };
  return `(${Object.entries(args)
    .map(([name, value]) => `${name}: ${one(value)}`)
    .join(", ")})`;
}
