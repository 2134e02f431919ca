import type { Operand } from "./op.ts";
import { recording } from "./recording.ts";

/**
 * Numbers that the host computes anew at each step: hyper-parameters, bias corrections, counts. `compute` may advance host
 * state, such as a step count: it is called exactly once a step. Eager code gets the numbers themselves; while a step is
 * recorded, they are the program's inputs, tensors of no dimensions in float64.
 */
export function live<T extends Readonly<Record<string, number>>>(
  compute: () => T,
): { readonly [K in keyof T]: Operand } {
  return recording ? (recording.live(compute) as { [K in keyof T]: Operand }) : compute();
}
