import { describe, expect, test } from "vitest";
import { ones, type Tensor, tensor, zeros } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import * as nn from "../index.ts";

class Net extends nn.Module {
  fc1 = new nn.Linear(2, 3);
  private norm = new nn.BatchNorm1d(3);
  scale = new nn.Parameter(ones([1]));
  fc2 = new nn.Linear(3, 1, { bias: false });
  label = "not a part";

  override forward(x: Tensor, times = 1): Tensor {
    return this.fc2(this.norm(this.fc1(x)).relu())
      .mul(this.scale)
      .mul(times);
  }
}

const x = tensor([[1, 2], [3, -1], [0.5, 0.25]]); // biome-ignore format: rows

test("a plain tensor does not pass for a parameter", () => {
  const layer = new nn.Linear(1, 1);
  // @ts-expect-error it would not be trained
  layer.weight = zeros([1, 1]);
  layer.weight = new nn.Parameter(zeros([1, 1]));
  expect(layer.parameters()).toHaveLength(2);
});

describe("calling", () => {
  test("runs forward of the subclass, with all arguments", () => {
    const net = new Net();
    expect(typeof net).toBe("function");
    expect(net).toBeInstanceOf(Net);
    expect(net).toBeInstanceOf(nn.Module);
    expect(net(x).shape).toEqual([3, 1]);
    net.eval();
    expect(net(x, 2).data).toEqual(net(x).mul(2).data);
    expect(net.forward(x).data).toEqual(net(x).data);
  });

  test("name and length are free for subclasses", () => {
    class Named extends nn.Module {
      override name: string;
      override length = 7;
      constructor(name: string) {
        super();
        this.name = name;
      }
      override forward(): string {
        return this.name;
      }
    }
    const named = new Named("first");
    expect(named()).toBe("first");
    expect(named.length).toBe(7);
    expect(Object.keys(new Net())).not.toContain("name");
    expect("name" in new Net()).toBe(false);
  });

  test("accessors, static members and instanceof work as in any class", () => {
    class Doubler extends nn.Module {
      #factor = 2;
      get factor(): number {
        return this.#factor;
      }
      set factor(value: number) {
        this.#factor = value;
      }
      override forward(value: Tensor): Tensor {
        return value.mul(this.#factor);
      }
    }
    const doubler = new Doubler();
    doubler.factor = 3;
    expect(doubler(tensor([2])).item()).toBe(6);
    expect(doubler.factor).toBe(3);
  });
});

test("methods that stand in files of their own are those of the class: hidden, replaceable, reached by super", () => {
  class Counting extends Net {
    calls = 0;
    override train(mode = true): this {
      this.calls++;
      return super.train(mode);
    }
    override toString(): string {
      return `Counting ${super.toString()}`;
    }
  }
  const net = new Counting();
  expect(net.eval().fc1.training).toBe(false);
  expect(net.calls).toBe(1);
  expect(`${net}`).toMatch(/^Counting Counting\(\n/);
  const enumerable: string[] = [];
  for (const name in net) enumerable.push(name);
  expect(enumerable).toEqual(Object.keys(net));
  expect(() => net.registerParameter("summary", null)).toThrow('Counting has a "summary" already');
});

describe("parts", () => {
  test("are found in the order of definition, parameters of a module before those inside it", () => {
    const net = new Net();
    expect(net.namedParameters().map(([name]) => name)).toEqual([
      "scale",
      "fc1.weight",
      "fc1.bias",
      "norm.weight",
      "norm.bias",
      "fc2.weight",
    ]);
    expect(net.namedChildren().map(([name]) => name)).toEqual(["fc1", "norm", "fc2"]);
    expect(net.namedModules("net").map(([name]) => name)).toEqual(["net", "net.fc1", "net.norm", "net.fc2"]);
    expect(net.namedBuffers().map(([name]) => name)).toEqual([
      "norm.running_mean",
      "norm.running_var",
      "norm.num_batches_tracked",
    ]);
    expect(net.parameters({ recurse: false })).toEqual([net.scale]);
    expect(net.numParameters()).toBe(1 + 6 + 3 + 3 + 3 + 3);
    net.fc1.requiresGrad_(false);
    expect(net.numParameters({ trainable: true })).toBe(10);
  });

  test("shared ones count once, but have all their keys in the state", () => {
    class Tied extends nn.Module {
      a = new nn.Linear(2, 2);
      b = new nn.Linear(2, 2);
      again = this.a;
      constructor() {
        super();
        this.b.weight = this.a.weight;
      }
      override forward(value: Tensor): Tensor {
        return this.b(this.a(value));
      }
    }
    const tied = new Tied();
    expect(tied.namedParameters().map(([name]) => name)).toEqual(["a.weight", "a.bias", "b.bias"]);
    expect(tied.namedChildren().map(([name]) => name)).toEqual(["a", "b"]);
    expect(Object.keys(tied.stateDict())).toEqual([
      "a.weight", "a.bias", "b.weight", "b.bias", "again.weight", "again.bias",
    ]); // biome-ignore format: keys
    const copy = tied.clone();
    expect(copy.b.weight).toBe(copy.a.weight);
    expect(copy.again).toBe(copy.a);
    expect(copy.a.weight).not.toBe(tied.a.weight);
  });

  test("are added by name, which must be free", () => {
    class Grown extends nn.Module {
      mean = this.registerBuffer("mean", zeros([2]));
      override forward(value: Tensor): Tensor {
        return value;
      }
    }
    const grown = new Grown();
    grown.registerModule("fc", new nn.Linear(2, 2));
    grown.addModule("act", new nn.ReLU());
    grown.registerParameter("gain", new nn.Parameter(ones([2])));
    grown.registerParameter("none", null);
    grown.registerBuffer("hidden", ones([2]), { persistent: false });
    expect(Object.keys(grown.stateDict())).toEqual(["gain", "mean", "fc.weight", "fc.bias"]);
    expect(grown.namedBuffers().map(([name]) => name)).toEqual(["mean", "hidden"]);
    grown.registerBuffer("mean", ones([2]));
    expect(grown.mean.toArray()).toEqual([1, 1]);
    for (const name of ["", "a.b", "forward", "training", "gain", "fc"]) {
      expect(() => grown.registerBuffer(name, zeros([]))).toThrow(ChainruleError);
    }
    expect(() => grown.registerModule("mean", new nn.ReLU())).toThrow('has a "mean" already');
  });

  test("are reached by path", () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Sequential(new nn.BatchNorm1d(3)));
    expect(model.getSubmodule("1.0")).toBe(model.at(1).at(0));
    expect(model.getSubmodule("")).toBe(model);
    expect(model.getParameter("0.bias")).toBe(model.at(0).bias);
    expect(model.getBuffer("1.0.running_var").toArray()).toEqual([1, 1, 1]);
    expect(() => model.getSubmodule("1.7.x")).toThrow('no module "1.7.x": Sequential has no module "7"');
    expect(() => model.getParameter("0.wait")).toThrow('It has "weight", "bias".');
    expect(() => model.getBuffer("0.mean")).toThrow("no buffers of its own");
  });

  test("a module that holds its owner does not go round in circles", () => {
    const inner = new Net();
    const outer = new nn.ModuleList<nn.Module>([inner]);
    inner.registerModule("owner", outer);
    expect(outer.modules()).toHaveLength(5);
    expect(Object.keys(outer.stateDict())).toHaveLength(9);
    expect(outer.train(false).training).toBe(false);
    expect(outer.clone().at(0)).not.toBe(inner);
  });
});

