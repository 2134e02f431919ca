/** Derivatives by differences: what follows from a value is computed again with one number moved. */
import { noGrad, Tensor, withMode } from "../tensor/index.ts";
import type { NumericCheck } from "./format.ts";
import { argumentsOf, type Step, type Value } from "./record.ts";

/** What ℓ is, and how it follows. */
export interface End {
  readonly steps: readonly Step[];
  /** ℓ itself, or with `gradient` the output whose product with it stands for ℓ. */
  readonly value: Value;
  readonly gradient: Tensor | null;
}

/**
 * The centred difference of ℓ by one element of a value that may be anywhere in the computation. What was drawn at random, and what
 * was held fixed for derivatives (`detach`), stays as it was.
 */
export function numericCheck(end: End, value: Value, index: number, analytic: number): NumericCheck {
  const { data } = value.tensor;
  const v = data[index];
  const steps = after(end.steps, value);
  const at = (moved: number): number => {
    const elements = Float64Array.from(data);
    elements[index] = moved;
    return replay(end, steps, value, Tensor.over(elements, value.tensor.shape, "float64"));
  };
  // Where ℓ bends strongly, or has no value so far away, nearer places tell more. A wrong derivative is wrong at all of them.
  let best: NumericCheck = { value: Number.NaN, h: 0, error: Number.NaN, kink: true };
  for (const step of [1e-5, 1e-6, 1e-7, 1e-8]) {
    const found = compared(at, v, step * Math.max(1, Math.abs(v)), analytic);
    if (found && !(found.error >= best.error)) best = found;
    if (best.error < 1e-6) break;
  }
  return best;
}

/** The comparison for one h; null where ℓ is not finite at one of the places. */
function compared(
  at: (moved: number) => number,
  v: number,
  h: number,
  analytic: number,
): NumericCheck | null {
  // What is added is the difference of two float64 numbers, which is not h to the last bit.
  const [high, low] = [v + h, v - h];
  const [above, middle, below] = [at(high), at(v), at(low)];
  const numeric = (above - below) / (high - low);
  if (!Number.isFinite(numeric)) return null;
  const left = (middle - below) / (v - low);
  const right = (above - middle) / (high - v);
  const scale = Math.max(1, Math.abs(middle));
  const error = Math.abs(analytic - numeric) / Math.max(Math.abs(analytic), Math.abs(numeric), 1e-4 * scale);
  const bend = Math.abs(right - left);
  // One-sided slopes of a smooth function differ by h·f″ and by rounding; at a kink, by as much as explains the error.
  const isSharp = bend > Math.max(1e-2 * Math.max(Math.abs(left), Math.abs(right)), 1e-9 * scale);
  const kink = error > 1e-6 && isSharp && bend >= Math.abs(analytic - numeric);
  return { value: numeric, h, error, kink };
}

/** The operations that depend on a value, in order. */
function after(steps: readonly Step[], value: Value): Step[] {
  const moved = new Set([value]);
  return steps.filter((step) => {
    const depends = step.slots.some((slot) => slot.value && moved.has(slot.value));
    if (depends) moved.add(step.result);
    return depends;
  });
}

function replay(end: End, steps: readonly Step[], value: Value, moved: Tensor): number {
  const now = new Map([[value, moved]]);
  const result = withMode("observer", null, () =>
    noGrad(() => {
      for (const step of steps) {
        if (step.result === value) continue;
        const args = argumentsOf(step, (read) => now.get(read) ?? read.tensor);
        now.set(step.result, step.op.lower(args, step.op.result(args)));
      }
      return now.get(end.value) ?? end.value.tensor;
    }),
  );
  const { data } = result;
  if (!end.gradient) return data[0];
  const weights = end.gradient.data;
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] * weights[i];
  return sum;
}
