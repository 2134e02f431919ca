import { describe, expect, test } from "vitest";
import { type Tensor, tensor, zeros } from "../../tensor/index.ts";
import * as nn from "../index.ts";

describe("looking at a model", () => {
  test("toString nests", () => {
    const model = new nn.Sequential(
      new nn.Linear(2, 3),
      new nn.Sequential(new nn.ReLU(), new nn.Dropout(0.2)),
    );
    expect(String(model)).toBe(
      [
        "Sequential(",
        "  (0): Linear(inFeatures=2, outFeatures=3, bias=true)",
        "  (1): Sequential(",
        "    (0): ReLU()",
        "    (1): Dropout(p=0.2)",
        "  )",
        ")",
      ].join("\n"),
    );
    expect(String(new nn.ModuleList())).toBe("ModuleList()");
  });

  test("summary fits 80 columns and leaves the model as it was", () => {
    const model = new nn.Sequential({
      embedding: new nn.Linear(2, 1000),
      norm: new nn.BatchNorm1d(1000),
      drop: new nn.Dropout(),
      body: new nn.Sequential(new nn.Linear(1000, 3), new nn.Flatten(0, 1)),
    });
    model.at("norm").eval();
    const before = model.clone();
    const text = model.summary([5, 2]);
    expect(text).toBe(
      [
        "Layer                                 Output shape                    Parameters",
        "────────────────────────────────────────────────────────────────────────────────",
        "Sequential                            [15]                                     –",
        "  embedding: Linear                   [5, 1000]                            3,000",
        "  norm: BatchNorm1d                   [5, 1000]                            2,000",
        "  drop: Dropout                       [5, 1000]                                –",
        "  body: Sequential                    [15]                                     –",
        "    0: Linear                         [5, 3]                               3,003",
        "    1: Flatten                        [15]                                     –",
        "────────────────────────────────────────────────────────────────────────────────",
        "Parameters: 8,003, of which trained: 8,003. Memory: 40.0 kB.",
      ].join("\n"),
    );
    expect(model.training).toBe(true);
    expect(model.at("norm").training).toBe(false);
    for (const [key, t] of Object.entries(model.stateDict()))
      expect(t.data).toEqual(before.stateDict()[key].data);
  });

  test("summary takes tensors, several inputs, and marks what was not called", () => {
    class Two extends nn.Module {
      both = new nn.Bilinear(2, 3, 4);
      unused = new nn.Linear(1, 1);
      override forward(a: Tensor, b: Tensor): Tensor {
        return this.both(a, b);
      }
    }
    const text = new Two().summary(zeros([5, 2]), [5, 3]);
    expect(text).toContain(
      "  both: Bilinear                      [5, 4]                                  28",
    );
    expect(text).toMatch(/unused: Linear +not called +2/);
    const words = new nn.Embedding(10, 3).summary(tensor([1, 2], { dtype: "int32" }));
    expect(words).toContain("[2, 3]");
  });
});
