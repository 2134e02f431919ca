import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as nn from "../../nn/index.ts";
import { Adam } from "../../optim/index.ts";
import { compile, manualSeed, randn, type Tensor, tensor } from "../../tensor/index.ts";
import { trace } from "../../trace/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { fuzz, numbersFrom } from "../testing/fuzz.ts";
import { LayersModel } from "./model.ts";
import { fromTfjs } from "./read.ts";
import { damagedModel, fuzzedTfjs, modelsIn } from "./testing/damage.ts";
import { sequential, unit } from "./testing/models.ts";

interface Golden {
  name: string;
  json: object;
  weights: Record<string, string>;
  inputs: { shape: number[]; data: number[] }[];
  outputs: { shape: number[]; data: number[] }[];
}

/** Models that TensorFlow.js saved, with what it computes: made by `tests/golden/make/tfjs.mjs`. */
const goldenText = readFileSync(
  new URL("../../../../../tests/golden/data/tfjs.json", import.meta.url),
  "utf8",
);
const golden = JSON.parse(goldenText) as Golden[];
const named = (name: string): Golden => golden.find((model) => model.name === name) as Golden;
const filesOf = ({ json, weights }: Golden) => ({
  json: structuredClone(json),
  weights: (path: string) => new Uint8Array(Buffer.from(weights[path], "base64")),
});
const inputsOf = ({ inputs }: Golden): Tensor[] =>
  inputs.map(({ shape, data }) => tensor(data).reshape(shape));

const refusal = async (reading: Promise<unknown>): Promise<ChainruleError> => {
  const error = await reading.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ChainruleError);
  expect(error).toMatchObject({ code: "file" });
  return error as ChainruleError;
};

