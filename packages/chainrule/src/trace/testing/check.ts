/** What tests of traces have in common. */
import { expect } from "vitest";
import { nn, type Tensor, tensor } from "../../index.ts";
import type { Explained, Expr, Quantity } from "../format.ts";
import { exprText, type Trace, trace } from "../index.ts";

/** Numbers in float64. */
export const float64 = (x: Parameters<typeof tensor>[0]): Tensor => tensor(x, { dtype: "float64" });

/** Numbers agree to a relative error. */
export const close = (actual: ArrayLike<number>, expected: readonly number[], relative = 1e-12): void => {
  expect(actual.length).toBe(expected.length);
  expected.forEach((number, i) => {
    expect(Math.abs(actual[i] - number), `${i}: ${actual[i]} instead of ${number}`).toBeLessThanOrEqual(
      relative * Math.max(Math.abs(number), 1e-3),
    );
  });
};

/** The value whose symbol reads so. */
export function named(t: Trace, symbol: string): number {
  const found = t.data.values.find((value) => exprText(value.symbol) === symbol);
  if (!found)
    throw new Error(`No ${symbol} among ${t.data.values.map((v) => exprText(v.symbol)).join(", ")}`);
  return found.id;
}

/** All elements of the value with this symbol. */
export const read = (t: Trace, symbol: string, of: Quantity = "value"): Float64Array =>
  t.read(named(t, symbol), of);

/** What an explanation adds up to. */
export const total = ({ how, terms, rest, number }: Explained): number =>
  how === "sum" ? terms.reduce((sum, { product }) => sum + product, rest) : number;

/** A formula as text; empty for none. */
export const asText = (expr: Expr | null): string => (expr ? exprText(expr) : "");

/** Every number of a trace is what its explanation says; every derivative is what differences say. */
export function checkAll(t: Trace, most = 5): void {
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

/** The best-known example of backpropagation on the web, with its biases trained or frozen. */
export function mazur(bias: boolean): Trace {
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
