/**
 * Expressions as vector code: for each node of the graph, one local for each of the vectors that are computed side by side,
 * statement by statement. (V8's revectorizer makes 256-bit instructions of neighbours.) See access.ts for the forms of lanes.
 */

import { operandsOf, subexpressions } from "../../../core/expressions.ts";
import type { Access, Expr, Kernel } from "../../../core/schedule.ts";
import { bytesPerElement, type DType } from "../../../shape/dtype.ts";
import type { Declare } from "../assembler/function.ts";
import { type Body, i32, i32x4, type Local, type Statement, v128, when } from "../assembler/index.ts";
import { type Vector, VectorCode, type VectorLocal } from "../math/code.ts";
import { type Lanes, narrowMasks, type Place, type Shift, widenMasks } from "./access.ts";
import type { KernelContext } from "./context.ts";
import { convertLanes, liveLanes } from "./expression-convert.ts";
import { binaryEmitter, divides, unaryEmitter } from "./expression-functions.ts";
import { integerQuotients, pickedLanes } from "./expression-lanes.ts";

/** How far out of the loops something can be computed: where it is the same everywhere, the same along a row, or neither. */
export const level = { program: 0, row: 1, point: 2 } as const;
export type Level = (typeof level)[keyof typeof level];

/** The points that an expression is computed at, a vector of them or several. */
export interface Points {
  /**
   * The elements that the points of vector `i` meet, in the form of access.ts; `shift` bytes farther on if it is given. Where
   * the level of the access is less than `point`, the element in all lanes.
   */
  load(access: Access, dtype: DType, i: number, shift?: Shift): Vector;
  /** Where the element of one lane of vector `i` lies. Only `pick` with an index that differs asks. */
  lane?(access: Access, i: number, lane: number): Place;
  /** What was accumulated. */
  accumulated?(i: number): Vector;
  /** `point` where it is not given. */
  level?(access: Access): Level;
}

export interface EmissionOptions {
  /** What is written into, outside of `interleave`: hoisted values keep their locals. */
  readonly code: VectorCode;
  readonly local: Declare;
  readonly context: KernelContext;
  readonly kernel: Kernel;
  readonly points: Points;
  readonly lanes: Lanes;
  /** Number of vectors side by side. */
  readonly count: number;
  /** Number of lanes of vector `i` that stand for points; all by default. No fault comes from the others. */
  readonly active?: (i: number) => number;
}

/** The number of lanes that expressions are computed in together. */
export const lanesOf = (exprs: Iterable<Expr>): Lanes =>
  [...subexpressions(exprs)].some(({ dtype }) => dtype === "float64") ? 2 : 4;

/** Code for the vectors of a function. */
export const vectorCode = ({ tier, helpers }: KernelContext, local: Declare): VectorCode =>
  new VectorCode({ type: "float32", fused: tier.tile.fused, local, helpers });

/** Whether the expressions can end in a fault. */
export const canFault = (exprs: Iterable<Expr>): boolean =>
  [...subexpressions(exprs)].some(
    (e) => e.kind === "pick" || (e.kind === "binary" && divides(e.op, e.a.dtype) && !isNonZero(e.b)),
  );

const isNonZero = (expr: Expr): boolean => expr.kind === "number" && expr.value !== 0;

/** Statements of some points; see `VectorEmission` for where they belong. */
export interface Piece {
  readonly once: Body;
  readonly perRow: Body;
  readonly body: Body;
}

export class VectorEmission {
  readonly #options: EmissionOptions;
  readonly #singles: VectorCode;
  readonly #doubles: VectorCode;
  readonly #values = new Map<Expr, readonly VectorLocal[]>();
  readonly #levels = new Map<Expr, Level>();
  readonly #hoisted: readonly [Body[], Body[]] = [[], []];

  constructor(options: EmissionOptions) {
    this.#options = options;
    this.#singles = options.code.as("float32");
    this.#doubles = options.code.as("float64");
  }

