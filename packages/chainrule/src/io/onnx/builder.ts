import { type DType, fromTypedArray, Tensor, type TypedArray, tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import type { AttributeMessage, Draft, NodeMessage, TensorMessage } from "./messages.ts";
import { type Line, lineOf, sameView } from "./passes.ts";
import { messageOf, typeOfDType } from "./tensors.ts";

/** Attributes by name: whole numbers and lists of them are ints, texts strings, tensors tensors; floats are given as {@link float}. */
export type Attributes = Readonly<
  Record<string, number | string | readonly number[] | readonly string[] | Tensor | Float | undefined>
>;

/** A number that an attribute holds as a float. */
export interface Float {
  readonly float: number;
}
export const float = (value: number): Float => ({ float: value });

/** What values hold: a dtype of the library, or texts, which tables have. */
export type ValueType = DType | "text";

/** At least as large as every size: "to the end" in a slice. */
export const TO_END = 2 ** 31 - 1;

/** Puts nodes together into a graph. Values have names and dtypes. */
export class Builder {
  readonly nodes: Draft<NodeMessage>[] = [];
  readonly initializers: Draft<TensorMessage>[] = [];
  readonly opset: number;
  readonly batches: readonly number[];
  /** Where the node that is added next comes from, for its name. */
  at = "";
  private readonly dtypes = new Map<string, ValueType>();
  private readonly values = new Map<
    Tensor["storage"],
    { readonly tensor: Tensor; readonly name: string }[]
  >();
  private readonly constants = new Map<string, string>();
  private readonly names = new Set<string>();
  private readonly source: () => { readonly value: string; readonly slope: number };
  private size: string | null = null;

  /** @param source a value whose first size tells the size of the batch: it is `slope` times it */
  constructor(
    opset: number,
    batches: readonly number[],
    source: () => { readonly value: string; readonly slope: number },
  ) {
    this.opset = opset;
    this.batches = batches;
    this.source = source;
  }

  /** A name that no value has yet. */
  fresh(wanted: string): string {
    let name = wanted;
    for (let i = 2; this.names.has(name); i++) name = `${wanted}_${i}`;
    this.names.add(name);
    return name;
  }

  /** Says that a tensor of the first pass is a value of the graph. */
  bind(tensor: Tensor, name: string): void {
    const list = this.values.get(tensor.storage);
    if (list) list.unshift({ tensor, name });
    else this.values.set(tensor.storage, [{ tensor, name }]);
    this.dtypes.set(name, tensor.dtype);
  }

  /** The value that a tensor of the first pass is. */
  find(tensor: Tensor): string | undefined {
    return this.values.get(tensor.storage)?.find((known) => sameView(known.tensor, tensor))?.name;
  }

  dtypeOf(value: string): DType {
    return this.dtypes.get(value) as DType;
  }

  /** Adds a node of one output, and gives its value. */
  node(op: string, inputs: readonly string[], attributes: Attributes, dtype: ValueType): string {
    return this.nodeOf(1, op, inputs, attributes, [dtype])[0];
  }

  /** Adds a node of several outputs. */
  nodeOf(
    count: number,
    op: string,
    inputs: readonly string[],
    attributes: Attributes,
    dtypes: readonly ValueType[],
  ): string[] {
    const name = this.fresh(`${this.at}/${op}`);
    const outputs = Array.from({ length: count }, (_, i) =>
      count === 1 ? name : this.fresh(`${name}_output${i}`),
    );
    outputs.forEach((output, i) => {
      this.dtypes.set(output, dtypes[i]);
    });
    const messages = Object.entries(attributes).flatMap(([key, value]) =>
      value === undefined ? [] : [attributeMessage(key, value)],
    );
    this.nodes.push({ name, op, inputs, outputs, attributes: messages });
    return outputs;
  }

  /** Calls a value by another name wherever it occurs. */
  rename(value: string, name: string): void {
    const renamed = (list: readonly string[] | undefined) => list?.map((one) => (one === value ? name : one));
    this.nodes.forEach((node, i) => {
      this.nodes[i] = { ...node, inputs: renamed(node.inputs), outputs: renamed(node.outputs) };
    });
    for (const list of this.values.values())
      list.forEach((known, i) => {
        if (known.name === value) list[i] = { ...known, name };
      });
    this.dtypes.set(name, this.dtypeOf(value));
  }

  /** Adds a node that gives a value another name. */
  copyTo(value: string, name: string): void {
    this.dtypes.set(name, this.dtypeOf(value));
    this.nodes.push({
      name: this.fresh(`${this.at}/Identity`),
      op: "Identity",
      inputs: [value],
      outputs: [name],
      attributes: [],
    });
  }

  /** A value in another dtype. */
  cast(value: string, dtype: DType): string {
    if (this.dtypeOf(value) === dtype) return value;
    return this.node("Cast", [value], { to: typeOfDType[dtype] }, dtype);
  }

  /** A constant. */
  constant(elements: Tensor): string {
    const { data } = elements.contiguous();
    const key =
      data.length <= 64
        ? `${elements.dtype} ${elements.shape} ${Array.from(data as Iterable<number>, (x) => (Object.is(x, -0) ? "-0" : x))}`
        : null;
    const known = key === null ? undefined : this.constants.get(key);
    if (known) return known;
    const value = this.node("Constant", [], { value: elements }, elements.dtype);
    if (key !== null) this.constants.set(key, value);
    return value;
  }

  number(x: number, dtype: DType): string {
    return this.constant(tensor(x, { dtype }));
  }

  /** A list of whole numbers, [length]. */
  ints(list: readonly number[]): string {
    return this.constant(fromTypedArray(Int32Array.from(list)));
  }

  /** The size of the batch, [1]. */
  batch(): string {
    if (this.size === null) {
      const { value, slope } = this.source();
      const first = this.node(
        "Gather",
        [this.node("Shape", [value], {}, "int32"), this.ints([0])],
        { axis: 0 },
        "int32",
      );
      this.size = slope === 1 ? first : this.node("Div", [first, this.ints([slope])], {}, "int32");
    }
    return this.size;
  }

  /** Whole numbers that may depend on the size of the batch, [length]. */
  lines(lines: readonly Line[]): string {
    if (lines.every(({ slope }) => slope === 0)) return this.ints(lines.map(({ constant }) => constant));
    const parts = lines.map(({ constant, slope }) => {
      if (slope === 0) return this.ints([constant]);
      const scaled =
        slope === 1 ? this.batch() : this.node("Mul", [this.batch(), this.ints([slope])], {}, "int32");
      return constant === 0 ? scaled : this.node("Add", [scaled, this.ints([constant])], {}, "int32");
    });
    return parts.length === 1 ? parts[0] : this.node("Concat", parts, { axis: 0 }, "int32");
  }

  /** A number that may depend on the size of the batch, without dimensions. */
  line(line: Line, dtype: DType): string {
    if (line.slope === 0) return this.number(line.constant, dtype);
    const flat = this.node("Reshape", [this.lines([line]), this.ints([])], {}, "int32");
    return this.cast(flat, dtype);
  }

  /**
   * The constant that the passes read at one place: the same elements each time, or one number in a shape that depends on the batch, or
   * 0, 1, 2, … as far as the batch goes.
   */
  constantOf(tensors: readonly Tensor[]): string {
    const [first] = tensors;
    const contents = tensors.map((x) => x.contiguous().data);
    if (tensors.every((x, i) => `${x.shape}` === `${first.shape}` && sameElements(contents[i], contents[0])))
      return this.constant(copyOf(first));
    const [value = 0] = contents[0];
    if (contents.every((data) => data.every((x) => x === value))) {
      const shape = this.lines(this.shapeOf(tensors));
      const filling = tensor([value], { dtype: first.dtype });
      return this.node("ConstantOfShape", [shape], { value: filling }, first.dtype);
    }
    if (first.ndim === 1 && contents.every((data) => data.every((x, i) => x === i))) {
      const [length] = this.shapeOf(tensors);
      const inputs = [this.number(0, "int32"), this.line(length, "int32"), this.number(1, "int32")];
      return this.cast(this.node("Range", inputs, {}, "int32"), first.dtype);
    }
    throw new ChainruleError(
      "argument",
      `The forward pass makes a tensor of shape [${first.shape.join(", ")}] by itself, whose elements depend on the size of the batch.`,
      "Compute it by operations on the inputs, or export the model for one size: { batch: null }.",
    );
  }

  /** The sizes of the tensors at one place of the passes. */
  shapeOf(tensors: readonly Tensor[]): Line[] {
    return this.linesOf(tensors.map(({ shape }) => shape));
  }

  /** Lists of whole numbers, pass by pass, as lines. */
  linesOf(lists: readonly (readonly number[])[]): Line[] {
    const [first] = lists;
    return first.map((_, i) => this.lineOf(lists.map((list) => list[i])));
  }

  lineOf(values: readonly number[]): Line {
    const line = lineOf(values, this.batches);
    if (line) return line;
    throw new ChainruleError(
      "argument",
      `A size in the forward pass is ${values.join(", ")} for batches of ${this.batches.join(", ")}, which is no multiple of them and a constant.`,
      "Export the model for one size of the batch: { batch: null }.",
    );
  }
}

const sameElements = (a: TypedArray, b: TypedArray): boolean =>
  a.length === b.length && a.every((x, i) => Object.is(x, b[i]));

/** A copy that later changes of the tensor do not reach. */
const copyOf = (x: Tensor): Tensor => fromTypedArray(x.contiguous().data.slice(), x.shape);

const isTexts = (value: NonNullable<Attributes[string]>): value is readonly string[] =>
  Array.isArray(value) && typeof value[0] === "string";

function attributeMessage(name: string, value: NonNullable<Attributes[string]>): Draft<AttributeMessage> {
  if (typeof value === "number") return { name, type: 2, int: value };
  if (typeof value === "string") return { name, type: 3, text: value };
  if (value instanceof Tensor) return { name, type: 4, tensor: messageOf(value) };
  if (isTexts(value)) return { name, type: 8, texts: value };
  if ("float" in value) return { name, type: 1, float: value.float };
  return { name, type: 7, ints: value as readonly number[] };
}
