/** Keras's layers as modules of this library, with their weights. One entry for each class. */
import {
  AlphaDropout,
  BatchNorm1d,
  Dropout,
  ELU,
  Flatten,
  LayerNorm,
  LeakyReLU,
  Linear,
  type Module,
  Parameter,
  PReLU,
  ReLU,
  ReLU6,
  Softmax,
  Threshold,
  Unflatten,
} from "../../nn/index.ts";
import { ones, type Tensor, zeros } from "../../tensor/index.ts";
import { asList, asText, asWhole, type Json } from "../../util/json.ts";
import { activations } from "./activations.ts";
import type { Config } from "./config.ts";
import { showDims } from "./model.ts";
import {
  Concatenate,
  Dot,
  GlobalPool1d,
  KerasEmbedding,
  KerasPReLU,
  KerasReLU,
  LastDimBatchNorm,
  Merge,
  type MergeKind,
  Noise,
  type NoiseKind,
  Permute,
  RepeatVector,
  Rescaling,
} from "./parts.ts";
import { type Dims, refuse } from "./topology.ts";

/** What a layer is made from. */
export interface Given {
  readonly config: Config;
  /** Shapes of the inputs of its first call. */
  readonly inputs: readonly Dims[];
  /** Its weights by Keras's names, in Keras's order; sizes that are not null are checked. */
  weights(shapes: Readonly<Record<string, Dims>>): Readonly<Record<string, Tensor>>;
}

/** Modules that are called one after the other, and the shape of their result from those of the inputs. */
export interface Built {
  readonly modules: readonly Module[];
  readonly shape: (inputs: readonly Dims[]) => Dims;
}

type Build = (given: Given) => Built;

const same = (inputs: readonly Dims[]): Dims => inputs[0];
/** A layer that keeps the shape. */
const keeping =
  (make: (given: Given) => Module): Build =>
  (given) => ({ modules: [make(given)], shape: same });

const last = (dims: Dims): number | null => dims[dims.length - 1] ?? null;
const wrong = (config: Config, key: string, problem: string): Error =>
  refuse(`${config.at(key)} ${problem}.`, "Save the model without it.");

/** A dimension by number, counted from the end where it is negative. */
function dimOf(value: Json, place: string, rank: number, least = 0): number {
  const dim = asWhole(value, place, -rank, rank - 1);
  return asWhole(dim < 0 ? dim + rank : dim, place, least, rank - 1);
}

const parameter = ({ config }: Given, data: Tensor): Parameter =>
  new Parameter(data, config.truth("trainable", true));

/** Refuses what changes outputs and is not computed here. */
function without(config: Config, ...keys: readonly string[]): void {
  for (const key of keys) {
    const value = config.get(key);
    if (value !== undefined && value !== false) throw wrong(config, key, `is ${JSON.stringify(value)}`);
  }
}

/** The name of an activation, as Keras and TensorFlow.js write it: a text, or an object around one. */
export function activationName(config: Config): string {
  const value = config.get("activation");
  if (typeof value === "string" || value === undefined) return snakeCase(value ?? "linear");
  const given = config.object("activation");
  const inside = given.get("config");
  return snakeCase(
    typeof inside === "string" ? inside : asText(given.get("class_name"), given.at("class_name")),
  );
}

const snakeCase = (name: string): string => name.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();

function activationOf(config: Config): Module[] {
  const make = activations.get(activationName(config));
  return make ? [make()] : [];
}

function dense(given: Given): Built {
  const { config, inputs } = given;
  const units = config.whole("units", undefined, 1);
  const { kernel, bias } = given.weights({
    kernel: [last(inputs[0]), units],
    ...(config.truth("use_bias", true) && { bias: [units] }),
  });
  const linear = Object.assign(new Linear(0, 0), {
    inFeatures: kernel.shape[0],
    outFeatures: units,
    weight: parameter(given, kernel.t().contiguous()), // Keras has [in, out]
    bias: bias ? parameter(given, bias) : null,
  });
  return {
    modules: [linear, ...activationOf(config)],
    shape: ([dims]) => {
      const width = last(dims);
      if (dims.length < 2 || (width !== null && width !== linear.inFeatures))
        throw refuse(
          `The layer at ${config.place} takes ${linear.inFeatures} features and gets ${showDims(dims)}.`,
          "Give model.json as it was saved.",
        );
      return [...dims.slice(0, -1), units];
    },
  };
}

