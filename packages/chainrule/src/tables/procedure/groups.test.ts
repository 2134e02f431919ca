import { describe, expect, test } from "vitest";
import * as nn from "../../nn/index.ts";
import { manualSeed, randn, type Tensor } from "../../tensor/index.ts";
import type { Architecture } from "../network/architecture.ts";
import { TableNetwork } from "../network/network.ts";
import { groupsOf } from "./groups.ts";
import { optimizerNames, optimizers, takes } from "./optimizers.ts";
import { chooseSettings } from "./settings.ts";

const architecture: Architecture = {
  inputs: 2,
  numbers: 2,
  numberEncoding: "pbld",
  levels: [4],
  embeddingSize: 1,
  frontScale: true,
  hidden: [16, 16],
  activation: "relu",
  parametricActivation: true,
  normalization: "layer",
  dropout: 0,
  outputs: 1,
};

describe("groupsOf", () => {
  test("gives every parameter once, with RealMLP's rates and decays", () => {
    const network = new TableNetwork(architecture);
    const groups = groupsOf(network, chooseSettings({ lr: 1, weightDecay: 1 }, 100, "regression"));
    const params = groups.flatMap((group) => group.params);
    expect(new Set(params)).toEqual(new Set(network.parameters()));
    expect(params).toHaveLength(network.parameters().length);
    const of = (name: string) => {
      const parameter = network.getParameter(name);
      const { lr, weightDecay } = groups.find((group) => group.params.includes(parameter)) ?? {};
      return [lr, weightDecay];
    };
    expect(of("scale.scale")).toEqual([6, 1]);
    expect(of("periodic.frequency")).toEqual([0.1, 1]);
    expect(of("embedding.weight")).toEqual([1, 1]);
    expect(of("layers.2.alpha")).toEqual([0.1, 1]);
    expect(of("layers.0.bias")).toEqual([0.1, 0]);
    expect(of("layers.1.weight")).toEqual([1, 0]); // of a normalization
    expect(of("layers.0.weight")).toEqual([1 / 3, 3]); // 9 inputs
    expect(of("layers.3.weight")).toEqual([1 / 4, 4]);
  });

  /** A linear layer in the parametrization z = x Wᵀ/√in + b. */
  class Ntk extends nn.Module {
    readonly linear: nn.Linear;
    constructor(linear: nn.Linear) {
      super();
      this.linear = linear;
    }
    override forward(x: Tensor): Tensor {
      const { weight, bias, inFeatures } = this.linear;
      return nn.functional.linear(x, weight.mul(1 / Math.sqrt(inFeatures)), bias);
    }
  }

  test.each(["adamw", "sgd"] as const)("trains plain weights as W/√in by %s", (name) => {
    manualSeed(0);
    const settings = chooseSettings(
      { optimizer: name, parametrization: "ntk", lr: 0.02, weightDecay: name === "adamw" ? 0.3 : 0 },
      100,
      "regression",
    );
    const plain = new TableNetwork({
      ...architecture,
      numberEncoding: "plain",
      inputs: 9,
      numbers: 9,
      levels: [],
      frontScale: false,
      parametricActivation: false,
      normalization: "none",
    });
    const layers = [...plain.layers].filter((layer) => layer instanceof nn.Linear);
    const copies = layers.map(({ weight, bias, inFeatures, outFeatures }) => {
      const copy = new nn.Linear(inFeatures, outFeatures);
      copy.weight.data.set(weight.data.map((w) => w * Math.sqrt(inFeatures)));
      copy.bias?.data.set(bias?.data ?? []);
      return copy;
    });
    const ntk = new nn.Sequential(
      new Ntk(copies[0]),
      new nn.ReLU(),
      new Ntk(copies[1]),
      new nn.ReLU(),
      new Ntk(copies[2]),
    );
    const { make } = optimizers[name];
    const rates = [
      { params: copies.map(({ weight }) => weight), lr: settings.lr, weightDecay: settings.weightDecay },
      { params: copies.map(({ bias }) => bias as Tensor), lr: settings.lr * 0.1, weightDecay: 0 },
    ];
    const [first, second] = [make(groupsOf(plain, settings), settings), make(rates, settings)];
    const [x, y] = [randn([20, 9]), randn([20, 1])];
    for (let step = 0; step < 20; step++) {
      for (const [model, optimizer] of [[plain, first] as const, [ntk, second] as const]) {
        optimizer.step(() => {
          optimizer.zeroGrad();
          const loss = (model as nn.Layer)(x).sub(y).square().mean();
          loss.backward();
          return loss;
        });
      }
    }
    const [a, b] = [plain(x), ntk(x)].map((t) => [...t.data]);
    a.forEach((value, i) => {
      expect(value).toBeCloseTo(b[i], 3);
    });
  });

  test.each(optimizerNames)("gives %s all that it says it takes", (name) => {
    const groupWith = (change: object): unknown => {
      const network = new TableNetwork({ ...architecture, levels: [], normalization: "none" });
      const settings = { ...chooseSettings({ optimizer: name }, 100, "regression"), ...change };
      const [first] = optimizers[name].make(groupsOf(network, settings), settings).paramGroups;
      return { ...first, params: [] };
    };
    for (const setting of ["momentum", "beta2", "weightDecay"]) {
      const differs = JSON.stringify(groupWith({ [setting]: 0.5 })) !== JSON.stringify(groupWith({}));
      expect(`${setting} ${differs}`).toBe(`${setting} ${takes(name, setting)}`);
    }
  });

  test.each(optimizerNames)("lets %s lower a loss", (name) => {
    manualSeed(1);
    const network = new TableNetwork({ ...architecture, levels: [], normalization: "none" });
    const settings = chooseSettings({ optimizer: name }, 100, "regression");
    const optimizer = optimizers[name].make(groupsOf(network, settings), settings);
    const x = randn([30, 2]);
    const y = x.sum(1, { keepdim: true });
    const step = () => {
      optimizer.zeroGrad();
      const loss = network(x).sub(y).square().mean();
      loss.backward();
      return loss;
    };
    const before = optimizer.step(step).item();
    for (let i = 0; i < 30; i++) optimizer.step(step);
    expect(network(x).sub(y).square().mean().item()).toBeLessThan(0.7 * before);
  });
});
