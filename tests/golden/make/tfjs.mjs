// `node tests/golden/make/tfjs.mjs`: models of TensorFlow.js with what they compute, in `tests/golden/data/tfjs.json`. It needs
// `npm ci --prefix bench/peers`. `npm run check:formats` takes the same models, with other weights and inputs.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/** TensorFlow.js on its plain CPU backend; throws when it is not installed. */
export async function tensorflow() {
  console.warn = () => {};
  const tf = createRequire(new URL("../../../bench/peers/package.json", import.meta.url))("@tensorflow/tfjs");
  await tf.setBackend("cpu");
  return tf;
}

const ACTIVATIONS = [
  "linear", "relu", "relu6", "elu", "selu", "sigmoid", "hardSigmoid", "softplus", "softsign", "tanh", "softmax", "logSoftmax", "gelu", "swish", "mish",
]; // biome-ignore format: a list

/** Makers of models by name. Inputs named `…index` take whole numbers from 0 to 4. */
export const makers = {
  ...Object.fromEntries(
    ACTIVATIONS.map((activation) => [
      `dense ${activation}`,
      (tf) => tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [3], activation })] }),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries({
      ReLU: (l) => l.reLU(),
      "ReLU with a limit": (l) => l.reLU({ maxValue: 0.5 }),
      LeakyReLU: (l) => l.leakyReLU(),
      PReLU: (l) => l.prelu(),
      ELU: (l) => l.elu(),
      ThresholdedReLU: (l) => l.thresholdedReLU({ theta: 0.4 }),
      Softmax: (l) => l.softmax({ axis: -1 }),
      BatchNormalization: (l) => l.batchNormalization(),
      "BatchNormalization without scale": (l) => l.batchNormalization({ scale: false, epsilon: 0.01 }),
      "BatchNormalization without center": (l) => l.batchNormalization({ center: false, momentum: 0.9 }),
      LayerNormalization: (l) => l.layerNormalization(),
      "LayerNormalization without center": (l) => l.layerNormalization({ center: false }),
      Dropout: (l) => l.dropout({ rate: 0.3 }),
      AlphaDropout: (l) => l.alphaDropout({ rate: 0.3 }),
      GaussianNoise: (l) => l.gaussianNoise({ stddev: 0.1 }),
      GaussianDropout: (l) => l.gaussianDropout({ rate: 0.3 }),
      RepeatVector: (l) => l.repeatVector({ n: 2 }),
      Rescaling: (l) => l.rescaling({ scale: 0.5, offset: -1 }),
      Reshape: (l) => l.reshape({ targetShape: [-1, 2] }),
    }).map(([name, make]) => [
      name,
      (tf) =>
        tf.sequential({ layers: [tf.layers.dense({ units: 6, inputShape: [3] }), make(tf.layers)] }),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries({
      "BatchNormalization of sequences": (l) => l.batchNormalization(),
      "LayerNormalization over two axes": (l) => l.layerNormalization({ axis: [1, 2] }),
      "PReLU of sequences": (l) => l.prelu(),
      "PReLU with shared axes": (l) => l.prelu({ sharedAxes: [1] }),
      "PReLU with slopes of axis 1": (l) => l.prelu({ sharedAxes: [2] }),
      SpatialDropout1D: (l) => l.spatialDropout1d({ rate: 0.2 }),
      Permute: (l) => l.permute({ dims: [2, 1] }),
      "Reshape of sequences": (l) => l.reshape({ targetShape: [2, 6] }),
      Flatten: (l) => l.flatten(),
      GlobalAveragePooling1D: (l) => l.globalAveragePooling1d(),
      GlobalMaxPooling1D: (l) => l.globalMaxPooling1d(),
    }).map(([name, make]) => [
      name,
      (tf) =>
        tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [3, 2], activation: "tanh" }), make(tf.layers)] }),
    ]),
  ),
  "an embedding": (tf) =>
    tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: 5, outputDim: 3, inputShape: [4], name: "words_index" }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 2, useBias: false }),
      ],
    }),
  ...Object.fromEntries(
    ["add", "multiply", "average", "maximum", "minimum", "concatenate"].map((kind) => [
      `merge by ${kind}`,
      (tf) => {
        const [a, b, c] = ["a", "b", "c"].map((name) => tf.input({ shape: [3], name }));
        const dense = tf.layers.dense({ units: 3, activation: "relu" });
        return tf.model({ inputs: [a, b, c], outputs: tf.layers[kind]().apply([dense.apply(a), dense.apply(b), c]) });
      },
    ]),
  ),
  "merge of other ranks": (tf) => {
    const [a, b] = [tf.input({ shape: [2, 3], name: "a" }), tf.input({ shape: [3], name: "b" })];
    return tf.model({ inputs: [a, b], outputs: tf.layers.multiply().apply([a, b]) });
  },
  "dot of vectors": (tf) => {
    const [a, b] = ["a", "b"].map((name) => tf.input({ shape: [3], name }));
    return tf.model({ inputs: [a, b], outputs: tf.layers.dot({ axes: 1, normalize: true }).apply([a, b]) });
  },
  "dot of matrices": (tf) => {
    const [a, b] = [tf.input({ shape: [2, 3], name: "a" }), tf.input({ shape: [4, 3], name: "b" })];
    return tf.model({ inputs: [a, b], outputs: tf.layers.dot({ axes: 2 }).apply([a, b]) });
  },
  "a residual network": (tf) => {
    const x = tf.input({ shape: [4], name: "x" });
    let y = tf.layers.dense({ units: 5, name: "stem" }).apply(x);
    for (let i = 0; i < 2; i++) {
      const z = tf.layers.dense({ units: 5, activation: "swish" }).apply(tf.layers.layerNormalization().apply(y));
      y = tf.layers.add().apply([y, tf.layers.dropout({ rate: 0.1 }).apply(z)]);
    }
    return tf.model({ inputs: x, outputs: tf.layers.dense({ units: 3, activation: "softmax" }).apply(y) });
  },
  "two outputs": (tf) => {
    const x = tf.input({ shape: [4], name: "x" });
    const shared = tf.layers.dense({ units: 5, activation: "tanh" }).apply(x);
    const head = (units, activation) => tf.layers.dense({ units, activation }).apply(shared);
    return tf.model({ inputs: x, outputs: [head(1, "linear"), head(3, "softmax")] });
  },
  "models inside a model": (tf) => {
    const inner = tf.sequential({
      layers: [tf.layers.dense({ units: 4, inputShape: [3], activation: "relu" }), tf.layers.dense({ units: 3 })],
    });
    const [a, b] = ["a", "b"].map((name) => tf.input({ shape: [3], name }));
    const [c, d] = ["c", "d"].map((name) => tf.input({ shape: [3], name }));
    const join = tf.model({ inputs: [c, d], outputs: tf.layers.dense({ units: 2 }).apply(tf.layers.concatenate().apply([c, d])) });
    return tf.model({ inputs: [a, b], outputs: join.apply([inner.apply(inner.apply(a)), inner.apply(b)]) });
  },
  "a table's network": (tf) => {
    const x = tf.input({ shape: [3], name: "numbers" });
    const city = tf.input({ shape: [1], name: "city_index" });
    const vector = tf.layers.flatten().apply(tf.layers.embedding({ inputDim: 5, outputDim: 2 }).apply(city));
    let y = tf.layers.concatenate().apply([tf.layers.batchNormalization().apply(x), vector]);
    for (const units of [8, 4]) y = tf.layers.dense({ units, activation: "relu" }).apply(y);
    return tf.model({ inputs: [x, city], outputs: tf.layers.dense({ units: 1, activation: "sigmoid" }).apply(y) });
  },
}; // biome-ignore format: one line each

