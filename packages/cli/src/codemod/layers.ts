/** The layers of TensorFlow.js as layers of `nn`: widths follow from the input's shape and the units before. */
import type * as acorn from "acorn";
import { Leave, type Rewriter } from "./rewriter.ts";
import { type Call, literal, NOT_LITERAL, type Node, propertiesOf } from "./syntax.ts";

/** A layer as it is written here. */
export interface Layer {
  readonly text: string;
  /** The class of `nn`. */
  readonly name: string;
  /** The place among the layers of TensorFlow.js from which it comes. */
  readonly from: number;
}

/** The sizes of one example as they are written; null where they are not known. */
type Sizes = readonly string[] | null;

type Config = ReadonlyMap<string, acorn.Property>;

/** The helper that starts layers as TensorFlow.js does, in JavaScript or TypeScript. */
const start = (typed: boolean, name: string, nn: string): string => {
  const [generic, layer, fill, result] = typed
    ? [`<L extends ${nn}.Linear>`, ": L", `(values: ${nn}.Parameter) => void`, ": L"]
    : ["", "", "", ""];
  const [weight, bias] = typed ? [`?: number | (${fill})`, `: ${fill}`] : ["", ""];
  return `/** Starts a layer as TensorFlow.js does: normal weights, cut at two deviations (by default Glorot's), a bias of 0. */
function ${name}${generic}(layer${layer}, weight${weight}, bias${bias} = ${nn}.init.zeros_)${result} {
  const std = typeof weight === "number" ? weight : Math.sqrt(2 / (layer.inFeatures + layer.outFeatures));
  if (typeof weight === "function") weight(layer.weight);
  else ${nn}.init.truncNormal_(layer.weight, 0, std, -2 * std, 2 * std);
  if (layer.bias) bias(layer.bias);
  return layer;
}`;
};

/** All layers of a chain; throws Leave on one that is not understood. */
export function layersText(
  calls: readonly Node[],
  r: Rewriter,
): { layers: Layer[]; input: Sizes; sizes: Sizes } {
  const layers: Layer[] = [];
  let sizes: Sizes = null;
  let input: Sizes = null;
  // Said when all layers are understood.
  const said: (() => void)[] = [];
  calls.forEach((node, from) => {
    const call = node as Call;
    const path = r.values.pathOf(call.callee);
    const type = path?.startsWith("layers.") ? path.slice("layers.".length) : null;
    const config = r.args(call).length === 0 ? new Map() : propertiesOf(r.args(call)[0]);
    if (type === null || !config)
      throw new Leave("A layer of this model is not understood: see nn.Sequential.");
    const given = inputOf(type, config, r);
    if (from === 0) {
      input = given;
      sizes = given;
    }
    const writer = writers[type];
    if (!writer)
      throw new Leave(`tf.layers.${type} has no counterpart of the same numbers: see the layers of nn.`);
    const written = writer({ config, sizes, r, type, note: (text) => said.push(() => r.note(call, text)) });
    check(type, config, writer.takes);
    said.push(() => r.did(call, `tf.layers.${type}`, written.names.map((n) => `nn.${n}`).join(", ")));
    written.texts.forEach((text, i) => {
      layers.push({ text, name: written.names[i], from });
    });
    sizes = written.sizes;
  });
  for (const say of said) say();
  return { layers, input, sizes };
}

interface Made {
  readonly texts: readonly string[];
  readonly names: readonly string[];
  readonly sizes: Sizes;
}

interface Making {
  readonly config: Config;
  readonly sizes: Sizes;
  readonly r: Rewriter;
  readonly type: string;
  /** Says what is to be known, once all layers are understood. */
  note(text: string): void;
}

interface Writer {
  (making: Making): Made;
  readonly takes: readonly string[];
}

const always = ["inputShape", "batchInputShape", "inputDim", "name", "dtype", "trainable"];

/** Refuses options that would change the numbers and are not written. */
function check(type: string, config: Config, takes: readonly string[]): void {
  for (const [name, { value }] of config) {
    if (takes.includes(name)) continue;
    const said = literal(value);
    const harmless =
      name === "name" ||
      name === "inputDim" ||
      /nputShape$/.test(name) ||
      (name === "dtype" && said === "float32") ||
      (name === "trainable" && said === true);
    if (!always.includes(name) || !harmless) {
      if (said === undefined || said === null) continue;
      throw new Leave(`${name} of tf.layers.${type} was not converted.`);
    }
  }
}

function inputOf(type: string, config: Config, r: Rewriter): Sizes {
  // An embedding's inputDim is the number of its rows.
  const dim = type === "embedding" ? undefined : config.get("inputDim")?.value;
  if (dim) return [r.argument(dim)];
  const batch = config.get("batchInputShape")?.value;
  const shape = config.get("inputShape")?.value ?? batch;
  if (shape?.type !== "ArrayExpression") return null;
  const sizes = (shape.elements as Node[]).map((size) => r.argument(size));
  return batch && !config.has("inputShape") ? sizes.slice(1) : sizes;
}