function relu({ config }: Given): Module {
  const most = config.number("max_value", Number.POSITIVE_INFINITY, 0);
  const slope = config.number("negative_slope", 0);
  const threshold = config.number("threshold", 0);
  if (threshold === 0 && most === Number.POSITIVE_INFINITY)
    return slope === 0 ? new ReLU() : new LeakyReLU(slope);
  if (threshold === 0 && slope === 0 && most === 6) return new ReLU6();
  return new KerasReLU(most, slope, threshold);
}

function prelu(given: Given): Module {
  const dims = given.inputs[0].slice(1);
  const shared = given.config.get("shared_axes");
  const axes = shared === undefined ? [] : [shared].flat();
  const shape = dims.map((size, d) => (axes.includes(d + 1) ? 1 : size));
  const { alpha } = given.weights({ alpha: shape });
  const onlyChannels = alpha.shape.every((size, d) => d === 0 || size === 1);
  if (alpha.numel !== 1 && !onlyChannels) return new KerasPReLU(parameter(given, alpha));
  const weight = parameter(given, alpha.reshape([alpha.numel]));
  return Object.assign(new PReLU(), { slopes: alpha.numel, weight });
}

/** Batch normalization; where Keras leaves out one of weight and bias, that stays 1 or 0. */
function batchNorm(given: Given): Module {
  const { config, inputs } = given;
  const rank = inputs[0].length;
  const axis = [config.get("axis") ?? -1].flat();
  const dim = dimOf(axis.length === 1 ? axis[0] : axis, config.at("axis"), rank, 1);
  if (dim !== rank - 1 && (dim !== 1 || rank !== 3))
    throw wrong(config, "axis", `is ${dim} of an input ${showDims(inputs[0])}`);
  const size = [inputs[0][dim]];
  const [scale, center] = [config.truth("scale", true), config.truth("center", true)];
  const found = given.weights({
    ...(scale && { gamma: size }),
    ...(center && { beta: size }),
    moving_mean: size,
    moving_variance: size,
  });
  const numFeatures = found.moving_mean.numel;
  const norm = new (dim === 1 ? BatchNorm1d : LastDimBatchNorm)(0, {
    eps: config.number("epsilon", 1e-3, 0),
    // The share of the new moments, where Keras has that of the old ones; without the rounding error of 1 − 0.99.
    momentum: Number((1 - config.number("momentum", 0.99, 0, 1)).toPrecision(15)),
  });
  return Object.assign(norm, {
    numFeatures,
    weight: scale ? parameter(given, found.gamma) : new Parameter(ones([numFeatures]), false),
    bias: center ? parameter(given, found.beta) : new Parameter(zeros([numFeatures]), false),
    runningMean: found.moving_mean,
    runningVar: found.moving_variance,
  });
}

function layerNorm(given: Given): Module {
  const { config, inputs } = given;
  without(config, "rms_scaling");
  const rank = inputs[0].length;
  const axes = [config.get("axis") ?? -1].flat().map((axis: Json) => dimOf(axis, config.at("axis"), rank, 1));
  if (axes.length === 0 || axes.some((axis, i) => axis !== rank - axes.length + i))
    throw wrong(config, "axis", `is ${JSON.stringify(axes)} of an input ${showDims(inputs[0])}`);
  const sizes = axes.map((axis) => inputs[0][axis]);
  const [scale, center] = [config.truth("scale", true), config.truth("center", true)];
  const found = given.weights({ ...(scale && { gamma: sizes }), ...(center && { beta: sizes }) });
  const normalizedShape =
    (found.gamma ?? found.beta)?.shape ??
    sizes.map((size) => asWhole(size, `the size of ${config.at("axis")}`));
  return Object.assign(
    new LayerNorm([], { eps: config.number("epsilon", 1e-3, 0), elementwiseAffine: false }),
    {
      normalizedShape,
      elementwiseAffine: scale || center,
      weight: scale ? parameter(given, found.gamma) : null,
      bias: center ? parameter(given, found.beta) : null,
    },
  );
}

function embedding(given: Given): Built {
  const { config } = given;
  without(config, "mask_zero");
  const shape = [config.whole("input_dim", undefined, 1), config.whole("output_dim", undefined, 1)];
  const { embeddings } = given.weights({ embeddings: shape });
  const layer = Object.assign(new KerasEmbedding(0, 0), {
    numEmbeddings: shape[0],
    embeddingDim: shape[1],
    weight: parameter(given, embeddings),
  });
  return { modules: [layer], shape: ([dims]) => [...dims, shape[1]] };
}

