/** Traces against published numbers (tests of the worked examples), and against `backward()` on models of all kinds. */
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
import type { Explained, Expr, Quantity } from "./format.ts";
import { exprText, type Trace, type TraceOptions, trace, traceFromFile } from "./index.ts";

const float64 = (x: Parameters<typeof tensor>[0]): Tensor => tensor(x, { dtype: "float64" });

const close = (actual: ArrayLike<number>, expected: readonly number[], relative = 1e-12): void => {
  expect(actual.length).toBe(expected.length);
  expected.forEach((number, i) => {
    expect(Math.abs(actual[i] - number), `${i}: ${actual[i]} instead of ${number}`).toBeLessThanOrEqual(
      relative * Math.max(Math.abs(number), 1e-3),
    );
  });
};

/** The value whose symbol reads so. */
function named(t: Trace, symbol: string): number {
  const found = t.data.values.find((value) => exprText(value.symbol) === symbol);
  if (!found)
    throw new Error(`No ${symbol} among ${t.data.values.map((v) => exprText(v.symbol)).join(", ")}`);
  return found.id;
}

const read = (t: Trace, symbol: string, of: Quantity = "value"): Float64Array => t.read(named(t, symbol), of);

/** What an explanation adds up to. */
const total = ({ how, terms, rest, number }: Explained): number =>
  how === "sum" ? terms.reduce((sum, { product }) => sum + product, rest) : number;

const asText = (expr: Expr | null): string => (expr ? exprText(expr) : "");

/** Every number of a trace is what its explanation says; every derivative is what differences say. */
function checkAll(t: Trace, most = 5): void {
  const quantities = ["value", "gradient", "update"] as const;
  for (const { id, hasGradient, role, dtype } of t.data.values) {
    for (const of of quantities) {
      if (of !== "value" && !hasGradient) continue;
      if (of === "update" && (role !== "parameter" || t.data.lr === null)) continue;
      const all = t.read(id, of);
      for (let index = 0; index < all.length; index += Math.max(1, Math.floor(all.length / 7))) {
        const found = t.explain({ value: id, of, index }, { terms: most, numeric: true });
        const what = `${asText(found.symbols)} | ${asText(found.values)}`;
        expect(Object.is(found.number, all[index]), what).toBe(true);
        const scale = Math.max(1, ...found.terms.map(({ product }) => Math.abs(product)));
        expect(Math.abs(total(found) - all[index]), what).toBeLessThan(1e-10 * scale);
        expect(found.terms.length).toBeLessThanOrEqual(most);
        if (found.numeric && !found.numeric.kink && dtype === "float64")
          expect(found.numeric.error, what).toBeLessThan(1e-6);
      }
    }
  }
}

function mazur(bias: boolean): Trace {
  const model = new nn.Sequential(
    new nn.Linear(2, 2),
    new nn.Sigmoid(),
    new nn.Linear(2, 2),
    new nn.Sigmoid(),
  );
  const exact = model.double();
  exact.loadStateDict({
    "0.weight": float64([[0.15, 0.2], [0.25, 0.3]]), "0.bias": float64([0.35, 0.35]),
    "2.weight": float64([[0.4, 0.45], [0.5, 0.55]]), "2.bias": float64([0.6, 0.6]),
  }); // biome-ignore format: matrices by rows
  if (!bias) for (const k of [0, 2] as const) (exact.at(k) as nn.Linear).bias?.requiresGrad_(false);
  const loss = (y: Tensor, target: Tensor): Tensor => y.sub(target).square().sum().mul(0.5);
  return trace(exact, float64([[0.05, 0.1]]), { target: float64([[0.01, 0.99]]), loss, lr: 0.5 });
}

