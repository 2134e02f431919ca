/** The topology of a LayersModel: Keras's description of a network as JSON, read into layers and the calls that connect them. */
import { ChainruleError } from "../../util/errors.ts";
import { asList, asText, asWhole, type Json } from "../../util/json.ts";
import { Config } from "./config.ts";

/** Sizes of a value, the batch first; null where they are open. */
export type Dims = readonly (number | null)[];

/** A result: of a layer, by the number of its call and the number of the output. */
export interface Source {
  readonly layer: string;
  readonly call: number;
  readonly output: number;
}

/** A layer with its calls: the inputs of each. Layers that are called twice share their weights. */
export interface LayerNode {
  readonly name: string;
  readonly className: string;
  readonly config: Config;
  readonly calls: readonly (readonly Source[])[];
  /** The network inside, where the layer is a model itself. */
  readonly inner: Topology | null;
}

export interface Topology {
  readonly layers: readonly LayerNode[];
  readonly inputs: readonly Source[];
  readonly outputs: readonly Source[];
}

/** Models inside models; a file that nests deeper is none that somebody made. */
const DEEPEST = 32;

const MODELS = ["Sequential", "Functional", "Model"];
export const INPUT = "InputLayer";

export const refuse = (problem: string, remedy: string): ChainruleError =>
  new ChainruleError("file", problem, remedy);

const AS_WRITTEN = "Give model.json as it was saved.";

/** Reads `modelTopology` of a model.json. */
export function readTopology(value: Json, place: string): Topology {
  const given = new Config(value, place);
  if (given.get("node") !== undefined || given.get("library") !== undefined) {
    throw refuse(
      "The file holds a graph of TensorFlow's operations, not a network of layers.",
      "Convert the Keras model with tensorflowjs_converter --output_format=tfjs_layers_model.",
    );
  }
  const model = given.get("model_config") === undefined ? given : given.object("model_config");
  return readModel(model, 0);
}

function readModel(model: Config, depth: number): Topology {
  if (depth > DEEPEST) throw refuse(`${model.place} nests models ${DEEPEST} deep.`, AS_WRITTEN);
  const className = model.text("class_name");
  if (className === "Sequential") return readSequential(model, depth);
  if (MODELS.includes(className)) return readGraph(model.object("config"), depth);
  throw refuse(
    `${model.at("class_name")} is "${className}" where one of ${MODELS.join(", ")} must be.`,
    "Save a Sequential or functional model; subclassed ones have no description of their layers.",
  );
}

const listOf = (value: Json, place: string): Config[] =>
  asList(value, place, (item, at) => new Config(item, at));

const source = (layer: string): Source => ({ layer, call: 0, output: 0 });

type Uncalled = Omit<LayerNode, "calls">;

function readLayer(entry: Config, depth: number): Uncalled {
  const className = entry.text("class_name");
  const config = entry.object("config");
  const inner = MODELS.includes(className) ? readModel(entry, depth + 1) : null;
  // Old Sequential models are a list of layers alone, and have their name beside it.
  const name = entry.get("name") === undefined ? config.text("name") : entry.text("name");
  return { name, className, config, inner };
}

/** Layers one after the other. An input layer is put first where none is written. */
function readSequential(model: Config, depth: number): Topology {
  const given = model.get("config");
  const config = Array.isArray(given) ? null : model.object("config");
  const entries = listOf(
    config ? config.get("layers") : given,
    config ? config.at("layers") : model.at("config"),
  );
  const layers = entries.map((entry) => readLayer(entry, depth));
  if (layers.length === 0) throw refuse(`${model.place} has no layers.`, AS_WRITTEN);
  if (layers[0].className !== INPUT) layers.unshift(inputBefore(layers, config));
  checkNames(layers, model.place);
  return {
    layers: layers.map((layer, i) => ({ ...layer, calls: i === 0 ? [] : [[source(layers[i - 1].name)]] })),
    inputs: [source(layers[0].name)],
    outputs: [source(layers[layers.length - 1].name)],
  };
}

/** The input layer that Sequential models leave out: the first layer, or the model, says the shape. */
function inputBefore(layers: readonly Uncalled[], model: Config | null): Uncalled {
  let name = "input";
  while (layers.some((layer) => layer.name === name)) name += "_";
  const [{ config, inner }] = layers;
  const dim = config.get("input_dim");
  const shape =
    (inner ? inner.layers.find((layer) => layer.name === inner.inputs[0].layer)?.config : config)?.get(
      "batch_input_shape",
    ) ??
    (dim === undefined || config.get("output_dim") !== undefined
      ? model?.get("build_input_shape")
      : [null, dim]);
  const place = `the input before ${config.place}`;
  return { name, className: INPUT, config: new Config({ batch_input_shape: shape }, place), inner: null };
}

