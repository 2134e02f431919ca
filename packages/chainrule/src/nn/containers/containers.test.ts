import { describe, expect, expectTypeOf, test } from "vitest";
import { ones, type Tensor, zeros } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import * as nn from "../index.ts";

describe("Sequential", () => {
  test("runs its layers in order, and gives them back", () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
    const x = ones([4, 2]);
    expect(model(x).data).toEqual(model.at(2)(model.at(1)(model.at(0)(x))).data);
    expect(model.length).toBe(3);
    expect(model.at(-1)).toBe(model.at(2));
    expect(model.at(-3)).toBe(model.at(0));
    expect([...model]).toEqual([model.at(0), model.at(1), model.at(2)]);
    expect(model.namedParameters().map(([name]) => name)).toEqual([
      "0.weight",
      "0.bias",
      "2.weight",
      "2.bias",
    ]);
    expect(new nn.Sequential()(x)).toBe(x);
  });

  test("names its layers by an object", () => {
    const model = new nn.Sequential({ hidden: new nn.Linear(2, 3), out: new nn.Linear(3, 1) });
    expect(Object.keys(model.stateDict())).toEqual([
      "hidden.weight",
      "hidden.bias",
      "out.weight",
      "out.bias",
    ]);
    expect(model.at("out")).toBe(model.at(1));
    expect(() => model.at("none")).toThrow('no layer "none"');
  });

  test("grows and is cut, sharing layers and keeping their names", () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU()).append(new nn.Linear(3, 1));
    const tail = model.slice(1);
    expect(tail.length).toBe(2);
    expect(tail.at(-1)).toBe(model.at(2));
    expect(tail.namedChildren().map(([name]) => name)).toEqual(["1", "2"]);
    expect(model.slice(0, -1).length).toBe(2);
  });

  test("refuses what is no module, and places that it does not have", () => {
    const wrong = [new nn.ReLU(), (x: Tensor) => x] as unknown as nn.Layer[];
    expect(() => new nn.Sequential(...wrong)).toThrow("Item 1 of Sequential is no module but function.");
    const model = new nn.Sequential(new nn.ReLU(), new nn.ReLU());
    expect(() => model.at(2)).toThrow("no item 2");
    expect(() => model.at(-3)).toThrow(ChainruleError);
    expect(() => model.at(0.5)).toThrow(ChainruleError);
  });

  test("refuses names that paths cannot hold, as ModuleDict does", () => {
    for (const name of ["a.b", ""]) {
      const layers = { [name]: new nn.ReLU() };
      const problem = name === "" ? "A part of a module needs a name." : 'The name "a.b" contains a point';
      expect(() => new nn.Sequential(layers)).toThrow(problem);
      expect(() => new nn.ModuleDict(layers)).toThrow(problem);
      expect(() => new nn.ParameterDict({ [name]: ones([1]) })).toThrow(problem);
    }
  });

  test("append finds a name that no layer of the part has", () => {
    const tail = new nn.Sequential(new nn.ReLU(), new nn.Linear(1, 1), new nn.Linear(1, 1)).slice(1);
    tail.append(new nn.Linear(1, 2)).append(new nn.Linear(2, 1));
    expect(tail.namedChildren().map(([name]) => name)).toEqual(["1", "2", "3", "4"]);
    expect(Object.keys(tail.stateDict())).toHaveLength(8);
  });

  test("finds layers that a subclass adds as fields", () => {
    class Head extends nn.Sequential {
      extra = new nn.Linear(1, 1);
    }
    expect(new Head(new nn.Linear(2, 1)).namedChildren().map(([name]) => name)).toEqual(["0", "extra"]);
  });
});

