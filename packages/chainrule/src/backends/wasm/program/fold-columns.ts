/** Folds whose results are neighbours: each lane folds the values of one result, row after row. */

import { accessesOf, valuesOf } from "../../../core/expressions.ts";
import type { FoldKernel } from "../../../core/schedule.ts";
import { numel } from "../../../shape/shape.ts";
import { type Body, brIf, i32, type Local, loop, range, when } from "../assembler/index.ts";
import type { VectorCode } from "../math/code.ts";
import { Accumulators } from "./accumulators.ts";
import { ArgumentAccumulators } from "./argument-accumulators.ts";
import { Cursors } from "./cursors.ts";
import { level, VectorEmission, vectorCode } from "./expression.ts";
import { isArgument } from "./fold-operation.ts";
import type { FoldOptions } from "./fold-rows.ts";
import { joined, type Nest } from "./nest.ts";
import { pointsAt } from "./points.ts";
import { writeStores } from "./stores.ts";

/** Vectors side by side: with float32 numbers a line of a cache. */
const COUNT = 4;

/** Results of a row that are computed together, and how many such groups a row has. */
export function groupsOf(kept: Nest, lanes: number): { readonly width: number; readonly groups: number } {
  const size = kept.sizes.at(-1) ?? 1;
  const width = Math.min(COUNT * lanes, size);
  return { width, groups: Math.ceil(size / width) };
}

interface Group {
  readonly once: Body;
  readonly body: Body;
}

export class ColumnFold {
  readonly #options: FoldOptions;
  readonly #code: VectorCode;
  readonly #values: Cursors;
  readonly #results: Cursors;

  constructor(options: FoldOptions) {
    const { kernel, context, local, kept, folded } = options;
    this.#options = options;
    this.#code = vectorCode(context, local);
    const outer = { nest: kept, to: -1 };
    const inner = { nest: kept, from: -1 };
    const valueNest = joined(accessesOf([kernel.value]), [outer, { nest: folded }, inner]);
    this.#values = new Cursors(valueNest, context, local);
    const stored = [...kernel.stores.map(({ to }) => to), ...accessesOf(valuesOf(kernel.stores))];
    this.#results = new Cursors(joined(stored, [{ nest: kept }]), context, local);
  }

  /** The groups of results from number `first` to `end` − 1; there is at least one. */
  write(first: Local<"i32">, end: Local<"i32">): Body {
    const { local, kept, lanes } = this.#options;
    const size = kept.sizes.at(-1) ?? 1;
    const { width, groups } = groupsOf(kept, lanes);
    const row = local("i32", "row");
    const start = local("i32", "start");
    const rest = size % width;
    const main = this.#group(width, row, start);
    const tail = rest > 0 ? this.#group(rest, row, start) : undefined;
    return [
      this.#values.setup,
      this.#results.setup,
      this.#code.constants,
      main.once,
      tail?.once ?? [],
      loop((again) => [
        row.set(groups === 1 ? first : i32.divU(first, groups)),
        start.set(groups === 1 ? 0 : i32.mul(i32.remU(first, groups), width)),
        tail ? when(i32.leU(start, size - width), main.body, tail.body) : main.body,
        brIf(again, i32.ltS(first.tee(i32.add(first, 1)), end)),
      ]),
    ];
  }

  /** Folds and stores `size` neighbouring results, from number `start` of a row on. */
  #group(size: number, row: Local<"i32">, start: Local<"i32">): Group {
    const { kernel, context, local, folded, lanes } = this.#options;
    const code = this.#code;
    const count = Math.ceil(size / lanes);
    const active = (i: number) => Math.min(lanes, size - i * lanes);
    const side = { code, local, context, kernel, lanes, count, active };
    const rows = numel(folded.sizes.slice(0, -1));
    const turns = folded.sizes.at(-1) ?? 1;
    const accumulators = accumulatorsOf(kernel, { ...side, turns: rows * turns });

    const values = this.#values;
    const emission = new VectorEmission({
      ...side,
      points: pointsAt({
        cursors: values,
        lanes,
        active,
        level: (access) => {
          const strides = values.stridesOf(access);
          if (strides.at(-1) !== 0 || strides.at(-2) !== 0) return level.point;
          return values.levelOf(access);
        },
      }),
    });
    const value = emission.value(kernel.value);
    code.write(
      value.map((vector, i) => accumulators.add(i, vector, lanes)),
      accumulators.next(),
    );
    const body: Body = [code.take(), values.advance(1, 2)];

    const results = this.#results;
    const finish = new VectorEmission({
      ...side,
      points: {
        ...pointsAt({ cursors: results, lanes, active }),
        accumulated: (i) => accumulators.totals[i],
      },
    });
    writeStores(kernel.stores, finish, {
      ...side,
      place: (access, i) => results.place(access, i * lanes),
      step: (access) => results.stepOf(access),
    });
    const stores = code.take();

    const outer = local("i32", "outer");
    const along = (at: Local<"i32"> | ReturnType<typeof i32.add>): Body => [
      values.toRow(at, [0, start]),
      emission.perRow,
      accumulators.repeat(turns, body),
    ];
    return {
      once: [emission.once, finish.once],
      body: [
        accumulators.start(),
        rows === 1 ? along(row) : range(outer, 0, rows, 1, along(i32.add(i32.mul(row, rows), outer))),
        results.toRow(row, [start]),
        finish.perRow,
        stores,
      ],
    };
  }
}

type Side = Omit<ConstructorParameters<typeof Accumulators>[0], "op" | "dtype">;

function accumulatorsOf(
  { op, value: { dtype } }: FoldKernel,
  side: Side,
): Accumulators | ArgumentAccumulators {
  return isArgument(op)
    ? new ArgumentAccumulators({ ...side, op, dtype })
    : new Accumulators({ ...side, op, dtype });
}