describe("state", () => {
  test("keys and order are PyTorch's, values live", () => {
    const net = new Net();
    const state = net.stateDict();
    expect(Object.keys(state)).toEqual([
      "scale", "fc1.weight", "fc1.bias", "norm.weight", "norm.bias",
      "norm.running_mean", "norm.running_var", "norm.num_batches_tracked", "fc2.weight",
    ]); // biome-ignore format: keys
    expect(state["fc1.weight"].requiresGrad).toBe(false);
    nn.init.ones_(net.fc1.weight);
    expect(state["fc1.weight"].data[0]).toBe(1);
    expect(Object.keys(net.stateDict("model."))[0]).toBe("model.scale");
  });

  test("loads into the model's own tensors and dtypes", () => {
    const source = new Net().to("float64");
    source(x.to("float64"));
    const target = new Net();
    const weight = target.fc1.weight;
    expect(target.loadStateDict(source.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(target.fc1.weight).toBe(weight);
    expect(weight.dtype).toBe("float32");
    expect(weight.data).toEqual(source.fc1.weight.to("float32").data);
    expect(target.getBuffer("norm.num_batches_tracked").item()).toBe(1);
    expect(target.namedParameters().every(([, p]) => p.requiresGrad)).toBe(true);
  });

  test("changes nothing when anything does not fit, and lists all of it", () => {
    const net = new Net();
    const before = net.clone().stateDict();
    const state = Object.fromEntries(Object.entries(new Net().stateDict()).map(([k, t]) => [k, t.clone()]));
    state["fc1.weight"] = zeros([4, 2]);
    state["norm.bias"] = zeros([2]);
    state.extra = zeros([1]);
    delete state.scale;
    let error: unknown;
    try {
      net.loadStateDict(state);
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(ChainruleError);
    const { code, message } = error as ChainruleError;
    expect(code).toBe("state");
    expect(message).toContain('"fc1.weight" has shape [3, 2] in the model and [4, 2] in the state');
    expect(message).toContain('"norm.bias" has shape [3] in the model and [2] in the state');
    expect(message).toContain('lacks "scale"');
    expect(message).toContain('lacks "extra"');
    expect(() => net.loadStateDict(state, { strict: false })).toThrow("[4, 2] in the state");
    for (const [key, t] of Object.entries(net.stateDict())) expect(t.data).toEqual(before[key].data);
  });

  test("strict: false loads what is there", () => {
    const net = new Net();
    const result = net.loadStateDict({ scale: tensor([5]), other: zeros([1]) }, { strict: false });
    expect(result.unexpectedKeys).toEqual(["other"]);
    expect(result.missingKeys).toHaveLength(8);
    expect(net.scale.item()).toBe(5);
  });

  test("a value that is no tensor is refused", () => {
    const state = { weight: [[1]] } as unknown as nn.StateDict;
    expect(() => new nn.Linear(1, 1, { bias: false }).loadStateDict(state)).toThrow('"weight" is no tensor');
  });
});

describe("modes and conversions", () => {
  test("train and eval reach all inside", () => {
    const net = new Net();
    net.eval();
    expect(net.modules().map((m) => m.training)).toEqual([false, false, false, false]);
    expect(net.train().fc1.training).toBe(true);
  });

  test("to keeps parameters as objects, with gradients, and converts floating buffers", () => {
    const net = new Net();
    const before = net.parameters();
    net(x).sum().backward();
    net.to("float64");
    expect(net.parameters()).toEqual(before);
    expect(before.every((p) => p.dtype === "float64" && p.grad?.dtype === "float64" && p.requiresGrad)).toBe(
      true,
    );
    expect(net.buffers().map((b) => b.dtype)).toEqual(["float64", "float64", "int32"]);
    net.zeroGrad();
    net(x.to("float64")).sum().backward();
    expect(before[1].grad?.dtype).toBe("float64");
    expect(net.float().scale.dtype).toBe("float32");
    expect(net.double().scale.dtype).toBe("float64");
    const frozen = new nn.Linear(2, 1).requiresGrad_(false).double().requiresGrad_();
    frozen(x.to("float64")).sum().backward();
    expect(frozen.weight.grad?.dtype).toBe("float64");
    expect(() => net.to("int32")).toThrow(ChainruleError);
  });

  test("requiresGrad_, zeroGrad and apply", () => {
    const net = new Net();
    net(x).sum().backward();
    const [first] = net.parameters();
    net.zeroGrad({ setToNone: false });
    expect(first.grad?.toArray()).toEqual([0]);
    net.zeroGrad();
    expect(first.grad).toBeNull();
    expect(net.requiresGrad_(false)(x).requiresGrad).toBe(false);
    const order: string[] = [];
    net.apply((module) => order.push(module.scopeKind()));
    expect(order).toEqual(["Linear", "BatchNorm1d", "Linear", "Net"]);
  });

  test("clone shares nothing", () => {
    const net = new Net().eval();
    let calls = 0;
    net.registerForwardHook(() => {
      calls++;
    });
    net.fc2.requiresGrad_(false);
    const copy = net.clone();
    expect(copy).toBeInstanceOf(Net);
    expect(copy(x).data).toEqual(net(x).data);
    expect(calls).toBe(2);
    expect(copy.training).toBe(false);
    expect(copy.fc2.weight.requiresGrad).toBe(false);
    nn.init.zeros_(copy.scale);
    copy.getBuffer("norm.running_mean").add_(1);
    expect(net.scale.item()).toBe(1);
    expect(net.getBuffer("norm.running_mean").toArray()).toEqual([0, 0, 0]);
    const loss = new nn.CrossEntropyLoss({ weight: tensor([1, 3]), labelSmoothing: 0.1 });
    const labels = tensor([0, 1], { dtype: "int32" });
    const logits = tensor([[1, 2], [0, 5]]); // biome-ignore format: rows
    expect(loss.clone()(logits, labels).item()).toBe(loss(logits, labels).item());
    const list = new nn.Sequential(new nn.Linear(1, 1), new nn.Dropout()).clone();
    expect(list.append(new nn.ReLU()).length).toBe(3);
    expect(list.slice(1).length).toBe(2);
  });
});

describe("errors name the layer", () => {
  const thrown = (body: () => unknown): string => {
    try {
      body();
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("nothing was thrown");
  };

  test("once, with its path from the model that was called", () => {
    class Block extends nn.Module {
      body = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(4 as number, 1));
      override forward(value: Tensor): Tensor {
        return this.body(value);
      }
    }
    const message = thrown(() => new nn.Sequential(new Block())(x));
    expect(message).toMatch(/^layer 0\.body\.2 \(Linear\) › linear: /);
    expect(message.match(/Linear/g)).toHaveLength(1);
  });

  test("a layer called by itself by its kind", () => {
    expect(thrown(() => new nn.Linear(3, 1)(x))).toMatch(/^Linear › linear: /);
  });

  test("errors of other kinds pass as they are", () => {
    class Broken extends nn.Module {
      override forward(): never {
        throw new TypeError("mine");
      }
    }
    expect(() => new Broken()()).toThrow(new TypeError("mine"));
  });
});

test("what is no tensor, or no shape, is named, with what to write", () => {
  const layer = new nn.Linear(2, 1);
  expect(() => layer([[1, 2]] as never)).toThrow(/An array was given where a tensor is needed.*tensor\(\)/);
  expect(() => tensor([1, 2]).reshape(2 as never)).toThrow(/must be an array of sizes, not 2.*with brackets/);
});