describe("types of Sequential", () => {
  test("at gives the layer's own type", () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Flatten(0, 1));
    expectTypeOf(model.at(0)).toEqualTypeOf<nn.Linear<2, 3>>();
    expectTypeOf(model.at(1)).toEqualTypeOf<nn.ReLU>();
    expectTypeOf(model.at(-1)).toEqualTypeOf<nn.Flatten>();
    expectTypeOf(model.at(-2)).toEqualTypeOf<nn.Linear<2, 3> | nn.ReLU | nn.Flatten>();
    expectTypeOf(model(zeros([1, 2]))).toEqualTypeOf<Tensor>();
    expectTypeOf(new nn.Sequential({ a: new nn.ReLU() }).at(0)).toEqualTypeOf<nn.Layer>();
    expectTypeOf(model).toExtend<nn.Sequential>();
    expectTypeOf(model).toExtend<nn.Layer>();
    expectTypeOf(model).toExtend<nn.Module>();
    expectTypeOf(model).toExtend<(x: Tensor) => Tensor>();
    expect(model.length).toBe(3);
  });

  test("a literal width must meet the next layer's, through layers that keep it", () => {
    new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
    // @ts-expect-error 3 features meet a layer for 4
    new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(4, 1));
    // @ts-expect-error 3 features meet a layer for 4
    new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3), new nn.Dropout(), new nn.Linear(4, 1));
    // @ts-expect-error 1 feature meets a layer for 3
    new nn.Sequential(new nn.Linear(2, 3), new nn.Linear(3, 1), new nn.Tanh(), new nn.Linear(3, 1));
    expect(true).toBe(true);
  });

  test("where widths are not known, nothing is refused", () => {
    const n: number = 3;
    new nn.Sequential(new nn.Linear(2, n), new nn.ReLU(), new nn.Linear(4, 1));
    new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(n, 1));
    new nn.Sequential(new nn.Linear(2, 4), new nn.GLU(), new nn.Linear(2, 1));
    new nn.Sequential(new nn.Linear(2, 4), new nn.Flatten(), new nn.Linear(20, 1));
    class Mine extends nn.Module {
      override forward(x: Tensor): Tensor {
        return x;
      }
    }
    new nn.Sequential(new nn.Linear(2, 4), new Mine(), new nn.Linear(20, 1));
    new nn.Sequential(new nn.Sequential(new nn.Linear(2, 4)), new nn.Linear(20, 1));
    const layers: nn.Layer[] = [new nn.Linear(2, 4), new nn.Linear(3, 1)];
    expectTypeOf(new nn.Sequential(...layers)).toEqualTypeOf<nn.Sequential<nn.Layer[]>>();
    class TwoInputs extends nn.Module {
      override forward(a: Tensor, b: Tensor): Tensor {
        return a.add(b);
      }
    }
    // @ts-expect-error a layer takes one tensor
    new nn.Sequential(new TwoInputs());
    expect(layers).toHaveLength(2);
  });

  test("a module's call has the types of its forward", () => {
    class Net extends nn.Module {
      override forward(x: Tensor, times = 1): [Tensor, number] {
        return [x, times];
      }
    }
    const net = new Net();
    expectTypeOf(net).parameters.toEqualTypeOf<[x: Tensor, times?: number]>();
    expectTypeOf(net(zeros([1]), 3)).toEqualTypeOf<[Tensor, number]>();
    // @ts-expect-error a text is no tensor
    expect(net("text")[0]).toBe("text");
    const run = <M extends nn.Module>(module: M): M => module.eval();
    expectTypeOf(run(net)).toEqualTypeOf<Net>();
  });
});

describe("ModuleList and ParameterList", () => {
  test("hold items whose parameters are found", () => {
    const list = new nn.ModuleList<nn.Linear>([new nn.Linear(1, 2)]);
    list.append(new nn.Linear(2, 3)).extend([new nn.Linear(3, 4)]);
    list.insert(0, new nn.Linear(5, 6));
    expect(list.length).toBe(4);
    expect([...list].map((layer) => layer.inFeatures)).toEqual([5, 1, 2, 3]);
    expect(list.at(-1).outFeatures).toBe(4);
    expect(list.namedChildren().map(([name]) => name)).toEqual(["0", "1", "2", "3"]);
    list.set(0, new nn.Linear(7, 8));
    expect(list.at(0).inFeatures).toBe(7);
    expect(() => list.at(4)).toThrow("ModuleList has no item 4");
    expect(() => (list as () => unknown)()).toThrow("computes nothing");
    expect(() => new nn.ModuleList([3 as unknown as nn.Module])).toThrow("no module but 3");
  });

  test("tensors become parameters", () => {
    const own = new nn.Parameter(ones([2]));
    const list = new nn.ParameterList([own, zeros([3])]);
    expect(list.at(0)).toBe(own);
    expect(list.parameters().map((p) => p.shape)).toEqual([[2], [3]]);
    expect(Object.keys(list.stateDict())).toEqual(["0", "1"]);
    expect(list.at(1).requiresGrad).toBe(true);
  });
});

describe("ModuleDict and ParameterDict", () => {
  test("keep the order in which items were added", () => {
    const dict = new nn.ModuleDict<nn.Layer>({ relu: new nn.ReLU(), fc: new nn.Linear(1, 1) });
    dict.set("10", new nn.Tanh()).set("2", new nn.Tanh());
    expect(dict.keys()).toEqual(["relu", "fc", "10", "2"]);
    expect(dict.namedChildren().map(([name]) => name)).toEqual(["relu", "fc", "10", "2"]);
    expect(
      dict
        .get("relu")(ones([1]).neg())
        .item(),
    ).toBe(0);
    expect(dict.has("fc")).toBe(true);
    expect(dict.delete("fc")).toBe(true);
    expect(dict.size).toBe(3);
    expect(dict.values()).toHaveLength(3);
    expect([...dict][0][0]).toBe("relu");
    expect(() => dict.get("fc")).toThrow('no item "fc"');
    expect(() => dict.set("a.b", new nn.ReLU())).toThrow(ChainruleError);
  });

  test("parameters by name", () => {
    const dict = new nn.ParameterDict([["a", ones([2])], ["b", zeros([1])]]); // biome-ignore format: entries
    expect(Object.keys(dict.stateDict())).toEqual(["a", "b"]);
    expect(dict.get("a")).toBeInstanceOf(nn.Parameter);
    const copy = dict.clone();
    nn.init.zeros_(copy.get("a"));
    expect(dict.get("a").toArray()).toEqual([1, 1]);
  });
});
