import type { Operand } from "../../core/op.ts";
import type { Draw } from "../../core/primitives.ts";
import {
  fillBernoulli,
  fillExponential,
  fillNormal,
  fillRandint,
  fillUniform,
  type Generator,
  randperm,
} from "../../core/random.ts";
import type { Spec, Tensor } from "../../core/tensor.ts";
import type { TypedArray } from "../../shape/dtype.ts";
import { copyInto, fresh } from "./loops.ts";

/** Draws into a dense block of the result's dtype; strided targets get a copy of it. */
export function random(draw: Draw, generator: Generator, out: Spec, into?: Tensor): Tensor {
  const block = fresh(out);
  fill(draw, generator, block.storage.elements);
  if (!into) return block;
  copyInto(block, into);
  return into;
}

function fill(draw: Draw, generator: Generator, y: TypedArray): void {
  switch (draw.kind) {
    case "uniform":
      return fillUniform(y as Float32Array | Float64Array, generator, draw.low, draw.high);
    case "normal":
      return fillNormal(y as Float32Array | Float64Array, generator, draw.mean, draw.std);
    case "randint":
      return fillRandint(y, generator, draw.low, draw.high);
    case "exponential":
      return fillExponential(y as Float32Array | Float64Array, generator, draw.rate);
    case "randperm":
      return y.set(randperm(y.length, generator));
    case "bernoulli":
      return fillBernoulli(y, generator, probabilities(draw.p));
  }
}

/** One float64 probability counts as a number, for any number of outcomes. */
function probabilities(p: Operand): number | TypedArray {
  if (typeof p === "number") return p;
  return p.ndim === 0 && p.dtype === "float64" ? p.item() : p.data;
}
