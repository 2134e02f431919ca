/** The expressions of a kernel: what its group computes, down to what it reads from memory. */
import type { Input, Value } from "../../core/graph.ts";
import type { Access, Buffer, Expr } from "../../core/schedule.ts";
import type { DType } from "../../shape/dtype.ts";
import { ChainruleError } from "../../util/errors.ts";
import { uniformNumber } from "../uniform.ts";
import { type Affine, compose, isView, keyOf } from "../views.ts";
import { type Group, type Side, spaceOf } from "./group.ts";
import { along, keptShape, type Read, readsAt } from "./reads.ts";
import { computeType, convert, foldType, givesBool, roundTo } from "./types.ts";

export class Expressions {
  readonly #group: Group;
  readonly #bufferOf: (value: Value) => Buffer;
  /** Equal expressions are one object. */
  readonly #known = new Map<string, Expr>();

  constructor(group: Group, bufferOf: (value: Value) => Buffer) {
    this.#group = group;
    this.#bufferOf = bufferOf;
  }

  /** The element of a value that a view shows. */
  ofInput(input: Input, side: Side, access: Affine): Expr {
    if (!isView(input)) return number("float64", input);
    const { value } = input;
    if (value.source.kind === "live") return { kind: "live", dtype: "float64", cell: value.source.cell };
    const uniform = uniformNumber(input);
    if (uniform !== undefined) return number(value.dtype, uniform);
    return this.of(value, side, access);
  }

  /** The element of a value at a row-major position. */
  of(value: Value, side: Side, position: Affine): Expr {
    const key = `${value.id} ${side} ${keyOf(position, spaceOf(this.#group, side))}`;
    const known = this.#known.get(key);
    if (known) return known;
    const expr = this.#make(value, side, position);
    this.#known.set(key, expr);
    return expr;
  }

  #make(value: Value, side: Side, position: Affine): Expr {
    const group = this.#group;
    const { source, dtype } = value;
    if (value === group.anchor && source.kind === "reduce") {
      const folded = source.op.startsWith("arg") ? "int32" : foldType(source.op, source.x.value.dtype, dtype);
      return convert({ kind: "accumulated", dtype: folded }, dtype);
    }
    if (value === group.anchor && source.kind === "matmul") return { kind: "accumulated", dtype };
    if (!group.has(value)) return { kind: "load", dtype, access: this.access(value, side, position) };
    // What is stored of a write is the part, in whose shape the group is.
    if (source.kind === "write") return this.ofInput(source.part, side, source.part);
    const reads = readsAt(value, position, spaceOf(group, side)) as Read[];
    return this.#compute(value, side, reads);
  }

  /** Where a value lies at the points of the kernel. */
  access(value: Value, side: Side, position: Affine): Access {
    return placed(this.#bufferOf(value), side === "point" ? this.atPoint(position) : position);
  }

  /** A function of the group's points as one of the kernel's, whose shape is the anchor's. */
  atPoint(position: Affine): Affine {
    const { fromAnchor } = this.#group;
    if (!fromAnchor) return position;
    return compose(position, fromAnchor, keptShape(this.#group.anchor as Value).length);
  }

  #compute(value: Value, side: Side, reads: readonly Read[]): Expr {
    const { source, dtype } = value;
    let next = 0;
    const operand = (input: Input, to: DType): Expr => {
      const access = isView(input) ? reads[next++].access : { offset: 0, strides: [] };
      return convert(this.ofInput(input, side, access), to);
    };
    const type = computeType(source, dtype);
    const result = givesBool(source) ? "bool" : type;
    switch (source.kind) {
      case "unary":
        return convert({ kind: "unary", dtype: result, op: source.op, x: operand(source.x, type) }, dtype);
      case "binary": {
        const a = operand(source.a, type);
        const b = operand(source.b, type);
        return convert({ kind: "binary", dtype: result, op: source.op, a, b }, dtype);
      }
      case "addScaled": {
        const x = operand(source.x, type);
        const other = operand(source.other, type);
        const alpha = operand(source.alpha, type);
        return convert({ kind: "addScaled", dtype: type, x, other, alpha }, dtype);
      }
      case "where": {
        const condition = operand(source.condition, "bool");
        const a = operand(source.a, dtype);
        const b = operand(source.b, dtype);
        return { kind: "where", dtype, condition, a, b };
      }
      case "gather": {
        const { x, index, dim } = source;
        const [at, from] = reads;
        return {
          kind: "pick",
          dtype,
          access: this.access(x.value, side, from.access),
          ...along(x.shape, x.strides, dim),
          index: this.ofInput(index, side, at.access),
        };
      }
      case "copy":
        return operand(source.x, dtype);
      default:
        throw new ChainruleError(
          "backend",
          `A value of kind ${source.kind} has no expression.`,
          "This is an error in chainrule.",
        );
    }
  }
}

const number = (dtype: DType, value: number): Expr => ({
  kind: "number",
  dtype,
  value: roundTo(dtype, value),
});

/** A buffer's elements at the points of a kernel. */
export const placed = (buffer: Buffer, { offset, strides }: Affine): Access => ({ buffer, offset, strides });