describe("Mazur's two layers", () => {
  const t = mazur(false);
  test("forward", () => {
    close(read(t, "z⁽¹⁾"), [0.3775, 0.3925]);
    close(read(t, "y⁽¹⁾"), [0.5932699921071872, 0.596884378259767]);
    close(read(t, "z⁽²⁾"), [1.10590596705977, 1.2249214040964653]);
    close(read(t, "y⁽²⁾"), [0.7513650695523157, 0.7729284653214625]);
    close([t.data.loss?.number ?? 0], [0.2983711087600027]);
  });
  test("backward", () => {
    close(read(t, "y⁽²⁾", "gradient"), [0.7413650695523157, -0.21707153467853746]);
    close(read(t, "z⁽²⁾", "gradient"), [0.13849856162855695, -0.038098236516556236]);
    close(read(t, "W⁽²⁾", "gradient"), [
      0.08216704056423077, 0.08266762784753325, -0.02260254047747507, -0.022740242215978222,
    ]); // biome-ignore format: as published
    close(read(t, "y⁽¹⁾", "gradient"), [0.03635030639314466, 0.0413703226487447]);
    close(read(t, "z⁽¹⁾", "gradient"), [0.00877135468948693, 0.009954254705217196]);
    close(read(t, "W⁽¹⁾", "gradient"), [
      0.0004385677344743465, 0.000877135468948693, 0.0004977127352608599, 0.0009954254705217198,
    ]); // biome-ignore format: as published
    close(read(t, "y⁽⁰⁾", "gradient"), [0.0038042668797273384, 0.004740547349462545]);
  });
  test("update of all weights at once", () => {
    close(
      read(t, "W⁽¹⁾", "update"),
      [0.1497807161327628, 0.19956143226552567, 0.24975114363236958, 0.29950228726473915],
    );
    close(
      read(t, "W⁽²⁾", "update"),
      [0.35891647971788465, 0.4086661860762334, 0.5113012702387375, 0.5613701211079891],
    );
    close([t.data.loss?.after ?? 0], [0.29102777369359933]);
  });
  test("with trained biases", () => {
    const trained = mazur(true);
    const biases = trained.data.values.filter(({ name }) => name.endsWith("bias")).map(({ id }) => id);
    close(trained.read(biases[0], "update"), [0.3456143226552565, 0.3450228726473914]);
    close(trained.read(biases[1], "update"), [0.5307507191857215, 0.6190491182582781]);
    close([trained.data.loss?.after ?? 0], [0.28047144679143016]);
    checkAll(trained);
  });
  test("differences agree: the largest relative error is about 1e-8", () => {
    for (const symbol of ["W⁽¹⁾", "W⁽²⁾", "y⁽⁰⁾", "z⁽¹⁾"])
      for (let index = 0; index < read(t, symbol).length; index++) {
        const { numeric, number } = t.explain(
          { value: named(t, symbol), of: "gradient", index },
          { numeric: true },
        );
        expect(Math.abs((numeric?.value ?? 0) - number) / Math.abs(number)).toBeLessThan(1e-6);
      }
  });
  test("the lecture's notation, with the bias as a weight of y₀ = 1", () => {
    const at = (symbol: string, of: Quantity, index: number): Explained =>
      t.explain({ value: named(t, symbol), of, index });
    const z = at("z⁽¹⁾", "value", 0);
    expect(asText(z.symbols)).toBe("z₁⁽¹⁾ = w₀₁⁽¹⁾·1 + w₁₁⁽¹⁾·y₁⁽⁰⁾ + w₂₁⁽¹⁾·y₂⁽⁰⁾");
    expect(asText(z.values)).toBe("z₁⁽¹⁾ = 0.35·1 + 0.15·0.05 + 0.2·0.1 = 0.3775");
    expect(asText(at("y⁽¹⁾", "value", 0).symbols)).toBe("y₁⁽¹⁾ = 1 / (1 + e^(−z₁⁽¹⁾))");
    const dz = at("z⁽¹⁾", "gradient", 1);
    expect(asText(dz.symbols)).toBe("∂ℓ/∂z₂⁽¹⁾ = ∂ℓ/∂y₂⁽¹⁾·sigmoid′(z₂⁽¹⁾) = ∂ℓ/∂y₂⁽¹⁾·y₂⁽¹⁾·(1 − y₂⁽¹⁾)");
    expect(asText(at("W⁽¹⁾", "gradient", 1).symbols)).toBe("∂ℓ/∂w₂₁⁽¹⁾ = ∂ℓ/∂z₁⁽¹⁾·y₂⁽⁰⁾");
    expect(asText(at("y⁽¹⁾", "gradient", 0).symbols)).toBe("∂ℓ/∂y₁⁽¹⁾ = ∂ℓ/∂z₁⁽²⁾·w₁₁⁽²⁾ + ∂ℓ/∂z₂⁽²⁾·w₁₂⁽²⁾");
    expect(asText(at("W⁽¹⁾", "update", 0).values)).toBe("w⁺₁₁⁽¹⁾ = 0.15 − 0.5·0.0004386 = 0.1498");
  });
});

