import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as nn from "../nn/index.ts";
import { SGD } from "../optim/index.ts";
import { TableNetwork } from "../tables/index.ts";
import { defaultGenerator, manualSeed, randint, randn, type Tensor, tensor } from "../tensor/index.ts";
import { distributionOf } from "./distribution.ts";
import { health } from "./health.ts";
import type { AlarmKind, Health } from "./health-format.ts";
import { firstNotFinite } from "./not-finite.ts";

const mse = new nn.MSELoss();
const entropy = new nn.CrossEntropyLoss();
const kinds = ({ alarms }: Health): AlarmKind[] => alarms.map(({ kind }) => kind);
const alarmOf = ({ alarms }: Health, kind: AlarmKind) => {
  const found = alarms.find((alarm) => alarm.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} among ${alarms.map((alarm) => alarm.kind)}`);
  return found;
};
/** A layer with given weights [out, in] and biases. */
function linear(weight: number[][], bias: number[]): nn.Linear {
  const layer = new nn.Linear(weight[0].length, weight.length);
  layer.weight.data.set(weight.flat());
  layer.bias?.data.set(bias);
  return layer;
}

describe("distributionOf", () => {
  test("puts each number into the bin whose edges are around it", () => {
    const { counts, edges, mean, sd, min, max } = distributionOf([0, 1, 2, 3], 3);
    expect([...edges]).toEqual([0, 1, 2, 3]);
    expect([...counts]).toEqual([1, 1, 2]);
    expect([mean, min, max]).toEqual([1.5, 0, 3]);
    expect(sd).toBeCloseTo(Math.sqrt(1.25), 12);
  });

  test("counts what is not finite apart, and has no moments of nothing", () => {
    const found = distributionOf([Number.NaN, 1, Number.NEGATIVE_INFINITY, 1]);
    expect([found.count, found.notFinite, found.mean, found.sd]).toEqual([4, 2, 1, 0]);
    expect(found.counts[15]).toBe(2);
    expect(distributionOf([]).mean).toBeNaN();
  });

  test("counts agree with a naive loop over the edges", () => {
    const edgy = fc.constantFrom(0, -0, 5e-324, -1e-320, 1e308, -1.7e308);
    const numbers = fc.array(fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), edgy), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(numbers, (all) => {
        const { edges, counts, min, max } = distributionOf(all);
        const last = counts.length - 1;
        const naive = [...counts].map(
          (_, i) =>
            all.filter((x) => x >= edges[i] && (i === last ? x <= edges[i + 1] : x < edges[i + 1])).length,
        );
        expect([...counts]).toEqual(naive);
        expect(naive.reduce((a, b) => a + b)).toBe(all.length);
        // −0 is the same number.
        expect([min + 0, max + 0]).toEqual([Math.min(...all) + 0, Math.max(...all) + 0]);
      }),
    );
  });
});

describe("health", () => {
  test("gives the numbers of a network that is computed by hand", () => {
    // z = (x, −x, −1), y = max(z, 0), output y1 + 2 y2 + 3 y3; x = 1, −2; target 0; L = mean of squares.
    const model = new nn.Sequential(
      linear([[1], [-1], [0]], [0, 0, -1]),
      new nn.ReLU(),
      linear([[1, 2, 3]], [0]),
    );
    const found = health(model, tensor([[1], [-2]]), { target: tensor([[0], [0]]), loss: mse });
    // Outputs 1 and 4: L = 17 / 2, ∂L/∂output = 1 and 4.
    expect(found.loss).toBe(8.5);
    const [first, relu, last] = found.layers;
    expect(found.layers.map(({ path, kind, k, units }) => [path, kind, k, units])).toEqual([
      ["0", "Linear", 1, 3],
      ["1", "ReLU", 1, 3],
      ["2", "Linear", 2, 1],
    ]);
    // ∂L/∂W2 = 1 · (1, 0, 0) + 4 · (0, 2, 0), ∂L/∂b2 = 5
    expect(last.gradientNorm).toBeCloseTo(Math.sqrt(1 + 64 + 25), 5);
    // ∂L/∂z = (1, 0, 0) and (0, 8, 0): ∂L/∂W1 = (1, −16, 0), ∂L/∂b1 = (1, 8, 0)
    expect(first.gradientNorm).toBeCloseTo(Math.sqrt(1 + 256 + 1 + 64), 5);
    expect(found.gradientNorm).toBeCloseTo(Math.sqrt(90 + 322), 5);
    expect(first.weights).toMatchObject({ count: 6, min: -1, max: 1 });
    expect(first.activations).toMatchObject({ count: 6, min: -2, max: 2 });
    expect(relu.signals).toMatchObject({ count: 6, max: 12 });
    expect(relu.dead).toEqual([2]);
    expect([relu.weights, relu.gradients, relu.gradientNorm, first.updateRatio]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    const { severity, layer, evidence } = alarmOf(found, "dead-units");
    expect([severity, layer]).toEqual(["warning", "1"]);
    expect(evidence).toContain("1 of 3 units");
    expect(evidence).toContain("unit 3 gets −1 at most");
  });

  test("finds the units of tanh and sigmoid that sit at their ends", () => {
    // Slopes 1 − tanh² of 5 and 0.5 are 0.00018 and 0.79; σ′ of 6 is a hundredth of its largest, ¼.
    const model = new nn.Sequential(
      linear([[5], [0.5]], [0, 0]),
      new nn.Tanh(),
      linear(
        [
          [6, 0],
          [0, 1],
        ],
        [0, 0],
      ),
      new nn.Sigmoid(),
    );
    const x = tensor([[1], [-1], [1], [1]]);
    const found = health(model, x, { target: randn([4, 2]), loss: mse });
    const byKind = Object.fromEntries(found.layers.map((layer) => [layer.kind, layer]));
    expect(byKind.Tanh.saturated).toEqual([0]);
    expect(byKind.Sigmoid.saturated).toEqual([0]);
    expect(byKind.Tanh.dead).toEqual([]);
    expect(alarmOf(found, "saturated-units").evidence).toContain("1 of 2 units");
  });

  test("sees activations that a forward applies by itself, and several weighted sums of one module", () => {
    class Net extends nn.Module {
      w = new nn.Parameter(randn([3, 4]));
      fc = new nn.Linear(4, 2);
      forward(x: Tensor): Tensor {
        return this.fc(x.matmul(this.w).relu().mul(2)).tanh();
      }
    }
    const found = health(new Net(), randn([5, 3]), { target: randn([5, 2]), loss: mse });
    expect(found.layers.map(({ path, kind, k }) => [path, kind, k])).toEqual([
      ["", "Net", 1],
      ["", "relu", 1],
      ["fc", "Linear", 2],
      ["", "tanh", 2],
    ]);
    expect(found.layers[0].weights?.count).toBe(12);
  });

  test.each([
    ["ReLU6", new nn.ReLU6(), -1, "dead"],
    ["Hardtanh", new nn.Hardtanh(), 3, "saturated"],
    ["Hardsigmoid", new nn.Hardsigmoid(), 4, "saturated"],
    ["Softsign", new nn.Softsign(), 20, "saturated"],
    ["GELU", new nn.GELU(), -9, "dead"],
    ["ELU", new nn.ELU(), -9, "dead"],
  ] as const)("%s is flat where its formula says so", (kind, activation, z, what) => {
    const model = new nn.Sequential(linear([[0], [0]], [z, 0.4]), activation, new nn.Linear(2, 1));
    const { layers } = health(model, randn([8, 1]), { target: randn([8, 1]), loss: mse });
    const found = layers.find((layer) => layer.kind === kind);
    expect(found?.[what]).toEqual([0]);
  });

  test("dead units are those that a naive loop finds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 9 }), (seed, rows) => {
        manualSeed(seed);
        const model = new nn.Sequential(new nn.Linear(2, 12), new nn.ReLU(), new nn.Linear(12, 1));
        const x = randn([rows, 2]);
        const y = model.at(1)(model.at(0)(x)).toArray() as number[][];
        const naive = [...Array(12).keys()].filter((unit) => y.every((row) => row[unit] === 0));
        const { layers } = health(model, x, { target: randn([rows, 1]), loss: mse });
        expect(layers[1].dead).toEqual(naive);
        for (const { activations } of layers)
          expect(activations.counts.reduce((a, b) => a + b)).toBe(activations.count);
      }),
      { numRuns: 30 },
    );
  });

  test("measures updates against the weights before", () => {
    const model = new nn.Sequential(linear([[3, 4]], [0]));
    const previous = Object.fromEntries(Object.entries(model.stateDict()).map(([k, t]) => [k, t.clone()]));
    model.at(0).loadStateDict({ weight: tensor([[3, 4.05]]), bias: tensor([0]) });
    const found = health(model, tensor([[1, 1]]), { target: tensor([[0]]), loss: mse, previous });
    expect(found.layers[0].updateRatio).toBeCloseTo(0.01, 6);
    model.at(0).loadStateDict({ weight: tensor([[3, 6]]), bias: tensor([0]) });
    const bad = health(model, tensor([[1, 1]]), { target: tensor([[0]]), loss: mse, previous });
    expect(alarmOf(bad, "update-too-large")).toMatchObject({ severity: "bad", layer: "0" });
    const same = health(model, tensor([[1, 1]]), {
      target: tensor([[0]]),
      loss: mse,
      previous: model.stateDict(),
    });
    expect(alarmOf(same, "update-too-small").severity).toBe("note");
  });

  test("tells gradients that vanish or explode on their way, and none in a network that is well", () => {
    manualSeed(0);
    const deep = (make: () => nn.Layer, gain: number): nn.Sequential => {
      const layers = Array.from({ length: 12 }, () => [new nn.Linear(32, 32), make()]).flat();
      const model = new nn.Sequential(...layers, new nn.Linear(32, 4));
      for (const [name, p] of model.namedParameters())
        if (name.endsWith("weight")) nn.init.normal_(p, 0, gain / Math.sqrt(32));
      return model;
    };
    const options = { target: randint(0, 4, [64], { dtype: "int32" }), loss: entropy };
    const x = randn([64, 32]);
    expect(
      kinds(
        health(
          deep(() => new nn.Sigmoid(), 1),
          x,
          options,
        ),
      ),
    ).toContain("vanishing-gradients");
    const wild = health(
      deep(() => new nn.ReLU(), 8),
      x,
      options,
    );
    expect(alarmOf(wild, "exploding-gradients").severity).toBe("bad");
    const he = kinds(
      health(
        deep(() => new nn.ReLU(), Math.SQRT2),
        x,
        options,
      ),
    );
    expect(he.filter((kind) => kind !== "dead-units")).toEqual([]);
  });

  test("does not advise rectifiers where gradients vanish behind dead ones", () => {
    const remedy = (bias: number): string => {
      const model = new nn.Sequential(
        linear([[1], [1], [1]], [0, 0, bias]),
        new nn.ReLU(),
        linear([[1e-5, 1e-5, 1e-5]], [0]),
      );
      const found = health(model, tensor([[1], [2]]), { target: tensor([[3], [5]]), loss: mse });
      return alarmOf(found, "vanishing-gradients").remedy;
    };
    expect(remedy(0)).toMatch(/^Use rectifiers/);
    expect(remedy(-9)).toMatch(/^No gradient passes dead units/);
  });

  test("says that a network is at a stationary point", () => {
    const model = new nn.Sequential(linear([[2]], [1]));
    const found = health(model, tensor([[1], [2]]), { target: tensor([[3], [5]]), loss: mse });
    expect(found.gradientNorm).toBe(0);
    expect(kinds(found)).toEqual(["converged"]);
  });

  test("names the first tensor that is not finite", () => {
    const model = new nn.Sequential(linear([[1]], [0]), new nn.ReLU(), linear([[Number.NaN]], [0]));
    const { evidence, layer } = alarmOf(
      health(model, tensor([[1]]), { target: tensor([[0]]), loss: mse }),
      "not-finite",
    );
    expect([layer, evidence]).toEqual([
      "2",
      "1 of 2 numbers of the weights of layer 2 (Linear) are NaN or infinite; it is the first such tensor.",
    ]);
  });

  test("takes the several inputs of a table's network", () => {
    manualSeed(1);
    const network = new TableNetwork({
      ...{
        inputs: 3,
        numbers: 2,
        numberEncoding: "pbld",
        levels: [4, 3],
        embeddingSize: 2,
        frontScale: true,
      },
      ...{
        hidden: [6],
        activation: "relu",
        parametricActivation: true,
        normalization: "batch",
        dropout: 0.3,
        outputs: 3,
      },
    });
    const codes = randint(0, 3, [16, 2], { dtype: "int32" });
    const target = randint(0, 3, [16], { dtype: "int32" });
    const { layers, rows } = health(network, [randn([16, 3]), codes], { target, loss: entropy });
    expect(rows).toBe(16);
    expect(layers.map(({ kind, k, units }) => [kind, k, units])).toEqual([
      ["PeriodicEmbedding", 0, 8],
      ["LevelEmbedding", 0, 4],
      ["FrontScale", 0, 13],
      ["Linear", 1, 6],
      ["BatchNorm1d", 1, 6],
      ["ReLU", 1, 6],
      ["ParametricActivation", 1, 6],
      ["Linear", 2, 3],
    ]);
    expect(layers.reduce((sum, { weights }) => sum + (weights?.count ?? 0), 0)).toBe(network.numParameters());
  });

  test("changes nothing of the model, and is independent of its mode", () => {
    manualSeed(2);
    const model = new nn.Sequential(
      new nn.Linear(4, 8),
      new nn.BatchNorm1d(8),
      new nn.Dropout(0.5),
      new nn.Linear(8, 2),
    );
    const x = randn([16, 4]);
    const target = randint(0, 2, [16], { dtype: "int32" });
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    entropy(model(x), target).backward();
    optimizer.step();
    model.at(1).eval();
    const state = () => ({
      weights: Object.entries(model.stateDict()).map(([path, t]) => [path, t.toArray()]),
      grads: model.parameters().map(({ grad }) => grad?.toArray()),
      modes: model.modules().map(({ training }) => training),
      draws: defaultGenerator.getState(),
    });
    const before = structuredClone(state());
    const found = health(model, x, { target, loss: entropy });
    firstNotFinite(model, x, { target, loss: entropy });
    expect(state()).toEqual(before);
    model.eval();
    expect(health(model, x, { target, loss: entropy })).toEqual(found);
  });

  test("refuses a loss that is not one number", () => {
    const model = new nn.Linear(1, 1);
    const x = randn([2, 1]);
    expect(() => health(model, x, { target: x, loss: (y, t) => y.sub(t) })).toThrow("2 elements");
    expect(() => health(model, x, { target: x, loss: () => tensor(1) })).toThrow("no parameter");
  });
});

describe("firstNotFinite", () => {
  const options = { target: tensor([[0.5]]), loss: mse };

  test("finds what was given", () => {
    const model = new nn.Sequential(linear([[1]], [Number.POSITIVE_INFINITY]));
    expect(firstNotFinite(model, tensor([[1]]), options)).toMatchObject({
      when: "given",
      tensor: "parameter 0.bias",
    });
    expect(firstNotFinite(model, tensor([[Number.NaN]]), options)?.tensor).toBe("input");
  });

  test("finds the op and layer of the forward pass", () => {
    const model = new nn.Sequential(linear([[3e38]], [0]), new nn.ReLU());
    const found = firstNotFinite(model, tensor([[10]]), options);
    expect(found).toMatchObject({
      when: "forward",
      tensor: "the result of linear",
      layer: "layer 0 (Linear)",
    });
  });

  test("finds the derivative of the backward pass, and nothing in a model that is well", () => {
    class Root extends nn.Module {
      fc = linear([[1]], [0]);
      forward(x: Tensor): Tensor {
        return this.fc(x).sqrt();
      }
    }
    const found = firstNotFinite(new Root(), tensor([[0]]), options);
    expect(found?.when).toBe("backward");
    expect(found?.tensor).toContain("sqrt");
    expect(firstNotFinite(new Root(), tensor([[4]]), options)).toBeNull();
  });
});
