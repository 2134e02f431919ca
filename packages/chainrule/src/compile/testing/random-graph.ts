/** Graphs of all kinds of values for property tests, and what to run them on. */
import type { Effect, Graph, Input, Source, Value, View } from "../../core/graph.ts";
import type { Binary, Reduction, Unary } from "../../core/primitives.ts";
import { Generator } from "../../core/random.ts";
import { Storage } from "../../core/storage.ts";
import { allocate, type DType, type TypedArray } from "../../shape/dtype.ts";
import {
  broadcastShapes,
  contiguousStrides,
  numel,
  reducedShape,
  type Shape,
  sameShape,
} from "../../shape/shape.ts";
import type { Inputs } from "../evaluate.ts";
import { isView, wholeView } from "../views.ts";

export interface Sample {
  readonly graph: Graph;
  readonly inputs: Inputs;
  /** Where random values come from. */
  readonly generator: Generator;
}

/** A graph of about `size` values, the same for the same seed. Elements are small whole numbers, so that sums are exact. */
export const randomGraph = (seed: number, size: number): Sample => new Builder(seed).build(size);

const dtypes: readonly DType[] = ["float32", "float32", "float32", "float64", "int32", "bool"];
const unaries: readonly Unary[] = ["neg", "abs", "relu", "square", "sign"];
const binaries: readonly Binary[] = ["add", "sub", "mul", "max", "min"];
const comparisons: readonly Binary[] = ["eq", "lt", "ge", "ne"];
const reductions: readonly Reduction[] = ["sum", "max", "min"];

class Builder {
  readonly #random: Generator;
  readonly #drawn: Generator;
  readonly #values: Value[] = [];
  readonly #effects: Effect[] = [];
  readonly #arguments: TypedArray[] = [];
  readonly #cells: number[] = [];

  constructor(seed: number) {
    this.#random = new Generator(seed);
    this.#drawn = new Generator(seed + 1);
  }

