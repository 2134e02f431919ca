import { type Module, Parameter } from "../../nn/index.ts";
import { type Shape, Tensor, zeros } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { Builder } from "./builder.ts";
import { BUFFERS, type Draft, type ModelMessage, type ValueMessage, writeModel } from "./messages.ts";
import { type Passes, runPasses } from "./passes.ts";
import { records, unwritten } from "./records.ts";
import { Exported } from "./step.ts";
import { messageOf, typeOfDType } from "./tensors.ts";

/** An input of a model: a tensor, or the shape (with the batch) of a float tensor. */
export type OnnxExample = Tensor | Shape;

/** What {@link toOnnx} can be told. */
export interface ToOnnxOptions {
  /** The version of ONNX's operators. 14 to 22; default 17. */
  opset?: number;
  /** Names of the graph's inputs and outputs. Default `x` and `y`, or `x1`, `x2`, … and `y1`, `y2`, … where there are several. */
  names?: { readonly inputs?: readonly string[]; readonly outputs?: readonly string[] };
  /**
   * The name of the batch's size, which is the first of every input. Null writes all sizes as they are in the examples. Default "N".
   */
  batch?: string | null;
}

const OLDEST = 14;
const NEWEST = 22;
/** The version of the file format that came with each version of the operators. */
/** Throws for a version of the operators that is not written. */
export function checkOpset(opset: number, oldest = OLDEST): void {
  if (Number.isInteger(opset) && opset >= oldest && opset <= NEWEST) return;
  throw new ChainruleError("argument", `The opset is ${opset}.`, `Use ${oldest} to ${NEWEST}.`);
}

const irVersion = (opset: number): number => (opset < 15 ? 7 : opset < 19 ? 8 : opset < 21 ? 9 : 10);

/**
 * A model as the bytes of an ONNX file, which onnxruntime and others run: what its forward pass does in evaluation mode, op by op.
 * Parameters and buffers are initializers under their names in the state dictionary. Modules of your own are written as well as those
 * of the library, as long as they compute with tensors.
 *
 * The model runs on batches of three sizes, made of the rows of the examples: what changes with the size is written so that the file
 * takes batches of any size. Tensors of whole numbers are int64 in the file.
 *
 * @param examples one for each input: a tensor, or the shape of a float32 tensor, batch included; a single one need not be in an array
 * @throws ChainruleError `argument` for an operation that ONNX has not, naming it and its layer, for a forward pass that depends on
 * the size of the batch in a way that no graph can, and for an opset out of range or no example
 *
 * @example
 * import { writeFile } from "node:fs/promises";
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 3));
 * const bytes = toOnnx(model, [1, 4], { names: { inputs: ["flowers"] } });
 * await writeFile("model.onnx", bytes);
 * fromOnnx(bytes).inputs; // → [{ name: 'flowers', type: 1, shape: ['N', 4] }]
 * toOnnx(new nn.Embedding(10, 3), tensor([1], { dtype: "int32" })).length > 0; // → true
 */
export function toOnnx(
  model: Module,
  examples: OnnxExample | readonly OnnxExample[],
  { opset = 17, names = {}, batch = "N" }: ToOnnxOptions = {},
): Uint8Array {
  checkOpset(opset);
  const graph = graphOf(model, examplesOf(examples), { opset, names, batch });
  return writeModel(messageOfModel(graph));
}

interface Settings {
  readonly opset: number;
  readonly names: NonNullable<ToOnnxOptions["names"]>;
  readonly batch: string | null;
  /** Names that no value of the graph may have. */
  readonly reserved?: readonly string[];
}

/** A graph that is built but for what goes into the file around it. */
export interface BuiltGraph {
  readonly builder: Builder;
  readonly inputs: Draft<ValueMessage>[];
  readonly outputs: Draft<ValueMessage>[];
  /** Initializers that are buffers, and no parameters. */
  readonly buffers: readonly string[];
}

