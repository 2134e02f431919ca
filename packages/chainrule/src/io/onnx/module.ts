import { Module, Parameter } from "../../nn/index.ts";
import { noGrad, outside, type Tensor, withMode } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { counted } from "../../util/wording.ts";
import { Call, type Circumstances, type GraphNode } from "./call.ts";
import { operators } from "./operators.ts";
import { TensorFault } from "./tensors.ts";

/** An input or output of a graph. */
export interface GraphValue {
  /** Its name in the graph. */
  readonly name: string;
  /** ONNX's number of the element type; 0 where the file does not say. */
  readonly type: number;
  /** Sizes, or names of sizes that are free; null where the file says nothing of the shape. */
  readonly shape: readonly (number | string)[] | null;
}

/** What a graph computes. */
export interface Graph {
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly nodes: readonly GraphNode[];
  /** Where the elements that the file gives are: paths of parameters and buffers, by value. */
  readonly given: Readonly<Record<string, string>>;
  /** Which of them follow from the file alone and are never trained: shapes, indices and constants. */
  readonly constants: readonly string[];
  /** The element types of the given ones are those of the file until the model is converted: a float parameter tells. */
  readonly float: string | null;
}

/** Holds the parameters and buffers whose names begin alike. */
export class OnnxPart extends Module {
  static override readonly name: string = "OnnxPart";

  override forward(): never {
    throw new ChainruleError(
      "argument",
      "A part of an imported network can not be called.",
      "Call the whole network.",
    );
  }
}

/**
 * A network that was read from an ONNX file by {@link fromOnnx}: called with the graph's inputs in their order, it gives the graph's
 * output, or an array where there are several. Initializers that weights use are its parameters, under their names; other initializers
 * are buffers. It can be trained further, cloned, converted, compiled and traced.
 *
 * @throws ChainruleError `argument` when it is called with another number of tensors than the graph has inputs
 *
 * @example
 * const model = fromOnnx(toOnnx(new nn.Sequential({ fc: new nn.Linear(2, 1) }), [1, 2]));
 * model.namedParameters().map(([name]) => name); // → ['fc.weight', 'fc.bias']
 * model.outputs; // → [{ name: 'y', type: 1, shape: ['N', 1] }]
 * model(ones([3, 2]), ones([3, 2])); // throws argument: … was called with 2 tensors, and takes 1: x
 */
export class OnnxModule<Output extends Tensor | Tensor[] = Tensor> extends Module {
  static override readonly name: string = "OnnxModule";
  private readonly graph: Graph;

  /** @internal by {@link fromOnnx} */
  constructor(graph: Graph) {
    super();
    this.graph = graph;
  }

  /** The graph's inputs, in the order in which the model is called with them. */
  get inputs(): readonly GraphValue[] {
    return this.graph.inputs;
  }

  /** The graph's outputs. */
  get outputs(): readonly GraphValue[] {
    return this.graph.outputs;
  }

  /** @throws ChainruleError `argument` for another number of tensors than the graph has inputs */
  override forward(...inputs: Tensor[]): Output {
    const names = this.inputs.map(({ name }) => name);
    if (inputs.length !== names.length) {
      throw new ChainruleError(
        "argument",
        `The network was called with ${counted(inputs.length, "tensor")}, and takes ${names.length}: ${names.join(", ")}.`,
        "Give one tensor for each.",
      );
    }
    const values = this.compute(new Map(names.map((name, i) => [name, inputs[i]])));
    const outputs = this.outputs.map(({ name }) => existing(values, name));
    return (outputs.length === 1 ? outputs[0] : outputs) as Output;
  }

  private compute(values: Map<string, Tensor>): Map<string, Tensor> {
    const { graph } = this;
    const given = tensorsOf(this);
    const at = (path: string): Tensor => given.get(path) as Tensor;
    const around: Circumstances = {
      training: this.training,
      wide: graph.float !== null && at(graph.float).dtype === "float64",
      fixed: new Set(graph.constants.map((name) => at(graph.given[name]))),
      buffer: (path) => {
        around.fixed.add(at(path));
        return at(path);
      },
    };
    for (const [name, path] of Object.entries(graph.given)) if (!values.has(name)) values.set(name, at(path));
    for (const node of graph.nodes) {
      const results = run(node, values, around);
      node.outputs.forEach((name, i) => {
        if (name !== "" && results[i]) values.set(name, results[i]);
      });
    }
    return values;
  }

