/** Comparing a float32 function with its reference for every input there is. */
import type { UnaryEmitter } from "../code.ts";
import { type UnaryName, unaryEmitter } from "../functions.ts";
import { mapProgram } from "./program.ts";
import { unaryReference } from "./reference.ts";
import { WorstError } from "./ulp.ts";

/** Inputs at a time: their float64 references fit the second-level cache. */
const chunk = 1 << 14;

export interface NamedVariant {
  readonly name: string;
  readonly fused: boolean;
}

function emitterOf(name: UnaryName): UnaryEmitter {
  return unaryEmitter(name, "float32") as UnaryEmitter;
}

/** The largest errors of each variant over the inputs with bits `from`, …, `to` − 1. */
export function worstErrors(
  name: UnaryName,
  variants: readonly NamedVariant[],
  from = 0,
  to = 2 ** 32,
): { readonly variant: string; readonly worst: WorstError }[] {
  const reference = unaryReference[name];
  const programs = variants.map(({ name: variant, fused }) => {
    const { memory, map } = mapProgram(emitterOf(name), { type: "float32", fused });
    const x = new Int32Array(memory.buffer, 0, chunk);
    const y = new Float32Array(memory.buffer, 4 * chunk, chunk);
    return { variant, map, x, y, worst: new WorstError() };
  });
  const bits = new Int32Array(chunk);
  const x = new Float32Array(bits.buffer);
  const exact = new Float64Array(chunk);
  const rounded = new Float32Array(chunk);
  for (let start = from; start < to; start += chunk) {
    const count = Math.min(chunk, to - start);
    for (let i = 0; i < chunk; i++) bits[i] = (start + i) | 0;
    for (let i = 0; i < chunk; i++) exact[i] = reference(x[i]);
    rounded.set(exact);
    for (const program of programs) {
      program.x.set(bits);
      program.map(4 * chunk, 0, 0, chunk / 8);
      program.worst.addAll(program.y, exact, rounded, x, count);
    }
  }
  return programs.map(({ variant, worst }) => ({ variant, worst }));
}
