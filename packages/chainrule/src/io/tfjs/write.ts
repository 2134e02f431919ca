import {
  AlphaDropout,
  BatchNorm1d,
  Dropout,
  ELU,
  Embedding,
  Flatten,
  GELU,
  Hardtanh,
  Identity,
  LayerNorm,
  LeakyReLU,
  Linear,
  LogSoftmax,
  Mish,
  type Module,
  PReLU,
  ReLU,
  ReLU6,
  SELU,
  Sequential,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Softsign,
  Tanh,
  Threshold,
  Unflatten,
} from "../../nn/index.ts";
import { numel, type Shape, type Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { putElements } from "../elements.ts";
import { LayersModel } from "./model.ts";
import {
  GlobalPool1d,
  KerasEmbedding,
  KerasHardSigmoid,
  KerasPReLU,
  LastDimBatchNorm,
  Permute,
  RepeatVector,
} from "./parts.ts";

/** What {@link toTfjs} gives. */
export interface TfjsModel {
  /** The contents of model.json: write it by `JSON.stringify`. */
  json: TfjsJson;
  /** The files beside it, by name. */
  weights: Record<string, Uint8Array>;
}

/** The contents of a model.json that describes layers one after the other. */
export interface TfjsJson {
  /** The format's name. */
  format: "layers-model";
  /** What wrote it: "chainrule". */
  generatedBy: string;
  /** Null: no converter was at work. */
  convertedBy: null;
  /** The layers, as Keras describes them. */
  modelTopology: {
    class_name: "Sequential";
    config: { name: string; layers: { class_name: string; config: Record<string, unknown> }[] };
    keras_version: string;
    backend: string;
  };
  /** The files of weights, and what stands in them one after the other. */
  weightsManifest: {
    paths: string[];
    weights: { name: string; shape: number[]; dtype: "float32" }[];
  }[];
}

/** What {@link toTfjs} can be told. */
export interface ToTfjsOptions {
  /** The shape of one example, without the batch. Default: what the first layer with a fixed width takes, `[inFeatures]`. */
  inputShape?: Shape;
  /** Name of the model. Default `chainrule`. */
  name?: string;
}

/** A layer of Keras that stands for a module. */
interface Written {
  readonly className: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly weights?: Readonly<Record<string, Tensor>>;
  /** The shape of its result, without the batch. Default: that of its input. */
  readonly shape?: Shape;
}

/** How a module is written; a text says why Keras has no layer that computes the same. */
type Write<M extends Module> = (module: M, shape: Shape) => Written | string;
type Kind<M extends Module> = abstract new (...args: never[]) => M;

const entry = <M extends Module>(kind: Kind<M>, how: Write<M>): [unknown, Write<Module>] => [
  kind,
  how as Write<Module>,
];

const asActivation = (kind: Kind<Module>, activation: string): [unknown, Write<Module>] =>
  entry(kind, () => ({ className: "Activation", config: { activation } }));

const isLast = (dim: number, shape: Shape): boolean => dim === -1 || dim === shape.length;
const NOT_LAST = "TensorFlow.js computes it along the last dimension alone";

/** Another shape with the same elements. */
const reshaped = (shape: Shape): Written =>
  shape.length === 1
    ? { className: "Flatten", shape }
    : { className: "Reshape", config: { target_shape: shape }, shape };

function linear({ inFeatures, outFeatures, weight, bias }: Linear, shape: Shape): Written | string {
  if (shape[shape.length - 1] !== inFeatures)
    return `it takes ${inFeatures} features and gets [${shape.join(", ")}]`;
  return {
    className: "Dense",
    config: { units: outFeatures, activation: "linear", use_bias: bias !== null },
    weights: { kernel: weight.t(), ...(bias && { bias }) }, // Keras has [in, out]
    shape: [...shape.slice(0, -1), outFeatures],
  };
}

function batchNorm(norm: BatchNorm1d): Written | string {
  const { weight, bias, runningMean, runningVar, eps, momentum } = norm;
  if (!runningMean || !runningVar) return "it keeps no running moments";
  return {
    className: "BatchNormalization",
    config: {
      axis: -1,
      momentum: 1 - (momentum ?? 0.01), // Keras has no average over all batches: its default
      epsilon: eps,
      center: bias !== null,
      scale: weight !== null,
    },
    weights: {
      ...(weight && { gamma: weight }),
      ...(bias && { beta: bias }),
      moving_mean: runningMean,
      moving_variance: runningVar,
    },
  };
}

function layerNorm({ normalizedShape, weight, bias, eps }: LayerNorm): Written {
  const axes = normalizedShape.map((_, d) => d - normalizedShape.length);
  return {
    className: "LayerNormalization",
    config: {
      axis: axes.length === 1 ? -1 : axes,
      epsilon: eps,
      center: bias !== null,
      scale: weight !== null,
    },
    weights: { ...(weight && { gamma: weight }), ...(bias && { beta: bias }) },
  };
}

function prelu({ slopes, weight }: PReLU, shape: Shape): Written {
  const alpha = shape.map((_, d) => (d === 0 ? slopes : 1));
  const shared = shape.flatMap((_, d) => (d > 0 || slopes === 1 ? [d + 1] : []));
  return {
    className: "PReLU",
    config: { shared_axes: shared.length > 0 ? shared : null },
    weights: { alpha: weight.reshape(alpha) },
  };
}

function embedding(table: Embedding, shape: Shape): Written | string {
  if (table.maxNorm !== null) return "it has a maxNorm";
  return {
    className: "Embedding",
    config: { input_dim: table.numEmbeddings, output_dim: table.embeddingDim, mask_zero: false },
    weights: { embeddings: table.weight },
    shape: [...shape, table.embeddingDim],
  };
}

function flatten({ startDim, endDim }: Flatten, shape: Shape): Written | string {
  const rank = shape.length + 1;
  const [start, end] = [startDim, endDim].map((dim) => (dim < 0 ? dim + rank : dim) - 1);
  if (start < 0) return "it makes the batch longer";
  if (shape.length === 1) return { className: "Activation", config: { activation: "linear" } };
  return reshaped([...shape.slice(0, start), numel(shape.slice(start, end + 1)), ...shape.slice(end + 1)]);
}

function unflatten({ dim, unflattenedSize }: Unflatten, shape: Shape): Written | string {
  const at = (dim < 0 ? dim + shape.length + 1 : dim) - 1;
  if (at < 0) return "it splits the batch";
  const known = unflattenedSize.reduce((all, size) => (size === -1 ? all : all * size), 1);
  const sizes = unflattenedSize.map((size) => (size === -1 ? shape[at] / known : size));
  return reshaped([...shape.slice(0, at), ...sizes, ...shape.slice(at + 1)]);
}

/** Every module that Keras and TensorFlow.js have a layer for. A subclass of one may compute something else: it has no entry. */
const writers: ReadonlyMap<unknown, Write<Module>> = new Map([
  entry(Linear, linear),
  entry(BatchNorm1d, (norm, shape) =>
    shape.length === 1
      ? batchNorm(norm)
      : "TensorFlow.js's CPU backend mixes up channels that are not the last dimension",
  ),
  entry(LastDimBatchNorm, batchNorm),
  entry(LayerNorm, layerNorm),
  entry(Embedding, embedding),
  entry(KerasEmbedding, embedding),
  entry(Flatten, flatten),
  entry(Unflatten, unflatten),
  entry(Dropout, ({ p }) => ({ className: "Dropout", config: { rate: p } })),
  entry(AlphaDropout, ({ p }) => ({ className: "AlphaDropout", config: { rate: p } })),
  entry(ReLU, () => ({ className: "ReLU" })),
  entry(ReLU6, () => ({ className: "ReLU", config: { max_value: 6 } })),
  entry(Hardtanh, ({ minVal, maxVal }) =>
    minVal === 0 ? { className: "ReLU", config: { max_value: maxVal } } : `it cuts at ${minVal} and not at 0`,
  ),
  entry(LeakyReLU, ({ negativeSlope }) => ({ className: "LeakyReLU", config: { alpha: negativeSlope } })),
  entry(PReLU, prelu),
  entry(KerasPReLU, ({ weight }, shape) => ({
    className: "PReLU",
    config: { shared_axes: shape.flatMap((size, d) => (size === weight.shape[d] ? [] : [d + 1])) },
    weights: { alpha: weight },
  })),
  entry(ELU, ({ alpha }) =>
    alpha === 1 ? { className: "ELU", config: { alpha } } : "TensorFlow.js has ELU with alpha 1 alone",
  ),
  entry(Threshold, ({ threshold, value }) =>
    value === 0
      ? { className: "ThresholdedReLU", config: { theta: threshold } }
      : `its value is ${value} and not 0`,
  ),
  entry(Softmax, ({ dim }, shape) =>
    isLast(dim, shape) ? { className: "Softmax", config: { axis: -1 } } : NOT_LAST,
  ),
  entry(LogSoftmax, ({ dim }, shape) =>
    isLast(dim, shape) ? { className: "Activation", config: { activation: "log_softmax" } } : NOT_LAST,
  ),
  entry(GELU, ({ approximate }) =>
    approximate === "none"
      ? { className: "Activation", config: { activation: "gelu" } }
      : "TensorFlow.js cannot load its approximation by tanh",
  ),
  entry(Softplus, ({ beta, threshold }) =>
    beta === 1 && threshold >= 16
      ? { className: "Activation", config: { activation: "softplus" } }
      : `it has beta ${beta} and threshold ${threshold}`,
  ),
  asActivation(SELU, "selu"),
  asActivation(SiLU, "swish"),
  asActivation(Mish, "mish"),
  asActivation(Sigmoid, "sigmoid"),
  asActivation(KerasHardSigmoid, "hard_sigmoid"),
  asActivation(Softsign, "softsign"),
  asActivation(Tanh, "tanh"),
  asActivation(Identity, "linear"),
  entry(Permute, ({ dims }, shape) => ({
    className: "Permute",
    config: { dims },
    shape: dims.map((dim) => shape[dim - 1]),
  })),
  entry(RepeatVector, ({ times }, [width]) => ({
    className: "RepeatVector",
    config: { n: times },
    shape: [times, width],
  })),
  entry(GlobalPool1d, ({ kind }, [, width]) => ({
    className: kind === "mean" ? "GlobalAveragePooling1D" : "GlobalMaxPooling1D",
    shape: [width],
  })),
]);

/**
 * A model as TensorFlow.js's `tf.loadLayersModel` and Keras read it: model.json and a file of weights, in float32.
 *
 * Goes for layers one after the other (Sequential ones inside too, or a {@link LayersModel} that is a chain) that Keras has: linear
 * and embedding layers, activations, dropout, batch and layer normalization, changes of shape.
 *
 * @throws ChainruleError `argument` for layers that it has not, all of them by name
 *
 * @example
 * import { writeFile } from "node:fs/promises";
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 3));
 * const { json, weights } = toTfjs(model);
 * await writeFile("model.json", JSON.stringify(json));
 * for (const [path, bytes] of Object.entries(weights)) await writeFile(path, bytes);
 * json.weightsManifest[0].weights[0]; // → { name: 'dense_0/kernel', shape: [4, 8], dtype: 'float32' }
 */
export function toTfjs(model: Sequential | LayersModel, options: ToTfjsOptions = {}): TfjsModel {
  const chain = flat(model, "");
  const unknown = chain.filter(({ module }) => !writers.has(module.constructor));
  if (unknown.length > 0) {
    throw new ChainruleError(
      "argument",
      `TensorFlow.js has no layer for ${unknown.map(({ module, path }) => `${module.scopeKind()} ("${path}")`).join(", ")}.`,
      "Replace them, or export the model to ONNX.",
    );
  }
  let shape = options.inputShape ?? widthOf(chain);
  const input = shape;
  const names = new Set<string>();
  const tensors: [name: string, tensor: Tensor][] = [];
  const layers = chain.map(({ module, path }, i) => {
    const written = (writers.get(module.constructor) as Write<Module>)(module, shape);
    if (typeof written === "string") {
      throw new ChainruleError(
        "argument",
        `${module.scopeKind()} ("${path}") can not be a layer of TensorFlow.js: ${written}.`,
        "Replace it, or export the model to ONNX.",
      );
    }
    const { className, config, weights = {} } = written;
    shape = written.shape ?? shape;
    const name = nameFor(path, className, names);
    for (const [weight, tensor] of Object.entries(weights))
      tensors.push([`${name}/${weight}`, tensor.detach()]);
    const trainable = Object.keys(weights).length === 0 || module.parameters().some((p) => p.requiresGrad);
    return {
      class_name: className,
      config: {
        name,
        trainable,
        ...(i === 0 && { batch_input_shape: [null, ...input], dtype: "float32" }),
        ...config,
      },
    };
  });
  const path = "group1-shard1of1.bin";
  return {
    json: {
      format: "layers-model",
      generatedBy: "chainrule",
      convertedBy: null,
      modelTopology: {
        class_name: "Sequential",
        config: { name: options.name ?? "chainrule", layers },
        keras_version: "2",
        backend: "tensorflow",
      },
      weightsManifest: [
        {
          paths: [path],
          weights: tensors.map(([name, { shape: sizes }]) => ({ name, shape: [...sizes], dtype: "float32" })),
        },
      ],
    },
    weights: { [path]: bytesOf(tensors.map(([, tensor]) => tensor)) },
  };
}

interface Placed {
  readonly path: string;
  readonly module: Module;
}

/** The layers of a chain and of those inside it. */
function flat(model: Sequential | LayersModel, prefix: string): Placed[] {
  const chain = model instanceof LayersModel ? model.toSequential() : model;
  return chain
    .ownModules()
    .flatMap(([name, module]) =>
      module.constructor === Sequential || module instanceof LayersModel
        ? flat(module as Sequential | LayersModel, `${prefix}${name}.`)
        : [{ path: prefix + name, module }],
    );
}

/** The shape of an example, from the first layer that takes a fixed one; those before it keep the shape. */
function widthOf(chain: readonly Placed[]): Shape {
  for (const { module } of chain) {
    if (module instanceof Linear) return [module.inFeatures];
    if (module instanceof BatchNorm1d) return [module.numFeatures];
    if (module instanceof LayerNorm) return module.normalizedShape;
    if (module instanceof PReLU && module.slopes > 1) return [module.slopes];
    if (module instanceof Embedding || module instanceof Flatten || module instanceof Unflatten) break;
  }
  throw new ChainruleError(
    "argument",
    "The layers do not say which shape the model takes.",
    "Give { inputShape: [...] }, the shape of one example without the batch.",
  );
}

/** A name that TensorFlow takes: letters, digits, and a letter first. */
function nameFor(path: string, className: string, names: Set<string>): string {
  const plain = path.replaceAll(/[^A-Za-z0-9_]/g, "_");
  const name = /^[A-Za-z]/.test(plain) ? plain : `${className.toLowerCase()}_${plain}`;
  let free = name;
  for (let i = 1; names.has(free); i++) free = `${name}_${i}`;
  names.add(free);
  return free;
}

/** Float32 numbers one after the other, little-endian. */
function bytesOf(tensors: readonly Tensor[]): Uint8Array {
  const bytes = new Uint8Array(tensors.reduce((sum, { numel: count }) => sum + 4 * count, 0));
  let at = 0;
  for (const tensor of tensors) {
    putElements(tensor.to("float32"), "float32", bytes, at, "");
    at += 4 * tensor.numel;
  }
  return bytes;
}
