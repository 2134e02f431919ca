/** Kernels that add or set elements which an index names, row after row: one thread keeps the order of the points. */

import { accessesOf } from "../../../core/expressions.ts";
import type { Access, ScatterKernel } from "../../../core/schedule.ts";
import { bytesPerElement } from "../../../shape/dtype.ts";
import { numel } from "../../../shape/shape.ts";
import type { Declare } from "../assembler/function.ts";
import { type Body, i32, i32x4, range, repeat, when } from "../assembler/index.ts";
import { bytesOfMasks, loadRow, type Row, storeRow } from "./access.ts";
import type { KernelContext, KernelEmitter } from "./context.ts";
import { nanosecondsPerPoint } from "./cost.ts";
import { Cursors } from "./cursors.ts";
import { lanesOf, VectorEmission, vectorCode } from "./expression.ts";
import { combine } from "./fold-operation.ts";
import { type Nest, orderedNest } from "./nest.ts";
import { serialPhase } from "./phase.ts";
import { pointsAt } from "./points.ts";

/** Vectors side by side. */
const COUNT = 2;

export const emitScatter: KernelEmitter<ScatterKernel> = (kernel, context) => {
  const points = numel(kernel.shape);
  if (points === 0) return [];
  const { to, index, source, label } = kernel;
  const nanoseconds =
    points * (1 + nanosecondsPerPoint([index, source], [{ to, value: source }], context.tier));
  const phase = { name: label, nanoseconds, faults: true };
  return [serialPhase(context, phase, (local) => new Scatter(kernel, context, local).write())];
};

/** Rows of points that share an index. */
function rowsOf({ shape, to, index, source }: ScatterKernel): Nest {
  const nest = orderedNest(shape, [to, ...accessesOf([index, source])]);
  const step = (access: Access): number => nest.strides.get(access)?.at(-1) ?? 0;
  if (step(to) !== 0 && accessesOf([index]).every((access) => step(access) === 0)) return nest;
  // Where each point has an index of its own, it is a row of its own.
  const strides = [...nest.strides].map(([access, all]) => [access, [...all, 0]] as const);
  return { sizes: [...nest.sizes, 1], strides: new Map(strides) };
}

class Scatter {
  readonly #kernel: ScatterKernel;
  readonly #context: KernelContext;
  readonly #local: Declare;
  readonly #nest: Nest;

  constructor(kernel: ScatterKernel, context: KernelContext, local: Declare) {
    this.#kernel = kernel;
    this.#context = context;
    this.#local = local;
    this.#nest = rowsOf(kernel);
  }

  write(): Body {
    const { index, source, to, along, size } = this.#kernel;
    const kernel = this.#kernel;
    const context = this.#context;
    const local = this.#local;
    const code = vectorCode(context, local);
    const cursors = new Cursors(this.#nest, context, local);
    const lanes = lanesOf([index, source]);
    const length = this.#nest.sizes.at(-1) ?? 1;
    const stride = COUNT * lanes;
    const steps = Math.floor(length / stride);
    const row = local("i32", "row");
    const shift = local("i32", "shift");

    const emissionOf = (points: number): VectorEmission => {
      const count = Math.ceil(points / lanes);
      const active = (i: number) => Math.min(lanes, points - i * lanes);
      const at = pointsAt({ cursors, lanes, active });
      return new VectorEmission({ code, local, context, kernel, points: at, lanes, count, active });
    };
    const piece = (points: number) => {
      const emission = emissionOf(points);
      const values = emission.value(source);
      values.forEach((value, i) => {
        const { address, offset } = cursors.place(to, i * lanes);
        const target: Row = {
          dtype: to.buffer.dtype,
          lanes,
          place: { address: i32.add(address, shift), offset },
          step: cursors.stepOf(to) || 1,
          active: Math.min(lanes, points - i * lanes),
        };
        const sum =
          kernel.mode === "set"
            ? value
            : code.let(combine(code, "sum", source.dtype, code.let(loadRow(target)), value));
        const stored = source.dtype === "bool" ? code.let(bytesOfMasks(sum, lanes)) : sum;
        code.write(storeRow(target, stored));
      });
      return { emission, body: code.take() };
    };
    const main = steps > 0 ? piece(stride) : undefined;
    const tail = length % stride > 0 ? piece(length % stride) : undefined;
    // An index is the same along a row, so that it stands in front of it; a row of one point is one lane.
    const place = emissionOf(1);
    const [indices] = place.value(index);
    const check = [
      shift.set(i32x4.extractLane(0, indices)),
      when(i32.geU(shift, size), [context.fault(kernel, { kind: "index", index: shift, size })]),
      shift.set(i32.mul(shift, along * bytesPerElement(to.buffer.dtype))),
    ];
    const indexed: Body = [place.perRow, code.take(), check];
    const turns = local("i32", "turns");
    const parts = [place, ...[main, tail].flatMap((made) => made?.emission ?? [])];
    return [
      cursors.setup,
      code.constants,
      parts.map(({ once }) => once),
      range(row, 0, numel(this.#nest.sizes.slice(0, -1)), 1, [
        cursors.toRow(row),
        indexed,
        [main, tail].map((made) => made?.emission.perRow ?? []),
        main ? repeat(turns, steps, [main.body, cursors.advance(stride)]) : [],
        tail?.body ?? [],
      ]),
    ];
  }
}
