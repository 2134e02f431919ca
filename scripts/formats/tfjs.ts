/** TensorFlow.js: its models are read here, and models from here by it; outputs of random inputs must agree to 1e-6. */
import { manualSeed, nn, randn, type Tensor, tensor } from "chainrule";
import { fromTfjs, toTfjs } from "chainrule/io";
import {
  filesOf,
  inputsFor,
  makers,
  outputsOf,
  randomize,
  stream,
  tensorflow,
} from "../../tests/golden/make/tfjs.mjs";
import type { Outcome } from "../check-formats.ts";

const TOLERANCE = 1e-6;

/** Models to export by name, with the shape of an example. */
const exported: Record<string, [inputShape: number[], make: () => nn.Sequential]> = {
  Linear: [[3], () => new nn.Sequential(new nn.Linear(3, 2))],
  "Linear without bias": [[3], () => new nn.Sequential(new nn.Linear(3, 2, { bias: false }))],
  ...Object.fromEntries(
    [
      new nn.ReLU(), new nn.ReLU6(), new nn.Hardtanh({ minVal: 0, maxVal: 0.7 }), new nn.LeakyReLU(0.2), new nn.PReLU(),
      new nn.PReLU(4), new nn.ELU(), new nn.SELU(), new nn.Threshold(0.3, 0), new nn.Sigmoid(), new nn.Tanh(), new nn.GELU(),
      new nn.SiLU(), new nn.Mish(), new nn.Softplus(), new nn.Softsign(), new nn.Softmax(-1), new nn.LogSoftmax(1),
      new nn.Dropout(0.2), new nn.AlphaDropout(0.2), new nn.Identity(), new nn.BatchNorm1d(4),
      new nn.BatchNorm1d(4, { affine: false, momentum: null }), new nn.LayerNorm(4), new nn.LayerNorm(4, { bias: false }),
      new nn.LayerNorm(4, { elementwiseAffine: false }), new nn.Unflatten(1, [2, -1]),
    ].map((layer, i): [string, [number[], () => nn.Sequential]] => [
      `${i} ${layer}`,
      [[3], () => new nn.Sequential(new nn.Linear(3, 4), layer, new nn.Identity())],
    ]), // biome-ignore format: a list
  ),
  ...Object.fromEntries(
    [
      new nn.ReLU(), new nn.PReLU(3), new nn.PReLU(),  new nn.LayerNorm(4), new nn.LayerNorm([3, 4]),
      new nn.Flatten(), new nn.Unflatten(2, [2, 2]), new nn.Softmax(2), new nn.Linear(4, 5),
    ].map((layer, i): [string, [number[], () => nn.Sequential]] => [
      `${i} ${layer} of matrices`,
      [[3, 4], () => new nn.Sequential(new nn.Linear(4, 4), layer)],
    ]), // biome-ignore format: a list
  ),
  Embedding: [[4], () => new nn.Sequential(new nn.Embedding(5, 3), new nn.Flatten(), new nn.Linear(12, 2))],
  "Sequential inside": [
    [3],
    () =>
      new nn.Sequential({
        body: new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh()) as nn.Layer,
        head: new nn.Linear(4, 1),
      }),
  ],
};

/** The largest difference of two arrays, in units of the largest number wanted. */
function difference(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  const largest = Math.max(1e-3, ...Array.from(wanted, Math.abs));
  return Math.max(0, ...Array.from(wanted, (w, i) => Math.abs(w - found[i]))) / largest;
}

interface Plain {
  shape: number[];
  data: Float32Array;
}

const toTensors = (inputs: Plain[]): Tensor[] =>
  inputs.map(({ shape, data }) => tensor([...data]).reshape(shape));

export async function check(): Promise<Outcome> {
  let tf: Awaited<ReturnType<typeof tensorflow>>;
  try {
    tf = await tensorflow();
  } catch {
    return { passed: 0, failures: ["TensorFlow.js is missing: npm ci --prefix bench/peers"] };
  }
  let passed = 0;
  let worst = 0;
  const failures: string[] = [];
  const compare = (what: string, found: Plain[], wanted: Plain[]): void => {
    for (const [i, want] of wanted.entries()) {
      const off = difference(found[i].data, want.data);
      worst = Math.max(worst, off);
      if (off <= TOLERANCE && String(found[i].shape) === String(want.shape)) passed++;
      else failures.push(`${what}: output ${i} [${found[i].shape}] is off by ${off}`);
    }
  };
  const plain = (y: Tensor): Plain => ({ shape: [...y.shape], data: y.contiguous().data as Float32Array });

  const random = stream(2026);
  for (const [name, make] of Object.entries(makers)) {
    for (let round = 0; round < 5; round++) {
      const original = make(tf);
      randomize(tf, original, random);
      const inputs = inputsFor(original, random, 1 + Math.floor(random() * 8));
      const wanted = outputsOf(tf, original, inputs);
      const files = await filesOf(original, 1 + Math.floor(random() * 99));
      const model = await fromTfjs<Tensor | Tensor[]>(files);
      compare(`${name} read`, [model(...toTensors(inputs))].flat().map(plain), wanted);
      let back: ReturnType<typeof toTfjs>;
      try {
        back = toTfjs(model.toSequential(), { inputShape: inputs[0].shape.slice(1) });
      } catch {
        continue; // no chain, or a layer that only Keras has
      }
      compare(`${name} read and written`, await predicted(tf, back, inputs), wanted);
    }
  }
  const read = passed;
  console.log(
    `${read} outputs of ${Object.keys(makers).length} models of TensorFlow.js, read and written back`,
  );

  manualSeed(0);
  for (const [name, [inputShape, make]] of Object.entries(exported)) {
    const model = make().eval();
    for (const parameter of [...model.parameters(), ...model.buffers()])
      if (parameter.dtype === "float32")
        parameter.detach().copy_(
          randn([...parameter.shape])
            .abs()
            .add(0.1),
        );
    const whole = name === "Embedding";
    for (let round = 0; round < 5; round++) {
      const count = 6 * inputShape.reduce((a, b) => a * b);
      const data = Float32Array.from({ length: count }, () =>
        whole ? Math.floor(5 * random()) : 4 * random() - 2,
      );
      const inputs = [{ shape: [6, ...inputShape], data }];
      const [x] = toTensors(inputs);
      const y = plain(model(whole ? x.to("int32") : x));
      const files = toTfjs(model, whole || inputShape.length > 1 ? { inputShape } : {});
      compare(`${name} written`, await predicted(tf, files, inputs), [y]);
      compare(`${name} written and read`, [plain((await fromTfjs(files))(x))], [y]);
    }
  }
  console.log(`${passed - read} outputs of ${Object.keys(exported).length} models of this library`);
  console.log(`the largest relative difference is ${worst.toExponential(1)}, the limit ${TOLERANCE}`);
  return { passed, failures };
}

/** What TensorFlow.js computes with the files of a model, as they would be read from disk. */
async function predicted(
  tf: Awaited<ReturnType<typeof tensorflow>>,
  files: ReturnType<typeof toTfjs>,
  inputs: Plain[],
): Promise<Plain[]> {
  const { modelTopology, weightsManifest } = JSON.parse(JSON.stringify(files.json));
  const bytes = files.weights[weightsManifest[0].paths[0]];
  const handler = tf.io.fromMemory({
    modelTopology,
    weightSpecs: weightsManifest[0].weights,
    weightData: bytes.slice().buffer,
  });
  return outputsOf(tf, await tf.loadLayersModel(handler), inputs);
}
