import { describe, expect, test } from "vitest";
import * as nn from "../../nn/index.ts";
import { ones, type Tensor } from "../../tensor/index.ts";
import { toPyTorch } from "./code.ts";
import { makers } from "./layers.ts";
import { literal } from "./python.ts";

class Own extends nn.Module {
  inside = new nn.Linear(2, 2);

  forward(x: Tensor): Tensor {
    return this.inside(x);
  }
}

/** What `build` returns. */
const built = (model: nn.Module): string =>
  /def build\(\):\n.*?\n((?: {4}.*\n)+)/.exec(toPyTorch(model).code)?.[1].replace(/^ {4}/gm, "").trimEnd() ??
  "";

describe("toPyTorch", () => {
  test("writes a network to read", () => {
    const model = new nn.Sequential(
      new nn.Linear(2, 3),
      new nn.BatchNorm1d(3, { momentum: 0.01 }),
      new nn.ReLU(),
      new nn.Dropout(0.2),
      new nn.Linear(3, 1, { bias: false }),
      new nn.Flatten(0, 1),
    );
    const { code, state } = toPyTorch(model);
    expect(Object.keys(state)).toEqual(Object.keys(model.stateDict()));
    expect(code).toMatchInlineSnapshot(`
      """"A network made by chainrule, in PyTorch 1.13 or later: load() gives it with its weights."""

      import torch
      from torch import nn


      def build():
          """The network, with weights that are drawn anew."""
          return nn.Sequential(
              nn.Linear(2, 3),
              nn.BatchNorm1d(3, momentum=0.01),
              nn.ReLU(),
              nn.Dropout(0.2),
              nn.Linear(3, 1, bias=False),
              nn.Flatten(start_dim=0, end_dim=1),
          )


      def load(path="model.pt"):
          """The network with its weights, in evaluation mode."""
          model = build()
          model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
          return model.eval()
      "
    `);
  });

  test("writes names, shared and frozen parts, other dtypes, and classes that PyTorch lacks", () => {
    const shared = new nn.Linear(4, 4);
    const [one, two] = [new nn.Linear(4, 4), new nn.Linear(4, 4)];
    two.weight = one.weight;
    two.bias?.requiresGrad_(false);
    const model = new nn.Sequential({
      "the first": shared,
      again: shared,
      body: new nn.Sequential(one, new nn.RMSNorm(4), two) as nn.Layer,
      last: new nn.Linear(4, 1).double(),
    });
    expect(toPyTorch(model, { weights: 'a"b.pt' }).code).toMatchInlineSnapshot(`
      """"A network made by chainrule, in PyTorch 1.13 or later: load() gives it with its weights."""

      from collections import OrderedDict

      import torch
      from torch import nn


      class RMSNorm(nn.Module):
          """y = x / sqrt(mean(x^2) + eps) * weight, as torch.nn.RMSNorm of PyTorch 2.4."""

          def __init__(self, shape, eps=None, affine=True):
              super().__init__()
              self.dims = tuple(range(-len(shape), 0))
              self.eps = eps
              self.weight = nn.Parameter(torch.ones(shape)) if affine else None

          def forward(self, x):
              eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
              y = x * torch.rsqrt(x.pow(2).mean(self.dims, keepdim=True) + eps)
              return y if self.weight is None else y * self.weight


      def build():
          """The network, with weights that are drawn anew."""
          shared1 = nn.Linear(4, 4)
          model = nn.Sequential(OrderedDict({
              "the first": shared1,
              "again": shared1,
              "body": nn.Sequential(
                  nn.Linear(4, 4),
                  RMSNorm((4,)),
                  nn.Linear(4, 4),
              ),
              "last": nn.Linear(4, 1),
          }))
          setattr(model.get_submodule("body.2"), "weight", model.get_parameter("body.0.weight"))
          model.get_submodule("last").to(torch.float64)
          model.get_parameter("body.2.bias").requires_grad_(False)
          return model


      def load(path="a\\"b.pt"):
          """The network with its weights, in evaluation mode."""
          model = build()
          model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
          return model.eval()
      "
    `);
  });

  test.each<[nn.Module, string]>([
    [new nn.PReLU(3), "return nn.PReLU(num_parameters=3)"],
    [new nn.GELU({ approximate: "tanh" }), 'return nn.GELU(approximate="tanh")'],
    [new nn.LayerNorm([2, 3], { eps: 1e-8 }), "return nn.LayerNorm((2, 3), eps=1e-8)"],
    [new nn.LayerNorm(4, { bias: false }), "return LayerNormWithoutBias((4,))"],
    [new nn.BatchNorm1d(2, { momentum: null }), "return nn.BatchNorm1d(2, momentum=None)"],
    [new nn.Hardtanh({ maxVal: Number.POSITIVE_INFINITY }), 'return nn.Hardtanh(max_val=float("inf"))'],
    [new nn.Embedding(5, 2, { paddingIdx: -1 }), "return nn.Embedding(5, 2, padding_idx=4)"],
    [
      new nn.CrossEntropyLoss({ weight: ones([3]), labelSmoothing: 0.1 }),
      "return nn.CrossEntropyLoss(weight=torch.zeros((3,)), label_smoothing=0.1)",
    ],
    [
      new nn.ParameterList([ones([2])]),
      "return nn.ParameterList([\n    nn.Parameter(torch.zeros((2,))),\n])",
    ],
    [new nn.ModuleDict({ 'a"': new nn.ReLU() }), 'return nn.ModuleDict({\n    "a\\"": nn.ReLU(),\n})'],
    [
      new nn.Linear(2, 1).requiresGrad_(false),
      "model = nn.Linear(2, 1)\nmodel.requires_grad_(False)\nreturn model",
    ],
    [new nn.Linear(2, 1).double(), "model = nn.Linear(2, 1)\nmodel.to(torch.float64)\nreturn model"],
  ])("%s", (model, lines) => {
    expect(built(model)).toBe(lines);
  });

  test("knows every module of nn", () => {
    const bases: unknown[] = [nn.Module, nn.WidthKeeper, nn.ListContainer, nn.DictContainer];
    const classes = Object.values(nn).filter(
      (value) =>
        typeof value === "function" && value.prototype instanceof nn.Module && !bases.includes(value),
    );
    expect(classes.length).toBe(makers.size);
    expect(classes.filter((type) => !makers.has(type as never))).toEqual([]);
  });

  test("refuses modules of other classes by their names, unless it is told how they are made", () => {
    const model = new nn.Sequential(new Own() as nn.Layer, new nn.ReLU());
    expect(() => toPyTorch(model)).toThrow(/^Own is no layer of chainrule/);
    const source = "class Own(nn.Module):\n    ...";
    const { code } = toPyTorch(model, {
      classes: new Map([[Own, { name: "Own", source, args: (own, write) => [write((own as Own).inside)] }]]),
    });
    expect(code).toContain(source);
    expect(code).toContain("        Own(nn.Linear(2, 2)),");
  });
});

test("literals: nothing in a text is code", () => {
  expect(literal('"; import os\n#\\')).toBe('"\\"; import os\\n#\\\\"');
  expect(literal([1, [true, null], -0])).toBe("(1, (True, None), -0.0)");
  expect(literal([Number.NaN, Number.NEGATIVE_INFINITY, 1e21])).toBe('(float("nan"), float("-inf"), 1e+21)');
});
