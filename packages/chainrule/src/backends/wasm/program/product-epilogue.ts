/** What happens to a block of finished sums: the stores of the product, computed from the scratch memory that the sums lie in. */

import { accessesOf, subexpressions, valuesOf } from "../../../core/expressions.ts";
import type { Access, ProductKernel } from "../../../core/schedule.ts";
import { bytesPerElement } from "../../../shape/dtype.ts";
import type { Declare } from "../assembler/function.ts";
import {
  type Body,
  type FunctionReference,
  i32,
  type Local,
  type Operand,
  range,
  repeat,
  when,
} from "../assembler/index.ts";
import type { VectorCode } from "../math/code.ts";
import { bytesOfMasks, type Lanes, loadRow, moved, shifted, storeRow } from "./access.ts";
import type { KernelContext } from "./context.ts";
import { lanesOf, level, VectorEmission, vectorCode } from "./expression.ts";

const finishParams = {
  sums: "i32", // of the first line
  batch: "i32",
  line: "i32", // index of the first line
  lines: "i32", // how many, maybe none
  start: "i32", // index of the first element in each line
} as const;

/** Computes the stores of a block. */
export type Finish = FunctionReference<typeof finishParams, "void">;

export interface BlockShape {
  /** The dimension that a line of sums runs along: 2 for n, 1 for m. */
  readonly along: 1 | 2;
  /** Elements of a line. */
  readonly length: number;
  /** Bytes from one line of sums to the next; whole vectors. */
  readonly pitch: number;
}

/** Vectors side by side; fewer where a function needs many registers for itself. */
const manyVectors = 4;
const fewVectors = 2;

/** Functions of one number that take one or two instructions. */
const lightUnary = new Set([
  "abs",
  "neg",
  "relu",
  "square",
  "sqrt",
  "not",
  "isnan",
  "ceil",
  "floor",
  "trunc",
]);

/** Writes the function that finishes blocks of one shape. */
export function defineFinish(
  name: string,
  kernel: ProductKernel,
  context: KernelContext,
  shape: BlockShape,
): Finish {
  return context.module.func(name, { params: finishParams }, (p, local) => {
    const block = new Block(kernel, context, shape, local);
    return [when(p.lines, block.write(p))];
  });
}

class Block {
  readonly #kernel: ProductKernel;
  readonly #context: KernelContext;
  readonly #shape: BlockShape;
  readonly #local: Declare;
  readonly #code: VectorCode;
  readonly #lanes: Lanes;
  /** Where the line's element of each access lies. */
  readonly #pointers = new Map<string, { readonly access: Access; readonly at: Local<"i32"> }>();

