import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, manualSeed, randn, type Tensor, tensor } from "../../tensor/index.ts";
import {
  type Architecture,
  activationNames,
  normalizations,
  numberEncodings,
  weightCount,
} from "./architecture.ts";
import { initialize } from "./initialize.ts";
import { TableNetwork } from "./network.ts";

const plain: Architecture = {
  inputs: 3,
  numbers: 2,
  numberEncoding: "plain",
  levels: [],
  embeddingSize: 8,
  frontScale: false,
  hidden: [5, 4],
  activation: "tanh",
  parametricActivation: false,
  normalization: "none",
  dropout: 0,
  outputs: 2,
};
const full: Architecture = {
  ...plain,
  numberEncoding: "pbld",
  levels: [4, 3],
  embeddingSize: 2,
  frontScale: true,
  parametricActivation: true,
};
const names = (network: TableNetwork) => [...network.layers].map((layer) => layer.constructor.name);
const flat = (x: Tensor): number[] => [...x.contiguous().data];
const codesOf = (rows: number[][]): Tensor => tensor(rows, { dtype: "int32" });

describe("TableNetwork", () => {
  test("is a plain multilayer perceptron where nothing else is asked for", () => {
    const network = new TableNetwork({ ...plain, dropout: 0.2 });
    expect(names(network)).toEqual(["Linear", "Tanh", "Dropout", "Linear", "Tanh", "Dropout", "Linear"]);
    expect(network.parameters().map(({ shape }) => shape)).toEqual([[5, 3], [5], [4, 5], [4], [2, 4], [2]]);
  });

  test("puts its parts in order", () => {
    const network = new TableNetwork({ ...full, normalization: "layer" });
    expect(names(network)).toEqual([
      ...["Linear", "LayerNorm", "ParametricActivation"],
      ...["Linear", "LayerNorm", "ParametricActivation", "Linear"],
    ]);
    // 2 numbers as 4 each, 1 other input, 2 vectors of 2.
    expect(network.encode(randn([6, 3]), codesOf(Array(6).fill([3, 2]))).shape).toEqual([6, 13]);
  });

  test("encodes numbers by cos(2π w x + b), combined, beside the numbers, the rest and the vectors", () => {
    manualSeed(3);
    const network = new TableNetwork(full);
    const x = randn([1, 3]);
    const [a, b, other] = flat(x);
    const { periodic, embedding } = network;
    if (!periodic || !embedding) throw new Error("a part is missing");
    const [w, phase, bias] = [periodic.frequency, periodic.phase, periodic.bias].map(
      (p) => p.toArray() as number[][],
    );
    const weight = periodic.weight.toArray() as number[][][];
    const expected = [a, b].flatMap((value, n) =>
      [0, 1, 2].map((o) =>
        w[n].reduce(
          (sum, f, k) => sum + weight[n][k][o] * Math.cos(2 * Math.PI * f * value + phase[n][k]),
          bias[n][o],
        ),
      ),
    );
    const vectors = embedding.weight.toArray() as number[][];
    const encoded = flat(network.encode(x, codesOf([[1, 2]])));
    const wanted = [...expected, a, b, other, ...vectors[1], ...vectors[4 + 2]];
    encoded.forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i], 5);
    });
    expect([...vectors[0], ...vectors[4]]).toEqual([0, 0, 0, 0]); // the unknown
  });

  test("activations that are learned start as they are, and can become straight", () => {
    const network = new TableNetwork({ ...full, levels: [], numberEncoding: "plain" });
    const alike = new TableNetwork({
      ...full,
      levels: [],
      numberEncoding: "plain",
      parametricActivation: false,
    });
    alike.loadStateDict(network.stateDict(), { strict: false });
    const x = randn([4, 3]);
    for (const [i, layer] of [...network.layers].entries())
      if (i % 2 === 0) alike.layers.at(i).loadStateDict(layer.stateDict());
    expect(network(x).toArray()).toEqual(alike(x).toArray());
    for (const [name, p] of network.namedParameters()) if (name.endsWith("alpha")) p.data.fill(0);
    const f = (scale: number) => flat(network(x.mul(scale)));
    const [zero, one, two] = [f(0), f(1), f(2)];
    two.forEach((value, i) => {
      expect(value - zero[i]).toBeCloseTo(2 * (one[i] - zero[i]), 5);
    });
  });

  test("gives the same eagerly and compiled, without inputs beside codes too", () => {
    manualSeed(1);
    for (const change of [{}, { inputs: 0, numbers: 0 }]) {
      const network = new TableNetwork({ ...full, ...change });
      const x = randn([6, network.architecture.inputs]);
      const codes = codesOf([0, 1, 2, 3, 2, 1].map((code) => [code, code % 3]));
      const eager = flat(network(x, codes));
      const compiled = flat(compile((u: Tensor, v: Tensor) => network(u, v))(x, codes));
      compiled.forEach((value, i) => {
        expect(value).toBeCloseTo(eager[i], 5);
      });
    }
  });

  test("has as many weights as can be counted beforehand", () => {
    const architectures: fc.Arbitrary<Architecture> = fc
      .record({
        others: fc.integer({ min: 0, max: 4 }),
        numbers: fc.integer({ min: 0, max: 3 }),
        numberEncoding: fc.constantFrom(...numberEncodings),
        levels: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
        embeddingSize: fc.integer({ min: 1, max: 5 }),
        frontScale: fc.boolean(),
        hidden: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }),
        activation: fc.constantFrom(...activationNames),
        parametricActivation: fc.boolean(),
        normalization: fc.constantFrom(...normalizations),
        dropout: fc.constantFrom(0, 0.5),
        outputs: fc.integer({ min: 1, max: 4 }),
      })
      .map(({ others, ...rest }) => ({ ...rest, inputs: rest.numbers + others }));
    fc.assert(
      fc.property(architectures, (architecture) => {
        const state = new TableNetwork(architecture).stateDict();
        const found = Object.values(state).reduce((sum, { numel }) => sum + numel, 0);
        expect(weightCount(architecture)).toBe(found);
      }),
      { numRuns: 100 },
    );
  });
});