const writer = (takes: readonly string[], write: (making: Making) => Made): Writer =>
  Object.assign(write, { takes });

const width = ({ sizes, type }: Making): string => {
  const last = sizes?.at(-1);
  if (last === undefined || last === "null")
    throw new Leave(`The width before tf.layers.${type} has to be said: inputShape.`);
  return last;
};

const text = ({ config, r }: Making, name: string): string | undefined => {
  const value = config.get(name)?.value;
  return value && literal(value) !== undefined && literal(value) !== null ? r.argument(value) : undefined;
};

const one = (name: string, args: readonly string[], { sizes, r }: Making): Made => ({
  texts: [`new ${r.use("nn")}.${name}(${args.join(", ")})`],
  names: [name],
  sizes,
});

/** Activations by their names: class and arguments; null for none. */
const activations: Readonly<Record<string, readonly [name: string, args: string] | null>> = {
  linear: null, relu: ["ReLU", ""], relu6: ["ReLU6", ""], sigmoid: ["Sigmoid", ""], tanh: ["Tanh", ""],
  softmax: ["Softmax", "-1"], logSoftmax: ["LogSoftmax", "-1"], elu: ["ELU", ""], selu: ["SELU", ""], softplus: ["Softplus", ""],
  softsign: ["Softsign", ""], swish: ["SiLU", ""], mish: ["Mish", ""], gelu: ["GELU", ""], gelu_new: ["GELU", '{ approximate: "tanh" }'],
}; // biome-ignore format: a table

function activation(node: Node | undefined, r: Rewriter): { texts: string[]; names: string[] } {
  if (!node || literal(node) === undefined || literal(node) === null) return { texts: [], names: [] };
  const name = String(literal(node));
  if (literal(node) === NOT_LITERAL || !Object.hasOwn(activations, name))
    throw new Leave(
      `The activation ${r.source(node)} has no counterpart of the same numbers: see the layers of nn.`,
    );
  const found = activations[name];
  if (!found) return { texts: [], names: [] };
  return { texts: [`new ${r.use("nn")}.${found[0]}(${found[1]})`], names: [found[0]] };
}

/** An initializer as a function of the values; undefined for the one that is the default. */
function initializer(
  node: Node | undefined,
  standard: string,
  fan: { in: string; out: string } | null,
  { r, note }: Making,
): string | undefined {
  if (!node || literal(node) === undefined || literal(node) === null) return undefined;
  const path = node.type === "CallExpression" ? r.values.pathOf(node.callee) : null;
  const name =
    typeof literal(node) === "string" ? String(literal(node)) : (path?.replace(/^initializers\./, "") ?? "");
  const config: Config = (node.type === "CallExpression" && propertiesOf(r.args(node)[0])) || new Map();
  const option = (key: string, fallback: string): string => {
    const value = config.get(key)?.value;
    return value ? r.argument(value) : fallback;
  };
  if (config.has("seed")) note("A seed gives other numbers here: manualSeed(seed).");
  if (name === standard && config.size === 0) return undefined;
  const init = `${r.use("nn")}.init`;
  // A number is the deviation of a normal distribution that is cut at two of them.
  const cut = (std: string): string => std;
  switch (name) {
    case "zeros":
      return `${init}.zeros_`;
    case "ones":
      return `${init}.ones_`;
    case "constant":
      return `(values) => ${init}.constant_(values, ${option("value", "0")})`;
    case "glorotNormal":
      return fan ? cut(`Math.sqrt(2 / (${fan.in} + ${fan.out}))`) : undefined;
    case "glorotUniform":
      return `${init}.xavierUniform_`;
    case "heNormal":
      if (fan) return cut(`Math.sqrt(2 / ${fan.in})`);
      break;
    case "leCunNormal":
      if (fan) return cut(`Math.sqrt(1 / ${fan.in})`);
      break;
    case "heUniform":
      return `(values) => ${init}.kaimingUniform_(values, { nonlinearity: "relu" })`;
    case "leCunUniform":
      return `(values) => ${init}.kaimingUniform_(values, { nonlinearity: "linear" })`;
    case "randomNormal":
      return `(values) => ${init}.normal_(values, ${option("mean", "0")}, ${option("stddev", "0.05")})`;
    case "randomUniform":
      return `(values) => ${init}.uniform_(values, ${option("minval", "-0.05")}, ${option("maxval", "0.05")})`;
    case "truncatedNormal":
      if (!config.has("mean")) return cut(option("stddev", "0.05"));
  }
  throw new Leave(`The initializer ${r.source(node)} was not converted: see nn.init.`);
}

