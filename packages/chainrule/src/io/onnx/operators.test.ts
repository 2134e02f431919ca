import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { manualSeed, type Tensor } from "../../tensor/index.ts";
import { fromOnnx } from "./import.ts";
import { operators } from "./operators.ts";
import { newerOperators } from "./testing/newer.ts";

manualSeed(2);

// The operators up to version 17 are held to ONNX's own suite in tests/golden/onnx.test.ts.
test.each(newerOperators().map((one, i) => [`${one.name} (${i})`, one] as const))(
  "%s",
  (_, { bytes, x, expected }) => {
    const y = fromOnnx(bytes)(x) as Tensor | Tensor[];
    (Array.isArray(y) ? y : [y]).forEach((found, i) => {
      expect(found.shape).toEqual(expected[i].shape);
      expect(found.allclose(expected[i], { rtol: 1e-5, atol: 1e-6 })).toBe(true);
    });
  },
);

test("docs/onnx.md lists the operators", () => {
  const page = readFileSync(new URL("../../../../../docs/onnx.md", import.meta.url), "utf8");
  const [, list] = /These are:\n\n([\s\S]*?)\n\n/.exec(page) as RegExpExecArray;
  expect(list.split(/,\s+/)).toEqual([...operators.keys()].sort());
});
