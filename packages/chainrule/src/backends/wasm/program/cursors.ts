/**
 * Addresses that walk through a nest of loops: rows, each a run along the innermost dimension. Accesses whose elements lie at the
 * same distances share one local, as where their buffers start is a constant that loads and stores add for free.
 */
import type { Access } from "../../../core/schedule.ts";
import { bytesPerElement } from "../../../shape/dtype.ts";
import type { Declare } from "../assembler/function.ts";
import { type Body, i32, type Local, type Operand, type Statement } from "../assembler/index.ts";
import { type Place, shifted } from "./access.ts";
import type { KernelContext } from "./context.ts";
import { type Level, level } from "./expression.ts";
import type { Nest } from "./nest.ts";

/** A local that walks, or a constant 0 where there is nothing to walk. */
interface Walker {
  readonly local: Local<"i32"> | undefined;
  /** Where it starts. */
  readonly base: Operand<"i32">;
  /** Bytes that a step along each dimension takes. */
  readonly steps: readonly number[];
}

export class Cursors {
  /** Statements that belong in front of all loops. */
  readonly setup: Statement[] = [];
  readonly #local: Declare;
  readonly #context: KernelContext;
  readonly #nest: Nest;
  readonly #walkers = new Map<string, Walker>();
  readonly #places = new Map<Access, { readonly walker: Walker; readonly offset: number }>();
  readonly #bases = new Map<string, Local<"i32">>();
  readonly #positions: Local<"i32">[] = [];

  constructor(nest: Nest, context: KernelContext, local: Declare) {
    this.#nest = nest;
    this.#context = context;
    this.#local = local;
    for (const access of nest.strides.keys()) this.#places.set(access, this.#placeOf(access));
  }

  #placeOf(access: Access): { walker: Walker; offset: number } {
    const { buffer } = access;
    const bytes = bytesPerElement(buffer.dtype);
    const steps = this.stridesOf(access).map((stride) => stride * bytes);
    const address = this.#context.address(buffer);
    const start = access.offset * bytes;
    // Constants that are added at an access must not be negative, nor may a walker that starts at 0 become so.
    const free = typeof address === "number" && steps.every((step) => step >= 0);
    const key = `${free ? "" : `${buffer.id} ${start}`}: ${steps.join()}`;
    let walker = this.#walkers.get(key);
    if (!walker) {
      const moves = steps.some((step) => step !== 0);
      const base = free ? 0 : this.#base(`${buffer.id} ${start}`, address, start);
      walker = { local: moves ? this.#local("i32", "at") : undefined, base, steps };
      this.#walkers.set(key, walker);
    }
    return { walker, offset: free ? address + start : 0 };
  }

  #base(key: string, address: Operand<"i32">, start: number): Operand<"i32"> {
    if (typeof address === "number") return address + start;
    let base = this.#bases.get(key);
    if (!base) {
      base = this.#local("i32", "base");
      this.#bases.set(key, base);
      this.setup.push(base.set(i32.add(address, start)));
    }
    return base;
  }

  /** Elements from one point to the next along each dimension. */
  stridesOf(access: Access): readonly number[] {
    const strides = this.#nest.strides.get(access);
    if (!strides) throw new TypeError("The access does not belong to the nest.");
    return strides;
  }

  /** Elements from one point of a row to the next. */
  stepOf(access: Access): number {
    return this.stridesOf(access).at(-1) ?? 0;
  }

  /** How often an access meets another element. */
  levelOf(access: Access): Level {
    if (this.stepOf(access) !== 0) return level.point;
    return this.stridesOf(access).some((stride) => stride !== 0) ? level.row : level.program;
  }

  /** Where an access is now, `along` elements of the row farther on. */
  place(access: Access, along = 0): Place {
    const { walker, offset } = this.#known(access);
    return shifted({ address: walker.local ?? walker.base, offset }, along * (walker.steps.at(-1) ?? 0));
  }

  /** Where an access is at a point with a constant position; no local walks. */
  placeAt(access: Access, position: readonly number[], along = 0): Place {
    const { walker, offset } = this.#known(access);
    const point = [...position, along];
    const bytes = walker.steps.reduce((sum, step, d) => sum + step * point[d], 0);
    if (typeof walker.base === "number") return { address: 0, offset: walker.base + offset + bytes };
    return shifted({ address: walker.base, offset }, bytes);
  }

  #known(access: Access): { readonly walker: Walker; readonly offset: number } {
    const known = this.#places.get(access);
    if (!known) throw new TypeError("The access does not belong to the nest.");
    return known;
  }

  /**
   * Goes to a row, by its number in the order of the outer dimensions, and `along` the dimensions that it spans: the last ones,
   * one unless more are given.
   */
  toRow(row: Operand<"i32">, along: readonly Operand<"i32">[] = [0]): Body {
    const outer = this.#nest.sizes.slice(0, Math.max(0, this.#nest.sizes.length - along.length));
    // Position along dimension d: ⌊row / (product of the sizes behind it)⌋ modulo its size
    const statements: Statement[] = [];
    const positions: Operand<"i32">[] = [];
    for (let d = outer.length - 1, behind = 1; d >= 0; behind *= outer[d], d--) {
      const quotient = behind === 1 ? row : i32.divU(row, behind);
      positions[d] = d === 0 ? quotient : this.#position(d);
      if (d > 0) statements.push(this.#position(d).set(i32.remU(quotient, outer[d])));
    }
    const all = [...positions, ...along];
    const walks = [...this.#walkers.values()].map(({ local, base, steps }) => {
      if (!local) return [];
      const terms = all.flatMap((at, d) => (!steps[d] || at === 0 ? [] : [times(at, steps[d])]));
      return local.set(
        terms.reduce<Operand<"i32">>((sum, term) => (sum === 0 ? term : i32.add(sum, term)), base),
      );
    });
    return [statements, walks];
  }

  /** A local for where a row stands along an outer dimension. */
  #position(d: number): Local<"i32"> {
    this.#positions[d] ??= this.#local("i32", `position${d}`);
    return this.#positions[d];
  }

  /** Goes on by `count` points along a dimension, counted from the last one. */
  advance(count: number, fromLast = 1): Statement[] {
    return [...this.#walkers.values()].flatMap(({ local, steps }) => {
      const step = (steps.at(-fromLast) ?? 0) * count;
      return local && step !== 0 ? [local.set(i32.add(local, step))] : [];
    });
  }
}

const times = (a: Operand<"i32">, b: number): Operand<"i32"> =>
  typeof a === "number" ? a * b : b === 1 ? a : i32.mul(a, b);