function examplesOf(examples: OnnxExample | readonly OnnxExample[]): Tensor[] {
  const isOne =
    examples instanceof Tensor || (examples.length > 0 && examples.every((x) => typeof x === "number"));
  const list = (isOne ? [examples] : examples) as readonly OnnxExample[];
  if (list.length === 0)
    throw new ChainruleError("argument", "No example was given.", "Give one for each input.");
  return list.map((example) => (example instanceof Tensor ? example : zeros(example)));
}

/** The graph of a model's forward pass. */
export function graphOf(
  model: Module,
  examples: readonly Tensor[],
  { opset, names, batch, reserved = [] }: Settings,
): BuiltGraph {
  const passes = passesOf(model, examples, batch);
  const inputNames = namesOf("input", names.inputs, examples.length, "x");
  const outputNames = namesOf("output", names.outputs, passes.outputs[0].length, "y");
  const builder = new Builder(opset, passes.batches, () => ({ value: inputNames[0], slope: 1 }));
  for (const name of [...reserved, ...inputNames, ...outputNames]) builder.fresh(name);
  const state = stateOf(model, builder);
  inputNames.forEach((name, i) => {
    builder.bind(passes.inputs[0][i], name);
  });
  const errors = new Map<string, unknown>();
  for (const step of passes.steps) {
    builder.at = step.path === "" ? "" : `/${step.path.replaceAll(".", "/")}`;
    const exported = new Exported(builder, step);
    const write = records.get(step.op.name);
    try {
      if (!write) throw exported.fault(unwritten.get(step.op.name) ?? "it is an operation of your own");
      builder.bind(step.results[0], write(exported));
    } catch (error) {
      // Matters only where an output needs it.
      const name = builder.fresh("unwritten");
      errors.set(name, error);
      builder.bind(step.results[0], name);
    }
  }
  builder.at = "";
  const outputs = passes.outputs[0].map((tensor, i) => {
    const value = builder.find(tensor) ?? builder.constantOf(passes.outputs.map((list) => list[i]));
    giveName(builder, builder.cast(value, tensor.dtype), outputNames[i], outputNames);
    return valueMessage(
      builder,
      outputNames[i],
      passes.outputs.map((list) => list[i]),
      batch,
    );
  });
  dropUnused(builder, outputNames, errors);
  const buffers = addInitializers(builder, state);
  const inputs = inputNames.map((name, i) =>
    valueMessage(
      builder,
      name,
      passes.inputs.map((list) => list[i]),
      batch,
    ),
  );
  return { builder, inputs, outputs, buffers };
}

function passesOf(model: Module, examples: readonly Tensor[], batch: string | null): Passes {
  if (batch === null) return runPasses(model, [0], [examples]);
  const faulty = examples.find((example) => example.ndim === 0 || example.shape[0] === 0);
  if (faulty) {
    throw new ChainruleError(
      "argument",
      `An example of shape [${faulty.shape.join(", ")}] has no rows.`,
      "Give examples whose first size is the batch's, or export without one: { batch: null }.",
    );
  }
  const rows = examples[0].shape[0];
  if (examples.some(({ shape }) => shape[0] !== rows)) {
    throw new ChainruleError(
      "argument",
      `The examples have ${examples.map(({ shape }) => shape[0]).join(", ")} rows.`,
      "Give all of them the same number of rows, or export without a batch: { batch: null }.",
    );
  }
  // Two sizes tell what changes, the third that it does so evenly. One row would broadcast where others do not.
  const batches = [2, 3, 5];
  const inputs = batches.map((size) => examples.map((example) => rowsOf(example, size)));
  return runPasses(model, batches, inputs);
}

/** So many rows of an example, from the first again after the last. */
function rowsOf(example: Tensor, size: number): Tensor {
  const rows = example.shape[0];
  const copies = example.repeat([Math.ceil(size / rows), ...new Array<number>(example.ndim - 1).fill(1)]);
  return copies.narrow(0, 0, size).detach().clone();
}

