/** How explanations read. */
import { describe, expect, test } from "vitest";
import { nn, type Tensor, tensor } from "../index.ts";
import { manualSeed, randn, zeros } from "../tensor/index.ts";
import { type Explained, type Quantity, trace, traceFromFile } from "./index.ts";
import { asText, float64, named, total } from "./testing/check.ts";

const mse = new nn.MSELoss();
const int32 = (x: number[]): Tensor => tensor(x, { dtype: "int32" });
type Traced = ReturnType<typeof trace>;
const at = (t: Traced, symbol: string, of: Quantity, index: number): Explained =>
  t.explain({ value: named(t, symbol), of, index });

describe("a softmax classifier with several rows", () => {
  const t = trace(new nn.Identity(), float64([[1, 2], [3, 4]]), {
    target: int32([0, 1]), loss: new nn.CrossEntropyLoss(),
  }); // biome-ignore format: a matrix by rows
  test("keeps the row beside the running index", () => {
    const log = t.data.values.find(({ op }) => op?.name === "logSoftmax")?.id ?? -1;
    const found = t.explain({ value: log, of: "value", index: 2 });
    expect(asText(found.symbols)).toMatch(/ = x₂₁ − log\(Σ_k e\^x₂ₖ\)$/);
    expect(asText(found.values)).toMatch(/ = 3 − log\(e³ \+ e⁴\) = −1\.313$/);
  });
  test("names p and t by row and class", () => {
    expect(asText(at(t, "x", "gradient", 3).symbols)).toMatch(/ = 0\.5·\(p₂₂ − t₂₂\)$/);
  });
  test("has no ∂ℓ/∂v on both sides", () => {
    for (const { id, hasGradient } of t.data.values) {
      if (!hasGradient) continue;
      const { symbol, symbols } = t.explain({ value: id, of: "gradient", index: 0 });
      expect(asText(symbols).split(asText(symbol)).length).toBeLessThanOrEqual(2);
    }
  });
});

test("the 0 or 1 of a rectifier is told by where f′ is taken", () => {
  const t = trace(new nn.ReLU(), float64([[-2, 3]]), { target: float64([[1, 1]]), loss: mse });
  const [below, above] = [0, 1].map((i) => at(t, "x", "gradient", i));
  expect(asText(below.values)).toBe("∂ℓ/∂x₁ = −1·relu′(−2) = −1·0 = 0");
  expect(asText(above.values)).toBe("∂ℓ/∂x₂ = 2·relu′(3) = 2·1 = 2");
});

test("letters: γ and β of a normalization, E of a table, w of anything else", () => {
  manualSeed(0);
  const model = new nn.Sequential(
    new nn.Embedding(4, 3),
    new nn.LayerNorm(3),
    new nn.PReLU(),
    new nn.Dropout(),
  );
  const t = trace(model, int32([1]), { target: randn([1, 3]), loss: mse, mode: "train" });
  const texts = t.data.values.map(({ symbol }) => asText(symbol));
  expect(texts).toEqual(expect.arrayContaining(["E[0]", "γ[1]", "β[1]", "w[2]"]));
  expect(t.data.values.map(({ name }) => name)).toContain("constant in layer 3 (Dropout)");
});

test("one number that is not finite is no part of what does not depend on it", () => {
  const t = trace((x: Tensor, w: Tensor): Tensor => x.exp().mul(w).square().sum(), [
    float64([800, 1]), float64([1, Number.NaN]),
  ]); // biome-ignore format: inputs in a row
  for (const id of t.data.inputs)
    for (const index of [0, 1]) {
      const found = t.explain({ value: id, of: "gradient", index });
      expect(found.termCount).toBe(1);
      expect(total(found)).toBe(found.number);
    }
});

test("no rows, and back from a file", () => {
  const t = trace(new nn.Linear(2, 2), zeros([0, 2]), { target: zeros([0, 2]), loss: mse, lr: 1 });
  expect(t.data.rows).toBe(0);
  expect(traceFromFile(JSON.stringify(t)).data.rows).toBe(0);
});
