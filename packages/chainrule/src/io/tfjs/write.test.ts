import { describe, expect, test } from "vitest";
import * as nn from "../../nn/index.ts";
import { randn, tensor } from "../../tensor/index.ts";
import { fromTfjs } from "./read.ts";
import { sequential } from "./testing/models.ts";
import { type TfjsModel, toTfjs } from "./write.ts";

describe("toTfjs", () => {
  const model = new nn.Sequential({
    fc: new nn.Linear(3, 4),
    norm: new nn.BatchNorm1d(4),
    act: new nn.Sequential(new nn.PReLU(4), new nn.Dropout(0.25)) as nn.Layer,
    out: new nn.Linear(4, 2, { bias: false }),
    probabilities: new nn.Softmax(-1),
  }).eval();

  test("writes what fromTfjs reads", async () => {
    const files = toTfjs(model, { name: "mine" });
    const text = JSON.stringify(files.json);
    const read = await fromTfjs({ ...files, json: new TextEncoder().encode(text) });
    const x = randn([5, 3]);
    expect(read(x).toArray()).toEqual(model(x).toArray());
    expect(read.keys()).toEqual(["fc", "norm", "act_0", "act_1", "out", "probabilities"]);
    const again = toTfjs(read, { name: "mine" });
    expect(again.weights).toEqual(files.weights);
    expect(JSON.stringify(again.json)).toBe(text);
  });

  test("writes chains inside chains", async () => {
    const inner = {
      class_name: "Sequential",
      config: { name: "inner", layers: [{ class_name: "ReLU", config: { name: "r" } }] },
    };
    const files = sequential(
      [["Dense", { units: 2, use_bias: false }]],
      [["l0/kernel", [2, 2], [1, 0, 0, -1]]],
    );
    files.json.modelTopology.config.layers.push(inner as never); // biome-ignore format: a layer a line
    const model = await fromTfjs(files);
    const again = await fromTfjs(toTfjs(model));
    const x = tensor([[2, -3]]);
    expect(model(x).toArray()).toEqual([[2, 3]]);
    expect(again(x).toArray()).toEqual([[2, 3]]);
    expect(again.keys()).toEqual(["l0", "inner_r"]);
  });

  test("the form of model.json", () => {
    const { json, weights } = toTfjs(new nn.Sequential(new nn.Linear(2, 1), new nn.Tanh()));
    expect(json.modelTopology.config.layers).toMatchInlineSnapshot(`
      [
        {
          "class_name": "Dense",
          "config": {
            "activation": "linear",
            "batch_input_shape": [
              null,
              2,
            ],
            "dtype": "float32",
            "name": "dense_0",
            "trainable": true,
            "units": 1,
            "use_bias": true,
          },
        },
        {
          "class_name": "Activation",
          "config": {
            "activation": "tanh",
            "name": "activation_1",
            "trainable": true,
          },
        },
      ]
    `);
    expect(json.weightsManifest).toMatchInlineSnapshot(`
      [
        {
          "paths": [
            "group1-shard1of1.bin",
          ],
          "weights": [
            {
              "dtype": "float32",
              "name": "dense_0/kernel",
              "shape": [
                2,
                1,
              ],
            },
            {
              "dtype": "float32",
              "name": "dense_0/bias",
              "shape": [
                1,
              ],
            },
          ],
        },
      ]
    `);
    expect(Object.values(weights).map(({ length }) => length)).toEqual([12]);
  });

  test("refuses what TensorFlow.js has not", () => {
    const refused = (layer: nn.Layer, ...more: nn.Layer[]): TfjsModel =>
      toTfjs(new nn.Sequential(new nn.Linear(2, 4) as nn.Layer, layer, ...more));
    class Mine extends nn.Linear {
      static override readonly name: string = "Mine";
    }
    expect(() => refused(new nn.GLU(), new Mine(2, 2), new nn.ReLU())).toThrow(
      'TensorFlow.js has no layer for GLU ("1"), Mine ("2").',
    );
    expect(() => refused(new nn.ELU(2))).toThrow("ELU with alpha 1 alone");
    expect(() => refused(new nn.GELU({ approximate: "tanh" }))).toThrow("approximation by tanh");
    expect(() => refused(new nn.Linear(3, 1))).toThrow("takes 3 features and gets [4]");
    expect(() => refused(new nn.Flatten(0))).toThrow("makes the batch longer");
    expect(() => refused(new nn.Softplus({ beta: 2 }))).toThrow("beta 2");
    expect(() => toTfjs(new nn.Sequential(new nn.Flatten(), new nn.Linear(4, 1)))).toThrow(
      "Give { inputShape",
    );
  });
});
