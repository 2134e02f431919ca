import { isFloating, type Tensor, tensor as tensorFrom } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { refusal } from "../refuse.ts";
import type { Attribute, GraphNode } from "./call.ts";
import {
  type AttributeMessage,
  attributeFields,
  BUFFERS,
  type FunctionMessage,
  type GraphMessage,
  type ModelMessage,
  type NodeMessage,
  readModel,
  type ValueMessage,
} from "./messages.ts";
import { type Graph, type GraphValue, OnnxModule, type Part, place } from "./module.ts";
import { operators } from "./operators.ts";
import { TensorFault, tensorOf } from "./tensors.ts";

/** What {@link fromOnnx} can be told. */
export interface FromOnnxOptions {
  /** How to name the file in messages. Default "the file". */
  source?: string;
}

/** ONNX's own operators, whose domain has two names. */
const isOwn = (domain: string | undefined): boolean =>
  domain === undefined || domain === "" || domain === "ai.onnx";

/** What is put in the places of calls of functions may not name more values than this. */
const MOST_INLINED = 1_000_000;

/**
 * The network of an ONNX file, in evaluation mode. Floating initializers that weights use (of Gemm, MatMul, normalizations, embeddings,
 * arithmetic; of one dimension at least) become parameters under their names, all others buffers. Integers of all kinds become int32,
 * half precision becomes float32.
 *
 * Understood are feedforward graphs of ONNX's own operators, versions 7 and later (and earlier ones where an operator did not change
 * since), with functions that the file defines, but without branches, loops, sequences and texts.
 *
 * @param bytes of the file; elements in other files ("external data") are not read
 * @typeParam Output `Tensor` (the default) for a graph of one output, `Tensor[]` for one of several
 * @throws ChainruleError `file` for bytes that are no whole ONNX file, and for operators that are not known, naming all of them
 *
 * @example
 * const made = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 3));
 * const bytes = toOnnx(made, [1, 4]); // or those of a file, as a Uint8Array
 * const model = fromOnnx(bytes);
 * model(ones([2, 4])).shape; // → [2, 3]
 * const optimizer = new optim.Adam(model.parameters(), { lr: 1e-4 }); // to train it further
 * fromOnnx(new Uint8Array(9), { source: "model.onnx" }); // throws file: model.onnx
 */
export function fromOnnx<Output extends Tensor | Tensor[] = Tensor>(
  bytes: Uint8Array,
  { source = "the file" }: FromOnnxOptions = {},
): OnnxModule<Output> {
  try {
    const refuse = refusal(
      "It",
      "is no whole ONNX file",
      "Copy or download it anew, or export the model again.",
    );
    const model = readModel(bytes, refuse);
    return new Import(model).module<Output>();
  } catch (error) {
    throw error instanceof ChainruleError ? error.within(source) : error;
  }
}

const fault = (problem: string, remedy = "Export the model in another way."): ChainruleError =>
  new ChainruleError("file", problem, remedy);

class Import {
  private readonly model: ModelMessage;
  private readonly graph: GraphMessage;
  private readonly functions: ReadonlyMap<string, FunctionMessage>;
  private readonly nodes: GraphNode[] = [];
  /** Tensors of attributes. */
  private readonly constants: {
    readonly buffer: { buffer: string };
    readonly tensor: Tensor;
    readonly name: string;
  }[] = [];
  /** The buffers of {@link constants} by what they were made of. */
  private readonly buffersOf = new Map<unknown, { buffer: string }>();
  /** How many calls of functions were replaced, and how many values their bodies name. */
  private inlined = 0;
  private inlinedValues = 0;

  constructor(model: ModelMessage) {
    if (!model.graph) {
      throw fault("It is no ONNX file: it has no graph.", "Give the bytes of a file such as model.onnx.");
    }
    this.model = model;
    this.graph = model.graph;
    this.functions = new Map(model.functions.map((f) => [`${f.domain ?? ""}:${f.name ?? ""}`, f]));
  }

