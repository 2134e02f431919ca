import { nn, tensor } from "chainrule";
import { trace } from "chainrule/trace";
import { expect, test } from "vitest";
import { judge } from "./judge.ts";

/** z = 0.35·1 + 0.15·0.05 + 0.2·0.1 = 0.3775. */
function unit() {
  const model = new nn.Linear(2, 1, { dtype: "float64" });
  model.weight.data.set([0.15, 0.2]);
  model.bias?.data.set([0.35]);
  const t = trace(model, tensor([[0.05, 0.1]], { dtype: "float64" }), {
    target: tensor([[0]], { dtype: "float64" }),
    loss: new nn.MSELoss(),
  });
  return { t, z: t.explain({ value: t.data.output, of: "value", index: 0 }) };
}

test("a prediction is right within its own rounding", () => {
  const { z } = unit();
  for (const text of ["0.3775", "0.378", "0.38", ".377", "3.775e-1", "0,3775"])
    expect(judge(text, z).kind, text).toBe("right");
  for (const text of ["0.4", "0.37", "-0.3775", "0", "1"]) expect(judge(text, z).kind, text).toBe("wrong");
  expect(judge("a lot", z).kind).toBe("unreadable");
});

test("a wrong one is told what may have gone wrong", () => {
  const { t, z } = unit();
  expect(judge("-0.3775", z).text).toContain("the sign is not");
  expect(judge("0.0275", z).text).toContain("leaves out term 1 of 3, the bias");
  expect(judge("0.35", z).text).toContain("only term 1");
  const weight = t.data.values.find(({ name }) => name === "weight")?.id ?? -1;
  const dw = t.explain({ value: weight, of: "gradient", index: 0 });
  // ∂ℓ/∂w = ∂ℓ/∂z · y; ∂ℓ/∂z = 2 · 0.3775
  expect(judge("0.03775", dw).kind).toBe("right");
  expect(judge("0.755", dw).text).toContain("alone");
});