/** A stream of numbers from 0 to 1: mulberry32. */
export function stream(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Sets all weights at random: the initial ones have zeros and ones where a mistake would not show. Variances are above 0. */
export function randomize(tf, model, random) {
  const tensors = model.weights.map(({ originalName, shape }) => {
    const positive = /variance|gamma/.test(originalName);
    const size = shape.reduce((a, b) => a * b, 1);
    return tf.tensor(
      Float32Array.from({ length: size }, () => (positive ? 0.5 + random() : 2 * random() - 1)),
      shape,
    );
  });
  model.setWeights(tensors);
}

/** Inputs for a model: a batch of `rows`. */
export const inputsFor = (model, random, rows) =>
  model.inputs.map(({ name, shape }) => {
    const sizes = [rows, ...shape.slice(1)];
    const whole = /index/.test(name);
    const count = sizes.reduce((a, b) => a * b, 1);
    const next = () => (whole ? Math.floor(5 * random()) : 4 * random() - 2);
    return { shape: sizes, data: Float32Array.from({ length: count }, next) };
  });

/** What a model gives for inputs: a list of outputs. */
export function outputsOf(tf, model, inputs) {
  const given = inputs.map(({ shape, data }) => tf.tensor(data, shape));
  return [model.predict(given.length === 1 ? given[0] : given)]
    .flat()
    .map((y) => ({ shape: y.shape, data: y.dataSync() }));
}

/** A model as its files: model.json, and weights in shards of at most `longest` bytes. */
export async function filesOf(model, longest = 2 ** 22) {
  let artifacts;
  await model.save({
    save: async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
    },
  });
  const bytes = new Uint8Array(artifacts.weightData);
  const count = Math.max(1, Math.ceil(bytes.length / longest));
  const weights = {};
  for (let i = 0; i < count; i++)
    weights[`group1-shard${i + 1}of${count}.bin`] = bytes.slice(i * longest, (i + 1) * longest);
  const { modelTopology, format, generatedBy, convertedBy } = artifacts;
  const manifest = [{ paths: Object.keys(weights), weights: artifacts.weightSpecs }];
  return { json: { modelTopology, format, generatedBy, convertedBy, weightsManifest: manifest }, weights };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const tf = await tensorflow();
  const lines = [];
  for (const [i, [name, make]] of Object.entries(makers).entries()) {
    const random = stream(i);
    const model = make(tf);
    randomize(tf, model, random);
    const { json, weights } = await filesOf(model, 50);
    const inputs = inputsFor(model, random, 2);
    const plain = ({ shape, data }) => ({ shape, data: Array.from(data, (x) => Number(x.toPrecision(9))) }); // as many digits as a float32 has
    const base64 = Object.entries(weights).map(([path, bytes]) => [
      path,
      Buffer.from(bytes).toString("base64"),
    ]);
    lines.push(
      JSON.stringify({
        name,
        json,
        weights: Object.fromEntries(base64),
        inputs: inputs.map(plain),
        outputs: outputsOf(tf, model, inputs).map(plain),
      }),
    );
  }
  writeFileSync(new URL("../data/tfjs.json", import.meta.url), `[\n${lines.join(",\n")}\n]\n`);
  console.log(`${lines.length} models`);
}
