/** Every loss against PyTorch: values and gradients, with each option and reduction. */
import { nn, type Tensor } from "chainrule";
import { describe, expect, test } from "vitest";
import { expectClose, fromGolden, type GoldenTensor, golden, tolerance } from "./golden.ts";

interface Case {
  name: string;
  loss: string;
  options: Record<string, unknown>;
  inputs: GoldenTensor[];
  output: GoldenTensor;
  cotangent?: GoldenTensor;
  grads: (GoldenTensor | null)[];
}

const makers = nn as unknown as Record<string, new (options: object) => (...inputs: Tensor[]) => Tensor>;
const isTensor = (x: unknown): x is GoldenTensor => x !== null && typeof x === "object" && "data" in x;

const cases = golden<Case[]>("losses");

describe("losses give PyTorch's numbers", () => {
  test.each(cases.map((c) => [c.name, c] as const))("%s", (_, c) => {
    const options = Object.fromEntries(
      Object.entries(c.options).map(([k, v]) => [k, isTensor(v) ? fromGolden(v) : v]),
    );
    const inputs = c.inputs.map((g, i) => fromGolden(g, Boolean(c.grads[i])));
    const output = new makers[c.loss](options)(...inputs);
    const rtol = tolerance[c.output.dtype];
    expectClose(output, c.output, rtol, rtol, "loss");
    if (!output.requiresGrad) return;
    output.backward({ gradient: c.cotangent ? fromGolden(c.cotangent) : undefined });
    c.grads.forEach((wanted, i) => {
      if (wanted) expectClose(inputs[i].grad as Tensor, wanted, rtol, rtol, `gradient of input ${i}`);
    });
  });

  test("every loss is covered", () => {
    const names = Object.keys(nn).filter((name) => name.endsWith("Loss") && name in makers);
    expect(names.sort()).toEqual([...new Set(cases.map((c) => c.loss))].sort());
  });
});