describe("initialize", () => {
  const hidden: Architecture = { ...plain, hidden: [64, 64], activation: "selu", frontScale: true };

  test("gives each unit inputs of unit variance, and a kink among the rows", () => {
    manualSeed(2);
    const network = new TableNetwork(hidden);
    const x = randn([500, 3]).mul(20).add(7);
    initialize(network, { weightInit: "unit", biasInit: "he+5" }, x);
    let h = network.encode(x);
    for (const layer of network.layers) {
      h = layer(h);
      if (layer.constructor.name !== "Linear") continue;
      const spread = h.std(0, { correction: 0 }).toArray() as number[];
      for (const value of spread) expect(value).toBeCloseTo(1, 4);
      // z = 0 lies between the least and the greatest of what the rows give.
      for (const low of h.amin(0).toArray() as number[]) expect(low).toBeLessThan(0);
      for (const high of h.amax(0).toArray() as number[]) expect(high).toBeGreaterThan(0);
    }
  });

  test("leaves PyTorch's values where nothing else is asked for", () => {
    manualSeed(2);
    const network = new TableNetwork(plain);
    const before = network.layers.at(0).stateDict().weight.toArray();
    initialize(network, { weightInit: "standard", biasInit: "standard" }, randn([5, 3]));
    expect(network.layers.at(0).stateDict().weight.toArray()).toEqual(before);
  });

  test("goes on where all rows are the same", () => {
    const network = new TableNetwork(hidden);
    initialize(network, { weightInit: "unit", biasInit: "he+5" }, randn([1, 3]));
    for (const p of network.parameters()) expect(p.data.every(Number.isFinite)).toBe(true);
  });
});
