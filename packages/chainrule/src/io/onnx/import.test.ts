import { describe, expect, test } from "vitest";
import * as nn from "../../nn/index.ts";
import { Adam } from "../../optim/index.ts";
import { arange, compile, manualSeed, randn, type Tensor, tensor } from "../../tensor/index.ts";
import { fuzz } from "../testing/fuzz.ts";
import { toOnnx } from "./export.ts";
import { fromOnnx } from "./import.ts";
import { file, fuzzedOnnx, node, value } from "./testing/models.ts";

const weight = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const bias = tensor([0.5, -0.5]);
const transB = { name: "transB", type: 2, int: 1 };
const gemm = file([node("Gemm", ["x", "fc.weight", "fc.bias"], ["y"], transB)], {
  "fc.weight": weight,
  "fc.bias": bias,
});
const x = tensor([
  [1, 0, 0],
  [0, 1, 1],
]);

describe("fromOnnx", () => {
  test("reads a layer: names, sizes, parameters, results", () => {
    const model = fromOnnx(gemm);
    expect(model.inputs).toEqual([{ name: "x", type: 1, shape: ["N", 3] }]);
    expect(model.outputs).toEqual([{ name: "y", type: 1, shape: ["N", 2] }]);
    expect(model.namedParameters().map(([path]) => path)).toEqual(["fc.weight", "fc.bias"]);
    expect(model.training).toBe(false);
    expect(model(x).toArray()).toEqual([
      [1.5, 3.5],
      [5.5, 10.5],
    ]);
    expect(`${model}`).toBe("OnnxModule(\n  x [N, 3] → y [N, 2]\n  Gemm\n  (fc): OnnxPart()\n)");
  });

  test("takes a state, trains further, is cloned, converted and compiled", () => {
    manualSeed(1);
    const net = new nn.Sequential(
      new nn.Linear(3, 8),
      new nn.BatchNorm1d(8),
      new nn.GELU(),
      new nn.Linear(8, 2),
    );
    net(randn([16, 3]));
    net.eval();
    const model = fromOnnx(toOnnx(net, [1, 3]));
    const rows = randn([5, 3]);
    const expected = net(rows).toArray();
    const near = (y: Tensor) =>
      expect(
        y
          .sub(tensor(expected as number[][], { dtype: y.dtype }))
          .abs()
          .max()
          .item(),
      ).toBeLessThan(1e-6);
    expect(Object.keys(model.stateDict())).toEqual(
      Object.keys(net.stateDict()).filter((key) => !key.endsWith("num_batches_tracked")),
    );
    expect(model.namedBuffers().map(([path]) => path)).toEqual(
      expect.arrayContaining(["1.running_mean", "1.running_var"]),
    );
    near(model(rows));
    near(model.clone().double()(rows.to("float64")));
    near(compile((t: Tensor) => model(t))(rows));
    const other = model.clone();
    other.parameters()[0].data.fill(0);
    near(model(rows));
    other.loadStateDict(model.stateDict());
    near(other(rows));

    const optimizer = new Adam(model.parameters(), { lr: 0.01 });
    const target = randn([5, 2]);
    const losses = Array.from({ length: 40 }, () => {
      const loss = model(rows).sub(target).square().mean();
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss.item();
    });
    expect(losses[39]).toBeLessThan(0.3 * losses[0]);
  });

  test("several outputs are an array; inputs are counted", () => {
    const outputs = [value("y", "N", 3), value("z", "N", 3)];
    const model = fromOnnx<Tensor[]>(
      file([node("Relu", ["x"], ["y"]), node("Neg", ["x"], ["z"])], {}, { graph: { outputs } }),
    );
    const [y, z] = model(x);
    expect([y.toArray(), z.neg().toArray()]).toEqual([x.toArray(), x.toArray()]);
    expect(() => model(x, x)).toThrow("The network was called with 2 tensors, and takes 1: x.");
  });

  test("shapes follow the batch, also in compiled programs", () => {
    // Reshape to [Shape(x)[0], 3] of a product
    const axis = { name: "axis", type: 2, int: 0 };
    const bytes = file(
      [
        node("Shape", ["x"], ["s"]),
        node("Gather", ["s", "first"], ["n"], axis),
        node("Concat", ["n", "rest"], ["shape"], axis),
        node("Flatten", ["x"], ["flat"], axis),
        node("Reshape", ["flat", "shape"], ["y"]),
      ],
      { first: tensor([0], { dtype: "int32" }), rest: tensor([-1], { dtype: "int32" }) },
    );
    const model = fromOnnx(bytes);
    const program = compile((t: Tensor) => model(t));
    for (const rows of [1, 4]) {
      const given = arange(3 * rows)
        .reshape([rows, 3])
        .to("float32");
      expect(model(given).toArray()).toEqual(given.toArray());
      expect(program(given).toArray()).toEqual(given.toArray());
    }
  });

  test("parameters are floating weights; bounds and indices stay as they are", () => {
    const model = fromOnnx(
      file(
        [
          node("Clip", ["x", "low", "high"], ["c"]),
          node("MatMul", ["c", "w"], ["m"]),
          node("Mul", ["m", "half"], ["y"]),
        ],
        { low: tensor(-0.5), high: tensor(0.5), w: randn([3, 2]), half: tensor(0.5) },
      ),
    );
    expect(model.namedParameters().map(([path]) => path)).toEqual(["w"]);
    expect(model.namedBuffers().map(([path]) => path)).toEqual(["low", "high", "half"]);
  });

  test("names that a module cannot have are changed", () => {
    const model = fromOnnx(
      file(
        [
          node("Add", ["x", "forward"], ["a"]),
          node("Add", ["a", "a..b"], ["b"]),
          node("Add", ["b", "__proto__"], ["y"]),
        ],
        {
          forward: tensor([1, 1, 1]),
          "a..b": tensor([2, 2, 2]),
          ["__proto__"]: tensor([4, 4, 4]),
        },
      ),
    );
    expect(model(tensor([[0, 0, 0]])).toArray()).toEqual([[7, 7, 7]]);
    expect(model.namedParameters().map(([path]) => path)).toEqual(["forward_", "__proto___", "a._.b"]);
    expect(
      model
        .clone()(tensor([[0, 0, 0]]))
        .toArray(),
    ).toEqual([[7, 7, 7]]);
  });

  test("functions of the file are put in their places", () => {
    const inner = {
      name: "scaled",
      domain: "own",
      inputs: ["a"],
      outputs: ["b"],
      nodes: [
        node("Constant", [], ["k"], { name: "value_float", type: 1, reference: "factor" }),
        node("Mul", ["a", "k"], ["b"]),
      ],
      opsets: [{ domain: "", version: 17 }],
    };
    const factor = { name: "factor", type: 1, float: 3 };
    const call = (input: string, output: string) => ({
      ...node("scaled", [input], [output], factor),
      domain: "own",
    });
    const model = fromOnnx(file([call("x", "t"), call("t", "y")], {}, { functions: [inner] }));
    expect(model(tensor([[1, 2, 3]])).toArray()).toEqual([[9, 18, 27]]);
  });

  test("a constant of a function is kept once, however often it is called", () => {
    const value = { name: "value", type: 4, tensor: { dims: [3], type: 1, floats: [1, 2, 3] } };
    const inner = {
      name: "shifted",
      domain: "own",
      inputs: ["a"],
      outputs: ["b"],
      nodes: [node("Constant", [], ["k"], value), node("Add", ["a", "k"], ["b"])],
    };
    const call = (input: string, output: string) => ({
      ...node("shifted", [input], [output]),
      domain: "own",
    });
    const model = fromOnnx(file([call("x", "t"), call("t", "y")], {}, { functions: [inner] }));
    expect(model(tensor([[1, 1, 1]])).toArray()).toEqual([[3, 5, 7]]);
    expect([...model.buffers()]).toHaveLength(1);
  });

  test.each([
    ["one wide node", [node("Sum", new Array<string>(2000).fill("a"), ["b"])], ["a"]],
    ["many inputs", [node("Identity", ["a0"], ["b"])], Array.from({ length: 2000 }, (_, i) => `a${i}`)],
  ])("refuses functions that make much of little: %s", (_, nodes, inputs) => {
    const inner = { name: "f", domain: "own", inputs, outputs: ["b"], nodes };
    const calls = Array.from({ length: 2000 }, (_, i) => ({ ...node("f", ["x"], [`y${i}`]), domain: "own" }));
    expect(() => fromOnnx(file(calls, {}, { functions: [inner] }))).toThrow("name over 1000000 values");
  });

  test("lists all operators that it does not know", () => {
    const nodes = [
      node("Conv", ["x"], ["a"]),
      node("Relu", ["a"], ["b"]),
      node("LSTM", ["b"], ["c"]),
      { ...node("Gelu", ["c"], ["y"]), domain: "com.microsoft" },
    ];
    expect(() => fromOnnx(file(nodes), { source: "m.onnx" })).toThrow(
      "m.onnx: It has 3 operators that are not known here: Conv, LSTM, com.microsoft.Gelu.",
    );
  });

  test.each([
    ["no ONNX file", Uint8Array.of(), "it has no graph"],
    ["text", new TextEncoder().encode("<html>"), "It is no whole ONNX file: "],
    [
      "a value that nothing makes",
      file([node("Relu", ["z"], ["y"])]),
      'reads "z", which nothing before it makes',
    ],
    [
      "a value made twice",
      file([node("Relu", ["x"], ["y"]), node("Relu", ["x"], ["y"])]),
      'Two nodes make "y"',
    ],
    [
      "an attribute that is not known",
      file([node("Relu", ["x"], ["y"], { name: "axis", type: 2, int: 1 })]),
      'the attribute "axis"',
    ],
    ["too many inputs", file([node("Relu", ["x", "x"], ["y"])]), "has 2 inputs"],
    [
      "an operator as it was before",
      file([node("Gemm", ["x", "x"], ["y"])], {}, { opset: 6 }),
      "read from version 7 on",
    ],
    ["an output that nothing makes", file([node("Relu", ["x"], ["z"])]), 'Nothing makes its output "y"'],
    [
      "a function that calls itself",
      file(
        [{ ...node("f", ["x"], ["y"]), domain: "own" }],
        {},
        {
          functions: [
            {
              name: "f",
              domain: "own",
              inputs: ["a"],
              outputs: ["b"],
              nodes: [{ ...node("f", ["a"], ["b"]), domain: "own" }],
            },
          ],
        },
      ),
      "calls itself",
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => fromOnnx(bytes)).toThrow(message);
  });

  test.each([
    [
      "external data",
      { dims: [2], type: 1, location: 1, external: [{ key: "location", value: "weights.bin" }] },
      "in another file, which is not read",
    ],
    [
      "fewer elements than the shape",
      { dims: [3], type: 1, raw: new Uint8Array(8) },
      "it has 2 elements where its shape [3] takes 3",
    ],
    [
      "a shape beyond everything",
      { dims: [2 ** 40, 2 ** 40], type: 1, raw: new Uint8Array(8) },
      "it has 2 elements where",
    ],
    ["texts", { dims: [1], type: 8, texts: ["a"] }, "it holds texts"],
    ["complex numbers", { dims: [1], type: 14, raw: new Uint8Array(8) }, "its element type is complex64"],
    [
      "integers beyond int32",
      { dims: [1], type: 7, int64s: [2 ** 40] },
      "the integer 1099511627776, beyond int32",
    ],
  ])("refuses an initializer of %s", (_, message, problem) => {
    const bytes = file(
      [node("Add", ["x", "w"], ["y"])],
      {},
      { graph: { initializers: [{ ...message, name: "w" }] } },
    );
    expect(() => fromOnnx(bytes)).toThrow(`Initializer "w" can not be read: `);
    expect(() => fromOnnx(bytes)).toThrow(problem);
  });

  test("the largest int64 means the end", () => {
    const ints = (name: string, ...int64s: number[]) => ({ name, dims: [int64s.length], type: 7, int64s });
    const graph = { initializers: [ints("starts", 1), ints("ends", 2 ** 63), ints("axes", 1)] };
    // written as the bits of 2⁶³ − 1
    const bytes = file([node("Slice", ["x", "starts", "ends", "axes"], ["y"])], {}, { graph });
    const most = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01];
    const at = bytes.findIndex((_, i) => most.every((byte, k) => bytes[i + k] === byte));
    bytes.set([...Array(8).fill(0xff), 0xff, 0x00], at);
    expect(fromOnnx(bytes)(x).toArray()).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  test("names the node where something does not fit", () => {
    expect(() => fromOnnx(gemm)(randn([2, 4]))).toThrow(
      "OnnxModule › node (Gemm) › linear: An input of shape [2, 4]",
    );
  });

  test("damaged files are refused or read, never worse", async () => {
    const report = await fuzz(fuzzedOnnx(), { seed: 61, files: 1500 });
    expect(report.files).toBe(1500);
    expect(report.read).toBeGreaterThan(0);
  });
});
