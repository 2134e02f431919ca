import { describe, expect, test } from "vitest";
import { readModel } from "../../io/onnx/messages.ts";
import { elementType } from "../../io/onnx/tensors.ts";
import { ChainruleError } from "../../util/errors.ts";
import { thrown } from "../../util/testing/thrown.ts";
import { TableModel } from "../model.ts";
import { toOnnxTable } from "./onnx.ts";
import { features, numberTarget, sampleModel } from "./testing/model.ts";

const read = (bytes: Uint8Array) =>
  readModel(bytes, (offset, problem) => new ChainruleError("file", `${offset}: ${problem}`, ""));
const shown = (
  values: readonly {
    name?: string;
    type?: { tensor?: { elements?: number; shape?: { dims: readonly object[] } } };
  }[],
) => values.map(({ name, type }) => [name, type?.tensor?.elements, type?.tensor?.shape?.dims.length]);

// That onnxruntime gives what `predict` gives is checked by `npm run check:formats -- onnx`; its check sums are golden data.
describe("toOnnxTable", () => {
  test("refuses versions of the operators that it does not write", () => {
    const model = sampleModel();
    for (const opset of [17.5, 3, 14, 99]) {
      const error = thrown(() => toOnnxTable(model, { opset }));
      expect([error.code, error.message]).toEqual(["argument", `The opset is ${opset}. Use 15 to 22.`]);
    }
    expect(toOnnxTable(model, { opset: 22 }).length).toBeGreaterThan(0);
  });

  test("with the preparation, inputs are the columns", () => {
    const { graph, metadata } = read(toOnnxTable(sampleModel(), { preparation: true }));
    expect(shown(graph?.inputs ?? [])).toEqual(
      features.map(({ name, type }) => [name, type === "text" ? elementType.string : elementType.double, 1]),
    );
    expect(shown(graph?.outputs ?? [])).toEqual([
      ["label", elementType.string, 1],
      ["class", elementType.int64, 1],
      ["probabilities", elementType.double, 2],
    ]);
    expect(Object.fromEntries(metadata.map(({ key, value }) => [key, value]))).toMatchObject({
      target: "kind",
      classes: '["a","b","__proto__"]',
    });
  });

  test("without it, they are those of the network", () => {
    const { graph } = read(toOnnxTable(sampleModel(numberTarget)));
    expect(shown(graph?.inputs ?? [])).toEqual([
      ["x", elementType.float, 2],
      ["codes", elementType.int64, 2],
    ]);
    expect(shown(graph?.outputs ?? [])).toEqual([["value", elementType.double, 1]]);
    const names = graph?.initializers.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(sampleModel(numberTarget).network.stateDict())));
  });

  test("outputs make way for columns of their names", () => {
    const model = sampleModel(numberTarget);
    const renamed = features.map((feature) =>
      feature.name === "age" ? { ...feature, name: "value" } : feature,
    );
    const spec = { ...model.spec, features: renamed };
    const { graph } = read(toOnnxTable(new TableModel(spec, model.network), { preparation: true }));
    expect(graph?.outputs.map(({ name }) => name)).toEqual(["value_2"]);
  });
});