describe("models that TensorFlow.js saved", () => {
  test.each(golden.map((model) => [model.name, model] as const))("%s", async (_, model) => {
    const read = await fromTfjs<Tensor | Tensor[]>(filesOf(model));
    const outputs = [read(...inputsOf(model))].flat();
    expect(outputs.map(({ shape }) => shape)).toEqual(model.outputs.map(({ shape }) => shape));
    outputs.forEach((y, i) => {
      const wanted = model.outputs[i].data;
      const largest = Math.max(1, ...wanted.map(Math.abs));
      y.flatten().data.forEach((value, j) => {
        expect(Math.abs(value - wanted[j]) / largest, `${i}, ${j}`).toBeLessThan(1e-6);
      });
    });
  });

  test("are modules like any other", async () => {
    const files = filesOf(named("a table's network"));
    const model = await fromTfjs(files);
    expect(model.training).toBe(false);
    expect(model.inputs.map(({ name }) => name)).toEqual(["numbers", "city_index"]);
    const layer = model.keys().find((name) => model.at(name) instanceof nn.Linear) as string;
    expect(String(model.at(layer))).toBe("Linear(inFeatures=5, outFeatures=8, bias=true)");
    expect(model.keys()).toContain(`${layer}_relu`);
    expect(Object.keys(model.stateDict())).toContain(`${layer}.weight`);
    const copy = model.clone();
    copy.loadStateDict(model.stateDict());
    const inputs = inputsOf(named("a table's network"));
    expect(copy(...inputs).toArray()).toEqual(model(...inputs).toArray());
    expect(() => model(inputs[0])).toThrow("1 tensor for 2 inputs");
    expect(() => model(inputs[1], inputs[1])).toThrow("The input numbers has shape [2, 1]. Give [any, 3].");
    expect(() => model.at("dense")).toThrow('no layer "dense"');
    expect(() => model.toSequential()).toThrow("no chain");
  });

  test("become a Sequential of numbered layers where names have points or are numbers", () => {
    const chain = (...names: [string, string]): LayersModel =>
      new LayersModel({
        inputs: [{ name: "x", shape: [2] }],
        layers: new Map<string, nn.Layer>([[names[0], new nn.Linear(2, 3)], [names[1], new nn.Tanh()]]), // biome-ignore format: entries
        steps: names.map((layer, i) => ({ layer, inputs: [i], outputs: [i + 1] })),
        outputs: [2],
      });
    expect(String(chain("dense", "tanh").toSequential())).toMatch(/\(dense\): Linear.*\n.*\(tanh\): Tanh/);
    for (const model of [chain("block.dense", "block.tanh"), chain("2", "1")])
      expect(String(model.toSequential())).toMatch(/\(0\): Linear.*\n.*\(1\): Tanh/);
  });

  test("are trained further, eagerly and compiled, and draw nothing while they are read", async () => {
    const files = filesOf(named("a residual network"));
    manualSeed(3);
    const wanted = randn([2]).toArray();
    manualSeed(3);
    const model = await fromTfjs(files);
    expect(randn([2]).toArray()).toEqual(wanted);
    const optimizer = new Adam(model.train().parameters(), { lr: 0.01 });
    const x = randn([32, 4]);
    const labels = x.argmax(1).remainder(3).to("int32");
    const lossFn = new nn.NLLLoss();
    const step = (): Tensor => {
      optimizer.zeroGrad();
      const loss = lossFn(model(x).log(), labels);
      loss.backward();
      optimizer.step();
      return loss;
    };
    const first = step().item();
    const fast = compile(step);
    let last = first;
    for (let i = 0; i < 100; i++) last = fast().item();
    expect(last).toBeLessThan(first / 2);
  });

  test("keep what is not trained, and know numbers of Keras 3", async () => {
    const files = sequential(
      [["Dense", { units: 1, trainable: false }], ["BatchNormalization", { scale: false }]],
      [
        ["l0/0", [2, 1], [1, 2]],
        ["l0/1", [1], [3]],
        ["l1/beta:0", [1], [0.5]],
        ["l1/moving_mean:0", [1], [1]],
        ["l1/moving_variance:0", [1], [4]],
      ],
    ); // biome-ignore format: one weight a line
    const model = await fromTfjs(files);
    expect(model.namedParameters().map(([path, p]) => [path, p.requiresGrad])).toEqual([
      ["l0.weight", false],
      ["l0.bias", false],
      ["l1.weight", false],
      ["l1.bias", true],
    ]);
    expect(String(model.at("l1"))).toContain("1, eps=0.001, momentum=0.01, affine=true");
    expect(model(tensor([[1, 1]])).item()).toBeCloseTo(5 / Math.sqrt(4.001) + 0.5, 6);
  });

  test("normalized over the channels of [N, C, L]", async () => {
    const files = sequential(
      [["BatchNormalization", { axis: 1, center: false, epsilon: 0, batch_input_shape: [null, 2, 3] }]],
      [
        ["l0/gamma", [2], [1, 10]],
        ["l0/moving_mean", [2], [0, 1]],
        ["l0/moving_variance", [2], [1, 4]],
      ],
    );
    // γ (x − μ) / σ for each channel: TensorFlow.js's own CPU backend mixes channels up here.
    const y = (await fromTfjs(files))(tensor([[[1, 2, 3], [1, 2, 3]]])); // biome-ignore format: a matrix
    expect(y.toArray()).toEqual([[[1, 2, 3], [0, 5, 10]]]); // biome-ignore format: a matrix
  });

  test("as the converter for Keras 2 writes them", async () => {
    const node = (name: string) => [[[name, 0, 0, {}]]];
    const layers = [
      { class_name: "InputLayer", name: "x", config: { batch_input_shape: [null, 2], dtype: "float32", sparse: false, ragged: false, name: "x" }, inbound_nodes: [] },
      { class_name: "Dense", name: "dense", config: { name: "dense", trainable: true, dtype: "float32", units: 2, activation: "hard_sigmoid", use_bias: false, kernel_initializer: { class_name: "GlorotUniform", config: { seed: null } }, kernel_regularizer: null }, inbound_nodes: node("x") },
      { class_name: "BatchNormalization", name: "bn", config: { name: "bn", axis: [1], momentum: 0.9, epsilon: 0, center: true, scale: false }, inbound_nodes: node("dense") },
      { class_name: "LeakyReLU", name: "leaky", config: { name: "leaky", alpha: { type: "ndarray", value: 0.5 } }, inbound_nodes: node("bn") },
      { class_name: "Subtract", name: "difference", config: { name: "difference" }, inbound_nodes: [[["leaky", 0, 0, {}], ["x", 0, 0, {}]]] },
    ];
    const config = { name: "functional_1", layers, input_layers: [["x", 0, 0]], output_layers: [["difference", 0, 0]] };
    const weight = (name: string, shape: number[]) => ({ name, shape, dtype: "float32" });
    const json = {
      format: "layers-model",
      modelTopology: { keras_version: "2.4.0", backend: "tensorflow", model_config: { class_name: "Functional", config }, training_config: { loss: "mse" } },
      weightsManifest: [
        { paths: ["a.bin"], weights: [weight("bn/beta", [2]), weight("bn/moving_mean", [2]), weight("bn/moving_variance", [2])] },
        { paths: ["b.bin"], weights: [weight("dense/kernel", [2, 2])] },
      ],
    };
    const weights = (path: string): Uint8Array =>
      new Uint8Array(unit(path === "a.bin" ? [0, 1, 0.5, 0.5, 1, 4] : [1, 0, 0, -10]).buffer);
    const model = await fromTfjs({ json, weights });
    // dense: [0.7, 0] → normalized [0.2, −0.25 + 1] → itself, less x
    expect([...model(tensor([[1, 1]])).data]).toEqual([expect.closeTo(-0.8), expect.closeTo(-0.25)]);
    expect(String(model)).toContain("(leaky): LeakyReLU(negativeSlope=0.5)");
  }); // biome-ignore format: a layer a line

  test("can be traced", async () => {
    const golden = named("a table's network");
    const model = await fromTfjs(filesOf(golden));
    const [numbers, city] = inputsOf(golden).map((x) => x.narrow(0, 0, 1));
    const t = trace(model, [numbers, city.to("int32")]);
    const { number } = t.explain({ value: t.data.output, of: "value", index: 0 });
    expect(number).toBeCloseTo(golden.outputs[0].data[0], 6);
    expect(t.data.layers.map(({ kind }) => kind)).toContain("KerasEmbedding");
  });

  test("in Keras 3's form", async () => {
    const history = (name: string) => ({
      class_name: "__keras_tensor__",
      config: { shape: [null, 2], keras_history: [name, 0, 0] },
    });
    const json = {
      modelTopology: {
        model_config: {
          class_name: "Functional",
          config: {
            name: "f",
            layers: [
              { class_name: "InputLayer", name: "x", config: { name: "x", batch_shape: [null, 2] }, inbound_nodes: [] },
              { class_name: "ReLU", name: "r", config: { name: "r", negative_slope: 0.5, max_value: 1, threshold: 0 }, inbound_nodes: [{ args: [history("x")], kwargs: {} }] },
              { class_name: "Add", name: "sum", config: { name: "sum" }, inbound_nodes: [{ args: [[history("x"), history("r")]], kwargs: {} }] },
            ],
            input_layers: ["x", 0, 0],
            output_layers: ["sum", 0, 0],
          },
        },
      },
    }; // biome-ignore format: a layer a line
    const model = await fromTfjs({ json: JSON.stringify(json), weights: {} });
    expect(model(tensor([[-2, 3]])).toArray()).toEqual([[-3, 4]]);
  });

  test("with packed weights and whole numbers", async () => {
    const files = sequential([["Dense", { units: 1 }]]);
    const manifest = [
      {
        paths: ["a", "b"],
        weights: [
          { name: "l0/kernel", shape: [2, 1], dtype: "float32", quantization: { dtype: "uint8", scale: 0.5, min: -1 } },
          { name: "l0/bias", shape: [1], dtype: "float32", quantization: { dtype: "float16" } },
          { name: "Adam/iter", shape: [], dtype: "int32", group: "optimizer" },
        ],
      },
    ]; // biome-ignore format: a weight a line
    const weights = { a: Uint8Array.of(0, 255, 0), b: Uint8Array.of(0xc5, 7, 0, 0, 0) }; // −1, 126.5, half 0xc500 = −5
    const model = await fromTfjs({ json: { ...files.json, weightsManifest: manifest }, weights });
    expect(model.at("l0").stateDict().weight.toArray()).toEqual([[-1, 126.5]]);
    expect(model.at("l0").stateDict().bias.toArray()).toEqual([-5]);
  });
});

