/** Folds along neighbouring elements: each row ends up in one number, of which the lanes of a few vectors are made first. */

import { accessesOf, valuesOf } from "../../../core/expressions.ts";
import type { FoldKernel } from "../../../core/schedule.ts";
import { numel } from "../../../shape/shape.ts";
import type { Declare } from "../assembler/function.ts";
import { type Body, brIf, i32, type Local, loop, range } from "../assembler/index.ts";
import type { VectorCode, VectorLocal } from "../math/code.ts";
import type { Lanes } from "./access.ts";
import { Accumulators } from "./accumulators.ts";
import type { KernelContext } from "./context.ts";
import { Cursors } from "./cursors.ts";
import { level, VectorEmission, vectorCode } from "./expression.ts";
import { combine, combineLanes, type ValueReduction } from "./fold-operation.ts";
import { joined, type Nest } from "./nest.ts";
import { pointsAt } from "./points.ts";
import { writeStores } from "./stores.ts";

/** Accumulators of a row: the latency of a sum is that of a few. */
const ACCUMULATORS = 4;

export interface FoldOptions {
  readonly kernel: FoldKernel;
  readonly context: KernelContext;
  readonly local: Declare;
  /** The dimensions of `shape`, for all accesses; at least one. */
  readonly kept: Nest;
  /** The dimensions of `folded`, for those of the value; at least one. */
  readonly folded: Nest;
  readonly lanes: Lanes;
}

export class RowFold {
  readonly #options: FoldOptions;
  readonly #op: ValueReduction;
  readonly #code: VectorCode;
  readonly #values: Cursors;
  readonly #results: Cursors;
  readonly #accumulators: Accumulators;
  /** Vectors side by side. */
  readonly #count: number;
  /** Turns of the loop along a row. */
  readonly #steps: number;
  /** Points that are left after it. */
  readonly #left: number;
  /** Rows that are folded into one number. */
  readonly #rows: number;

  constructor(op: ValueReduction, options: FoldOptions) {
    const { kernel, context, local, kept, folded, lanes } = options;
    this.#options = options;
    this.#op = op;
    this.#code = vectorCode(context, local);
    const valueNest = joined(accessesOf([kernel.value]), [{ nest: kept }, { nest: folded }]);
    this.#values = new Cursors(valueNest, context, local);
    const stored = [...kernel.stores.map(({ to }) => to), ...accessesOf(valuesOf(kernel.stores))];
    this.#results = new Cursors(joined(stored, [{ nest: kept }]), context, local);
    const size = folded.sizes.at(-1) ?? 1;
    this.#rows = numel(folded.sizes.slice(0, -1));
    this.#count = Math.min(ACCUMULATORS, Math.ceil(size / lanes));
    const stride = this.#count * lanes;
    this.#steps = Math.floor(size / stride);
    this.#left = size - this.#steps * stride;
    this.#accumulators = new Accumulators({
      code: this.#code,
      local,
      op,
      dtype: kernel.value.dtype,
      lanes,
      count: this.#count,
      turns: this.#rows * (this.#steps + 1),
    });
  }

  /** The results from number `first` to `end` − 1; there is at least one. */
  write(first: Local<"i32">, end: Local<"i32">): Body {
    const { local, lanes } = this.#options;
    const main = this.#piece(this.#steps > 0 ? this.#count * lanes : 0);
    const tail = this.#piece(this.#left);
    const finish = this.#finish();
    const row = (number: Local<"i32"> | ReturnType<typeof i32.add>): Body => [
      this.#values.toRow(number),
      main.perRow,
      tail.perRow,
      this.#accumulators.repeat(this.#steps, [
        main.body,
        this.#steps > 1 || this.#left > 0 ? this.#values.advance(this.#count * lanes) : [],
      ]),
      this.#accumulators.repeat(1, tail.body),
    ];
    const inner = local("i32", "inner");
    const rows =
      this.#rows === 1
        ? row(first)
        : range(inner, 0, this.#rows, 1, row(i32.add(i32.mul(first, this.#rows), inner)));
    return [
      this.#values.setup,
      this.#results.setup,
      this.#code.constants,
      main.once,
      tail.once,
      finish.once,
      loop((again) => [
        this.#accumulators.start(),
        rows,
        this.#results.toRow(first, []),
        finish.perRow,
        finish.body,
        brIf(again, i32.ltS(first.tee(i32.add(first, 1)), end)),
      ]),
    ];
  }

  /** Folds `size` points of a row into the accumulators. */
  #piece(size: number): { once: Body; perRow: Body; body: Body } {
    if (size === 0) return { once: [], perRow: [], body: [] };
    const { kernel, context, local, lanes } = this.#options;
    const code = this.#code;
    const count = Math.ceil(size / lanes);
    const active = (i: number) => Math.min(lanes, size - i * lanes);
    const points = pointsAt({ cursors: this.#values, lanes, active });
    const emission = new VectorEmission({ code, local, context, kernel, points, lanes, count, active });
    const values = emission.value(kernel.value);
    code.write(values.map((value, i) => this.#accumulators.add(i, value, active(i))));
    return { once: emission.once, perRow: emission.perRow, body: code.take() };
  }

  /** Makes one number of the accumulators, and stores what is computed from it. */
  #finish(): { once: Body; perRow: Body; body: Body } {
    const { kernel, context, local, lanes } = this.#options;
    const code = this.#code;
    const { dtype } = kernel.value;
    const fold = (vectors: readonly VectorLocal[]): VectorLocal => {
      if (vectors.length === 1) return vectors[0];
      const half = Math.ceil(vectors.length / 2);
      const [a, b] = [fold(vectors.slice(0, half)), fold(vectors.slice(half))];
      return code.let(combine(code, this.#op, dtype, a, b));
    };
    const total = combineLanes(code, this.#op, dtype, lanes, fold(this.#accumulators.totals));
    const active = () => 1;
    const cursors = this.#results;
    const points = {
      ...pointsAt({ cursors, lanes, active, level: () => level.point }),
      accumulated: () => total,
    };
    const emission = new VectorEmission({ code, local, context, kernel, points, lanes, count: 1, active });
    writeStores(kernel.stores, emission, {
      code,
      lanes,
      count: 1,
      active,
      place: (access) => cursors.place(access),
      step: () => 1,
    });
    return { once: emission.once, perRow: emission.perRow, body: code.take() };
  }
}
