// ONNX: tests of its own backend suite, and models that onnxruntime was seen to run with the same outputs.
import { manualSeed, nn, noGrad, optim, type Tensor, tensor } from "chainrule";
import { crc32c, fromOnnx, toOnnx } from "chainrule/io";
import { toOnnxTable } from "chainrule/tables";
import { trace } from "chainrule/trace";
import { describe, expect, test } from "vitest";
import { golden } from "./golden.ts";
import { cases, exampleOf, tableModels } from "./onnx-models.ts";
import { runTest } from "./onnx-suite.ts";

interface StoredTest {
  readonly name: string;
  readonly model: string;
  readonly sets: readonly { readonly inputs: readonly string[]; readonly outputs: readonly string[] }[];
}

const bytes = (text: string): Uint8Array => Buffer.from(text, "base64");

describe("the backend suite of ONNX", () => {
  test.each(golden<StoredTest[]>("onnx-nodes").map((stored) => [stored.name, stored] as const))(
    "%s",
    (_, { model, sets }) => {
      manualSeed(0);
      const read = sets.map(({ inputs, outputs }) => ({
        inputs: inputs.map(bytes),
        outputs: outputs.map(bytes),
      }));
      expect(runTest({ model: bytes(model), sets: read })).toBeNull();
    },
  );
});

interface FromTorch {
  readonly models: Readonly<Record<string, string>>;
  readonly x: number[][];
  readonly codes: number[][];
  readonly y: number[][];
  readonly unit: number[][];
  readonly best: number[][];
}

describe("networks as PyTorch writes them", () => {
  const { models, ...g } = golden<FromTorch>("onnx-torch");
  const [x, codes] = [tensor(g.x), tensor(g.codes, { dtype: "int32" })];

  test.each(Object.entries(models))("opset %s gives PyTorch's outputs", (_, file) => {
    const model = fromOnnx<Tensor[]>(bytes(file));
    const [y, unit, best] = model(x, codes);
    expect(y.allclose(tensor(g.y), { rtol: 1e-5, atol: 1e-6 })).toBe(true);
    expect(unit.allclose(tensor(g.unit), { rtol: 1e-5, atol: 1e-6 })).toBe(true);
    expect(best.toArray()).toEqual(g.best);
    const names = model.namedParameters().map(([path]) => path);
    const own = [
      "mix",
      "emb.weight",
      "fc1.weight",
      "fc1.bias",
      "bn.weight",
      "bn.bias",
      "fc2.weight",
      "fc2.bias",
      "prelu.weight",
    ];
    expect(names).toEqual(expect.arrayContaining(own));
    expect(model.namedBuffers().map(([path]) => path)).toEqual(
      expect.arrayContaining(["bn.running_mean", "bn.running_var"]),
    );
  });

  test("trains further, and is traced in float64", () => {
    const model = fromOnnx<Tensor[]>(bytes(models[16]));
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
    const losses = Array.from({ length: 20 }, () => {
      const loss = model(x, codes)[0].select(1, 0).mean().neg();
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss.item();
    });
    expect(losses[19]).toBeLessThan(0.5 * losses[0]);
    const one = fromOnnx(toOnnx(new nn.Sequential(new nn.Linear(3, 2), new nn.Tanh()), [1, 3]));
    const { data } = trace(one, tensor([[1, 2, 3]]));
    expect(data.values.flatMap(({ op }) => (op ? [op.name] : []))).toEqual(["linear", "tanh"]);
  });
});

/** Check sums of files that `npm run check:formats -- onnx --write` saw onnxruntime run. */
const seen = golden<Record<string, number>>("onnx-exports");

describe("models as ONNX", () => {
  const models = cases();

  test("all were run by onnxruntime", () => {
    const tables = Object.keys(tableModels()).map((name) => `table, ${name}`);
    expect(Object.keys(seen).toSorted()).toEqual([...Object.keys(models), ...tables].toSorted());
  });

  test.each(Object.entries(models))("%s", (name, one) => {
    const [model, inputsFor, options] = one;
    const file = toOnnx(model, exampleOf(one), options);
    expect(crc32c(file)).toBe(seen[name]);
    const back = fromOnnx(file);
    const inputs = inputsFor(4);
    const list = (y: unknown) => (Array.isArray(y) ? y : [y]) as Tensor[];
    const wanted = list(noGrad(() => model(...(inputs as never[]))));
    list(noGrad(() => back(...inputs))).forEach((y, i) => {
      expect(y.shape).toEqual(wanted[i].shape);
      expect(y.allclose(wanted[i], { rtol: 1e-5, atol: 1e-6 })).toBe(true);
    });
  });

  test.each(Object.entries(tableModels()))("table, %s", (name, model) => {
    expect(crc32c(toOnnxTable(model, { preparation: true }))).toBe(seen[`table, ${name}`]);
  });
});
