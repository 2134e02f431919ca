/** The packages of TensorFlow.js. */
import type * as acorn from "acorn";
import { kind, literal, type Node } from "./syntax.ts";

/** The packages whose names are those of `tf`. */
export const tfPackage = /^@tensorflow\/tfjs(-core|-node|-node-gpu|-layers|-converter)?(\/.*)?$/;
/** The packages that are imported for what they do alone. */
export const backendPackage = /^@tensorflow\/tfjs-backend-\w+(\/.*)?$/;

/** `require("@tensorflow/tfjs")` or `await import("@tensorflow/tfjs")`. */
export function isTfModule(node: Node, pattern: RegExp = tfPackage): boolean {
  if (node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "require")
    return pattern.test(String(literal(node.arguments[0] as Node)));
  return node.type === "AwaitExpression" && kind(node.argument) === "ImportExpression"
    ? pattern.test(String(literal((node.argument as acorn.ImportExpression).source)))
    : false;
}
