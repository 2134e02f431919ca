/**
 * What the emitters of this folder write into: statements in the middle of somebody's function. A compiler makes one
 * `VectorCode` for a function, lets emitters write into it inside its loops, and puts the constants that they asked for in
 * front of the loops.
 *
 * ```ts
 * module.func("expAll", { params: { at: "i32", count: "i32" } }, ({ at, count }, local) => {
 *   const code = new VectorCode({ type: "float32", fused: false, local, helpers: new Helpers(module) });
 *   const [y, z] = code.inlineAll(exp, [[v128.load(at)], [v128.load(at, { offset: 16 })]]);
 *   const stores = [v128.store(at, y), v128.store(at, z, { offset: 16 })];
 *   const body = [code.take(), stores, at.set(i32.add(at, 32))];
 *   return [code.constants, repeat(count, count, body)];
 * });
 * ```
 */

import type { Declare } from "../assembler/function.ts";
import {
  type Body,
  type Expression,
  f32x4,
  f64x2,
  i32x4,
  i64x2,
  type Local,
  type Statement,
  v128,
} from "../assembler/index.ts";
import type { Helpers } from "./helpers.ts";

export type FloatType = "float32" | "float64";

/** A vector that an instruction gives: four float32 or two float64. Written twice, it runs twice. */
export type Vector = Expression<"v128">;

/** A vector kept in a local: what is used more than once. */
export type VectorLocal = Local<"v128">;

/** Writes the statements of a function of vectors into `code` and gives its result. */
export type Emitter<Arguments extends readonly VectorLocal[] = readonly VectorLocal[]> = (
  code: VectorCode,
  ...x: Arguments
) => Vector;

/** Arguments for an emitter. */
export type Vectors<A extends readonly VectorLocal[]> = { readonly [I in keyof A]: Vector };

/** An emitter of a function of one number. */
export type UnaryEmitter = Emitter<readonly [VectorLocal]>;

/** An emitter of a function of two numbers. */
export type BinaryEmitter = Emitter<readonly [VectorLocal, VectorLocal]>;

/** Coefficients of a polynomial for each type, lowest power first. */
export type Coefficients = Readonly<Record<FloatType, readonly number[]>>;

/** How a float type is laid out. */
export interface Layout {
  readonly lanes: number;
  readonly bits: number;
  /** Stored bits of the significand. */
  readonly fraction: number;
  /** What the stored exponent is greater by. */
  readonly bias: number;
}

const layouts: Readonly<Record<FloatType, Layout>> = {
  float32: { lanes: 4, bits: 32, fraction: 23, bias: 127 },
  float64: { lanes: 2, bits: 64, fraction: 52, bias: 1023 },
};

/** The statements, locals and constants of one function under construction. */
class Scope {
  readonly setConstants: Statement[] = [];
  readonly #constants = new Map<string, VectorLocal>();
  readonly #declare: Declare;
  /** Locals that hold nothing that anybody still needs. */
  #free: VectorLocal[] = [];
  #temporaries: VectorLocal[] = [];
  #statements: (Statement | Body)[] = [];

  constructor(declare: Declare) {
    this.#declare = declare;
  }

  write(statements: readonly (Statement | Body)[]): void {
    this.#statements.push(...statements);
  }

  take(): Body {
    const taken = this.#statements;
    this.#statements = [];
    return taken;
  }

  temporary(): VectorLocal {
    const local = this.#free.pop() ?? this.#declare("v128");
    this.#temporaries.push(local);
    return local;
  }

