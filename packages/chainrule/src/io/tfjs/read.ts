import type { Module } from "../../nn/index.ts";
import { sameShape, showShape, type Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { asList, type Json } from "../../util/json.ts";
import { activations } from "./activations.ts";
import { Config } from "./config.ts";
import { activationName, type Built, builders, type Given, merges } from "./layers.ts";
import { type LayersInput, LayersModel, type Step, showDims } from "./model.ts";
import {
  type Dims,
  INPUT,
  type LayerNode,
  readTopology,
  refuse,
  type Source,
  type Topology,
} from "./topology.ts";
import { readWeights, type WeightSource, Weights } from "./weights.ts";

/** A model of TensorFlow.js: its model.json, and the files that this names. */
export interface TfjsFiles {
  /** The contents of model.json: its text, its bytes, or the value parsed from it. */
  json: string | Uint8Array | object;
  /** Gives the bytes of a weight file by its path in model.json; or the bytes of all of them by path. */
  weights: WeightSource | Readonly<Record<string, Uint8Array>>;
}

/**
 * Reads a LayersModel of TensorFlow.js, the form in which Keras models reach the web, as a module with layers of this library: to
 * predict, to train further, to trace. Sequential and functional models of dense layers, activations, dropout, normalizations,
 * embeddings, merges and changes of shape, with weights in float32, int32, or packed as uint8, uint16 or float16.
 *
 * The model is in evaluation mode. Parameters are float32, and those of layers that are not trainable need no gradient. What
 * belongs to training there (loss, optimizer, regularizers, constraints) is not read. In training, running variances of batch
 * normalization are PyTorch's, divided by the count − 1.
 *
 * @typeParam Out - `Tensor[]` for a model with several outputs
 * @throws ChainruleError `file` for layers that are not known, all of them by name, and for files that are not whole
 *
 * @example
 * const saved = toTfjs(new nn.Sequential(new nn.Linear(4, 3), new nn.Softmax(-1)));
 * const json = JSON.stringify(saved.json); // on the web: await (await fetch(`${url}model.json`)).text()
 * const bytes = async (path: string) => saved.weights[path]; // and (await fetch(url + path)).arrayBuffer()
 * const model = await fromTfjs({ json, weights: bytes });
 * model(tensor([[5.1, 3.5, 1.4, 0.2]])).sum().item(); // → 1.0
 * model.inputs[0].shape; // → [null, 4]
 */
export async function fromTfjs<Out extends Tensor | readonly Tensor[] = Tensor>(
  files: TfjsFiles,
): Promise<LayersModel<Out>> {
  const model = new Config(parsed(files.json), "");
  const topology = readTopology(model.get("modelTopology"), "modelTopology");
  checkKnown(topology);
  const manifest = model.get("weightsManifest") ?? [];
  const weights = new Weights(await readWeights(manifest, "weightsManifest", sourceOf(files.weights)));
  const { module } = build<Out>(topology, { weights, inside: [], inputs: null });
  weights.checkAllTaken();
  return module.eval();
}

function parsed(json: TfjsFiles["json"]): Json {
  if (typeof json !== "string" && !(json instanceof Uint8Array)) return json;
  try {
    return JSON.parse(
      typeof json === "string" ? json : new TextDecoder("utf-8", { fatal: true }).decode(json),
    );
  } catch (cause) {
    throw new ChainruleError(
      "file",
      `model.json is no JSON (${(cause as Error).message}).`,
      "Give the whole file.",
      { cause },
    );
  }
}

function sourceOf(weights: TfjsFiles["weights"]): WeightSource {
  if (typeof weights === "function") return weights;
  return (path) => {
    if (Object.hasOwn(weights, path)) return weights[path];
    throw refuse(`The weights lack "${path}", which model.json names.`, "Give all files of the model.");
  };
}

/** Refuses a model with layers or activations that are not known, and names all of them. */
function checkKnown(topology: Topology): void {
  const unknown = new Map<string, string>();
  const look = ({ layers }: Topology): void => {
    for (const { name, className, config, inner } of layers) {
      if (inner) look(inner);
      else if (className !== INPUT && !builders.has(className)) unknown.set(className, name);
      else if (className === "Dense" || className === "Activation") {
        const activation = activationName(config);
        if (!activations.has(activation)) unknown.set(`activation ${activation}`, name);
      }
    }
  };
  look(topology);
  if (unknown.size === 0) return;
  const list = [...unknown].map(([kind, layer]) => `${kind} ("${layer}")`).join(", ");
  throw refuse(
    `The model has what is not known here: ${list}.`,
    "Feedforward networks can be read: dense layers, activations, dropout, normalizations, embeddings, merges.",
  );
}

interface Surroundings {
  readonly weights: Weights;
  /** The names of the models around. */
  readonly inside: readonly string[];
  /** Shapes that come from outside; null for the whole model. */
  readonly inputs: readonly Dims[] | null;
}

/** A layer that was made: the names of its modules, and the shape that it gives. */
interface Made {
  readonly names: readonly string[];
  readonly shapes: (inputs: readonly Dims[]) => readonly Dims[];
}

function build<Out extends Tensor | readonly Tensor[]>(
  topology: Topology,
  around: Surroundings,
): { module: LayersModel<Out>; shapes: readonly Dims[] } {
  const shapes: Dims[] = []; // of values, by number
  const places = new Map<string, readonly number[]>(); // the values of a call, by keyOf
  const numberOf = (source: Source): number | undefined => places.get(keyOf(source))?.[source.output];
  const byName = new Map(topology.layers.map((layer) => [layer.name, layer]));

  const inputs = topology.inputs.map((source, i): LayersInput => {
    const layer = byName.get(source.layer);
    if (layer?.className !== INPUT) throw missing(source);
    const own = inputShape(layer);
    const shape = around.inputs?.[i] ?? own;
    if (shape === null)
      throw refuse(`"${layer.name}" says no shape of its input.`, "Build the model before it is saved.");
    shapes.push(shape);
    places.set(keyOf(source), [i]);
    return { name: source.layer, shape };
  });

  const made = new Map<string, Made>();
  const modules = new Map<string, Module>();
  const steps: Step[] = [];
  for (const { layer, call, sources } of ordered(topology, byName)) {
    if (layer.className === INPUT) continue;
    const values = sources.map((source) => {
      const value = numberOf(source);
      if (value === undefined) throw missing(source);
      return value;
    });
    const given = values.map((value) => shapes[value]);
    let known = made.get(layer.name);
    if (known === undefined) {
      known = make(layer, given, around, modules);
      made.set(layer.name, known);
    }
    const results = known.shapes(given);
    const { names } = known;
    let at = values;
    names.forEach((name, i) => {
      // Between the modules of a layer there is one value, whose shape nobody asks for.
      const here = i === names.length - 1 ? results : [given[0]];
      const outputs = here.map((shape) => shapes.push(shape) - 1);
      steps.push({ layer: name, inputs: at, outputs });
      at = outputs;
    });
    places.set(keyOf({ layer: layer.name, call }), at);
  }
  const outputs = topology.outputs.map((source) => {
    const value = numberOf(source);
    if (value === undefined) throw missing(source);
    return value;
  });
  return {
    module: new LayersModel<Out>({ inputs, layers: modules, steps, outputs }),
    shapes: outputs.map((value) => shapes[value]),
  };
}

const keyOf = ({ layer, call }: Pick<Source, "layer" | "call">): string => `${call} ${layer}`;

const missing = ({ layer, call, output }: Source): ChainruleError =>
  refuse(
    `A layer takes output ${output} of call ${call} of "${layer}", which does not exist.`,
    "Give model.json as it was saved.",
  );

function inputShape({ config }: LayerNode): Dims | null {
  const key = config.get("batch_shape") === undefined ? "batch_input_shape" : "batch_shape";
  if (config.get(key) === undefined) return null;
  const sizes = asList(config.get(key), config.at(key), (size, place) =>
    size === null ? null : new Config({ size }, place).whole("size"),
  );
  return [null, ...sizes.slice(1)]; // whatever batch the model was saved with
}

interface Call {
  readonly layer: LayerNode;
  readonly call: number;
  readonly sources: readonly Source[];
}

/** All calls, each after those whose results it takes: by counting down, in the order of the file where that is free. */
function ordered(topology: Topology, byName: ReadonlyMap<string, LayerNode>): Call[] {
  const calls = topology.layers.flatMap((layer) =>
    layer.calls.map((sources, call): Call => ({ layer, call, sources })),
  );
  const takers = new Map<string, Call[]>();
  const waiting = new Map<Call, number>();
  const ready: Call[] = [];
  for (const call of calls) {
    const before = new Set(
      call.sources.filter(({ layer }) => byName.get(layer)?.className !== INPUT).map(keyOf),
    );
    for (const key of before) {
      const known = takers.get(key);
      if (known) known.push(call);
      else takers.set(key, [call]);
    }
    waiting.set(call, before.size);
    if (before.size === 0) ready.push(call);
  }
  for (const done of ready) {
    for (const taker of takers.get(keyOf({ layer: done.layer.name, call: done.call })) ?? []) {
      const left = (waiting.get(taker) as number) - 1;
      waiting.set(taker, left);
      if (left === 0) ready.push(taker);
    }
  }
  if (ready.length < calls.length) {
    const stuck = calls.find((call) => (waiting.get(call) as number) > 0) as Call;
    throw refuse(
      `The layer "${stuck.layer.name}" waits for a result that nobody gives, or for its own.`,
      "Give model.json as it was saved.",
    );
  }
  return ready;
}

/** Makes a layer's modules and puts them among those of the model, under its name. */
function make(
  layer: LayerNode,
  inputs: readonly Dims[],
  { weights, inside }: Surroundings,
  modules: Map<string, Module>,
): Made {
  const { name, className, config, inner } = layer;
  if (inner) {
    if (inner.inputs.length !== inputs.length) throw wrongCount(layer, inputs.length);
    const { module, shapes } = build<Tensor[]>(inner, { weights, inside: [...inside, name], inputs });
    return { names: [put(modules, name, module)], shapes: () => shapes };
  }
  const several = merges.has(className);
  const given: Given = {
    config,
    inputs,
    weights: (shapes) => {
      const wanted = Object.keys(shapes);
      const found = weights.of(name, wanted, inside, config.place);
      return Object.fromEntries(
        wanted.map((weight, i) => [weight, checked(found[i], shapes[weight], `${name}/${weight}`)]),
      );
    },
  };
  if (inputs.length === 0 || (inputs.length > 1 && !several)) throw wrongCount(layer, inputs.length);
  const built = (builders.get(className) as (given: Given) => Built)(given);
  // The activation of a dense layer is a module of its own, named by what it is.
  const names = built.modules.map((module, i) =>
    put(modules, i === 0 ? name : `${name}_${module.scopeKind().toLowerCase()}`, module),
  );
  const rank = inputs.map((dims) => dims.length).join();
  return {
    names,
    shapes: (later) => {
      if (later.length !== inputs.length || later.map((dims) => dims.length).join() !== rank)
        throw refuse(
          `The layer "${name}" is called with ${later.map(showDims).join(", ")} after ${inputs.map(showDims).join(", ")}.`,
          "Use a layer of its own for each number of dimensions.",
        );
      return [built.shape(later)];
    },
  };
}

const wrongCount = ({ name, className }: LayerNode, count: number): ChainruleError =>
  refuse(`The ${className} "${name}" is called with ${count} inputs.`, "Give model.json as it was saved.");

/**
 * Adds a module under a name that is free, has no point, which separates names in paths, and is no number, which an object would
 * put first; gives that name.
 */
function put(modules: Map<string, Module>, wanted: string, module: Module): string {
  let name = wanted.replaceAll(".", "_").replace(/^(?=\d+$)/, "layer_");
  if (modules.has(name)) name += `_${modules.size}`;
  while (modules.has(name)) name += "_";
  modules.set(name, module);
  return name;
}

function checked(tensor: Tensor, wanted: Dims, name: string): Tensor {
  const shape = wanted.map((size, d) => size ?? tensor.shape[d] ?? -1);
  if (tensor.dtype === "float32" && sameShape(tensor.shape, shape)) return tensor;
  throw refuse(
    `The weight "${name}" is ${tensor.dtype} of shape ${showShape(tensor.shape)} where float32 of shape ${showDims(wanted)} must be.`,
    "Give the files that were saved together with model.json.",
  );
}