  constructor(kernel: ProductKernel, context: KernelContext, shape: BlockShape, local: Declare) {
    this.#kernel = kernel;
    this.#context = context;
    this.#shape = shape;
    this.#local = local;
    this.#code = vectorCode(context, local);
    const values = valuesOf(kernel.stores);
    this.#lanes = kernel.dtype === "float64" ? 2 : lanesOf(values);
    for (const access of [...accessesOf(values), ...kernel.stores.map(({ to }) => to)]) {
      const key = keyOf(access);
      if (!this.#pointers.has(key)) this.#pointers.set(key, { access, at: local("i32") });
    }
  }

  write(p: Readonly<Record<keyof typeof finishParams, Local<"i32">>>): Body {
    const { length, pitch } = this.#shape;
    const chunk = this.#lanes * (this.#isHeavy() ? fewVectors : manyVectors);
    const chunks = Math.floor(length / chunk);
    const done = this.#local("i32", "done");
    const whole = chunks > 0 ? this.#emit(p.sums, chunk) : undefined;
    const rest = length % chunk > 0 ? this.#emit(p.sums, length % chunk) : undefined;
    const steps = chunks > 1 ? chunks : 0;
    // After a loop over chunks all pointers stand at its end; without one, the rest is found by its offset… there is none then.
    const advance = (elements: number): Body => [
      this.#pointerSteps(elements),
      p.sums.set(i32.add(p.sums, elements * bytesPerElement(this.#kernel.dtype))),
    ];
    const overChunks = ((): Body => {
      if (!whole) return [];
      if (steps > 0) return [range(done, 0, steps, 1, [whole.body, advance(chunk)])];
      return rest ? [whole.body, advance(chunk)] : whole.body;
    })();
    const moved = steps > 0 ? steps * chunk : rest && whole ? chunk : 0;
    return [
      [...this.#pointers.values()].map(({ access, at }) => at.set(this.#first(access, p))),
      this.#code.constants,
      whole?.emission.once ?? [],
      rest?.emission.once ?? [],
      repeat(p.lines, p.lines, [
        whole?.emission.perRow ?? [],
        rest?.emission.perRow ?? [],
        overChunks,
        rest?.body ?? [],
        this.#nextLine(moved),
        p.sums.set(i32.add(p.sums, pitch - moved * bytesPerElement(this.#kernel.dtype))),
      ]),
    ];
  }

  /** The stores of `elements` neighbouring points. */
  #emit(sums: Local<"i32">, elements: number): { readonly emission: VectorEmission; readonly body: Body } {
    const lanes = this.#lanes;
    const code = this.#code;
    const { dtype, stores } = this.#kernel;
    const count = Math.ceil(elements / lanes);
    const active = (i: number): number => Math.min(lanes, elements - i * lanes);
    const at = (access: Access): Local<"i32"> => this.#pointer(access);
    const rowAt = (access: Access, type: typeof dtype | "bool", i: number) => {
      const step = access.strides[this.#shape.along];
      const bytes = bytesPerElement(type);
      const place = shifted({ address: at(access), offset: 0 }, i * lanes * step * bytes);
      return { dtype: type, lanes, place, step, active: active(i) };
    };
    const emission = new VectorEmission({
      code,
      local: this.#local,
      context: this.#context,
      kernel: this.#kernel,
      lanes,
      count,
      active,
      points: {
        load: (access, type, i, shift) => {
          const row = rowAt(access, type, i);
          return loadRow(shift ? { ...row, place: moved(row.place, shift) } : row);
        },
        lane: (access, i, lane) => {
          const step = access.strides[this.#shape.along] * bytesPerElement(access.buffer.dtype);
          return shifted({ address: at(access), offset: 0 }, (i * lanes + lane) * step);
        },
        accumulated: (i) => {
          const place = { address: sums, offset: i * lanes * bytesPerElement(dtype) };
          return loadRow({ dtype, lanes, place, step: 1, active: lanes });
        },
        level: ({ strides }) => (strides[this.#shape.along] === 0 ? level.row : level.point),
      },
    });
    const values = stores.map(({ value }) => emission.value(value));
    const writes = stores.map(({ to }, index) => {
      const type = to.buffer.dtype;
      const vectors =
        type === "bool" ? values[index].map((v) => code.let(bytesOfMasks(v, lanes))) : values[index];
      return Array.from({ length: count }, (_, i) => storeRow(rowAt(to, type, i), vectors[i]));
    });
    return { emission, body: [code.take(), writes.flat()] };
  }

  #pointer(access: Access): Local<"i32"> {
    const known = this.#pointers.get(keyOf(access));
    if (!known) throw new TypeError("An access without a pointer.");
    return known.at;
  }

  #first(access: Access, p: Readonly<Record<"batch" | "line" | "start", Local<"i32">>>): Operand<"i32"> {
    const { buffer, offset, strides } = access;
    const { along } = this.#shape;
    const bytes = bytesPerElement(buffer.dtype);
    const terms: [Local<"i32">, number][] = [
      [p.batch, strides[0]],
      [p.line, strides[3 - along]],
      [p.start, strides[along]],
    ];
    return terms
      .filter(([, stride]) => stride !== 0)
      .reduce<Operand<"i32">>(
        (sum, [index, stride]) => i32.add(sum, i32.mul(index, stride * bytes)),
        i32.add(this.#context.address(buffer), offset * bytes),
      );
  }

  #pointerSteps(elements: number): Body {
    return [...this.#pointers.values()].flatMap(({ access, at }) => {
      const step = elements * access.strides[this.#shape.along] * bytesPerElement(access.buffer.dtype);
      return step === 0 ? [] : [at.set(i32.add(at, step))];
    });
  }

  #nextLine(moved: number): Body {
    const { along } = this.#shape;
    return [...this.#pointers.values()].flatMap(({ access, at }) => {
      const bytes = bytesPerElement(access.buffer.dtype);
      const step = (access.strides[3 - along] - moved * access.strides[along]) * bytes;
      return step === 0 ? [] : [at.set(i32.add(at, step))];
    });
  }

  #isHeavy(): boolean {
    return [...subexpressions(valuesOf(this.#kernel.stores))].some(
      (e) =>
        (e.kind === "unary" && !lightUnary.has(e.op)) ||
        (e.kind === "binary" && (e.op === "pow" || e.op === "atan2" || e.op === "remainder")),
    );
  }
}

const keyOf = ({ buffer, offset, strides }: Access): string => `${buffer.id}:${offset}:${strides.join()}`;