const product = (sizes: readonly string[]): string =>
  sizes.every((size) => /^\d+$/.test(size))
    ? String(sizes.reduce((a, b) => a * Number(b), 1))
    : sizes.join(" * ");

const smoothing = [
  "epsilon",
  "momentum",
  "axis",
  "center",
  "scale",
  "betaInitializer",
  "gammaInitializer",
  "movingMeanInitializer",
  "movingVarianceInitializer",
];

const writers: Readonly<Record<string, Writer>> = {
  dense: writer(["units", "activation", "useBias", "kernelInitializer", "biasInitializer"], (making) => {
    const { config, sizes, r } = making;
    const before = width(making);
    const units = text(making, "units");
    if (!units) throw new Leave("units of tf.layers.dense have to be said.");
    const bias = literal(config.get("useBias")?.value) === false ? ", { bias: false }" : "";
    const nn = r.use("nn");
    const helper = r.helperName("startLayer");
    const fan = { in: before, out: units };
    const weights = initializer(config.get("kernelInitializer")?.value, "glorotNormal", fan, making);
    const biases = initializer(config.get("biasInitializer")?.value, "zeros", null, making);
    r.helpers.set(helper, start(r.tree.typed, helper, nn));
    const inits = biases ? [weights ?? "undefined", biases] : weights ? [weights] : [];
    const then = activation(config.get("activation")?.value, r);
    return {
      texts: [
        `${helper}(${[`new ${nn}.Linear(${before}, ${units}${bias})`, ...inits].join(", ")})`,
        ...then.texts,
      ],
      names: ["Linear", ...then.names],
      sizes: [...(sizes ?? []).slice(0, -1), units],
    };
  }),
  activation: writer(["activation"], (making) => ({
    ...activation(making.config.get("activation")?.value, making.r),
    sizes: making.sizes,
  })),
  dropout: writer(["rate", "seed", "noiseShape"], (making) => {
    if (text(making, "noiseShape")) throw new Leave("noiseShape of tf.layers.dropout was not converted.");
    return one("Dropout", [text(making, "rate") ?? "0.5"], making);
  }),
  flatten: writer(["dataFormat"], (making) => {
    const { sizes } = making;
    return { ...one("Flatten", [], making), sizes: sizes && [product(sizes)] };
  }),
  reLU: writer(["maxValue"], (making) => {
    const most = text(making, "maxValue");
    if (most === undefined) return one("ReLU", [], making);
    return most === "6"
      ? one("ReLU6", [], making)
      : one("Hardtanh", [`{ minVal: 0, maxVal: ${most} }`], making);
  }),
  leakyReLU: writer(["alpha"], (making) => one("LeakyReLU", [text(making, "alpha") ?? "0.3"], making)),
  elu: writer(["alpha"], (making) => one("ELU", [text(making, "alpha") ?? "1"], making)),
  thresholdedReLU: writer(["theta"], (making) =>
    one("Threshold", [text(making, "theta") ?? "1", "0"], making),
  ),
  softmax: writer(["axis"], (making) => one("Softmax", [text(making, "axis") ?? "-1"], making)),
  batchNormalization: writer(smoothing, (making) => {
    const { config, sizes } = making;
    if (sizes && sizes.length > 1)
      throw new Leave("tf.layers.batchNormalization of more than one dimension was not converted.");
    for (const name of [
      "axis",
      "center",
      "scale",
      "betaInitializer",
      "gammaInitializer",
      "movingMeanInitializer",
      "movingVarianceInitializer",
    ])
      if (config.has(name)) throw new Leave(`${name} of tf.layers.batchNormalization was not converted.`);
    const momentum = literal(config.get("momentum")?.value);
    const share =
      momentum === undefined
        ? "0.01"
        : typeof momentum === "number"
          ? String(Number((1 - momentum).toFixed(12)))
          : `1 - ${text(making, "momentum")}`;
    const made = one(
      "BatchNorm1d",
      [width(making), `{ momentum: ${share}, eps: ${text(making, "epsilon") ?? "1e-3"} }`],
      making,
    );
    making.note("Running variances of BatchNorm1d are divided by the count − 1.");
    return made;
  }),
  layerNormalization: writer(["epsilon"], (making) => {
    return one("LayerNorm", [width(making), `{ eps: ${text(making, "epsilon") ?? "1e-3"} }`], making);
  }),
  embedding: writer(["inputDim", "outputDim", "inputLength"], (making) => {
    const [rows, columns, length] = ["inputDim", "outputDim", "inputLength"].map((name) =>
      text(making, name),
    );
    if (!rows || !columns) throw new Leave("inputDim and outputDim of tf.layers.embedding have to be said.");
    making.note(
      "An embedding starts uniform on ±0.05 in TensorFlow.js, and normal here; its indices are int32.",
    );
    return { ...one("Embedding", [rows, columns], making), sizes: length ? [length, columns] : null };
  }),
};
