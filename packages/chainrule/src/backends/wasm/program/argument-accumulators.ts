/** Vectors in which a fold keeps the extremes so far, and the positions where they were met first. */
import { type Body, i32x4, repeat, type Statement, v128 } from "../assembler/index.ts";
import type { Vector, VectorLocal } from "../math/code.ts";
import { narrowMasks } from "./access.ts";
import type { AccumulatorOptions } from "./accumulators.ts";
import { filled, startOf } from "./fold-operation.ts";

export interface ArgumentOptions extends Omit<AccumulatorOptions, "op"> {
  readonly op: "argmax" | "argmin";
}

/** As `Accumulators`, for argmax and argmin: NaN counts as the extreme. */
export class ArgumentAccumulators {
  /** The positions, int32. */
  readonly totals: readonly VectorLocal[];
  readonly #extremes: readonly VectorLocal[];
  /** The position of the value that comes next, in all lanes. */
  readonly #position: VectorLocal;
  readonly #options: ArgumentOptions;

  constructor(options: ArgumentOptions) {
    const { local, count } = options;
    this.#options = options;
    const vectors = (name: string) => Array.from({ length: count }, (_, i) => local("v128", `${name}${i}`));
    this.totals = vectors("best");
    this.#extremes = vectors("extreme");
    this.#position = local("v128", "position");
  }

  /** Nothing met yet: if nothing is beyond what we begin with, position 0 stays. */
  start(): Statement[] {
    const { code, op, dtype } = this.#options;
    const start = filled(code, dtype, startOf(op === "argmax" ? "max" : "min", dtype));
    const zero = code.as("float32").bits(0n);
    return [
      this.#position.set(zero),
      ...this.totals.map((total) => total.set(zero)),
      ...this.#extremes.map((extreme) => extreme.set(start)),
    ];
  }

  /** Meets a vector of values. */
  add(i: number, value: VectorLocal): Body {
    const { code, dtype, lanes } = this.#options;
    const extreme = this.#extremes[i];
    const best = this.totals[i];
    const isBeyond = code.let(this.#beyond(value, extreme));
    const narrow = lanes === 2 && dtype === "float64" ? narrowMasks(isBeyond) : isBeyond;
    const of = dtype === "float64" ? code.as("float64") : code.as("float32");
    return [
      best.set(code.as("float32").select(narrow, this.#position, best)),
      extreme.set(of.select(isBeyond, value, extreme)),
    ];
  }

  #beyond(value: VectorLocal, extreme: VectorLocal): Vector {
    const { code, op, dtype } = this.#options;
    if (dtype === "int32") return i32x4[op === "argmax" ? "gtS" : "ltS"](value, extreme);
    const { eq, ge, le } = (dtype === "float64" ? code.as("float64") : code.as("float32")).float;
    // Not less nor equal: greater, or one of the two NaN. Once the extreme is NaN, nothing is beyond it.
    const notWithin = v128.not(op === "argmax" ? le(value, extreme) : ge(value, extreme));
    return v128.and(notWithin, eq(extreme, extreme));
  }

  /** Goes on to the next position. */
  next(): Statement[] {
    const one = this.#options.code.as("float32").bits(1n);
    return [this.#position.set(i32x4.add(this.#position, one))];
  }

  /** `turns` turns of a body that meets values. */
  repeat(turns: number, body: Body): Body {
    if (turns === 0) return [];
    return repeat(this.#options.local("i32", "turns"), turns, body);
  }
}
