import { type DType, Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import type { Attributes, Builder } from "./builder.ts";
import type { Line, Step } from "./passes.ts";

/** One op of the forward pass on its way into a graph: what it reads as values of the graph, and its attributes. */
export class Exported {
  readonly builder: Builder;
  private readonly step: Step;

  constructor(builder: Builder, step: Step) {
    this.builder = builder;
    this.step = step;
  }

  /** The result of the first pass. */
  get out(): Tensor {
    return this.step.results[0];
  }

  get rank(): number {
    return this.out.ndim;
  }

  /** Sizes of the result. */
  outShape(): Line[] {
    return this.builder.shapeOf(this.step.results);
  }

  /** An input of the first pass, as a tensor; undefined where it is a number or missing. */
  tensor(name: string): Tensor | undefined {
    const value = this.step.args[0][name];
    return value instanceof Tensor ? value : undefined;
  }

  /** Sizes of an input. */
  shape(name: string): Line[] {
    return this.builder.shapeOf(this.step.args.map((args) => args[name] as Tensor));
  }

  /** An input as a value, in the dtype of the result unless another (or "own") is named. A number becomes a constant. */
  in(name: string, dtype: DType | "own" = this.out.dtype): string {
    return this.valueOf(
      this.step.args.map((args) => args[name]),
      dtype,
      name,
    );
  }

  has(name: string): boolean {
    const value = this.step.args[0][name];
    return value !== null && value !== undefined;
  }

  /** A list of inputs. */
  list(name: string, dtype: DType | "own" = this.out.dtype): string[] {
    const lists = this.step.args.map((args) => args[name] as readonly unknown[]);
    return lists[0].map((_, i) =>
      this.valueOf(
        lists.map((list) => list[i]),
        dtype,
        name,
      ),
    );
  }

  private valueOf(given: readonly unknown[], dtype: DType | "own", name: string): string {
    const { builder } = this;
    const [first] = given;
    if (typeof first === "number") {
      const line = given.every((x) => x === first || (Number.isNaN(x) && Number.isNaN(first)))
        ? { constant: first, slope: 0 }
        : this.numberLine(given as number[], name);
      return builder.line(line, dtype === "own" ? (Number.isInteger(first) ? "int32" : "float32") : dtype);
    }
    if (!(first instanceof Tensor)) throw this.fault(`its "${name}" is neither a tensor nor a number`);
    let value = builder.find(first);
    if (value === undefined) {
      value = builder.constantOf(given as Tensor[]);
      builder.bind(first, value);
    }
    return dtype === "own" ? value : builder.cast(value, dtype);
  }

  /** A number such as a count of elements, or one over it. */
  private numberLine(values: number[], name: string): Line {
    if (values.every(Number.isInteger)) return this.builder.lineOf(values);
    throw this.fault(`its "${name}" depends on the size of the batch`);
  }

  /** An attribute that is the same for all batches. */
  attribute<T>(name: string): T {
    const [first, ...others] = this.step.args.map((args) => args[name]);
    if (others.some((other) => JSON.stringify(other) !== JSON.stringify(first))) {
      throw this.fault(`its "${name}" depends on the size of the batch`);
    }
    return first as T;
  }

  /** An attribute that is a whole number, or a list of them. */
  line(name: string): Line {
    return this.builder.lineOf(this.step.args.map((args) => args[name] as number));
  }

  lines(name: string): Line[] {
    return this.builder.linesOf(this.step.args.map((args) => args[name] as readonly number[]));
  }

  /** Whole numbers computed from the arguments of each pass. */
  linesBy(compute: (args: Readonly<Record<string, never>>, result: Tensor) => readonly number[]): Line[] {
    const { args, results } = this.step;
    return this.builder.linesOf(args.map((a, i) => compute(a as Record<string, never>, results[i])));
  }

  /** Adds a node; its value has the dtype of the result unless another is named. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    dtype: DType = this.out.dtype,
  ): string {
    return this.builder.node(op, inputs, attributes, dtype);
  }

  /** A number as a constant in the dtype of the result. */
  number(x: number, dtype: DType = this.out.dtype): string {
    return this.builder.number(x, dtype);
  }

  ints(list: readonly number[]): string {
    return this.builder.ints(list);
  }

  /** The error for what ONNX has no operator for. */
  fault(problem: string): ChainruleError {
    const { op, path } = this.step;
    const error = new ChainruleError(
      "argument",
      `The operation ${op.name} can not be written as ONNX: ${problem}.`,
      "Write the model without it, or export what comes before and after it.",
    );
    return path ? error.within(`layer ${path}`) : error;
  }
}