describe("what fromTfjs refuses", () => {
  test("layers and activations that are not known, all at once", async () => {
    const error = await refusal(
      fromTfjs(
        sequential([
          ["LSTM", {}],
          ["Dense", { units: 1, activation: "sparsemax" }],
          ["Conv1D", {}],
        ]),
      ),
    );
    expect(error.problem).toBe(
      'The model has what is not known here: LSTM ("l0"), activation sparsemax ("l1"), Conv1D ("l2").',
    );
  });

  const dense: [string, number[], number[]][] = [
    ["l0/kernel", [2, 1], [1, 2]],
    ["l0/bias", [1], [3]],
  ];
  const one: [string, object][] = [["Dense", { units: 1 }]];
  test.each([
    ["a graph model", { modelTopology: { node: [] } }, "graph of TensorFlow's operations"],
    ["no topology", {}, "modelTopology is missing where an object must be"],
    ["no class", { modelTopology: { class_name: "Custom" } }, 'modelTopology.class_name is "Custom"'],
    ["text that is no JSON", "{", "model.json is no JSON"],
    ["no object", "null", "model.json is null where an object must be"],
    [
      "a file twice, which would be joined without end",
      {
        modelTopology: sequential(one, dense).json.modelTopology,
        weightsManifest: [{ paths: ["w", "w"], weights: [] }],
      },
      'paths is "w" where no name twice must be',
    ],
    ["no layers", { modelTopology: { class_name: "Sequential", config: [] } }, "has no layers"],
  ])("%s", async (_, json, problem) => {
    expect((await refusal(fromTfjs({ json, weights: {} }))).message).toContain(problem);
  });

  test.each([
    ["a weight too few", sequential(one, dense.slice(0, 1)), '"l0/bias" is missing'],
    ["a weight too many", sequential(one, [...dense, ["l0/more", [1], [0]]]), 'no layer takes "l0/more"'],
    ["a weight twice", sequential(one, [...dense, dense[0]]), '"l0/kernel" is listed twice'],
    [
      "a weight of another shape",
      sequential(one, [["l0/kernel", [1, 2], [1, 2]], dense[1]]),
      '"l0/kernel" is float32 of shape [1, 2] where float32 of shape [2, 1] must be',
    ],
    [
      "bytes too few",
      sequential(one, [dense[0], ["l0/bias", [1], []]]),
      '"l0/bias" of shape [1] would start at the end of "w" and end 4 bytes behind the last',
    ],
    ["bytes too many", sequential(one, [dense[0], ["l0/bias", [1], [3, 4]]]), '4 bytes from byte 12 of "w"'],
    ["a wrong rate", sequential([["Dropout", { rate: 2 }]]), "layers[0].config.rate is 2 where a number from 0 to 1"],
    ["no shape", sequential([["ReLU", { batch_input_shape: null }]]), '"input" says no shape'],
    ["a mask", sequential([["Embedding", { input_dim: 2, output_dim: 1, mask_zero: true }]]), "mask_zero is true"],
    ["two layers of a name", sequential([["ReLU", { name: "a" }], ["ReLU", { name: "a" }]]), 'two layers "a"'],
    ["a shape that does not fit", sequential([["Reshape", { target_shape: [3] }]]), "does not fit an input [any, 2]"],
  ])("%s", async (_, files, problem) => {
    expect((await refusal(fromTfjs(files))).message).toContain(problem);
  }); // biome-ignore format: a case a line

  test("a layer that waits for itself", async () => {
    const at = (name: string) => [[[name, 0, 0, {}]]];
    const layers = [
      {
        class_name: "InputLayer",
        name: "x",
        config: { name: "x", batch_input_shape: [null, 2] },
        inbound_nodes: [],
      },
      { class_name: "ReLU", name: "a", config: { name: "a" }, inbound_nodes: at("b") },
      { class_name: "ReLU", name: "b", config: { name: "b" }, inbound_nodes: at("a") },
    ];
    const config = { name: "m", layers, input_layers: [["x", 0, 0]], output_layers: [["b", 0, 0]] };
    const json = { modelTopology: { class_name: "Model", config } };
    expect((await refusal(fromTfjs({ json, weights: {} }))).message).toContain('"a" waits for a result');
  });

  test("files that are missing", async () => {
    const { json } = sequential(one, dense);
    expect((await refusal(fromTfjs({ json, weights: {} }))).message).toContain('lack "w"');
    await expect(fromTfjs({ json, weights: () => "text" as unknown as Uint8Array })).rejects.toMatchObject({
      code: "argument",
    });
  });
});

test("damaged models are read or refused, nothing else", async () => {
  const models = modelsIn(goldenText);
  const report = await fuzz(fuzzedTfjs(models), { seed: 6, files: 1500 });
  expect(report.read).toBeGreaterThan(50);
  // The values alone: bytes that are JSON still.
  const next = numbersFrom(7);
  let refused = 0;
  for (let i = 0; i < 1500; i++) {
    try {
      await fromTfjs(damagedModel(models[i % models.length], next));
    } catch (error) {
      if (!(error instanceof ChainruleError) || error.code !== "file") throw error;
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(500);
});
