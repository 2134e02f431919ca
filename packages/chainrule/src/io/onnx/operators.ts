import type { Operator } from "./call.ts";
import { elementwise } from "./elementwise.ts";
import { networks } from "./networks.ts";
import { reductions } from "./reduce.ts";
import { shapes } from "./shapes.ts";

/** All operators of ONNX's own domain that networks are read with, by name. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  Object.entries({ ...elementwise, ...reductions, ...shapes, ...networks }),
);
