/** ONNX files for tests, written message by message. */
import * as nn from "../../../nn/index.ts";
import { manualSeed, randint, randn, type Tensor, tensor } from "../../../tensor/index.ts";
import type { FuzzedReader } from "../../testing/fuzz.ts";
import { toOnnx } from "../export.ts";
import { fromOnnx } from "../import.ts";
import {
  type AttributeMessage,
  type Draft,
  type GraphMessage,
  type ModelMessage,
  type NodeMessage,
  type ValueMessage,
  writeModel,
} from "../messages.ts";
import { messageOf } from "../tensors.ts";

export const node = (
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  ...attributes: Draft<AttributeMessage>[]
): Draft<NodeMessage> => ({ op, inputs, outputs, attributes });

/** A value of floats, of sizes and names of sizes. */
export const value = (name: string, ...dims: readonly (number | string)[]): Draft<ValueMessage> => ({
  name,
  type: {
    tensor: {
      elements: 1,
      shape: { dims: dims.map((size) => (typeof size === "number" ? { size } : { name: size })) },
    },
  },
});

/** A file of a graph from x to y. */
export const file = (
  nodes: readonly Draft<NodeMessage>[],
  initializers: Readonly<Record<string, Tensor>> = {},
  { opset = 17, graph, ...more }: Draft<ModelMessage> & { opset?: number; graph?: Draft<GraphMessage> } = {},
): Uint8Array =>
  writeModel({
    irVersion: 8,
    opsets: [{ domain: "", version: opset }],
    ...more,
    graph: {
      name: "g",
      nodes,
      initializers: Object.entries(initializers).map(([name, t]) => messageOf(t, name)),
      inputs: [value("x", "N", 3)],
      outputs: [value("y", "N", 2)],
      ...graph,
    },
  });

/** Files whose damaged copies must be refused, or read. */
export function fuzzedOnnx(): FuzzedReader {
  manualSeed(6);
  const network = new nn.Sequential(
    new nn.Linear(3, 4),
    new nn.BatchNorm1d(4),
    new nn.Softplus(),
    new nn.Linear(4, 2),
  );
  const places = randint(0, 3, [2], { dtype: "int32" });
  const calls = file(
    [{ ...node("f", ["x", "w"], ["y"]), domain: "own" }],
    { w: randn([3, 2]) },
    {
      functions: [
        {
          name: "f",
          domain: "own",
          inputs: ["a", "b"],
          outputs: ["c"],
          nodes: [node("MatMul", ["a", "b"], ["ab"]), node("Relu", ["ab"], ["c"])],
          opsets: [{ domain: "", version: 17 }],
        },
      ],
    },
  );
  const gathers = file(
    [
      node("Gather", ["x", "places"], ["g"], { name: "axis", type: 2, int: 1 }),
      node("Constant", [], ["two"], { name: "value", type: 4, tensor: messageOf(tensor([2])) }),
      node("Mul", ["g", "two"], ["y"]),
    ],
    { places },
  );
  return { read: (bytes) => fromOnnx(bytes), files: [toOnnx(network, [1, 3]), calls, gathers] };
}
