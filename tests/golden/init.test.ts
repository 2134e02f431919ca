/** Initial values against PyTorch, number by number. */
import { manualSeed, nn, type Tensor, zeros } from "chainrule";
import { describe, expect, test } from "vitest";
import { expectClose, fromGolden, type GoldenTensor, golden } from "./golden.ts";

interface Fill {
  name: string;
  init: string;
  shape: number[];
  args: unknown[];
  seed: number;
  dtype: "float32" | "float64";
  values: GoldenTensor;
}

interface Gain {
  name: string;
  fn: "calculateGain";
  args: [nn.init.Nonlinearity, number?];
  output: number;
}

const cases = golden<(Fill | Gain)[]>("init");
const fills = cases.filter((c): c is Fill => "init" in c);
const gains = cases.filter((c): c is Gain => "fn" in c);
const initializers = nn.init as unknown as Record<string, (t: Tensor, ...args: unknown[]) => Tensor>;

describe.each([...new Set(fills.map((c) => c.init))])("%s", (init) => {
  test.each(fills.filter((c) => c.init === init).map((c) => [c.name, c] as const))("%s", (_, c) => {
    manualSeed(c.seed);
    const t = zeros(c.shape, { dtype: c.dtype });
    expect(initializers[c.init](t, ...c.args)).toBe(t);
    // What is drawn has the same bits; erfinv and the factors of a matrix differ in the last ones.
    if (c.init === "truncNormal_" || c.init === "orthogonal_") {
      expectClose(t, c.values, c.dtype === "float64" ? 1e-13 : 1e-6);
    } else {
      expect(t.data).toEqual(fromGolden(c.values).data);
    }
  });
});

test.each(gains.map((c) => [c.name, c] as const))("%s", (_, c) => {
  expect(nn.init.calculateGain(...c.args)).toBeCloseTo(c.output, 14);
});