function namesOf(
  kind: string,
  given: readonly string[] | undefined,
  count: number,
  letter: string,
): readonly string[] {
  const names =
    given ?? (count === 1 ? [letter] : Array.from({ length: count }, (_, i) => `${letter}${i + 1}`));
  if (names.length === count && new Set(names).size === count && !names.includes("")) return names;
  throw new ChainruleError(
    "argument",
    `The names of ${kind}s are ${names.map((name) => `"${name}"`).join(", ")}, and the model has ${count} ${kind}${count === 1 ? "" : "s"}.`,
    "Give each a name of its own.",
  );
}

/** Binds the model's parameters and buffers by their names in the state dictionary. */
function stateOf(model: Module, builder: Builder): Map<string, Tensor> {
  const state = new Map<string, Tensor>();
  for (const [path, module] of model.namedModules()) {
    const prefix = path ? `${path}.` : "";
    const own = [
      ...module.ownParameters().map(([key, tensor]) => [key, tensor] as const),
      ...module.ownBuffers().map(({ key, tensor }) => [key, tensor] as const),
    ];
    for (const [key, tensor] of own) {
      if (builder.find(tensor) !== undefined) continue;
      const name = builder.fresh(prefix + key);
      builder.bind(tensor, name);
      state.set(name, tensor);
    }
  }
  return state;
}

/** Gives an output its name: to the value itself where a node makes it, and else to a copy. */
function giveName(builder: Builder, value: string, name: string, outputs: readonly string[]): void {
  const isMade = builder.nodes.some((node) => node.op !== "Constant" && node.outputs?.includes(value));
  if (isMade && !outputs.includes(value)) builder.rename(value, name);
  else builder.copyTo(value, name);
}

/** Leaves out nodes that lead to no output; throws where an output needs a value that could not be written. */
function dropUnused(
  builder: Builder,
  outputs: readonly string[],
  errors: ReadonlyMap<string, unknown>,
): void {
  const used = new Set(outputs);
  const kept = builder.nodes.toReversed().filter((node) => {
    if (!node.outputs?.some((name) => used.has(name))) return false;
    for (const name of node.inputs ?? []) used.add(name);
    return true;
  });
  for (const [name, error] of errors) if (used.has(name)) throw error;
  builder.nodes.splice(0, builder.nodes.length, ...kept.toReversed());
}

/** Adds the parameters and buffers that the graph reads; gives the names of the buffers. */
function addInitializers(builder: Builder, state: ReadonlyMap<string, Tensor>): string[] {
  const read = new Set(builder.nodes.flatMap(({ inputs = [] }) => inputs));
  const used = [...state].filter(([name]) => read.has(name));
  for (const [name, tensor] of used) builder.initializers.push(messageOf(tensor, name));
  return used.flatMap(([name, tensor]) => (tensor instanceof Parameter ? [] : [name]));
}

function valueMessage(
  builder: Builder,
  name: string,
  tensors: readonly Tensor[],
  batch: string | null,
): Draft<ValueMessage> {
  const dims = builder.shapeOf(tensors).map(({ constant, slope }) => {
    if (slope === 0) return { size: constant };
    const product = slope === 1 ? `${batch}` : `${slope}*${batch}`;
    return { name: constant === 0 ? product : `${product}${constant > 0 ? "+" : ""}${constant}` };
  });
  return { name, type: { tensor: { elements: typeOfDType[tensors[0].dtype], shape: { dims } } } };
}

/** A file around a graph. */
export function messageOfModel(
  { builder, inputs, outputs, buffers }: BuiltGraph,
  metadata: readonly { readonly key: string; readonly value: string }[] = [],
): Draft<ModelMessage> {
  return {
    irVersion: irVersion(builder.opset),
    producerName: "chainrule",
    metadata: buffers.length > 0 ? [...metadata, { key: BUFFERS, value: JSON.stringify(buffers) }] : metadata,
    opsets: [{ domain: "", version: builder.opset }],
    graph: { name: "network", nodes: builder.nodes, initializers: builder.initializers, inputs, outputs },
  };
}