  build(size: number): Sample {
    for (let i = 0; i < 2; i++) this.#given();
    while (this.#values.length < size) this.#step();
    for (const { source } of [...this.#values])
      if (source.kind === "state" && this.#chance(3)) this.#effect(source.storage);
    const results = Array.from({ length: 1 + this.#below(3) }, () => this.#view(this.#pick(this.#values)));
    const graph = { values: this.#values, results, effects: this.#effects, cells: this.#cells.length };
    return { graph, inputs: { arguments: this.#arguments, cells: this.#cells }, generator: this.#drawn };
  }

  // ---- choices -----------------------------------------------------------------------------------------------------

  #below = (n: number): number => this.#random.next32() % n;
  /** True in n − 1 of n cases. */
  #chance = (n: number): boolean => this.#below(n) !== 0;
  #pick = <T>(list: readonly T[]): T => list[this.#below(list.length)];
  #shape = (): number[] => Array.from({ length: this.#below(4) }, () => this.#pick([1, 2, 3, 3, 4]));

  #elements(dtype: DType, length: number): TypedArray {
    return allocate(dtype, length).map(() =>
      dtype === "bool" ? this.#below(2) : this.#below(7) - 3,
    ) as TypedArray;
  }

  #add(source: Source, shape: Shape, dtype: DType): Value {
    const value = { id: this.#values.length, shape, dtype, source, scope: null };
    this.#values.push(value);
    return value;
  }

  // ---- values ------------------------------------------------------------------------------------------------------

  #given(): void {
    const dtype = this.#pick(dtypes);
    const shape = this.#shape();
    switch (this.#below(4)) {
      case 0:
        this.#add({ kind: "argument", index: this.#arguments.length }, shape, dtype);
        this.#arguments.push(this.#elements(dtype, numel(shape)));
        return;
      case 1: {
        const storage = new Storage(dtype, this.#elements(dtype, numel(shape)));
        this.#add({ kind: "state", storage }, [storage.length], dtype);
        return;
      }
      case 2:
        this.#add({ kind: "constant", elements: this.#elements(dtype, numel(shape)) }, shape, dtype);
        return;
      default:
        this.#add({ kind: "live", cell: this.#cells.length }, [], "float64");
        this.#cells.push(this.#below(5) - 2);
    }
  }

  #step(): void {
    const x = this.#view(this.#pick(this.#values));
    const { dtype } = x.value;
    switch (this.#below(16)) {
      case 0:
        return this.#given();
      case 1:
        return void this.#unary(x);
      case 2:
      case 3:
      case 4:
      case 5:
        return void this.#binary(x);
      case 6: {
        const other = this.#partner(x);
        const alpha = this.#number(x);
        return void this.#add(
          { kind: "addScaled", x, other, alpha },
          this.#broadcast(x, other),
          this.#numeric(dtype, other),
        );
      }
      case 7: {
        const condition = this.#add({ kind: "binary", op: "gt", a: x, b: 0 }, x.shape, "bool");
        const other = this.#partner(x);
        const source: Source = { kind: "where", condition: wholeView(condition), a: x, b: other };
        const truths = dtype === "bool" && isView(other) && other.value.dtype === "bool";
        const to = truths ? "bool" : this.#numeric(dtype, other);
        return void this.#add(source, this.#broadcast(x, other), to);
      }
      case 8:
        return void this.#add(
          { kind: "copy", x: this.#chance(4) ? x : this.#below(3) },
          x.shape,
          this.#pick(dtypes),
        );
      case 9:
        return this.#write(x);
      case 10:
      case 11:
        return this.#reduce(x);
      case 12:
        return this.#matmul(x);
      case 13:
        return this.#index(x);
      case 14:
        if (x.shape.length === 0 || dtype === "bool") return;
        if (this.#chance(2)) return void this.#add({ kind: "scan", op: "sum", x, dim: 0 }, x.shape, dtype);
        return void this.#add({ kind: "argsort", x, dim: 0, descending: false }, x.shape, "int32");
      default: {
        const draw = { kind: "bernoulli", p: 0.5 } as const;
        this.#add({ kind: "random", draw, p: 0.5, generator: this.#drawn }, this.#shape(), "float32");
      }
    }
  }

  #unary(x: View): Value {
    const { dtype } = x.value;
    if (dtype === "bool") return this.#add({ kind: "unary", op: "not", x }, x.shape, "bool");
    if (dtype !== "int32" && !this.#chance(4))
      return this.#add({ kind: "unary", op: "isfinite", x }, x.shape, "bool");
    return this.#add({ kind: "unary", op: this.#pick(unaries), x }, x.shape, dtype);
  }

  #binary(x: View): Value {
    const other = this.#partner(x);
    const shape = this.#broadcast(x, other);
    const [a, b] = this.#chance(2) ? [x, other] : [other, x];
    if (this.#chance(3)) {
      const dtype = this.#numeric(x.value.dtype, other);
      if (dtype === "float32" && !this.#chance(6))
        return this.#add({ kind: "binary", op: "div", a: x, b: 2 }, x.shape, dtype);
      return this.#add({ kind: "binary", op: this.#pick(binaries), a, b }, shape, dtype);
    }
    const both = x.value.dtype === "bool" && typeof other !== "number" && other.value.dtype === "bool";
    return this.#add(
      { kind: "binary", op: both ? this.#pick(["and", "or", "xor"]) : this.#pick(comparisons), a, b },
      shape,
      "bool",
    );
  }

  #write(x: View): void {
    const bases = this.#values.filter(({ dtype }) => dtype === x.value.dtype);
    const base = this.#pick(bases);
    if (base.source.kind === "live") return;
    const part = this.#view(base);
    const distinct = part.shape.every((size, d) => size === 1 || part.strides[d] !== 0);
    if (!distinct) return;
    const of = this.#values.find(({ shape, dtype }) => sameShape(shape, part.shape) && dtype === base.dtype);
    const written = of ? wholeView(of) : part;
    const { strides, offset } = part;
    this.#add({ kind: "write", base, part: written, strides, offset }, base.shape, base.dtype);
  }

  #reduce(x: View): void {
    const { dtype } = x.value;
    if (x.shape.length === 0 || numel(x.shape) === 0) return;
    const dims = x.shape.map((_, d) => d).filter(() => this.#chance(2));
    const keepdim = this.#chance(2);
    if (!this.#chance(4)) {
      this.#add({ kind: "reduce", op: "argmax", x, dims: [0] }, reducedShape(x.shape, [0], keepdim), "int32");
      return;
    }
    if (dims.length === 0) dims.push(0);
    const op = this.#pick(reductions);
    this.#add(
      { kind: "reduce", op, x, dims },
      reducedShape(x.shape, dims, keepdim),
      op === "sum" && dtype === "bool" ? "int32" : dtype,
    );
  }

  #matmul(x: View): void {
    const { dtype } = x.value;
    if (x.shape.length !== 2 || dtype === "bool") return;
    const [m, k] = x.shape;
    const a = { ...x, shape: [1, m, k], strides: [0, ...x.strides] };
    const turned = { ...x, shape: [1, k, m], strides: [0, x.strides[1], x.strides[0]] };
    const partner = this.#values.find(
      (value) => value.dtype === dtype && value.shape.length === 2 && value.shape[0] === k,
    );
    const b = partner
      ? {
          ...wholeView(partner),
          shape: [1, ...partner.shape],
          strides: [0, ...contiguousStrides(partner.shape)],
        }
      : turned;
    this.#add({ kind: "matmul", a, b }, [1, m, b.shape[2]], dtype);
  }

  #index(x: View): void {
    if (x.shape.length === 0 || numel(x.shape) === 0) return;
    const dim = this.#below(x.shape.length);
    const shape = x.shape.map((size, d) => (d === dim ? 1 + this.#below(3) : size));
    const elements = Int32Array.from({ length: numel(shape) }, () => this.#below(x.shape[dim]));
    const index = wholeView(this.#add({ kind: "constant", elements }, shape, "int32"));
    if (this.#chance(2)) {
      this.#add({ kind: "gather", x, dim, index }, shape, x.value.dtype);
      if (this.#chance(2)) return;
    }
    const { dtype } = x.value;
    const source = this.#add({ kind: "copy", x: 1 + this.#below(2) }, shape, dtype);
    const mode = this.#chance(2) ? "add" : "set";
    const zero = this.#add({ kind: "copy", x: 0 }, [], dtype);
    const base = this.#chance(2)
      ? x
      : { value: zero, shape: x.shape, strides: x.shape.map(() => 0), offset: 0 };
    const scatter = this.#add(
      { kind: "scatter", mode, x: base, dim, index, source: wholeView(source) },
      x.shape,
      dtype,
    );
    if (this.#chance(2) && dtype !== "bool")
      this.#add(
        { kind: "reduce", op: "sum", x: wholeView(scatter), dims: [dim] },
        reducedShape(x.shape, [dim], true),
        dtype,
      );
  }

  #effect(storage: Storage): void {
    const fitting = this.#values.filter(
      ({ dtype, shape }) => dtype === storage.dtype && numel(shape) === storage.length,
    );
    this.#effects.push({ storage, value: this.#pick(fitting.slice(-3)) });
  }

  // ---- operands ----------------------------------------------------------------------------------------------------

  /** A look at a value: all of it, turned, a part, stretched, or in another shape. */
  #view(value: Value): View {
    const whole = wholeView(value);
    const { shape, strides } = whole;
    const rank = shape.length;
    switch (this.#below(8)) {
      case 0:
        return { ...whole, shape: shape.toReversed(), strides: strides.toReversed() };
      case 1: {
        if (rank === 0) return whole;
        const d = this.#below(rank);
        const from = this.#below(shape[d]);
        return { ...whole, shape: shape.with(d, shape[d] - from), offset: from * strides[d] };
      }
      case 2:
        return { ...whole, shape: [2, ...shape], strides: [0, ...strides] };
      case 3:
        return wholeView(value, [numel(shape)]);
      case 4:
        return wholeView(value, [1, ...shape]);
      default:
        return whole;
    }
  }

  /** Something that broadcasts with a view. */
  #partner(x: View): Input {
    if (!this.#chance(4)) return this.#number(x);
    const fitting = this.#values
      .map((value) => this.#view(value))
      .filter((view) => broadcasts(x.shape, view.shape));
    return fitting.length > 0 ? this.#pick(fitting) : 2;
  }

  #number(x: View): Input {
    const live = this.#values.find(({ source }) => source.kind === "live");
    return live && x.value.dtype.startsWith("float") && this.#chance(2)
      ? wholeView(live)
      : this.#below(5) - 2;
  }

  #broadcast = (a: View, b: Input): Shape =>
    typeof b === "number" ? a.shape : broadcastShapes(a.shape, b.shape);

  /** The dtype of arithmetic: never bool. */
  #numeric(a: DType, b: Input): DType {
    const all = [a, typeof b === "number" ? a : b.value.dtype];
    return all.includes("float64") ? "float64" : all.includes("float32") ? "float32" : "int32";
  }
}

function broadcasts(a: Shape, b: Shape): boolean {
  for (let i = 1; i <= Math.min(a.length, b.length); i++) {
    const [m, n] = [a[a.length - i], b[b.length - i]];
    if (m !== n && m !== 1 && n !== 1) return false;
  }
  return true;
}
