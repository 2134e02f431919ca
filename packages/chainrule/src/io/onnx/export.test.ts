import { describe, expect, test } from "vitest";
import * as nn from "../../nn/index.ts";
import { allOps, manualSeed, noGrad, randn, type Tensor, tensor, zeros } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { toOnnx } from "./export.ts";
import { fromOnnx } from "./import.ts";
import { type NodeMessage, readModel } from "./messages.ts";
import { records, unwritten } from "./records.ts";

const read = (bytes: Uint8Array) =>
  readModel(bytes, (problem, at) => new ChainruleError("file", `${at}: ${problem}`, ""));
const shown = ({ op, inputs, outputs }: NodeMessage) => `${outputs.join(", ")} = ${op}(${inputs.join(", ")})`;

class Custom extends nn.Module {
  readonly run: (x: Tensor) => Tensor | Tensor[];
  inner = new nn.Linear(3, 3);
  constructor(run: (x: Tensor) => Tensor | Tensor[]) {
    super();
    this.run = run;
  }
  forward(x: Tensor): Tensor | Tensor[] {
    return this.run(this.inner(x));
  }
}

describe("toOnnx", () => {
  test("every op record is written, or said not to be", () => {
    const names = allOps().map(({ name }) => name);
    expect(names.filter((name) => records.has(name) === unwritten.has(name))).toEqual([]);
    expect([...records.keys(), ...unwritten.keys()].filter((name) => !names.includes(name))).toEqual([]);
  });

  test("a network: nodes, initializers by their names, a batch of any size", () => {
    manualSeed(0);
    const model = new nn.Sequential(
      new nn.Linear(3, 4),
      new nn.Sigmoid(),
      new nn.Dropout(0.5),
      new nn.Linear(4, 2),
      new nn.Flatten(0, 1),
    );
    const { graph, opsets, irVersion, producerName } = read(toOnnx(model, [1, 3]));
    expect({ opsets, irVersion, producerName }).toEqual({
      opsets: [{ domain: "", version: 17 }],
      irVersion: 8,
      producerName: "chainrule",
    });
    expect(graph?.nodes.map(shown)).toMatchInlineSnapshot(`
      [
        "/0/Gemm = Gemm(x, 0.weight, 0.bias)",
        "/1/Sigmoid = Sigmoid(/0/Gemm)",
        "/3/Gemm = Gemm(/1/Sigmoid, 3.weight, 3.bias)",
        "/4/Constant = Constant()",
        "y = Reshape(/3/Gemm, /4/Constant)",
      ]
    `);
    expect(graph?.initializers.map(({ name, dims }) => `${name} [${dims}]`)).toEqual([
      "0.weight [4,3]",
      "0.bias [4]",
      "3.weight [2,4]",
      "3.bias [2]",
    ]);
    expect(graph?.inputs[0].type?.tensor?.shape?.dims).toMatchObject([{ name: "N" }, { size: 3 }]);
    expect(graph?.outputs[0].type?.tensor?.shape?.dims).toMatchObject([{ name: "2*N" }]);
    expect(model.training).toBe(true);
  });

  test("names, opsets and fixed sizes by option", () => {
    const model = new nn.Linear(3, 2);
    const { graph, opsets } = read(
      toOnnx(model, zeros([4, 3]), {
        opset: 20,
        batch: null,
        names: { inputs: ["features"], outputs: ["scores"] },
      }),
    );
    expect(graph?.nodes.map(shown)).toEqual(["scores = Gemm(features, weight, bias)"]);
    expect(graph?.inputs[0].type?.tensor?.shape?.dims).toMatchObject([{ size: 4 }, { size: 3 }]);
    expect(opsets[0].version).toBe(20);
    expect(() => toOnnx(model, [1, 3], { opset: 13 })).toThrow("The opset is 13. Use 14 to 22.");
    expect(() => toOnnx(model, [1, 3], { names: { inputs: ["a", "b"] } })).toThrow(
      'The names of inputs are "a", "b", and the model has 1 input.',
    );
  });

  test("what depends on the size of the batch is computed from it", () => {
    const model = new Custom((y) => {
      const [n] = y.shape;
      const counted = y.sum(1).reshape([n, 1]).expand([n, 2]).flatten();
      return [counted, y.narrow(0, 1, n - 1), y.mean(), zeros([n, 2]).add(y.narrow(1, 0, 2))];
    });
    const bytes = toOnnx(model, [2, 3]);
    const back = fromOnnx<Tensor[]>(bytes);
    for (const rows of [2, 6]) {
      const x = randn([rows, 3]);
      const wanted = noGrad(() => model(x)) as Tensor[];
      back(x).forEach((y, i) => {
        expect(y.shape).toEqual(wanted[i].shape);
        expect(y.sub(wanted[i]).abs().max().item()).toBeLessThan(1e-6);
      });
    }
  });

  test("what has been detached, shared or made before keeps its place", () => {
    const fixed = tensor([1, 2, 3]);
    const model = new Custom((y) => y.detach().add(fixed).mul(y));
    const back = fromOnnx(toOnnx(model, [1, 3]));
    const x = randn([4, 3]);
    expect(
      back(x)
        .sub(model(x) as Tensor)
        .abs()
        .max()
        .item(),
    ).toBeLessThan(1e-6);
  });

  test.each([
    [
      "an operation that ONNX has not",
      (y: Tensor) => y.tanh().erfinv(),
      "erfinv can not be written as ONNX: ONNX has no inverse of the error function",
    ],
    ["changes in place", (y: Tensor) => y.add_(1), "changes a tensor in place (add_)"],
    [
      "branches on the size of the batch",
      (y: Tensor) => (y.shape[0] > 2 ? y.exp() : y),
      "different things for batches of different sizes",
    ],
    [
      "sizes that grow otherwise",
      (y: Tensor) => y.sum().expand([y.shape[0] ** 2]),
      "is 4, 9, 25 for batches of 2, 3, 5",
    ],
    [
      "values that grow with the batch",
      (y: Tensor) => y.mul(1 / y.shape[0]),
      'its "other" depends on the size of the batch',
    ],
  ])("refuses %s", (_, run, message) => {
    expect(() => toOnnx(new Custom(run), [2, 3])).toThrow(message);
  });

  test("tells how many inputs it wants, where a forward pass fails for want of one", () => {
    class Two extends nn.Module {
      forward(a: Tensor, b: Tensor): Tensor {
        return b.add(a);
      }
    }
    expect(() => toOnnx(new Two(), [2, 3])).toThrow(
      "The forward pass of Two takes 2 inputs, and an example of one was given.",
    );
  });

  test("an operation without a name in ONNX matters only where an output needs it", () => {
    const model = new Custom((y) => {
      y.tanh().erfinv();
      return y;
    });
    expect(read(toOnnx(model, [1, 3])).graph?.nodes.map(shown)).toEqual([
      "y = Gemm(x, inner.weight, inner.bias)",
    ]);
  });
});
