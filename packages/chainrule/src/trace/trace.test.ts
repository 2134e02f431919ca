/** Traces against `backward()` on models of all kinds. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nn, type Tensor, tensor } from "../index.ts";
import {
  cat,
  defaultGenerator,
  Generator,
  grad,
  manualSeed,
  randint,
  randn,
  withMode,
} from "../tensor/index.ts";
import { type Explained, type TraceOptions, trace } from "./index.ts";
import { asText, checkAll, close, float64, named, total } from "./testing/check.ts";

/** A model that uses its input twice, and sees two inputs. */
class Branches extends nn.Module {
  embedding = new nn.Embedding(5, 2);
  first = new nn.Linear(5, 4);
  norm = new nn.LayerNorm(4);
  last = new nn.Linear(4, 3);
  drop = new nn.Dropout(0.4);
  forward(x: Tensor, codes: Tensor): Tensor {
    const h = this.first(cat([x, this.embedding(codes).reshape([-1, 2])], 1));
    return this.last(this.drop(this.norm(h).gelu()).add(h));
  }
}
describe("models", () => {
  const activations = () => [
    new nn.ReLU(),
    new nn.Tanh(),
    new nn.Sigmoid(),
    new nn.GELU(),
    new nn.SiLU(),
    new nn.LeakyReLU(0.1),
    new nn.Softplus(),
    new nn.ELU(),
    new nn.Mish(),
  ];

  test("any stack of layers: sums, differences, and the gradients of backward()", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(
          fc.tuple(
            fc.integer({ min: 1, max: 4 }),
            fc.nat(8),
            fc.constantFrom("none", "batch", "layer", "drop", "softmax"),
          ),
          { maxLength: 3 },
        ),
        fc.boolean(),
        fc.boolean(),
        (seed, rows, hidden, classes, training) => {
          manualSeed(seed);
          // A larger eps than usual: where a variance is tiny, differences of a normalization are no measure.
          const layers = new nn.Sequential();
          let width = 3;
          for (const [units, activation, more] of hidden) {
            layers.append(new nn.Linear(width, units));
            if (more === "batch" && (rows > 1 || !training))
              layers.append(new nn.BatchNorm1d(units, { eps: 0.1 }));
            if (more === "layer") layers.append(new nn.LayerNorm(units, { eps: 0.1 }));
            layers.append(activations()[activation]);
            if (more === "drop") layers.append(new nn.Dropout(0.5));
            if (more === "softmax") layers.append(new nn.Softmax(1));
            width = units;
          }
          layers.append(new nn.Linear(width, 2));
          layers.train(training);
          const x = randn([rows, 3]);
          const target = classes ? randint(0, 2, [rows]) : randn([rows, 2]);
          const loss = classes ? new nn.CrossEntropyLoss() : new nn.MSELoss();
          const state = defaultGenerator.getState();
          const t = trace(layers, x, { target, loss, lr: 0.1 });
          checkAll(t);
          // The same by backward() in float64.
          const copy = layers.clone().double();
          defaultGenerator.setState(state);
          loss(copy(x.to("float64")), classes ? target : target.to("float64")).backward();
          for (const [path, parameter] of copy.namedParameters()) {
            const id = t.data.values.find(({ name }) => name === path)?.id ?? -1;
            close(t.read(id, "gradient"), [...(parameter.grad?.contiguous().data ?? [])]);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  test("skips, several inputs, embeddings, normalization and dropout", () => {
    manualSeed(3);
    const model = new Branches();
    const codes = tensor([1, 4], { dtype: "int32" });
    const t = trace(model, { x: randn([2, 3]), codes: codes.unsqueeze(1) }, {
      target: tensor([0, 2], { dtype: "int32" }), loss: new nn.CrossEntropyLoss(), lr: 0.1,
    });
    checkAll(t);
    expect(t.data.inputs).toEqual([0, 1]);
    expect(t.data.values[1].hasGradient).toBe(false);
    expect(t.data.layers.map(({ path }) => path)).toEqual(expect.arrayContaining(["embedding", "first", "norm", "drop", "last"]));
  }); // biome-ignore format: options in one line
});

describe("what a trace leaves alone", () => {
  test("weights, gradients, buffers, modes and generators: to the bit", () => {
    manualSeed(1);
    const own = new Generator(5);
    const model = new nn.Sequential(
      new nn.Linear(3, 4),
      new nn.BatchNorm1d(4),
      new nn.Dropout(0.5),
      new nn.Dropout({ p: 0.5, generator: own }),
      new nn.Linear(4, 2),
    );
    const x = randn([5, 3]);
    const target = randn([5, 2]);
    model(x).sum().backward();
    const look = (): unknown => [
      model
        .scopeTensors()
        .map(([path, p]) => [path, [...p.data], p.dtype, p.storage.version, p.grad && [...p.grad.data]]),
      model.modules().map(({ training }) => training),
      [...defaultGenerator.getState()],
      [...own.getState()],
      x.requiresGrad,
      x.grad,
    ];
    const before = look();
    const t = trace(model, x, { target, loss: new nn.MSELoss(), lr: 0.1, mode: "train" });
    checkAll(t);
    t.edit([{ value: 0, index: 0, number: 3 }]).toJSON();
    expect(look()).toEqual(before);
    expect(trace(model, x, { mode: "eval" }).data.mode).toBe("eval");
    expect(look()).toEqual(before);
  });

  test("leaves that a function holds on to keep their gradients", () => {
    const w = float64([2, 3]).requiresGrad_();
    w.square().sum().backward();
    const before = [...(w.grad?.data ?? [])];
    const t = trace((x: Tensor) => x.mul(w).sum(), float64([1, 5]));
    expect([...(w.grad?.data ?? [])]).toEqual(before);
    const id = t.data.values.find(({ role }) => role === "parameter")?.id ?? -1;
    expect([...t.read(id, "gradient")]).toEqual([1, 5]);
  });

  test("an observer outside is not told, and noGrad around changes nothing", () => {
    const seen: string[] = [];
    const model = new nn.Linear(2, 1);
    const x = randn([1, 2]);
    withMode("grad", false, () => {
      const t = trace(model, x);
      expect(t.data.values[0].hasGradient).toBe(true);
      seen.push(...t.data.values.map(({ role }) => role));
    });
    expect(seen).toEqual(["input", "parameter", "parameter", "result"]);
  });
});

describe("edits", () => {
  const model = (): nn.Sequential => {
    manualSeed(2);
    return new nn.Sequential(
      new nn.Linear(2, 3),
      new nn.Tanh(),
      new nn.Dropout(0.5),
      new nn.Linear(3, 2),
    ).double();
  };
  const options: TraceOptions = {
    target: tensor([1], { dtype: "int32" }),
    loss: new nn.CrossEntropyLoss(),
    lr: 0.1,
  };

  test("give what a model with these numbers gives, under the same ids", () => {
    const x = float64([[0.3, -0.7]]);
    const net = model();
    const state = defaultGenerator.getState();
    const t = trace(net, x, options);
    const weight = named(t, "W⁽¹⁾");
    const changed = t.edit([
      { value: weight, index: 3, number: 0.25 },
      { value: t.data.inputs[0], index: 1, number: 2 },
      { value: t.data.target ?? -1, index: 0, number: 0 },
    ]);
    const other = model();
    other.getParameter("0.weight").storage.elements[3] = 0.25;
    defaultGenerator.setState(state);
    const expected = trace(other, float64([[0.3, 2]]), {
      ...options,
      target: tensor([0], { dtype: "int32" }),
    });
    expect(changed.data).toEqual(expected.data);
    for (const { id, hasGradient } of expected.data.values) {
      expect(changed.read(id, "value")).toEqual(expected.read(id, "value"));
      if (hasGradient) expect(changed.read(id, "gradient")).toEqual(expected.read(id, "gradient"));
    }
    expect(t.read(weight, "value")[3]).not.toBe(0.25);
    expect(changed.edit([]).data).toEqual(changed.data);
  });

  test("of what is computed are refused, and so are odd numbers and places", () => {
    const t = trace(model(), float64([[1, 2]]), options);
    const refused =
      (value: number, index: number, number: number): (() => unknown) =>
      () =>
        t.edit([{ value, index, number }]);
    expect(refused(t.data.output, 0, 1)).toThrow(/cannot be changed/);
    expect(refused(999, 0, 1)).toThrow(/no value 999/);
    expect(refused(0, 2, 1)).toThrow(/no element 2/);
    expect(refused(t.data.target ?? 0, 0, 0.5)).toThrow(/no int32/);
    expect(refused(0, 0, Number.NaN)).toThrow(/finite number/);
  });
});

describe("questions that have no answer", () => {
  const same = (x: Tensor): Tensor => x;
  const t = trace(new nn.Linear(2, 2), randn([1, 2]));
  test.each([
    [() => t.read(99, "value"), /no value 99/],
    [() => t.read(0, "gradient"), /no gradient/],
    [() => t.read(0, "value", { start: 1, count: 2 }), /has 2 elements/],
    [() => t.explain({ value: 0, of: "value", index: -1 }), /has 2 elements/],
    [() => t.jacobian(0, 0), /one operation/],
    [() => trace(new nn.Linear(2, 2), randn([1, 2]), { target: randn([1, 2]) }), /no loss/],
    [
      () =>
        trace(new nn.Linear(2, 2), randn([1, 2]), {
          target: randn([1, 2]),
          loss: new nn.MSELoss({ reduction: "none" }),
        }),
      /one number/,
    ],
    [() => trace(() => 3 as unknown as Tensor, randn([1])), /no tensor/],
    [() => trace({} as never, randn([1])), /model is object/],
    [() => trace(same, [1, 2] as never), /where a tensor is needed/],
    [() => trace(same, randn([1]), { loss: "mse" as never }), /loss is string/],
    [() => trace(same, randn([1]), { target: [1] as never, loss: same }), /where a tensor is needed/],
    [() => trace(same, randn([1]), { loss: same, gradient: randn([1]) }), /a loss and a gradient/],
    [() => trace(same, randn([1]), { lr: Number.NaN }), /rate is NaN/],
    [() => trace(same, randn([1]), { mode: "training" as never }), /no mode "training"/],
    [() => t.explain({ value: 0, of: "constructor" as never, index: 0 }), /no quantity/],
    [() => t.explain({ value: "__proto__" as never, of: "value", index: 0 }), /no value/],
    [() => t.explain({ value: 0, of: "value", index: 0 }, { terms: -1 }), /-1 terms/],
    [() => t.jacobian(t.data.output, 0, 7), /number 7 was asked for/],
  ])("%s", (ask, message) => {
    expect(ask).toThrow(message);
  });
});

test("a wide layer shows its largest terms and the rest as one", () => {
  manualSeed(0);
  const t = trace(new nn.Linear(200, 3), randn([1, 200]));
  const found = t.explain({ value: t.data.output, of: "value", index: 2 }, { terms: 10 });
  expect([found.terms.length, found.termCount]).toEqual([10, 201]);
  // The bias is shown whatever its size, and nine others.
  const sizes = ({ terms }: Explained): number[] => terms.slice(1).map(({ product }) => Math.abs(product));
  const smallest = Math.min(...sizes(found));
  const all = t.explain({ value: t.data.output, of: "value", index: 2 }, { terms: 1000 });
  expect(sizes(all).filter((size) => size >= smallest)).toHaveLength(9);
  expect(asText(found.symbols)).toMatch(/= w₀₃⁽¹⁾·1 \+ w[₀₁₂₃₄₅₆₇₈₉]+,?₃⁽¹⁾·y.* \+ …$/);
  expect(total(found)).toBeCloseTo(found.number, 12);
});

test("a second backward pass through the library is the same as grad()", () => {
  const x = float64([0.5, 2]).requiresGrad_();
  const [dx] = grad(x.sin().mul(x).sum(), [x]);
  const t = trace((v: Tensor) => v.sin().mul(v).sum(), x);
  close(t.read(0, "gradient"), [...dx.data]);
});
