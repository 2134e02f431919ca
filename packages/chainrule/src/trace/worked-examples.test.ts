/** Traces against published numbers. */
import { describe, expect, test } from "vitest";
import { nn, type Tensor, tensor } from "../index.ts";
import type { Explained, Quantity } from "./format.ts";
import { type Trace, trace } from "./index.ts";
import { asText, checkAll, close, float64, mazur, named, read } from "./testing/check.ts";

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