describe("circuits", () => {
  const gradients = (t: Trace): number[] => t.data.inputs.flatMap((id) => [...t.read(id, "gradient")]);
  const circuit = (f: (...x: Tensor[]) => Tensor, given: Record<string, number>): Trace =>
    trace(f, Object.fromEntries(Object.entries(given).map(([name, x]) => [name, float64(x)])));

  test("CS231n", () => {
    const product = circuit((x, y, z) => x.add(y).mul(z), { x: -2, y: 5, z: -4 });
    expect(product.data.loss?.number).toBe(-12);
    expect(gradients(product)).toEqual([-4, -4, 3]);
    expect(asText(product.explain({ value: product.data.output, of: "value", index: 0 }).symbols)).toMatch(
      /^ℓ = v.*·z$/,
    );
    const unit = trace(
      (w: Tensor, x: Tensor) => w.mul(x).sum().sigmoid(),
      [float64([2, -3, -3]), float64([-1, -2, 1])],
    );
    close([unit.data.loss?.number ?? 0], [0.7310585786300049]);
    close(unit.read(0, "gradient"), [-0.19661193324148185, -0.3932238664829637, 0.19661193324148185]);
    close(unit.read(1, "gradient").slice(0, 2), [0.3932238664829637, -0.5898357997244456]);
    const largest = circuit((x, y, z, w) => x.mul(y).add(z.maximum(w)).mul(2), { x: 3, y: -4, z: 2, w: -1 });
    expect(largest.data.loss?.number).toBe(-20);
    expect(gradients(largest)).toEqual([-8, 6, 2, 0]);
    const quotient = circuit((x, y) => x.add(y.sigmoid()).div(x.sigmoid().add(x.add(y).square())), {
      x: 3,
      y: -4,
    });
    close([quotient.data.loss?.number ?? 0], [1.5456448841066441]);
    close(gradients(quotient), [2.0595697955721652, 1.5922327514838093]);
    for (const t of [product, unit, largest, quotient]) checkAll(t);
  });

  test("softmax and cross-entropy: ∂ℓ/∂z = p − t", () => {
    const t = trace(new nn.Identity(), float64([[0.2, 0.3, 0.5].map(Math.log)]), {
      loss: new nn.CrossEntropyLoss(),
      target: tensor([1], { dtype: "int32" }),
    });
    close(t.read(t.data.inputs[0], "gradient"), [0.2, -0.7, 0.5]);
    const second = t.explain({ value: t.data.inputs[0], of: "gradient", index: 1 });
    expect(asText(second.symbols)).toMatch(/ = p₂ − t₂$/);
    expect(asText(second.values)).toMatch(/ = 0\.3 − 1 = −0\.7$/);
    checkAll(t);
  });

  test("micrograd", () => {
    const t = circuit(
      (a, b) => {
        let c = a.add(b);
        let d = a.mul(b).add(b.pow(3));
        c = c.add(c.add(1));
        c = c.add(c.add(1).add(a.neg()));
        d = d.add(d.mul(2).add(b.add(a).relu()));
        d = d.add(d.mul(3).add(b.sub(a).relu()));
        const f = c.sub(d).square();
        return f.div(2).add(f.reciprocal().mul(10));
      },
      { a: -4, b: 2 },
    );
    close([t.data.loss?.number ?? 0], [2421 / 98]);
    close(gradients(t), [47620 / 343, 221433 / 343]);
    checkAll(t);
    const sanity = circuit(
      (x) => {
        const z = x.mul(2).add(2).add(x);
        const q = z.relu().add(z.mul(x));
        return z.mul(z).relu().add(q).add(q.mul(x));
      },
      { x: -4 },
    );
    expect([sanity.data.loss?.number, ...gradients(sanity)]).toEqual([-20, 46]);
  });

  test("CMU 11-785: from a given ∂ℓ/∂output", () => {
    const layer = new nn.Linear(2, 3).double();
    layer.loadStateDict({ weight: float64([[-2, -1], [0, 1], [2, 3]]), bias: float64([-1, 0, 1]) });
    const A = float64([[-4, -3], [-2, -1], [0, 1], [2, 3]]);
    const t = trace(layer, A, { gradient: float64([[-4, -3, -2], [-1, 0, 1], [2, 3, 4], [5, 6, 7]]) });
    expect(Array.from(read(t, "z⁽¹⁾"))).toEqual([10, -3, -16, 4, -1, -6, -2, 1, 4, -8, 3, 14]);
    expect(Array.from(read(t, "y⁽⁰⁾", "gradient"))).toEqual([4, -5, 4, 4, 4, 13, 4, 22]);
    expect(Array.from(read(t, "W⁽¹⁾", "gradient"))).toEqual([28, 30, 24, 30, 20, 30]);
    expect(Array.from(read(t, "w₀⁽¹⁾", "gradient"))).toEqual([2, 6, 10]);
    expect(t.data.loss).toBe(null);
    checkAll(t);
    const softmax = trace(new nn.Softmax(1), float64([[-2, -0.5, 0, 0.5, 2]]), {
      gradient: float64([[1, 1, 3, 1, -1]]),
    });
    close(softmax.read(0, "gradient"), [
      0.014882262202388448, 0.0666976718543496, 0.29550076620741, 0.18130306940220284, -0.5583837696663508,
    ]); // biome-ignore format: as published
    const { data, rows, columns } = softmax.jacobian(softmax.data.output, 0);
    const y = softmax.read(softmax.data.output, "value");
    expect([rows, columns]).toEqual([5, 5]);
    y.forEach((_, j) => {
      close(data.slice(5 * j, 5 * j + 5), Array.from(y, (p, i) => y[j] * (Number(i === j) - p)));
    });
    const first = softmax.explain({ value: 0, of: "gradient", index: 0 });
    expect(first.terms).toHaveLength(5);
    expect(asText(first.symbols)).toContain("·(1 − y₁)");
    checkAll(softmax);
  }); // biome-ignore format: matrices by rows
});

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
          const layers = new nn.Sequential();
          let width = 3;
          for (const [units, activation, more] of hidden) {
            layers.append(new nn.Linear(width, units));
            if (more === "batch" && (rows > 1 || !training)) layers.append(new nn.BatchNorm1d(units));
            if (more === "layer") layers.append(new nn.LayerNorm(units));
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
  });
});

