/** Code that computes stores along the rows of a nest: vectors side by side, and what is left of the row with fewer lanes. */
import type { Access, Kernel, Store } from "../../../core/schedule.ts";
import { numel, unravelIndex } from "../../../shape/shape.ts";
import type { Declare } from "../assembler/function.ts";
import { type Body, brIf, type Expression, i32, type Local, loop, repeat, when } from "../assembler/index.ts";
import type { VectorCode } from "../math/code.ts";
import type { Lanes, Place } from "./access.ts";
import type { KernelContext } from "./context.ts";
import { Cursors } from "./cursors.ts";
import { type Piece, VectorEmission, vectorCode } from "./expression.ts";
import type { Nest } from "./nest.ts";
import { pointsAt } from "./points.ts";
import { writeStores } from "./stores.ts";

/** Vectors that are computed side by side in the loop along a row. */
export const SIDE_BY_SIDE = 2;

export interface RowOptions {
  readonly kernel: Kernel;
  readonly stores: readonly Store[];
  readonly context: KernelContext;
  readonly local: Declare;
  readonly nest: Nest;
  readonly lanes: Lanes;
}

const nothing: Piece = { once: [], perRow: [], body: [] };

export class RowWriter {
  readonly #options: RowOptions;
  readonly #code: VectorCode;
  readonly #cursors: Cursors;
  /** Points of a row. */
  readonly #size: number;
  /** Turns of the loop along a row. */
  readonly #steps: number;

  constructor(options: RowOptions) {
    const { context, local, nest, lanes } = options;
    this.#options = options;
    this.#code = vectorCode(context, local);
    this.#cursors = new Cursors(nest, context, local);
    this.#size = nest.sizes.at(-1) ?? 1;
    const steps = Math.floor(this.#size / (SIDE_BY_SIDE * lanes));
    this.#steps = steps > 1 ? steps : 0;
  }

  /** Points in a turn of the loop. */
  get #stride(): number {
    return SIDE_BY_SIDE * this.#options.lanes;
  }

  /** All rows, without loops. */
  unrolled(): Body {
    const { nest } = this.#options;
    const outer = nest.sizes.slice(0, -1);
    const rows = Array.from({ length: numel(outer) }, (_, row) => {
      const position = unravelIndex(row, outer);
      const { once, perRow, body } = this.#piece(this.#size, (access, along) =>
        this.#cursors.placeAt(access, position, along),
      );
      return [once, perRow, body];
    });
    return [this.#cursors.setup, this.#code.constants, rows];
  }

  /** The rows from `first` to `end` − 1; there is at least one. */
  rows(first: Local<"i32">, end: Local<"i32">): Body {
    const { main, tail } = this.#pieces();
    return [
      this.#setup(main, tail),
      loop((again) => [
        this.#cursors.toRow(first),
        main.perRow,
        tail.perRow,
        this.#steps > 0 ? this.#loop(main, this.#steps) : [],
        tail.body,
        brIf(again, i32.ltS(first.tee(i32.add(first, 1)), end)),
      ]),
    ];
  }

  /** The turns from `first` to `end` − 1 of the loop along the only row; whoever does the last one does the rest too. */
  part(first: Local<"i32">, end: Local<"i32">): Body {
    const { main, tail } = this.#pieces();
    return [
      this.#setup(main, tail),
      this.#cursors.toRow(0, [i32.mul(first, this.#stride)]),
      main.perRow,
      tail.perRow,
      this.#loop(main, i32.sub(end, first)),
      tail.body.length > 0 ? when(i32.eq(end, this.#steps), tail.body) : [],
    ];
  }

  #setup(main: Piece, tail: Piece): Body {
    return [this.#cursors.setup, this.#code.constants, main.once, tail.once];
  }

  #loop({ body }: Piece, turns: number | Expression<"i32">): Body {
    const left = this.#options.local("i32", "left");
    return repeat(left, turns, [body, this.#cursors.advance(this.#stride)]);
  }

  /** What the loop along a row does, and what is left after it. */
  #pieces(): { main: Piece; tail: Piece } {
    const place = (access: Access, along: number) => this.#cursors.place(access, along);
    const left = this.#size - this.#steps * this.#stride;
    return {
      main: this.#steps > 0 ? this.#piece(this.#stride, place) : nothing,
      tail: left > 0 ? this.#piece(left, place) : nothing,
    };
  }

  /** `size` points of a row, side by side. */
  #piece(size: number, place: (access: Access, along: number) => Place): Piece {
    const { kernel, stores, context, local, lanes } = this.#options;
    const code = this.#code;
    const cursors = this.#cursors;
    const count = Math.ceil(size / lanes);
    const active = (i: number) => Math.min(lanes, size - i * lanes);
    const points = pointsAt({ cursors, lanes, active, place });
    const emission = new VectorEmission({ code, local, context, kernel, points, lanes, count, active });
    writeStores(stores, emission, {
      code,
      lanes,
      count,
      active,
      place: (access, i) => place(access, i * lanes),
      step: (access) => cursors.stepOf(access),
    });
    return { once: emission.once, perRow: emission.perRow, body: code.take() };
  }
}
