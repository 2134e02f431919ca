import { type DType, fromTypedArray, outside, type Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { dtypeOfType, narrowed, typeName } from "./tensors.ts";

/** What an attribute of a node holds. A tensor is the name of a buffer, so that it is cloned and converted with the model. */
export type Attribute = number | string | readonly number[] | readonly string[] | { readonly buffer: string };

/** A node of a graph. Values have names; "" is an input that is not there, or an output that nobody reads. */
export interface GraphNode {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** The version of the operators' definitions that the file follows. */
  readonly opset: number;
}

/** An operator of ONNX. */
export interface Operator {
  /** The attributes that it may have; a node with others is refused. */
  readonly attributes?: readonly string[];
  /** How many inputs it takes at least and at most. Default: one. */
  readonly inputs?: readonly [least: number, most: number];
  /** The first version of the operators' definitions that has it as it is done here. Default 1. */
  readonly since?: number;
  /** The places of inputs that are trained where the file gives their elements. */
  readonly weights?: readonly number[] | "all";
  /** Computes the outputs by operations of tensors. */
  run(call: Call): Tensor | readonly Tensor[];
}

/** What a node is run with. */
export interface Circumstances {
  /** Whether the model is in training mode. */
  readonly training: boolean;
  /** Whether the model was converted to float64, so that what the file calls float is too. */
  readonly wide: boolean;
  /** Values that do not depend on the model's inputs but by their shapes: their elements may be read. */
  readonly fixed: Set<Tensor>;
  /** The tensor of an attribute. */
  buffer(name: string): Tensor;
}

/** One run of a node: its inputs, and its attributes with their defaults. */
export class Call {
  readonly node: GraphNode;
  readonly inputs: readonly (Tensor | undefined)[];
  private readonly around: Circumstances;

  constructor(node: GraphNode, inputs: readonly (Tensor | undefined)[], around: Circumstances) {
    this.node = node;
    this.inputs = inputs;
    this.around = around;
  }

  get opset(): number {
    return this.node.opset;
  }

  get training(): boolean {
    return this.around.training;
  }

  /** An input that must be there. */
  x(place = 0): Tensor {
    const input = this.inputs[place];
    if (input === undefined) throw this.fault(`Input ${place} is missing.`);
    return input;
  }

  /** All inputs, of an operator that takes any number. */
  all(): Tensor[] {
    return this.inputs.map((_, place) => this.x(place));
  }

  has(attribute: string): boolean {
    return Object.hasOwn(this.node.attributes, attribute);
  }

  number(name: string, fallback: number): number {
    const value = this.attribute(name);
    if (value === undefined) return fallback;
    if (typeof value !== "number") throw this.fault(`Its attribute "${name}" is no number.`);
    return value;
  }

  /** An attribute that is 0 or 1. */
  flag(name: string, fallback: boolean): boolean {
    return this.number(name, fallback ? 1 : 0) !== 0;
  }

  /** A list of numbers. */
  list(name: string): readonly number[] | undefined {
    const value = this.attribute(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || !value.every((x) => typeof x === "number")) {
      throw this.fault(`Its attribute "${name}" is no list of numbers.`);
    }
    return value as readonly number[];
  }

  text<T extends string>(name: string, fallback: T, ...others: readonly T[]): T {
    const value = this.attribute(name) ?? fallback;
    if (value === fallback || others.includes(value as T)) return value as T;
    throw this.fault(`Its attribute "${name}" is "${String(value)}", which is not known here.`);
  }

  /** Any text. */
  string(name: string): string {
    const value = this.attribute(name);
    if (typeof value !== "string") throw this.fault(`Its attribute "${name}" is no text.`);
    return value;
  }

  /** An attribute that is a tensor. */
  tensor(name: string): Tensor | undefined {
    const value = this.attribute(name);
    if (value === undefined) return undefined;
    if (typeof value !== "object" || !("buffer" in value))
      throw this.fault(`Its attribute "${name}" is no tensor.`);
    return this.around.buffer(value.buffer);
  }

  private attribute(name: string): Attribute | undefined {
    return this.has(name) ? this.node.attributes[name] : undefined;
  }

  /** The dtype of one of ONNX's element types, named by an attribute. */
  dtype(name: string, fallback: number): DType {
    const type = this.number(name, fallback);
    const dtype = dtypeOfType(type);
    if (dtype === undefined) throw this.fault(`The element type ${typeName(type)} is not known here.`);
    return dtype === "float32" && this.around.wide ? "float64" : dtype;
  }

  /**
   * The elements of an input, read by the host: what shapes are made of. While `compile` records, only those can be read that follow
   * from shapes.
   */
  numbers(place: number): number[] {
    const x = this.x(place);
    const read = (): number[] => Array.from(x.contiguous().data as Iterable<number>);
    if (this.around.fixed.has(x)) return outside(read);
    x.toArray(); // where a recorder works, it says that values cannot be read
    return read();
  }

  /** Numbers that are an attribute or, in later versions, an input; undefined where there are neither. */
  numbersOf(attribute: string, place: number): readonly number[] | undefined {
    return this.inputs[place] ? this.numbers(place) : this.list(attribute);
  }

  /** A new tensor whose elements the host knows. */
  fixed(elements: readonly number[], shape: readonly number[] = [elements.length]): Tensor {
    const tensor = outside(() => fromTypedArray(Int32Array.from(elements, narrowed), shape));
    this.around.fixed.add(tensor);
    return tensor;
  }

  /** The error of a node that cannot be run. */
  fault(problem: string, remedy = "Export the model in another way."): ChainruleError {
    return new ChainruleError("file", problem, remedy);
  }
}

/** A dimension, counted from the end where it is negative. */
export function dimOf(call: Call, dim: number, rank: number): number {
  const at = dim < 0 ? dim + rank : dim;
  if (Number.isInteger(at) && at >= 0 && at < rank) return at;
  throw call.fault(`There is no dimension ${dim} in a tensor of ${rank}.`);
}