describe("questions that have no answer", () => {
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
  ])("%s", (ask, message) => {
    expect(ask).toThrow(message);
  });
});

test("a wide layer shows its largest terms and the rest as one", () => {
  manualSeed(0);
  const t = trace(new nn.Linear(200, 3), randn([1, 200]));
  const found = t.explain({ value: t.data.output, of: "value", index: 2 }, { terms: 10 });
  expect([found.terms.length, found.termCount]).toEqual([10, 201]);
  const smallest = Math.min(...found.terms.map(({ product }) => Math.abs(product)));
  const others = t
    .explain({ value: t.data.output, of: "value", index: 2 }, { terms: 1000 })
    .terms.map(({ product }) => Math.abs(product));
  expect(others.filter((size) => size > smallest)).toHaveLength(9);
  expect(asText(found.symbols)).toMatch(/w[₀₁₂₃₄₅₆₇₈₉]+,₃⁽¹⁾·y.* \+ …$/);
  expect(total(found)).toBeCloseTo(found.number, 12);
});

test("a second backward pass through the library is the same as grad()", () => {
  const x = float64([0.5, 2]).requiresGrad_();
  const [dx] = grad(x.sin().mul(x).sum(), [x]);
  const t = trace((v: Tensor) => v.sin().mul(v).sum(), x);
  close(t.read(0, "gradient"), [...dx.data]);
});