  override extraRepr(): string {
    const counts = new Map<string, number>();
    for (const { op } of this.graph.nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
    const show = ({ name, shape }: GraphValue): string => (shape ? `${name} [${shape.join(", ")}]` : name);
    return [
      `${this.inputs.map(show).join(", ")} → ${this.outputs.map(show).join(", ")}`,
      Array.from(counts, ([op, count]) => (count > 1 ? `${count} ${op}` : op)).join(", "),
    ].join("\n");
  }
}

/** Parameters and buffers by path; one that occurs twice under each of its paths. */
const tensorsOf = (module: Module): Map<string, Tensor> =>
  new Map(
    module.namedModules().flatMap(([path, part]) => {
      const prefix = path ? `${path}.` : "";
      return [
        ...part.ownParameters().map(([key, tensor]): [string, Tensor] => [prefix + key, tensor]),
        ...part.ownBuffers().map(({ key, tensor }): [string, Tensor] => [prefix + key, tensor]),
      ];
    }),
  );

/** A value that was made. Operators have outputs for training that are not computed here. */
function existing(values: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const value = values.get(name);
  if (value) return value;
  throw new ChainruleError(
    "file",
    `The value "${name}" is not computed here.`,
    "Export the model for inference.",
  );
}

/** Runs a node. What follows from constants and shapes alone is computed at once, even while a program is recorded. */
function run(
  node: GraphNode,
  values: ReadonlyMap<string, Tensor>,
  around: Circumstances,
): readonly (Tensor | undefined)[] {
  const operator = operators.get(node.op);
  if (!operator)
    throw new ChainruleError("file", `There is no operator ${node.op}.`, "Export the model anew.");
  const inputs = node.inputs.map((name) => (name === "" ? undefined : existing(values, name)));
  const known = inputs.every((x) => x === undefined || around.fixed.has(x)) && node.op !== "Dropout";
  const call = new Call(node, inputs, around);
  try {
    const results = known
      ? outside(() => withMode("observer", null, () => noGrad(() => operator.run(call))))
      : operator.run(call);
    const list = Array.isArray(results) ? (results as readonly Tensor[]) : [results as Tensor];
    if (known) for (const result of list) around.fixed.add(result);
    return list;
  } catch (error) {
    const known =
      error instanceof TensorFault ? call.fault(`A tensor can not be made: ${error.message}.`) : error;
    throw known instanceof ChainruleError
      ? known.within(`node ${node.name ? `"${node.name}" ` : ""}(${node.op})`)
      : error;
  }
}

/**
 * Puts a tensor under a name of the file into a module, and gives its path. Points in a name make parts inside parts, so that `fc.weight`
 * has this path. Names that a module has already, or that no path can have, are changed a little.
 *
 * @param parts those that were made so far, by the beginnings of names
 */
export function place(
  root: Module,
  parts: Map<string, Part>,
  name: string,
  tensor: Tensor,
  kind: "parameter" | "buffer" | "constant",
): string {
  const segments = name.split(".").slice(-DEEPEST_NAME);
  const last = segments.pop() as string;
  let at: Part = { module: root, path: "" };
  let beginning = "";
  for (const segment of segments) {
    beginning += `${segment}.`;
    let part = parts.get(beginning);
    if (!part) {
      const free = freeName(at.module, segment);
      part = { module: at.module.registerModule(free, new OnnxPart()), path: `${at.path}${free}.` };
      parts.set(beginning, part);
    }
    at = part;
  }
  const free = freeName(at.module, last);
  if (kind === "parameter") at.module.registerParameter(free, new Parameter(tensor));
  else at.module.registerBuffer(free, tensor, { persistent: kind === "buffer" });
  return at.path + free;
}

/** A module inside the network, with the beginning of the paths in it. */
export interface Part {
  readonly module: Module;
  readonly path: string;
}

/** Names have no more points than this that make parts. */
const DEEPEST_NAME = 16;

function freeName(module: Module, name: string): string {
  let free = name || "_";
  while (free in module) free += "_";
  return free;
}