const product = (sizes: Dims): number | null =>
  sizes.reduce((all, size) => (all === null || size === null ? null : all * size), 1);

function flatten({ config, inputs }: Given): Built {
  if (config.get("data_format") === "channels_first" && inputs[0].length > 2)
    throw wrong(config, "data_format", 'is "channels_first"');
  return { modules: [new Flatten()], shape: ([[batch, ...sizes]]) => [batch, product(sizes)] };
}

function reshape({ config, inputs }: Given): Built {
  const at = config.at("target_shape");
  const target = asList(config.get("target_shape"), at, (size, place) =>
    size === null ? -1 : asWhole(size, place, -1),
  );
  if (target.filter((size) => size === -1).length > 1)
    throw wrong(config, "target_shape", "leaves two sizes open");
  const known = target.reduce((all, size) => (size === -1 ? all : all * size), 1);
  const shape: Built["shape"] = ([[batch, ...sizes]]) => {
    const count = product(sizes);
    const fits = count === null || (target.includes(-1) ? known > 0 && count % known === 0 : count === known);
    if (!fits) throw wrong(config, "target_shape", `does not fit an input ${showDims([batch, ...sizes])}`);
    return [batch, ...target.map((size) => (size >= 0 ? size : count === null ? null : count / known))];
  };
  if (target.length === 0) throw wrong(config, "target_shape", "is empty");
  const flat = inputs[0].length === 2 && target.length > 1 ? [] : [new Flatten()];
  return { modules: target.length > 1 ? [...flat, new Unflatten(1, target)] : flat, shape };
}

function permute({ config, inputs }: Given): Built {
  const rank = inputs[0].length;
  const dims = asList(config.get("dims"), config.at("dims"), (dim, at) => asWhole(dim, at, 1, rank - 1));
  if (dims.length !== rank - 1 || new Set(dims).size !== dims.length)
    throw wrong(config, "dims", `does not order ${rank - 1} dimensions`);
  return { modules: [new Permute(dims)], shape: ([sizes]) => [sizes[0], ...dims.map((dim) => sizes[dim])] };
}

function repeatVector({ config, inputs }: Given): Built {
  if (inputs[0].length !== 2) throw wrong(config, "n", `repeats an input ${showDims(inputs[0])}`);
  const times = config.whole("n", undefined, 1);
  return { modules: [new RepeatVector(times)], shape: ([[batch, width]]) => [batch, times, width] };
}

const pool =
  (kind: "mean" | "max"): Build =>
  ({ config, inputs }) => {
    without(config, "keepdims");
    if (config.get("data_format") === "channels_first")
      throw wrong(config, "data_format", 'is "channels_first"');
    if (inputs[0].length !== 3)
      throw refuse(`The layer at ${config.place} pools an input ${showDims(inputs[0])}.`, "Give [N, T, F].");
    return { modules: [new GlobalPool1d(kind)], shape: ([[batch, , width]]) => [batch, width] };
  };

function softmax({ config, inputs }: Given): Module {
  const axis = [config.get("axis") ?? -1].flat();
  return new Softmax(dimOf(axis.length === 1 ? axis[0] : axis, config.at("axis"), inputs[0].length));
}

function dropout({ config }: Given): Module {
  without(config, "noise_shape");
  return new Dropout(config.number("rate", undefined, 0, 1));
}

const noise = (kind: NoiseKind, key: string): Build =>
  keeping(({ config }) => {
    const most = kind === "add" ? undefined : kind === "multiply" ? 1 - 2 ** -20 : 1;
    return new Noise(kind, config.number(key, undefined, 0, most));
  });

/** The shape of two values, element by element, with the last sizes side by side; sizes of 1 and open ones fit all. */
function broadcast(a: Dims, b: Dims, place: string): Dims {
  if (a.length < b.length) return broadcast(b, a, place);
  const filled = [b[0], ...new Array<number>(a.length - b.length).fill(1), ...b.slice(1)];
  return a.map((size, d) => {
    const other = filled[d];
    if (size === other || other === 1) return size;
    if (size === 1 || size === null) return other;
    if (other === null) return size;
    throw refuse(
      `The layer at ${place} gets ${showDims(a)} and ${showDims(b)}, which do not fit each other.`,
      "Give model.json as it was saved.",
    );
  });
}