describe("files", () => {
  const t = mazur(true);
  test("hold every number and explanation of a small trace", () => {
    const reader = traceFromFile(JSON.parse(JSON.stringify(t)));
    expect(reader.data).toEqual(JSON.parse(JSON.stringify(t.data)));
    for (const { id, hasGradient, role } of t.data.values) {
      for (const of of ["value", "gradient", "update"] as const) {
        if (of !== "value" && !hasGradient) continue;
        if (of === "update" && role !== "parameter") continue;
        expect(reader.read(id, of)).toEqual(t.read(id, of));
        t.read(id, of).forEach((_, index) => {
          const ref = { value: id, of, index };
          expect(reader.explain(ref)).toEqual(t.explain(ref, { terms: 8, numeric: true }));
        });
      }
    }
    expect(reader.jacobian(named(t, "y⁽¹⁾"), named(t, "z⁽¹⁾"))).toEqual(
      t.jacobian(named(t, "y⁽¹⁾"), named(t, "z⁽¹⁾")),
    );
  });
  test("cut large tensors to what matters, and say so", () => {
    const wide = trace(new nn.Linear(100, 2), randn([1, 100]), {
      target: randn([1, 2]),
      loss: new nn.MSELoss(),
    });
    const file = wide.toJSON({ most: 10, terms: 3 });
    const reader = traceFromFile(JSON.stringify(file));
    const weights = named(wide, "W⁽¹⁾");
    const kept = file.numbers[weights].indices ?? [];
    expect(kept).toHaveLength(10);
    const numbers = reader.read(weights, "gradient");
    expect(numbers.filter((x) => !Number.isNaN(x))).toHaveLength(10);
    expect(numbers[kept[4]]).toBe(wide.read(weights, "gradient")[kept[4]]);
    const absent = numbers.findIndex((x) => Number.isNaN(x));
    expect(() => reader.explain({ value: weights, of: "value", index: absent })).toThrow(/keeps 10 elements/);
  });
  test.each([
    ["the text of another kind", "hello", /no JSON/],
    ["null", null, /is no object/],
    ["a list", [], /is no object/],
    ["another version", { ...t.toJSON(), version: 2 }, /version is none of 1/],
    ["no values", { ...t.toJSON(), values: undefined }, /values is no list/],
    ["an id out of place", { ...t.toJSON(), output: 999 }, /names no value/],
    [
      "too few numbers",
      {
        ...t.toJSON(),
        numbers: { ...t.toJSON().numbers, 0: { indices: null, value: [1], gradient: [1], update: null } },
      },
      /numbers\.0\.value has 1/,
    ],
    ["no numbers of a value", { ...t.toJSON(), numbers: {} }, /has no "0"/],
    [
      "an endless formula",
      { ...t.toJSON(), explained: [{ ...t.toJSON().explained[0], symbol: nested(1000) }] },
      /nested too deeply/,
    ],
    [
      "an unknown formula",
      { ...t.toJSON(), explained: [{ ...t.toJSON().explained[0], symbol: { kind: "script" } }] },
      /no kind of formula/,
    ],
  ])("refuse %s", (_, json, message) => {
    expect(() => traceFromFile(json)).toThrow(message);
    expect(() => traceFromFile(json)).toThrow(expect.objectContaining({ code: "file" }));
  });
});

const nested = (depth: number): unknown => {
  let expr: unknown = { kind: "text", text: "x" };
  for (let i = 0; i < depth; i++) expr = { kind: "plus", items: [expr] };
  return expr;
};