  /** Statements that belong in front of all loops, behind `code.constants`. */
  get once(): Body {
    return this.#hoisted[level.program];
  }

  /** Statements that belong in front of the loop along a row. */
  get perRow(): Body {
    return this.#hoisted[level.row];
  }

  /** The value of an expression: a local for each of the vectors side by side, the same one where the value is the same. */
  value(expr: Expr): readonly VectorLocal[] {
    const known = this.#values.get(expr);
    if (known) return known;
    for (const operand of operandsOf(expr)) this.value(operand);
    const at = this.#level(expr);
    const written = this.#atLevel(at, () => this.#write(expr, at === level.point ? this.#options.count : 1));
    const value =
      written.length === 1 ? Array.from({ length: this.#options.count }, () => written[0]) : written;
    this.#values.set(expr, value);
    return value;
  }

  #level(expr: Expr): Level {
    const known = this.#levels.get(expr);
    if (known !== undefined) return known;
    let found: Level = level.program;
    if (expr.kind === "accumulated") found = level.point;
    if (expr.kind === "load" || expr.kind === "pick") {
      found = this.#options.points.level?.(expr.access) ?? level.point;
    }
    // Its index is checked at the beginning of a row.
    if (expr.kind === "pick" && found === level.program) found = level.row;
    for (const operand of operandsOf(expr)) found = Math.max(found, this.#level(operand)) as Level;
    this.#levels.set(expr, found);
    return found;
  }

  /** Writes statements where values of a level are computed. */
  #atLevel<T>(at: Level, write: () => T): T {
    if (at === level.point) return write();
    const { result, statements } = this.#options.code.apart(write);
    this.#hoisted[at].push(statements);
    return result;
  }

  #write(expr: Expr, n: number): readonly VectorLocal[] {
    const { points, lanes, context } = this.#options;
    const code = this.#codeOf(expr.dtype);
    switch (expr.kind) {
      case "number":
        return [this.#number(expr.dtype, expr.value)];
      case "live":
        return [code.let(liveLanes(context.cell(expr.cell), expr.dtype))];
      case "load":
        return this.#each(n, (i) => points.load(expr.access, expr.dtype, i));
      case "accumulated":
        return this.#each(n, (i) => {
          if (!points.accumulated) throw new TypeError("Nothing is accumulated here.");
          return points.accumulated(i);
        });
      case "pick":
        return this.#pick(expr, n);
      case "unary": {
        const emit = unaryEmitter(expr.op, expr.x.dtype);
        if (!emit) throw new TypeError(`There is no code for ${expr.op} of ${expr.x.dtype}.`);
        const x = this.value(expr.x);
        const of = this.#codeOf(expr.x.dtype);
        return this.#each(n, (i) => this.#masked(expr.dtype, expr.x.dtype, emit(of, x[i])));
      }
      case "binary": {
        const { op } = expr;
        const [a, b] = [this.value(expr.a), this.value(expr.b)];
        const { dtype } = expr.a;
        if (divides(op, dtype)) return this.#quotients(expr, n);
        const emit = binaryEmitter(op, dtype);
        if (!emit) throw new TypeError(`There is no code for ${op} of ${dtype}.`);
        const of = this.#codeOf(dtype);
        return this.#each(n, (i) => this.#masked(expr.dtype, dtype, emit(of, a[i], b[i])));
      }
      case "addScaled": {
        const [x, other, alpha] = [this.value(expr.x), this.value(expr.other), this.value(expr.alpha)];
        if (expr.dtype === "bool") return this.#each(n, (i) => v128.or(x[i], v128.and(alpha[i], other[i])));
        if (expr.dtype === "int32")
          return this.#each(n, (i) => i32x4.add(x[i], i32x4.mul(alpha[i], other[i])));
        return this.#each(n, (i) => code.madd(alpha[i], other[i], x[i]));
      }
      case "where": {
        const [mask, a, b] = [this.value(expr.condition), this.value(expr.a), this.value(expr.b)];
        const narrow = lanes === 2 && (expr.dtype === "float32" || expr.dtype === "int32");
        return this.#each(n, (i) => code.select(narrow ? narrowMasks(mask[i]) : mask[i], a[i], b[i]));
      }
      case "convert": {
        const x = this.value(expr.x);
        const convert = convertLanes(expr.x.dtype, expr.dtype, lanes);
        return this.#each(n, (i) => convert(this.#codeOf(expr.x.dtype), code, x[i]));
      }
    }
  }

  /** Vectors whose statements take turns. */
  #each(n: number, write: (i: number) => Vector): VectorLocal[] {
    return this.#options.code.interleave(Array.from({ length: n }, (_, i) => () => write(i)));
  }

  /** Lanes of a dtype that is not float64 are those of float32. */
  #codeOf(dtype: DType): VectorCode {
    return dtype === "float64" ? this.#doubles : this.#singles;
  }

  /** Masks as wide as the form wants them, where a function of `from` gives bool. */
  #masked(to: DType, from: DType, vector: Vector): Vector {
    const widen = to === "bool" && this.#options.lanes === 2 && (from === "float32" || from === "int32");
    return widen ? widenMasks(vector) : vector;
  }

  #number(dtype: DType, value: number): VectorLocal {
    if (dtype === "float32" || dtype === "float64") return this.#codeOf(dtype).constant(value);
    return this.#singles.bits(dtype === "int32" ? BigInt(value | 0) : value !== 0 ? -1n : 0n);
  }

  #active(i: number): number {
    return this.#options.active?.(i) ?? this.#options.lanes;
  }

  #pick(expr: Extract<Expr, { kind: "pick" }>, n: number): VectorLocal[] {
    const { code, points, local, lanes } = this.#options;
    const bytes = expr.along * bytesPerElement(expr.dtype);
    if (this.#level(expr.index) < level.point) {
      // One index for the whole row: its elements are neighbours, or one.
      const shift = local("i32");
      this.#atLevel(level.row, () => {
        const [index] = this.value(expr.index);
        code.write(
          shift.set(i32x4.extractLane(0, index)),
          this.#checkIndex(shift, expr.size),
          shift.set(i32.mul(shift, bytes)),
        );
      });
      const by = { bytes: shift, back: bytes < 0 };
      return this.#each(n, (i) => points.load(expr.access, expr.dtype, i, by));
    }
    const index = this.value(expr.index);
    return Array.from({ length: n }, (_, i) =>
      pickedLanes({
        code,
        dtype: expr.dtype,
        lanes,
        index: index[i],
        active: this.#active(i),
        at: local("i32"),
        bytes,
        check: (at) => this.#checkIndex(at, expr.size),
        place: (lane) => {
          if (!points.lane)
            throw new TypeError("An index that differs from lane to lane is not expected here.");
          return points.lane(expr.access, i, lane);
        },
      }),
    );
  }

  #checkIndex(index: Local<"i32">, size: number): Statement {
    const { context, kernel } = this.#options;
    return when(i32.geU(index, size), [context.fault(kernel, { kind: "index", index, size })]);
  }

  #quotients(expr: Extract<Expr, { kind: "binary" }>, n: number): VectorLocal[] {
    const { code, local, context, kernel } = this.#options;
    const [a, b] = [this.value(expr.a), this.value(expr.b)];
    const check = (y: Local<"i32">) =>
      isNonZero(expr.b) ? [] : when(i32.eqz(y), [context.fault(kernel, { kind: "division" })]);
    return Array.from({ length: n }, (_, i) =>
      integerQuotients(expr.op === "div" ? "quotient" : "remainder", {
        code,
        local,
        a: a[i],
        b: b[i],
        active: this.#active(i),
        check,
      }),
    );
  }
}