  module<Output extends Tensor | Tensor[]>(): OnnxModule<Output> {
    const { graph, model } = this;
    if (graph.sparseInitializers.length > 0) throw fault("It has sparse initializers, which are not read.");
    this.checkOperators();
    for (const node of graph.nodes) this.addNode(node, opsetOf(model.opsets), new Map(), new Map(), 0);
    const initializers = this.readInitializers();
    const inputs = graph.inputs.map(graphValue).filter(({ name }) => !initializers.has(name));
    const outputs = graph.outputs.map(graphValue);
    this.checkOrder(inputs, initializers, outputs);
    return this.build<Output>(inputs, outputs, initializers);
  }

  /** Lists all operators that are not known, and refuses what no operator can do. */
  private checkOperators(): void {
    const unknown = new Set<string>();
    const look = (nodes: readonly NodeMessage[]): void => {
      for (const { op = "", domain } of nodes) {
        const inside = this.functions.get(`${domain ?? ""}:${op}`);
        if (!inside && !(isOwn(domain) && operators.has(op)))
          unknown.add(isOwn(domain) ? op || "one without a name" : `${domain}.${op}`);
      }
    };
    look(this.graph.nodes);
    for (const { nodes } of this.functions.values()) look(nodes);
    if (unknown.size === 0) return;
    const names = [...unknown].sort();
    throw fault(
      `It has ${names.length === 1 ? "an operator that is" : `${names.length} operators that are`} not known here: ${names.join(", ")}.`,
      "Replace them in the model before it is exported; docs/onnx.md lists what can be read.",
    );
  }

  /** Adds a node, or in place of a function's call the nodes of its body. `names` are the values of the body in the graph. */
  private addNode(
    node: NodeMessage,
    opset: number,
    names: ReadonlyMap<string, string>,
    passed: ReadonlyMap<string, AttributeMessage>,
    depth: number,
  ): void {
    const op = node.op ?? "";
    const inputs = node.inputs.map((name) => names.get(name) ?? name);
    const outputs = node.outputs.map((name) => names.get(name) ?? name);
    const attributes = node.attributes.flatMap((a) => resolved(a, passed));
    const body = this.functions.get(`${node.domain ?? ""}:${op}`);
    if (body) this.addBody(body, { op, inputs, outputs, attributes }, depth);
    else this.addOwn(op, node.name ?? "", opset, inputs, outputs, attributes);
  }

  private addBody(
    body: FunctionMessage,
    call: Readonly<Record<"inputs" | "outputs", readonly string[]>> & {
      readonly op: string;
      readonly attributes: readonly AttributeMessage[];
    },
    depth: number,
  ): void {
    if (depth > 32) throw fault(`The function ${call.op} calls itself.`);
    this.inlinedValues += sizeOf(body);
    if (this.inlinedValues > MOST_INLINED)
      throw fault(`Its functions, put in the places of their calls, name over ${MOST_INLINED} values.`);
    const prefix = `${call.op}#${this.inlined++}/`;
    const names = new Map<string, string>();
    for (const { inputs, outputs } of body.nodes)
      for (const name of [...inputs, ...outputs]) if (name !== "") names.set(name, prefix + name);
    body.inputs.forEach((name, i) => {
      names.set(name, call.inputs[i] ?? "");
    });
    const outputs = body.outputs.map((name, i) => [name, call.outputs[i] ?? ""] as const);
    for (const [name, outer] of outputs)
      if (outer !== "" && !body.inputs.includes(name)) names.set(name, outer);
    const passed = new Map([...body.defaults, ...call.attributes].map((a) => [a.name ?? "", a]));
    const opset = opsetOf(body.opsets.length > 0 ? body.opsets : this.model.opsets);
    for (const node of body.nodes) this.addNode(node, opset, names, passed, depth + 1);
    // An output that is an input as it is.
    for (const [name, outer] of outputs)
      if (outer !== "" && body.inputs.includes(name))
        this.addOwn("Identity", "", opset, [names.get(name) ?? ""], [outer], []);
  }

