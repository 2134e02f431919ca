/** How long vector functions take beside loops of scalar ones. */
import type { UnaryEmitter } from "../code.ts";
import { type UnaryName, unaryEmitter } from "../functions.ts";
import { mapProgram, supportsRelaxed } from "./program.ts";
import { unaryReference } from "./reference.ts";

const count = 1 << 14;

/** Nanoseconds per element; undefined where the engine lacks relaxed instructions. */
export interface Speed {
  readonly math: number;
  readonly strict: number;
  readonly relaxed: number | undefined;
}

/** The best of many runs over 16,384 numbers. */
function best(run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  // Enough turns for the engine's optimizing compiler to have finished.
  for (const end = performance.now() + 400; performance.now() < end; ) {
    const start = performance.now();
    run();
    least = Math.min(least, performance.now() - start);
  }
  return (least * 1e6) / count;
}

export function measure(name: UnaryName): Speed {
  const x = Float32Array.from({ length: count }, (_, i) => ((i * 7919) % count) / count + 0.001);
  const y = new Float32Array(count);
  // A loop of its own, into which the engine can inline the function.
  const source = `for (let i = 0; i < x.length; i++) y[i] = f(x[i]); // ${name}`;
  const loop = new Function("f", "x", "y", source) as (
    f: (x: number) => number,
    x: Float32Array,
    y: Float32Array,
  ) => void;
  const math = best(() => loop(unaryReference[name], x, y));
  const vector = (fused: boolean) => {
    const { memory, map } = mapProgram(unaryEmitter(name, "float32") as UnaryEmitter, {
      type: "float32",
      fused,
    });
    new Float32Array(memory.buffer).set(x);
    return best(() => map(4 * count, 0, 0, count / 8));
  };
  return { math, strict: vector(false), relaxed: supportsRelaxed() ? vector(true) : undefined };
}