  /**
   * The values that the writers give, in locals; the temporaries that they made meanwhile are free afterwards. Their
   * statements take turns.
   */
  enclose(writers: readonly (() => Vector)[]): VectorLocal[] {
    const outer = { free: this.#free, temporaries: this.#temporaries, statements: this.#statements };
    const written = writers.map((write, index) => {
      // Statements of different writers mix, so that none may reuse what another one has freed.
      this.#free = index === 0 ? outer.free : [];
      this.#temporaries = [];
      this.#statements = [];
      const value = write();
      const result = this.#free.pop() ?? this.#declare("v128");
      this.write([result.set(value)]);
      return { result, statements: this.#statements, free: [...this.#free, ...this.#temporaries] };
    });
    this.#free = written.flatMap(({ free }) => free);
    this.#temporaries = outer.temporaries;
    this.#statements = outer.statements;
    const longest = Math.max(...written.map(({ statements }) => statements.length));
    for (let i = 0; i < longest; i++)
      this.write(written.flatMap(({ statements }) => statements.slice(i, i + 1)));
    const results = written.map(({ result }) => result);
    this.#temporaries.push(...results);
    return results;
  }

  /** What `write` writes and gives; its locals are new ones, and stay its own. */
  apart<T>(write: () => T): { result: T; statements: Body } {
    const outer = { free: this.#free, temporaries: this.#temporaries, statements: this.#statements };
    this.#free = [];
    this.#temporaries = [];
    this.#statements = [];
    const result = write();
    const statements = this.#statements;
    this.#free = outer.free;
    this.#temporaries = outer.temporaries;
    this.#statements = outer.statements;
    return { result, statements };
  }

  constant(key: string, value: Vector): VectorLocal {
    let known = this.#constants.get(key);
    if (!known) {
      known = this.#declare("v128");
      this.#constants.set(key, known);
      this.setConstants.push(known.set(value));
    }
    return known;
  }
}

export interface VectorCodeOptions {
  readonly type: FloatType;
  /**
   * Whether to use relaxed instructions, among them one for a·b + c (see `madd`); else that is a product and then a sum, with
   * the same bits on every engine.
   */
  readonly fused: boolean;
  /** Declares a local of the function that the code is for. */
  readonly local: Declare;
  /** Where functions go that are called in rare cases. */
  readonly helpers: Helpers;
}

export class VectorCode {
  readonly type: FloatType;
  readonly fused: boolean;
  readonly layout: Layout;
  readonly helpers: Helpers;
  /** Instructions on the float lanes. */
  readonly float: typeof f32x4 | typeof f64x2;
  /** Instructions on integer lanes of the same width. */
  readonly int: typeof i32x4 | typeof i64x2;
  readonly #options: VectorCodeOptions;
  readonly #scope: Scope;

  constructor(options: VectorCodeOptions, scope = new Scope(options.local)) {
    const { type, fused, helpers } = options;
    this.type = type;
    this.fused = fused;
    this.layout = layouts[type];
    this.float = type === "float32" ? f32x4 : f64x2;
    this.int = type === "float32" ? i32x4 : i64x2;
    this.helpers = helpers;
    this.#options = options;
    this.#scope = scope;
  }

  /** The same code, to go on in lanes of another type. */
  as(type: FloatType): VectorCode {
    return new VectorCode({ ...this.#options, type }, this.#scope);
  }

  /**
   * Assigns the constants; they belong in front of the outermost loop. (An engine would build a constant anew at each use in
   * a loop, which costs more than the arithmetic that it is for.)
   */
  get constants(): Body {
    return this.#scope.setConstants;
  }

  /** The statements written since the last call. */
  take(): Body {
    return this.#scope.take();
  }

  /** Adds statements. */
  write(...statements: (Statement | Body)[]): void {
    this.#scope.write(statements);
  }

  /**
   * What `write` writes, for a place in front of a loop that the rest of the code is in. No local of it is used by anything
   * else: what is written into the loop would overwrite it before the loop's next turn.
   */
  apart<T>(write: () => T): { result: T; statements: Body } {
    return this.#scope.apart(write);
  }

  /** A local without a value yet. */
  temporary(): VectorLocal {
    return this.#scope.temporary();
  }

  /** Evaluates a vector once, into a local. */
  let(value: Vector): VectorLocal {
    const local = this.temporary();
    this.write(local.set(value));
    return local;
  }

  /** What `emitter` gives for `x`, in a local; the locals that it needed meanwhile are used again afterwards. */
  inline<A extends readonly VectorLocal[]>(emitter: Emitter<A>, ...x: Vectors<A>): VectorLocal {
    return this.inlineAll(emitter, [x])[0];
  }

  /**
   * The same for several vectors whose statements take turns. A function is one long chain of dependent instructions, and a
   * processor looks only so far ahead: two chains side by side keep it busy.
   */
  inlineAll<A extends readonly VectorLocal[]>(emitter: Emitter<A>, xs: readonly Vectors<A>[]): VectorLocal[] {
    return this.interleave(
      xs.map((x) => () => {
        const locals = x.map((argument) => this.let(argument)) as readonly VectorLocal[] as A;
        return emitter(this, ...locals);
      }),
    );
  }

  /** What the writers give, in locals; their statements take turns. */
  interleave(writers: readonly (() => Vector)[]): VectorLocal[] {
    return this.#scope.enclose(writers);
  }

  /** A number in all lanes, rounded to the type. */
  constant(value: number): VectorLocal {
    const key = `${this.type} ${Object.is(value, -0) ? "-0" : value}`;
    return this.#scope.constant(key, this.float.const(value, value, value, value));
  }

  /** An integer in all lanes. */
  bits(value: bigint): VectorLocal {
    const lane = BigInt.asIntN(this.layout.bits, value);
    const n = Number(lane);
    const vector = this.type === "float32" ? i32x4.const(n, n, n, n) : i64x2.const(lane, lane);
    return this.#scope.constant(`${this.type} bits ${lane}`, vector);
  }

  /** The bit of the sign in each lane. */
  get signBit(): VectorLocal {
    return this.constant(-0);
  }

  readonly add = (a: Vector, b: Vector): Vector => this.float.add(a, b);
  readonly sub = (a: Vector, b: Vector): Vector => this.float.sub(a, b);
  readonly mul = (a: Vector, b: Vector): Vector => this.float.mul(a, b);
  readonly div = (a: Vector, b: Vector): Vector => this.float.div(a, b);

  readonly and = (a: Vector, b: Vector): Vector => v128.and(a, b);
  readonly or = (a: Vector, b: Vector): Vector => v128.or(a, b);
  readonly xor = (a: Vector, b: Vector): Vector => v128.xor(a, b);
  /** a where b has zeros. */
  readonly andnot = (a: Vector, b: Vector): Vector => v128.andnot(a, b);

  /** a·b + c; whether the product is rounded in between is open where `fused`. */
  readonly madd = (a: Vector, b: Vector, c: Vector): Vector =>
    this.fused ? this.float.relaxedMadd(a, b, c) : this.float.add(this.float.mul(a, b), c);

  /** c − a·b, likewise. */
  readonly nmadd = (a: Vector, b: Vector, c: Vector): Vector =>
    this.fused ? this.float.relaxedNmadd(a, b, c) : this.float.sub(c, this.float.mul(a, b));

  /** c₀ + c₁x + c₂x² + …, by W. G. Horner's scheme. */
  polynomial(x: VectorLocal, c: readonly number[]): Vector {
    return c
      .slice(0, -1)
      .reduceRight<Vector>((sum, ci) => this.madd(sum, x, this.constant(ci)), this.constant(c[c.length - 1]));
  }

  /** `whenTrue` in lanes where the mask has only ones, `whenFalse` where it has only zeros. */
  select(mask: Vector, whenTrue: Vector, whenFalse: Vector): Vector {
    // For such masks the relaxed instruction, one in place of three, means the same everywhere.
    return this.fused
      ? this.int.relaxedLaneselect(whenTrue, whenFalse, mask)
      : v128.bitselect(whenTrue, whenFalse, mask);
  }
}