function checkNames(layers: readonly Uncalled[], place: string): void {
  const seen = new Set<string>();
  for (const { name } of layers) {
    if (name === "") throw refuse(`A layer of ${place} has an empty name.`, AS_WRITTEN);
    if (seen.size === seen.add(name).size)
      throw refuse(
        `${place} has two layers "${name}".`,
        "Give layers different names and save the model again.",
      );
  }
}

/** A functional model: each layer lists its calls, by the results that they take. */
function readGraph(config: Config, depth: number): Topology {
  const entries = listOf(config.get("layers"), config.at("layers"));
  const uncalled = entries.map((entry) => readLayer(entry, depth));
  checkNames(uncalled, config.place);
  const layers = uncalled.map((layer, i) => {
    const place = entries[i].at("inbound_nodes");
    return { ...layer, calls: asList(entries[i].get("inbound_nodes") ?? [], place, readCall) };
  });
  const inputs = readSources(config.get("input_layers"), config.at("input_layers"));
  const outputs = readSources(config.get("output_layers"), config.at("output_layers"));
  if (outputs.length === 0) throw refuse(`${config.place} has no outputs.`, AS_WRITTEN);
  return withoutOwnCalls({ layers, inputs, outputs });
}

/** `["dense", 0, 0]`, or a list of such. */
function readSources(value: Json, place: string): Source[] {
  return Array.isArray(value) && typeof value[0] === "string"
    ? [readSource(value, place)]
    : asList(value, place, readSource);
}

function readSource(value: Json, place: string): Source {
  const parts = asList(value, place, (part) => part, 4);
  return {
    layer: asText(parts[0], `${place}[0]`),
    call: asWhole(parts[1], `${place}[1]`),
    output: asWhole(parts[2], `${place}[2]`),
  };
}

/** A call: a list of sources with options (Keras 2), or arguments that are tensors with their history (Keras 3). */
function readCall(value: Json, place: string): Source[] {
  if (!Array.isArray(value)) {
    const call = new Config(value, place);
    const found: Source[] = [];
    collectHistory(call.get("args"), call.at("args"), found, 0);
    checkOptions(call.get("kwargs"), call.at("kwargs"));
    return found;
  }
  return asList(value, place, (item, at) => {
    const found = readSource(item, at);
    checkOptions((item as Json[])[3], `${at}[3]`);
    return found;
  });
}

function collectHistory(value: Json, place: string, found: Source[], depth: number): void {
  if (Array.isArray(value)) {
    if (depth > DEEPEST) throw refuse(`${place} nests lists ${DEEPEST} deep.`, AS_WRITTEN);
    value.forEach((item, i) => {
      collectHistory(item, `${place}[${i}]`, found, depth + 1);
    });
  } else {
    const tensor = new Config(value, place).object("config");
    found.push(readSource(tensor.get("keras_history"), tensor.at("keras_history")));
  }
}

/** Options of a call change what a layer computes; only those that say nothing are known. */
function checkOptions(value: Json, place: string): void {
  if (value === undefined || value === null) return;
  const said = Object.entries(value).find(([, option]) => option !== null && option !== false);
  if (said)
    throw refuse(
      `${place} calls a layer with ${said[0]} = ${JSON.stringify(said[1])}.`,
      "Save the model without it.",
    );
}

/**
 * Keras counts the calls of a model inside a model from 1, as it was called once when it was made. Here they count from 0.
 */
function withoutOwnCalls({ layers, inputs, outputs }: Topology): Topology {
  const last = new Map<string, number>();
  const all = [...outputs, ...layers.flatMap(({ calls }) => calls.flat())];
  for (const { layer, call } of all) last.set(layer, Math.max(last.get(layer) ?? 0, call));
  const shifted = new Set(
    layers.filter((l) => l.inner && last.get(l.name) === l.calls.length).map((l) => l.name),
  );
  const shift = (s: Source): Source => (shifted.has(s.layer) ? { ...s, call: s.call - 1 } : s);
  return {
    layers: layers.map((layer) => ({ ...layer, calls: layer.calls.map((call) => call.map(shift)) })),
    inputs,
    outputs: outputs.map(shift),
  };
}
