import { elementwiseRecords, type Write } from "./records-elementwise.ts";
import { shapeRecords } from "./records-shapes.ts";

/** How each op record of the library is written, by the op's name. */
export const records: ReadonlyMap<string, Write> = new Map(
  Object.entries({ ...elementwiseRecords, ...shapeRecords }),
);

/** Op records for which ONNX has no operators, and why. */
export const unwritten: ReadonlyMap<string, string> = new Map([
  ["erfinv", "ONNX has no inverse of the error function"],
  ["lgamma", "ONNX has no gamma function"],
  ["digamma", "ONNX has no gamma function"],
]);
