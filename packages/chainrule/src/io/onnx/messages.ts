import type { Refuse } from "../refuse.ts";
import { readMessage, type Schemas, writeMessage } from "./protobuf.ts";

/** The messages of onnx.proto that networks need, with the numbers of their fields. https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */

const schemas: Schemas = {
  Model: {
    1: ["irVersion", "int"],
    2: ["producerName", "text"],
    3: ["producerVersion", "text"],
    6: ["docString", "text"],
    7: ["graph", "Graph"],
    8: ["opsets", "Opset", "many"],
    14: ["metadata", "Entry", "many"],
    25: ["functions", "Function", "many"],
  },
  Opset: { 1: ["domain", "text"], 2: ["version", "int"] },
  Entry: { 1: ["key", "text"], 2: ["value", "text"] },
  Function: {
    1: ["name", "text"],
    4: ["inputs", "text", "many"],
    5: ["outputs", "text", "many"],
    7: ["nodes", "Node", "many"],
    9: ["opsets", "Opset", "many"],
    10: ["domain", "text"],
    11: ["defaults", "Attribute", "many"],
  },
  Graph: {
    1: ["nodes", "Node", "many"],
    2: ["name", "text"],
    5: ["initializers", "Tensor", "many"],
    11: ["inputs", "Value", "many"],
    12: ["outputs", "Value", "many"],
    15: ["sparseInitializers", "Sparse", "many"],
  },
  Node: {
    1: ["inputs", "text", "many"],
    2: ["outputs", "text", "many"],
    3: ["name", "text"],
    4: ["op", "text"],
    5: ["attributes", "Attribute", "many"],
    7: ["domain", "text"],
  },
  Attribute: {
    1: ["name", "text"],
    2: ["float", "float"],
    3: ["int", "int"],
    4: ["text", "text"],
    5: ["tensor", "Tensor"],
    6: ["graph", "Graph"],
    7: ["floats", "float", "many"],
    8: ["ints", "int", "many"],
    9: ["texts", "text", "many"],
    20: ["type", "int"],
    21: ["reference", "text"],
    22: ["sparse", "Sparse"],
  },
  Sparse: { 1: ["values", "Tensor"] },
  Tensor: {
    1: ["dims", "int", "many"],
    2: ["type", "int"],
    4: ["floats", "float", "many"],
    5: ["int32s", "int", "many"],
    6: ["texts", "text", "many"],
    7: ["int64s", "int", "many"],
    8: ["name", "text"],
    9: ["raw", "bytes"],
    10: ["doubles", "double", "many"],
    11: ["uint64s", "int", "many"],
    13: ["external", "Entry", "many"],
    14: ["location", "int"],
  },
  Value: { 1: ["name", "text"], 2: ["type", "Type"] },
  Type: {
    1: ["tensor", "TensorType"],
    4: ["sequence", "Other"],
    5: ["map", "Other"],
    9: ["optional", "Other"],
  },
  Other: {},
  TensorType: { 1: ["elements", "int"], 2: ["shape", "Shape"] },
  Shape: { 1: ["dims", "Dimension", "many"] },
  Dimension: { 1: ["size", "int"], 2: ["name", "text"] },
};

/** The entry of the metadata that lists the initializers that are buffers: a file itself does not tell them from parameters. */
export const BUFFERS = "chainrule.buffers";

export interface OpsetMessage {
  readonly domain?: string;
  readonly version?: number;
}

export interface ModelMessage {
  readonly irVersion?: number;
  readonly producerName?: string;
  readonly producerVersion?: string;
  readonly docString?: string;
  readonly graph?: GraphMessage;
  readonly opsets: readonly OpsetMessage[];
  readonly metadata: readonly { readonly key?: string; readonly value?: string }[];
  readonly functions: readonly FunctionMessage[];
}

export interface FunctionMessage {
  readonly name?: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly NodeMessage[];
  readonly opsets: readonly OpsetMessage[];
  readonly defaults: readonly AttributeMessage[];
}

export interface GraphMessage {
  readonly name?: string;
  readonly nodes: readonly NodeMessage[];
  readonly initializers: readonly TensorMessage[];
  readonly inputs: readonly ValueMessage[];
  readonly outputs: readonly ValueMessage[];
  readonly sparseInitializers: readonly unknown[];
}

export interface NodeMessage {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name?: string;
  readonly op?: string;
  readonly attributes: readonly AttributeMessage[];
  readonly domain?: string;
}

/** Which of its fields an attribute is in, by `type`. */
export const attributeFields: Readonly<Record<number, keyof AttributeMessage>> = {
  1: "float",
  2: "int",
  3: "text",
  4: "tensor",
  5: "graph",
  6: "floats",
  7: "ints",
  8: "texts",
};

export interface AttributeMessage {
  readonly name?: string;
  readonly type?: number;
  readonly float?: number;
  readonly int?: number;
  readonly text?: string;
  readonly tensor?: TensorMessage;
  readonly graph?: GraphMessage;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly texts: readonly string[];
  /** In a function: the attribute of the function that it takes. */
  readonly reference?: string;
  readonly sparse?: unknown;
}

export interface TensorMessage {
  readonly name?: string;
  readonly dims: readonly number[];
  readonly type?: number;
  readonly floats: readonly number[];
  readonly int32s: readonly number[];
  readonly texts: readonly string[];
  readonly int64s: readonly number[];
  readonly doubles: readonly number[];
  readonly uint64s: readonly number[];
  readonly raw?: Uint8Array;
  readonly external: readonly unknown[];
  readonly location?: number;
}

export interface ValueMessage {
  readonly name?: string;
  readonly type?: {
    readonly tensor?: {
      readonly elements?: number;
      readonly shape?: { readonly dims: readonly { readonly size?: number; readonly name?: string }[] };
    };
    readonly sequence?: unknown;
    readonly map?: unknown;
    readonly optional?: unknown;
  };
}

/** A message to write: lists may be left out. */
export type Draft<T> = T extends Uint8Array
  ? T
  : T extends readonly (infer E)[]
    ? readonly Draft<E>[]
    : T extends object
      ? { readonly [K in keyof T]?: Draft<T[K]> }
      : T;

/** Reads a whole file. */
export const readModel = (bytes: Uint8Array, refuse: Refuse): ModelMessage =>
  readMessage(schemas, "Model", bytes, refuse) as unknown as ModelMessage;

/** Reads one tensor, such as the inputs and outputs that test suites keep. */
export const readTensor = (bytes: Uint8Array, refuse: Refuse): TensorMessage =>
  readMessage(schemas, "Tensor", bytes, refuse) as unknown as TensorMessage;

export const writeModel = (model: Draft<ModelMessage>): Uint8Array => writeMessage(schemas, "Model", model);