  private addOwn(
    op: string,
    name: string,
    opset: number,
    inputs: readonly string[],
    outputs: readonly string[],
    messages: readonly AttributeMessage[],
  ): void {
    const operator = operators.get(op);
    const where = `Node ${name ? `"${name}" ` : ""}(${op})`;
    if (!operator) throw fault(`${where} is of no operator.`);
    const { attributes: known = [], inputs: [least, most] = [1, 1], since = 1 } = operator;
    if (opset < since)
      throw fault(
        `${where} follows version ${opset} of the operators, and is read from version ${since} on.`,
      );
    if (inputs.length < least || inputs.length > most) throw fault(`${where} has ${inputs.length} inputs.`);
    const attributes: Record<string, Attribute> = {};
    for (const message of messages) {
      const key = message.name ?? "";
      if (!known.includes(key)) throw fault(`${where} has the attribute "${key}", which is not known here.`);
      attributes[key] = this.attributeOf(message, where);
    }
    this.nodes.push({ op, name, inputs: trimmed(inputs), outputs, attributes, opset });
  }

  private attributeOf(message: AttributeMessage, where: string): Attribute {
    const { name = "" } = message;
    const field = attributeFields[message.type ?? 0] ?? fieldThatIsThere(message);
    const value = field && message[field];
    const { tensor } = message;
    if (field === "tensor" && tensor)
      return this.constant(tensor, () => tensorOf(tensor), `${where}, ${name}`);
    // A number that stands for a tensor takes part in the model's dtype.
    if (name === "value_float" || name === "value_floats") {
      return this.constant(value, () => tensorFrom(value as number | number[]), where);
    }
    if (typeof value === "number" || typeof value === "string") return value;
    if (Array.isArray(value)) return value as number[] | string[];
    throw fault(`${where} has an attribute "${name}" of a kind that is not read.`);
  }

  /** A tensor of an attribute, made once of the same `from`: functions may be called often. */
  private constant(from: unknown, read: () => Tensor, where: string): Attribute {
    const known = this.buffersOf.get(from);
    if (known) return known;
    const buffer = { buffer: "" };
    this.buffersOf.set(from, buffer);
    this.constants.push({ buffer, tensor: reading(read, where), name: `constant_${this.constants.length}` });
    return buffer;
  }

  private readInitializers(): Map<string, Tensor> {
    const tensors = new Map<string, Tensor>();
    for (const message of this.graph.initializers) {
      const { name = "" } = message;
      if (tensors.has(name)) throw fault(`It has two initializers "${name}".`);
      tensors.set(
        name,
        reading(() => tensorOf(message), `Initializer "${name}"`),
      );
    }
    return tensors;
  }

  /** Every value must be made, by one node, before it is read. */
  private checkOrder(
    inputs: readonly GraphValue[],
    initializers: ReadonlyMap<string, Tensor>,
    outputs: readonly GraphValue[],
  ): void {
    const made = new Set([...inputs.map(({ name }) => name), ...initializers.keys()]);
    for (const node of this.nodes) {
      const missing = node.inputs.find((name) => name !== "" && !made.has(name));
      if (missing !== undefined)
        throw fault(`Node "${node.name}" (${node.op}) reads "${missing}", which nothing before it makes.`);
      for (const name of node.outputs) {
        if (name !== "" && made.has(name)) throw fault(`Two nodes make "${name}".`);
        made.add(name);
      }
    }
    if (outputs.length === 0) throw fault("Its graph has no outputs.");
    for (const { name } of outputs) if (!made.has(name)) throw fault(`Nothing makes its output "${name}".`);
  }