const merge =
  (kind: MergeKind): Build =>
  ({ config }) => ({
    modules: [new Merge(kind)],
    shape: (inputs) => inputs.reduce((a, b) => broadcast(a, b, config.place)),
  });

function concatenate({ config, inputs }: Given): Built {
  const rank = inputs[0].length;
  const dim = dimOf(config.get("axis") ?? -1, config.at("axis"), rank, 1);
  return {
    modules: [new Concatenate(dim)],
    shape: (all) => {
      const fits = all.every(
        (dims) =>
          dims.length === rank &&
          dims.every((size, d) => d === dim || size === null || all[0][d] === null || size === all[0][d]),
      );
      if (!fits) throw wrong(config, "axis", `does not fit inputs ${all.map(showDims).join(", ")}`);
      const sizes = all.map((dims) => dims[dim]);
      const total = sizes.reduce((a, b) => (a === null || b === null ? null : a + b));
      return all[0].map((size, d) => (d === dim ? total : size));
    },
  };
}

function dot({ config, inputs }: Given): Built {
  if (inputs.length !== 2 || inputs.some((dims) => dims.length < 2 || dims.length > 3))
    throw refuse(
      `The layer at ${config.place} takes ${inputs.map(showDims).join(", ")}.`,
      "Dot takes two inputs of two or three dimensions.",
    );
  const given = [config.get("axes")].flat();
  const [a, b] = inputs.map((dims, i) =>
    dimOf(given[Math.min(i, given.length - 1)], config.at("axes"), dims.length, 1),
  );
  return {
    modules: [new Dot([a, b], config.truth("normalize", false))],
    shape: ([left, right]) => {
      const [k, l] = [left[a], right[b]];
      if (k !== null && l !== null && k !== l)
        throw wrong(config, "axes", `does not fit inputs ${showDims(left)}, ${showDims(right)}`);
      const kept = [
        ...left.slice(1).filter((_, d) => d + 1 !== a),
        ...right.slice(1).filter((_, d) => d + 1 !== b),
      ];
      return [left[0], ...(kept.length > 0 ? kept : [1])];
    },
  };
}

/** How each class of Keras is made. */
export const builders: ReadonlyMap<string, Build> = new Map<string, Build>([
  ["Dense", dense],
  ["Activation", ({ config }) => ({ modules: activationOf(config), shape: same })],
  ["ReLU", keeping(relu)],
  [
    "LeakyReLU",
    keeping(({ config }) => new LeakyReLU(config.number("negative_slope", config.number("alpha", 0.3)))),
  ],
  ["PReLU", keeping(prelu)],
  ["ELU", keeping(({ config }) => new ELU(config.number("alpha", 1)))],
  ["ThresholdedReLU", keeping(({ config }) => new Threshold(config.number("theta", 1), 0))],
  ["Softmax", keeping(softmax)],
  ["Dropout", keeping(dropout)],
  ["AlphaDropout", keeping(({ config }) => new AlphaDropout(config.number("rate", undefined, 0, 1)))],
  ["GaussianNoise", noise("add", "stddev")],
  ["GaussianDropout", noise("multiply", "rate")],
  ["SpatialDropout1D", noise("channels", "rate")],
  ["BatchNormalization", keeping(batchNorm)],
  ["LayerNormalization", keeping(layerNorm)],
  ["Embedding", embedding],
  ["Flatten", flatten],
  ["Reshape", reshape],
  ["Permute", permute],
  ["RepeatVector", repeatVector],
  ["Rescaling", keeping(({ config }) => new Rescaling(config.number("scale"), config.number("offset", 0)))],
  ["GlobalAveragePooling1D", pool("mean")],
  ["GlobalMaxPooling1D", pool("max")],
  ["Add", merge("sum")],
  ["Subtract", merge("difference")],
  ["Multiply", merge("product")],
  ["Average", merge("mean")],
  ["Maximum", merge("maximum")],
  ["Minimum", merge("minimum")],
  ["Concatenate", concatenate],
  ["Dot", dot],
]);

/** Classes that take several inputs. */
export const merges: ReadonlySet<string> = new Set(
  ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot"], // biome-ignore format: one line
);
