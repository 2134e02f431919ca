import { expect, test } from "vitest";
import { nn, type Tensor, tensor } from "../index.ts";
import { manualSeed } from "../tensor/index.ts";
import { exprText, trace } from "./index.ts";

/** A trace of rows of three classes, the outputs of which are log 1, log 2, log 5: p = 1/8, 2/8, 5/8. */
function traced(
  classes: readonly number[],
  options: ConstructorParameters<typeof nn.CrossEntropyLoss>[0] = {},
) {
  const outputs = tensor(classes.map(() => [1, 2, 5].map(Math.log)));
  const target = tensor(classes, { dtype: "int32" });
  return trace((z: Tensor) => z.mul(1), outputs, { target, loss: new nn.CrossEntropyLoss(options) });
}

function short(t: ReturnType<typeof traced>, of: "value" | "gradient", index: number): string[] {
  const value = of === "value" ? (t.data.loss?.value ?? -1) : t.data.output;
  const found = t.explain({ value, of, index }).short;
  return found ? [exprText(found.symbols), exprText(found.values)] : [];
}

test("ℓ is −ln p of the true class, and its derivative p − t", () => {
  const t = traced([2]);
  expect(short(t, "value", 0)).toEqual(["ℓ = −ln(pₜ) = −ln(p₃)", "ℓ = −ln(0.625) = 0.47"]);
  expect(short(t, "gradient", 2)[1]).toMatch(/ = 0\.625 − 1 = −0\.375$/);
  expect(short(t, "gradient", 0)[1]).toMatch(/ = 0\.125 − 0 = 0\.125$/);
});

test("of a batch the mean; of smoothed targets the sum over all classes", () => {
  expect(short(traced([2, 0]), "value", 0)).toEqual([
    "ℓ = 1 / 2·Σ_n (−ln(pₙₜ))",
    "ℓ = 1 / 2·(−ln(0.625) − ln(0.125)) = 1.275",
  ]);
  const [symbols, values] = short(traced([2], { labelSmoothing: 0.3 }), "value", 0);
  expect(symbols).toBe("ℓ = −(t₁·ln(p₁) + t₂·ln(p₂) + t₃·ln(p₃))");
  expect(values).toContain("0.1·ln(0.125) + 0.1·ln(0.25) + 0.8·ln(0.625)");
});

test("other losses have no short form", () => {
  expect(short(traced([2, 0], { reduction: "sum" }), "value", 0)).toEqual([]);
  const distances = trace((z: Tensor) => z.logSoftmax(1), tensor([[1, 2, 3]]), {
    target: tensor([[0, 0, 1]]),
    loss: new nn.L1Loss(),
  });
  expect(
    distances.explain({ value: distances.data.loss?.value ?? -1, of: "value", index: 0 }).short,
  ).toBeUndefined();
});

test("layers and operations say in words what they do", () => {
  manualSeed(0);
  class Scaled extends nn.Module {
    static override readonly about: string = "twice its first columns";
    override forward(x: ReturnType<typeof tensor>) {
      return x.narrow(1, 1, 2).mul(2);
    }
  }
  const { data } = trace(new nn.Sequential(new Scaled(), new nn.Linear(2, 1)), tensor([[1, 2, 3]]));
  expect(data.layers.map(({ kind, about }) => [kind, about])).toEqual([
    ["Scaled", "twice its first columns"],
    ["Linear", undefined],
  ]);
  expect(data.values.find(({ op }) => op?.name === "slice")?.op?.about).toBe("takes columns 2–3 of x");
});