  private build<Output extends Tensor | Tensor[]>(
    inputs: readonly GraphValue[],
    outputs: readonly GraphValue[],
    initializers: ReadonlyMap<string, Tensor>,
  ): OnnxModule<Output> {
    const trained = this.trained();
    for (const name of this.buffers()) trained.delete(name);
    const given: Record<string, string> = Object.create(null);
    const constants: string[] = [];
    const graph = { inputs, outputs, nodes: this.nodes, given, constants, float: null as string | null };
    const module = new OnnxModule<Output>(graph satisfies Graph);
    const parts = new Map<string, Part>();
    const put = (name: string, tensor: Tensor, kind: "parameter" | "buffer" | "constant"): string => {
      const path = place(module, parts, name, tensor, kind);
      if (tensor.dtype === "float32") graph.float ??= path;
      return path;
    };
    for (const [name, tensor] of initializers) {
      const floating = isFloating(tensor.dtype);
      const isWeight = floating && tensor.ndim > 0 && trained.has(name);
      given[name] = put(name, tensor, isWeight ? "parameter" : "buffer");
      if (!isWeight && (!floating || tensor.ndim === 0)) constants.push(name);
    }
    for (const { buffer, tensor, name } of this.constants) buffer.buffer = put(name, tensor, "constant");
    return module.eval();
  }

  /** The initializers that {@link toOnnx} says are buffers. */
  private buffers(): string[] {
    const text = this.model.metadata.find(({ key }) => key === BUFFERS)?.value;
    try {
      const names: unknown = JSON.parse(text ?? "[]");
      return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
    } catch {
      return []; // the entry of another program
    }
  }

  /** The values that stand in a place of weights. */
  private trained(): Set<string> {
    const found = new Set<string>();
    for (const { op, inputs } of this.nodes) {
      const places = operators.get(op)?.weights ?? [];
      inputs.forEach((name, i) => {
        if (places === "all" || places.includes(i)) found.add(name);
      });
    }
    return found;
  }
}

/** How much a function's body brings with it at every call. */
function sizeOf({ inputs, outputs, nodes, opsets, defaults }: FunctionMessage): number {
  const own = 1 + inputs.length + outputs.length + opsets.length + defaults.length;
  return nodes.reduce(
    (sum, node) => sum + 1 + node.inputs.length + node.outputs.length + node.attributes.length,
    own,
  );
}

/** Inputs without those that are missing at the end. */
function trimmed(inputs: readonly string[]): readonly string[] {
  let length = inputs.length;
  while (length > 0 && inputs[length - 1] === "") length--;
  return inputs.slice(0, length);
}

/** The version of ONNX's own operators. */
function opsetOf(opsets: ModelMessage["opsets"]): number {
  const own = opsets.find(({ domain }) => isOwn(domain));
  const version = own ? (own.version ?? 1) : 1;
  if (version >= 1) return version;
  throw fault(`It follows version ${version} of the operators.`);
}

/** An attribute of a node in a function's body, with what the call passes; nothing where it passes nothing. */
function resolved(
  attribute: AttributeMessage,
  passed: ReadonlyMap<string, AttributeMessage>,
): AttributeMessage[] {
  if (attribute.reference === undefined || attribute.reference === "") return [attribute];
  const given = passed.get(attribute.reference);
  return given ? [{ ...given, name: attribute.name }] : [];
}

/** Files of the first years did not say which field counts. */
function fieldThatIsThere(message: AttributeMessage): keyof AttributeMessage | undefined {
  return Object.values(attributeFields).find((field) => {
    const value = message[field];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  });
}

function reading(read: () => Tensor, where: string): Tensor {
  try {
    return read();
  } catch (error) {
    if (error instanceof TensorFault) {
      throw fault(
        `${where} can not be read: ${error.message}.`,
        "Save the model anew, with all of its elements in one file.",
      );
    }
    throw error;
  }
}

function graphValue({ name = "", type }: ValueMessage): GraphValue {
  if (type && !type.tensor) {
    throw fault(
      `Its value "${name}" is a ${type.sequence ? "sequence" : type.map ? "map" : "optional"}, and no tensor.`,
    );
  }
  const shape = type?.tensor?.shape?.dims.map(({ size, name: free }) => size ?? free ?? "?") ?? null;
  return { name, type: type?.tensor?.elements ?? 0, shape };
}
