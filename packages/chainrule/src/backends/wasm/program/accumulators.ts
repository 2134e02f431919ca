/** Vectors that a fold accumulates in, side by side. */
import type { DType } from "../../../shape/dtype.ts";
import type { Declare } from "../assembler/function.ts";
import {
  type Body,
  brIf,
  i32,
  type Local,
  loop,
  repeat,
  type Statement,
  select,
} from "../assembler/index.ts";
import { list } from "../list.ts";
import type { VectorCode, VectorLocal } from "../math/code.ts";
import type { Lanes } from "./access.ts";
import { combine, filled, firstLanes, startOf, type ValueReduction } from "./fold-operation.ts";

export interface AccumulatorOptions {
  readonly code: VectorCode;
  readonly local: Declare;
  readonly op: ValueReduction;
  readonly dtype: DType;
  readonly lanes: Lanes;
  readonly count: number;
  /** Turns in all that one accumulator takes. */
  readonly turns: number;
}

/** Sums of more turns are made of sums of blocks: rounding errors grow with the length of a sum. */
const BLOCK = 64;

export class Accumulators {
  /** What was folded. */
  readonly totals: readonly VectorLocal[];
  /** What is being folded. */
  readonly #current: readonly VectorLocal[];
  readonly #options: AccumulatorOptions;
  /** Turns of a block; 0 where there is but one. */
  readonly #block: number;

  constructor(options: AccumulatorOptions) {
    const { local, op, dtype, count, turns } = options;
    const rounds = op === "sum" && (dtype === "float32" || dtype === "float64");
    this.#options = options;
    this.#block = rounds && turns > BLOCK ? Math.max(BLOCK / 2, Math.ceil(Math.sqrt(turns))) : 0;
    this.totals = list(count, (i) => local("v128", `total${i}`));
    this.#current = this.#block > 0 ? list(count, (i) => local("v128", `sum${i}`)) : this.totals;
  }

  /** Nothing folded yet. */
  start(): Statement[] {
    return this.totals.map((total) => total.set(this.#neutral()));
  }

  /** Folds the first `active` lanes of a vector of values into accumulator `i`. */
  add(i: number, value: VectorLocal, active: number): Statement {
    const { code, op, dtype, lanes } = this.#options;
    const current = this.#current[i];
    const folded = combine(code, op, dtype, current, value);
    if (active === lanes) return current.set(folded);
    return current.set(code.select(firstLanes(lanes, dtype, active), folded, current));
  }

  /** A value that changes nothing. */
  #neutral(): VectorLocal {
    const { code, op, dtype } = this.#options;
    return filled(code, dtype, startOf(op, dtype));
  }

  /** Goes on to the next turn. */
  next(): Statement[] {
    return [];
  }

  /** `turns` turns of a body that folds values, in blocks. */
  repeat(turns: number, body: Body): Body {
    const { local } = this.#options;
    if (turns === 0 || body.length === 0) return [];
    if (turns <= this.#block || this.#block === 0) {
      return this.#asBlock(turns === 1 ? body : repeat(local("i32", "turns"), turns, body));
    }
    const left = local("i32", "left");
    const now = local("i32", "now");
    return [
      left.set(turns),
      loop((again) => [
        now.set(smaller(left, this.#block)),
        this.#asBlock(repeat(now, now, body)),
        brIf(again, i32.gtS(left.tee(i32.sub(left, this.#block)), 0)),
      ]),
    ];
  }

  #asBlock(body: Body): Body {
    if (this.#block === 0) return body;
    const { code, op, dtype } = this.#options;
    return [
      this.#current.map((current) => current.set(this.#neutral())),
      body,
      this.totals.map((total, i) => total.set(combine(code, op, dtype, total, this.#current[i]))),
    ];
  }
}

const smaller = (a: Local<"i32">, b: number) => select(a, b, i32.ltS(a, b));
