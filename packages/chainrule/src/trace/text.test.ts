import { expect, test } from "vitest";
import type { Expr } from "./format.ts";
import { exprText } from "./index.ts";

const number = (value: number): Expr => ({ kind: "number", value });
const symbol = (base: string, sub?: string, sup?: string): Expr => ({
  kind: "symbol",
  base,
  ...(sub && { sub }),
  ...(sup && { sup }),
});
const x = symbol("x");
const sum: Expr = { kind: "plus", items: [x, number(1)] };

test.each<[string, Expr]>([
  ["w₁₁⁽¹⁾", symbol("w", "11", "(1)")],
  ["w₁₂,₃₄⁽¹⁰⁾", symbol("w", "12,34", "(10)")],
  ["y_cost", symbol("y", "cost")],
  ["v₃[12]", symbol("v", "3", "[12]")],
  ["0.1235", number(0.123456)],
  ["−1.5×10⁻⁷", number(-1.5e-7)],
  ["2×10⁶", number(2e6)],
  ["−∞", number(Number.NEGATIVE_INFINITY)],
  ["NaN", number(Number.NaN)],
  ["x·(x + 1)", { kind: "times", items: [x, sum] }],
  ["x·(−2)", { kind: "times", items: [x, number(-2)] }],
  ["x − 2·x", { kind: "plus", items: [x, { kind: "times", items: [number(-2), x] }] }],
  ["x − (x + 1)", { kind: "minus", left: x, right: sum }],
  ["−(x + 1)", { kind: "minus", left: { kind: "text", text: "" }, right: sum }],
  ["(x + 1) / (x·x)", { kind: "fraction", top: sum, bottom: { kind: "times", items: [x, x] } }],
  ["(x + 1)²", { kind: "power", base: sum, exponent: number(2) }],
  ["e^(x + 1)", { kind: "power", base: symbol("e"), exponent: sum }],
  ["tanh(x) = 0.5", { kind: "equals", items: [{ kind: "call", name: "tanh", args: [x] }, number(0.5)] }],
  ["Σ_k xₖ", { kind: "sum", over: "k", of: symbol("x", "k") }],
  ["∂ℓ/∂x₁", { kind: "derivative", of: symbol("ℓ"), by: symbol("x", "1") }],
])("%s", (text, expr) => {
  expect(exprText(expr)).toBe(text);
});

test("numbers as the caller writes them", () => {
  expect(exprText(sum, { number: (value) => value.toFixed(2) })).toBe("x + 1.00");
});
