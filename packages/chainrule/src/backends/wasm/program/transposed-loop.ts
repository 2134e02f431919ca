/**
 * Loops that read along one dimension what they write along another, as copies of transposed matrices. They go by squares of as
 * many rows as a vector has lanes: a square is loaded along its columns, and transposed in registers.
 */

import { subexpressions, valuesOf } from "../../../core/expressions.ts";
import type { Access, Kernel, Store } from "../../../core/schedule.ts";
import { bytesPerElement } from "../../../shape/dtype.ts";
import { numel } from "../../../shape/shape.ts";
import type { Declare } from "../assembler/function.ts";
import { type Body, brIf, i8x16, i32, type Local, loop, repeat, v128, when } from "../assembler/index.ts";
import type { VectorCode, VectorLocal } from "../math/code.ts";
import { type Lanes, type Place, shifted } from "./access.ts";
import { Cursors } from "./cursors.ts";
import { level, type Piece, VectorEmission, vectorCode } from "./expression.ts";
import { type Nest, withLastButOne } from "./nest.ts";
import { pointsAt } from "./points.ts";
import type { RowOptions } from "./rows.ts";
import { writeStores } from "./stores.ts";

/** Squares one below the other: with them, lines of a cache are read whole. */
const SQUARES = 4;

export interface Transposition {
  /** The dimension that is read along comes before the one that is written along. */
  readonly nest: Nest;
  /** What is read along the former. */
  readonly accesses: ReadonlySet<Access>;
}

/** How a nest is gone through in squares; undefined where that has no use. */
export function findTransposition(
  nest: Nest,
  stores: readonly Store[],
  lanes: Lanes,
): Transposition | undefined {
  const last = nest.sizes.length - 1;
  if (last < 1 || nest.sizes[last] < lanes) return undefined;
  const exprs = [...subexpressions(valuesOf(stores))];
  const loads = exprs.flatMap((e) => (e.kind === "load" ? [e.access] : []));
  const along = (access: Access): number => {
    const strides = nest.strides.get(access) ?? [];
    const fills = bytesPerElement(access.buffer.dtype) * lanes === 16;
    return fills && Math.abs(strides[last]) > 1 ? strides.lastIndexOf(1) : -1;
  };
  const d = Math.max(...loads.map(along), -1);
  if (d < 0 || nest.sizes[d] < lanes) return undefined;
  return {
    nest: withLastButOne(nest, d),
    accesses: new Set(loads.filter((access) => along(access) === d)),
  };
}

/** Rows that are done together. */
export const rowsAtOnce = (lanes: Lanes): number => SQUARES * lanes;

/** Groups of rows of a nest. */
export const unitsOf = ({ sizes }: Nest, lanes: Lanes): number =>
  numel(sizes.slice(0, -2)) * Math.ceil(sizes[sizes.length - 2] / rowsAtOnce(lanes));

export class TransposedWriter {
  readonly #kernel: Kernel;
  readonly #stores: readonly Store[];
  readonly #options: RowOptions;
  readonly #local: Declare;
  readonly #lanes: Lanes;
  readonly #transposed: ReadonlySet<Access>;
  readonly #code: VectorCode;
  readonly #cursors: Cursors;
  readonly #rows: number;
  readonly #columns: number;

  /** `options.nest` is that of the transposition. */
  constructor(options: RowOptions, transposed: ReadonlySet<Access>) {
    const { kernel, stores, context, local, nest, lanes } = options;
    this.#kernel = kernel;
    this.#stores = stores;
    this.#options = options;
    this.#local = local;
    this.#lanes = lanes;
    this.#transposed = transposed;
    this.#code = vectorCode(context, local);
    this.#cursors = new Cursors(nest, context, local);
    [this.#rows, this.#columns] = nest.sizes.slice(-2);
  }

  /** The groups of rows from number `first` to `end` − 1; there is at least one. */
  write(first: Local<"i32">, end: Local<"i32">): Body {
    const height = rowsAtOnce(this.#lanes);
    const groups = Math.ceil(this.#rows / height);
    const rest = this.#rows % height;
    const start = this.#local("i32", "start");
    const outer = this.#local("i32", "outer");
    const whole = this.#rows >= height ? this.#group(height) : undefined;
    const last = rest > 0 ? this.#group(rest) : undefined;
    const both = [whole, last].flatMap((group) => group ?? []);
    const body =
      whole && last
        ? when(i32.leU(start, this.#rows - height), whole.body, last.body)
        : both.map((group) => group.body);
    return [
      this.#cursors.setup,
      this.#code.constants,
      both.map(({ once }) => once),
      loop((again) => [
        outer.set(groups === 1 ? first : i32.divU(first, groups)),
        start.set(groups === 1 ? 0 : i32.mul(i32.remU(first, groups), height)),
        this.#cursors.toRow(outer, [start, 0]),
        body,
        brIf(again, i32.ltS(first.tee(i32.add(first, 1)), end)),
      ]),
    ];
  }

  /** `height` rows, from left to right. */
  #group(height: number): { once: Body; body: Body } {
    const lanes = this.#lanes;
    const steps = Math.floor(this.#columns / lanes);
    const rest = this.#columns % lanes;
    const main = this.#column(height, lanes);
    const tail = rest > 0 ? this.#column(height, rest) : undefined;
    const left = this.#local("i32", "left");
    return {
      once: [main.once, tail?.once ?? []],
      body: [
        main.perRow,
        tail?.perRow ?? [],
        repeat(left, steps, [main.body, this.#cursors.advance(lanes)]),
        tail?.body ?? [],
      ],
    };
  }

  /** `width` points of each of `height` rows, square after square. */
  #column(height: number, width: number): Piece {
    const tops = Array.from({ length: Math.ceil(height / this.#lanes) }, (_, k) => k * this.#lanes);
    const squares = tops.map((top) => this.#square(top, Math.min(this.#lanes, height - top), width));
    return {
      once: squares.map(({ once }) => once),
      perRow: squares.map(({ perRow }) => perRow),
      body: squares.map(({ body }) => body),
    };
  }

  /** `width` points of each of `height` rows, one vector a row. */
  #square(top: number, height: number, width: number): Piece {
    const code = this.#code;
    const lanes = this.#lanes;
    const cursors = this.#cursors;
    const place = (access: Access, i: number, along = 0): Place => {
      const stride = cursors.stridesOf(access).at(-2) ?? 0;
      return shifted(cursors.place(access, along), (top + i) * stride * bytesPerElement(access.buffer.dtype));
    };
    const active = () => width;
    const whole = height === lanes && width === lanes;
    const rows = new Map<Access, readonly VectorLocal[]>();
    if (whole)
      for (const access of this.#transposed)
        rows.set(
          access,
          this.#transpose((k) => place(access, 0, k)),
        );
    // `along` counts lanes behind the first one of vector 0: a vector is a row here.
    const at = (access: Access, along: number) => place(access, Math.floor(along / lanes), along % lanes);
    const points = pointsAt({
      cursors,
      lanes,
      active,
      place: at,
      level: (access) => {
        const [down, across] = cursors.stridesOf(access).slice(-2);
        return down === 0 && across === 0 ? cursors.levelOf(access) : level.point;
      },
    });
    const { context } = this.#options;
    const emission = new VectorEmission({
      code,
      local: this.#local,
      context,
      kernel: this.#kernel,
      lanes,
      count: height,
      active,
      points: {
        ...points,
        load: (access, dtype, i, shift) =>
          (shift ? undefined : rows.get(access)?.[i]) ?? points.load(access, dtype, i, shift),
      },
    });
    writeStores(this.#stores, emission, {
      code,
      lanes,
      count: height,
      active,
      place,
      step: (access) => cursors.stepOf(access),
    });
    return { once: emission.once, perRow: emission.perRow, body: code.take() };
  }

  /** The rows of a square whose columns lie at `place`. */
  #transpose(place: (column: number) => Place): readonly VectorLocal[] {
    const code = this.#code;
    const columns = Array.from({ length: this.#lanes }, (_, k) => {
      const { address, offset } = place(k);
      return code.let(v128.load(address, { offset, align: 16 / this.#lanes }));
    });
    const shuffled = (moved: readonly number[], a: VectorLocal, b: VectorLocal): VectorLocal =>
      code.let(i8x16.shuffle(moved, a, b));
    const [a, b, c, d] = columns;
    if (columns.length === 2) return [shuffled([0, 2], a, b), shuffled([1, 3], a, b)];
    const [ab, cd] = [
      [a, b],
      [c, d],
    ].map(([x, y]) => shuffled([0, 4, 1, 5], x, y));
    const [abHigh, cdHigh] = [
      [a, b],
      [c, d],
    ].map(([x, y]) => shuffled([2, 6, 3, 7], x, y));
    return [
      shuffled([0, 1, 4, 5], ab, cd),
      shuffled([2, 3, 6, 7], ab, cd),
      shuffled([0, 1, 4, 5], abHigh, cdHigh),
      shuffled([2, 3, 6, 7], abHigh, cdHigh),
    ];
  }
}
